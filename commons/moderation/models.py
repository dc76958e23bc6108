"""What may be shown, and why. A thing that people wrote (`Moderated`) stands published, held, declined or withdrawn.
Whatever a moderator ever had to look at has one `Moderation`; each look ends in a `Verdict`, which says why and stays for
good. An author may appeal once against each verdict, and a second person decides."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commons import richtext


class Standing(models.TextChoices):
    """Whether a thing may be shown."""

    PUBLISHED = "published", _("Published")
    HELD = "held", _("Waiting for a moderator")
    DECLINED = "declined", _("Not published")
    WITHDRAWN = "withdrawn", _("Taken back by its author")


class Cause(models.TextChoices):
    """Why a moderator has to look."""

    FIRST = "first", _("First words from a new account")
    LINKS = "links", _("Many links")
    RATE = "rate", _("Many in a short time")
    REPORT = "report", _("Reported by a reader")
    EDIT = "edit", _("Changed after a moderator had looked")


class Reason(models.TextChoices):
    """The classes of reasons, the same for those who report and for those who decide; the public ledger counts them."""

    ABUSE = "abuse", _("Attacks or insults somebody")
    PRIVATE = "private", _("Tells something private about somebody")
    ADVERT = "advert", _("Advertises, or is spam")
    OFF_TOPIC = "off_topic", _("Is about something else")
    REPEATED = "repeated", _("Says the same thing again")
    UNLAWFUL = "unlawful", _("May break the law")
    OTHER = "other", _("Something else")


class ModeratedQuerySet(models.QuerySet):
    """Words for choosing moderated things."""

    def published(self) -> Self:
        return self.filter(standing=Standing.PUBLISHED)

    def public(self) -> Self:
        """What everybody may read. A subclass that has rooms with doors asks for the door, too."""
        return self.published()

    def held(self) -> Self:
        return self.filter(standing=Standing.HELD)


class Moderated(models.Model):
    """A thing that people wrote and others may read. `moderated_fields` are its texts, which a moderator may shorten; those
    of them in `markdown_fields` are Markdown, the others are shown as they are.

    A subclass gives `get_absolute_url`, where its author and moderators find it whatever its standing; `audit_label`,
    without a word of what was written; and `revision`, which grows with each edit. It says by `is_public` and `name_shown`
    what readers see, by `hide_history` what becomes of how it read before, and by `follow_words` what hangs on its words.

    Whoever changes its standing or its texts locks its row first and its `Moderation` after it, so that no two wait for
    each other.
    """

    moderated_fields: tuple[str, ...] = ()
    # The ways to the people whom `is_own_business_of` means besides the author: lists fetch them along, and leave theirs out.
    nearness: tuple[str, ...] = ()
    # The ways to the people who wrote it besides the author: they are told of verdicts, and may appeal.
    authorship: tuple[str, ...] = ()
    markdown_fields: tuple[str, ...] = ("body",)

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("author"),
    )
    standing = models.CharField(_("standing"), max_length=10, choices=Standing, default=Standing.PUBLISHED)
    revision = models.PositiveIntegerField(default=1)
    moderation = models.OneToOneField(
        "moderation.Moderation", models.PROTECT, null=True, blank=True, editable=False, related_name="%(class)s"
    )

    class Meta:
        abstract = True

    @property
    def is_published(self) -> bool:
        return self.standing == Standing.PUBLISHED

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it. A subclass that has rooms with doors asks for the door, too."""
        return self.is_published

    @property
    def is_independent(self) -> bool:
        """Whether moderators who also sit on the panel or work for the staff must leave it alone."""
        return False

    def is_own_business_of(self, user: Any) -> bool:
        """Whether somebody is too near to it to decide about it: they wrote it, or it was said to what they wrote."""
        return self.is_written_by(user)

    def is_written_by(self, user: Any) -> bool:
        """Whether somebody is its author or one of them."""
        return self.author_id is not None and self.author_id == user.pk

    def writers(self) -> list[Any]:
        """Its authors, who are told what becomes of it."""
        return [self.author] if self.author is not None else []

    @property
    def name_shown(self) -> str:
        """Who says it, as readers see it. Moderators see no more than that."""
        return str(self.author) if self.author is not None else gettext("Somebody who has closed their account")

    def words(self) -> dict[str, str]:
        """Its texts by field, without the empty ones."""
        return {name: text for name in self.moderated_fields if (text := getattr(self, name))}

    def html_of(self, text: str) -> SafeString:
        """Markdown of its author's, as moderators see it: with headings below those of their page."""
        return richtext.to_html(text, top_heading=4)

    def hide_history(self, *, since: int = 1) -> None:
        """Hide from everybody how it read at the revisions from `since` on, up to the one before this: what a moderator
        took out, turned down or never saw is not told by its history either. Hidden wordings stay hidden. A subclass that
        keeps earlier wordings does it; here there are none."""

    def follow_words(self) -> None:
        """A moderator took words out, or they came back: what is public only because they speak of it follows them. Here
        there is nothing."""


