"""The tables of an event: the page at which a table writes its notes, also without a connection, and where staff open tables and
print their cards."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from commons.people.views.again import StandsAgainMixin
from commons.people.views.network import network_address
from commons.people.views.typed import KeepsTypedMixin
from commons.qr import drawn_qr
from consultation.actions.capture import Agreed, NotOpen, Struck, find_table, open_tables, take_parcel
from consultation.forms.capture import NoteForm, PhotoForm, TablesForm, number_of
from consultation.models import EventTable
from consultation.reports.capture import notes_of_table
from consultation.views.capture.doors import TABLE_SALT, DoorMixin, table_of
from consultation.views.one_event import EventMixin


class TableView(KeepsTypedMixin, DoorMixin, TemplateView):
    """The page of a table: write notes, read them back, photograph the flipchart. All of it also without script."""

    salt = TABLE_SALT
    template_name = "consultation/event_table.html"
    code_template = "consultation/event_table_code.html"

    @property
    def code_label(self) -> str:
        return _("Code of your table")

    @cached_property
    def table(self) -> EventTable | None:
        return table_of(self.event, self.token)

    @property
    def is_open(self) -> bool:
        return self.table is not None

    def token_for(self, typed: str) -> str:
        table = find_table(self.event, typed, address=network_address(self.request))
        return signing.dumps({"event": self.event.pk, "table": table.pk}, salt=self.salt)

    def page(self, status: int = 200, **given: Any) -> HttpResponse:
        lines = notes_of_table(self.table)
        typed = self.typed_before() if self.request.method == "GET" else None
        context = {
            "form": NoteForm(typed, table=self.table),
            "photo_form": PhotoForm(initial={"token": self.token}, auto_id="photo_%s"),
            "table": self.table,
            "token": self.token,
            "lines": lines,
            "photo_count": self.table.photos.count(),
            "is_reading": "read" in self.request.GET,
            "note_count": sum(1 + len(line.ideas) for line in lines),
            "is_over": not self.event.takes_words_at(timezone.now()),
        }
        response = self.render_to_response(self.get_context_data(**context | given), status=status)
        # So that the worker keeps this page on the phone, and no page that only asks for a code.
        response.headers["X-Keep"] = "yes" if status == 200 else "no"
        return response

    def act(self) -> HttpResponse:
        try:
            match self.request.POST.get("do"):
                case "strike":
                    return self._strike()
                case "agree":
                    return self._agree()
                case _:
                    return self._note()
        except NotOpen as refusal:
            form = NoteForm(self.request.POST, table=self.table)
            form.is_valid()
            form.add_error(None, str(refusal))
            return self.page(409, form=form)

    def _note(self) -> HttpResponse:
        form = NoteForm(self.request.POST, table=self.table)
        if not form.is_valid():
            return self.page(422, form=form)
        receipt = take_parcel(self.table, by=None, pieces=[form.piece])
        if receipt.refused:
            form.add_error(None, next(iter(receipt.refused.values())))
            return self.page(409, form=form)
        messages.success(self.request, _("The note is with us."))
        return redirect(self.request.path)

    def _strike(self) -> HttpResponse:
        note = number_of(self.request.POST.get("note"))
        if note is not None and take_parcel(self.table, by=None, pieces=[Struck(uuid.uuid4(), note)]).held:
            messages.success(self.request, _("The note is struck out."))
        return redirect(f"{self.request.path}?read")

    def _agree(self) -> HttpResponse:
        seen = {number_of(value) for value in self.request.POST.getlist("notes")} - {None}
        if seen and take_parcel(self.table, by=None, pieces=[Agreed(uuid.uuid4(), tuple(seen))]).held:
            messages.success(self.request, _("Thank you. It stands with the notes that your table agreed."))
        return redirect(f"{self.request.path}?read")


# --- Staff --------------------------------------------------------------------------------------------------------------------


class StaffEventMixin(EventMixin, PermissionRequiredMixin):
    permission_required = "consultation.open_tables"


class TablesView(StandsAgainMixin, StaffEventMixin, FormView):
    """The tables of an event with their codes, the code for the room, and the form to open more."""

    template_name = "consultation/event_tables.html"
    form_class = TablesForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"event": self.event}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tables = self.event.tables.select_related("session", "theme").order_by("number")
        return super().get_context_data(tables=tables, **kwargs)

    def form_valid(self, form: TablesForm) -> HttpResponse:
        tables = open_tables(self.event, by=self.request.user, **form.cleaned_data)
        n = len(tables)
        told = ngettext("The table is open. Print its card.", "%(count)d tables are open. Print their cards.", n)
        messages.success(self.request, told % {"count": n})
        return redirect("consultation:event-tables", self.event.slug)


class CardsView(StaffEventMixin, TemplateView):
    """A card for each table, and one for the room, to be printed."""

    template_name = "consultation/event_cards.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        def at(name: str, code: str) -> dict[str, Any]:
            address = settings.SITE_ADDRESS + reverse(f"consultation:{name}", args=[self.event.slug])
            return {"address": address, "qr": drawn_qr(f"{address}?code={code}")}

        tables = self.event.tables.select_related("session", "theme").order_by("number")
        cards = [{"table": table, **at("event-table", table.code)} for table in tables]
        return super().get_context_data(cards=cards, room=at("event-say", self.event.say_code), **kwargs)
