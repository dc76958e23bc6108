"""The demo's blog: what must be in it so that every page is alive, that it is drawn once, and that one moment follows another."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.actions.following import announce_comments, announce_posts
from blog.models import Author, Byline, Draft, Picture, Post, Proposal, Submission
from commons.contributions.models import Contribution
from commons.digests.models import MailState, Notice
from commons.moderation.models import Appeal, Moderation, Standing, Verdict
from commons.people.models import User
from commons.themes.models import Theme
from coopstrategy.demo import blog
from coopstrategy.demo.blog import draw_blog, read_people, read_posts
from coopstrategy.demo.strategy import draw_strategy
from panel.models import Change, Decision, Voice
from tests.coopstrategy.drawn import counted, draw_ground

pytestmark = pytest.mark.django_db

Outcome = Submission.Outcome


@pytest.fixture(scope="module")
def drawn(django_db_setup, django_db_blocker) -> Iterator[float]:
    """The later moment, drawn once for all the tests here that only read it. Gives the seconds of work that the blog took."""
    with django_db_blocker.unblock(), transaction.atomic():
        draw_ground()
        draw_strategy(stage="census")
        began = time.process_time()
        draw_blog(stage="draft")
        yield time.process_time() - began
        transaction.set_rollback(True)


# --- the words --------------------------------------------------------------------------------------------------------------


def below(voice: dict) -> Iterator[dict]:
    yield voice
    for reply in voice.get("replies", ()):
        yield from below(reply)


def every_voice() -> list[dict]:
    return [one for texts in read_posts().values() for voice in texts.get("comments", ()) for one in below(voice)]


def strings_of(thing: object) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for one in thing.values():
            yield from strings_of(one)
    elif isinstance(thing, list):
        for one in thing:
            yield from strings_of(one)


def test_nobody_says_the_same_twice():
    bodies = Counter(voice["says"] for voice in every_voice())
    assert [words for words, count in bodies.items() if count > 1] == []


def test_no_text_has_words_that_only_a_keyboard_makes():
    for path in blog.TEXTS.glob("*.json"):
        texts = read_people() if path.stem == "people" else read_posts()[path.stem]
        words = re.sub(r"https?://\S+|\|-[-|]+", "…", "\n".join(strings_of(texts)))
        assert re.findall(r".{0,20}(?:'|\"|--| {2}).{0,20}", words) == [], path.name


def test_links_lead_only_to_places_that_belong_to_nobody():
    hosts = {
        host
        for words in strings_of(list(read_posts().values()))
        for host in re.findall(r"(?:https?://|www\.)([\w.-]+)", words)
    }
    assert hosts == {"quick.example"}


# --- what is drawn ----------------------------------------------------------------------------------------------------------


def test_it_is_drawn_in_a_few_seconds_of_work(drawn):
    """A loose limit, so that a busy machine does not fail it: it takes about two."""
    assert drawn < 15


def test_there_are_posts_of_every_kind(drawn):
    public = Post.objects.public()
    assert public.count() == 23
    assert Counter(public.values_list("language", flat=True)) == {"en-gb": 21, "cy": 2}
    lengths = sorted(post.word_count for post in public)
    assert (lengths[0] < 60, 1800 < lengths[-1] < 2200) == (True, True)
    assert Picture.objects.filter(is_used=True, post__in=public).count() == 3
    assert public.filter(pinned_at__isnull=False).count() == 1
    assert public.exclude(corrected_at=None).values_list("revision", flat=True).get() == 3
    assert public.filter(thread__closes_at__lte=timezone.now()).exclude(thread__close_reason="").count() == 1
    assert public.filter(thread__slow_minutes__gt=0).count() == 1
    assert public.values("author").distinct().count() >= 15
    assert Byline.objects.joined().filter(author__person=None).count() == 1  # the guest
    written_by = Counter(Byline.objects.joined().filter(author__person__isnull=False).values_list("post", flat=True))
    assert sorted(written_by.values())[-3:] == [1, 2, 2]
    assert public.filter(threads=None).count() == 0
    assert all(post.themes.exists() for post in public)


def test_there_is_one_of_each_that_is_not_public(drawn):
    hidden = Post.objects.exclude(pk__in=Post.objects.public())
    assert Counter(hidden.values_list("standing", flat=True)) == {
        Standing.PUBLISHED: 8,
        Standing.WITHDRAWN: 1,
        Standing.DECLINED: 1,
    }
    assert hidden.filter(public_from__gt=timezone.now()).count() == 1
    waiting = Submission.objects.waiting()
    assert Counter(waiting.values_list("is_pitch", flat=True)) == {False: 3, True: 1}
    last = Submission.objects.order_by("post", "-number").distinct("post")
    assert {Outcome.WAITING, Outcome.APPROVED, Outcome.DECLINED} == {row.outcome for row in last}
    assert Submission.objects.filter(outcome=Outcome.CHANGES).count() == 2
    assert Draft.objects.filter(post__handed_in_at=None).count() == 2
    assert Byline.objects.filter(joined_at=None).count() == 1
    withdrawn = Post.objects.get(standing=Standing.WITHDRAWN)
    assert Contribution.objects.public().filter(thread=withdrawn.thread).count() >= 8
    assert Counter(Proposal.objects.values_list("is_accepted", flat=True)) == {True: 1, None: 1}


def test_about_four_hundred_comments_stand_in_every_state(drawn):
    rows = Contribution.objects.filter(thread__is_independent=True)
    assert 380 <= rows.count() <= 430
    assert set(rows.values_list("standing", flat=True)) == set(Standing.values)
    assert set(rows.values_list("depth", flat=True)) == {0, 1, 2, 3}
    busiest = Post.objects.public().with_comment_count().order_by("-comment_count").first()
    assert 110 <= busiest.comment_count <= 125
    own = Verdict.objects.filter(moderation__is_independent=True)
    assert set(own.values_list("outcome", flat=True)) == set(Verdict.Outcome.values)
    assert Counter(Appeal.objects.filter(verdict__in=own).values_list("outcome", flat=True)) == {"": 2, "upheld": 1}
    assert set(Moderation.objects.waiting().filter(is_independent=True).values_list("kind", flat=True)) == {
        "contribution",
        "post",
    }
    assert not Moderation.objects.filter(contribution__thread__is_independent=True, is_independent=False).exists()


def test_everything_happens_in_turn_and_nothing_in_the_future(drawn):
    now = timezone.now()
    for row in Contribution.objects.filter(thread__is_independent=True).select_related("parent", "thread__post"):
        assert row.thread.post.public_from < row.made_at <= now
        assert row.parent is None or row.parent.made_at < row.made_at
    for row in Submission.objects.exclude(decided_at=None).select_related("post"):
        assert row.post.made_at < row.made_at <= row.decided_at <= now
    for post in Post.objects.exclude(public_from=None).filter(public_from__lte=now):
        assert post.made_at < post.handed_in_at < post.public_from
        assert post.year == timezone.localtime(post.public_from).year
    for post in Post.objects.exclude(corrected_at=None):
        assert post.public_from < post.corrected_at < now
    for verdict in Verdict.objects.filter(moderation__is_independent=True):
        assert verdict.waited_since <= verdict.made_at <= now
    for byline in Byline.objects.joined().select_related("post"):
        assert byline.post.made_at <= byline.joined_at <= now


def test_nobody_decides_about_their_own(drawn):
    for row in Submission.objects.exclude(decided_by=None).select_related("post"):
        assert not row.post.is_own_business_of(row.decided_by)
    assert {row.decided_by.email for row in Submission.objects.exclude(decided_by=None)} == {
        "carys@example.coop",
        "idris@example.coop",
    }


def test_followers_have_a_little_news_and_nobody_is_mailed(drawn):
    assert not Notice.objects.exclude(mail_state=MailState.NONE).exists()
    fresh = Notice.objects.filter(kind="blog-post")
    assert fresh.filter(recipient__email="gwen@example.coop").count() == 2
    before = Notice.objects.count()
    assert (announce_posts(by=None), announce_comments(by=None), Notice.objects.count()) == (0, 0, before)
    assert all(notice.made_at <= timezone.now() for notice in Notice.objects.all())


def test_what_editors_told_authors_has_the_day_on_which_they_did_it(drawn):
    days = {
        "submission": dict(Submission.objects.values_list("pk", "decided_at")),
        "proposal": dict(Proposal.objects.values_list("pk", "made_at")),
    }
    told = Notice.objects.filter(kind="blog-decision").values_list("key", "made_at")
    parts = {key: key.split(":") for key, _made_at in told}
    assert Counter(fact for _kind, _post, fact, *_row in parts.values()) == {"submission": 12, "proposal": 2}
    assert dict(told) == {key: days[part[2]][int(part[3])] for key, part in parts.items()}


def test_what_is_older_than_a_week_was_seen_and_nothing_else(drawn):
    week, drawing = timezone.now() - timedelta(days=7), timedelta(hours=1)
    old, fresh = Notice.objects.filter(made_at__lt=week - drawing), Notice.objects.filter(made_at__gte=week)
    assert (old.exists(), old.filter(seen_at=None).count()) == (True, 0)
    assert (fresh.exists(), fresh.exclude(seen_at=None).count()) == (True, 0)


def test_those_who_can_be_entered_as_have_something_to_see(drawn):
    def own(key: str) -> set[str]:
        return set(
            Submission.objects.filter(post__author__email=f"{key}@example.coop").values_list("outcome", flat=True)
        )

    assert own("ffion") == {Outcome.APPROVED, Outcome.CHANGES, Outcome.WAITING}
    assert Draft.objects.filter(post__author__email="gwen@example.coop", post__handed_in_at=None).count() == 1
    peter = User.objects.get(email="peter@example.coop")
    assert Byline.objects.asked(peter.email).count() == 1


def test_the_panel_has_cited_posts_and_changed_words_because_of_them(drawn):
    decisions = Decision.objects.filter(voices__post__isnull=False).distinct()
    assert sorted(decision.outcome for decision in decisions) == ["accepted", "in_part", "no"]
    assert Voice.objects.filter(post__isnull=False).exclude(quote="").count() == 3
    changes = Change.objects.filter(decision__in=decisions)
    assert (changes.filter(version__isnull=False).count(), changes.filter(version=None).count()) == (1, 1)
    assert Notice.objects.filter(kind="cited").count() == 4
    for decision in decisions:
        assert max(voice.post.public_from for voice in decision.voices.all()) < decision.made_at <= timezone.now()


def test_its_pages_answer(drawn):
    visitor = Client()
    gone = {
        post.get_absolute_url() for post in Post.objects.filter(standing__in=[Standing.WITHDRAWN, Standing.DECLINED])
    }
    pages = [reverse(f"blog:{name}") for name in ("list", "feed", "editors", "ledger")]
    pages += [post.get_absolute_url() for post in Post.objects.public()]
    pages += [author.get_absolute_url() for author in Author.objects.visible_to(AnonymousUser())]
    pages += [reverse("blog:theme", args=[theme.slug]) for theme in Theme.objects.all()]
    assert {page: visitor.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    assert {page: visitor.get(page).status_code for page in gone} == dict.fromkeys(gone, 410)
    assert visitor.get(Post.objects.get(public_from__gt=timezone.now()).get_absolute_url()).status_code == 404


def test_authors_and_editors_find_their_pages(drawn):
    def answers(key: str, pages: list[str]) -> list[int]:
        client = Client()
        client.force_login(User.objects.get(email=f"{key}@example.coop"))
        return [client.get(page).status_code for page in pages]

    own = [
        reverse("blog:writing", args=[pk])
        for pk in Post.objects.filter(author__email="ffion@example.coop").values_list("pk", flat=True)
    ]
    assert answers("ffion", [reverse("blog:write"), reverse("blog:following"), *own]) == [200] * 4
    handed_in = [
        reverse("blog:desk-post", args=[pk])
        for pk in Post.objects.exclude(handed_in_at=None).values_list("pk", flat=True)
    ]
    assert answers("carys", [reverse("blog:desk"), *handed_in]) == [200] * (len(handed_in) + 1)
    joined = Byline.objects.asked("peter@example.coop").get()
    assert answers("peter", [reverse("blog:join", args=[joined.pk])]) == [200]


def test_drawing_it_again_changes_nothing(drawn):
    before = counted()
    draw_blog(stage="draft")
    draw_blog(stage="census")
    assert counted() == before
