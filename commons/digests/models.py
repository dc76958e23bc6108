"""What we tell people. A `Notice` is one fact for one person, kept on the person's own page; some are also sent by e-mail as
they are, others are gathered in a `Digest`, one message for one person and one stretch of time. `Subscription` says how
somebody wishes to be told.

Before a message is handed to the mail server its state becomes `sending` and its Message-ID is stored and committed. When
the worker dies after that, nobody can know whether the message left: the state ends as `unknown`, and it is not sent again.
"""

import datetime as dt
import re
import secrets
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SENDING_AT_MOST = dt.timedelta(minutes=10)
HELD_AT_MOST = dt.timedelta(minutes=5)


def new_message_id() -> str:
    """A random token, so that nobody can guess it and hang a forged reply under it; and short, so that the header stays on one
    line."""
    return f"<{secrets.token_hex(16)}@{urlsplit(settings.SITE_ADDRESS).hostname}>"


class MailState(models.TextChoices):
    NONE = "", _("Not for e-mail")
    WAITING = "waiting", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("Perhaps sent")
    FAILED = "failed", _("Not sent")
    DROPPED = "dropped", _("Not needed any more")


class MailedQuerySet(models.QuerySet):
    """Words for choosing what goes out by e-mail."""

    def mail_due(self, now: dt.datetime) -> Self:
        return self.filter(mail_state=MailState.WAITING, mail_due_at__lte=now)

    def oldest_waiting_age(self, now: dt.datetime) -> dt.timedelta | None:
        """How long the oldest message that is due has waited, or None when none is."""
        oldest = self.mail_due(now).aggregate(oldest=models.Min("mail_due_at"))["oldest"]
        return None if oldest is None else now - oldest

    def put_off(self, now: dt.datetime) -> Self:
        """Messages that did not leave and are tried again later."""
        return self.filter(mail_state=MailState.WAITING, mail_due_at__gt=now)

    def in_somebodys_hand(self, now: dt.datetime) -> Self:
        return self.filter(mail_state=MailState.SENDING)

    def mail_stuck(self, now: dt.datetime) -> Self:
        """Messages whose worker never said what became of them."""
        return self.filter(mail_state=MailState.SENDING, mail_claimed_at__lte=now - SENDING_AT_MOST)


class Mailed(models.Model):
    """A row that goes out as one message, once and never twice. `mailed_to` is the address at which it is handed over, for its
    reader may have another one by the time it comes back."""

    mail_state = models.CharField(max_length=10, choices=MailState, default=MailState.NONE, blank=True)
    mail_due_at = models.DateTimeField(null=True)
    mail_claimed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    mailed_to = models.EmailField(blank=True)
    mail_reason = models.TextField(blank=True)
    message_id = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(mail_state__in=[MailState.SENDING, MailState.SENT, MailState.UNKNOWN])
                | ~models.Q(message_id=""),
                name="%(class)s_leaves_only_with_a_message_id",
            )
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                name="%(class)ss_to_mail",
                condition=models.Q(mail_state__in=[MailState.WAITING, MailState.SENDING]),
            ),
            models.Index(fields=["message_id"], name="%(class)ss_by_message_id", condition=~models.Q(message_id="")),
        ]


class Frequency(models.TextChoices):
    """How often somebody wishes to get a digest."""

    OFF = "off", _("Never")
    WEEKLY = "weekly", _("Once a week")
    DAILY = "daily", _("Once a day")


class MailingList(models.TextChoices):
    """What can be stopped by itself, by one tap in a mail."""

    DIGEST = "digest", _("The digest")
    AT_ONCE = "at-once", _("Replies and answers, at once")


class Stop(models.TextChoices):
    """Why nothing is sent to an address any more."""

    REFUSED = "refused", _("Your mail server says that there is no such mailbox.")
    BOUNCED = "bounced", _("A mail to you came back.")
    COMPLAINED = "complained", _("A mail to you was marked as spam.")


# The enhanced status codes (RFC 3463, 7505) that speak of this one mailbox: it is not there, has moved, or takes nothing. A full
# one (5.2.2), a sender that is not liked (5.1.8), a list of senders or a relay that is set up wrongly (5.7.1) say nothing of it.
_NO_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_STATUS = re.compile(r"#?(\d\.\d{1,3}\.\d{1,3})(?![\d.])")


def says_no_mailbox(reply: str) -> bool:
    """Whether this reply means that no mail will ever reach the address: only where it says so by its status."""
    found = _STATUS.match(reply.strip())
    return found is not None and found[1] in _NO_MAILBOX


class SubscriptionQuerySet(models.QuerySet):
    """Words for choosing how people wish to be told."""

    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(person=user) if user.is_authenticated and user.is_active else self.none()

    def reachable(self) -> Self:
        """Of people with an account in use, whose address is not marked."""
        return self.filter(person__is_active=True).exclude(stopped_address=models.F("person__email"))

    def wishing(self) -> Self:
        """Of those, the ones who wish for digests."""
        return self.reachable().exclude(frequency=Frequency.OFF)

    def digesting(self, frequency: str, period: dt.date, *, chosen_before: dt.datetime) -> Self:
        """Those who wished for a digest of this frequency before the period ended and whose digest of it nobody has begun."""
        fresh = models.Q(last_period=None) | models.Q(last_period__lt=period)
        return self.reachable().filter(fresh, frequency=frequency, chosen_at__lt=chosen_before)

    def found_by(self, token: str) -> tuple["Subscription", str]:
        """The row and the list that a token in a mail speaks of. Raises `DoesNotExist` for any that we did not write."""
        try:
            number, mailing_list = _signer().unsign(token).split(".")
        except (signing.BadSignature, ValueError) as error:
            raise Subscription.DoesNotExist from error
        return self.select_related("person").get(pk=number, person__is_active=True), mailing_list


