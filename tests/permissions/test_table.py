"""Who gets what at every address: table.txt, compared cell by cell with what the site really answers.

After a change that is meant, write the table anew with `WRITE_PERMISSIONS=1 python3 run.py test tests/permissions` and read the
difference as if it were code.
"""

import difflib
import os
import re
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from psycopg import sql

from census.models import ContactRevision, PageRevision
from commons.audit.models import Entry
from tests.architecture.addresses import THIRD_PARTY
from tests.permissions.world import VIEWERS, Line, World

TABLE = Path(__file__).with_name("table.txt")
HEAD = """\
Who gets what at every address of the site, for GET/POST. Made by tests/permissions/test_table.py, which fails on any difference
and says there how to write this file anew. The people are those of tests/permissions/world.py.

  200   the page, or a form shown again because of what was sent       in    a redirect to sign in
  404   not there, or not for you: the same page                       2nd   a redirect to set up a second sign-in step
  302   a redirect to another page                                     code  a redirect to enter the code of the letter
  422   what was sent is wrong; 409: somebody was faster or the page
        was for something else; either way it is shown again
  405   not a method of this page                                      re    a redirect to prove once more who you are
  +     something was done and written down                            =     not tried: a library's page, which knows no such role

"""
# A library's pages know no role but that of staff.
UNKNOWN_TO_LIBRARIES = {"letter", "member", "other", "panel_member", "chair", "editor", "moderator", "scribe"}
REDIRECTS = {
    "/accounts/login/": "in",
    "/admin/login/": "in",
    "/accounts/2fa/totp/activate/": "2nd",
    "/accounts/reauthenticate/": "re",
    "/accounts/2fa/reauthenticate/": "re",
    "/census/code/": "code",
}


WRITTEN = sql.SQL("SELECT {}").format(
    sql.SQL(", ").join(
        sql.SQL("(SELECT count(*) FROM {})").format(sql.Identifier(model._meta.db_table))
        for model in (Entry, PageRevision, ContactRevision)
    )
)


def written() -> tuple[int, ...]:
    """How many rows tell of something done: one question, because it is asked twenty thousand times."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return cursor.fetchone()


def answer(client: Client, method: str, path: str, data: dict | None = None) -> str:
    """What somebody gets, as the table writes it. Nothing that it did stays."""
    cookies = deepcopy(client.cookies)
    sent = (
        {name: value() if callable(value) else value for name, value in (data or {}).items()}
        if method == "post"
        else None
    )
    with transaction.atomic():
        before = written()
        response = getattr(client, method)(path, sent)
        done = "+" if written() != before else ""
        transaction.set_rollback(True)
    client.cookies = cookies
    response.getvalue()  # a download is closed by being read to its end
    status = str(response.status_code)
    if status == "302":
        status = REDIRECTS.get(response["Location"].split("?")[0], status)
    return status + done


def row(line: Line, world: World) -> str:
    libraries = line.route.startswith(tuple(THIRD_PARTY))
    cells = [
        "="
        if libraries and viewer in UNKNOWN_TO_LIBRARIES
        else f"{answer(client, 'get', line.path)}/{answer(client, 'post', line.path, line.data)}"
        for viewer, client in world.clients.items()
    ]
    return written_out(line.title, cells)


def written_out(title: str, cells: list[str] | tuple[str, ...]) -> str:
    return (f"{title:<88} " + " ".join(f"{cell:<12}" for cell in cells)).rstrip()


# The table is looked at in parts, so that several cores can look.
PARTS = 6
TITLES = [*HEAD.splitlines(), written_out("", VIEWERS)]


def test_the_table_speaks_of_every_address(world):
    if os.environ.get("WRITE_PERMISSIONS"):
        TABLE.write_text("\n".join([*TITLES, *(row(line, world) for line in world.lines)]) + "\n")
    told = TABLE.read_text().splitlines()
    assert told[: len(TITLES)] == TITLES
    assert [line[:88].rstrip() for line in told[len(TITLES) :]] == [line.title[:88].rstrip() for line in world.lines]


@pytest.mark.parametrize("part", range(PARTS))
def test_everybody_gets_what_the_table_says(world, part):
    told = TABLE.read_text().splitlines()[len(TITLES) :][part::PARTS]
    found = [row(line, world) for line in world.lines[part::PARTS]]
    assert found == told, "\n".join(difflib.unified_diff(told, found, "table", "site", n=0))


# One of each kind: who is asked to sign in, who has other things of their own, who lacks only the analyst's role.
REFUSED = ("nobody", "other", "staff")
REFUSALS = {"404", "in", "2nd"}


def test_a_refusal_does_not_tell_whether_the_thing_exists(world):
    """Whoever is refused gets the same answer for what is there, which is in the table, and for what is nowhere."""
    told, compared = [], 0
    for line, written_cells in zip(world.lines, TABLE.read_text().splitlines()[len(TITLES) :], strict=True):
        if not line.path_of_nothing or line.route.startswith(tuple(THIRD_PARTY)):
            continue
        cells = dict(zip(VIEWERS, written_cells.split()[-len(VIEWERS) :], strict=True))
        for viewer in REFUSED:
            for method, there in zip(("get", "post"), cells[viewer].split("/"), strict=True):
                if there not in REFUSALS:
                    continue
                compared += 1
                nowhere = answer(world.clients[viewer], method, line.path_of_nothing, line.data)
                if nowhere != there:
                    told.append(f"{method} {line.title} for {viewer}: {there}, but {nowhere} for nothing")
    assert (compared > 150, told) == (True, [])


def test_what_is_not_for_you_looks_like_what_is_not_there(world):
    client = world.clients["other"]
    jobs = {line.path for line in world.lines if line.route == "exports/<uuid:pk>/"}
    paths = [*jobs, "/exports/00000000-0000-0000-0000-000000000000/", "/nowhere/"]
    pages = {re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", client.get(path).content.decode()) for path in paths}
    assert (len(jobs), len(pages)) == (4, 1)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_no_page_is_made_for_other_methods(world, method):
    answers = {
        client.generic(method, line.path).status_code
        for line in world.lines
        for client in (world.clients["staff"], Client())
    }
    assert answers == {405}


def test_nobody_but_an_analyst_and_the_organisations_own_people_reads_a_reply(world):
    """A second look at the table, by the pages on which answers stand."""
    pages = (
        "census/<slug:wave>/answers/",
        "census/<slug:wave>/check/",
        "census/<slug:wave>/done/",
        "census/<slug:wave>/",
    )
    reading = {
        viewer
        for line in world.lines
        for viewer, client in world.clients.items()
        if (line.route in pages and answer(client, "get", line.path) == "200")
        or (line.route.endswith("cases/<int:pk>/answers/") and answer(client, "post", line.path, line.data) == "200+")
    }
    assert reading == {"letter", "member", "other", "analyst"}
