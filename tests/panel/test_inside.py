"""The panel's own talk, which no moderator reads."""

import pytest
from django.urls import reverse

from commons.contributions.actions import add_contribution
from tests.factories.panel import a_section, said_to
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def test_nothing_is_reported_from_the_panels_own_talk(client):
    section, member = a_section(slug="finance"), UserFactory(roles=["panel_member"])
    inside = add_contribution(section.inside, by=UserFactory(roles=["chair"]), body="Between us.")
    reply = add_contribution(section.inside, by=UserFactory(roles=["chair"]), body="Yes.", parent=inside)
    outside = said_to(section)
    client.force_login(member)
    pages = [reverse("panel:inside", args=[section.slug]), inside.get_absolute_url(), reply.get_absolute_url()]
    shown = [client.get(page) for page in pages]
    assert [(page.status_code, "Report" in page.content.decode()) for page in shown] == [(200, False)] * 3
    assert "Report" in client.get(outside.get_absolute_url()).content.decode()
    report = [reverse("contributions:contribution-report", args=[row.pk]) for row in (inside, outside)]
    assert [client.get(page).status_code for page in report] == [404, 200]
