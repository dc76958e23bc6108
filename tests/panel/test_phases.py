"""What can be said to the sections depends on the phases of the process, where one of them names it."""

import uuid

import pytest
from django.urls import reverse

from commons.contributions.actions import ThreadClosed, add_contribution, key_in_contribution
from commons.contributions.models import Contribution
from consultation.models import Act
from panel.actions.pointing import Pointing, give_to_section
from tests.factories.blog import a_comment, a_post
from tests.factories.panel import a_section, said_to
from tests.factories.people import UserFactory
from tests.factories.phases import a_phase

pytestmark = pytest.mark.django_db
SAID = "This is closed now. The last day was"


@pytest.fixture
def section():
    return a_section(slug="finance")


@pytest.fixture
def over():
    return a_phase("Comment on the draft", -9, -1, opens=(Act.COMMENT,))


@pytest.fixture
def member(client):
    person = UserFactory()
    client.force_login(person)
    return person


def give(section, by, **more):
    return give_to_section(section, by=by, pointing=Pointing(version=1), body="We agree.", key=uuid.uuid4(), **more)


def sent(section, **more) -> dict:
    return {"version": 1, "body": "My long text", "key": uuid.uuid4(), "mandate": "self", "shown_as": "name"} | more


def test_a_section_takes_comments_while_no_phase_names_them(section):
    a_phase("Gather", -9, -1)
    assert give(section, UserFactory()).body == "We agree."


def test_a_section_takes_comments_while_the_phase_for_them_is_under_way(section):
    a_phase("Comment on the draft", -9, 0, opens=(Act.COMMENT,))
    assert give(section, UserFactory()).body == "We agree."


def test_a_section_takes_nothing_new_when_the_phase_for_it_is_over(section, over):
    with pytest.raises(ThreadClosed, match=SAID):
        give(section, UserFactory())
    assert Contribution.objects.count() == 0


def test_a_section_takes_nothing_before_the_phase_for_it(section):
    a_phase("Comment on the draft", 2, 9, opens=(Act.COMMENT,))
    with pytest.raises(ThreadClosed, match=r"This is not open yet\. It opens on"):
        give(section, UserFactory())


def test_a_second_press_after_the_close_finds_what_the_first_one_sent(section):
    by, key = UserFactory(), uuid.uuid4()
    words = {"by": by, "pointing": Pointing(version=1), "body": "We agree.", "key": key}
    first = give_to_section(section, **words)
    a_phase("Comment on the draft", -9, -1, opens=(Act.COMMENT,))
    assert give_to_section(section, **words) == first


@pytest.mark.parametrize(
    ("way", "more"), [("comment", {}), ("suggest", {"paragraph": 2, "words": "ten", "replacement": "two"})]
)
def test_who_typed_until_after_the_close_is_told_why_and_loses_nothing(client, member, section, over, way, more):
    shown = client.post(reverse(f"panel:{way}", args=[section.slug]), sent(section, **more))
    form = shown.context["form"]
    assert (shown.status_code, form["body"].value()) == (422, "My long text")
    assert [error.startswith(SAID) for error in form.non_field_errors()] == [True]
    assert "My long text</textarea>" in shown.content.decode()


@pytest.mark.parametrize("way", ["comment", "suggest"])
def test_nobody_is_let_to_write_what_will_not_be_taken(client, member, section, over, way):
    page = client.get(reverse(f"panel:{way}", args=[section.slug])).content.decode()
    assert (SAID in page, "<textarea" in page) == (True, False)


def test_the_section_says_that_it_is_closed_and_offers_no_way_in(client, section):
    said_to(section, paragraph=2)
    address, way = section.get_absolute_url(), reverse("panel:comment", args=[section.slug])
    before = client.get(address).content.decode()
    a_phase("Comment on the draft", -9, -1, opens=(Act.COMMENT,))
    after = client.get(address).content.decode()
    assert [(SAID in page, way in page, ">Reply<" in page) for page in (before, after)] == [
        (False, True, True),
        (True, False, False),
    ]


def test_replies_in_a_section_close_with_it(client, member, section):
    row = said_to(section)
    a_phase("Comment on the draft", -9, -1, opens=(Act.COMMENT,))
    address = reverse("contributions:reply", args=[row.pk])
    page = client.get(address).content.decode()
    shown = client.post(address, {**sent(section), "body": "My long reply"})
    assert (SAID in page, "<textarea" in page) == (True, False)
    assert (shown.status_code, shown.context["form"]["body"].value()) == (422, "My long reply")
    assert Contribution.objects.count() == 1


def test_what_was_said_to_a_section_stays_as_it_is_when_the_phase_is_over(client, member, section):
    own, other = said_to(section, by=member), said_to(section)
    pages = [reverse("contributions:contribution", args=[row.pk]) for row in (own, other)]
    edit = reverse("contributions:contribution-edit", args=[own.pk])
    ways = (edit, "I agree", reverse("contributions:contribution-withdraw", args=[own.pk]))
    before = "".join(client.get(page).content.decode() for page in pages)
    a_phase("Comment on the draft", -9, -1, opens=(Act.COMMENT,))
    after = "".join(client.get(page).content.decode() for page in pages)
    assert [[way in text for way in ways] for text in (before, after)] == [[True] * 3, [False, False, True]]
    page = client.get(edit).content.decode()
    assert (SAID in page, "<textarea" in page, "You can still take it back" in page) == (True, False, True)
    shown = client.post(edit, {"body": "My long text", "based_on": 1})
    assert (shown.status_code, shown.context["form"]["body"].value()) == (409, "My long text")
    client.post(reverse("contributions:support", args=[other.pk]), {"agree": "yes"})
    assert [(row.body, row.support_count) for row in Contribution.objects.order_by("pk")] == [
        (own.body, 0),
        (other.body, 0),
    ]


def test_paper_that_comes_late_is_still_typed_in(section, over):
    given = {"key": uuid.uuid4(), "channel": "paper", "said_by": "A member"}
    row = key_in_contribution(section.thread, by=UserFactory(roles=["scribe"]), body="By post.", **given)
    assert row.body == "By post."


def test_the_panel_and_the_blog_go_on_talking(section, over):
    inside = add_contribution(section.inside, by=UserFactory(roles=["chair"]), body="Between us.")
    assert (inside.body, a_comment(a_post()).pk is not None) == ("Between us.", True)
