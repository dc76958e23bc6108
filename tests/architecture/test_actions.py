"""A deed is one sentence of the domain: it happens as a whole, says `by` whom, and leaves an entry in the record.

An action is a public function of an actions module that writes, or that says `by` whom. What only reads or computes there
(`answers_of`, `digest_of`) does neither.
"""

import ast
from pathlib import Path

from tests.architecture.tree import name_of, parsed, under

NOT_ATOMIC = {
    "accept_code": "A wrong code is counted although the caller gets an exception, so the count commits on its own.",
    "open_ballot": "The same with the code of a ballot.",
}
NOT_RECORDED = {
    "record": "It is the record.",
    "save_page": "The revision says who saved what and when, in a table only analysts may read.",
    "note_visit": "Reading a thread moves a mark that only its reader sees.",
    "keep_draft": "What the authors of a post are writing; handing it in is recorded.",
    "keep_working_copy": "What one person has typed and not saved; the save is recorded.",
    "drop_working_copy": "The same, thrown away.",
    "open_ballot": "A ballot is secret: that somebody looked at theirs is nobody's business.",
    "cast_ballot": "A ballot is secret: it holds when it was last cast, and nothing else says more of it.",
    "claim_mail": "The worker takes a message in hand; what becomes of it is recorded when it is known.",
    "claim_digests": "The same, of a batch.",
    "release_digests": "The worker puts back what it did not try.",
    "hand_over": "The row says that its message is being sent; what becomes of it is recorded when it is known.",
    "see_notices": "Looking at the list moves a mark that only its reader sees.",
}
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in parsed(path).body if isinstance(node, ast.FunctionDef)}


def calls(function: ast.FunctionDef) -> list[ast.Call]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Call)]


def writes(function: ast.FunctionDef) -> bool:
    """Whether it changes rows itself. `update` counts when it names columns: that of a dict takes a dict."""
    return any(
        isinstance(call.func, ast.Attribute)
        and (call.func.attr in WRITES or (call.func.attr == "update" and call.keywords and not call.args))
        for call in calls(function)
    )


def says_by(function: ast.FunctionDef) -> bool:
    return any(arg.arg == "by" for arg in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs])


def actions() -> dict[str, tuple[Path, ast.FunctionDef]]:
    found: dict[str, tuple[Path, ast.FunctionDef]] = {}
    for path in under("actions"):
        for name, function in functions(path).items():
            if not name.startswith("_") and (writes(function) or says_by(function)):
                assert name not in found, f"There are two actions named {name}"
                found[name] = path, function
    return found


def is_atomic(function: ast.FunctionDef) -> bool:
    return any(name_of(decorator) == "transaction.atomic" for decorator in function.decorator_list)


def leaves_an_entry(path: Path, function: ast.FunctionDef) -> bool:
    """By itself, by a private function of its module, or by another action."""
    called = {name_of(call.func) for call in calls(function)}
    private = [known for name, known in functions(path).items() if name.startswith("_") and name in called]
    others = set(actions()) - set(NOT_RECORDED) - {function.name, "notify"}
    return "record" in called or bool(called & others) or any(leaves_an_entry(path, known) for known in private)


def test_there_are_actions_in_every_app():
    assert sorted(
        {path.parts[-3 if path.parent.name == "actions" else -2] for path, _function in actions().values()}
    ) == [
        "audit",
        "blog",
        "census",
        "consultation",
        "contributions",
        "digests",
        "exports",
        "moderation",
        "panel",
        "people",
        "themes",
    ]


def test_every_action_happens_as_a_whole_or_not_at_all():
    assert {name for name, (_path, function) in actions().items() if not is_atomic(function)} == set(NOT_ATOMIC)


def test_every_action_says_by_whom_by_name():
    silent = {
        name
        for name, (_path, function) in actions().items()
        if "by" not in {arg.arg for arg in function.args.kwonlyargs}
    }
    assert silent == set()


def test_nobody_is_the_actor_by_default():
    """Who leaves `by` out has forgotten it: the system says None in so many words."""
    forgetful = {
        name
        for name, (_path, function) in actions().items()
        for arg, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        if arg.arg == "by" and default is not None
    }
    assert forgetful == set()


def test_every_action_leaves_an_entry_in_the_record():
    assert {name for name, (path, function) in actions().items() if not leaves_an_entry(path, function)} == set(
        NOT_RECORDED
    )


def test_every_entry_says_by_whom():
    nameless = {
        f"{path}:{call.lineno}"
        for path in under("actions")
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call)
        and name_of(call.func) == "record"
        and "by" not in {keyword.arg for keyword in call.keywords}
    }
    assert nameless == set()
