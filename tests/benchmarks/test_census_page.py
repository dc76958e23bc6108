"""A page of the census, looked at and saved by sixteen people at once, beside a plain Django form with the same fields."""

import json
import os
import random
from collections.abc import Iterator
from itertools import cycle

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from census.actions.codes import issue_codes
from census.actions.responses import facts_of
from census.instrument import Instrument, fields, form_data, route, sample_answers, text
from census.models import AccessCode, ContactRevision, PageRevision, Wave
from census.views.access import CODES
from coopstrategy.demo.census import QUESTIONNAIRE
from tests.benchmarks.clients import Tally, Walk, percentile, walk_along
from tests.benchmarks.crowd import make_wave
from tests.benchmarks.measure import tell
from tests.benchmarks.servers import processor_seconds, served

CLIENTS, ROUNDS, SECONDS, WARM_UP = 16, 4, 5.0, 2.0
PEOPLE = 400
WIDE = 40


def wide_questionnaire(questions: int) -> dict:
    """One page with so many scales of five: the page LimeSurvey was measured on."""
    scale = [{"code": f"p{n}", "n": n, "label": {"en": f"Point {n}"}} for n in range(1, 6)]
    asked = [
        {"code": f"w{n:02}", "type": "scale", "scale": "five", "label": {"en": f"How hard is thing {n}?"}}
        for n in range(questions)
    ]
    known = json.loads(QUESTIONNAIRE.read_text())
    return {
        **{key: known[key] for key in ("version", "languages", "default_language", "words")},
        "code": f"wide-{questions}",
        "title": {"en": "A wide page"},
        "scales": {"five": scale},
        "sections": [
            {
                "id": "all",
                "title": {"en": "All"},
                "pages": [{"id": "page", "title": {"en": "Page"}, "questions": asked}],
            }
        ],
    }


def come_in(codes: list[AccessCode], wave: Wave) -> Iterator[tuple[AccessCode, str]]:
    """Each code with the cookie of a browser that has typed it."""
    for code in codes:
        session = SessionStore()
        session[CODES] = {wave.slug: str(code.pk)}
        session.save()
        yield code, f"session={session.session_key}"


def codes_of(wave: Wave) -> list[AccessCode]:
    batch = issue_codes(wave, wave.cases.all(), by=None, label="Benchmark")
    return list(batch.codes.select_related("case__wave"))


def page_url(wave: Wave, page) -> str:
    return reverse("census:page", args=[wave.slug, page.section.id, page.id])


def whole_walk(code: AccessCode, cookie: str, dice: random.Random) -> Walk:
    """The whole questionnaire, answered by one organisation."""
    wave, facts = code.case.wave, facts_of(code.case)
    values, marks = sample_answers(wave.questionnaire, dice, facts)
    path = route(wave.questionnaire, values, facts)
    pages = []
    for page in path.pages:
        data: dict = {}
        for question in path.questions_on(page):
            data |= form_data(question, values, marks)
        pages.append((page_url(wave, page), data))
    return Walk(cookie, pages, onward=True)


def same_page_again(code: AccessCode, cookie: str, dice: random.Random) -> Walk:
    """One page, answered differently each time."""
    wave = code.case.wave
    [page] = wave.questionnaire.pages
    pages = []
    for time in range(50):
        data = {question.field: f"p{dice.randint(1, 5)}" for question in page.questions}
        data[page.questions[0].field] = f"p{1 + time % 2}"
        pages.append((page_url(wave, page), data))
    return Walk(cookie, pages)


def plain_pages(wave: Wave) -> dict[str, list[dict]]:
    """Every page's fields as the plain form knows them."""
    instrument: Instrument = wave.questionnaire
    return {
        page_url(wave, page): [
            {
                "name": part.name,
                "label": text(part.label or question.label, "en"),
                "control": part.control,
                "choices": [(option.code, text(option.label, "en")) for option in part.options],
                "max_length": part.max_length,
            }
            for question in page.questions
            for part in fields(question)
        ]
        for page in instrument.pages
    }


def queries_of(wave: Wave, walk: Walk) -> tuple[int, int]:
    """How many queries the second page of a walk takes to look at and to save, answered before."""
    client = Client()
    name, _, value = walk.cookie.partition("=")
    client.cookies[name] = value
    for place in range(2):
        path, data = walk.pages[place]
        for _time in range(2):
            with CaptureQueriesContext(connection) as looked:
                shown = client.get(path)
            form = shown.context["form"]
            hidden = {"case": form["case"].value(), "based_on": form["based_on"].value()}
            with CaptureQueriesContext(connection) as saved:
                assert client.post(path, {**hidden, **data}).status_code == 302
            data = walk.pages[place + 1][1] if not walk.onward else data
    # The test stands in a transaction of its own, so ours is a savepoint here; on a site it is a BEGIN and a COMMIT.
    return tuple(sum("SAVEPOINT" not in query["sql"] for query in captured) for captured in (looked, saved))


