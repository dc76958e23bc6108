"""The line of sight. An `Anchor` ties a contribution to the words it speaks of; a `Decision` answers one or many voices; a
`Change` ties a decision to the exact words that changed in a version. Read either way: from a voice to what became of it, and
from changed words to the voices behind them."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from blog.models import Byline, Post, Submission
from commons import richtext
from commons.contributions.models import Contribution
from consultation.models import Source
from panel.models.framework import Section, Version


class Anchor(models.Model):
    """What a contribution points at, as a W3C Web Annotation text quote: the exact words, what stood before and after them, and
    the version they stood in. `start` and `end` say where they were last found in the version in force, in letters of its plain
    text."""

    class Reach(models.TextChoices):
        SECTION = "section", _("The whole section")
        PARAGRAPH = "paragraph", _("A paragraph")
        WORDS = "words", _("Some words")

    class State(models.TextChoices):
        SAME = "same", _("These words stand as they were")
        CHANGED = "changed", _("These words have changed since")
        GONE = "gone", _("This passage is gone")

    contribution = models.OneToOneField(Contribution, models.CASCADE, related_name="anchor")
    section = models.ForeignKey(Section, models.PROTECT, related_name="anchors")
    version = models.ForeignKey(Version, models.PROTECT, related_name="anchors")
    reach = models.CharField(max_length=10, choices=Reach, default=Reach.SECTION)
    exact = models.TextField(blank=True)
    prefix = models.CharField(max_length=80, blank=True)
    suffix = models.CharField(max_length=80, blank=True)
    paragraph_then = models.PositiveSmallIntegerField(null=True, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.SAME)
    paragraph = models.PositiveSmallIntegerField(null=True, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    words_now = models.TextField(blank=True)
    # Asked of the author when the words changed: does what you said still apply?
    asked_at = models.DateTimeField(null=True, blank=True)
    still_applies = models.BooleanField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("anchor")
        verbose_name_plural = _("anchors")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reach="section") | ~models.Q(exact=""), name="an_anchor_has_words"
            ),
            models.CheckConstraint(
                condition=models.Q(reach="section")
                | models.Q(state="gone")
                | models.Q(start__isnull=False, end__isnull=False),
                name="an_anchor_that_is_not_gone_has_a_place",
            ),
        ]
        indexes = [
            models.Index(fields=["section", "paragraph"], name="panel_anchors_by_place"),
            models.Index(fields=["section", "start"], name="panel_anchors_open", condition=~models.Q(reach="section")),
        ]

    def __str__(self) -> str:
        return f"anchor of {self.contribution_id}"

    @property
    def is_of_words(self) -> bool:
        return self.reach == self.Reach.WORDS

    @property
    def waits_for_author(self) -> bool:
        return self.asked_at is not None and self.replied_at is None


class DecisionQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Not undone."""
        return self.filter(undone_at=None)

    def visible_to(self, user: Any) -> Self:
        """Every decision is public, and so is that it was undone."""
        return self.all()


