"""SQL is written out or composed by psycopg; values travel beside it. No text of ours is ever glued into a statement."""

import ast

from tests.architecture.tree import files, name_of, parsed

STATEMENTS = {"execute", "executemany", "copy", "raw"}
COMPOSERS = {"sql.SQL", "SQL", "RunSQL", "migrations.RunSQL"}
NEVER = {"extra": "Write an expression", "RawSQL": "Write an expression"}


def is_glued(node: ast.AST) -> bool:
    """A text made of pieces: f"...", "..." % x, "..." + x, "...".format(x), "".join(x)."""
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp):
        return any(is_text(part) or is_glued(part) for part in (node.left, node.right)) and not is_written_out(node)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"format", "join", "replace"}
        and (is_text(node.func.value) or is_glued(node.func.value))
    )


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_written_out(node: ast.AST) -> bool:
    return is_text(node) or (isinstance(node, ast.BinOp) and is_written_out(node.left) and is_written_out(node.right))


def test_no_statement_is_glued_together():
    statements = [
        (path, node.lineno, argument)
        for path in files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and (name_of(node.func) in COMPOSERS or (isinstance(node.func, ast.Attribute) and node.func.attr in STATEMENTS))
        for argument in node.args[:1]
    ]
    assert len(statements) > 30
    assert [f"{path}:{line}" for path, line, argument in statements if is_glued(argument)] == []


def test_no_statement_comes_from_a_name_that_was_glued_together():
    """`statement = f"..."` and `cursor.execute(statement)` two lines later."""
    found = []
    for path in files():
        for function in ast.walk(parsed(path)):
            if not isinstance(function, ast.FunctionDef | ast.Module):
                continue
            glued = {
                name_of(target)
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and is_glued(node.value)
                for target in node.targets
            } - {""}
            found += [
                f"{path}:{node.lineno}"
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
                and (
                    name_of(node.func) in COMPOSERS
                    or (isinstance(node.func, ast.Attribute) and node.func.attr in STATEMENTS)
                )
                and node.args
                and name_of(node.args[0]) in glued
            ]
    assert sorted(set(found)) == []


def test_the_doors_past_the_query_builder_stay_shut():
    found = [
        f"{path}:{node.lineno} {NEVER[name_of(node.func).split('.')[-1]]}"
        for path in files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and name_of(node.func).split(".")[-1] in NEVER
    ]
    assert found == []
