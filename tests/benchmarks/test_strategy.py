"""The draft strategy when much is said: a section with 500 voices, a framework of 40 sections, 10,000 anchors found again, two
long versions compared."""

import random
from difflib import SequenceMatcher

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commons.contributions.models import Contribution, Order
from commons.contributions.reports import lines_of
from panel.actions.drafting import save_draft
from panel.actions.publishing import Because, place_of, publish_section
from panel.anchoring import quote_at
from panel.comparing import compare
from panel.models import Anchor, Section
from panel.paragraphs import paragraphs_of, places_of, text_of
from tests.benchmarks.measure import gauge, seconds_of, tell
from tests.factories.panel import a_part, a_section
from tests.factories.people import UserFactory
from tests.panel.edits import WORDS

VOICES, SECTIONS, ANCHORS, LONG = 500, 40, 10_000, 3_000
PLAIN = Template("{% for line in lines %}{% include 'components/contribution.html' %}{% endfor %}")


def long_text(dice: random.Random, words: int) -> str:
    """So many words, in sentences of ten and paragraphs of about sixty."""
    written = [dice.choice(WORDS) for _word in range(words)]
    sentences = [" ".join(written[at : at + 10]).capitalize() + "." for at in range(0, words, 10)]
    return "\n\n".join(" ".join(sentences[at : at + 6]) for at in range(0, len(sentences), 6))


def anchored(section: Section, number: int, dice: random.Random) -> None:
    """So many public comments on words of the section, by many people."""
    people = UserFactory.create_batch(min(number, 200))
    paragraphs = paragraphs_of(section.current.body)
    text, places = text_of(paragraphs), places_of(paragraphs)
    rows = Contribution.objects.bulk_create(
        [Contribution(thread=section.thread, author=dice.choice(people), body=f"Voice {at}.") for at in range(number)],
        batch_size=2_000,
    )
    anchors = []
    for row in rows:
        paragraph, (start, end) = dice.choice(list(zip(paragraphs, places, strict=True)))
        first = dice.randrange(start, max(start + 1, end - 60))
        quote = quote_at(text, first, min(end, first + dice.randrange(8, 60)))
        begin = text.index(quote.exact, first)
        anchors.append(
            Anchor(
                contribution=row, section=section, version=section.current, reach=Anchor.Reach.WORDS, exact=quote.exact,
                prefix=quote.prefix, suffix=quote.suffix, paragraph_then=paragraph.number, paragraph=paragraph.number,
                start=begin, end=begin + len(quote.exact), words_now=quote.exact,
            )
        )  # fmt: skip
    Anchor.objects.bulk_create(anchors, batch_size=2_000)


def edited(text: str, dice: random.Random, share: float) -> str:
    """The text with some of its words changed."""
    return " ".join(dice.choice(WORDS) if dice.random() < share else word for word in text.split(" "))


@pytest.mark.django_db
def test_a_section_with_500_voices():
    dice, client = random.Random(1), Client()
    section = a_section(long_text(dice, 600))
    anchored(section, VOICES, dice)
    url = reverse("panel:section", args=[section.slug])
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    tell("section page: queries", len(captured), "")
    page = seconds_of(lambda: client.get(url))
    plain = seconds_of(lambda: client.get("/about/"))
    tell(f"section page with {VOICES} voices (twenty shown), against a text page", page / plain)
    for order in Order:
        tell(f"  sorted by {order}", seconds_of(lambda order=order: client.get(f"{url}?order={order}")) * 1000, "ms")
    rows = list(Contribution.objects.public().with_authors())

    def drawn() -> str:
        return PLAIN.render(Context({"lines": lines_of(rows, AnonymousUser()), "user": None, "back": "/"}))

    lines = lines_of(rows, AnonymousUser())
    floor = seconds_of(lambda: PLAIN.render(Context({"lines": lines, "user": None, "back": "/"})))
    tell(f"{VOICES} voices read and drawn, against drawing them alone", seconds_of(drawn) / floor, goal="at most 1.25")


@pytest.mark.django_db
def test_a_framework_of_40_sections():
    dice, client = random.Random(2), Client()
    chair = UserFactory(roles=["chair"])
    for number in range(SECTIONS):
        a_part(f"Part {number // 10}")
        a_section(long_text(dice, 600), title=f"Section {number}", chair=chair)
    plain = seconds_of(lambda: client.get("/about/"))
    for name in ("framework", "document", "changes"):
        url = reverse(f"panel:{name}")
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        tell(f"{name} of {SECTIONS} sections: queries", len(captured), "")
        tell(f"{name} of {SECTIONS} sections, against a text page", seconds_of(lambda url=url: client.get(url)) / plain)


@pytest.mark.django_db
def test_publishing_finds_10000_anchors_again():
    dice, chair = random.Random(3), UserFactory(roles=["chair"])
    section = a_section(long_text(dice, LONG), chair=chair)
    anchored(section, ANCHORS, dice)
    old = section.current.body
    new = edited(old, dice, 0.03)
    draft = save_draft(section, by=chair, title=section.title, body=new, based_on=section.draft.revision)
    because = {place_of(one): Because(note="Plainer") for one in compare(old, new) if one.kind != "same"}
    alone = seconds_of(lambda: SequenceMatcher(None, old.split(), new.split()).get_opcodes(), 1)
    with gauge() as measured, CaptureQueriesContext(connection) as captured:
        publish_section(section, by=chair, based_on=draft.revision, reasons=because)
    tell(f"publishing {LONG:,} words with {ANCHORS:,} anchors", measured.seconds, "s", "a few seconds")
    tell("  memory above what was held before", measured.peak_mb, "MB")
    tell("  against difflib alone on the same words", measured.seconds / alone)
    tell("  queries", len(captured), "")


@pytest.mark.django_db
def test_comparing_two_long_versions():
    dice, client, chair = random.Random(4), Client(), UserFactory(roles=["chair"])
    old = long_text(dice, LONG)
    new = edited(old, dice, 0.05)
    section = a_section(old, new, chair=chair)
    url = reverse("panel:compare", args=[section.slug, 1, 2])
    assert client.get(url).status_code == 200
    alone = seconds_of(lambda: SequenceMatcher(None, old.split(), new.split()).get_opcodes(), 1)
    tell(f"comparing two versions of {LONG:,} words", seconds_of(lambda: compare(old, new)) * 1000, "ms")
    tell("  against difflib alone on the same words", seconds_of(lambda: compare(old, new)) / alone)
    tell("  the whole page", seconds_of(lambda: client.get(url)) * 1000, "ms")
