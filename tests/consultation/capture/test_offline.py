"""The worker keeps one page of an event on the phone and reaches no other."""

import json

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["table", "say"])
def test_the_worker_reaches_one_page_and_names_parts_that_are_there(event, page, client):
    url = reverse(f"consultation:event-{page}-worker", args=[event.slug])
    answer = client.get(url)
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "text/javascript; charset=utf-8",
        "no-cache",
    )
    told = json.loads(answer.content.decode().split("\n")[0].removeprefix("const TOLD = ").removesuffix(";"))
    assert told["page"] == reverse(f"consultation:event-{page}", args=[event.slug])
    assert f"/static/js/{page}.js" in told["assets"]
    assert len(told["release"]) == 16
