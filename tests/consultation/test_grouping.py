"""Facilitators make ideas of notes, put them together, merge and undo: every note stays, with its table."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commons.audit.models import Entry
from commons.moderation.actions import hold
from commons.moderation.models import Cause
from consultation.actions.grouping import (
    CannotMerge,
    IdeasStand,
    change_event_idea,
    group_notes,
    make_event_idea,
    merge_ideas,
    move_event_idea,
    take_note_out,
    unmerge_idea,
)
from consultation.actions.texts import StaleEdit
from consultation.models import Event, EventHelper, EventIdea, EventNote
from consultation.reports.capture import board_of
from tests.factories.events import a_note, a_session, a_table, an_event, an_event_idea
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return an_event(starts=dt.timedelta(hours=-1))


@pytest.fixture
def theme():
    return a_theme("Finance")


@pytest.fixture
def table(event, theme):
    return a_table(a_session(event, theme=theme), 4)


@pytest.fixture
def by(event):
    person = UserFactory(name="Ffion the facilitator")
    EventHelper.objects.create(event=event, person=person, part="facilitator")
    return person


@pytest.fixture
def notes(table):
    return [a_note(table.session, f"Note {number}", table=table) for number in range(4)]


@pytest.fixture
def signed_in(client, by):
    client.force_login(by)
    return client


def behind() -> dict[str, list[str]]:
    """The notes that stand under each idea."""
    found: dict[str, list[str]] = {}
    for note in EventNote.objects.exclude(idea=None).select_related("idea", "contribution").in_order():
        found.setdefault(note.idea.title, []).append(note.contribution.body)
    return found


def made(event, by, theme, title, notes=()):
    return make_event_idea(event, by=by, theme=theme, issue="Nobody lends", title=title, notes=notes)


def test_merging_moves_every_note_and_undoing_brings_each_back(event, by, theme, notes):
    one, two, three = (made(event, by, theme, title, [note]) for title, note in zip("ABC", notes, strict=False))
    merge_ideas(one, by=by, into=two)
    merge_ideas(two, by=by, into=three)
    group_notes(three, by=by, notes=[notes[3]])
    assert behind() == {"C": ["Note 0", "Note 1", "Note 2", "Note 3"]}
    one.refresh_from_db()
    assert (one.merged_into, one.merged_at is not None) == (two, True)
    unmerge_idea(two, by=by)
    assert behind() == {"B": ["Note 0", "Note 1"], "C": ["Note 2", "Note 3"]}
    unmerge_idea(one, by=by)
    assert behind() == {"A": ["Note 0"], "B": ["Note 1"], "C": ["Note 2", "Note 3"]}
    assert Entry.objects.filter(verb__in=["merge_ideas", "unmerge_idea"]).count() == 4


def test_only_two_that_stand_by_themselves_are_merged(event, by, theme):
    one, two = made(event, by, theme, "A"), made(event, by, theme, "B")
    elsewhere = an_event_idea(an_event("Another"), theme=theme)
    merge_ideas(one, by=by, into=two)
    for goes, stays in ((two, two), (two, one), (one, two), (two, elsewhere), (elsewhere, two)):
        with pytest.raises(CannotMerge):
            merge_ideas(goes, by=by, into=stays)


def test_a_note_is_put_in_one_idea_and_taken_out(event, by, theme, notes):
    one, two = made(event, by, theme, "A", notes[:2]), made(event, by, theme, "B")
    assert group_notes(two, by=by, notes=notes[1:3]) == 2
    assert behind() == {"A": ["Note 0"], "B": ["Note 1", "Note 2"]}
    take_note_out(notes[1], by=by)
    assert behind() == {"A": ["Note 0"], "B": ["Note 2"]}
    foreign = a_note(a_session(an_event("Another")))
    assert group_notes(one, by=by, notes=[foreign]) == 0


def test_words_change_only_on_what_was_seen(event, by, theme):
    idea = made(event, by, theme, "A")
    words = {"theme": theme, "issue": "New", "title": "New", "text": "New"}
    change_event_idea(idea, by=by, based_on=1, **words)
    with pytest.raises(StaleEdit):
        change_event_idea(idea, by=by, based_on=1, **words | {"title": "Newer"})
    idea.refresh_from_db()
    assert (idea.title, idea.revision) == ("New", 2)


def test_ideas_are_put_in_order_within_their_theme(event, by, theme):
    other = a_theme("Land")
    made(event, by, theme, "A")
    made(event, by, other, "X")
    last = made(event, by, theme, "B")
    move_event_idea(last, by=by, up=True)
    move_event_idea(last, by=by, up=True)
    assert [idea.title for idea in EventIdea.objects.filter(theme=theme)] == ["B", "A"]
    move_event_idea(last, by=by, up=False)
    assert [idea.title for idea in EventIdea.objects.filter(theme=theme)] == ["A", "B"]


def test_while_people_mark_nothing_is_merged_and_once_counted_nothing_changes(event, by, theme, notes):
    one, two = made(event, by, theme, "A"), made(event, by, theme, "B")
    Event.objects.update(marks_open_at=timezone.now())
    group_notes(one, by=by, notes=notes)
    for deed in (lambda: merge_ideas(one, by=by, into=two), lambda: unmerge_idea(one, by=by)):
        with pytest.raises(IdeasStand):
            deed()
    Event.objects.update(marks_frozen_at=timezone.now())
    for deed in (lambda: made(event, by, theme, "C"), lambda: take_note_out(notes[0], by=by)):
        with pytest.raises(IdeasStand):
            deed()


# --- The page -----------------------------------------------------------------------------------------------------------------


def url_of(event, name="event-ideas", *more) -> str:
    return reverse(f"consultation:{name}", args=[event.slug, *more])


def test_staff_and_facilitators_of_this_event_alone_open_it(event, signed_in, by):
    other = an_event("Another")
    assert [signed_in.get(url_of(one)).status_code for one in (event, other)] == [200, 404]
    EventHelper.objects.filter(person=by).update(part="door")
    assert signed_in.get(url_of(event)).status_code == 404
    assert Client().get(url_of(event)).status_code == 302
    staff = Client()
    staff.force_login(UserFactory(roles=["staff"]))
    assert staff.get(url_of(event)).status_code == 200


def test_a_facilitator_does_it_all_by_plain_forms(event, signed_in, theme, notes):
    def post(**sent):
        return signed_in.post(url_of(event), sent)

    ticked = [str(note.pk) for note in notes]
    new = {"do": "make", "theme": theme.pk, "issue": "Nobody lends", "title": "A"}
    assert post(**new, notes=ticked[:1]).status_code == 302
    assert post(**new | {"title": "B"}).status_code == 302
    one, two = EventIdea.objects.all()
    assert post(do="put", idea=two.pk, notes=ticked[1:3]).status_code == 302
    assert post(do="out", note=ticked[2]).status_code == 302
    assert post(do="up", idea=two.pk).status_code == 302
    assert [idea.title for idea in EventIdea.objects.all()] == ["B", "A"]
    assert post(do="merge", goes=one.pk, stays=two.pk).status_code == 302
    assert behind() == {"B": ["Note 0", "Note 1"]}
    page = signed_in.get(url_of(event)).content.decode()
    assert "“A” was merged into this." in page
    assert [f"Note {number}" in page for number in range(4)] == [True] * 4
    assert post(do="undo", idea=one.pk).status_code == 302
    assert behind() == {"A": ["Note 0"], "B": ["Note 1"]}


def test_what_does_not_fit_is_said_and_what_was_ticked_and_typed_stays(event, signed_in, theme, notes):
    key = str(notes[0].pk)
    answer = signed_in.post(url_of(event), {"do": "make", "notes": [key], "issue": "Typed words", "title": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert ('value="Typed words"' in page, f'id="tick-{key}" form="grouping" checked' in page) == (True, True)
    for sent in (
        {"do": "put", "idea": ""},
        {"do": "put", "notes": ["x"], "idea": "x"},
        {"do": "merge", "goes": "1", "stays": "1"},
        {"do": "make", "notes": ["x"]},
    ):
        assert signed_in.post(url_of(event), sent).status_code == 422
    idea = an_event_idea(event, theme=theme)
    same = {"do": "merge", "goes": idea.pk, "stays": idea.pk}
    assert signed_in.post(url_of(event), same).status_code == 409
    for sent in (
        {},
        {"do": "x"},
        {"do": "out", "note": "x"},
        {"do": "undo", "idea": "x"},
        {"do": "up", "idea": "9" * 30},
    ):
        assert signed_in.post(url_of(event), sent).status_code == 404


def test_a_stale_form_is_answered_with_what_stands_there_now(event, signed_in, by, theme):
    idea = made(event, by, theme, "A")
    url = url_of(event, "event-idea-change", idea.pk)
    sent = {"theme": theme.pk, "issue": "I", "title": "Mine", "text": "", "based_on": "1"}
    change_event_idea(idea, by=by, based_on=1, theme=theme, issue="Theirs", title="Theirs", text="")
    answer = signed_in.post(url, sent)
    assert (answer.status_code, "As it stands now: “Theirs”" in answer.content.decode()) == (409, True)
    assert answer.context["form"]["based_on"].value() == 2
    assert signed_in.post(url, sent | {"based_on": "2"}).status_code == 302
    assert signed_in.post(url, sent | {"title": ""}).status_code == 422
    idea.refresh_from_db()
    assert idea.title == "Mine"
    other = an_event_idea(an_event("Another"), theme=theme)
    assert signed_in.get(url_of(event, "event-idea-change", other.pk)).status_code == 404


def test_what_is_held_is_on_no_board(event, notes):
    hold(notes[0].contribution, by=None, cause=Cause.FIRST)
    board = board_of(event)
    [group] = board.loose
    assert (board.loose_count, [line.note for line in group.alone]) == (3, notes[1:])
