"""The panel's desk takes what was said anywhere: to a section, as a big idea, and at an event, in a session or at a table."""

import uuid

import pytest
from django.urls import reverse

from commons.contributions.models import Contribution
from commons.contributions.reports import Place, told_of
from commons.digests.models import Notice
from commons.moderation.models import Standing
from panel.actions.deciding import AnsweredAlready, NobodyToAnswer, make_decision, undo_decision
from panel.exports import AnswersReport, ContributionsReport
from panel.exports.pack import answers
from panel.models import Decision, Voice
from panel.reports import answering_counts, desk_places, framework, on_desk, outcome_counts
from tests.factories.consultation import an_idea
from tests.factories.events import a_note, a_session, a_table, an_event, an_event_idea
from tests.factories.panel import a_section, said_to
from tests.factories.people import UserFactory
from tests.factories.proposals import a_proposal
from tests.factories.themes import a_theme
from tests.panel.test_exports import table_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def chair(client):
    person = UserFactory(roles=["chair"])
    client.force_login(person)
    return person


@pytest.fixture
def section(chair):
    return a_section(chair=chair, slug="finance")


@pytest.fixture
def session():
    return a_session(an_event(), "Money", theme=a_theme("Finance"))


def keys(rows) -> list[int]:
    return [row.pk for row in rows]


# --- What it lists -----------------------------------------------------------------------------------------------------------


def test_what_was_said_anywhere_is_found_by_its_place(section, session):
    comment, idea = said_to(section), an_idea()
    words, note = a_note(session, "Said aloud."), a_note(session, table=a_table(session, 4))
    elsewhere = a_note(a_session(an_event("Assembly"), "Land"), "Of land.")
    proposal = a_proposal(an_event_idea(session.event), note)
    event, other = session.event, elsewhere.session.event
    found = {place: keys(on_desk(place=place)) for place in ("", "sections", "ideas", "events")}
    at_events = [row.contribution_id for row in (words, note, elsewhere)] + [proposal.pk]
    assert found == {
        "": [comment.pk, idea.pk, *at_events],
        "sections": [comment.pk],
        "ideas": [idea.pk],
        "events": at_events,
    }
    assert keys(on_desk(place=f"event-{event.pk}")) == [words.contribution_id, note.contribution_id, proposal.pk]
    assert keys(on_desk(place=f"event-{other.pk}")) == [elsewhere.contribution_id]
    assert keys(on_desk(place=f"session-{session.pk}")) == [words.contribution_id, note.contribution_id]


def test_the_desk_offers_the_events_where_something_public_was_said_and_no_others(session):
    an_event("Silent day")
    hidden = a_note(a_session(an_event("Held day"), "Land"))
    Contribution.objects.filter(pk=hidden.contribution_id).update(standing=Standing.HELD)
    note = a_note(session)
    a_session(session.event, "Nobody spoke")
    event = session.event
    assert desk_places()[3:] == [
        ("Congress", [(f"event-{event.pk}", "Congress, all of it"), (f"session-{note.session_id}", "Money")])
    ]


def test_the_desk_is_narrowed_by_theme_and_words(client, chair, section):
    finance, land = a_theme("Finance"), a_theme("Land")
    event = an_event()
    money = a_session(event, "Money", theme=finance)
    at_other_table = a_note(money, "Ponds for looms.", table=a_table(money, 2, theme=land))
    note = a_note(money, "Looms.", table=a_table(money, 1))
    aloud = a_note(money, "Spoken of looms.")
    idea = an_idea("Looms for all", themes=[finance, land])
    proposal = a_proposal(an_event_idea(event, theme=finance), title="Looms together")
    said_to(section, body="A loom.")

    def listed(**asked):
        return keys(line.row for line in client.get(reverse("panel:desk"), asked).context["lines"])

    of_finance = [note.contribution_id, aloud.contribution_id, idea.pk, proposal.pk]
    assert listed(theme="finance", q="looms") == of_finance
    assert listed(theme="land") == [at_other_table.contribution_id, idea.pk]
    assert listed(theme="finance", place=f"session-{money.pk}") == [note.contribution_id, aloud.contribution_id]
    assert listed(q="ponds") == [at_other_table.contribution_id]
    assert listed(place="nonsense", theme="nonsense", q="ponds") == [at_other_table.contribution_id]