def kinds() -> list[str]:
    """The names by which moderated things are reached from their `Moderation`."""
    return [
        relation.get_accessor_name()
        for relation in Moderation._meta.related_objects
        if relation.one_to_one and issubclass(relation.related_model, Moderated)
    ]


def near() -> list[str]:
    """The ways from a `Moderation` to the people who stand near to its thing."""
    return _ways("nearness")


def _ways(name: str) -> list[str]:
    return [
        f"{kind}__{way}" for kind in kinds() for way in getattr(Moderation._meta.get_field(kind).related_model, name)
    ]


BARRED = frozenset({"panel_member", "chair", "staff"})
"""Who holds one of these leaves alone what is independent, also as a moderator."""


def moderates(user: Any) -> bool:
    return getattr(user, "is_authenticated", False) and user.has_role("moderator")


def is_barred(user: Any) -> bool:
    """Also of a role that waits for its second sign-in step: without it somebody may do less, never more."""
    return bool((user.roles | user.roles_waiting) & BARRED)


class ModerationQuerySet(models.QuerySet):
    """Words for choosing what moderators look at."""

    def visible_to(self, user: Any) -> Self:
        """All to moderators, nothing to others: what the public may know stands in the ledger. What is independent is not
        shown to a moderator who sits on the panel or works for the staff."""
        if not moderates(user):
            return self.none()
        return self.filter(is_independent=False) if is_barred(user) else self

    def with_subjects(self) -> Self:
        """The things themselves fetched along, of whatever kind, and who stands near to them."""
        return self.select_related(*kinds()).prefetch_related(*near())

    def with_report_count(self) -> Self:
        """`report_count`: how many readers ask for a look now."""
        return self.annotate(report_count=models.Count("reports", filter=models.Q(reports__settled_at=None)))

    def not_business_of(self, user: Any) -> Self:
        """Without what is too near to somebody for them to decide about it: `is_own_business_of`, asked of the database."""
        rows = self.exclude(models.Q(*((f"{kind}__author", user.pk) for kind in kinds()), _connector=models.Q.OR))
        for way in near():
            rows = rows.exclude(**{way: user.pk})
        return rows

    def waiting(self) -> Self:
        """The queue, the longest wait first."""
        return self.filter(waiting_since__isnull=False).order_by("waiting_since", "pk")

    def oldest_waiting_since(self) -> Any:
        """The moment since which the first of the queue waits, or None."""
        return self.waiting().values_list("waiting_since", flat=True).first()


