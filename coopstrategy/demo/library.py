"""An invented library of what the strategy builds on, and invented big ideas in every state. The words stand in
library_texts/; all people, organisations and figures in them are invented, but for those that are public knowledge of the sector.

Ideas and what is said to them are plain rows written many at once, as `voices` writes them; what the panel decided is done by the
real actions.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from commons.contributions.models import Contribution, Thread
from commons.digests.models import Notice
from commons.people.models import User
from commons.themes.models import Theme
from consultation.actions import SentFile, Written, add_source, publish_source, withdraw_source
from consultation.models import Idea, Source
from coopstrategy.demo.citing import cite_things
from coopstrategy.demo.days import at_some_hour, date_notices, dice_for, key_of
from coopstrategy.demo.voices import Said, Voices
from panel.actions.deciding import make_decision
from panel.models import Section

TEXTS = Path(__file__).with_name("library_texts")


@cache
def read_library(name: str) -> dict[str, Any]:
    """One file of invented words."""
    return json.loads((TEXTS / f"{name}.json").read_text(encoding="utf-8"))


def draw_library(*, stage: str) -> None:
    """Draw the library and, at "draft", the big ideas and what the panel made of both. Doing it again changes nothing. Register,
    people, draft strategy and blog must have been drawn."""
    now = timezone.now().replace(second=0, microsecond=0)
    people = {user.email.split("@")[0]: user for user in User.objects.filter(email__endswith="@example.coop")}
    with transaction.atomic():
        _draw_sources(now, by=people["wren"])
        if stage == "draft" and not Contribution.objects.filter(key=key_of("idea", "0")).exists():
            last = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            sources = {source.title: source for source in Source.objects.all()}
            # It was cited while it was public, and taken back later.
            cited = [publish_source(source, by=None) for source in sources.values() if source.state == "withdrawn"]
            for told in read_library("sources")["citations"]:
                cite_things(told, sources, people=people, now=now, family="library")
            for source in cited:
                withdraw_source(source, by=people["wren"], reason="Two towns were counted twice.")
            _draw_ideas(now, people)
            date_notices(now, after=last)


def _draw_sources(now: datetime, *, by: User) -> None:
    themes = {theme.slug: theme for theme in Theme.objects.all()}
    for told in read_library("sources")["sources"]:
        key = key_of("source", told["title"])
        if Source.objects.filter(key=key).exists():
            continue
        words = {name: told[name] for name in Written.__dataclass_fields__ if name in told}
        file = SentFile(a_pdf(told["title"], told["made_by"], told["summary"])) if "file" in told else None
        chosen = [themes[slug] for slug in told["themes"] if slug in themes]
        source = add_source(by=by, written=Written(**words), themes=chosen, file=file, key=key)
        state, moment = told.get("state", "public"), now - timedelta(days=told["days"])
        if state != "draft":
            publish_source(source, by=by)
            Source.objects.filter(pk=source.pk).update(published_at=moment)
        if state == "withdrawn":
            withdraw_source(source, by=by, reason=told["reason"])
        Source.objects.filter(pk=source.pk).update(made_at=moment, edited_at=moment)


def a_pdf(*lines: str) -> bytes:
    """A page with these lines, small and complete, as a reader of such files opens it."""
    broken = [words for line in lines for words in _broken(line)]
    shown = "\n".join(f"({_escaped(words)}) Tj T*" for words in broken)
    text = f"BT /F1 12 Tf 16 TL 60 760 Td\n{shown}\nET".encode("cp1252", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return made + end % (len(parts) + 1, table, len(parts) + 1, len(made))


def _broken(line: str, most: int = 76) -> list[str]:
    lines = [""]
    for word in line.split():
        if len(lines[-1]) + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [*lines, ""]


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _draw_ideas(now: datetime, people: Mapping[str, User]) -> None:
    told = read_library("ideas")
    ideas = told["ideas"]
    days = [
        at_some_hour(now - timedelta(days=one["days"]), dice_for("idea", str(at)), now) for at, one in enumerate(ideas)
    ]
    threads = Thread.objects.bulk_create(Thread(made_at=day) for day in days)
    hosts = Thread.hosts.through
    hosts.objects.bulk_create(
        hosts(thread_id=thread.pk, user_id=people[one["who"]].pk) for thread, one in zip(threads, ideas, strict=True)
    )
    roots, said = [], []
    for at, (one, day, thread) in enumerate(zip(ideas, days, threads, strict=True)):
        roots.append(Said(one, key_of("idea", str(at)), day, thread.pk))
        dice = dice_for("idea", str(at), "comments")
        for number, voice in enumerate(one["comments"]):
            moment = min(day + timedelta(hours=dice.uniform(5, 60) * (number + 1)), now - timedelta(minutes=30))
            said.append(Said(voice, key_of("idea", str(at), "said", str(number)), moment, thread.pk))
    Voices(now).write([*roots, *said])
    themes = {theme.slug: theme.pk for theme in Theme.objects.all()}
    Idea.objects.bulk_create(
        Idea(contribution=root.row, thread_id=root.thread_id, helps=one["helps"], needs=one["needs"])
        for root, one in zip(roots, ideas, strict=True)
    )
    through = Idea.themes.through
    through.objects.bulk_create(
        through(idea_id=root.row.pk, theme_id=themes[slug])
        for root, one in zip(roots, ideas, strict=True)
        for slug in one["themes"]
        if slug in themes
    )
    rows = {root.row.title: root.row for root in roots}
    for answer in told["answers"]:
        _answer(answer, rows, people=people, now=now)


def _answer(
    told: Mapping[str, Any], rows: Mapping[str, Contribution], *, people: Mapping[str, User], now: datetime
) -> None:
    section = Section.objects.published().filter(slug=told["section"]).first()
    if section is None:
        return
    make_decision(
        section,
        by=people[told["by"]],
        voices=[rows[title] for title in told["ideas"]],
        outcome=told["outcome"],
        reason=told["reason"],
        key=key_of("idea", "answer", told["id"]),
        votes_for=told["votes"][0],
        votes_against=told["votes"][1],
        now=now - timedelta(days=told["days"]),
    )
