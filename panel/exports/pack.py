"""The strategy pack: what is in it, and the Word file that is made when somebody asks and kept until something in it changes.

The file is kept under a mark of all that it holds: the text of the sections, and each row of the table as it reads. Whatever a
moderator takes away, an author changes or the panel answers gives another mark, so the old file is not found any more. Both
halves of the mark are taken from the very rows that are written, never from a second look.
"""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from psycopg import sql

from commons.contributions.models import Channel, Kind, Mandate
from commons.exports.exports import NO_ROOM, HashedFile
from panel.exports.cited import spoken_and_cited, spoken_and_cited_count
from panel.models import Decision, Section, Version
from panel.pack import Pack, PackedAnswer, PackedChange, PackedPart, PackedSection, document_of
from panel.reports.voices import UNPLACED

FORMAT = 2
"""Part of every mark. Raise it when the same contents are to give another file."""

MOST_ANSWERS = 2_000
"""Rows in the table. A file with more of them is slow to open; the pack then says how many are left out and where they are."""

AUTHOR = "Reference panel"
LANGUAGE = "en-gb"
ENDING = ".docx"
OF_SECTION = ("number", "slug", "current__title", "current__number", "current", "part", "part__title", "part__intro")
OF_ANSWER = (
    "number", "made_at", "kind", "section_number", "section_title", "paragraph", "quote", "body", "replacement", "who",
    "organisation", "mandate", "agreed_on", "votes_for", "votes_against", "votes_entitled", "channel", "reply_by", "outcome",
    "reason", "decided_at", "decided_for", "decided_against", "changes", "part_place", "section_place", "start",
    "voice", "cited_title", "cited_url", "said_in", "title", "answer",
)  # fmt: skip
VOICE = OF_ANSWER.index("voice")


class NothingPublished(Exception):
    """There is no section that everybody may read, so there is nothing to put in a pack."""


class NoRoom(Exception):
    """The disk is full. No file was made, and none was harmed."""


# --- What is in it -----------------------------------------------------------------------------------------------------------


def _sections() -> QuerySet:
    return Section.objects.published().in_order()


def _mark(values: Any) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:32]


def parts() -> tuple[list[PackedPart], str]:
    """The framework with the version in force and the text before it, and the mark of it. One query."""
    before = Version.objects.filter(section=OuterRef("pk"), number=OuterRef("current__number") - 1)
    rows = _sections().annotate(
        at=F("current__published_at"), body=F("current__body"), before=Subquery(before.values("body"))
    )
    found: dict[int, PackedPart] = {}
    marked = []
    for *own, at, body, text_before in rows.values_list(*OF_SECTION, "at", "body", "before"):
        number, slug, title, version, _version, part, part_title, intro = own
        marked.append(tuple(own))
        listed = found.setdefault(part, PackedPart(part_title, intro, []))
        listed.sections.append(PackedSection(slug, number, title, version, at, body, text_before))
    return list(found.values()), _mark(marked)


def _rows() -> sql.Composed:
    """The rows of the table and, in each, the mark of all of them and how many there are: one statement, so one moment."""
    return sql.SQL(
        "WITH counted AS ({count}), "
        "chosen AS MATERIALIZED ({rows} ORDER BY number DESC, answer DESC, voice DESC LIMIT {most}), marked AS ("
        "SELECT md5(coalesce(string_agg(md5(one::text), '' ORDER BY number, answer, voice), '')"
        " || (SELECT count FROM counted)) AS mark FROM chosen one)"
    ).format(count=spoken_and_cited_count(), rows=spoken_and_cited(OF_ANSWER), most=sql.Literal(MOST_ANSWERS))


def left_out() -> int:
    """How many rows find no room in the table. One query."""
    with connection.cursor() as cursor:
        cursor.execute(spoken_and_cited_count())
        return max(0, cursor.fetchone()[0] - MOST_ANSWERS)


def answers() -> tuple[list[PackedAnswer], int, str]:
    """The table of comments and answers in the order of the text, how many found no room in it, and the mark of it. One query."""
    order = sql.SQL("part_place, section_place, paragraph NULLS FIRST, start NULLS FIRST, number, answer, voice")
    statement = sql.SQL(
        "{with_rows} SELECT mark, (SELECT count FROM counted), chosen.* FROM marked LEFT JOIN chosen ON true ORDER BY {order}"
    ).format(with_rows=_rows(), order=order)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    mark, total = found[0][:2]
    rows = [
        dict(zip(OF_ANSWER, row[2:], strict=True)) for row in found if row[2] is not None or row[2 + VOICE] is not None
    ]
    return [_answer(row) for row in rows], total - len(rows), mark


