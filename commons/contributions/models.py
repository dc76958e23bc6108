"""What people give is one kind of row. A comment, a suggestion, a note from an event, an idea: each is a `Contribution` in
the `Thread` of its subject, said by somebody, for somebody (`Mandate`), through some door (`Channel`).

A contribution outlives the account of its author: the words and the replies to them stay, and only the name goes.
"""

import datetime as dt
import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
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

from commons import richtext
from commons.moderation.models import Moderated, ModeratedQuerySet, Standing, is_barred
from commons.people.models import Door, Organisation

DEEPEST = 3
"""A reply to a reply to a reply; whoever answers that answers beside it."""

LONGEST = 10_000
"""Characters in a body, and in the words of a suggestion."""

LONGEST_TITLE = 120
"""Characters in the title of an idea."""


class Audience(models.TextChoices):
    """Who may read a thread."""

    EVERYONE = "everyone", _("Everyone")
    PANEL = "panel", _("The reference panel")


PANEL_ROLES = frozenset({"panel_member", "chair"})


class ThreadQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The public threads; the panel's own to the panel."""
        if getattr(user, "is_authenticated", False) and user.roles & PANEL_ROLES:
            return self
        return self.filter(audience=Audience.EVERYONE)


class Thread(models.Model):
    """Where people talk about one subject. The subject points here, one to one, and gives `get_absolute_url` and a text."""

    audience = models.CharField(_("who may read"), max_length=10, choices=Audience, default=Audience.EVERYONE)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    close_reason = models.CharField(_("why it is closed"), max_length=300, blank=True)
    slow_minutes = models.PositiveSmallIntegerField(_("minutes between two contributions of one person"), default=0)
    # Neither the panel nor the staff moderates here.
    is_independent = models.BooleanField(default=False, editable=False)
    # Whose subject it is: they may answer like everybody, and moderate nothing here.
    hosts = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="hosted_threads", blank=True, editable=False)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")

    def __str__(self) -> str:
        return f"thread {self.pk}"

    def is_open_at(self, now: dt.datetime) -> bool:
        return self.closes_at is None or now < self.closes_at


class Kind(models.TextChoices):
    """What a contribution is. A suggestion also says which words it would have instead."""

    COMMENT = "comment", _("Comment")
    SUGGESTION = "suggestion", _("Suggestion")
    NOTE = "note", _("Note")
    IDEA = "idea", _("Idea")
    PROPOSAL = "proposal", _("Proposal")


TITLED = (Kind.IDEA, Kind.PROPOSAL)


class Mandate(models.TextChoices):
    """For whom somebody speaks, and how their organisation came to say so."""

    SELF = "self", _("For myself")
    OFFICER = "officer", _("For my organisation, as an officer or employee")
    BOARD = "board", _("For my organisation, agreed by its board")
    MEMBERS = "members", _("For my organisation, after its members voted")


class Channel(models.TextChoices):
    """The door through which it came."""

    WEB = "web", _("On this site")
    PAPER = "paper", _("On paper")
    PHONE = "phone", _("By telephone")
    TABLE = "table", _("At a table")
    EVENT = "event", _("At an event")
    EMAIL = "email", _("By e-mail")


class ShownAs(models.TextChoices):
    """How the author wishes to be shown. Moderators and the panel's desk see no more than this either."""

    NAME = "name", _("With my name")
    ORGANISATION = "organisation", _("With my organisation only")
    WITHHELD = "withheld", _("Without either")


def names_its_co_op() -> models.Expression:
    """For contributions: whether everybody can read the name of the organisation, beside the author's or in its place."""
    return models.ExpressionWrapper(~models.Q(shown_as=ShownAs.WITHHELD), output_field=models.BooleanField())


class Order(models.TextChoices):
    """How a thread is sorted."""

    NEWEST = "newest", _("Newest")
    OLDEST = "oldest", _("Oldest")
    SUPPORTED = "supported", _("Most supported")
    DISCUSSED = "discussed", _("Most discussed")


