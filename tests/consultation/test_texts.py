"""Texts that staff may edit: public to read, staff's to change, and nobody's words are overwritten."""

from functools import partial

import pytest
from django.urls import reverse

from commons.audit.models import Entry
from commons.people.models import User
from consultation.actions import StaleEdit, edit_text
from consultation.models import Text
from consultation.urls import PAGES
from tests.at_once import together
from tests.factories.people import UserFactory


@pytest.fixture
def about(db) -> Text:
    return Text.objects.get(slug="about")


@pytest.fixture
def staff(client, db) -> User:
    person = UserFactory(roles=["staff"])
    client.force_login(person)
    return person


@pytest.mark.parametrize(("address", "slug"), [*PAGES.items(), ("about/", "about")])
def test_every_page_of_the_process_can_be_read_by_anyone(client, db, address, slug):
    shown = client.get(f"/{address}")
    assert (shown.status_code, shown.context["text"].slug) == (200, slug)


def test_the_page_about_the_process_has_its_four_parts_in_order(client, db):
    shown = client.get("/about/")
    titles = ["What is at stake", "What we need", "What we will do", "What you can do now"]
    assert [part.title for _name, part in shown.context["parts"]] == titles
    places = [shown.content.decode().index(f">{title}</h2>") for title in [*titles, "About this site"]]
    assert places == sorted(places)


@pytest.mark.parametrize("address", ["", *PAGES, "about/"])
def test_who_reads_welsh_gets_english_that_says_so_until_there_is_welsh(client, db, address):
    welsh = {"accept-language": "cy"}
    shown, english = client.get(f"/{address}", headers=welsh), client.get(f"/{address}")
    assert (shown.status_code, b' lang="en"' in shown.content, b' lang="en"' in english.content) == (200, True, False)


# --- staff ----------------------------------------------------------------------------------------------------------------


def test_staff_write_the_first_welsh_of_a_text(client, staff, about):
    address = f"{reverse('consultation:text-edit', args=[about.pk])}?language=cy"
    form = client.get(address).context["form"]
    assert (form["title"].value(), form["based_on"].value()) == ("", 0)
    sent = client.post(address, {"title": "Am y safle", "body": "Geiriau **newydd**.", "based_on": 0})
    assert sent.status_code == 302
    welsh = client.get("/about/", headers={"accept-language": "cy"}).content.decode()
    assert ("<strong>newydd</strong>" in welsh, "newydd" in client.get("/about/").content.decode()) == (True, False)
    assert list(Text.objects.filter(slug="about").values_list("language", "revision")) == [("cy", 1), ("en-gb", 1)]
    assert client.get(address).context["form"]["title"].value() == "Am y safle"


def test_two_who_write_the_first_welsh_at_once_do_not_overwrite_each_other(client, staff, about):
    edit_text(Text(slug="about", language="cy", revision=0), by=None, title="Cyntaf", body="Cyntaf", based_on=0)
    address = f"{reverse('consultation:text-edit', args=[about.pk])}?language=cy"
    shown = client.post(address, {"title": "Ail", "body": "Fy ngeiriau", "based_on": 0})
    form = shown.context["form"]
    assert (shown.status_code, form["body"].value(), form["based_on"].value()) == (409, "Fy ngeiriau", 1)
    assert Text.objects.get(slug="about", language="cy").title == "Cyntaf"


@pytest.mark.django_db(transaction=True)
def test_of_two_first_wordings_in_the_same_moment_one_is_kept_and_one_refused():
    Text.objects.create(slug="loom", title="Loom", body="A loom.")

    def write(title: str) -> None:
        edit_text(Text(slug="loom", language="cy", revision=0), by=None, title=title, body="x", based_on=0)

    assert together(partial(write, "One"), partial(write, "Two")) == {"done": 1, "StaleEdit": 1}
    assert Text.objects.filter(slug="loom", language="cy").count() == 1


def test_a_language_that_is_none_is_taken_for_english(client, staff, about):
    shown = client.get(f"{reverse('consultation:text-edit', args=[about.pk])}?language=xx")
    assert shown.context["form"]["title"].value() == about.title


def test_an_empty_text_is_refused_and_the_title_that_was_typed_stays(client, staff, about):
    address = reverse("consultation:text-edit", args=[about.pk])
    shown = client.post(address, {"title": "New", "body": "", "based_on": 1})
    assert (shown.status_code, shown.context["form"]["title"].value()) == (422, "New")


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
    assert shown.status_code == 409
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