def _answer(row: dict[str, Any]) -> PackedAnswer:
    paragraph = f".{row['paragraph']}" if row["paragraph"] else ""
    section = f"{row['section_number']}{paragraph} {row['section_title']}" if row["section_number"] is not None else ""
    votes = ""
    if row["decided_for"] is not None:
        votes = _("%(yes)s votes to %(no)s") % {"yes": row["decided_for"], "no": row["decided_against"]}
    return PackedAnswer(
        number=row["number"],
        place=section or row["said_in"],
        said_in=row["said_in"] if section and row["kind"] in UNPLACED else "",
        title=row["title"] or "",
        who=row["who"],
        mandate=_mandate(row),
        made_on=row["made_at"] and timezone.localdate(row["made_at"]),
        body=row["body"],
        quote=row["quote"] or "",
        replacement=row["replacement"],
        cited=row["kind"] if row["voice"] is not None else "",
        cited_title=row["cited_title"] or "",
        cited_url=row["cited_url"] or "",
        is_suggestion=row["kind"] == Kind.SUGGESTION,
        outcome=str(Decision.Outcome(row["outcome"]).label) if row["outcome"] else "",
        reason=row["reason"] or "",
        votes=votes,
        decided_on=row["decided_at"] and timezone.localdate(row["decided_at"]),
        reply_by=row["reply_by"],
        changes=[PackedChange(was, now, label or "") for was, now, label in json.loads(row["changes"] or "[]")],
    )


def _mandate(row: dict[str, Any]) -> str:
    """For whom somebody speaks, in the words of a line; nothing for somebody who speaks for themselves, on the site."""
    said = [row["organisation"]] if row["organisation"] else []
    day = row["agreed_on"] and date_format(row["agreed_on"], "j F Y")
    match row["mandate"]:
        case Mandate.OFFICER:
            said.append(_("as an officer or employee"))
        case Mandate.BOARD:
            said.append(_("agreed by its board on %(day)s") % {"day": day} if day else _("agreed by its board"))
        case Mandate.MEMBERS if not day:
            said.append(_("agreed by a vote of its members"))
        case Mandate.MEMBERS:
            votes = {"day": day, "yes": row["votes_for"], "no": row["votes_against"]}
            said.append(_("its members voted on %(day)s: %(yes)s for, %(no)s against") % votes)
            if row["votes_entitled"]:
                said.append(_("of %(all)s who could vote") % {"all": row["votes_entitled"]})
    if row["channel"] != Channel.WEB:
        said.append(str(Channel(row["channel"]).label).lower())
    return ", ".join(said)


def fingerprint() -> str:
    """The mark under which the file of this moment is kept. Two queries. Raises `NothingPublished`."""
    marked = list(_sections().values_list(*OF_SECTION))
    if not marked:
        raise NothingPublished(_("The panel has not published anything yet."))
    statement = sql.SQL("{} SELECT mark FROM marked").format(_rows())
    with translation.override(LANGUAGE), connection.cursor() as cursor:
        cursor.execute(statement)
        return _joined(_mark(marked), cursor.fetchone()[0])


def _joined(*marks: str) -> str:
    return _mark((FORMAT, settings.SITE_NAME, settings.SITE_ADDRESS, *marks))


# --- The file ----------------------------------------------------------------------------------------------------------------


def folder() -> Path:
    """Where the file lies. Never under a public address."""
    return Path(settings.PRIVATE_DIR) / "packs"


def opened_pack() -> BinaryIO:
    """The file of this moment, made if there is none yet; whoever asks meanwhile waits for it.

    Raises `NothingPublished` or `NoRoom`.
    """
    found = _opened(folder() / f"{fingerprint()}{ENDING}")
    if found is not None:
        return found
    try:
        with _one_at_a_time():
            return _opened(folder() / f"{fingerprint()}{ENDING}") or _made()
    except OSError as error:
        if error.errno in NO_ROOM:
            raise NoRoom(_("There is no room left on our disk.")) from error
        raise


def _opened(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """One maker at a time on this machine. The lock ends with its holder, however that ends."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder() / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _made() -> BinaryIO:
    """Make the file and remove every other. It has its name only once it is whole and on the disk."""
    content, mark = made_now()
    path = folder() / f"{mark}{ENDING}"
    part = path.with_suffix(".part")
    try:
        with HashedFile(part) as file:
            file.write(content)
            file.reach_the_disk()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for other in folder().iterdir():
        if other != path and other.suffix in {ENDING, ".part"}:
            other.unlink(missing_ok=True)
    return path.open("rb")


def made_now() -> tuple[bytes, str]:
    """The Word file, and the mark of what is in it."""
    with translation.override(LANGUAGE):
        framework, mark_of_text = parts()
        table, missing, mark_of_table = answers()
        pack = Pack(
            title=_("%(site)s: the strategy pack") % {"site": settings.SITE_NAME},
            author=AUTHOR,
            site=settings.SITE_NAME,
            address=settings.SITE_ADDRESS,
            made_at=timezone.localtime(),
            parts=framework,
            answers=table,
            left_out=missing,
        )
        return document_of(pack), _joined(mark_of_text, mark_of_table)
