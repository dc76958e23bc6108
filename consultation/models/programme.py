"""The programme of an event: its sessions by room and time, and afterwards what was said in each."""

from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commons import richtext
from commons.contributions.models import Thread
from commons.themes.models import Theme
from consultation.models.events import Event, clock
from consultation.models.texts import Words


class EventSession(models.Model):
    """One session of the programme, in one room at one time. Its thread holds what was said in it; `about` are the threads of
    the sections it was about; `minutes` say afterwards what was said in the room."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions")
    thread = models.OneToOneField(Thread, models.PROTECT, related_name="event_session", editable=False)
    title = models.CharField(_("title"), max_length=160)
    title_cy = models.CharField(_("title in Welsh"), max_length=160, blank=True)
    room = models.CharField(_("room"), max_length=80, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    speakers = models.CharField(_("who speaks"), max_length=300, blank=True)
    summary = models.TextField(_("what it is about"), max_length=1000, blank=True)
    summary_cy = models.TextField(_("what it is about, in Welsh"), max_length=1000, blank=True)
    theme = models.ForeignKey(
        Theme, models.SET_NULL, null=True, blank=True, related_name="event_sessions", verbose_name=_("theme")
    )
    about = models.ManyToManyField(
        Thread, blank=True, related_name="about_in_sessions", verbose_name=_("sections it is about")
    )
    minutes = models.TextField(_("what was said"), max_length=50_000, blank=True)
    minutes_published_at = models.DateTimeField(null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["starts_at", "room", "pk"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="a_session_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=models.Q(minutes_published_at=None) | ~models.Q(minutes=""),
                name="published_minutes_have_words",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('consultation:event', args=[self.event.slug])}#session-{self.pk}"

    @property
    def audit_label(self) -> str:
        return f"session {self.pk} of event {self.event_id}"

    @property
    def is_public(self) -> bool:
        return self.event.is_public

    @property
    def hours_told(self) -> str:
        return gettext("%(from)s to %(to)s") % {"from": clock(self.starts_at), "to": clock(self.ends_at)}

    @property
    def title_told(self) -> Words:
        return Words.of(self.title, self.title_cy)

    @property
    def summary_told(self) -> Words:
        return Words.of(self.summary, self.summary_cy)

    @cached_property
    def minutes_html(self) -> SafeString:
        return richtext.to_html(self.minutes, top_heading=4, close_gaps=True)
