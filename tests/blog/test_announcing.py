"""Telling followers: of a post when it is out and once, and of what was said to a post when everybody can read it."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from blog.actions.editing import approve_submission, correct_post, reschedule_post
from blog.actions.following import announce_comments, announce_posts, follow, unfollow
from blog.actions.writing import withdraw_post
from blog.models import Author, Byline, Post
from blog.tasks import announce
from commons.contributions.actions import add_contribution
from commons.contributions.models import Contribution
from commons.digests.models import Notice
from commons.moderation.actions import decide_moderation
from commons.moderation.models import Standing
from tests.at_once import together
from tests.factories.blog import a_comment, a_post, a_submission, a_theme, an_author, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def tomorrow() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=1)


def news(kind: str = "blog-post") -> list[tuple[str, str]]:
    return list(Notice.objects.filter(kind=kind).order_by("pk").values_list("recipient__name", "key"))


@pytest.fixture
def reader():
    person = UserFactory(name="Ffion")
    follow(by=person)
    return person


# --- posts ----------------------------------------------------------------------------------------------------------------


def test_followers_are_told_of_a_post_once(reader):
    post = a_post("A shop of our own")
    assert [announce_posts(by=None) for _time in range(3)] == [1, 0, 0]
    assert news() == [("Ffion", f"blog-post:{post.pk}")]
    notice = Notice.objects.get(kind="blog-post")
    assert (notice.subject, notice.path) == ("New on the blog: A shop of our own", post.get_absolute_url())


def test_a_scheduled_post_is_told_of_only_when_it_is_out(reader):
    moment = tomorrow()
    post = approve_submission(a_submission(), by=an_editor(), public_from=moment)
    assert (announce_posts(by=None), news()) == (0, [])
    with time_machine.travel(moment + dt.timedelta(seconds=1)):
        assert [announce_posts(by=None) for _time in range(2)] == [1, 0]
    assert news() == [("Ffion", f"blog-post:{post.pk}")]


def test_a_post_whose_date_was_moved_is_told_of_at_the_new_one(reader):
    moment = tomorrow()
    post = approve_submission(a_submission(), by=an_editor(), public_from=moment)
    reschedule_post(post, by=an_editor(), public_from=moment + dt.timedelta(days=1))
    with time_machine.travel(moment + dt.timedelta(hours=1)):
        assert announce_posts(by=None) == 0
    with time_machine.travel(moment + dt.timedelta(days=1, hours=1)):
        assert announce_posts(by=None) == 1


def test_what_was_withdrawn_or_taken_down_before_is_not_told_of(reader):
    moment = tomorrow()
    withdrawn, taken_down = (
        approve_submission(a_submission(), by=an_editor(), public_from=moment) for _post in range(2)
    )
    withdraw_post(withdrawn, by=withdrawn.author)
    Post.objects.filter(pk=taken_down.pk).update(standing=Standing.DECLINED)
    with time_machine.travel(moment + dt.timedelta(days=1)):
        assert (announce_posts(by=None), news()) == (0, [])


def test_new_words_of_a_post_are_not_told_of_again(reader):
    post = a_post()
    announce_posts(by=None)
    words = {"title": "Other words", "summary": "Other.", "body": "Other."}
    correct_post(post, by=an_editor(), seen=1, correction="A slip.", **words)
    assert (announce_posts(by=None), len(news())) == (0, 1)


def test_whoever_follows_several_of_its_things_is_told_once(reader):
    theme, other = a_theme("Finance"), a_theme("Land")
    author = an_author(name="Gwen")
    submission = a_submission(by=author, themes=[theme, other])
    for thing in ({"theme": theme}, {"theme": other}, {"author": Author.objects.get(person=author)}):
        follow(by=reader, **thing)
    approve_submission(submission, by=an_editor())
    announce_posts(by=None)
    assert [name for name, _key in news()] == ["Ffion"]


def test_only_those_are_told_who_follow_what_it_belongs_to():
    finance, land = a_theme("Finance"), a_theme("Land")
    gwen, peter = an_author(name="Gwen"), an_author(name="Peter")
    gwens = a_submission(by=gwen, themes=[finance])
    a_submission(by=peter)
    people = {name: UserFactory(name=name) for name in ("finance", "land", "gwen", "peter", "other post", "nobody")}
    follow(by=people["finance"], theme=finance)
    follow(by=people["land"], theme=land)
    follow(by=people["gwen"], author=Author.objects.get(person=gwen))
    follow(by=people["peter"], author=Author.objects.get(person=peter))
    follow(by=people["other post"], post=gwens.post)
    approve_submission(gwens, by=an_editor())
    announce_posts(by=None)
    assert sorted(name for name, _key in news()) == ["finance", "gwen"]


def test_its_own_authors_are_not_told_and_who_closed_their_account_is_not_either():
    author, other, gone = an_author(name="Gwen"), an_author(name="Peter"), UserFactory(name="Gone", is_active=False)
    submission = a_submission(by=author)
    pen = Author.objects.create(person=other, name="Peter", slug="peter")
    Byline.objects.create(post=submission.post, author=pen, joined_at=timezone.now())
    for person in (author, other, gone):
        follow(by=person)
    approve_submission(submission, by=an_editor())
    assert (announce_posts(by=None), news()) == (1, [])


def test_who_follows_no_more_is_not_told(reader):
    assert (unfollow(by=reader), unfollow(by=reader)) == (True, False)
    a_post()
    announce_posts(by=None)
    assert news() == []


def test_a_second_wish_to_follow_changes_nothing(reader):
    assert follow(by=reader) is False
    a_post()
    announce_posts(by=None)
    assert len(news()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_nobody_twice():
    person = UserFactory()
    follow(by=person)
    posts = [a_post(f"Post {number}") for number in range(6)]
    assert together(*[partial(announce_posts, by=None)] * 3) == {"done": 3}
    announce_posts(by=None)
    assert Notice.objects.filter(recipient=person, kind="blog-post").count() == len(posts)
    assert Post.objects.to_announce().count() == 0


# --- what was said to them ------------------------------------------------------------------------------------------------


def test_the_author_and_those_who_follow_a_post_are_told_of_a_comment_once():
    author, reader = an_author(name="Gwen"), UserFactory(name="Ffion")
    post = a_post("A shop of our own", by=author)
    for who in (author, reader):
        follow(by=who, post=post)
    row = a_comment(post, by=UserFactory(name="Sam"))
    assert [announce_comments(by=None) for _time in range(2)] == [1, 0]
    assert sorted(news("blog-comment")) == [("Ffion", f"blog-comment:{row.pk}"), ("Gwen", f"blog-comment:{row.pk}")]
    subjects = set(Notice.objects.filter(kind="blog-comment").values_list("subject", "path", "thing"))
    assert subjects == {("Sam commented on “A shop of our own”", row.get_absolute_url(), f"post:{post.pk}")}


def test_nobody_is_told_of_what_they_said_themselves():
    author = an_author(name="Gwen")
    post = a_post(by=author)
    a_comment(post, by=author)
    announce_comments(by=None)
    assert news("blog-comment") == []


def test_what_a_moderator_lets_through_tomorrow_is_told_tomorrow():
    post = a_post(by=an_author(name="Gwen"))
    row = add_contribution(post.thread, by=UserFactory(), body="My first words.")
    assert (row.standing, announce_comments(by=None)) == ("held", 0)
    decide_moderation(row.moderation, by=UserFactory(roles=["moderator"]), outcome="publish", seen=1)
    assert (announce_comments(by=None), news("blog-comment")) == (1, [("Gwen", f"blog-comment:{row.pk}")])


def test_what_was_said_to_a_post_that_is_gone_is_told_to_nobody():
    post = a_post(by=an_author(name="Gwen"))
    a_comment(post)
    withdraw_post(post, by=post.author)
    assert (announce_comments(by=None), news("blog-comment")) == (0, [])


def test_an_answer_is_told_to_whom_it_answers_and_not_to_all_who_follow():
    post = a_post(by=an_author(name="Gwen"))
    row = a_comment(post)
    announce_comments(by=None)
    a_comment(post, parent=row)
    assert announce_comments(by=None) == 0


def test_the_task_does_both():
    follow(by=UserFactory(name="Ffion"))
    post = a_post(by=an_author(name="Gwen"))
    row = a_comment(post)
    announce()
    assert news() == [("Ffion", f"blog-post:{post.pk}")]
    assert news("blog-comment") == [("Gwen", f"blog-comment:{row.pk}")]
    assert Contribution.objects.get(pk=row.pk).announced_at is not None