def test_who_writes_a_section_finds_what_was_said_in_sessions_about_it_and_what_was_answered_in_it(
    chair, section, session
):
    session.about.add(section.thread)
    about = a_note(session)
    elsewhere = a_note(a_session(session.event, "Land"))
    other = a_section(title="Land", chair=chair)
    make_decision(other, by=chair, voices=[elsewhere.contribution], outcome="no", reason="No.")
    assert keys(on_desk(section=section)) == [about.contribution_id]
    assert keys(on_desk(state="answered", section=other)) == [elsewhere.contribution_id]
    assert keys(on_desk(state="all", part=section.part)) == [about.contribution_id, elsewhere.contribution_id]


def test_replies_and_what_is_not_public_reach_no_desk(section, session):
    note = a_note(session)
    Contribution.objects.create(
        thread=session.thread, parent=note.contribution, root=note.contribution, depth=1, body="Yes."
    )
    held = a_note(session, "Held.")
    Contribution.objects.filter(pk=held.contribution_id).update(standing=Standing.HELD)
    assert keys(on_desk()) == [note.contribution_id]
    assert answering_counts().given == 1


# --- Answering ---------------------------------------------------------------------------------------------------------------


def test_a_note_is_answered_from_the_desk_in_the_section_that_is_chosen(client, chair, section, session):
    note = a_note(session, table=a_table(session, 4))
    answer = f"{reverse('panel:decision-make')}?c={note.contribution_id}"
    page = client.get(answer)
    assert (page.status_code, page.context["asks_section"], page.context["form"].initial) == (
        200,
        True,
        {"section": None},
    )
    sent = {"cites": "1", "outcome": "accepted", "reason": "", "key": str(uuid.uuid4()), "section": section.slug}
    refused = client.post(answer, sent)
    assert (refused.status_code, refused.context["form"]["section"].value()) == (422, section.slug)
    done = client.post(answer, sent | {"reason": "Yes."})
    assert (done.status_code, done["Location"]) == (302, f"{reverse('panel:desk')}?section={section.slug}")
    assert Decision.objects.get().section == section
    assert keys(voice.contribution for voice in Voice.objects.all()) == [note.contribution_id]


def test_the_section_that_the_session_was_about_is_suggested(client, chair, section, session):
    session.about.add(section.thread)
    note = a_note(session)
    page = client.get(reverse("panel:decision-make"), {"c": note.contribution_id})
    assert page.context["form"].initial == {"section": section}
    session.about.add(a_section(title="Land", chair=chair).thread)
    page = client.get(reverse("panel:decision-make"), {"c": note.contribution_id})
    assert page.context["form"].initial == {"section": None}


def test_a_note_beside_a_comment_is_answered_where_the_comment_points(client, chair, section, session):
    note, comment = a_note(session), said_to(section)
    answer = f"{reverse('panel:decision-make')}?c={note.contribution_id}&c={comment.pk}"
    assert client.get(answer).context["asks_section"] is False
    sent = {"cites": "1", "outcome": "no", "reason": "No.", "key": str(uuid.uuid4())}
    assert client.post(answer, sent).status_code == 302
    assert Voice.objects.filter(decision__section=section).count() == 2


def test_a_note_is_answered_once_in_each_section(chair, section, session):
    note, other = a_note(session).contribution, a_section(title="Land", chair=chair)
    make_decision(section, by=chair, voices=[note], outcome="no", reason="No.")
    with pytest.raises(AnsweredAlready):
        make_decision(section, by=chair, voices=[note], outcome="later", reason="Later.")
    make_decision(other, by=chair, voices=[note], outcome="later", reason="Later.")
    assert [answer.place for answer in told_of([note])[note.pk].answers] == [str(section), str(other)]


