"""The blog when much is written: 2,000 posts and 50,000 comments, one post with 500 of them, against a text page and against a
blog made with Wagtail that is measured in the same run.

Wagtail is installed into a throw-away environment, so the comparison needs a way to PyPI; without it only that part is left out.
"""

import datetime as dt
import json
import os
import random
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from blog.models import Author, Byline, Post, Submission
from blog.models.writing import Language
from commons.contributions.models import Contribution, Thread
from commons.themes.models import Theme
from tests.benchmarks.measure import seconds_of, tell
from tests.factories.people import UserFactory
from tests.panel.edits import WORDS

POSTS, COMMENTS, BUSY, WORDS_A_POST = 2_000, 50_000, 500, 600
WAGTAIL = "wagtail==8.0.1"
PEER = Path(__file__).with_name("wagtail_peer.py")
RARE = "quinquagesima"
FILLED = (
    "blog_author", "blog_byline", "blog_post", "blog_post_themes", "blog_submission", "contributions_contribution",
    "contributions_thread", "people_user", "themes_theme",
)  # fmt: skip


def written(dice: random.Random, words: int) -> str:
    paragraphs = [" ".join(dice.choices(WORDS, k=60)).capitalize() + "." for _paragraph in range(max(1, words // 60))]
    return "\n\n".join(paragraphs)


def draw_posts(dice: random.Random, number: int) -> list[Post]:
    """So many public posts by twenty authors under six themes, an hour apart."""
    people = UserFactory.create_batch(20)
    authors = Author.objects.bulk_create(
        Author(person=one, name=one.name, slug=f"author-{place}") for place, one in enumerate(people)
    )
    themes = Theme.objects.bulk_create(Theme(slug=f"theme-{place}", name=f"Theme {place}") for place in range(6))
    threads = Thread.objects.bulk_create(Thread(is_independent=True) for _number in range(number))
    now = timezone.now()
    posts = Post.objects.bulk_create(
        (
            Post(
                author=people[place % 20], thread=thread, year=2026, slug=f"post-{place}", language=Language.ENGLISH,
                title=f"Post {place} about {dice.choice(WORDS)}", summary=" ".join(dice.choices(WORDS, k=20)),
                body=written(dice, WORDS_A_POST) + (f" {RARE}." if place % 100 == 0 else ""),
                handed_in_at=now, public_from=now - dt.timedelta(hours=place + 1), announced_at=now,
            )
            for place, thread in enumerate(threads)
        ),
        batch_size=500,
    )  # fmt: skip
    Byline.objects.bulk_create(
        Byline(post=post, author=authors[place % 20], joined_at=now) for place, post in enumerate(posts)
    )
    Submission.objects.bulk_create(
        Submission(
            post=post, number=1, outcome="approved", decided_at=post.public_from, revision=1, by=post.author,
            title=post.title, summary=post.summary, body=post.body,
        )
        for post in posts
    )  # fmt: skip
    link = Post.themes.through
    link.objects.bulk_create(link(post_id=post.pk, theme_id=themes[place % 6].pk) for place, post in enumerate(posts))
    return posts


def draw_comments(dice: random.Random, posts: list[Post], number: int) -> None:
    """`BUSY` comments to the newest post and the others spread over all; one in three is a reply."""
    people = UserFactory.create_batch(200)
    now = timezone.now()

    def row(place: int, parent: Contribution | None = None) -> Contribution:
        thread = parent.thread_id if parent else posts[0 if place < BUSY else dice.randrange(len(posts))].thread_id
        body = " ".join(dice.choices(WORDS, k=30)) + (f" {RARE}" if place % 1000 == 0 else "")
        return Contribution(
            thread_id=thread, author=dice.choice(people), body=body, parent=parent, root=parent, depth=1 if parent else 0,
            made_at=now - dt.timedelta(minutes=number - place), announced_at=now,
        )  # fmt: skip

    roots = Contribution.objects.bulk_create(
        (row(place) for place in range(number) if place % 3 != 2), batch_size=5_000
    )
    busy = [one for one in roots if one.thread_id == posts[0].thread_id][: BUSY - BUSY // 3]
    Contribution.objects.bulk_create(
        (row(place, dice.choice(busy if place < BUSY else roots)) for place in range(number) if place % 3 == 2),
        batch_size=5_000,
    )


def wagtail_seconds(folder: Path) -> dict[str, float] | None:
    """What the same number of posts takes in a blog made with Wagtail, or None when it cannot be installed."""
    home = folder / "environment"
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", WAGTAIL, "psycopg[binary]"]
    if subprocess.run(install, capture_output=True, check=False, timeout=900).returncode:
        return None
    given = connection.settings_dict
    # Nothing of this site's settings is known there.
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    made = subprocess.run(
        [python, str(PEER), str(folder / "site"), given["HOST"], given["USER"] or "app", str(POSTS), str(WORDS_A_POST)],
        capture_output=True, check=False, timeout=1200, env=env,
    )  # fmt: skip
    if made.returncode:
        print(made.stderr.decode()[-2000:], file=sys.stderr)
        return None
    return json.loads(made.stdout.decode().splitlines()[-1])


@pytest.mark.django_db
def test_a_blog_of_2000_posts_and_50000_comments(tmp_path):
    dice, client = random.Random(1), Client()
    posts = draw_posts(dice, POSTS)
    draw_comments(dice, posts, COMMENTS)
    with connection.cursor() as cursor:
        # As a site that has run for an hour: a table of which nothing is known is joined as if it were empty.
        cursor.execute(f"ANALYZE {', '.join(FILLED)}")
    list_url, quiet = reverse("blog:list"), posts[1].get_absolute_url()
    Contribution.objects.filter(thread=posts[1].thread).update(thread=posts[2].thread)
    pages = {
        "list page": list_url,
        "list page, the last": f"{list_url}?page={POSTS // 20}",
        "most discussed": f"{list_url}?order=discussed",
        "theme": reverse("blog:theme", args=["theme-1"]),
        "author": reverse("blog:author", args=["author-1"]),
        f"post with {BUSY} comments": posts[0].get_absolute_url(),
        "post without comments": quiet,
        "feed": reverse("blog:feed"),
        "feed of the comments to a post": f"{posts[0].get_absolute_url()}feed/",
        "search for a rare word": f"{list_url}?q={RARE}",
        "search for two common words": f"{list_url}?q={WORDS[0]}+{WORDS[1]}",
        "search in comments only": f"{list_url}?q={WORDS[0]}&in=comments",
    }
    plain = seconds_of(lambda: client.get("/about/"), 7)
    taken = {}
    for name, url in pages.items():
        assert client.get(url).status_code == 200, url
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        tell(f"{name}: queries", len(captured), "")
        taken[name] = seconds_of(lambda url=url: client.get(url), 7)
        tell(f"{name}, of {POSTS:,} posts and {COMMENTS:,} comments, against a text page", taken[name] / plain)
    peer = wagtail_seconds(tmp_path)
    if peer is None:
        print("\n  Wagtail could not be installed or started, so nothing is compared with it.", end="")
        return
    pairs = {"list": "list page", "post": "post without comments", "search": "search for two common words"}
    for theirs, ours in pairs.items():
        tell(f"{ours}, against {WAGTAIL}: {peer[f'{theirs} queries']:.0f} queries there", taken[ours] / peer[theirs])
        tell("  milliseconds here", taken[ours] * 1000, "ms")
        tell("  milliseconds there", peer[theirs] * 1000, "ms")
