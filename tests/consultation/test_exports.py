"""The library, the ideas and the marks as tables: what everybody may read, and nothing else."""

import pytest
from django.utils import timezone

from commons.contributions.actions import support_contribution, withdraw_contribution
from commons.moderation.actions import hold
from commons.moderation.models import Cause
from consultation.actions import make_event_idea, withdraw_source
from consultation.actions.marks import cast_ballot, choose_proposals, close_marks, freeze_marks, publish_marks
from consultation.exports import BallotsReport, EventNotesReport, IdeasReport, MarksReport, SourcesReport
from consultation.models import Event
from tests.factories.blog import a_theme
from tests.factories.consultation import A_PDF, a_source, an_idea, said_of
from tests.factories.events import a_ballot, a_marking, a_note, a_session, a_table, an_event
from tests.factories.people import UserFactory
from tests.panel.test_exports import table_of

pytestmark = pytest.mark.django_db


def test_the_table_of_sources_holds_each_public_source_exactly(settings):
    source = a_source(themes=[a_theme("Money"), a_theme("Land")], file=A_PDF, link="https://example.coop/paper")
    a_source("A draft", is_public=False)
    withdraw_source(a_source("Gone"), by=None, reason="Wrong")
    day = timezone.localtime(source.published_at)
    assert table_of(SourcesReport()) == [
        {
            "Number": str(source.pk),
            "Address": f"{settings.SITE_ADDRESS}/sources/how-clubs-borrow/",
            "Title": "How clubs borrow",
            "Who made it": "Loom Research",
            "Year": "2015",
            "Kind": "Research",
            "Language": "English",
            "Themes": "Land; Money",
            "Summary": "Four clubs of five.",
            "Where it was published": "https://example.coop/paper",
            "Has a file": "t",
            "Has its text here": "t",
            "Public since": f"{day:%Y-%m-%d %H:%M}",
        }
    ]


def test_the_table_of_ideas_holds_each_public_idea_exactly(settings):
    idea = an_idea(
        by=UserFactory(name="Olwen Hughes"), themes=[a_theme("Land")], needs=["law", "money"], helps=["arts"]
    )
    support_contribution(idea.contribution, by=UserFactory())
    said_of(idea)
    hold(said_of(idea), by=None, cause=Cause.FIRST)
    an_idea("Held", is_public=False)
    [row] = table_of(IdeasReport())
    day = timezone.localtime(idea.contribution.made_at)
    assert row == {
        "Number": str(idea.pk),
        "Address": f"{settings.SITE_ADDRESS}/ideas/{idea.pk}/",
        "Idea": "A bank of looms",
        "Text": "Share them.",
        "Who": "Olwen Hughes",
        "Organisation": "",
        "Speaking": "For myself",
        "Said at": f"{day:%Y-%m-%d %H:%M}",
        "Changed at": "",
        "Themes": "Land",
        "Helps": "Arts and culture",
        "Needs": "A change in the law; Money",
        "People who agree": "1",
        "Comments": "1",
    }


def test_the_table_of_notes_holds_each_public_note_exactly(settings):
    table = a_table(a_session(an_event(), theme=a_theme("Finance")), 4)
    issue = a_note(table.session, "Nobody lends.", table=table, kind="issue", confirmed_at=timezone.now())
    note = a_note(table.session, "=A bank.", table=table, under=issue.pk)
    make_event_idea(table.event, by=None, theme=table.theme, issue="Lending", title="@A bank", notes=[note])
    struck = a_note(table.session, "Struck.", table=table)
    withdraw_contribution(struck.contribution, by=None)
    other = a_note(a_session(an_event("Another"), "Land"), "From the room.")
    rows = table_of(EventNotesReport())
    assert [row["Text"] for row in rows] == ["Nobody lends.", "'=A bank.", "From the room."]
    received = timezone.localtime(note.received_at)
    assert rows[1] == {
        "Number": str(note.contribution_id),
        "Address": f"{settings.SITE_ADDRESS}/contributions/{note.contribution_id}/",
        "Event": "Congress",
        "Session": "Money",
        "Theme": "Finance",
        "Table": "4",
        "Kind": "Idea",
        "Text": "'=A bank.",
        "Who": "Table 4",
        "About the issue": "Nobody lends.",
        "In the idea": "'@A bank",
        "Read back and confirmed": "f",
        "Received at": f"{received:%Y-%m-%d %H:%M}",
    }
    [row] = table_of(EventNotesReport(), {"event": other.session.event.pk})
    assert (row["Event"], row["Table"], row["Theme"]) == ("Another", "", "")
    assert EventNotesReport().clean_params({"event": str(table.event.pk)}) == {"event": table.event.pk}
    withdraw_contribution(issue.contribution, by=None)
    assert [row["About the issue"] for row in table_of(EventNotesReport())] == ["", ""]


