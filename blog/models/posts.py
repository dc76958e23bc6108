"""Posts and who writes them. What is public of a post is what an editor approved, from the moment that was set:
`public_from` is compared with the clock, and no task flips a flag. The author's draft and what was handed in are rows of
their own."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from blog.models.writing import Writing
from commons import richtext
from commons.contributions.models import Contribution, Thread
from commons.moderation.models import Moderated, ModeratedQuerySet, Standing, is_barred
from commons.people.models import Door, Role, User
from commons.themes.models import Theme

WORDS_A_MINUTE = 200
PICTURES = "/blog/pictures/"


def is_editor(user: Any) -> bool:
    """Whether somebody edits the blog now: appointed to it, and neither on the panel nor on the staff."""
    return getattr(user, "is_authenticated", False) and user.has_role(Role.EDITOR) and not is_barred(user)


class AuthorQuerySet(models.QuerySet):
    """Words for choosing authors."""

    def visible_to(self, user: Any) -> Self:
        """Those of whom something can be read now, and oneself."""
        shown = models.Q(pk__in=Byline.objects.joined().filter(post__in=Post.objects.public()).values("author"))
        if getattr(user, "is_authenticated", False):
            shown |= models.Q(person=user)
        return self.filter(shown)


class Author(models.Model):
    """A name under which posts appear, with a page of its own. Behind it stands a person or, for a guest, nobody. Its
    `slug` stands in addresses and does not change."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="pen")
    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(max_length=80, unique=True)
    about = models.CharField(_("about the author"), max_length=500, blank=True)

    objects = AuthorQuerySet.as_manager()

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("blog:author", args=[self.slug])

    @property
    def audit_label(self) -> str:
        return f"author {self.pk}"


class PostQuerySet(ModeratedQuerySet):
    """Words for choosing posts."""

    def public(self, now: dt.datetime | None = None) -> Self:
        """What everybody may read now. The one word for every list, count, search, feed, file and notice."""
        return self.published().filter(public_from__lte=now or timezone.now())

    def gone(self, now: dt.datetime | None = None) -> Self:
        """What everybody could read once and nobody can now: withdrawn, or taken down by a moderator."""
        over = {Standing.WITHDRAWN, Standing.DECLINED}
        return self.filter(standing__in=over, public_from__lte=now or timezone.now())

    def written_by(self, user: Any) -> Self:
        """Those whose author or co-author this person is."""
        return self.filter(pk__in=Byline.objects.joined().filter(author__person=user).values("post"))

    def visible_to(self, user: Any) -> Self:
        """What is public; one's own; and to editors whatever was handed in."""
        public = models.Q(standing=Standing.PUBLISHED, public_from__lte=timezone.now())
        if not getattr(user, "is_authenticated", False):
            return self.filter(public)
        own = models.Q(pk__in=Byline.objects.joined().filter(author__person=user).values("post"))
        seen = models.Q(handed_in_at__isnull=False) if is_editor(user) else models.Q(pk__in=[])
        return self.filter(public | own | seen)

    def matching(self, words: str) -> Self:
        """Those that hold these words in any of their forms."""
        return self.filter(search=SearchQuery(words, config="english", search_type="websearch"))

    def about(self, threads: Any) -> Self:
        """Those that speak to the subjects of these threads."""
        return self.filter(threads__in=threads)

    def with_comment_count(self) -> Self:
        """`comment_count`: how many public contributions each has."""
        number = (
            Contribution.objects.public()
            .filter(thread=models.OuterRef("thread"))
            .order_by()
            .values("thread")
            .annotate(number=models.Count("pk"))
            .values("number")
        )
        return self.annotate(comment_count=Coalesce(models.Subquery(number, output_field=models.IntegerField()), 0))

    def with_authors(self) -> Self:
        """Whatever a line about a post needs of its authors, fetched along: one query however many posts."""
        named = models.Prefetch("bylines", Byline.objects.joined().select_related("author"), to_attr="named")
        return self.select_related("organisation").prefetch_related(named)

    def newest_first(self) -> Self:
        return self.order_by("-public_from", "-pk")

    def to_announce(self) -> Self:
        """Public by now, and nobody who follows has been told."""
        return self.public().filter(announced_at=None)


