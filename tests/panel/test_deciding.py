"""From a voice to the words it changed, and back: pointing, answering, taking words into the draft, publishing, and undoing."""

import uuid

import pytest

from commons.contributions.models import Contribution
from commons.contributions.reports import told_of
from commons.digests.models import Notice
from commons.moderation.models import Standing
from panel.actions.deciding import (
    AnsweredAlready,
    NobodyToAnswer,
    UndoneAlready,
    WordsNotThere,
    accept_suggestion,
    make_decision,
    undo_decision,
)
from panel.actions.drafting import save_draft
from panel.actions.pointing import (
    NotAsked,
    NothingSuggested,
    PassageNotThere,
    Pointing,
    give_to_section,
    say_if_applies,
)
from panel.actions.publishing import Because, ReasonsMissing, publish_section
from panel.models import Anchor, Change, Decision
from panel.reports import reasons_of, shown_paragraphs
from tests.factories.panel import TEXT, a_section, publish, said_to
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chair():
    return UserFactory(roles=["chair"])


def test_a_comment_on_exact_words_keeps_the_words_and_what_stands_around_them():
    section = a_section()
    anchor = said_to(section, paragraph=2, words="explore a lending desk").anchor
    assert (anchor.exact, anchor.prefix, anchor.suffix) == (
        "explore a lending desk",
        "s less from their own members than they could.\nThe sector will "[-40:],
        ", shared by all our federations. It will answer"[:40],
    )
    assert (anchor.reach, anchor.paragraph, anchor.state, anchor.version) == ("words", 2, "same", section.current)


def test_words_that_are_not_there_are_refused_and_nothing_is_kept():
    section = a_section()
    for paragraph, words in ((2, "a bank for pigs"), (9, ""), (1, "lending desk")):
        with pytest.raises(PassageNotThere):
            said_to(section, paragraph=paragraph, words=words)
    assert Contribution.objects.count() == 0


def test_a_suggestion_of_the_same_words_is_refused():
    with pytest.raises(NothingSuggested):
        said_to(a_section(), paragraph=2, words="explore", replacement=" explore ")


def test_the_same_form_sent_twice_gives_one_contribution_with_one_anchor():
    section, person, key = a_section(), UserFactory(), uuid.uuid4()
    given = {"by": person, "body": "Fast", "key": key, "pointing": Pointing(version=1, paragraph=2, words="explore")}
    rows = [give_to_section(section, **given) for _time in range(2)]
    assert (rows[0], Anchor.objects.count()) == (rows[1], 1)


def test_words_of_an_older_version_are_found_again_in_the_newest():
    section = a_section(TEXT, TEXT.replace("explore", "open by March"))
    pointing = Pointing(version=1, paragraph=2, words="ten working days")
    row = give_to_section(section, by=UserFactory(), body="Too slow", key=uuid.uuid4(), pointing=pointing)
    anchor = Anchor.objects.get(contribution=row)
    assert (anchor.version.number, anchor.state, anchor.paragraph, anchor.words_now) == (
        1,
        "same",
        2,
        "ten working days",
    )


def test_one_decision_answers_many_voices_and_each_author_is_told(chair):
    section = a_section()
    rows = [said_to(section, paragraph=2) for _number in range(3)]
    decision = make_decision(section, by=chair, voices=rows, outcome="no", reason="No money.")
    assert sorted(voice.contribution_id for voice in decision.voices.all()) == [row.pk for row in rows]
    said = "The panel has answered you: not accepted", "About “Finance that fits”. The panel’s reason: No money."
    assert set(Notice.objects.values_list("recipient", "subject", "text")) == {(row.author_id, *said) for row in rows}


def test_a_voice_is_answered_once(chair):
    section = a_section()
    row = said_to(section)
    make_decision(section, by=chair, voices=[row], outcome="no", reason="No.")
    with pytest.raises(AnsweredAlready):
        make_decision(section, by=chair, voices=[row], outcome="accepted", reason="Yes.")


def test_the_same_answer_sent_twice_is_one_decision(chair):
    section, key = a_section(), uuid.uuid4()
    row = said_to(section)
    decisions = [
        make_decision(section, by=chair, voices=[row], outcome="no", reason="No.", key=key) for _time in range(2)
    ]
    assert decisions[0] == decisions[1]


def test_what_is_not_public_or_of_another_section_cannot_be_answered(chair):
    section = a_section()
    held, elsewhere = said_to(section), said_to(a_section(title="Members"))
    Contribution.objects.filter(pk=held.pk).update(standing=Standing.HELD)
    for row in (held, elsewhere):
        with pytest.raises(NobodyToAnswer):
            make_decision(section, by=chair, voices=[row], outcome="no", reason="No.")


def test_an_accepted_suggestion_goes_into_the_draft_and_is_tied_to_the_words_when_they_are_published(chair):
    section = a_section()
    row = said_to(section, paragraph=2, words="explore", replacement="open by March 2028")
    decision = accept_suggestion(row, by=chair, reason="People asked when.")
    section.draft.refresh_from_db()
    assert (decision.outcome, section.draft.body) == ("accepted", TEXT.replace("explore", "open by March 2028"))
    version = publish_section(section, by=chair, based_on=section.draft.revision)
    [change] = Change.objects.all()
    assert (change.version, change.paragraph, change.before, change.after) == (
        version,
        2,
        "explore",
        "open by March 2028",
    )
    [why] = shown_paragraphs(version, section.versions.get(number=1))[1].reasons
    assert (why.decision, why.voices) == (decision, [row])
    told = told_of([row])[row.pk]
    assert told.answer.label == "Accepted"
    # The suggestion points now at the words it brought, and its author is told and not asked.
    assert (told.place.state, told.place.words_now, told.place.ask_url) == ("changed", "open by March 2028", "")
    assert list(Notice.objects.filter(recipient=row.author).values_list("kind", flat=True)) == [
        "you-said-we-changed",
        "answered",
    ]
    assert [changed.url for changed in told.changes] == [f"{version.get_absolute_url()}#p2"]


