"""What editors may do with what was handed in and with what is public, what it does, and what it refuses."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from django.utils.formats import date_format

from blog.actions.editing import (
    CorrectionMissing,
    DatePassed,
    DecidedAlready,
    NotAnEditor,
    OwnPost,
    ReasonMissing,
    StaleWords,
    add_note,
    answer_proposal,
    approve_submission,
    ask_changes,
    correct_post,
    decline_submission,
    pin_post,
    propose_changes,
    reschedule_post,
)
from blog.actions.writing import KeptElsewhere, NotNow, NotYours, hand_in, keep_draft, take_back, withdraw_post
from blog.models import Author, Byline, Draft, Note, Post, Proposal, Submission
from commons.audit.models import Entry
from commons.digests.models import Notice
from commons.moderation.models import Standing
from tests.factories.blog import BODY, SUMMARY, a_post, a_submission, a_theme, an_author, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

WHY = {"reason": "unclear", "explanation": "Say who lent the money."}
NEW = {"title": "A better title", "summary": "A better summary.", "body": "A better text."}
BARRED = [["editor", "panel_member"], ["editor", "chair"], ["editor", "staff"]]


@pytest.fixture
def editor():
    return an_editor(name="Carys Penhallow")


def tomorrow() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=1)


def rewritten(post: Post, **words) -> Submission:
    """The same post handed in again with other words."""
    keep_draft(post, by=post.author, based_on=post.draft.revision, written=words)
    post = Post.objects.get(pk=post.pk)
    return hand_in(post, by=post.author, based_on=post.draft.revision, correction="The sum was wrong.")


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def told(person) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(recipient=person).order_by("pk").values_list("kind", "subject"))


def recorded() -> list[str]:
    return list(Entry.objects.exclude(verb__in=["notify", "notify_all"]).order_by("pk").values_list("verb", flat=True))


# --- approving ------------------------------------------------------------------------------------------------------------


def test_what_was_handed_in_is_what_is_public(editor):
    theme = a_theme("Finance")
    submission = a_submission(themes=[theme], interest="I am its treasurer.")
    post = fresh(approve_submission(submission, by=editor))
    submission = fresh(submission)
    assert (post.title, post.summary, post.body, post.interest, list(post.themes.all())) == (
        submission.title,
        SUMMARY,
        BODY,
        "I am its treasurer.",
        [theme],
    )
    assert (post.is_public, post.revision, post.slug, post.year, post.corrected_at) == (
        True,
        1,
        "why-our-village-shop-became-a-co-op",
        timezone.localdate().year,
        None,
    )
    assert (submission.outcome, submission.decided_by, submission.revision) == ("approved", editor, 1)
    assert told(post.author) == [("blog-decision", "Your post is approved")]
    assert recorded()[-1] == "approve_submission"


def test_a_scheduled_post_comes_out_without_anything_being_done(editor):
    moment = tomorrow()
    post = approve_submission(a_submission(), by=editor, public_from=moment)
    assert (post.is_public, post.is_scheduled, list(Post.objects.public())) == (False, True, [])
    with time_machine.travel(moment + dt.timedelta(seconds=1)):
        assert (list(Post.objects.public()), fresh(post).is_public) == ([post], True)


def test_a_post_scheduled_over_new_year_has_the_address_of_its_own_year(editor):
    with time_machine.travel("2026-12-31 12:00Z"):
        post = approve_submission(a_submission(), by=editor, public_from=dt.datetime(2027, 1, 1, 9, tzinfo=dt.UTC))
    assert post.year == 2027


def test_a_moment_that_is_over_is_refused(editor):
    submission = a_submission()
    with pytest.raises(DatePassed):
        approve_submission(submission, by=editor, public_from=timezone.now() - dt.timedelta(minutes=6))
    assert (fresh(submission).outcome, Post.objects.public().count()) == ("waiting", 0)


def test_an_idea_is_encouraged_and_nothing_becomes_public(editor):
    submission = a_submission(is_pitch=True)
    post = approve_submission(submission, by=editor)
    assert (fresh(submission).outcome, fresh(submission).revision, fresh(post).public_from) == ("approved", None, None)
    assert Draft.objects.get(post=post).is_pitch is False
    assert told(post.author) == [("blog-decision", "The editors like your idea")]


def test_new_words_stand_aside_until_they_are_approved(editor):
    post = a_post()
    submission = rewritten(post, body="Other words.")
    assert fresh(post).body == BODY
    approve_submission(submission, by=editor)
    now = fresh(post)
    assert (now.body, now.revision, now.public_from, now.slug, now.year) == (
        "Other words.",
        2,
        post.public_from,
        post.slug,
        post.year,
    )
    assert (now.corrected_at is None, fresh(submission).correction) == (False, "The sum was wrong.")


def test_an_editor_may_put_the_line_for_readers_better_but_not_leave_it_out(editor):
    submission = rewritten(a_post(), body="Other words.")
    with pytest.raises(CorrectionMissing):
        approve_submission(submission, by=editor, correction="  ")
    approve_submission(submission, by=editor, correction=" The sum was a tenth of it. ")
    assert fresh(submission).correction == "The sum was a tenth of it."


def test_new_words_for_a_post_that_is_not_out_yet_need_no_line(editor):
    post = approve_submission(a_submission(), by=editor, public_from=tomorrow())
    submission = rewritten(fresh(post), body="Other words.")
    moment = tomorrow() + dt.timedelta(days=1)
    post = approve_submission(submission, by=editor, public_from=moment)
    assert (post.public_from, post.corrected_at, fresh(submission).correction) == (moment, None, "")


# --- asking and declining -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "outcome", "subject"),
    [
        (ask_changes, "changes", "The editors ask for changes to your post"),
        (decline_submission, "declined", "The editors do not publish your post"),
    ],
)
def test_whoever_asks_or_declines_says_why_and_all_authors_are_told(editor, deed, outcome, subject):
    submission, other = a_submission(), an_author()
    pen = Author.objects.create(person=other, name="Other", slug="other")
    Byline.objects.create(post=submission.post, author=pen, joined_at=timezone.now())
    row = fresh(deed(submission, by=editor, **WHY))
    assert (row.outcome, row.reason, row.explanation, row.decided_by) == (
        outcome,
        "unclear",
        "Say who lent the money.",
        editor,
    )
    assert [told(person) for person in (submission.post.author, other)] == [[("blog-decision", subject)]] * 2
    text = Notice.objects.get(recipient=other).text
    assert text == "The reason: Hard to follow.\n\nThe editor says: Say who lent the money."
    assert Entry.objects.filter(data__icontains="lent").count() == 0


@pytest.mark.parametrize("deed", [ask_changes, decline_submission])
@pytest.mark.parametrize("why", [{"reason": ""}, {"reason": "made_up"}, {"explanation": " \n"}], ids=str)
def test_without_a_reason_and_an_explanation_nothing_is_decided(editor, deed, why):
    submission = a_submission()
    with pytest.raises(ReasonMissing):
        deed(submission, by=editor, **{**WHY, **why})
    assert (fresh(submission).outcome, Notice.objects.count()) == ("waiting", 0)


def test_what_is_public_stays_when_other_words_are_declined(editor):
    post = a_post()
    decline_submission(rewritten(post, body="Other words."), by=editor, **WHY)
    assert (fresh(post).body, fresh(post).is_public) == (BODY, True)


# --- proposing ------------------------------------------------------------------------------------------------------------


def test_proposed_words_change_nothing_until_an_author_takes_them_over(editor):
    submission = a_submission()
    proposal = propose_changes(submission, by=editor, note="Shorter.", **NEW)
    draft = Draft.objects.get(post=submission.post)
    assert (draft.body, fresh(submission).outcome) == (BODY, "waiting")
    answer_proposal(proposal, by=submission.post.author, accept=True, based_on=draft.revision)
    now = fresh(draft)
    assert ((now.title, now.summary, now.body), now.revision) == (tuple(NEW.values()), draft.revision + 1)
    assert (fresh(proposal).is_accepted, fresh(submission).body) == (True, BODY)


def test_an_author_may_leave_proposed_words_aside(editor):
    submission = a_submission()
    proposal = propose_changes(submission, by=editor, **NEW)
    answer_proposal(proposal, by=submission.post.author, accept=False, based_on=0)
    assert (fresh(proposal).is_accepted, Draft.objects.get(post=submission.post).body) == (False, BODY)
    with pytest.raises(NotNow):
        answer_proposal(proposal, by=submission.post.author, accept=True, based_on=0)


def test_proposed_words_do_not_overwrite_what_was_written_since(editor):
    submission = a_submission()
    author, draft = submission.post.author, Draft.objects.get(post=submission.post)
    proposal = propose_changes(submission, by=editor, **NEW)
    keep_draft(submission.post, by=author, based_on=draft.revision, written={"body": "Mine."})
    with pytest.raises(KeptElsewhere):
        answer_proposal(proposal, by=author, accept=True, based_on=draft.revision)
    assert (fresh(draft).body, fresh(proposal).answered_at) == ("Mine.", None)


def test_only_authors_answer_a_proposal(editor):
    submission = a_submission()
    proposal = propose_changes(submission, by=editor, **NEW)
    with pytest.raises(NotYours):
        answer_proposal(proposal, by=editor, accept=True, based_on=1)


# --- correcting -----------------------------------------------------------------------------------------------------------


def test_a_correction_is_public_at_once_and_told_to_readers_and_authors(editor):
    post = a_post(themes=[a_theme("Finance")])
    Notice.objects.all().delete()
    row = correct_post(post, by=editor, seen=1, correction=" The name was wrong. ", **NEW)
    now = fresh(post)
    assert ((now.title, now.summary, now.body), now.revision, now.slug) == (tuple(NEW.values()), 2, post.slug)
    assert (now.corrected_at is None, [str(theme) for theme in now.themes.all()]) == (False, ["Finance"])
    assert (row.number, row.revision, row.correction, row.decided_by) == (2, 2, "The name was wrong.", editor)
    assert [one.revision for one in post.submissions.wordings()] == [2, 1]
    assert len(told(post.author)) == 1


def test_the_draft_follows_a_correction_if_nobody_had_begun_to_change_it(editor):
    post = a_post()
    correct_post(post, by=editor, seen=1, correction="A slip.", **NEW)
    assert Draft.objects.get(post=post).body == "A better text."
    keep_draft(post, by=post.author, based_on=Draft.objects.get(post=post).revision, written={"body": "Mine."})
    correct_post(post, by=editor, seen=2, correction="A slip.", **NEW | {"body": "Best."})
    assert Draft.objects.get(post=post).body == "Mine."


@pytest.mark.parametrize(
    ("change", "refusal"), [({"seen": 0}, StaleWords), ({"correction": "  "}, CorrectionMissing)], ids=str
)
def test_a_correction_that_says_nothing_or_speaks_of_older_words_is_refused(editor, change, refusal):
    post = a_post()
    with pytest.raises(refusal):
        correct_post(post, by=editor, **{"seen": 1, "correction": "A slip.", **NEW, **change})
    assert (fresh(post).body, post.submissions.count()) == (BODY, 1)


def test_what_is_not_public_is_not_corrected(editor):
    never, gone = a_submission().post, a_post()
    withdraw_post(gone, by=gone.author)
    for post in (never, gone):
        with pytest.raises(NotNow):
            correct_post(post, by=editor, seen=post.revision, correction="A slip.", **NEW)


# --- dates and the top of the list ----------------------------------------------------------------------------------------


def test_what_is_not_out_yet_gets_another_date(editor):
    post = approve_submission(a_submission(), by=editor, public_from=tomorrow())
    moment = tomorrow() + dt.timedelta(days=5)
    Notice.objects.all().delete()
    for _time in range(2):
        reschedule_post(post, by=editor, public_from=moment)
    assert fresh(post).public_from == moment
    when = date_format(timezone.localtime(moment), "j F Y, H:i")
    assert list(Notice.objects.values_list("recipient", "subject", "text")) == [
        (post.author_id, "Your post comes out at another time", f"Everybody can read it from {when}.")
    ]
    with pytest.raises(DatePassed):
        reschedule_post(post, by=editor, public_from=timezone.now() - dt.timedelta(hours=1))
    reschedule_post(post, by=editor, public_from=timezone.now())
    assert fresh(post).is_public is True


def test_what_is_out_or_not_approved_has_no_date_to_change(editor):
    for post in (a_post(), a_submission().post):
        with pytest.raises(NotNow):
            reschedule_post(post, by=editor, public_from=tomorrow())


def test_a_public_post_is_kept_at_the_top_and_not_any_more(editor):
    post = a_post()
    assert fresh(pin_post(post, by=editor, pinned=True)).pinned_at is not None
    assert fresh(pin_post(post, by=editor, pinned=False)).pinned_at is None


def test_only_what_is_public_is_kept_at_the_top(editor):
    for post in (a_submission().post, approve_submission(a_submission(), by=editor, public_from=tomorrow())):
        with pytest.raises(NotNow):
            pin_post(post, by=editor, pinned=True)


def test_a_withdrawn_post_leaves_the_top(editor):
    post = pin_post(a_post(), by=editor, pinned=True)
    withdraw_post(post, by=post.author)
    assert fresh(post).pinned_at is None


# --- notes ----------------------------------------------------------------------------------------------------------------


def test_a_note_of_an_editor_is_told_to_the_authors_and_the_answer_to_the_editor(editor):
    post = a_submission().post
    add_note(post, by=editor, body="Who lent the money?")
    assert told(post.author) == [("blog-note", "A note about a blog post")]
    add_note(post, by=post.author, body="The members did.")
    assert told(editor) == [("blog-note", "A note about a blog post")]
    assert list(Note.objects.values_list("is_by_editor", flat=True)) == [True, False]
    assert Entry.objects.filter(data__icontains="lent").count() == 0


def test_an_editor_who_sits_on_the_panel_by_now_is_not_told_any_more(editor):
    post = a_submission().post
    add_note(post, by=editor, body="Who lent the money?")
    editor.appointments.create(role="panel_member", starts_on=timezone.localdate())
    add_note(post, by=post.author, body="The members did.")
    assert told(editor) == []


def test_nobody_else_writes_notes():
    post = a_submission().post
    for person in (UserFactory(), UserFactory(roles=["moderator"]), *(UserFactory(roles=roles) for roles in BARRED)):
        with pytest.raises(NotAnEditor):
            add_note(post, by=person, body="I read along.")
    assert Note.objects.count() == 0


# --- who may, and when ----------------------------------------------------------------------------------------------------


def deeds(post: Post, scheduled: Post, submission: Submission):
    """Everything editors do, as functions of who does it."""
    return [
        lambda by: approve_submission(submission, by=by),
        lambda by: ask_changes(submission, by=by, **WHY),
        lambda by: decline_submission(submission, by=by, **WHY),
        lambda by: propose_changes(submission, by=by, **NEW),
        lambda by: correct_post(post, by=by, seen=1, correction="A slip.", **NEW),
        lambda by: reschedule_post(scheduled, by=by, public_from=tomorrow()),
        lambda by: pin_post(post, by=by, pinned=True),
    ]


@pytest.mark.parametrize("roles", [[], ["staff"], ["chair"], ["panel_member"], ["moderator"], *BARRED], ids=str)
def test_nobody_but_an_editor_who_is_neither_panel_nor_staff_does_any_of_it(editor, roles):
    person = UserFactory(roles=roles)
    submission = a_submission()
    scheduled = approve_submission(a_submission(), by=editor, public_from=tomorrow())
    post, before = a_post(), recorded()
    for deed in deeds(post, scheduled, submission):
        with pytest.raises(NotAnEditor):
            deed(person)
    assert (fresh(submission).outcome, recorded()[len(before) + 8 :], Proposal.objects.count()) == ("waiting", [], 0)


def test_no_editor_does_any_of_it_to_a_post_of_their_own(editor):
    colleague = an_editor()
    submission = a_submission(by=editor)
    scheduled = approve_submission(a_submission(by=editor), by=colleague, public_from=tomorrow())
    post = a_post(by=editor)
    for deed in deeds(post, scheduled, submission):
        with pytest.raises(OwnPost):
            deed(editor)
    assert fresh(submission).outcome == "waiting"


def test_a_co_author_is_an_author_here(editor):
    submission = a_submission()
    pen = Author.objects.create(person=editor, name="Carys", slug="carys")
    Byline.objects.create(post=submission.post, author=pen, joined_at=timezone.now())
    with pytest.raises(OwnPost):
        approve_submission(submission, by=editor)


@pytest.mark.parametrize("ended", ["decided", "taken back", "handed in again", "taken down", "withdrawn"])
def test_what_does_not_wait_any_more_is_not_decided(editor, ended):
    submission = a_submission() if ended != "withdrawn" else rewritten(a_post(), body="Other words.")
    match ended:
        case "decided":
            ask_changes(submission, by=an_editor(), **WHY)
        case "taken back":
            take_back(submission.post, by=submission.post.author)
        case "handed in again":
            rewritten(submission.post, body="Other words.")
        case "withdrawn":
            withdraw_post(submission.post, by=submission.post.author)
        case "taken down":
            Post.objects.filter(pk=submission.post_id).update(standing=Standing.DECLINED)
    for deed in deeds(submission.post, submission.post, submission)[:4]:
        with pytest.raises(DecidedAlready):
            deed(editor)
    assert (Post.objects.public().count(), Proposal.objects.count()) == (0, 0)
