"""Events such as Congress: when and where, what moved and why, and who helps on the day.

Whether registration, speaking or marking is open is never stored: the dates say it. What was moved or called off is told with
its reason.
"""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commons import richtext
from commons.contributions.models import Thread
from consultation.models.texts import Words

SPEAKING_AFTER = dt.timedelta(days=7)
"""How long after an event a phone that was offline may still bring what was written there."""

FEEDBACK_AFTER = dt.timedelta(days=30)
"""How long after an event those who came may say what they think of it."""

CODE_LETTERS = "ABCDEFGHJKMNPQRTUVWXY346789"
"""No letter or figure that is taken for another when it is read aloud or written by hand."""


def clock(moment: dt.datetime) -> str:
    """A time of day in the site's own time: "10am", "5:30pm", "noon"."""
    return date_format(timezone.localtime(moment), "P").replace(".", "").replace(" ", "")


def span_told(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """From when to when, in words: the day once where both are on the same."""
    first, last = (date_format(timezone.localtime(moment), "l j F Y") for moment in (starts_at, ends_at))
    words = {"first": first, "last": last, "from": clock(starts_at), "to": clock(ends_at)}
    if first == last:
        return gettext("%(first)s, %(from)s to %(to)s") % words
    return gettext("%(first)s, %(from)s, to %(last)s, %(to)s") % words


class EventQuerySet(models.QuerySet):
    """Words for choosing events."""

    def public(self) -> Self:
        """What everybody may read: also those that were called off, so that nobody travels in vain."""
        return self.exclude(state=Event.State.DRAFT)

    def visible_to(self, user: Any) -> Self:
        """What is public; to staff all of it."""
        if getattr(user, "is_staff", False):
            return self
        return self.public()

    def ahead(self, now: dt.datetime) -> Self:
        return self.filter(ends_at__gte=now).order_by("starts_at", "pk")

    def over(self, now: dt.datetime) -> Self:
        return self.filter(ends_at__lt=now).order_by("-starts_at", "-pk")

    def listed(self) -> Self:
        """Less what only the page of one event needs."""
        return self.defer("body", "body_cy", "access", "joining")


class Event(models.Model):
    """One event. `slug` stands in its address and does not change. `revision` grows by one with each change.

    `joining` (how to get in: a door, a link) is shown only to those who are registered. `say_code` is the word by which somebody
    in the room says something without an account. Without a `capacity` there is room for all.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Not published yet")
        PUBLIC = "public", _("Public")
        CANCELLED = "cancelled", _("Called off")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("name"), max_length=120)
    title_cy = models.CharField(_("name in Welsh"), max_length=120, blank=True)
    summary = models.TextField(_("in two sentences"), max_length=400)
    summary_cy = models.TextField(_("in two sentences, in Welsh"), max_length=400, blank=True)
    body = models.TextField(_("what to expect"), max_length=10_000, blank=True)
    body_cy = models.TextField(_("what to expect, in Welsh"), max_length=10_000, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    venue = models.CharField(_("where"), max_length=200)
    access = models.TextField(_("getting there and getting in"), max_length=3000, blank=True)
    joining = models.TextField(_("for those who are registered"), max_length=3000, blank=True)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)

    say_code = models.CharField(max_length=12, unique=True, editable=False)
    marks_each = models.PositiveSmallIntegerField(_("marks of each kind for each theme"), default=3)
    marks_open_at = models.DateTimeField(_("marking opens"), null=True, blank=True)
    marks_close_at = models.DateTimeField(_("marking closes"), null=True, blank=True)
    # Whether the room's screen shows the counts while they change, which may sway those who have not marked yet.
    shows_marks_live = models.BooleanField(
        _("counts on the screen while marking is open"), default=True, editable=False
    )
    # From then on the counts stand beside the ideas and do not change any more.
    marks_frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    marks_published_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Where the proposals stand, from when the first was chosen.
    proposals = models.OneToOneField(
        Thread, models.PROTECT, null=True, blank=True, related_name="event_proposals", editable=False
    )

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    cancel_reason = models.TextField(_("why it was called off"), max_length=1000, blank=True)
    cancel_reason_cy = models.TextField(_("why it was called off, in Welsh"), max_length=1000, blank=True)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    # Set in the moment in which those who are registered are told.
    cancel_announced_at = models.DateTimeField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="an_event_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | ~models.Q(cancel_reason=""),
                name="what_is_called_off_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(marks_open_at=None, marks_close_at=None)
                | models.Q(marks_close_at__gt=models.F("marks_open_at")),
                name="marking_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=models.Q(marks_published_at=None) | models.Q(marks_frozen_at__isnull=False),
                name="only_frozen_marks_are_published",
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="events_by_end")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consultation:event", args=[self.slug])

    @property
    def audit_label(self) -> str:
        return f"event {self.slug}"

    @property
    def is_public(self) -> bool:
        return self.state != self.State.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def when_told(self) -> str:
        return span_told(self.starts_at, self.ends_at)

    @property
    def title_told(self) -> Words:
        return Words.of(self.title, self.title_cy)

    @property
    def summary_told(self) -> Words:
        return Words.of(self.summary, self.summary_cy)

    @property
    def body_told(self) -> Words:
        return Words.of(self.body, self.body_cy)

    @property
    def body_html(self) -> SafeString:
        return richtext.to_html(self.body_told.text, top_heading=3, close_gaps=True)

    @property
    def cancel_reason_told(self) -> Words:
        return Words.of(self.cancel_reason, self.cancel_reason_cy)

    def takes_registrations_at(self, now: dt.datetime) -> bool:
        """Public, and within its dates. It closes when the event ends, unless a moment before that was set."""
        opens, closes = self.registration_opens_at, min(self.registration_closes_at or self.ends_at, self.ends_at)
        return self.state == self.State.PUBLIC and (opens is None or opens <= now) and now < closes

    def takes_feedback_at(self, now: dt.datetime) -> bool:
        return self.state == self.State.PUBLIC and self.starts_at <= now < self.ends_at + FEEDBACK_AFTER

    def takes_words_at(self, now: dt.datetime) -> bool:
        """Whether phones may still bring what was said there. A day before counts, for tables that practise."""
        return (
            self.state == self.State.PUBLIC
            and self.starts_at - dt.timedelta(days=1) <= now < self.ends_at + SPEAKING_AFTER
        )

    def takes_marks_at(self, now: dt.datetime) -> bool:
        return (
            self.state == self.State.PUBLIC
            and self.marks_frozen_at is None
            and self.marks_open_at is not None
            and self.marks_open_at <= now
            and (self.marks_close_at is None or now < self.marks_close_at)
        )


class EventMove(models.Model):
    """An event was moved to another time or place: what was said before, what is said since, and why. Everybody reads it;
    `announced_at` is set in the moment in which those who are registered are told."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="moves")
    starts_before = models.DateTimeField()
    starts_after = models.DateTimeField()
    ends_before = models.DateTimeField()
    ends_after = models.DateTimeField()
    venue_before = models.CharField(max_length=200)
    venue_after = models.CharField(max_length=200)
    reason = models.TextField(_("why"), max_length=1000)
    reason_cy = models.TextField(_("why, in Welsh"), max_length=1000, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    announced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("move of an event")
        verbose_name_plural = _("moves of events")
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_move_of_an_event_has_a_reason"),
            models.CheckConstraint(
                condition=~models.Q(
                    starts_before=models.F("starts_after"),
                    ends_before=models.F("ends_after"),
                    venue_before=models.F("venue_after"),
                ),
                name="a_move_of_an_event_changes_something",
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.event_id} moved"

    @property
    def when_before(self) -> str:
        return span_told(self.starts_before, self.ends_before)

    @property
    def when_after(self) -> str:
        return span_told(self.starts_after, self.ends_after)

    @property
    def reason_told(self) -> Words:
        return Words.of(self.reason, self.reason_cy)


class EventHelper(models.Model):
    """Somebody who helps at one event without being staff."""

    class Part(models.TextChoices):
        DOOR = "door", _("At the door: checks people in")
        FACILITATOR = "facilitator", _("Facilitator: groups and merges ideas")

    event = models.ForeignKey(Event, models.CASCADE, related_name="helpers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="helps_at")
    part = models.CharField(_("what they do"), max_length=12, choices=Part)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("helper at an event")
        verbose_name_plural = _("helpers at events")
        constraints = [
            models.UniqueConstraint(fields=["event", "person", "part"], name="one_helper_per_event_person_and_part")
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} helps at event {self.event_id}"
