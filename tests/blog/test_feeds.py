"""Feeds: valid by the schema of RFC 4287 and by its rules beyond it, read by a feed reader's library, and never stale."""

import datetime as dt
from pathlib import Path

import feedparser
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from blog.actions.editing import approve_submission, correct_post
from blog.actions.writing import withdraw_post
from blog.models import Post
from commons.contributions.models import Contribution
from commons.moderation.actions import decide_moderation, report_subject
from tests.factories.blog import a_comment, a_post, a_submission, a_theme, an_author, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
HOSTILE = "Looms & <b>bands</b> \x0b\x01 “ŵŷ” \U0001f9f6 ]]> ￿"


def validated(answer) -> feedparser.FeedParserDict:
    """The feed as a reader's library reads it, once it has passed the schema and the rules that a schema cannot say."""
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    document = etree.fromstring(answer.content)
    SCHEMA.assertValid(document)
    links = [link.get("rel") for link in document.findall(f"{ATOM}link")]
    assert sorted(links) == ["alternate", "self"]
    for entry in document.findall(f"{ATOM}entry"):
        assert [link.get("rel") for link in entry.findall(f"{ATOM}link")] == ["alternate"]
        assert entry.findtext(f"{ATOM}updated") >= entry.findtext(f"{ATOM}published")
    ids = [element.text for element in document.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    read = feedparser.parse(answer.content)
    assert not read.bozo, read.get("bozo_exception")
    return read


@pytest.fixture
def author():
    return an_author(name="Gwen Roberts")


@pytest.fixture
def post(author) -> Post:
    return a_post(
        "Siop y pentref", by=author, language="cy", themes=[a_theme("Finance & shares", slug="finance")],
        public_from=timezone.now() - dt.timedelta(days=3), guests=[{"name": "Guest Writer"}],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "parts"),
    [("feed", []), ("theme-feed", ["finance"]), ("author-feed", ["gwen-roberts"])],
)
def test_each_feed_of_posts_is_valid(client, settings, post, name, parts):
    a_post("Another one", themes=[a_theme("Housing")])
    read = validated(client.get(reverse(f"blog:{name}", args=parts)))
    [entry] = [entry for entry in read.entries if entry.title == "Siop y pentref"]
    assert len(read.entries) == (2 if name == "feed" else 1)
    assert entry.link == f"{settings.SITE_ADDRESS}{post.get_absolute_url()}"
    assert [one.name for one in entry.authors] == ["Gwen Roberts", "Guest Writer"]
    assert (entry.title_detail.language, [tag.term for tag in entry.tags]) == ("cy", ["finance"])
    assert entry.summary == post.summary


def test_the_feed_of_comments_is_valid(client, settings, post):
    row = a_comment(post, body="We did **the same**.")
    a_comment(post, body="You are right.", parent=row)
    read = validated(client.get(reverse("blog:post-feed", args=[post.year, post.slug])))
    assert [entry.summary for entry in read.entries] == ["You are right.", "We did the same."]
    assert read.entries[1].link == f"{settings.SITE_ADDRESS}{row.get_absolute_url()}"


def in_sitemap(client, settings) -> list[str]:
    found = etree.fromstring(client.get("/sitemap.xml").content).iter(
        "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    )
    return [element.text.removeprefix(settings.SITE_ADDRESS) for element in found]


def test_an_empty_blog_has_valid_files(client, settings):
    assert validated(client.get(reverse("blog:feed"))).entries == []
    assert in_sitemap(client, settings) == ["/blog/", "/sources/", "/ideas/", "/events/"]


def test_hostile_words_make_no_invalid_feed(client, author):
    post = a_post(by=author)
    Post.objects.filter(pk=post.pk).update(title=HOSTILE, summary=HOSTILE)
    author.pen.name = HOSTILE
    author.pen.save()
    row = a_comment(post)
    Contribution.objects.filter(pk=row.pk).update(body=HOSTILE, said_by=HOSTILE)
    for address in (reverse("blog:feed"), post.get_absolute_url() + "feed/", author.pen.get_absolute_url() + "feed/"):
        [entry] = validated(client.get(address)).entries
        assert "<b>bands</b>" in entry.summary.replace("&lt;", "<").replace("&gt;", ">")


def test_the_id_of_an_entry_stays_when_its_words_change(client, post):
    before = validated(client.get(reverse("blog:feed"))).entries[0]
    correct_post(
        post, by=an_editor(), seen=1, title="Another title", summary="Other.", body=post.body, correction="Title."
    )
    after = validated(client.get(reverse("blog:feed"))).entries[0]
    assert (after.id, after.link, after.title) == (before.id, before.link, "Another title")
    assert after.updated > before.updated == before.published == after.published


def test_what_was_corrected_ahead_of_its_time_is_not_older_than_it_is(client, author):
    later = approve_submission(
        a_submission("Later", by=author), by=an_editor(), public_from=timezone.now() + dt.timedelta(days=1)
    )
    correct_post(later, by=an_editor(), seen=1, title="Later", summary="Other.", body="Other.", correction="A slip.")
    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        [entry] = validated(client.get(reverse("blog:feed"))).entries
        page = client.get(later.get_absolute_url()).content.decode()
    assert (entry.updated, "article:modified_time" in page) == (entry.published, False)


def test_what_a_moderator_shortened_is_new_to_feed_readers(client, post):
    before = validated(client.get(reverse("blog:feed"))).entries[0]
    report_subject(post, by=UserFactory(), reason="private")
    decide_moderation(
        Post.objects.get(pk=post.pk).moderation, by=UserFactory(roles=["moderator"]), outcome="redact", seen=1,
        words={"summary": "Shorter."}, reason="private", explanation="This names a neighbour.",
    )  # fmt: skip
    after = validated(client.get(reverse("blog:feed"))).entries[0]
    assert (after.id, after.summary, after.updated > before.updated) == (before.id, "Shorter.", True)


def test_a_reader_that_has_the_latest_state_is_told_so_and_a_withdrawn_post_is_gone_at_once(client, author, post):
    first = client.get(reverse("blog:feed"))
    again = client.get(reverse("blog:feed"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    withdraw_post(post, by=author)
    now = client.get(reverse("blog:feed"), headers={"If-None-Match": first["ETag"]})
    assert (now.status_code, validated(now).entries) == (200, [])


def test_the_sitemap_names_public_posts_and_authors(client, settings, post):
    own = [post.get_absolute_url(), "/blog/authors/gwen-roberts/", "/blog/authors/guest-writer/"]
    assert in_sitemap(client, settings) == ["/blog/", *own, "/sources/", "/ideas/", "/events/"]
