"""Texts that staff may edit: public to read, staff's to change, and nobody's words are overwritten."""

import pytest
from django.urls import reverse

from commons.audit.models import Entry
from consultation.actions import StaleEdit, edit_text
from consultation.models import Text
from consultation.urls import PAGES
from tests.factories.people import UserFactory


@pytest.fixture
def about(db) -> Text:
    return Text.objects.get(slug="about")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_the_process_can_be_read_by_anyone(client, db, address):
    shown = client.get(f"/{address}")
    assert (shown.status_code, shown.context["text"].slug) == (200, PAGES[address])


def test_an_edit_is_on_the_page_at_once_and_on_record(client, about):
    staff = UserFactory(roles=["staff"])
    client.force_login(staff)
    address = reverse("consultation:text-edit", args=[about.pk])
    sent = client.post(address, {"title": "About us", "body": "New **words**.", "based_on": about.revision})
    assert sent["Location"] == reverse("consultation:text-list")
    page = client.get("/about/").content.decode()
    assert "<strong>words</strong>" in page
    assert [entry.actor_label for entry in Entry.objects.filter(verb="edit_text")] == [f"person {staff.pk}"]


def test_two_editors_do_not_overwrite_each_other(client, about):
    first, second = UserFactory(roles=["staff"]), UserFactory(roles=["staff"])
    edit_text(about, by=first, title="First", body="First", based_on=1)
    with pytest.raises(StaleEdit):
        edit_text(about, by=second, title="Second", body="Second", based_on=1)
    client.force_login(second)
    address = reverse("consultation:text-edit", args=[about.pk])
    shown = client.post(address, {"title": "Second", "body": "My long text", "based_on": 1})
    form = shown.context["form"]
    assert form.non_field_errors() == [
        "A colleague saved this text while you were editing. Your words are still in the form below."
    ]
    assert (form["body"].value(), form["based_on"].value()) == ("My long text", 2)
    about.refresh_from_db()
    assert about.title == "First"


def test_hostile_words_are_shown_and_do_nothing(client, about):
    edit_text(about, by=None, title="<script>alert(1)</script>", body="<script>alert(2)</script>", based_on=1)
    page = client.get("/about/").content.decode()
    assert "<script>alert" not in page
