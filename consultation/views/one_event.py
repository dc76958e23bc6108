"""What all pages about one event share: they find the event of their address, and whether one comes to it oneself."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from consultation.models import Event, Registration


class EventMixin:
    """Finds the event of the address, if this person may see it."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def event(self) -> Event:
        return get_object_or_404(Event.objects.visible_to(self.request.user), slug=self.kwargs["slug"])

    @cached_property
    def own(self) -> Registration | None:
        """One's own registration, unless one has given it back."""
        user = self.request.user
        rows = Registration.objects.visible_to(user).filter(event=self.event, person=user.pk)
        return rows.exclude(state=Registration.State.CANCELLED).first() if user.is_authenticated else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"event": self.event, **kwargs})


class OnTheDayMixin(EventMixin, PermissionRequiredMixin):
    """For staff, and for those whom staff named to help at this very event."""

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.event)