def test_nothing_that_was_typed_runs_as_a_formula():
    a_source("=1+1", made_by="@SUM(1)", summary="+2")
    an_idea("=1+1", body="-3")
    [source], [idea] = table_of(SourcesReport()), table_of(IdeasReport())
    assert (source["Title"], source["Who made it"], source["Summary"]) == ("'=1+1", "'@SUM(1)", "'+2")
    assert (idea["Idea"], idea["Text"]) == ("'=1+1", "'-3")


@pytest.mark.parametrize(("role", "may"), [("staff", True), ("chair", True), ("editor", False), ("scribe", False)])
def test_staff_and_the_panel_may_have_them(role, may):
    assert [report.may_run(UserFactory(roles=[role]), {}) for report in (SourcesReport(), IdeasReport())] == [may, may]


def a_marked_event(**given: str) -> Event:
    """Two ballots of three are cast, and the second idea is a proposal."""
    event = a_marking(ideas=2, **given)
    one, two = event.ideas.order_by("place").values_list("pk", flat=True)
    for desirable, achievable in (([two], [one, two]), ([one, two], [])):
        cast_ballot(a_ballot(event), by=None, desirable=desirable, achievable=achievable, based_on=0)
    a_ballot(event)
    publish_marks(freeze_marks(close_marks(event, by=None), by=None), by=None)
    choose_proposals(event, [two], by=UserFactory())
    return event


def test_the_table_of_marks_holds_each_count_exactly(settings):
    event = a_marked_event()
    a_marking(slug="open", say_code="OPEN")
    one, two = event.ideas.order_by("place")
    first = {
        "Number": str(one.pk),
        "Event": "Congress",
        "Theme": "Theme 1",
        "Issue": "Nobody can borrow",
        "Idea": "Idea 1 of 1",
        "Text": "",
        "Desirable": "1",
        "Achievable": "1",
        "Ballots given": "3",
        "Ballots cast": "2",
        "Proposal": "",
    }
    address = f"{settings.SITE_ADDRESS}/contributions/{two.proposal_id}/"
    second = first | {"Number": str(two.pk), "Idea": "Idea 2 of 1", "Desirable": "2", "Proposal": address}
    assert table_of(MarksReport()) == [first, second]


def test_the_table_of_ballots_says_what_was_marked_and_nothing_else():
    a_marked_event()
    both = "Idea 1 of 1; Idea 2 of 1"
    assert table_of(BallotsReport()) == [
        {"Number": "1", "Event": "Congress", "Most desirable": both, "Most achievable": ""},
        {"Number": "2", "Event": "Congress", "Most desirable": "Idea 2 of 1", "Most achievable": both},
    ]


def test_what_was_typed_at_an_event_does_not_run_as_a_formula():
    event = a_marked_event(title="=1+1", slug="formula")
    event.ideas.update(title="@SUM(1)", issue="-1", text="+2")
    [row, _second], [ballot, _other] = table_of(MarksReport()), table_of(BallotsReport())
    assert [row[name] for name in ("Event", "Idea", "Issue", "Text")] == ["'=1+1", "'@SUM(1)", "'-1", "'+2"]
    assert (ballot["Event"], ballot["Most desirable"]) == ("'=1+1", "'@SUM(1)")


@pytest.mark.parametrize(("role", "may"), [("staff", True), ("chair", False), ("editor", False)])
def test_staff_alone_may_have_the_marks_and_the_ballots(role, may):
    assert [report.may_run(UserFactory(roles=[role]), {}) for report in (MarksReport(), BallotsReport())] == [may, may]