def test_what_is_said_in_a_session_but_stands_under_a_note_is_not_answered(chair, section, session):
    note = a_note(session).contribution
    reply = Contribution.objects.create(thread=session.thread, parent=note, root=note, depth=1, body="Yes.")
    with pytest.raises(NobodyToAnswer):
        make_decision(section, by=chair, voices=[reply], outcome="no", reason="No.")


def test_whoever_answers_a_proposal_answers_the_notes_it_was_made_of(client, chair, section, session):
    author = UserFactory()
    notes = [a_note(session, body) for body in ("One.", "Two.", "Held.")]
    Contribution.objects.filter(pk=notes[0].contribution_id).update(author=author)
    Contribution.objects.filter(pk=notes[2].contribution_id).update(standing=Standing.HELD)
    proposal = a_proposal(an_event_idea(session.event), *notes)
    assert client.get(reverse("panel:decision-make"), {"c": proposal.pk}).context["notes_too"] == 2
    decision = make_decision(section, by=chair, voices=[proposal], outcome="accepted", reason="Yes.")
    behind = list(decision.voices.values_list("contribution", flat=True))
    assert behind == [proposal.pk, notes[0].contribution_id, notes[1].contribution_id]
    assert [notice.recipient for notice in Notice.objects.filter(kind="answered")] == [author]
    undo_decision(decision, by=chair, reason="Too soon.")
    assert keys(on_desk()) == [notes[0].contribution_id, notes[1].contribution_id, proposal.pk]


def test_a_note_that_has_an_answer_in_the_section_keeps_it_when_the_proposal_is_answered(chair, section, session):
    note = a_note(session)
    proposal = a_proposal(an_event_idea(session.event), note)
    make_decision(section, by=chair, voices=[note.contribution], outcome="no", reason="No.")
    decision = make_decision(section, by=chair, voices=[proposal], outcome="accepted", reason="Yes.")
    assert list(decision.voices.values_list("contribution", flat=True)) == [proposal.pk]


# --- What became of it -------------------------------------------------------------------------------------------------------


def test_a_note_tells_where_it_was_said_under_what_and_what_it_became_part_of(session):
    table = a_table(session, 4)
    issue = a_note(session, "Nobody can borrow", table=table, kind="issue")
    note = a_note(session, "Ask the members.", table=table, under=issue.pk)
    proposal = a_proposal(an_event_idea(session.event, theme=session.theme), note)
    told = told_of([note.contribution, proposal])
    where = f"/events/congress/notes/#n-{note.pk}"
    assert told[note.contribution_id].place == Place("Congress: Money", where, under="Finance: Nobody can borrow")
    assert told[note.contribution_id].gathered == Place("A bank of looms", proposal.get_absolute_url())
    assert told[proposal.pk].place == Place("Congress", "/events/congress/", under="Finance: Nobody can borrow")
    Contribution.objects.filter(pk__in=[issue.contribution_id, proposal.pk]).update(standing=Standing.HELD)
    told = told_of([note.contribution])
    assert (told[note.contribution_id].place.under, told[note.contribution_id].gathered) == ("Finance", None)


def test_the_page_of_a_note_says_where_it_was_said_and_that_nothing_is_decided_yet(client, session):
    note = a_note(session, table=a_table(session, 4))
    page = client.get(note.get_absolute_url()).content.decode()
    assert [words in page for words in ("Where it was said", "Congress: Money", "Table 4", "Nothing yet.")] == [
        True
    ] * 4


# --- Counted and told to everybody -------------------------------------------------------------------------------------------


