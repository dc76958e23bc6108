"""The blog's periodic work, called by hand: it does what is due, and a second time nothing."""

import datetime as dt

import pytest
from django.utils import timezone

from blog.actions.following import follow
from blog.models import Post
from blog.tasks import announce
from commons.contributions.models import Contribution
from commons.digests.models import Notice
from commons.moderation.models import Standing
from coopstrategy.celery import app
from tests.factories.blog import a_comment, a_post, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def told(person) -> list[str]:
    return list(
        Notice.objects.filter(recipient=person, kind__startswith="blog-").order_by("pk").values_list("kind", flat=True)
    )


def test_a_follower_is_told_once_of_a_post_and_of_what_is_said_to_it():
    reader = UserFactory()
    follow(by=reader)
    post = a_post()
    follow(by=reader, post=post)
    a_comment(post)
    announce()
    announce()
    assert told(reader) == ["blog-post", "blog-comment"]


def test_a_scheduled_post_is_announced_when_it_is_out_and_not_before():
    reader = UserFactory()
    follow(by=reader)
    post = a_post(editor=an_editor())
    Post.objects.filter(pk=post.pk).update(public_from=timezone.now() + dt.timedelta(hours=1))
    announce()
    before = told(reader)
    Post.objects.filter(pk=post.pk).update(public_from=timezone.now())
    announce()
    assert (before, told(reader)) == ([], ["blog-post"])


def test_what_a_moderator_lets_through_later_is_told_later():
    post = a_post()
    reader = UserFactory()
    follow(by=reader, post=post)
    row = a_comment(post)
    Contribution.objects.filter(pk=row.pk).update(standing=Standing.HELD)
    announce()
    before = told(reader)
    Contribution.objects.filter(pk=row.pk).update(standing=Standing.PUBLISHED)
    announce()
    assert (before, told(reader)) == ([], ["blog-comment"])


def test_the_timetable_calls_it_every_minute():
    assert [entry["schedule"] for entry in app.conf.beat_schedule.values() if entry["task"] == announce.name] == [60.0]
