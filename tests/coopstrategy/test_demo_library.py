"""The invented library and ideas: in every state, answered and cited, and drawn once."""

from collections import Counter
from io import BytesIO

import pytest

from commons.contributions.models import Contribution
from commons.moderation.models import Standing
from consultation.models import Idea, Source
from coopstrategy.demo.blog import draw_themes
from coopstrategy.demo.library import a_pdf, draw_library
from coopstrategy.demo.strategy import draw_strategy
from panel.models import Change, Voice
from tests.coopstrategy.drawn import counted, draw_ground

pytestmark = pytest.mark.django_db


def rows() -> dict[str, int]:
    return counted() | {model.__name__: model.objects.count() for model in (Source, Idea, Voice)}


def test_the_library_and_the_ideas_are_drawn_once_in_every_state():
    draw_ground()
    draw_strategy(stage="draft")
    draw_themes()
    draw_library(stage="census")
    assert (Counter(Source.objects.values_list("state", flat=True)), Idea.objects.count()) == (
        {"public": 11, "draft": 1, "withdrawn": 1},
        0,
    )
    draw_library(stage="draft")
    drawn = rows()
    draw_library(stage="draft")
    assert rows() == drawn
    ideas = Contribution.objects.filter(idea__isnull=False)
    assert Counter(ideas.values_list("standing", flat=True)) == {
        Standing.PUBLISHED: 22,
        Standing.HELD: 1,
        Standing.DECLINED: 1,
        Standing.WITHDRAWN: 1,
    }
    assert Voice.objects.filter(contribution__idea__isnull=False).count() == 6
    assert Counter(Voice.objects.filter(source__isnull=False).values_list("source__state", flat=True)) == {
        "public": 4,
        "withdrawn": 1,
    }
    assert Change.objects.published().filter(decision__voices__source__isnull=False).distinct().count() == 1
    assert Source.objects.filter(file__isnull=False).count() == 3
    assert Idea.objects.filter(themes=None).count() == 0


def test_a_drawn_file_is_a_page_that_can_be_opened():
    data = a_pdf("A (small) paper", "It’s short.")
    file = BytesIO(data)
    place = int(data.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    file.seek(place)
    assert (file.read(4), data[:8], data.endswith(b"%%EOF\n"), b"A \\(small\\) paper" in data) == (
        b"xref",
        b"%PDF-1.4",
        True,
        True,
    )
