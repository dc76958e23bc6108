"""What may be told of the panel's work, asked again whenever it is told: by real actions, for each kind, before and after."""

import pytest

from commons.contributions.actions import announce_contributions
from commons.contributions.models import Contribution
from commons.digests.models import Notice
from commons.digests.reports import still_so, words_of
from commons.moderation.models import Standing
from panel.actions.deciding import Cited, make_decision, undo_decision
from panel.actions.pointing import say_if_applies
from panel.actions.publishing import Because
from panel.models import Anchor
from tests.factories.blog import a_post
from tests.factories.contributions import ContributionFactory
from tests.factories.panel import TEXT, a_section, publish, said_to
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chair():
    return UserFactory(roles=["chair"])


@pytest.fixture
def section(chair):
    return a_section(chair=chair)


def told(person) -> list[str]:
    """The kinds that may be told to somebody now."""
    return sorted(still_so(Notice.objects.filter(recipient=person)).values_list("kind", flat=True))


def stands(row: Contribution, standing: str) -> None:
    Contribution.objects.filter(pk=row.pk).update(standing=standing)


@pytest.mark.parametrize("standing", [Standing.HELD, Standing.DECLINED, Standing.WITHDRAWN])
def test_an_answer_is_told_while_what_was_answered_stands(section, chair, standing):
    row = said_to(section, paragraph=1)
    make_decision(section, by=chair, voices=[row], outcome="no", reason="No money.")
    assert told(row.author) == ["answered"]
    stands(row, standing)
    assert told(row.author) == []


def test_an_answer_that_was_taken_back_gives_way_to_the_news_that_it_was(section, chair):
    row = said_to(section, paragraph=1)
    decision = make_decision(section, by=chair, voices=[row], outcome="no", reason="No money.")
    undo_decision(decision, by=chair, reason="A slip")
    assert told(row.author) == ["answer-undone"]


def test_changed_words_are_told_with_the_words_to_those_because_of_whom_they_changed(section, chair):
    row, other = said_to(section, paragraph=1), said_to(section, paragraph=2)
    decision = make_decision(section, by=chair, voices=[row], outcome="accepted", reason="Yes.")
    section.refresh_from_db()
    publish(section, f"{TEXT}\n\nWe will lend looms.", chair=chair, because=Because(decisions=(decision.pk,)))
    assert (told(row.author), told(other.author)) == (["answered", "you-said-we-changed"], [])
    [notice] = Notice.objects.filter(recipient=row.author, kind="you-said-we-changed")
    assert "".join(piece.text for piece in words_of([notice])[notice.pk] if piece.kind == "inserted").strip() == (
        "We will lend looms."
    )
    stands(row, Standing.WITHDRAWN)
    assert told(row.author) == []


def test_who_is_asked_whether_it_still_applies_is_asked_until_they_say_so(section, chair):
    row = said_to(section, paragraph=2, words="explore a lending desk")
    publish(
        section, TEXT.replace("explore a lending desk", "open a desk"), chair=chair, because=Because(note="Plainer")
    )
    assert told(row.author) == ["words-changed"]
    say_if_applies(Anchor.objects.get(contribution=row), by=row.author, applies=True)
    assert told(row.author) == []


def test_an_author_is_told_of_a_citation_while_the_post_is_public(section, chair):
    post = a_post("Looms")
    make_decision(section, by=chair, cites=[Cited(post)], outcome="no", reason="No money.")
    assert told(post.author) == ["blog-decision", "cited"]
    type(post).objects.filter(pk=post.pk).update(standing=Standing.WITHDRAWN)
    assert told(post.author) == ["blog-decision"]


@pytest.mark.parametrize("standing", [Standing.HELD, Standing.DECLINED, Standing.WITHDRAWN])
def test_a_reply_is_told_while_it_may_be_read(section, standing):
    row = said_to(section, paragraph=1)
    reply = ContributionFactory(parent=row)
    announce_contributions(by=None)
    assert told(row.author) == ["reply"]
    stands(reply, standing)
    assert told(row.author) == []


def test_a_reply_in_the_panels_room_is_told_to_who_sits_on_the_panel_today(section, chair):
    root = ContributionFactory(author=chair, thread__audience="panel")
    ContributionFactory(parent=root)
    announce_contributions(by=None)
    assert told(chair) == ["reply"]
    chair.appointments.all().delete()
    assert told(chair) == []