class Decision(models.Model):
    """The panel's answer. Undone, it stays on record and no longer counts."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        IN_PART = "in_part", _("Accepted in part")
        NO = "no", _("Not accepted")
        LATER = "later", _("Not now, later")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    section = models.ForeignKey(Section, models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    reason = models.TextField(_("reason"), max_length=5000)
    votes_for = models.PositiveSmallIntegerField(_("votes for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    undone_reason = models.TextField(_("why it was undone"), max_length=1000, blank=True)
    contributions = models.ManyToManyField(Contribution, through="panel.Voice", related_name="decisions")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_at=None) | ~models.Q(undone_reason=""), name="an_undone_decision_says_why"
            ),
            models.CheckConstraint(
                condition=models.Q(votes_for=None, votes_against=None)
                | models.Q(votes_for__isnull=False, votes_against__isnull=False),
                name="a_vote_has_two_sides",
            ),
        ]
        indexes = [models.Index(fields=["section", "-made_at"], name="panel_decisions_of_a_section")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.section_id}"

    def get_absolute_url(self) -> str:
        return f"{reverse('panel:section-changes', args=[self.section.slug])}#decision-{self.pk}"

    @property
    def audit_label(self) -> str:
        return f"decision {self.pk}"

    @cached_property
    def reason_html(self) -> SafeString:
        return richtext.to_html(self.reason, top_heading=4)

    @property
    def is_standing(self) -> bool:
        return self.undone_at is None

    @property
    def changes_text(self) -> bool:
        return self.outcome in {self.Outcome.ACCEPTED, self.Outcome.IN_PART}


LONGEST_PASSAGE = 2000
"""Characters of a post or source that can be cited with a decision."""


class VoiceQuerySet(models.QuerySet):
    """Words for choosing voices. Each kind is read by whoever may read the thing itself."""

    def said(self) -> Self:
        """Public contributions, with whoever says them."""
        public = self.filter(contribution__in=Contribution.objects.public())
        return public.select_related("contribution__author", "contribution__organisation")

    def of_public_posts(self) -> Self:
        return self.filter(post__in=Post.objects.public())

    def of_public_sources(self) -> Self:
        return self.filter(source__in=Source.objects.public())

    def cited(self) -> Self:
        """Blog posts and sources, also those that are not public any more: that a decision rests on something stays visible.

        `post_is_public` and `source_is_public` say whether anything may be told of it; `post_names` are the authors of a post;
        `passage_is_public`: the wording of a post that was cited has not been hidden since. One query, without the texts.
        """
        names = Byline.objects.joined().filter(post=models.OuterRef("post")).order_by("place", "pk")
        wordings = Submission.objects.wordings().filter(
            post=models.OuterRef("post"), revision=models.OuterRef("revision")
        )
        return (
            self.filter(contribution=None)
            .select_related("post", "source")
            .defer("post__body", "post__search", "source__body", "source__search")
            .annotate(
                post_is_public=models.Exists(Post.objects.public().filter(pk=models.OuterRef("post"))),
                source_is_public=models.Exists(Source.objects.public().filter(pk=models.OuterRef("source"))),
                post_names=ArraySubquery(names.values("author__name")),
                passage_is_public=models.Exists(wordings) | models.Q(revision=models.F("post__revision")),
            )
            .order_by("pk")
        )


class Voice(models.Model):
    """One voice behind a decision: a contribution, or a blog post or a source that the panel cites, with the passage in `quote`
    and, in `revision`, the wording that was read. Whatever else can be answered later gets a column of its own here, and the
    constraint says that just one is filled."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="voices")
    contribution = models.ForeignKey(Contribution, models.PROTECT, null=True, blank=True, related_name="voices")
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="voices")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="voices")
    quote = models.TextField(_("passage"), max_length=LONGEST_PASSAGE, blank=True)
    revision = models.PositiveIntegerField(null=True, blank=True)

    objects = VoiceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "contribution"], name="one_voice_per_decision_and_contribution"
            ),
            models.UniqueConstraint(fields=["decision", "post"], name="one_voice_per_decision_and_post"),
            models.UniqueConstraint(fields=["decision", "source"], name="one_voice_per_decision_and_source"),
            models.CheckConstraint(
                condition=models.Q(contribution__isnull=False, post=None, source=None, revision=None, quote="")
                | models.Q(contribution=None, post__isnull=False, source=None, revision__isnull=False)
                | models.Q(contribution=None, post=None, source__isnull=False, revision__isnull=False),
                name="a_voice_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        cited = f"source {self.source_id}" if self.source_id else f"post {self.post_id}"
        return f"{self.contribution_id or cited} behind {self.decision_id}"


class ChangeQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.filter(version__isnull=False)

    def pending(self) -> Self:
        """In the open draft, not published yet, and not dropped."""
        return self.filter(version=None, dropped_at=None)


class Change(models.Model):
    """Words that changed, and why: because of a decision, or for the reason in `note` that needed no voice (spelling, order,
    plainer words). Until it is published `version` is empty. `paragraph` is its number in that version, empty where the words
    are gone."""

    section = models.ForeignKey(Section, models.PROTECT, related_name="changes")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="changes")
    note = models.CharField(_("why, without a voice"), max_length=300, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    version = models.ForeignKey(Version, models.PROTECT, null=True, blank=True, related_name="changes")
    paragraph = models.PositiveSmallIntegerField(null=True, blank=True)
    paragraph_before = models.PositiveSmallIntegerField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision__isnull=False) | ~models.Q(note=""), name="a_change_has_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(version=None) | models.Q(dropped_at=None), name="what_is_published_was_not_dropped"
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk} of {self.section_id}"

    @cached_property
    def pieces(self) -> list[richtext.Piece]:
        return richtext.word_difference(self.before, self.after)

    @property
    def excerpt(self) -> list[richtext.Piece]:
        """The words that changed with a few around them, for where there is little room."""
        pieces, last = self.pieces, len(self.pieces) - 1
        return [
            richtext.Piece("same", _shortened(piece.text, is_first=at == 0, is_last=at == last))
            if piece.kind == "same"
            else piece
            for at, piece in enumerate(pieces)
        ]


FEW = 60


def _shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    """A stretch that did not change, cut at spaces to what stands next to a change."""
    if len(text) <= 2 * FEW:
        return text
    head = "" if is_first else text[:FEW].rsplit(" ", 1)[0]
    tail = "" if is_last else text[-FEW:].split(" ", 1)[-1]
    return f"{head} … {tail}"


class DissentQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.filter(is_public=True)

    def visible_to(self, user: Any) -> Self:
        """What its author wished to publish; all of it to the panel."""
        if getattr(user, "is_authenticated", False) and user.roles & {"panel_member", "chair"}:
            return self
        return self.filter(is_public=True)


class Dissent(models.Model):
    """A member does not agree, on record; beside the text for everybody if they wish."""

    section = models.ForeignKey(Section, models.PROTECT, related_name="dissents")
    version = models.ForeignKey(Version, models.PROTECT, null=True, blank=True, related_name="dissents")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="dissents")
    paragraph = models.PositiveSmallIntegerField(_("paragraph"), null=True, blank=True)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    body = models.TextField(_("what you do not agree with, and why"), max_length=5000)
    is_public = models.BooleanField(_("publish this beside the text"), default=False)
    made_at = models.DateTimeField(default=timezone.now)

    objects = DissentQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("dissent")
        verbose_name_plural = _("dissents")

    def __str__(self) -> str:
        return f"dissent {self.pk}"

    @cached_property
    def body_html(self) -> SafeString:
        return richtext.to_html(self.body, top_heading=4)
