"""The invented Congress when it is long over: all of it is there, drawn once, and leads to words that changed."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from commons.contributions.models import Contribution, Kind
from commons.moderation.models import Standing
from consultation.models import (
    Ballot,
    Event,
    EventFeedback,
    EventNote,
    Mark,
    Phase,
)
from coopstrategy.demo.blog import draw_blog
from coopstrategy.demo.congress import draw_congress
from coopstrategy.demo.congress_ground import THEMES
from coopstrategy.demo.library import draw_library
from coopstrategy.demo.process import draw_process
from coopstrategy.demo.strategy import draw_strategy
from panel.models import Change, Section, Voice
from tests.coopstrategy.drawn import counted, draw_ground, left_at_the_drawing

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def after(django_db_setup, django_db_blocker) -> Iterator[Event]:
    """Congress long over, drawn once for all the tests here that read it. Nothing of it is left after the last of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        draw_ground()
        draw_strategy(stage="draft")
        draw_blog(stage="draft")
        draw_process(stage="after")
        draw_library(stage="draft")
        draw_congress(stage="after")
        yield Event.objects.get(slug="congress")
        transaction.set_rollback(True)


def test_every_notice_of_the_demo_has_the_day_of_what_it_tells_of(after):
    kinds = (
        "answer-undone", "answered", "appeal", "blog-coauthor", "blog-comment", "blog-decision", "blog-note", "blog-post",
        "cited", "reply", "report", "verdict", "words-changed", "you-said-we-changed",
    )  # fmt: skip
    assert left_at_the_drawing() == dict.fromkeys(kinds, 0)


def test_after_congress_all_of_it_is_there(after):
    event = after
    assert (
        event.marks_published_at > event.marks_frozen_at > event.marks_close_at,
        event.ends_at < timezone.now(),
    ) == (
        True,
        True,
    )
    assert event.registrations.exclude(checked_in_at=None).count() == 180
    assert event.registrations.exclude(ballot_given_at=None).count() == 180
    assert (EventFeedback.objects.count(), event.registrations.filter(has_fed_back=True).count()) == (41, 41)
    assert event.registrations.exclude(access_needs="").count() == 0
    assert event.sessions.exclude(minutes_published_at=None).count() == 4
    notes = EventNote.objects.filter(table__isnull=False)
    assert notes.count() == 183
    assert notes.filter(struck_at=None, confirmed_at=None).count() == 11
    struck = notes.exclude(struck_at=None)
    assert set(struck.values_list("contribution__standing", flat=True)) == {Standing.WITHDRAWN}
    assert (struck.count(), event.tables.filter(Q(confirmed_at=None) | Q(notes=None)).count()) == (7, 0)
    assert Contribution.objects.filter(event_note__isnull=False, standing=Standing.HELD).count() == 0
    phase = Phase.objects.get(name__contains="Congress")
    assert [phase.began_on, phase.ended_on] == [timezone.localdate(event.starts_at), timezone.localdate(event.ends_at)]


def test_drawing_it_again_changes_nothing(after):
    before = counted()
    for stage in ("after", "on-the-day", "before-congress", "draft"):
        draw_congress(stage=stage)
    assert counted() == before


def test_who_asks_for_an_earlier_moment_is_told_how_to_get_it(after, settings, capsys):
    settings.DEMO = True
    call_command("prepare_demo", "--stage", "on-the-day")
    assert "stands at a later moment (after)" in capsys.readouterr().out.rpartition("a ballot nobody has used")[2]
    call_command("prepare_demo")
    assert "stands at a later moment" not in capsys.readouterr().out


# --- notes, ideas and marks -----------------------------------------------------------------------------------------------