def _signer() -> signing.Signer:
    return signing.Signer(salt="commons.digests.unsubscribe", sep="~")


# How often a digest comes, and whether replies and answers come at once.
Wishes = tuple[str, bool]


class Subscription(models.Model):
    """How one person wishes to be told. Who never chose has none, and gets no digest. `last_period` is the newest stretch of
    time for which a digest was begun, also where there was nothing to say; `changes` counts how often the wishes were changed."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscription")
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency, default=Frequency.OFF)
    at_once = models.BooleanField(_("replies and answers at once"), default=False)
    chosen_at = models.DateTimeField(default=timezone.now)
    last_period = models.DateField(null=True)
    stopped_address = models.EmailField(blank=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=12, choices=Stop, blank=True)
    stopped_words = models.TextField(blank=True)
    changes = models.PositiveIntegerField(default=0)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [
            models.Index(
                fields=["frequency", "last_period"],
                name="subscriptions_to_digest",
                condition=~models.Q(frequency=Frequency.OFF),
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id}, {self.frequency}"

    @property
    def audit_label(self) -> str:
        return f"subscription {self.pk}"

    @property
    def is_stopped(self) -> bool:
        """Whether the address of today is marked: a new address begins anew."""
        return bool(self.stopped_address) and self.stopped_address == self.person.email

    @property
    def wishes(self) -> Wishes:
        return self.frequency, self.at_once

    def token_for(self, mailing_list: str) -> str:
        """What stands in the address of a mail: whoever holds it may stop this list for this person, or have it less often:
        replies and answers in a weekly digest instead of at once. It starts nothing else, but undoes what it just stopped."""
        return _signer().sign(f"{self.pk}.{mailing_list}")


class DigestQuerySet(MailedQuerySet):
    """Words for choosing digests."""

    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(person=user) if user.is_authenticated and user.is_active else self.none()

    def in_nobodys_hand(self, now: dt.datetime) -> Self:
        """Due, and not in the hand of a worker, or of one that died before it sent anything."""
        free = models.Q(mail_claimed_at=None) | models.Q(mail_claimed_at__lte=now - HELD_AT_MOST)
        return self.mail_due(now).filter(free)

    def in_somebodys_hand(self, now: dt.datetime) -> Self:
        """Being sent, or taken by a worker that sends others first."""
        held = models.Q(mail_state=MailState.WAITING, mail_claimed_at__gt=now - HELD_AT_MOST)
        return self.filter(held | models.Q(mail_state=MailState.SENDING))


class Digest(Mailed):
    """One message for one person and one period, named by the day on which it is due: there can be no second one."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    period = models.DateField()
    frequency = models.CharField(max_length=10, choices=Frequency)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [
            *Mailed.Meta.constraints,
            models.UniqueConstraint(fields=["person", "period"], name="one_digest_per_person_and_period"),
        ]
        indexes = [
            *Mailed.Meta.indexes,
            models.Index(fields=["mail_claimed_at"], name="digests_by_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m-%d} for person {self.person_id}"

    @property
    def audit_label(self) -> str:
        return f"digest {self.pk}"


class NoticeQuerySet(MailedQuerySet):
    """Words for choosing notices. Whether what they tell is still so is asked by `reports.still_so`."""

    def oldest_waiting_age(self, now: dt.datetime) -> dt.timedelta | None:
        """Of those that somebody may be waiting for: those that can wait are late by nothing."""
        return super(NoticeQuerySet, self.filter(mail_can_wait=False)).oldest_waiting_age(now)

    def visible_to(self, user: Any) -> Self:
        return self.filter(recipient=user) if user.is_authenticated and user.is_active else self.none()

    def unseen(self) -> Self:
        return self.filter(seen_at=None)

    def for_digest(self, kinds: Any, *, before: dt.datetime, since: dt.datetime) -> Self:
        """Not seen, not in an earlier digest, and not sent by themselves."""
        fresh = self.unseen().filter(digest=None, mail_state=MailState.NONE, kind__in=kinds)
        return fresh.filter(made_at__lt=before, made_at__gte=since)


def number_in(key: str) -> int | None:
    """The number of the row that a fact is about: the first in its key."""
    return next((int(part) for part in key.split(":") if part.isdecimal() and len(part) < 19), None)


class Notice(Mailed):
    """`key` names the fact, for example "reply:<number>": the same fact reaches the same person once. `about_id` is the number of
    the row it tells of, which its kind can find (reports.register_kind). `thing` names what it is about where one line stands for
    all that happens there: whoever opens the newest reads the others. One that `mail_can_wait` goes out after all others, and
    no faster than digests may."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.SlugField(max_length=40)
    key = models.CharField(max_length=120)
    about_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    path = models.CharField(max_length=500)
    thing = models.CharField(max_length=60, blank=True)
    mail_can_wait = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    digest = models.ForeignKey(Digest, models.SET_NULL, null=True, related_name="notices")

    objects = NoticeQuerySet.as_manager()
    # How many of a thing this one stands for, where only the newest was read.
    like = 1

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            *Mailed.Meta.constraints,
            models.UniqueConstraint(fields=["recipient", "key"], name="one_notice_per_recipient_and_key"),
        ]
        indexes = [
            *Mailed.Meta.indexes,
            models.Index(fields=["recipient", "-made_at"], name="notices_of_one_person"),
            models.Index(fields=["recipient"], name="notices_not_seen", condition=models.Q(seen_at=None)),
            models.Index(
                fields=["mail_claimed_at"], name="notices_by_claim", condition=models.Q(mail_claimed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def audit_label(self) -> str:
        """How the record names it: its subject may name somebody, and the record cannot forget."""
        return f"notice {self.pk}"