class ContributionQuerySet(ModeratedQuerySet):
    """Words for choosing contributions."""

    def visible_to(self, user: Any) -> Self:
        """What is published in threads one may read; and one's own and, for moderators, everything, whatever its standing."""
        if not getattr(user, "is_authenticated", False):
            return self.published().filter(thread__audience=Audience.EVERYONE)
        own = models.Q(author=user)
        shown = models.Q(standing=Standing.PUBLISHED)
        public = models.Q(thread__audience=Audience.EVERYONE)
        readable = models.Q() if user.roles & PANEL_ROLES else public
        if user.has_role("moderator"):
            # What waits in an independent thread is not shown to the panel and the staff, even where one of them moderates.
            looked_at = public & models.Q(thread__is_independent=False) if is_barred(user) else public
            return self.filter(readable & (looked_at | shown | own))
        return self.filter(readable & (shown | own))

    def public(self) -> Self:
        """What everybody may read. The one word for every list, count, search, file and notice."""
        return self.published().filter(thread__audience=Audience.EVERYONE)

    def in_thread(self, thread: Thread) -> Self:
        return self.filter(thread=thread)

    def roots(self) -> Self:
        return self.filter(parent=None)

    def since(self, moment: dt.datetime) -> Self:
        return self.filter(made_at__gt=moment)

    def matching(self, words: str) -> Self:
        """Those whose text, or words suggested, hold these words in any of their forms."""
        return self.filter(search=SearchQuery(words, config="english", search_type="websearch"))

    def with_reply_count(self) -> Self:
        """`reply_count`: how many published replies hang below each root, at any depth."""
        below = (
            Contribution.objects.published()
            .filter(root=models.OuterRef("pk"))
            .order_by()
            .values("root")
            .annotate(number=models.Count("pk"))
            .values("number")
        )
        return self.annotate(reply_count=Coalesce(models.Subquery(below, output_field=models.IntegerField()), 0))

    def with_authors(self) -> Self:
        """Whatever a line about its author needs, fetched along."""
        return self.select_related("author", "organisation")

    def in_order(self, order: str) -> Self:
        """Sorted for a thread. Ties are broken by number, so that a place in the list can be named (`after`)."""
        match order:
            case Order.OLDEST:
                return self.order_by("made_at", "pk")
            case Order.SUPPORTED:
                return self.order_by("-support_count", "-pk")
            case Order.DISCUSSED:
                return self.with_reply_count().order_by("-reply_count", "-pk")
            case _:
                return self.order_by("-made_at", "-pk")

    def after(self, last: "Contribution", order: str) -> Self:
        """What comes after `last` in that order: the next page, however far down, costs what the first one cost."""
        match order:
            case Order.OLDEST:
                return self.filter(models.Q(made_at__gt=last.made_at) | models.Q(made_at=last.made_at, pk__gt=last.pk))
            case Order.SUPPORTED:
                return self.filter(
                    models.Q(support_count__lt=last.support_count)
                    | models.Q(support_count=last.support_count, pk__lt=last.pk)
                )
            case Order.DISCUSSED:
                count = Contribution.objects.published().filter(root=last.pk).count()
                return self.with_reply_count().filter(
                    models.Q(reply_count__lt=count) | models.Q(reply_count=count, pk__lt=last.pk)
                )
            case _:
                return self.filter(models.Q(made_at__lt=last.made_at) | models.Q(made_at=last.made_at, pk__lt=last.pk))


