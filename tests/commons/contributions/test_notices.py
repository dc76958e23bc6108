"""A reply is told of only while what was spoken of is still shown."""

from collections.abc import Callable
from typing import Any

import pytest

from commons.contributions.actions import announce_contributions
from commons.contributions.models import Thread
from commons.digests.models import Notice
from commons.digests.reports import headings, still_so
from commons.moderation.models import Standing
from consultation.models import Event
from tests.factories.blog import a_post
from tests.factories.consultation import an_idea
from tests.factories.contributions import ContributionFactory
from tests.factories.events import a_session, an_event
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def replied(**given: Any) -> None:
    """Somebody said something there and was answered, and nobody was told of anything else."""
    said = ContributionFactory(**given)
    ContributionFactory(parent=said)
    announce_contributions(by=None)
    Notice.objects.exclude(recipient=said.author, kind="reply").delete()


def told() -> int:
    return still_so(Notice.objects.filter(kind="reply")).count()


def of_a_post() -> tuple[Thread, Callable[[], object]]:
    post = a_post("Looms")
    return post.thread, lambda: type(post).objects.update(standing=Standing.DECLINED)


def of_an_idea() -> tuple[Thread, Callable[[], object]]:
    idea = an_idea()
    said = type(idea.contribution).objects.filter(pk=idea.contribution.pk)
    return idea.thread, lambda: said.update(standing=Standing.WITHDRAWN)


def of_a_session() -> tuple[Thread, Callable[[], object]]:
    return a_session(an_event()).thread, lambda: Event.objects.update(state="draft")


@pytest.mark.parametrize("place", [of_a_post, of_an_idea, of_a_session])
def test_a_reply_below_what_is_not_shown_any_more_is_not_told(place):
    thread, hide = place()
    replied(thread=thread)
    assert told() == 1
    hide()
    assert told() == 0


def test_a_reply_in_a_thread_about_nothing_stands_for_itself():
    replied()
    assert told() == 1


def test_a_reply_in_the_panels_room_is_told_to_whoever_sits_there():
    replied(thread__audience="panel", author=UserFactory(roles=["chair"]))
    assert told() == 1


def test_all_replies_to_one_thing_that_somebody_said_stand_on_one_line():
    said = ContributionFactory()
    replies = [ContributionFactory(parent=said) for _person in range(3)]
    other = ContributionFactory(parent=ContributionFactory(author=said.author))
    announce_contributions(by=None)
    [heading] = headings(Notice.objects.filter(recipient=said.author), {})
    assert [(line.notice.about_id, line.more) for line in heading.lines] == [(other.pk, 0), (replies[-1].pk, 2)]