class Post(Moderated, Writing):
    """One post. Its words are the approved ones; before the first approval they are empty. `year` and `slug` make its
    address and never change once they are set. `revision` counts the wordings that were public."""

    moderated_fields = ("title", "summary", "body")
    nearness = ("bylines__author__person", "thread__hosts")
    authorship = ("bylines__author__person",)

    thread = models.OneToOneField(Thread, models.PROTECT, related_name="post")
    year = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    slug = models.SlugField(max_length=80, blank=True, editable=False)
    themes = models.ManyToManyField(Theme, related_name="posts", blank=True, verbose_name=_("themes"))
    threads = models.ManyToManyField(Thread, related_name="posts_about", blank=True)
    # The door its author had come through when they first handed it in.
    door = models.ForeignKey(Door, models.SET_NULL, null=True, blank=True, related_name="posts", editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    handed_in_at = models.DateTimeField(null=True, blank=True, editable=False)
    public_from = models.DateTimeField(_("public from"), null=True, blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True, editable=False)
    pinned_at = models.DateTimeField(null=True, blank=True, editable=False)
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)

    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("summary", weight="B", config="english")
        + SearchVector("body", weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["year", "slug"], condition=~models.Q(slug=""), name="one_post_per_address"),
            models.CheckConstraint(
                condition=models.Q(public_from=None) | (~models.Q(slug="") & models.Q(year__isnull=False)),
                name="what_is_public_has_an_address",
            ),
        ]
        indexes = [
            models.Index(
                models.F("pinned_at").desc(nulls_last=True),
                models.F("public_from").desc(),
                models.F("id").desc(),
                name="posts_as_listed",
                condition=models.Q(standing=Standing.PUBLISHED),
            ),
            models.Index(
                fields=["-public_from", "-id"], name="posts_by_date", condition=models.Q(standing=Standing.PUBLISHED)
            ),
            models.Index(fields=["public_from"], name="posts_to_announce", condition=models.Q(announced_at=None)),
            GinIndex(fields=["search"], name="posts_search"),
        ]

    def __str__(self) -> str:
        if self.standing == Standing.WITHDRAWN:
            return self.title or gettext("A post that was withdrawn")
        return self.title or gettext("A post without a title yet")

    def get_absolute_url(self) -> str:
        """Its page; before it has one, its author's page of it."""
        if self.slug:
            return reverse("blog:post", args=[self.year, self.slug])
        return reverse("blog:writing", args=[self.pk])

    @property
    def audit_label(self) -> str:
        """How the record names it: without a word of what was written."""
        return f"post {self.pk}"

    @property
    def is_public(self) -> bool:
        return self.is_published and self.public_from is not None and self.public_from <= timezone.now()

    @property
    def is_gone(self) -> bool:
        """Whether everybody could read it once and nobody can now."""
        was_out = self.public_from is not None and self.public_from <= timezone.now()
        return was_out and self.standing in {Standing.WITHDRAWN, Standing.DECLINED}

    @property
    def is_scheduled(self) -> bool:
        return self.is_published and self.public_from is not None and self.public_from > timezone.now()

    @property
    def is_independent(self) -> bool:
        return True

    def is_own_business_of(self, user: Any) -> bool:
        # Who wrote it along and took their name away is still among the hosts of its thread.
        return super().is_own_business_of(user) or user.pk in {host.pk for host in self.thread.hosts.all()}

    def is_written_by(self, user: Any) -> bool:
        return super().is_written_by(user) or user.pk in {
            byline.author.person_id for byline in self.bylines.all() if byline.author is not None
        }

    def writers(self) -> list[User]:
        return list(User.objects.filter(pen__bylines__in=self.bylines.joined()).distinct().order_by("pk"))

    @property
    def names(self) -> list[str]:
        """Who wrote it, as readers see it. Fetched along by `with_authors`."""
        named = getattr(self, "named", None)
        if named is None:
            named = self.named = list(self.bylines.joined().select_related("author"))
        return [byline.author.name for byline in named]

    @property
    def name_shown(self) -> str:
        return ", ".join(self.names) or gettext("Somebody who has closed their account")

    def hide_history(self, *, since: int = 1) -> None:
        self.submissions.filter(revision__gte=since).exclude(revision=self.revision).update(is_hidden=True)

    @property
    def changed_at(self) -> dt.datetime | None:
        """When its public words last changed. What was corrected ahead of its time was first read when it came out."""
        return max(filter(None, (self.corrected_at, self.public_from)), default=None)

    def follow_words(self) -> None:
        self.mark_pictures()
        self.corrected_at = timezone.now()
        self.save(update_fields=["corrected_at"])

    def mark_pictures(self) -> None:
        """Its pictures are public as long as its public words show them."""
        used = [picture.pk for picture in self.pictures.all() if picture.get_absolute_url() in self.body]
        self.pictures.update(is_used=False)
        self.pictures.filter(pk__in=used).update(is_used=True)

    @cached_property
    def pictures_shown(self) -> list[Any]:
        return list(self.pictures.all())

    def to_html(self, words: str, *, top_heading: int = 2, is_earlier: bool = False) -> SafeString:
        """Its words, or others that were written for it, with its pictures: one query at most. Of words that were public
        earlier, only with those that still are; of the others the words that were typed for them are told."""
        shown = self.pictures_shown if PICTURES in words else []
        pictures = {
            row.get_absolute_url(): (row.alt, row.width, row.height) for row in shown if row.is_used or not is_earlier
        }
        return richtext.to_html(words, pictures=pictures, top_heading=top_heading, close_gaps=True)

    def html_of(self, text: str) -> SafeString:
        return self.to_html(text, top_heading=4)

    @cached_property
    def body_html(self) -> SafeString:
        return self.to_html(self.body)

    @cached_property
    def word_count(self) -> int:
        """About how many words, counted as they were typed: a list shows it of many posts."""
        return len(self.body.split())

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.word_count / WORDS_A_MINUTE))


class BylineQuerySet(models.QuerySet):
    """Words for choosing bylines."""

    def joined(self) -> Self:
        return self.filter(joined_at__isnull=False)

    def asked(self, email: str) -> Self:
        """What somebody was asked to write along, by their address."""
        return self.filter(joined_at=None, asked_email=email.lower())


class Byline(models.Model):
    """One author of one post, in the order in which they are named. Who was asked to write along has no author until they
    agree; only then are they named, and only then may they change the draft."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, models.PROTECT, null=True, blank=True, related_name="bylines")
    asked_email = models.EmailField(_("e-mail address"), blank=True)
    place = models.PositiveSmallIntegerField(default=0)
    joined_at = models.DateTimeField(null=True, blank=True)

    objects = BylineQuerySet.as_manager()

    class Meta:
        ordering = ["place", "pk"]
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        constraints = [
            models.UniqueConstraint(fields=["post", "author"], name="one_byline_per_post_and_author"),
            models.UniqueConstraint(
                fields=["post", "asked_email"],
                condition=~models.Q(asked_email=""),
                name="one_question_per_post_and_address",
            ),
            models.CheckConstraint(
                condition=models.Q(author__isnull=False, joined_at__isnull=False)
                | (models.Q(author=None, joined_at=None) & ~models.Q(asked_email="")),
                name="who_has_not_joined_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"byline {self.pk} of post {self.post_id}"
