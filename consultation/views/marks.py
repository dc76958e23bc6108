"""Marking: one's own ballot, the screen of the room, the results, and the staff's page with the steps of the day in order."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from commons.people.views.network import network_address
from consultation.actions.marks import (
    MarksClosed,
    NoBallot,
    NoBallotFor,
    OutOfTurn,
    TooManyMarks,
    TooManyTries,
    WrongIdea,
    cast_ballot,
    choose_proposals,
    close_marks,
    freeze_marks,
    give_ballot_to,
    give_ballots,
    open_ballot,
    open_marks,
    publish_marks,
    show_marks,
)
from consultation.actions.texts import StaleEdit
from consultation.forms.marks import BallotCodeForm, BallotForm, GiveBallotsForm, OpenMarksForm, ProposalsForm
from consultation.models import Ballot, Event, MarkKind
from consultation.reports.marks import (
    NARROW,
    WIDE,
    board_of,
    drawn,
    live_board,
    marking_has_begun,
    proposals_of,
    suggested_proposals,
    uncounted,
)
from consultation.reports.qr import drawn_qr

BALLOTS, SCREENS = "event_ballots", "event_screens"
LEADERS = 10
"""Ideas in the list beside the drawing: as many as can be read from the back of a hall."""
SCREEN_LINK_LASTS = dt.timedelta(days=3)

_ballots = signing.Signer(salt="consultation.ballot")
_screens = signing.TimestampSigner(salt="consultation.screen")


class EventMixin:
    """Finds the event of the address, if this person may see it."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def event(self) -> Event:
        return get_object_or_404(Event.objects.visible_to(self.request.user), slug=self.kwargs["slug"])

    @cached_property
    def now(self) -> dt.datetime:
        return timezone.now()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "event": self.event,
            "is_open": self.event.takes_marks_at(self.now),
            "has_begun": marking_has_begun(self.event, self.now),
        }
        return super().get_context_data(**{**own, **kwargs})


# --- One's own ballot ---------------------------------------------------------------------------------------------------------


class MarksView(EventMixin, TemplateView):
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
            form.add_error(None, str(refusal))
            # The latest revision goes into the form, so that saving again is a decision and not an accident.
            form.data = form.data.copy()
            ballot.refresh_from_db()
            form.data["based_on"] = ballot.revision
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


# --- The room's screen and the results ----------------------------------------------------------------------------------------


class ScreenMixin(EventMixin):
    """The room sees it while marking goes on: staff, facilitators, and a machine that was opened by a link from staff. Everybody
    sees it once the results are public."""

    public = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (key := request.GET.get("key")) is not None:
            return self._by_link(key)
        if not self._may_see():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def _may_see(self) -> bool:
        return (
            self.event.marks_published_at is not None
            or self.request.session.get(SCREENS, {}).get(self.event.slug) is not None
            or self.request.user.has_perm("consultation.see_screen", self.event)
        )

    def _by_link(self, key: str) -> HttpResponse:
        try:
            opens = _screens.unsign(key, max_age=SCREEN_LINK_LASTS)
        except signing.BadSignature:
            raise Http404 from None
        if opens != self.event.slug:
            raise Http404
        self.request.session[SCREENS] = {**self.request.session.get(SCREENS, {}), self.event.slug: True}
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board = live_board(self.event)
        is_open = self.event.takes_marks_at(self.now)
        shows = self.event.shows_marks_live or not is_open
        return super().get_context_data(
            board=board,
            shows=shows,
            wide=drawn(board, WIDE) if shows else None,
            narrow=drawn(board, NARROW) if shows else None,
            leaders=[idea for idea in board.ranked if idea.total][:LEADERS],
            is_live=self.event.marks_published_at is None,
            marks_address=settings.SITE_ADDRESS.split("://")[-1]
            + reverse("consultation:event-marks", args=[self.event.slug]),
            **kwargs,
        )


class ScreenView(ScreenMixin, TemplateView):
    template_name = "consultation/event_screen.html"


class ScreenNowView(ScreenMixin, TemplateView):
    """The part of the screen that moves, for htmx."""

    template_name = "consultation/_event_screen.html"


class ResultsView(EventMixin, TemplateView):
    """What came of the marking, for everybody: until it is published, when that will be; then every count."""

    public = True
    template_name = "consultation/event_results.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.event.marks_published_at is None:
            return super().get_context_data(board=None, **kwargs)
        board = board_of(self.event)
        return super().get_context_data(
            board=board,
            wide=drawn(board, WIDE),
            narrow=drawn(board, NARROW),
            proposals=proposals_of(self.event, self.request.user),
            **kwargs,
        )


# --- The staff's page ---------------------------------------------------------------------------------------------------------


class MarksStaffView(EventMixin, PermissionRequiredMixin, TemplateView):
    """The marks of one event: what is put to them, how many ballots were given and cast, and each step of the day."""

    permission_required = "consultation.see_marks"
    template_name = "consultation/event_marks_staff.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board, has_begun = board_of(self.event), marking_has_begun(self.event, self.now)
        forms_shown = {
            "give_form": GiveBallotsForm(),
            "open_form": OpenMarksForm(event=self.event, has_begun=has_begun),
            "proposals_form": ProposalsForm(board=board, suggested=suggested_proposals(board)),
        }
        key = _screens.sign(self.event.slug)
        link = settings.SITE_ADDRESS + reverse("consultation:event-screen", args=[self.event.slug]) + f"?key={key}"
        form = next((kwargs[name] for name in forms_shown if name in kwargs), None)
        return super().get_context_data(
            **{**forms_shown, "board": board, "screen_link": link, "form": form, "step": self._step(), **kwargs}
        )

    def _step(self) -> str:
        """Which step is next."""
        event = self.event
        if event.marks_published_at is not None:
            return "proposals"
        if event.marks_frozen_at is not None:
            return "publish"
        if event.takes_marks_at(self.now):
            return "close"
        return "freeze" if marking_has_begun(event, self.now) else "open"