def test_ideas_notes_and_proposals_count_among_what_was_heard_and_answered(chair, section, session):
    idea, note = an_idea(), a_note(session)
    said_to(section)
    a_proposal(an_event_idea(session.event))
    other = a_section(title="Land", chair=chair)
    make_decision(section, by=chair, voices=[idea.contribution, note.contribution], outcome="no", reason="No.")
    make_decision(other, by=chair, voices=[idea.contribution], outcome="later", reason="Later.")
    everywhere, here, there = answering_counts(), answering_counts(section), answering_counts(other)
    assert (everywhere.given, everywhere.answered, everywhere.waiting) == (4, 2, 2)
    assert [(one.given, one.answered) for one in (here, there)] == [(3, 2), (1, 1)]
    assert {code: number for code, _words, number in outcome_counts()} == {
        "accepted": 0,
        "in_part": 0,
        "no": 2,
        "later": 1,
    }
    assert [part.sections[0].voice_count for part in framework()] == [1]


def test_the_tables_hold_what_was_said_anywhere_once_for_each_answer(chair, section, session):
    idea, note = an_idea("A bank", body="Lend."), a_note(session, table=a_table(session, 4))
    proposal, comment = a_proposal(an_event_idea(session.event)), said_to(section)
    other = a_section(title="Land", chair=chair)
    make_decision(section, by=chair, voices=[idea.contribution], outcome="no", reason="No.")
    make_decision(other, by=chair, voices=[idea.contribution], outcome="later", reason="Later.")
    told = {
        row[:3]: row[3:]
        for row in (
            (one["Number"], one["Place"], one["Where it was said"], one["Title"], one["What was said"], one["Answer"])
            for one in table_of(AnswersReport())
        )
    }
    assert told == {
        (str(idea.pk), str(section), "Big ideas"): ("A bank", "Lend.", "Not accepted"),
        (str(idea.pk), str(other), "Big ideas"): ("A bank", "Lend.", "Not now, later"),
        (str(note.contribution_id), "", "Congress: Money"): ("", "We need looms.", ""),
        (str(proposal.pk), "", "Congress"): ("A bank of looms", "All pay in.", ""),
        (str(comment.pk), str(section), "The draft strategy"): ("", comment.body, ""),
    }
    rows = table_of(ContributionsReport())
    assert sorted((row["Number"], row["Kind"]) for row in rows) == sorted(
        [(str(idea.pk), "Idea")] * 2
        + [(str(note.contribution_id), "Note"), (str(proposal.pk), "Proposal"), (str(comment.pk), "Comment")]
    )
    assert [row["Number"] for row in table_of(AnswersReport(), {"section": other.pk})] == [str(idea.pk)]


def test_the_strategy_pack_tells_where_each_was_said(chair, section, session):
    idea, note = an_idea("A bank", body="Lend."), a_note(session, table=a_table(session, 4))
    waiting = a_note(session, "Later.")
    voices = [idea.contribution, note.contribution]
    make_decision(section, by=chair, voices=voices, outcome="no", reason="No.")
    table, left_out, mark = answers()
    assert [(one.number, one.place, one.said_in, one.title, one.mandate) for one in table] == [
        (idea.pk, str(section), "Big ideas", "A bank", ""),
        (note.contribution_id, str(section), "Congress: Money", "", "at a table"),
        (waiting.contribution_id, "Congress: Money", "", "", "at an event"),
    ]
    Contribution.objects.filter(pk=waiting.contribution_id).update(standing=Standing.HELD)
    assert (left_out, answers()[2] == mark) == (0, False)


def test_the_page_to_print_and_the_home_page_hold_them(client, chair, section, session):
    idea = an_idea("A bank", body="Lend.")
    make_decision(section, by=chair, voices=[idea.contribution], outcome="no", reason="No.")
    a_note(session, "We need looms.")
    page = client.get(reverse("panel:pack-print")).content.decode()
    assert ["Big ideas" in page, "Lend." in page, "Congress: Money" in page] == [True] * 3
    assert client.get(reverse("home")).context["counts"].given == 2