class Contribution(Moderated):
    """One thing somebody said."""

    moderated_fields = ("title", "body", "replacement")
    nearness = ("thread__hosts",)

    # Two indexes begin with it, so that it needs none of its own.
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="contributions", db_index=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replies")
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    depth = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.COMMENT)
    # Only ideas and proposals have one.
    title = models.CharField(_("title"), max_length=LONGEST_TITLE, blank=True)
    body = models.TextField(_("text"), max_length=LONGEST)
    replacement = models.TextField(_("words instead"), max_length=LONGEST, blank=True)

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="contributions")
    mandate = models.CharField(_("speaking"), max_length=10, choices=Mandate, default=Mandate.SELF)
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    votes_for = models.PositiveIntegerField(_("votes for"), null=True, blank=True)
    votes_against = models.PositiveIntegerField(_("votes against"), null=True, blank=True)
    votes_entitled = models.PositiveIntegerField(_("members who could vote"), null=True, blank=True)
    shown_as = models.CharField(_("shown"), max_length=12, choices=ShownAs, default=ShownAs.NAME)
    channel = models.CharField(_("how it came"), max_length=10, choices=Channel, default=Channel.WEB)
    # Remembered for the contribution alone: who came through which door and said nothing is kept nowhere.
    door = models.ForeignKey(Door, models.SET_NULL, null=True, blank=True, related_name="contributions", editable=False)
    # Who has no account is named here, as they wish to be shown.
    said_by = models.CharField(_("said by"), max_length=150, blank=True)
    keyed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("typed in by"),
    )

    made_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)
    support_count = models.PositiveIntegerField(default=0, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to be answered by"),
    )
    reply_by = models.DateField(_("reply by"), null=True, blank=True)

    # Kept by the database itself, so that nothing can be found that is not written there any more.
    search = models.GeneratedField(
        expression=SearchVector("title", "body", "replacement", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="one_contribution_per_author_and_form"),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.SUGGESTION) | models.Q(replacement=""),
                name="only_a_suggestion_has_words_instead",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=TITLED) | models.Q(title=""), name="only_an_idea_has_a_title"
            ),
            models.CheckConstraint(
                condition=models.Q(parent=None, root=None, depth=0)
                | models.Q(parent__isnull=False, root__isnull=False, depth__gte=1, depth__lte=DEEPEST),
                name="a_reply_has_a_parent_and_a_root",
            ),
            models.CheckConstraint(
                condition=~models.Q(mandate__in=[Mandate.BOARD, Mandate.MEMBERS]) | models.Q(agreed_on__isnull=False),
                name="what_was_agreed_has_a_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(mandate=Mandate.MEMBERS)
                | models.Q(votes_for__isnull=False, votes_against__isnull=False),
                name="a_vote_has_figures",
            ),
        ]
        indexes = [
            # What a thread holds is counted from here alone: `standing` and `parent` come with it.
            models.Index(
                fields=["thread", "-made_at", "-id"], include=["standing", "parent"], name="contributions_by_date"
            ),
            # The newest of all threads, for a search whose words stand in many.
            models.Index(
                fields=["-made_at", "-id"],
                name="contributions_newest",
                condition=models.Q(standing=Standing.PUBLISHED),
            ),
            models.Index(fields=["thread", "-support_count", "-id"], name="contributions_by_support"),
            models.Index(fields=["root", "made_at", "id"], name="contributions_replies"),
            models.Index(fields=["author", "-made_at"], name="contributions_of_one_person"),
            models.Index(
                fields=["reply_by"], name="contributions_to_answer", condition=models.Q(reply_by__isnull=False)
            ),
            models.Index(
                fields=["id"],
                name="contributions_to_announce",
                condition=models.Q(announced_at=None, parent__isnull=False, standing=Standing.PUBLISHED),
            ),
            GinIndex(fields=["search"], name="contributions_search"),
            # Who has been heard is counted from here alone.
            models.Index(
                fields=["thread", "organisation", "door"],
                name="contributions_heard",
                condition=models.Q(standing=Standing.PUBLISHED),
            ),
            models.Index(
                fields=["-made_at", "-id"], name="contributions_ideas_by_date", condition=models.Q(kind=Kind.IDEA)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def audit_label(self) -> str:
        """How the record names it: without a word of what was said."""
        return f"contribution {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contributions:contribution", args=[self.pk])

    @cached_property
    def body_html(self) -> SafeString:
        """For a place below a heading of the third level, as in a list."""
        return richtext.to_html(self.body, top_heading=4, close_gaps=True)

    @cached_property
    def body_html_under_h2(self) -> SafeString:
        return richtext.to_html(self.body, top_heading=3, close_gaps=True)

    @cached_property
    def body_html_under_h1(self) -> SafeString:
        return richtext.to_html(self.body, top_heading=2, close_gaps=True)

    @cached_property
    def body_text(self) -> str:
        """The words alone, for where only a few of them are shown."""
        return richtext.to_text(self.body)

    @property
    def name_shown(self) -> str:
        """Who says it, as they wish to be shown; always something."""
        if self.shown_as == ShownAs.NAME:
            if self.author is not None:
                # Never their e-mail address, which is how a person without a name is called elsewhere.
                return self.author.name or gettext("Somebody who gave no name")
            return self.said_by or gettext("Somebody who has closed their account")
        if self.shown_as == ShownAs.ORGANISATION and self.organisation is not None:
            return str(self.organisation)
        return gettext("Name withheld")

    @property
    def is_public(self) -> bool:
        return self.is_published and self.thread.audience == Audience.EVERYONE

    @property
    def is_independent(self) -> bool:
        return self.thread.is_independent

    def is_own_business_of(self, user: Any) -> bool:
        return super().is_own_business_of(user) or user.pk in {host.pk for host in self.thread.hosts.all()}

    def hide_history(self, *, since: int = 1) -> None:
        self.edits.filter(number__gte=since).update(is_hidden=True)

    @property
    def organisation_shown(self) -> Organisation | None:
        """The organisation to name beside the name, if the author wishes it named."""
        return self.organisation if self.shown_as == ShownAs.NAME else None

    @property
    def is_suggestion(self) -> bool:
        return self.kind == Kind.SUGGESTION

    @property
    def is_idea(self) -> bool:
        """Whether it is the subject of a thread of its own, so that one speaks there and does not reply to it."""
        return self.kind == Kind.IDEA

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None


class Edit(models.Model):
    """How a contribution read before one edit, for whoever may read it now. `number` is the revision that was replaced."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    body = models.TextField()
    replacement = models.TextField(blank=True)
    written_at = models.DateTimeField()
    # What a moderator shortened is not told by the history either.
    is_hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")
        constraints = [
            models.UniqueConstraint(fields=["contribution", "number"], name="one_wording_per_contribution_and_number")
        ]

    def __str__(self) -> str:
        return f"{self.contribution_id}, wording {self.number}"

    @cached_property
    def body_html(self) -> SafeString:
        return richtext.to_html(self.body, top_heading=3, close_gaps=True)


class Fingerprint(models.Model):
    """By which nearly the same words are found (`commons.alike`). There is none until it is taken, and the database itself
    removes it whenever the words change or are not public any more (migration 0007): nothing is left behind of words that
    went."""

    contribution = models.OneToOneField(Contribution, models.CASCADE, primary_key=True, related_name="fingerprint")
    marks = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = _("fingerprint of words")
        verbose_name_plural = _("fingerprints of words")

    def __str__(self) -> str:
        return f"fingerprint of {self.contribution_id}"


class Support(models.Model):
    """One person agrees, once."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="supports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="supports")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("supports")
        constraints = [
            models.UniqueConstraint(fields=["contribution", "person"], name="one_support_per_person_and_contribution")
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} agrees with {self.contribution_id}"


class Visit(models.Model):
    """When a person last read a thread, and when before that: what came since then is new to them."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="visits")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="visits")
    seen_at = models.DateTimeField()
    seen_before_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="one_visit_per_person_and_thread")]

    def __str__(self) -> str:
        return f"person {self.person_id} in {self.thread_id}"
