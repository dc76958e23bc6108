"""Doors: made by staff, remembered in the session, and kept on what is said and nowhere else."""

import random

import pytest
from django.test import Client
from django.urls import reverse

from blog.actions.writing import keep_draft
from blog.models import Post
from census.actions.responses import facts_of
from census.instrument import form_data, sample_answers
from census.models import Response
from census.views.access import token_of
from commons.audit.models import Entry
from commons.contributions.models import Contribution
from commons.people.actions.doors import DoorClosed, DoorOpen, make_door, reopen_door, retire_door
from commons.people.models import Door
from tests.census.conftest import case, code, register, wave  # noqa: F401 - fixtures
from tests.factories.blog import a_draft, an_author
from tests.factories.consultation import an_idea, said_of
from tests.factories.panel import a_section
from tests.factories.people import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(UserFactory(roles=["staff"]))
    return client


def a_door(label: str = "Farmers’ letter", **given) -> Door:
    return make_door(by=None, label=label, **({"kind": "partner"} | given))


def test_a_door_has_a_code_that_can_be_read_aloud_and_stands_on_record():
    door = a_door()
    assert (len(door.code), set(door.code) - set("bcdfghjkmnpqrstvwxz23456789")) == (8, set())
    assert Entry.objects.filter(verb="make_door").count() == 1


def test_a_door_is_closed_once_and_opened_once():
    door = retire_door(a_door(), by=None)
    with pytest.raises(DoorClosed):
        retire_door(door, by=None)
    reopen_door(door, by=None)
    with pytest.raises(DoorOpen):
        reopen_door(door, by=None)


def test_only_staff_see_doors():
    door = a_door()
    assert [
        list(Door.objects.visible_to(person))
        for person in (None, UserFactory(), UserFactory(roles=["analyst"]), UserFactory(roles=["staff"]))
    ] == [[], [], [], [door]]


def test_a_visitor_through_a_door_is_remembered_in_their_session_alone(client):
    door, entries = a_door(), Entry.objects.count()
    assert client.get(f"/about/?via={door.code}").status_code == 200
    assert (client.session["door"], Entry.objects.count()) == (door.pk, entries)


def test_the_latest_door_counts(client):
    first, second = a_door("One"), a_door("Two")
    client.get(f"/?via={first.code}")
    client.get(f"/?via={second.code}")
    assert client.session["door"] == second.pk


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "aaaaaaaa",
        "%00",
        "%F0%9F%98%80",
        "'%20OR%201=1",
        "a" * 5000,
        "bcdfghjk",
        "BCDFGHJK",
        "%ff%fe",
        "../../x",
    ],
)
def test_what_is_no_door_is_ignored_without_a_word(client, typed):
    a_door()
    shown = client.get(f"/about/?via={typed}")
    assert (shown.status_code, shown.cookies.get("session")) == (200, None)


def test_a_closed_door_is_no_door(client):
    door = retire_door(a_door(), by=None)
    assert client.get(f"/about/?via={door.code}").cookies.get("session") is None


def test_a_form_that_is_sent_opens_no_door(client):
    door = a_door()
    client.post(f"/census/code/?via={door.code}", {"code": "x"})
    assert "door" not in client.session


def said(client: Client, address: str, **words) -> None:
    sent = {"body": "We would lend ours.", "shown_as": "name", "key": "00000000-0000-0000-0000-00000000000a", **words}
    assert client.post(address, sent).status_code == 302


def test_what_is_said_to_a_section_to_an_idea_and_as_an_idea_keeps_its_door():
    door, section, idea = a_door(), a_section(), an_idea()
    ways = {
        reverse("panel:comment", args=[section.slug]): {"version": "1"},
        reverse("consultation:idea-comment", args=[idea.pk]): {},
        reverse("consultation:idea-add"): {"title": "Looms", "needs": "money", "helps": "arts"},
    }
    for address, words in ways.items():
        client, person = Client(), UserFactory()
        client.force_login(person)
        client.get(f"/?via={door.code}")
        said(client, address, **words)
        assert Contribution.objects.get(author=person).door == door


