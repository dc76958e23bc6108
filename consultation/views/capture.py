"""The doors through which notes come in at an event: the page of a table and of the room, which work without a connection, the
addresses their script sends to, and the worker that keeps them on the phone.

A table or a room is opened by a code. What opens it from then on is a signed token, kept in a cookie for the page and told to its
script, which sends with nothing else: no session, no account.
"""

import json
import uuid
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView, View

from commons.contributions.views import through_door
from commons.imaging import PictureRefused, draw
from commons.people.views.network import network_address
from commons.people.views.typed import KeepsTypedMixin
from consultation.actions.capture import (
    SAY_REFUSALS,
    Agreed,
    CodeRefused,
    NotOpen,
    PhotoRefused,
    Receipt,
    Struck,
    TooManyTries,
    add_photo,
    check_open,
    check_say_code,
    find_table,
    open_tables,
    publish_photo,
    say_in_session,
    take_parcel,
    take_words,
)
from consultation.forms.capture import (
    MOST_PIECES,
    CodeForm,
    NoteForm,
    PhotoForm,
    PieceRefused,
    SayForm,
    SaySignedInForm,
    TablesForm,
    number_of,
    room_piece,
    table_piece,
)
from consultation.models import Event, EventPhoto, EventTable
from consultation.models.events import SPEAKING_AFTER
from consultation.reports.capture import notes_by_theme, notes_of_table, photos_of, public_notes, written_at

MOST_BYTES = 1_000_000
"""Of one parcel."""
TABLE_SALT, ROOM_SALT = "consultation.event-table", "consultation.event-say"
COOKIES = {TABLE_SALT: "event-table", ROOM_SALT: "event-say"}

# What the two pages need to stand without a connection, by the page.
FRAME = (
    "css/site.css",
    "css/parts.css",
    "css/forms.css",
    "css/capture.css",
    "js/site.js",
    "js/outbox.js",
    "fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "fonts/bricolage-grotesque-latin-wght-normal.woff2",
    "img/icon.svg",
)


def qr_of(address: str) -> SafeString:
    """A picture that a phone's camera reads as an address. It stands in the page itself and is drawn by no style."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return SafeString(drawn)


class EventMixin:
    """Finds the event of the address, if this person may see it."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def event(self) -> Event:
        return get_object_or_404(Event.objects.visible_to(self.request.user), slug=self.kwargs["slug"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"event": self.event, **kwargs})


def in_public(event: Event, token: str, salt: str) -> dict[str, Any] | None:
    """What a token says, if it is one of ours for this event; None for any other."""
    try:
        told = signing.loads(token, salt=salt)
    except signing.BadSignature:
        return None
    return told if isinstance(told, dict) and told.get("event") == event.pk else None


def table_of(event: Event, token: str) -> EventTable | None:
    told = in_public(event, token, TABLE_SALT)
    return told and event.tables.select_related("event", "session", "theme").filter(pk=told["table"]).first()


