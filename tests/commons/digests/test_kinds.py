"""Every kind of notice is registered by the app that writes it, and what may not be told any more is told nowhere."""

import ast
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from commons.digests.models import Notice
from commons.digests.reports import Kind, kind_named, kinds, recent, still_so, unseen_count
from commons.digests.reports.kinds import _kinds
from tests.architecture.tree import files, name_of, parsed, under
from tests.factories.notices import greet, tell
from tests.factories.people import UserFactory

TELLING = {"notify", "notify_all"}
# They are what the others are measured against.
ITSELF = Path("commons/digests/actions/telling.py")


@dataclass(frozen=True)
class Told:
    """One call that tells somebody: its kind, None where it cannot be read off, and whether it is sent by e-mail at once."""

    where: str
    kind: str | None
    is_mailed: bool


def told_in(path: Path) -> Iterator[Told]:
    """What a module tells of: by `notify` and `notify_all`, or by a function of its own that passes on the kind it is given."""
    tree = parsed(path)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if name_of(call.func) not in TELLING:
                continue
            asked = {keyword.arg: keyword.value for keyword in call.keywords}
            where, kind, is_mailed = f"{path}:{call.lineno}", asked.get("kind"), "mail" in asked
            if isinstance(kind, ast.Name) and kind.id in {argument.arg for argument in function.args.kwonlyargs}:
                passed = [call for call in calls if name_of(call.func) == function.name]
                kinds_passed = [keyword.value for call in passed for keyword in call.keywords if keyword.arg == kind.id]
                yield from (Told(where, _word(value), is_mailed) for value in kinds_passed or [None])
            else:
                yield Told(where, _word(kind), is_mailed)


def _word(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def everything_told() -> list[Told]:
    return [told for path in files() if path != ITSELF for told in told_in(path)]


def registered() -> list[Kind]:
    """The kinds that apps register, and not those that only tests write."""
    calls = [node for path in under("notices") for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    names = {call.args[0].value for call in calls if name_of(call.func) == "register_kind"}
    return [kind for kind in kinds() if kind.name in names]


def test_nothing_is_told_of_a_kind_that_is_not_registered():
    told = everything_told()
    assert [one.where for one in told if one.kind is None] == []
    assert {one.kind for one in told} == {kind.name for kind in registered()}


def test_what_is_called_a_service_is_always_sent_and_what_can_be_sent_at_once_is_sent_to_who_wishes():
    mailed = {one.kind for one in everything_told() if one.is_mailed}
    assert {kind.name for kind in registered() if kind.service or kind.sometimes} == mailed
    assert {kind.name for kind in registered() if kind.direct} & mailed == set()


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


def test_what_is_new_counts_also_behind_a_hundred_that_may_not_be_told(person):
    gone = UserFactory(is_active=False)
    Notice.objects.bulk_create(
        Notice(recipient=person, kind="greeting", key=f"g:{n}", about_id=gone.pk, subject="x", path="/")
        for n in range(100)
    )
    tell(person)
    assert unseen_count(person) == 1


def test_the_newest_five_are_told_also_behind_five_that_one_may_not_see(person, monkeypatch):
    may = dataclasses.replace(kind_named("told"), name="barred", service=True, may=lambda reader, notices: [])
    monkeypatch.setitem(_kinds, "barred", may)
    told = [tell(person, f"told:{number}") for number in range(6)]
    for number in range(5):
        tell(person, f"barred:{number}", kind="barred")
    assert recent(person) == told[:0:-1]


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
