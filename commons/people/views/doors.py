"""The door somebody came through, remembered in their session until they say something; and the staff's pages about doors."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView, TemplateView

from commons.people.actions.doors import DoorClosed, DoorOpen, make_door, reopen_door, retire_door
from commons.people.forms.doors import DoorForm
from commons.people.models import Door
from commons.people.reports.heard import voices_by_door
from commons.people.views.again import StandsAgainMixin
from commons.people.views.buttons import ButtonView
from commons.qr import drawn_qr

VIA, REMEMBERED = "via", "door"

# Where a link that is handed on may lead: any public page would do, and these are the ones people ask for.
PLACES = [
    (gettext_lazy("The front page"), "home"),
    (gettext_lazy("The census"), "census:start"),
    (gettext_lazy("The draft strategy"), "panel:framework"),
]


def remember_door(request: HttpRequest) -> None:
    """Keep the door named in the address, if there is such a door and it is open. Anything else is ignored without a word."""
    asked = request.GET.get(VIA)
    if asked is None or request.method != "GET":
        return
    door = Door.objects.of_code(asked).first()
    if door is not None:
        request.session[REMEMBERED] = door.pk


def door_of(request: HttpRequest) -> Door | None:
    """The door through which this visitor came, while it is open: asked in the moment in which they say something."""
    number = request.session.get(REMEMBERED)
    return Door.objects.open().filter(pk=number).first() if number is not None else None


class DoorListView(PermissionRequiredMixin, ListView):
    """All doors, each with what came through it: exact counts, for staff alone."""

    permission_required = "people.see_doors"
    template_name = "people/door_list.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        return Door.objects.visible_to(self.request.user).select_related("organisation").order_by("label", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        counts = voices_by_door()
        context["rows"] = [(door, sum(counts.get(door.pk, {}).values())) for door in context["object_list"]]
        return context


class DoorMakeView(StandsAgainMixin, PermissionRequiredMixin, FormView):
    permission_required = "people.make_door"
    template_name = "people/door_make.html"
    form_class = DoorForm

    def form_valid(self, form: DoorForm) -> HttpResponse:
        door = make_door(by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Made. Copy an address below and hand it on."))
        return redirect(door)


class DoorMixin:
    """The door of the address, if this person may see it."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def door(self) -> Door:
        rows = Door.objects.visible_to(self.request.user).select_related("organisation", "made_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class DoorView(PermissionRequiredMixin, DoorMixin, TemplateView):
    """One door: its addresses to copy, a text to send on, its code to print, and what came through it."""

    permission_required = "people.see_doors"
    template_name = "people/door.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        door = self.door
        counts = voices_by_door().get(door.pk, {})
        addresses = [(label, door.address_of(reverse(name))) for label, name in PLACES]
        return super().get_context_data(
            door=door,
            addresses=addresses,
            front=addresses[0][1],
            census=addresses[1][1],
            qr=drawn_qr(addresses[0][1]),
            counts=list(counts.items()),
            total=sum(counts.values()),
            **kwargs,
        )


class DoorButtonView(DoorMixin, ButtonView):
    """One button's POST, which leads back to the door."""

    def stands_at(self) -> str:
        return reverse("people:door-list")


class DoorRetireView(DoorButtonView):
    permission_required = "people.retire_door"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            retire_door(self.door, by=request.user)
        except DoorClosed as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(
                request, _("Closed. Its addresses still lead here, but no voice counts as come through it.")
            )
        return redirect(self.door)


class DoorReopenView(DoorButtonView):
    permission_required = "people.reopen_door"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            reopen_door(self.door, by=request.user)
        except DoorOpen as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("Open again."))
        return redirect(self.door)
