"""An invented blog: some thirty posts of the past months by people of the demo, what others said to them, and what is on its way.
The words stand in blog_texts/, a file for each post; all people, places and figures in them are invented.

What was asked for, declined, corrected, scheduled or taken down is done by the real actions (`steps`). Posts that were handed in
and approved without a word, and comments, are plain rows written many at once: nobody would wait for an action for each.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify

from blog.actions.bylines import add_guest, ask_coauthor, join_post
from blog.actions.following import announce_comments, announce_posts
from blog.actions.writing import keep_draft, start_post
from blog.models import Author, Byline, Draft, Follow, Post, Submission
from commons.contributions.models import Contribution, Mandate, Thread
from commons.digests.models import Notice
from commons.people.models import User
from commons.themes.models import Theme
from coopstrategy.demo.citing import cite_things
from coopstrategy.demo.crowd import draw_crowd
from coopstrategy.demo.days import at_some_hour, date_notices, dice_for, key_of
from coopstrategy.demo.drawings import draw_pictures
from coopstrategy.demo.people import BY_KEY
from coopstrategy.demo.steps import AFTER_COMMENTS, Piece, Steps
from coopstrategy.demo.voices import Said, Voices
from panel.models import Section

TEXTS = Path(__file__).with_name("blog_texts")
NEWS_DAYS = 9
"""Followers have unread news of what is younger than this; of what is older they were told, and the notices are not drawn."""
NEEDS_ACTIONS = {"with", "asks", "guest", "pictures"}
"""A post with any of these is begun by the real actions."""


@cache
def read_posts() -> dict[str, dict[str, Any]]:
    """The words of each post, by their names, the oldest first."""
    texts = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in TEXTS.glob("*.json")}
    del texts["people"]
    return dict(sorted(texts.items(), key=lambda one: (-one[1]["steps"][0]["days"], one[0])))


@cache
def read_people() -> dict[str, Any]:
    """Who the authors are, who follows what, and the names of the themes."""
    return json.loads((TEXTS / "people.json").read_text(encoding="utf-8"))


def draw_blog(*, stage: str) -> None:
    """Draw the blog at a moment: at "census" it has its first posts, at "draft" all of it is alive. Doing it again changes
    nothing; the later can follow the earlier. Register, people and draft strategy must have been drawn."""
    now = timezone.now().replace(second=0, microsecond=0)
    draw_themes()
    for is_early in (True, False):
        names = [name for name, texts in read_posts().items() if texts.get("early", False) == is_early]
        if (is_early or stage == "draft") and not _is_drawn(names):
            with transaction.atomic():
                _Draw(now).moment(names)


def draw_themes() -> None:
    """The themes under which posts are found. Those that are there stay as they are."""
    there = set(Theme.objects.values_list("slug", flat=True))
    Theme.objects.bulk_create(
        Theme(place=place, **one) for place, one in enumerate(read_people()["themes"]) if one["slug"] not in there
    )


def _is_drawn(names: list[str]) -> bool:
    """Whether any comment to these posts is there. Its key is the same in every demo."""
    keys = [key_of("blog", name, "0") for name in names if read_posts()[name].get("comments")]
    return Contribution.objects.filter(key__in=keys).exists()


def _is_plain(texts: Mapping[str, Any]) -> bool:
    """Whether nothing became of a post but that it was handed in and approved."""
    before = [step for step in texts["steps"] if step["do"] not in AFTER_COMMENTS]
    is_approved = [step["do"] for step in before] == ["hand_in", "approve"] and "in_days" not in before[1]
    return is_approved and NEEDS_ACTIONS.isdisjoint(texts)


class _Draw:
    """One drawing."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        draw_crowd(now)
        self.voices = Voices(now)
        self.people = self.voices.people
        self.steps = Steps(now, self.people)
        self.themes = {theme.slug: theme.pk for theme in Theme.objects.all()}
        self.sections = dict(Section.objects.values_list("slug", "thread_id"))
        self.last_notice = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def moment(self, names: list[str]) -> None:
        """These posts, with all that was said to them."""
        texts = {name: read_posts()[name] for name in names}
        self.authors = self._name_authors(texts.values())
        plain = self._write_plain({name: one for name, one in texts.items() if _is_plain(one)})
        others = [self._begin(name, one) for name, one in texts.items() if not _is_plain(one)]
        later = [(piece, 2) for piece in plain] + [(piece, self._walk(piece)) for piece in others]
        self._say([piece for piece, _number in later])
        for piece, first in later:
            for number in range(first, len(piece.texts["steps"])):
                self.steps.do(piece, number)
        self._follow([piece for piece, _number in later])
        self._announce()
        by_name = {piece.name: piece.post for piece, _number in later}
        for told in read_people()["citations"]:
            cite_things(told, by_name, people=self.people, now=self.now)
        date_notices(self.now, after=self.last_notice)

    # --- posts ----------------------------------------------------------------------------------------------------------

    def _name_authors(self, texts: Iterable[Mapping[str, Any]]) -> dict[str, Author]:
        """The authors of these posts by the keys of the people behind them."""
        keys = {key for one in texts for key in (one["by"], *one.get("with", ()))}
        known = {author.person_id: author for author in Author.objects.filter(person__isnull=False)}
        new = [self.people[key] for key in sorted(keys) if self.people[key].pk not in known]
        about = read_people()["authors"]
        made = Author.objects.bulk_create(
            Author(
                person=person,
                name=person.name,
                slug=slugify(person.name),
                about=about.get(person.email.split("@")[0], ""),
            )
            for person in new
        )
        known |= {author.person_id: author for author in made}
        return {key: known[self.people[key].pk] for key in keys}

    def _write_plain(self, texts: Mapping[str, dict[str, Any]]) -> list[Piece]:
        """Posts that were handed in and approved, as rows."""
        days = {name: self._days(name, one) for name, one in texts.items()}
        threads = Thread.objects.bulk_create(Thread(is_independent=True, made_at=days[name][0]) for name in texts)
        hosts = Thread.hosts.through
        hosts.objects.bulk_create(
            hosts(thread_id=thread.pk, user_id=self.people[one["by"]].pk)
            for thread, one in zip(threads, texts.values(), strict=True)
        )
        pieces, placed = [], []
        for thread, (name, one) in zip(threads, texts.items(), strict=True):
            began, given, out = days[name]
            words = self._written(one)
            placed.append(words)
            post = Post(
                author=self.people[one["by"]],
                thread=thread,
                year=timezone.localtime(out).year,
                slug=slugify(one["title"])[:70].strip("-"),
                made_at=began,
                handed_in_at=given,
                public_from=out,
                **{field: value for field, value in words.items() if field not in {"theme_ids", "thread_ids"}},
            )
            pieces.append(Piece(name, one, post, post.author))
        Post.objects.bulk_create(piece.post for piece in pieces)
        self._write_around(pieces, placed, days)
        return pieces

    def _days(self, name: str, texts: Mapping[str, Any]) -> tuple[datetime, datetime, datetime]:
        """When a plain post was begun, handed in and approved."""
        given, out = (self.steps.day_of(name, texts, number) for number in (0, 1))
        return given - timedelta(days=2, hours=5), given, out

    def _write_around(
        self, pieces: list[Piece], placed: list[dict[str, Any]], days: Mapping[str, tuple[datetime, ...]]
    ) -> None:
        """What hangs on these posts: the names over them, drafts, what was handed in, themes and sections."""
        bylines, drafts, submissions, themes, threads = [], [], [], [], []
        for piece, words in zip(pieces, placed, strict=True):
            began, given, out = days[piece.name]
            post, editor = piece.post, self.people[piece.texts["steps"][1]["by"]]
            bylines.append(Byline(post=post, author=self.authors[piece.texts["by"]], joined_at=began))
            drafts.append(Draft(post=post, kept_by=piece.author, kept_at=given, revision=2, **words))
            submissions.append(
                Submission(
                    post=post, number=1, by=piece.author, made_at=given, outcome=Submission.Outcome.APPROVED, revision=1,
                    decided_by=editor, decided_at=out, **words,
                )
            )  # fmt: skip
            themes += [Post.themes.through(post_id=post.pk, theme_id=theme) for theme in words["theme_ids"]]
            threads += [Post.threads.through(post_id=post.pk, thread_id=thread) for thread in words["thread_ids"]]
        for rows in (bylines, drafts, submissions, themes, threads):
            if rows:
                type(rows[0]).objects.bulk_create(rows)

    def _begin(self, name: str, texts: dict[str, Any]) -> Piece:
        """Begin a post by the real actions and keep its first words."""
        author = self.people[texts["by"]]
        began = self.steps.when(texts["steps"][0]["days"] + 3, name, "began")
        post = start_post(by=author, is_pitch=texts.get("is_pitch", False))
        for key in texts.get("with", ()):
            join_post(ask_coauthor(post, by=author, email=self.people[key].email), by=self.people[key])
        for key in texts.get("asks", ()):
            ask_coauthor(post, by=author, email=self.people[key].email)
        if "guest" in texts:
            add_guest(post, by=author, **texts["guest"])
        words = self._written(texts)
        if "pictures" in texts:
            words["body"] = draw_pictures(post, words["body"], texts["pictures"], by=author)
        draft = keep_draft(post, by=author, based_on=1, written=words)
        Draft.objects.filter(pk=draft.pk).update(kept_at=began + timedelta(hours=3))
        Post.objects.filter(pk=post.pk).update(made_at=began)
        Thread.objects.filter(pk=post.thread_id).update(made_at=began)
        Byline.objects.joined().filter(post=post).update(joined_at=began + timedelta(hours=2))
        return Piece(name, texts, post, author)

    def _written(self, texts: Mapping[str, Any]) -> dict[str, Any]:
        """All that a draft holds."""
        author = self.people[texts["by"]]
        organisation = self.voices.organisations.get(author.pk) if "mandate" in texts else None
        # Who answers for no organisation speaks for nobody else.
        mandate = Mandate.OFFICER if organisation else Mandate.SELF
        return {
            "title": texts["title"],
            "summary": texts.get("summary", ""),
            "body": "\n\n".join(texts["body"]),
            "language": texts.get("language", "en-gb"),
            "mandate": mandate,
            "organisation": organisation,
            "interest": texts.get("interest", ""),
            "theme_ids": [self.themes[slug] for slug in texts.get("themes", ())],
            "thread_ids": [self.sections[slug] for slug in texts.get("sections", ()) if slug in self.sections],
        }

    def _walk(self, piece: Piece) -> int:
        """Do the steps up to the first that comes after the comments. Gives its number."""
        steps = piece.texts["steps"]
        for number, step in enumerate(steps):
            if step["do"] in AFTER_COMMENTS:
                return number
            if step["do"] != "keep":
                self.steps.do(piece, number)
        return len(steps)

    # --- readers --------------------------------------------------------------------------------------------------------

    def _say(self, pieces: list[Piece]) -> None:
        """What readers said to posts: most of it soon after they came out."""
        came_out = dict(
            Post.objects.filter(pk__in=[piece.post.pk for piece in pieces]).values_list("pk", "public_from")
        )
        self.voices.write(
            Said(voice, key, day, piece.post.thread_id, is_independent=True)
            for piece in pieces
            for voice, key, day in self._comments(piece, came_out[piece.post.pk])
        )

    def _comments(self, piece: Piece, came_out: datetime | None) -> Iterator[tuple[dict[str, Any], Any, datetime]]:
        """Each comment to a post with its key and its day."""
        ends = [step["days"] for step in piece.texts["steps"] if step["do"] in {"close", "withdraw", "judge"}]
        ended = self.now - timedelta(days=max(ends, default=0.02))
        for number, voice in enumerate(piece.texts.get("comments", ())):
            dice = dice_for("blog", piece.name, str(number))
            if "days" in voice:
                day = self.steps.when(voice["days"], piece.name, str(number))
            else:
                # Four weeks, and most of it in the first.
                span = min(ended - came_out, timedelta(days=28)) - timedelta(hours=1)
                day = came_out + timedelta(minutes=20) + span * dice.random() ** 2.2
                if day - came_out > timedelta(hours=14):
                    day = max(came_out + timedelta(hours=9), min(at_some_hour(day, dice, self.now), ended))
            yield voice, key_of("blog", piece.name, str(number)), day

    def _follow(self, pieces: Iterable[Piece]) -> None:
        """Who wishes to be told of what. Those who follow already are left as they are."""
        themes = Theme.objects.in_bulk(field_name="slug")
        made = {author.person_id: author for author in Author.objects.filter(person__isnull=False)}
        rows = [
            Follow(person=self.people[key], post=piece.post, made_at=self.now - timedelta(days=40))
            for piece in pieces
            for key in piece.texts.get("followers", ())
        ]
        for told in read_people()["follows"]:
            author = made.get(self.people[told["author"]].pk) if "author" in told else None
            if "author" in told and author is None:
                continue
            made_at = self.now - timedelta(days=told.get("days", 60))
            theme = themes[told["theme"]] if "theme" in told else None
            rows += [
                Follow(person=self.people[key], theme=theme, author=author, made_at=made_at) for key in told["who"]
            ]
        Follow.objects.bulk_create(rows, ignore_conflicts=True)

    def _announce(self) -> None:
        """Followers have been told of what is older, and are told of what is new. Whoever cannot be entered as in the demo would
        never read a notice, and each costs time."""
        since = self.now - timedelta(days=NEWS_DAYS)
        Post.objects.filter(public_from__lt=since, announced_at=None).update(announced_at=models.F("public_from"))
        announce_posts(by=None)
        Post.objects.filter(announced_at__gte=self.now).update(announced_at=models.F("public_from"))
        known = User.objects.filter(email__in=[person.email for person in BY_KEY.values()])
        threads = Post.objects.filter(models.Q(follows__person__in=known) | models.Q(bylines__author__person__in=known))
        said = Contribution.objects.filter(thread__is_independent=True, parent=None, announced_at=None)
        is_news = models.Q(made_at__gte=since, thread__in=threads.values("thread"))
        said.exclude(is_news).update(announced_at=models.F("made_at"))
        announce_comments(by=None)