class DoorMixin(EventMixin):
    """A page behind a code: without the token of its cookie it asks for one. `?code=` is what the camera reads."""

    public = True
    salt: str
    code_template: str
    code_label: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.GET.get("code"):
            return self._knock(CodeForm(request.GET, label=self.code_label))
        return (
            self.page() if self.is_open and "leave" not in request.GET else self._ask(CodeForm(label=self.code_label))
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "code" in request.POST or not self.is_open:
            return self._knock(CodeForm(request.POST, label=self.code_label))
        return self.act()

    @cached_property
    def token(self) -> str:
        return self.request.COOKIES.get(COOKIES[self.salt], "")

    @property
    def is_open(self) -> bool:
        raise NotImplementedError

    def token_for(self, typed: str) -> str:
        """Raises `CodeRefused` or `TooManyTries`."""
        raise NotImplementedError

    def page(self, status: int = 200, **forms_shown: Any) -> HttpResponse:
        raise NotImplementedError

    def act(self) -> HttpResponse:
        raise NotImplementedError

    def _ask(self, form: CodeForm, status: int = 200) -> HttpResponse:
        self.template_name = self.code_template
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def _knock(self, form: CodeForm) -> HttpResponse:
        if not form.is_valid():
            return self._ask(form, 422)
        try:
            token = self.token_for(form.cleaned_data["code"])
            check_open(self.event)
        except (CodeRefused, TooManyTries, NotOpen) as refusal:
            form.add_error("code", str(refusal))
            return self._ask(form, 422)
        response = redirect(self.request.path)
        response.set_cookie(
            COOKIES[self.salt],
            token,
            expires=self.event.ends_at + SPEAKING_AFTER,
            path=self.request.path,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
        return response


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


class SayView(KeepsTypedMixin, DoorMixin, TemplateView):
    """The page of the room: say something in a session. Who is signed in speaks as themselves and needs no code."""

    salt = ROOM_SALT
    template_name = "consultation/event_say.html"
    code_template = "consultation/event_say_code.html"

    @property
    def code_label(self) -> str:
        return _("Code on the screen")

    @property
    def is_open(self) -> bool:
        return self.request.user.is_authenticated or in_public(self.event, self.token, self.salt) is not None

    def token_for(self, typed: str) -> str:
        check_say_code(self.event, typed, address=network_address(self.request))
        return signing.dumps({"event": self.event.pk, "phone": str(uuid.uuid4())}, salt=self.salt)

    def form_class(self, *args: Any) -> forms.Form:
        if self.request.user.is_authenticated:
            return SaySignedInForm(*args, event=self.event, user=self.request.user)
        return SayForm(*args, event=self.event)

    def page(self, status: int = 200, **given: Any) -> HttpResponse:
        is_known = self.request.user.is_authenticated
        typed = self.typed_before() if self.request.method == "GET" else None
        context = {
            "form": self.form_class(*([typed] if typed is not None else [])),
            "token": "" if is_known else self.token,
            "is_over": not self.event.takes_words_at(timezone.now()),
        }
        response = self.render_to_response(self.get_context_data(**context | given), status=status)
        response.headers["X-Keep"] = "yes" if status == 200 and not is_known else "no"
        return response

    def act(self) -> HttpResponse:
        form = self.form_class(self.request.POST)
        if not form.is_valid():
            return self.page(422, form=form)
        try:
            why_not = self._say(form)
        except (NotOpen, *SAY_REFUSALS) as refusal:
            why_not = str(refusal)
        if why_not:
            form.add_error(None, why_not)
            return self.page(409, form=form)
        return redirect(self.request.path)

    def _say(self, form: Any) -> str:
        """Why it is not with us; empty when it is."""
        given = form.cleaned_data
        if self.request.user.is_authenticated:
            how = {"body": given["text"], "key": given["id"], "speaking": through_door(self.request, form.speaking)}
            note = say_in_session(given["session"], by=self.request.user, **how)
            is_public = note.contribution.is_published
            messages.success(
                self.request,
                _("Thank you. Everybody can read it now.")
                if is_public
                else _("Thank you. A moderator looks at it before others can read it."),
            )
            return ""
        phone = in_public(self.event, self.token, self.salt)["phone"]
        address = network_address(self.request)
        receipt = take_words(self.event, by=None, words=[form.piece], phone=phone, address=address)
        if not receipt.held:
            return receipt.wait or next(iter(receipt.refused.values()))
        messages.success(self.request, _("Thank you. A moderator looks at it before others can read it."))
        return ""


# --- What the script sends ----------------------------------------------------------------------------------------------------


def told(status: int, says: str = "", **more: Any) -> JsonResponse:
    response = JsonResponse({"says": says, **more}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


# Whoever sends holds a signed token of the one table, or of the one phone in the room; no cookie says anything here.
@method_decorator(csrf_exempt, name="dispatch")
class SendView(EventMixin, View):
    """Many pieces at once, as JSON: {"token", "items": [{"id", "kind", ...}]}. The answer names the pieces that are here now
    (`held`) and those that never will be, with a reason (`refused`). What it does not name waits on the phone."""

    public = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return told(413, _("That was too much at once. It is sent in smaller parts."))
        try:
            sent = json.loads(request.body)
        except (ValueError, RecursionError):
            sent = None
        token = sent.get("token") if isinstance(sent, dict) else None
        door = self.door(token) if isinstance(token, str) else None
        if door is None:
            return told(403, _("Type the code again to go on. Nothing is lost: your notes stay on this phone."))
        items = sent.get("items")
        if not isinstance(items, list) or len(items) > MOST_PIECES:
            return told(400, _("That was too much at once. It is sent in smaller parts."))
        pieces, refused = [], {}
        for number, given in self._numbered(items):
            try:
                pieces.append(self.piece(number, given))
            except PieceRefused as why:
                refused[number] = str(why)
        try:
            receipt = self.take(door, pieces)
        except NotOpen as why:
            return told(403, str(why), is_over=True)
        refused |= receipt.refused
        return told(
            200,
            held=[str(number) for number in receipt.held],
            refused={str(number): why for number, why in refused.items()},
            wait=receipt.wait,
            **self.more(door),
        )

    @staticmethod
    def _numbered(items: list[Any]) -> Iterator[tuple[uuid.UUID, dict[str, Any]]]:
        """What has no number cannot be answered; no phone of ours sends it."""
        for given in items:
            number = number_of(given.get("id")) if isinstance(given, dict) else None
            if number is not None:
                yield number, given

    def door(self, token: str) -> Any:
        raise NotImplementedError

    def piece(self, number: uuid.UUID, given: dict[str, Any]) -> Any:
        raise NotImplementedError

    def take(self, door: Any, pieces: list[Any]) -> Receipt:
        raise NotImplementedError

    def more(self, door: Any) -> dict[str, Any]:
        return {}


class TableSendView(SendView):
    """From a table. It is also told what its other phones wrote."""

    def door(self, token: str) -> EventTable | None:
        return table_of(self.event, token)

    def piece(self, number: uuid.UUID, given: dict[str, Any]) -> Any:
        return table_piece(number, given)

    def take(self, door: EventTable, pieces: list[Any]) -> Receipt:
        return take_parcel(door, by=None, pieces=pieces)

    def more(self, door: EventTable) -> dict[str, Any]:
        return {
            "notes": [
                {
                    "id": str(row.pk),
                    "kind": row.kind,
                    "text": row.contribution.body,
                    "under": row.under and str(row.under),
                    "is_struck": row.struck_at is not None,
                    "is_confirmed": row.confirmed_at is not None,
                }
                for row in written_at(door)
            ]
        }


class SaySendView(SendView):
    """From the room."""

    def door(self, token: str) -> dict[str, Any] | None:
        return in_public(self.event, token, ROOM_SALT)

    def piece(self, number: uuid.UUID, given: dict[str, Any]) -> Any:
        return room_piece(number, given)

    def take(self, door: dict[str, Any], pieces: list[Any]) -> Receipt:
        address = network_address(self.request)
        return take_words(self.event, by=None, words=pieces, phone=door["phone"], address=address)


@method_decorator(csrf_exempt, name="dispatch")
class TablePhotoView(EventMixin, View):
    """A photograph, from the form or from the script, with the token of its table."""

    public = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        token = request.POST.get("token")
        if not token:
            # Without it nothing tells which table it is of: no form of ours sent it.
            return render(request, "403_csrf.html", status=403)
        table = table_of(self.event, token)
        if table is None:
            return self._refused(403, _("Type the code of your table again, and then choose the photograph once more."))
        form = PhotoForm(request.POST, request.FILES)
        if not form.is_valid():
            why = next(iter(form.errors.values()))[0]
            return self._refused(422, str(why))
        given = form.cleaned_data
        try:
            check_open(self.event)
            add_photo(table, by=None, key=given["id"], drawn=draw(given["file"]))
        except (PictureRefused, PhotoRefused) as why:
            return self._refused(422, str(why))
        except NotOpen as why:
            return self._refused(403, str(why))
        if self._is_script:
            return told(200, held=[str(given["id"])])
        messages.success(request, _("The photograph is with us."))
        return redirect("consultation:event-table", self.event.slug)

    @property
    def _is_script(self) -> bool:
        return self.request.headers.get("Accept") == "application/json"

    def _refused(self, status: int, why: str) -> HttpResponse:
        if self._is_script:
            return told(status, why)
        back = reverse("consultation:event-table", args=[self.event.slug])
        words = {"event": self.event, "why": why, "back": back}
        page = render_to_string("consultation/event_photo_refused.html", words, self.request)
        return HttpResponse(page, status=status)


# --- What keeps the pages on the phone ----------------------------------------------------------------------------------------


def release_of(names: tuple[str, ...]) -> str:
    """The name of this very state of the pages' parts: another one is fetched anew."""
    found = [Path(path) for name in names if (path := finders.find(name))]
    return sha256(b"".join(path.read_bytes() for path in found)).hexdigest()[:16]


class WorkerView(EventMixin, View):
    """The worker that lets one page of an event stand without a connection. It stands below that page, so it reaches no other."""

    public = True
    http_method_names = ["get", "head"]
    page = "table"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        names = (*FRAME, f"js/{self.page}.js")
        address = reverse("consultation:" + f"event-{self.page}", args=[self.event.slug])
        told = {
            "release": release_of((*names, "js/worker.js")),
            "page": address,
            "assets": [staticfiles_storage.url(name) for name in names],
        }
        source = Path(finders.find("js/worker.js")).read_text()
        first = f"const TOLD = {json.dumps(told)};\n"
        response = HttpResponse(first + source, content_type="text/javascript; charset=utf-8")
        response.headers["Cache-Control"] = "no-cache"
        return response


# --- Staff --------------------------------------------------------------------------------------------------------------------


class StaffEventMixin(EventMixin, PermissionRequiredMixin):
    permission_required = "consultation.open_tables"


class TablesView(StaffEventMixin, FormView):
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
        messages.success(self.request, _("%(count)d tables are open. Print their cards.") % {"count": len(tables)})
        return redirect("consultation:event-tables", self.event.slug)

    def form_invalid(self, form: TablesForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class CardsView(StaffEventMixin, TemplateView):
    """A card for each table, and one for the room, to be printed."""

    template_name = "consultation/event_cards.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        def at(name: str, code: str) -> dict[str, Any]:
            address = settings.SITE_ADDRESS + reverse(f"consultation:{name}", args=[self.event.slug])
            return {"address": address, "qr": qr_of(f"{address}?code={code}")}

        tables = self.event.tables.select_related("session", "theme").order_by("number")
        cards = [{"table": table, **at("event-table", table.code)} for table in tables]
        return super().get_context_data(cards=cards, room=at("event-say", self.event.say_code), **kwargs)


# --- Reading ------------------------------------------------------------------------------------------------------------------


class NotesView(EventMixin, TemplateView):
    """What was written down at an event, for everybody: by theme, then issue, then idea."""

    public = True
    template_name = "consultation/event_notes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notes = list(public_notes(self.event))
        return super().get_context_data(
            groups=notes_by_theme(notes),
            count=len(notes),
            photos=photos_of(self.event, everybody=True),
            **kwargs,
        )


class PhotoView(EventMixin, View):
    """The bytes of a photograph: to everybody once it is published, before that to staff and facilitators. Its POST publishes it,
    or takes it back."""

    public = True
    http_method_names = ["get", "head", "post"]

    @cached_property
    def photo(self) -> EventPhoto:
        photo = get_object_or_404(EventPhoto, pk=self.kwargs["pk"], table__event=self.event)
        if photo.published_at is None and not self._may:
            raise Http404
        return photo

    @cached_property
    def _may(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm("consultation.group_notes", self.event)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(bytes(self.photo.data), content_type=self.photo.kind)
        is_public = self.photo.published_at is not None
        response.headers["Cache-Control"] = "public, no-cache" if is_public else "private, no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Disposition"] = "inline"
        return response

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self._may:
            raise Http404
        is_public = request.POST.get("show") == "yes"
        publish_photo(self.photo, by=request.user, is_public=is_public)
        messages.success(
            request, _("Everybody can see it now.") if is_public else _("Only staff and facilitators can see it now.")
        )
        return redirect(f"{reverse('consultation:event-ideas', args=[self.event.slug])}#photos")