class StepView(MarksStaffView):
    """The POST behind one button of the staff's page. What cannot be done now is said there."""

    http_method_names = ["post"]
    done: Any = ""

    def act(self) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            self.act()
        except OutOfTurn as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, self.done)
        return redirect("consultation:event-marks-staff", self.event.slug)


class MarksCloseView(StepView):
    permission_required = "consultation.close_marks"
    done = gettext_lazy("Marking is closed. You can open it again until the marks are counted.")

    def act(self) -> None:
        close_marks(self.event, by=self.request.user)


class MarksShowView(StepView):
    permission_required = "consultation.show_marks"
    done = gettext_lazy("Saved. The screen follows within two seconds.")

    def act(self) -> None:
        show_marks(self.event, by=self.request.user, live=self.request.POST.get("live") == "yes")


class MarksFreezeView(StepView):
    permission_required = "consultation.freeze_marks"
    done = gettext_lazy("The marks are counted. The counts do not change any more.")

    def act(self) -> None:
        freeze_marks(self.event, by=self.request.user)


class MarksPublishView(StepView):
    permission_required = "consultation.publish_marks"
    done = gettext_lazy("The results are public now.")

    def act(self) -> None:
        publish_marks(self.event, by=self.request.user)


class StepFormView(MarksStaffView):
    """A step that asks something. A form that has something wrong in it is shown again in its place on the staff's page, to which
    its own address leads."""

    # Under which name the page knows the form.
    form_name = ""

    def make_form(self) -> forms.Form:
        raise NotImplementedError

    def act(self, form: Any) -> HttpResponse:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.make_form()
        if form.is_valid():
            try:
                return self.act(form)
            except (OutOfTurn, WrongIdea) as refusal:
                form.add_error(None, str(refusal))
        return self.render_to_response(self.get_context_data(**{self.form_name: form}), status=422)

    def back(self) -> HttpResponse:
        return redirect("consultation:event-marks-staff", self.event.slug)


class MarksOpenView(StepFormView):
    permission_required = "consultation.open_marks"
    form_name = "open_form"

    def make_form(self) -> OpenMarksForm:
        return OpenMarksForm(self.request.POST, event=self.event, has_begun=marking_has_begun(self.event, self.now))

    def act(self, form: OpenMarksForm) -> HttpResponse:
        event = open_marks(self.event, by=self.request.user, **form.cleaned_data)
        if event.takes_marks_at(timezone.now()):
            messages.success(self.request, _("Marking is open."))
        else:
            messages.success(self.request, _("Saved. Marking opens by itself at that time."))
        return self.back()


class ProposalsChooseView(StepFormView):
    permission_required = "consultation.choose_proposals"
    form_name = "proposals_form"

    def make_form(self) -> ProposalsForm:
        board = board_of(self.event)
        return ProposalsForm(self.request.POST, board=board, suggested=())

    def act(self, form: ProposalsForm) -> HttpResponse:
        choose_proposals(self.event, form.chosen(), by=self.request.user)
        messages.success(
            self.request, _("These are proposals now. Everybody can read them, and the panel answers them.")
        )
        return self.back()


class CardsMixin:
    """Ballots on paper. Their codes are on this page and nowhere else."""

    event: Event

    def cards(self, codes: list[str]) -> HttpResponse:
        address = settings.SITE_ADDRESS + reverse("consultation:event-marks", args=[self.event.slug])
        drawn_codes = [(code, drawn_qr(f"{address}?ballot={code.replace('-', '')}")) for code in codes]
        self.template_name = "consultation/ballot_cards.html"
        return self.render_to_response({"event": self.event, "cards": drawn_codes, "address": address.split("://")[-1]})


class BallotsGiveView(CardsMixin, StepFormView):
    permission_required = "consultation.give_ballots"
    form_name = "give_form"

    def make_form(self) -> GiveBallotsForm:
        return GiveBallotsForm(self.request.POST)

    def act(self, form: GiveBallotsForm) -> HttpResponse:
        return self.cards(give_ballots(self.event, by=self.request.user, **form.cleaned_data))


class BallotGiveView(CardsMixin, EventMixin, PermissionRequiredMixin, TemplateView):
    """One ballot for somebody who was checked in, from the page at the door: its card, to be shown or printed."""

    permission_required = "consultation.give_ballot_to"
    template_name = "consultation/ballot_cards.html"
    http_method_names = ["post"]

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.event)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        registration = get_object_or_404(self.event.registrations.all(), key=self.kwargs["key"])
        try:
            return self.cards([give_ballot_to(registration, by=request.user)])
        except (NoBallotFor, OutOfTurn) as refusal:
            return self.render_to_response(self.get_context_data(refusal=str(refusal)), status=409)
