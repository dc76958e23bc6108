"""One fact for one person. A notice is kept on the person's own page; some are also sent by e-mail, once and never twice.

Before a message is handed to the mail server its state becomes `sending` and its Message-ID is stored and committed. When
the worker dies after that, nobody can know whether the message left: the state ends as `unknown`, and it is not sent again.
"""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SENDING_AT_MOST = dt.timedelta(minutes=10)


class MailState(models.TextChoices):
    NONE = "", _("Not for e-mail")
    WAITING = "waiting", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("Perhaps sent")
    FAILED = "failed", _("Not sent")


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self.filter(recipient=user) if user.is_authenticated and user.is_active else self.none()

    def unseen(self) -> Self:
        return self.filter(seen_at=None)

    def mail_due(self, now: dt.datetime) -> Self:
        return self.filter(mail_state=MailState.WAITING, mail_due_at__lte=now)

    def oldest_waiting_age(self, now: dt.datetime) -> dt.timedelta | None:
        """How long the oldest message that is due has waited, or None when none is."""
        oldest = self.mail_due(now).aggregate(oldest=models.Min("mail_due_at"))["oldest"]
        return None if oldest is None else now - oldest

    def mail_stuck(self, now: dt.datetime) -> Self:
        """Messages whose worker never said what became of them."""
        return self.filter(mail_state=MailState.SENDING, mail_claimed_at__lte=now - SENDING_AT_MOST)


class Notice(models.Model):
    """`key` names the fact, for example "export:<id>": the same fact reaches the same person once."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.SlugField(max_length=40)
    key = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    path = models.CharField(max_length=500)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)

    mail_state = models.CharField(max_length=10, choices=MailState, default=MailState.NONE, blank=True)
    mail_due_at = models.DateTimeField(null=True)
    mail_claimed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    mail_reason = models.TextField(blank=True)
    message_id = models.CharField(max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="one_notice_per_recipient_and_key"),
            models.CheckConstraint(
                condition=~models.Q(mail_state__in=[MailState.SENDING, MailState.SENT, MailState.UNKNOWN])
                | ~models.Q(message_id=""),
                name="notice_leaves_only_with_a_message_id",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-made_at"], name="notices_of_one_person"),
            models.Index(fields=["recipient"], name="notices_not_seen", condition=models.Q(seen_at=None)),
            models.Index(
                fields=["mail_due_at"],
                name="notices_to_mail",
                condition=models.Q(mail_state__in=[MailState.WAITING, MailState.SENDING]),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def audit_label(self) -> str:
        """How the record names it: its subject may name somebody, and the record cannot forget."""
        return f"notice {self.pk}"