def told(name: str, tally: Tally, cores: int = 2) -> None:
    tell(f"{name}: flows (look, then save)", tally.flows / tally.seconds, "a second")
    for what, times in (("look", tally.get), ("save", tally.post)):
        tell(f"{name}: {what}, p50", percentile(times, 50), "ms")
        tell(f"{name}: {what}, p95", percentile(times, 95), "ms")
        tell(f"{name}: {what}, p99", percentile(times, 99), "ms")
    tell(f"{name}: processor of web and database, a request", 1000 * tally.server_seconds / tally.requests, "ms")
    tell(f"{name}: requests a second of processor time", tally.requests / tally.server_seconds, "")
    tell(
        f"{name}: share of the {cores} cores that the client took",
        100 * tally.client_seconds / tally.seconds / cores,
        "%",
    )


def row_counts() -> tuple[int, int]:
    """Revisions kept by the census, and rows of the plain form."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM plain_form_row")
        return PageRevision.objects.count() + ContactRevision.objects.count(), cursor.fetchone()[0]


@pytest.fixture
def plain_table(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE plain_form_row (id bigserial PRIMARY KEY, page text NOT NULL, answers jsonb NOT NULL)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE plain_form_row")


@pytest.mark.parametrize("name", ["one page of 40 questions", "the whole questionnaire"])
def test_page_against_a_plain_form(name, plain_table, site_env, durable_postgres, tmp_path):
    wide = name == "one page of 40 questions"
    wave = make_wave(PEOPLE, 0, wide_questionnaire(WIDE) if wide else None)
    dice, make = random.Random(1844), same_page_again if wide else whole_walk
    walks = [make(code, cookie, dice) for code, cookie in come_in(codes_of(wave), wave)]
    pages = tmp_path / "pages.json"
    pages.write_text(json.dumps(plain_pages(wave)))
    plain_env = {
        "PLAIN_FORM_PAGES": str(pages),
        "PLAIN_FORM_DATABASE": connection.settings_dict["NAME"],
        "PLAIN_FORM_SOCKETS": str(durable_postgres.sockets),
    }
    plain_walks = cycle([Walk("", walk.pages) for walk in walks])
    ours, plain, walks = Tally(), Tally(), iter(walks)
    with (
        served("coopstrategy.wsgi:application", env=site_env, log=tmp_path / "site.log") as site,
        served("tests.benchmarks.plain_form:application", env=plain_env, log=tmp_path / "plain.log") as peer,
    ):
        for number in range(ROUNDS + 1):
            for server, people, tally in ((site, walks, ours), (peer, plain_walks, plain)):
                used = processor_seconds(server.pid) + processor_seconds(durable_postgres.process.pid)
                before = row_counts()
                done = walk_along(server.port, people, CLIENTS, SECONDS if number else WARM_UP)
                used = processor_seconds(server.pid) + processor_seconds(durable_postgres.process.pid) - used
                done.server_seconds = used
                grown = [after - earlier for after, earlier in zip(row_counts(), before, strict=True)]
                assert grown == ([done.flows, 0] if server is site else [0, done.flows])
                if number:
                    tally.add(done)
    tell(f"{name}, {CLIENTS} people, {ROUNDS} rounds of {SECONDS:.0f} s in turns, fsync on", ROUNDS * SECONDS, "s each")
    told("census page", ours)
    told("plain form", plain)
    ratio = (ours.flows / ours.seconds) / (plain.flows / plain.seconds)
    tell("census page against the plain form, flows a second", ratio, goal="at least 0.7")
    cores = len(os.sched_getaffinity(0))
    both = percentile(ours.get + ours.post, 99)
    tell(
        f"census page: requests a second and core ({cores}, with the client on them)",
        ours.requests / ours.seconds / cores,
        "",
        goal="at least 94",
    )
    tell("census page: p99 of all requests", both, "ms", goal="at most 155")


@pytest.mark.django_db
@pytest.mark.parametrize("questions", [1, WIDE, None])
def test_queries_of_a_page_do_not_grow_with_its_questions(questions):
    wave = make_wave(3, 0, wide_questionnaire(questions) if questions else None)
    [(code, cookie)] = come_in(codes_of(wave)[:1], wave)
    walk = (same_page_again if questions else whole_walk)(code, cookie, random.Random(7))
    looked, saved = queries_of(wave, walk)
    name = f"a page of {questions}" if questions else "the questionnaire's second page"
    tell(f"queries to look at {name}", looked, "", goal="at most 8")
    tell(f"queries to save {name}", saved, "", goal="at most 8")
    assert max(looked, saved) <= 8