def test_accepted_in_part_takes_the_panels_own_words(chair):
    row = said_to(a_section(), paragraph=2, words="explore", replacement="open tomorrow")
    decision = accept_suggestion(row, by=chair, reason="Not so fast.", words="open by March 2028")
    [change] = decision.changes.all()
    assert (decision.outcome, change.after) == ("in_part", "open by March 2028")


def test_words_that_no_longer_stand_in_the_draft_cannot_be_taken_by_a_button(chair):
    section = a_section()
    row = said_to(section, paragraph=2, words="explore", replacement="open")
    save_draft(
        section, by=chair, title=section.title, body="Something else altogether.", based_on=section.draft.revision
    )
    with pytest.raises(WordsNotThere):
        accept_suggestion(row, by=chair, reason="Yes.")
    assert Decision.objects.count() == 0


def test_an_undone_decision_stays_on_record_and_takes_its_words_out_of_the_draft(chair):
    section = a_section()
    row = said_to(section, paragraph=2, words="explore", replacement="open by March 2028")
    decision = accept_suggestion(row, by=chair, reason="Yes.")
    undo_decision(decision, by=chair, reason="We had the wrong year.")
    section.draft.refresh_from_db()
    told = told_of([row])[row.pk]
    assert (section.draft.body, told.answer, told.changes) == (TEXT, None, ())
    assert [(taken.label, taken.reason) for taken in told.taken_back] == [("Accepted", "We had the wrong year.")]
    with pytest.raises(UndoneAlready):
        undo_decision(decision, by=chair, reason="Again")
    assert make_decision(section, by=chair, voices=[row], outcome="later", reason="Next year.").is_standing


def test_words_that_stand_twice_in_the_draft_are_not_taken_out_at_the_wrong_place(chair):
    section = a_section()
    row = said_to(section, paragraph=2, words="explore", replacement="lend")
    decision = accept_suggestion(row, by=chair, reason="Yes.")
    section.draft.refresh_from_db()
    body = f"We lend.\n\n{section.draft.body}"
    save_draft(section, by=chair, title=section.title, body=body, based_on=section.draft.revision)
    undo_decision(decision, by=chair, reason="No.")
    section.draft.refresh_from_db()
    assert section.draft.body == body


def test_a_changed_paragraph_cannot_be_published_without_a_reason(chair):
    section = a_section()
    draft = save_draft(
        section, by=chair, title=section.title, body=TEXT.replace("ten", "five"), based_on=section.draft.revision
    )
    with pytest.raises(ReasonsMissing) as refusal:
        publish_section(section, by=chair, based_on=draft.revision)
    assert [change.new.number for change in refusal.value.changes] == [2]
    assert section.versions.count() == 1


def test_a_paragraph_the_panel_wrote_by_hand_is_tied_to_the_decisions_it_follows(chair):
    section = a_section()
    rows = [said_to(section, paragraph=2, body="Too slow"), said_to(section, paragraph=2, body="Far too slow")]
    decision = make_decision(section, by=chair, voices=rows, outcome="in_part", reason="Five is what we can do.")
    version = publish(section, TEXT.replace("ten", "five"), because=Because(decisions=(decision.pk,)))
    [why] = reasons_of(Change.objects.published().filter(version=version))
    assert (why.decision, [voice.pk for voice in why.voices]) == (decision, [row.pk for row in rows])


def test_when_the_words_change_their_author_is_asked_and_can_say(chair):
    section = a_section()
    touched = said_to(section, paragraph=2, words="ten working days")
    other = said_to(section, paragraph=1)
    Notice.objects.all().delete()
    publish(section, TEXT.replace("ten working days", "five working days"))
    anchors = {anchor.contribution_id: anchor for anchor in Anchor.objects.all()}
    assert (anchors[touched.pk].state, anchors[touched.pk].words_now) == ("changed", "five working days")
    assert (anchors[other.pk].state, anchors[other.pk].asked_at) == ("same", None)
    assert list(Notice.objects.values_list("recipient", "kind")) == [(touched.author_id, "words-changed")]
    say_if_applies(anchors[touched.pk], by=touched.author, applies=False)
    assert Anchor.objects.get(contribution=touched).still_applies is False
    with pytest.raises(NotAsked):
        say_if_applies(anchors[other.pk], by=other.author, applies=True)


def test_a_passage_that_is_gone_and_comes_back_is_the_same_again(chair):
    section = a_section()
    row = said_to(section, paragraph=3)
    without, back = TEXT.rsplit("\n\n", 1)[0], TEXT
    publish(section, without)
    assert Anchor.objects.get(contribution=row).state == "gone"
    publish(section, back)
    anchor = Anchor.objects.get(contribution=row)
    assert (anchor.state, anchor.paragraph) == ("same", 3)


def test_two_suggestions_for_the_same_words_know_of_each_other(chair):
    section = a_section()
    one = said_to(section, paragraph=2, words="explore a lending desk", replacement="open a lending desk")
    two = said_to(section, paragraph=2, words="a lending desk, shared", replacement="two desks, shared")
    apart = said_to(section, paragraph=2, words="ten working days", replacement="three days")
    told = told_of([one, two, apart])
    assert [told[row.pk].clashes for row in (one, two, apart)] == [(two.pk,), (one.pk,), ()]
    make_decision(section, by=chair, voices=[two], outcome="no", reason="One is enough.")
    assert told_of([one])[one.pk].clashes == ()
