"""The library and the ideas as tables: what everybody may read, and nothing else."""

import pytest
from django.utils import timezone

from commons.contributions.actions import support_contribution, withdraw_contribution
from commons.moderation.actions import hold
from commons.moderation.models import Cause
from consultation.actions import make_event_idea, withdraw_source
from consultation.exports import EventNotesReport, IdeasReport, SourcesReport
from tests.factories.blog import a_theme
from tests.factories.consultation import A_PDF, a_source, an_idea, said_of
from tests.factories.events import a_note, a_session, a_table, an_event
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
