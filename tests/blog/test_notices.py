"""What may be told of the blog, asked again whenever it is told."""

import datetime as dt
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from blog.actions.bylines import ask_coauthor
from blog.actions.editing import approve_submission, propose_changes, reschedule_post
from blog.actions.following import announce_comments, announce_posts, follow, unfollow
from blog.models import Byline, Post
from commons.contributions.models import Contribution
from commons.digests.models import Notice, number_in
from commons.digests.reports import still_so
from commons.moderation.actions import decide_moderation, report_subject
from commons.moderation.models import Standing
from tests.factories.blog import a_comment, a_draft, a_post, a_submission, an_editor
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme

pytestmark = pytest.mark.django_db
BY_POST = import_module("blog.migrations.0005_notices_name_their_post")


def told(person) -> list[str]:
    return sorted(still_so(Notice.objects.filter(recipient=person)).values_list("kind", flat=True))


@pytest.mark.parametrize("standing", [Standing.HELD, Standing.DECLINED, Standing.WITHDRAWN])
def test_a_post_and_what_was_said_to_it_are_told_while_they_are_public(standing):
    person, post = UserFactory(), a_post("Looms")
    follow(by=person)
    follow(by=person, post=post)
    comment = a_comment(post)
    announce_posts(by=None)
    announce_comments(by=None)
    assert told(person) == ["blog-comment", "blog-post"]
    Contribution.objects.filter(pk=comment.pk).update(standing=standing)
    assert told(person) == ["blog-post"]
    Contribution.objects.filter(pk=comment.pk).update(standing=Standing.PUBLISHED)
    Post.objects.filter(pk=post.pk).update(standing=standing)
    assert told(person) == []


def test_what_quotes_words_that_a_moderator_took_out_of_a_post_is_not_told_any_more():
    person, post = UserFactory(), a_post("Mrs Secretname stole the till")
    follow(by=person)
    follow(by=person, post=post)
    a_comment(post)
    announce_posts(by=None)
    announce_comments(by=None)
    report_subject(post, by=UserFactory(), reason="private")
    decide_moderation(
        Post.objects.get(pk=post.pk).moderation, by=UserFactory(roles=["moderator"]), outcome="redact", seen=1,
        words={"title": "A till"}, reason="private", explanation="This names somebody.",
    )  # fmt: skip
    assert told(person) == []
    a_comment(post)
    announce_comments(by=None)
    [notice] = still_so(Notice.objects.filter(recipient=person))
    assert (notice.kind, "Secretname" in notice.subject) == ("blog-comment", False)


@pytest.mark.parametrize("what", ["the blog", "a theme", "an author"])
def test_a_post_is_told_to_who_still_follows_what_it_stands_under(what):
    theme, person, other = a_theme("Looms"), UserFactory(), UserFactory()
    post = a_post("Looms", themes=[theme])
    wish = {"the blog": {}, "a theme": {"theme": theme}, "an author": {"author": post.author.pen}}[what]
    for somebody in (person, other):
        follow(by=somebody, **wish)
    follow(by=person, theme=a_theme("Else"))
    announce_posts(by=None)
    unfollow(by=person, **wish)
    assert (told(person), told(other)) == ([], ["blog-post"])


def test_a_comment_is_told_to_who_follows_the_post_or_writes_it():
    person, post = UserFactory(), a_post("Looms")
    follow(by=person, post=post)
    a_comment(post)
    announce_comments(by=None)
    assert (told(person), told(post.author)) == (["blog-comment"], ["blog-comment", "blog-decision"])
    unfollow(by=person, post=post)
    post.bylines.all().delete()
    assert (told(person), told(post.author)) == ([], [])


def test_who_is_asked_to_write_along_is_told_while_they_are_asked():
    person, draft = UserFactory(), a_draft()
    ask_coauthor(draft, by=draft.author, email=person.email)
    assert told(person) == ["blog-coauthor"]
    Byline.objects.filter(asked_email=person.email).delete()
    assert told(person) == []


def test_what_editors_decided_before_is_found_by_its_post():
    a_draft()  # so that no number of a post is also that of what was handed in
    editor, row = an_editor(), a_submission("Looms")
    propose_changes(row, by=editor, title="Our looms", summary="S", body="B")
    later = timezone.now() + dt.timedelta(days=2)
    post = approve_submission(row, by=editor, public_from=later)
    reschedule_post(post, by=editor, public_from=later + dt.timedelta(days=1))
    before = decisions(post)
    assert [about for _pk, _key, about in before] == [post.pk] * 3
    for pk, key, _about in before:
        key = key.removeprefix(f"blog-decision:{post.pk}:")
        if key.startswith("rescheduled:"):
            key = key.replace("rescheduled:", f"rescheduled:{post.pk}:", 1)
        Notice.objects.filter(pk=pk).update(key=key, about_id=number_in(key))
    assert [key.split(":")[0] for _pk, key, _about in decisions(post)] == ["proposal", "submission", "rescheduled"]
    for _twice in range(2):
        with connection.cursor() as cursor:
            for statement in BY_POST.STATEMENTS:
                cursor.execute(statement)
        assert decisions(post) == before


def decisions(post: Post) -> list[tuple[int, str, int]]:
    rows = Notice.objects.filter(recipient=post.author, kind="blog-decision").order_by("pk")
    return list(rows.values_list("pk", "key", "about_id"))
