"""Every kind of notice is registered by the app that writes it, and what may not be told any more is told nowhere."""

import ast

import pytest

from commons.digests.models import Notice
from commons.digests.reports import kinds, recent, still_so, unseen_count
from tests.architecture.tree import name_of, parsed, under
from tests.factories.notices import greet, tell
from tests.factories.people import UserFactory


def written() -> set[str]:
    """The kinds that actions name: to `notify` and `notify_all`, or to a function of their module that passes them on."""
    found = set()
    for path in under("actions"):
        calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
        if not {name_of(call.func) for call in calls} & {"notify", "notify_all"}:
            continue
        found |= {
            keyword.value.value
            for call in calls
            for keyword in call.keywords
            if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
        }
    return found


def test_every_kind_that_is_written_is_registered():
    assert len(written()) >= 18
    assert written() - {kind.name for kind in kinds()} == set()


@pytest.fixture
def person(db):
    return UserFactory()


def test_what_is_not_so_any_more_leaves_the_list_the_count_and_every_query(person):
    other = UserFactory(name="Jo")
    stays, goes = tell(person), greet(person, other)
    assert (recent(person), unseen_count(person)) == ([goes, stays], 2)
    other.is_active = False
    other.save()
    assert (recent(person), unseen_count(person), list(still_so(Notice.objects.all()))) == ([stays], 1, [stays])


def test_a_kind_that_nobody_registered_is_told_nowhere(person):
    tell(person, kind="unheard-of")
    assert (recent(person), unseen_count(person)) == ([], 0)


def test_who_has_nothing_new_costs_one_query_and_others_two(person, django_assert_num_queries):
    with django_assert_num_queries(1):
        unseen_count(person)
    for number in range(3):
        tell(person, f"told:{number}")
        greet(person, UserFactory())
    with django_assert_num_queries(2):
        assert unseen_count(person) == 6


def test_a_hundred_and_more_are_counted_as_a_hundred(person):
    for number in range(103):
        tell(person, f"told:{number}")
    assert unseen_count(person) == 100
