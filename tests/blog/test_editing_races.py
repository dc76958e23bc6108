"""Editors and authors at the same moment: one wins, the other is told, and what is public is what was approved."""

import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from blog.actions.editing import (
    DecidedAlready,
    StaleWords,
    approve_submission,
    ask_changes,
    correct_post,
    pin_post,
    reschedule_post,
)
from blog.actions.writing import hand_in, keep_draft, name_author, take_back, withdraw_post
from blog.models import Author, Post, Submission
from commons.digests.models import Notice
from tests.at_once import behind, together
from tests.factories.blog import BODY, a_post, a_submission, an_author, an_editor

pytestmark = pytest.mark.django_db(transaction=True)

WHY = {"reason": "unclear", "explanation": "Say who lent the money."}
NEW = {"title": "A better title", "summary": "A better summary.", "body": "A better text."}


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


@pytest.mark.parametrize("second", ["approves", "asks for changes"])
def test_of_two_editors_at_once_one_decides_and_the_other_is_told(second):
    for _round in range(4):
        submission = a_submission()
        deeds = [partial(approve_submission, submission, by=an_editor()) for _editor in range(2)]
        if second == "asks for changes":
            deeds[1] = partial(ask_changes, submission, by=an_editor(), **WHY)
        assert together(*deeds) == {"done": 1, DecidedAlready.__name__: 1}
        row = fresh(submission)
        assert (row.outcome == "approved") == fresh(submission.post).is_public
        assert Notice.objects.filter(recipient=submission.post.author).count() == 1


def test_an_approval_behind_its_author_taking_it_back_publishes_nothing():
    submission = a_submission()
    first = partial(take_back, submission.post, by=submission.post.author)
    assert behind(first, waiting=partial(approve_submission, submission, by=an_editor())) == DecidedAlready.__name__
    assert (fresh(submission).outcome, Post.objects.public().count()) == ("withdrawn", 0)


def test_an_author_taking_back_behind_an_approval_is_told_that_it_is_decided():
    submission = a_submission()
    first = partial(approve_submission, submission, by=an_editor())
    assert behind(first, waiting=partial(take_back, submission.post, by=submission.post.author)) == "NotNow"
    assert fresh(submission.post).is_public is True


def test_withdrawn_and_approved_at_once_it_is_withdrawn_whoever_was_first():
    for _round in range(6):
        post = a_post()
        author = post.author
        keep_draft(post, by=author, based_on=post.draft.revision, written={"body": "Other words."})
        submission = hand_in(post, by=author, based_on=post.draft.revision + 1, correction="The sum was wrong.")
        ends = together(
            partial(withdraw_post, post, by=author), partial(approve_submission, submission, by=an_editor())
        )
        assert set(ends) <= {"done", DecidedAlready.__name__}
        now = fresh(post)
        assert (now.standing, now.is_public) == ("withdrawn", False)
        assert now.body == ("Other words." if fresh(submission).outcome == "approved" else BODY)
    assert Post.objects.public().count() == 0


def test_what_was_handed_in_is_what_is_public_however_the_author_goes_on_writing():
    submission = a_submission()
    post, draft = submission.post, submission.post.draft
    write = partial(keep_draft, post, by=post.author, based_on=draft.revision, written={"body": "An insult."})
    assert behind(write, waiting=partial(approve_submission, submission, by=an_editor())) == "done"
    assert (fresh(post).body, fresh(draft).body) == (BODY, "An insult.")


def test_an_approval_behind_other_words_that_were_handed_in_publishes_neither():
    submission = a_submission()
    post = submission.post
    keep_draft(post, by=post.author, based_on=post.draft.revision, written={"body": "An insult."})
    again = partial(hand_in, post, by=post.author, based_on=post.draft.revision + 1)
    assert behind(again, waiting=partial(approve_submission, submission, by=an_editor())) == DecidedAlready.__name__
    assert Post.objects.public().count() == 0
    assert list(post.submissions.values_list("outcome", flat=True)) == ["withdrawn", "waiting"]


def test_two_posts_of_one_title_approved_at_once_have_two_addresses():
    for number in range(4):
        title = f"One title {number}"
        submissions = [a_submission(title) for _post in range(3)]
        ends = together(*(partial(approve_submission, one, by=an_editor()) for one in submissions))
        assert ends == {"done": 3}
        slugs = Post.objects.filter(title=title).order_by("slug").values_list("slug", flat=True)
        assert list(slugs) == [f"one-title-{number}", f"one-title-{number}-2", f"one-title-{number}-3"]


def test_two_people_of_one_name_have_two_addresses():
    people = [an_author(name="Gwen Larkin") for _person in range(3)]
    ends = together(*(partial(name_author, person, by=person) for person in people))
    assert ends == {"done": 3}
    slugs = Author.objects.order_by("slug").values_list("slug", flat=True)
    assert list(slugs) == ["gwen-larkin", "gwen-larkin-2", "gwen-larkin-3"]


def test_of_two_corrections_of_the_same_words_one_is_made():
    post = a_post()
    deeds = [partial(correct_post, post, by=an_editor(), seen=1, correction="A slip.", **NEW) for _editor in range(2)]
    assert together(*deeds) == {"done": 1, StaleWords.__name__: 1}
    assert (fresh(post).revision, Submission.objects.filter(post=post).count()) == (2, 2)


def test_a_correction_and_an_approval_at_once_both_count_or_one_is_told():
    for _round in range(4):
        post = a_post()
        keep_draft(post, by=post.author, based_on=post.draft.revision, written={"body": "Other words."})
        submission = hand_in(post, by=post.author, based_on=post.draft.revision + 1, correction="The sum was wrong.")
        ends = together(
            partial(approve_submission, submission, by=an_editor()),
            partial(correct_post, post, by=an_editor(), seen=1, correction="A slip.", **NEW),
        )
        assert set(ends) <= {"done", StaleWords.__name__}
        assert (fresh(post).body, fresh(post).revision - 1) == ("Other words.", ends["done"])


def test_everything_editors_and_authors_do_at_once_ends():
    for _round in range(4):
        post = approve_submission(a_submission(), by=an_editor(), public_from=timezone.now() + dt.timedelta(days=1))
        author = post.author
        keep_draft(post, by=author, based_on=post.draft.revision, written={"body": "Other words."})
        ends = together(
            partial(hand_in, post, by=author, based_on=post.draft.revision + 1, correction="The sum was wrong."),
            partial(reschedule_post, post, by=an_editor(), public_from=timezone.now()),
            partial(correct_post, post, by=an_editor(), seen=1, correction="A slip.", **NEW),
            partial(pin_post, post, by=an_editor(), pinned=True),
        )
        assert set(ends) <= {"done", "NotNow", "KeptElsewhere", StaleWords.__name__}
