"""Reading a thread: one page of it, and how many contributions it is said to hold."""

import pytest
from django.contrib.auth.models import AnonymousUser

from commons.contributions.models import Contribution
from commons.contributions.reports import ROOTS_A_PAGE, ThreadPage, thread_page
from commons.moderation.models import Standing
from tests.factories.contributions import ContributionFactory, ThreadFactory

pytestmark = pytest.mark.django_db


def roots(number: int) -> list[Contribution]:
    thread = ThreadFactory()
    return ContributionFactory.create_batch(number, thread=thread)


def read(row: Contribution, **asked: int) -> ThreadPage:
    return thread_page(row.thread, AnonymousUser(), order="oldest", **asked)


@pytest.mark.parametrize("number", [2, ROOTS_A_PAGE, ROOTS_A_PAGE + 2])
def test_every_page_of_a_thread_says_how_many_roots_are_public(number):
    first, second, *others = roots(number)
    # Of these two, one only holds its reply in place and the other is not there at all.
    ContributionFactory(thread=first.thread, parent=first, root=first, depth=1)
    Contribution.objects.filter(pk__in=[first.pk, second.pk]).update(standing=Standing.WITHDRAWN)
    shown = [first.pk, *(row.pk for row in others)]
    page = read(first)
    assert [line.row.pk for line in page.lines] == shown[:ROOTS_A_PAGE]
    assert [line.is_shown for line in page.lines[:2]] == [False, True][: len(shown)]
    assert page.total == number - 2
    assert page.following == (shown[ROOTS_A_PAGE - 1] if len(shown) > ROOTS_A_PAGE else None)
    if page.following:
        following = read(first, after=page.following)
        assert [line.row.pk for line in following.lines] == shown[ROOTS_A_PAGE:]
        assert (following.total, following.following) == (number - 2, None)


def test_replies_hang_below_their_own_root(django_assert_num_queries):
    one, other = roots(2)
    below = ContributionFactory(thread=one.thread, parent=one, root=one, depth=1)
    beside = ContributionFactory(thread=one.thread, parent=other, root=other, depth=1)
    # The roots, their replies, and what the apps above know of all of them.
    with django_assert_num_queries(3):
        page = read(one)
    assert [[reply.row.pk for reply in line.replies] for line in page.lines] == [[below.pk], [beside.pk]]