def test_a_reply_keeps_its_door_and_one_without_a_door_has_none():
    door, idea = a_door(), an_idea()
    first, second = UserFactory(), UserFactory()
    client = Client()
    client.force_login(first)
    said(client, reverse("consultation:idea-comment", args=[idea.pk]))
    row = Contribution.objects.get(author=first)
    Contribution.objects.filter(pk=row.pk).update(standing="published")
    client = Client()
    client.get(f"/?via={door.code}")
    client.force_login(second)
    said(client, reverse("contributions:reply", args=[row.pk]))
    assert (row.door, Contribution.objects.get(author=second).door) == (None, door)


def test_what_is_said_after_the_door_was_closed_does_not_count():
    door, idea, person = a_door(), an_idea(), UserFactory()
    client = Client()
    client.force_login(person)
    client.get(f"/?via={door.code}")
    retire_door(door, by=None)
    said(client, reverse("consultation:idea-comment", args=[idea.pk]))
    assert Contribution.objects.get(author=person).door is None


def test_staff_make_a_door_and_get_addresses_a_text_and_a_code_to_print(staff):
    federation = OrganisationFactory(name="Farmers’ Federation", postcode="LL57 1AA")
    sent = {"label": "March letter", "kind": "partner", "organisation": "farmers federation, LL57 1AA"}
    shown = staff.post(reverse("people:door-make"), sent, follow=True)
    door = Door.objects.get()
    page = shown.content.decode()
    assert (door.organisation, door.kind, door.label) == (federation, "partner", "March letter")
    assert page.count(f"/?via={door.code}") >= 3
    assert 'src="data:image/svg+xml' in page
    assert reverse("heard-door", args=[door.key]) in page


@pytest.mark.parametrize("words", ["zzzz", "co-operative"])
def test_a_name_that_is_none_or_several_is_asked_again_and_kept(staff, words):
    OrganisationFactory.create_batch(2)
    sent = {"label": "March letter", "kind": "partner", "organisation": words}
    shown = staff.post(reverse("people:door-make"), sent)
    assert (shown.status_code, shown.context["form"]["organisation"].value()) == (422, words)
    assert list(shown.context["form"].errors) == ["organisation"]


def test_a_post_keeps_the_door_of_the_first_time_it_was_handed_in():
    first, second, author = a_door("One"), a_door("Two"), an_author()
    post = a_draft(by=author)
    client = Client()
    client.force_login(author)
    client.get(f"/?via={first.code}")
    sent = {"kind": "post", "based_on": post.draft.revision}
    assert client.post(reverse("blog:hand-in", args=[post.pk]), sent).status_code == 302
    client.get(f"/?via={second.code}")
    keep_draft(post, by=author, based_on=post.draft.revision, written={"body": "Other words."})
    sent = {"kind": "post", "based_on": Post.objects.get().draft.revision}
    assert client.post(reverse("blog:hand-in", args=[post.pk]), sent).status_code == 302
    assert Post.objects.get().door == first


def test_a_reply_to_the_census_keeps_its_door(case, code):  # noqa: F811
    door, client = a_door(), Client()
    client.get(f"/census/?via={door.code}")
    client.post(reverse("census:code"), {"code": code.plain()})
    instrument = case.wave.questionnaire
    first = next(iter(instrument.sections)).pages[0]
    answers, marks = sample_answers(instrument, random.Random(1), facts_of(case))
    sent = {"case": token_of(case), "based_on": "0"}
    for question in first.questions:
        sent |= form_data(question, answers, marks)
    address = reverse("census:page", args=[case.wave.slug, first.section.id, first.id])
    assert client.post(address, sent).status_code == 302
    assert Response.objects.get().door == door


def test_the_partner_sees_rough_counts_and_the_staff_exact_ones(staff, client):
    door, idea = a_door(), an_idea()
    for _number in range(6):
        Contribution.objects.filter(pk=said_of(idea).pk).update(door=door)
    address = reverse("heard-door", args=[door.key])
    assert [words for _label, words in client.get(address).context["rows"]] == [
        "fewer than 5",
        "fewer than 5",
        "fewer than 5",
        "5 to 9",
        "fewer than 5",
    ]
    assert staff.get(reverse("people:door", args=[door.pk])).context["counts"] == [("Big ideas", 6)]


def test_a_key_that_is_none_is_not_found(client):
    a_door()
    assert client.get("/heard/door/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_the_partners_page_sends_its_address_to_nobody(client):
    shown = client.get(reverse("heard-door", args=[a_door().key]))
    assert shown.headers["Referrer-Policy"] == "same-origin"
