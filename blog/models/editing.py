"""Between author and editor: the draft, what was handed in and what came of it, changes an editor proposes, and notes."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from blog.models.posts import Post, is_editor
from blog.models.writing import LONGEST_SUMMARY, LONGEST_TEXT, LONGEST_TITLE, Placed
from commons.moderation.models import Standing


class Draft(Placed):
    """What the authors are writing. `revision` counts what was kept, so that a second tab or device cannot write over it
    unread."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="draft")
    is_pitch = models.BooleanField(_("only an idea so far"), default=False)
    revision = models.PositiveIntegerField(default=1)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kept_at = models.DateTimeField(default=timezone.now)
    # The open page that kept it last, and its how manieth sending that was: an answer that got lost on the way does not make
    # that page a stranger to its own words.
    kept_from = models.UUIDField(null=True, blank=True, editable=False)
    kept_turn = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("draft of a post")
        verbose_name_plural = _("drafts of posts")

    def __str__(self) -> str:
        return f"draft of post {self.post_id}"


class Reason(models.TextChoices):
    """The classes of editors' reasons; the public ledger counts them."""

    UNFINISHED = "unfinished", _("Not finished yet")
    UNCLEAR = "unclear", _("Hard to follow")
    UNSUPPORTED = "unsupported", _("Says things as facts without showing where they come from")
    OFF_TOPIC = "off_topic", _("Is not about the strategy or the sector")
    REPEATED = "repeated", _("Says what another post has said already")
    ADVERT = "advert", _("Advertises")
    ABUSE = "abuse", _("Attacks somebody")
    PRIVATE = "private", _("Tells something private about somebody")
    UNLAWFUL = "unlawful", _("May break the law")
    OTHER = "other", _("Something else")


class SubmissionQuerySet(models.QuerySet):
    """Words for choosing what was handed in."""

    def waiting(self) -> Self:
        """The editors' queue, the longest wait first. What a moderator took down waits for nobody."""
        waiting = self.filter(outcome=Submission.Outcome.WAITING).exclude(post__standing=Standing.DECLINED)
        return waiting.order_by("made_at", "pk")

    def decided(self) -> Self:
        return self.filter(decided_at__isnull=False)

    def in_ledger(self) -> Self:
        """What the public ledger counts: every decision of an editor about what an author handed in, the newest first."""
        return self.decided().exclude(outcome=Submission.Outcome.WITHDRAWN).order_by("-decided_at", "-pk")

    def wordings(self) -> Self:
        """Those that became public, the newest first, without what was hidden since, and without what was replaced before
        the post came out."""
        replaced = Submission.objects.filter(
            post=models.OuterRef("post"),
            revision__gt=models.OuterRef("revision"),
            decided_at__lt=models.OuterRef("post__public_from"),
        )
        return self.filter(~models.Exists(replaced), revision__isnull=False, is_hidden=False).order_by("-revision")

    def visible_to(self, user: Any) -> Self:
        """To editors, and to those who wrote it."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self if is_editor(user) else self.filter(post__in=Post.objects.written_by(user))


class Submission(Placed):
    """What was handed in, frozen, and what an editor decided. One that was approved says by `revision` which wording of the
    post it became; `correction` tells readers what was put right in it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting for an editor")
        APPROVED = "approved", _("Approved")
        CHANGES = "changes", _("Changes asked for")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back by its author")

    post = models.ForeignKey(Post, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    is_pitch = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.WAITING)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)
    explanation = models.TextField(_("explanation to the author"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(null=True, blank=True)
    correction = models.CharField(_("what was corrected"), max_length=300, blank=True)
    # What a moderator shortened is not told by the history either.
    is_hidden = models.BooleanField(default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="one_submission_per_post_and_number"),
            models.UniqueConstraint(
                fields=["post"], condition=models.Q(outcome="waiting"), name="one_submission_waits_per_post"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="waiting", decided_at=None)
                | (~models.Q(outcome="waiting") & models.Q(decided_at__isnull=False)),
                name="a_decided_submission_has_a_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=["changes", "declined"])
                | (~models.Q(reason="") & ~models.Q(explanation="")),
                name="who_asks_or_declines_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(revision=None) | models.Q(outcome="approved"), name="only_the_approved_is_public"
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], name="submissions_waiting", condition=models.Q(outcome="waiting")),
            models.Index(fields=["-decided_at", "-id"], name="submissions_in_ledger"),
        ]

    def __str__(self) -> str:
        return f"submission {self.number} of post {self.post_id}"

    @cached_property
    def body_html(self) -> SafeString:
        return self.post.to_html(self.body)

    @property
    def is_waiting(self) -> bool:
        return self.outcome == self.Outcome.WAITING


class Proposal(models.Model):
    """Other words that an editor proposes for what was handed in. They go into the draft only when an author says so."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="proposals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    summary = models.CharField(_("summary"), max_length=LONGEST_SUMMARY, blank=True)
    body = models.TextField(_("text"), max_length=LONGEST_TEXT)
    note = models.CharField(_("why"), max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    is_accepted = models.BooleanField(null=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")

    def __str__(self) -> str:
        return f"proposal {self.pk}"


class Note(models.Model):
    """A few words between the authors of a post and the editors. Nobody else reads them."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    is_by_editor = models.BooleanField(default=False)
    body = models.TextField(_("note"), max_length=3000)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return f"note {self.pk} on post {self.post_id}"
