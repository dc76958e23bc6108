"""The addresses to which the scripts of a table and of the room send what was written there, many pieces at once."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from commons.people.views.network import network_address
from consultation.actions.capture import NotOpen, Receipt, take_parcel, take_words
from consultation.forms.capture import MOST_PIECES, PieceRefused, number_of, room_piece, table_piece
from consultation.models import EventTable
from consultation.reports.capture import written_at
from consultation.views.capture.doors import ROOM_SALT, in_public, table_of
from consultation.views.one_event import EventMixin

MOST_BYTES = 1_000_000
"""Of one parcel."""


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