class Moderation(models.Model):
    """All that moderators ever did about one thing. `kind` is the name by which the thing is reached: its model in lower
    case."""

    kind = models.SlugField(max_length=40)
    is_independent = models.BooleanField(default=False, editable=False)
    cause = models.CharField(_("why it is here"), max_length=10, choices=Cause)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    # The first revision that was held back and never public, while something is held.
    held_revision = models.PositiveIntegerField(null=True, blank=True)

    objects = ModerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("moderation")
        verbose_name_plural = _("moderation")
        indexes = [
            models.Index(
                fields=["waiting_since"],
                name="moderation_queue",
                condition=models.Q(waiting_since__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"moderation {self.pk} of a {self.kind}"

    @property
    def subject(self) -> Moderated:
        """The thing itself: one query, unless it was fetched along."""
        return getattr(self, self.kind)

    @property
    def kind_shown(self) -> str:
        """What kind of thing it is, in a reader's words."""
        return str(self._meta.get_field(self.kind).related_model._meta.verbose_name)


class Report(models.Model):
    """One reader says, once, that a thing should be looked at."""

    moderation = models.ForeignKey(Moderation, models.CASCADE, related_name="reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.TextField(_("in their words"), max_length=1000, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["moderation", "by"], name="one_report_per_reader_and_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.moderation}"


class VerdictQuerySet(models.QuerySet):
    def in_ledger(self) -> Self:
        """As the public ledger lists them, the newest first."""
        return self.select_related("appeal", "moderation").order_by("-made_at", "-pk")

    def after(self, last: "Verdict") -> Self:
        """What the ledger lists after that one: the next page, however far down, costs what the first one cost."""
        return self.filter(models.Q(made_at__lt=last.made_at) | models.Q(made_at=last.made_at, pk__lt=last.pk))

    def that_took_away(self) -> Self:
        """Those that shortened or refused something, so that its author may appeal."""
        return self.filter(outcome__in=[Verdict.Outcome.REDACT, Verdict.Outcome.DECLINE])

    def about_words_of(self, person: int | models.OuterRef) -> Self:
        """About what somebody wrote, alone or with others. `person`: their number, or where a query finds it."""
        return self.filter(self._about_words_of(person))

    def _about_words_of(self, person: int | models.OuterRef) -> models.Q:
        inside = models.OuterRef(person) if isinstance(person, models.OuterRef) else person
        own = models.Q(author=person)
        for way in _ways("authorship"):
            own |= models.Q(moderation__in=Moderation.objects.filter(**{way: inside}))
        return own

    def visible_to(self, user: Any) -> Self:
        """Verdicts in full, with what was taken out: to moderators, and to the authors of the thing. The ledger shows less."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = self._about_words_of(user.pk)
        if not moderates(user):
            return self.filter(own)
        return self.filter(own | models.Q(moderation__is_independent=False)) if is_barred(user) else self


class Verdict(models.Model):
    """What one look ended in. `kept` holds the texts as they were before they were shortened, by field."""

    class Outcome(models.TextChoices):
        PUBLISH = "publish", _("Published")
        KEEP = "keep", _("Left as it is")
        REDACT = "redact", _("Shortened")
        DECLINE = "decline", _("Refused")

    moderation = models.ForeignKey(Moderation, models.PROTECT, related_name="verdicts")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    cause = models.CharField(_("why it was looked at"), max_length=10, choices=Cause)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    explanation = models.TextField(_("explanation to the author"), max_length=2000, blank=True)
    kept = models.JSONField(default=dict, blank=True)
    # The revision of the thing that this left behind.
    revision = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    waited_since = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome__in=["redact", "decline"])
                | (~models.Q(reason="") & ~models.Q(explanation="")),
                name="what_is_not_shown_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="moderation_ledger")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.moderation}"

    def get_absolute_url(self) -> str:
        """Where the author reads it and may appeal."""
        return reverse("moderation:verdict-appeal", args=[self.pk])

    @property
    def may_be_appealed(self) -> bool:
        return self.outcome in {self.Outcome.REDACT, self.Outcome.DECLINE}


class AppealQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        return self.filter(decided_at=None).order_by("made_at", "pk")

    def with_subjects(self) -> Self:
        """The verdicts and the things themselves fetched along, of whatever kind, and who stands near to them."""
        way = "verdict__moderation__"
        return self.select_related(*(way + kind for kind in kinds())).prefetch_related(*(way + path for path in near()))

    def visible_to(self, user: Any) -> Self:
        """One's own; all to moderators."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        if not moderates(user):
            return self.filter(by=user)
        return self.exclude(~models.Q(by=user), verdict__moderation__is_independent=True) if is_barred(user) else self

    def to_decide(self, user: Any) -> Self:
        """What a moderator is shown to decide about: not even one's own where it is independent and one must leave it alone."""
        rows = self.visible_to(user)
        return rows.filter(verdict__moderation__is_independent=False) if is_barred(user) else rows


class Appeal(models.Model):
    """The author asks a second person to look."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("The decision stands")
        OVERTURNED = "overturned", _("The decision was wrong")
        # By nobody's decision: whoever appealed has closed their account.
        WITHDRAWN = "withdrawn", _("Taken back")

    verdict = models.OneToOneField(Verdict, models.PROTECT, related_name="appeal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(_("why the decision is wrong"), max_length=2000)
    made_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    explanation = models.TextField(_("explanation"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_at=None, outcome="")
                | (models.Q(decided_at__isnull=False) & ~models.Q(outcome="")),
                name="a_decided_appeal_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"appeal against {self.verdict_id}"
