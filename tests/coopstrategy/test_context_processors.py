"""The menu of every page."""

import re

import pytest

from commons.digests.models import Notice
from tests.factories.people import UserFactory


@pytest.mark.parametrize(
    ("notices", "words"),
    [
        (0, []),
        (1, ["1 new notice"]),
        (2, ["2 new notices"]),
        (99, ["99 new notices"]),
        # Nobody counts any further.
        (100, ["100 or more new notices"]),
        (101, ["100 or more new notices"]),
    ],
)
def test_new_notices_are_counted_beside_your_page(client, db, notices, words):
    person = UserFactory()
    Notice.objects.bulk_create(
        Notice(recipient=person, kind="told", key=f"test:{number}", subject="News", path="/")
        for number in range(notices)
    )
    client.force_login(person)
    page = client.get("/about/").content.decode()
    assert re.findall(r">([^<>]* new notices?)<", page) == words
