"""One's own ballot: opened by the code on a card, and saved as often as one likes until marking closes."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from commons.people.views.again import say_stale
from commons.people.views.network import network_address
from consultation.actions.marks import (
    MarksClosed,
    NoBallot,
    TooManyMarks,
    TooManyTries,
    WrongIdea,
    cast_ballot,
    open_ballot,
)
from consultation.actions.texts import StaleEdit
from consultation.forms.marks import BallotCodeForm, BallotForm
from consultation.models import Ballot, MarkKind
from consultation.reports.marks import uncounted
from consultation.views.marks.marking import MarksMixin

BALLOTS = "event_ballots"
"""In the session: by event, the ballot that this phone opened last."""

_ballots = signing.Signer(salt="consultation.ballot")


class MarksView(MarksMixin, TemplateView):
    """One's ballot, opened by the code on a card: typed here, or in the link behind its QR code (`?ballot=`), which leads to the
    clean address at once. Who has none is asked for the code."""

    # The permission is the code; there is no account to ask it of.
    public = True
    template_name = "consultation/event_marks.html"
    saved_at: int | None = None
    saved: frozenset[tuple[str, int]] = frozenset()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        # Also the first answer, which gives a phone its session.
        patch_cache_control(response, private=True, no_store=True)
        return response

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if (typed := request.GET.get("ballot")) is not None:
            try:
                self._open(typed)
            except (NoBallot, TooManyTries) as refusal:
                messages.error(request, str(refusal))
            return redirect(request.path)
        if (ballot := self._remembered()) is None:
            return self._ask_for_code(BallotCodeForm())
        return self._show(ballot)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "forget" in request.POST:
            request.session[BALLOTS] = {
                slug: key for slug, key in request.session.get(BALLOTS, {}).items() if slug != self.event.slug
            }
            messages.success(request, _("This phone no longer knows the ballot. What was saved on it counts."))
            return redirect(request.path)
        if "code" in request.POST:
            return self._typed(BallotCodeForm(request.POST))
        ballot = self._of_form(request.POST.get("ballot", ""))
        if ballot is None:
            messages.error(request, _("We do not know this ballot any more. Open it again with the code on your card."))
            return redirect(request.path)
        return self._cast(ballot)

    # --- which ballot

    def _remember(self, ballot: Ballot) -> None:
        known = self.request.session.get(BALLOTS, {})
        if known.get(self.event.slug) != str(ballot.pk):
            self.request.session[BALLOTS] = {**known, self.event.slug: str(ballot.pk)}

    def _remembered(self) -> Ballot | None:
        key = self.request.session.get(BALLOTS, {}).get(self.event.slug)
        return self.event.ballots.filter(pk=key).first() if key else None

    def _open(self, typed: str) -> None:
        user = self.request.user if self.request.user.is_authenticated else None
        ballot = open_ballot(self.event, typed, by=user, address=network_address(self.request))
        self.request.session.cycle_key()
        self._remember(ballot)

    def _of_form(self, signed: str) -> Ballot | None:
        """The ballot that the form was made for. It need not be the one this phone was used for last."""
        try:
            return self.event.ballots.filter(pk=_ballots.unsign(signed)).first()
        except signing.BadSignature:
            return None

    # --- answers

    def _ask_for_code(self, form: BallotCodeForm, status: int = 200) -> HttpResponse:
        return self.render_to_response(self.get_context_data(code_form=form), status=status)

    def _typed(self, form: BallotCodeForm) -> HttpResponse:
        if form.is_valid():
            try:
                self._open(form.cleaned_data["code"])
            except (NoBallot, TooManyTries) as refusal:
                form.add_error("code", str(refusal))
            else:
                return redirect(self.request.path)
        return self._ask_for_code(form, status=422)

    def _form(self, ballot: Ballot, data: Any = None) -> BallotForm:
        return BallotForm(
            data,
            event=self.event,
            board=self.board,
            marks=self._saved(ballot),
            must_choose=ballot.cast_at is None,
            initial={"ballot": _ballots.sign(str(ballot.pk)), "based_on": ballot.revision},
        )

    def _saved(self, ballot: Ballot) -> frozenset[tuple[str, int]]:
        """The marks that a ballot holds, asked once for each state of it."""
        if self.saved_at != ballot.revision:
            self.saved_at, self.saved = ballot.revision, frozenset(ballot.marks.values_list("kind", "idea"))
        return self.saved

    @cached_property
    def board(self) -> Any:
        return uncounted(self.event)

    def _show(self, ballot: Ballot, form: BallotForm | None = None, status: int = 200, **more: Any) -> HttpResponse:
        is_open = self.event.takes_marks_at(self.now)
        if form is None and is_open:
            form = self._form(ballot)
        saved = self._saved(ballot)
        chosen = [
            (
                band,
                [(kind, [idea for idea in ideas if (kind, idea.pk) in saved]) for kind in ("desirable", "achievable")],
            )
            for band, ideas in self.board.in_ballot_order
        ]
        context = self.get_context_data(ballot=ballot, form=form, chosen=chosen if saved else [], **more)
        return self.render_to_response(context, status=status)

    def _cast(self, ballot: Ballot) -> HttpResponse:
        form = self._form(ballot, self.request.POST)
        if not self.event.takes_marks_at(self.now):
            return self._closed(ballot)
        if not form.is_valid():
            return self._show(ballot, form, 422)
        chosen = {kind.value: form.chosen(kind) for kind in MarkKind}
        try:
            ballot = cast_ballot(ballot, by=None, based_on=form.cleaned_data["based_on"], **chosen)
        except StaleEdit as refusal:
            ballot.refresh_from_db()
            say_stale(form, refusal, ballot.revision)
            return self._show(ballot, form, 409, is_stale=True)
        except MarksClosed:
            return self._closed(ballot)
        except TooManyMarks as refusal:
            form.say_too_many(refusal)
            return self._show(ballot, form, 422)
        except WrongIdea as refusal:
            form.add_error(None, str(refusal))
            return self._show(ballot, form, 422)
        except NoBallot as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.request.path)
        self._remember(ballot)
        return redirect(self.request.path)

    def _closed(self, ballot: Ballot) -> HttpResponse:
        """Too late: what was saved before counts, and stands on the page."""
        self.event.refresh_from_db()
        self.now = timezone.now()
        return self._show(ballot, status=409, is_late=True)