def test_the_notes_are_distinct_and_the_facilitator_made_27_ideas_of_them(after):
    event = after
    bodies = Counter(Contribution.objects.filter(event_note__isnull=False).values_list("body", flat=True))
    assert (max(bodies.values()), len(bodies)) == (1, 195)
    standing = event.ideas.filter(merged_into=None)
    assert Counter(standing.values_list("theme__slug", flat=True)) == dict.fromkeys(THEMES, 9)
    issues = Counter(standing.values_list("theme__slug", "issue"))
    assert (len(issues), set(issues.values())) == (9, {3})
    assert (event.ideas.exclude(merged_into=None).count(), standing.filter(notes=None).count()) == (3, 0)
    assert EventNote.objects.filter(idea__merged_into__isnull=False).count() == 0
    under = EventNote.objects.filter(kind=EventNote.Kind.IDEA)
    issues_of_tables = set(EventNote.objects.filter(kind=EventNote.Kind.ISSUE).values_list("pk", "table"))
    assert set(under.values_list("under", "table")) - issues_of_tables == set()


def test_every_table_has_a_theme_and_its_sessions_are_about_sections(after):
    event = after
    assert Counter(event.tables.values_list("theme__slug", flat=True)) == {
        "excellence": 6,
        "co-operation": 7,
        "innovation": 7,
    }
    about = event.sessions.filter(tables__isnull=False).annotate(sections=Count("about", distinct=True))
    assert set(about.values_list("theme__slug", "sections")) == {(theme, 4) for theme in THEMES}
    sections = Section.objects.filter(thread__about_in_sessions__in=event.sessions.filter(tables__isnull=False))
    assert sections.distinct().count() == Section.objects.count()


def test_every_mark_is_within_its_limit_and_the_counts_are_the_marks(after):
    event = after
    assert (Ballot.objects.count(), Ballot.objects.exclude(cast_at=None).count()) == (180, 168)
    used = Mark.objects.values("ballot", "kind", "idea__theme").annotate(number=Count("pk"))
    assert {one["number"] for one in used} == {event.marks_each - 1, event.marks_each}
    assert Mark.objects.filter(ballot__cast_at=None).count() == 0
    for idea in event.ideas.filter(merged_into=None):
        counted_marks = Counter(idea.marks.values_list("kind", flat=True))
        assert (idea.desirable_count, idea.achievable_count) == (
            counted_marks["desirable"],
            counted_marks["achievable"],
        )
    best = {
        theme: [
            event.ideas.filter(merged_into=None, theme__slug=theme).order_by(f"-{kind}_count").first().title
            for kind in ("desirable", "achievable")
        ]
        for theme in THEMES
    }
    assert {theme: len(set(titles)) for theme, titles in best.items()} == dict.fromkeys(THEMES, 2)


def test_the_idea_of_each_issue_that_was_marked_most_is_a_proposal(after):
    event = after
    proposals = Contribution.objects.filter(kind=Kind.PROPOSAL)
    assert (proposals.count(), proposals.public().count(), proposals.values("thread").distinct().count()) == (9, 9, 1)
    for issue in set(event.ideas.filter(merged_into=None).values_list("issue", flat=True)):
        found = event.ideas.filter(issue=issue, merged_into=None)
        most = max(found, key=lambda idea: idea.desirable_count + idea.achievable_count)
        assert [idea.title for idea in found if idea.proposal_id] == [most.title]


# --- the line of sight ----------------------------------------------------------------------------------------------------


def test_from_a_note_of_a_table_one_comes_to_the_words_that_changed(after):
    answered = Contribution.objects.filter(kind=Kind.PROPOSAL, voices__decision__undone_at=None, voices__isnull=False)
    assert answered.distinct().count() == 6
    note = Contribution.objects.get(body__startswith="Sit beside the board for a year: all the papers, no vote.")
    decision = Voice.objects.get(contribution=note).decision
    change = Change.objects.published().get(decision=decision)
    assert (change.section.slug, "with all the papers and no vote" in change.section.current.body) == ("skills", True)
    waiting = Change.objects.pending().get(
        decision__voices__contribution__title="Pay small suppliers within thirty days"
    )
    assert "pay them within thirty days" in waiting.section.draft.body
    assert "pay them within thirty days" not in waiting.section.current.body
    declined = Voice.objects.get(contribution__body="Let members of one co-op use their card at the next.")
    assert declined.decision.outcome == "no"
