"""Who is answering, and for whom: by the code in a letter or by being a verified member. Asked again with every request.

What somebody typed is not lost when this answer is "nobody any more" (the session ended, the code was withdrawn): it is held
in the session, and shown again on the page it was typed on once the same organisation's census is open again.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from census.models import AccessCode, Case, Response, Wave
from commons.people.models import User

CODES, CASES, HELD = "census_codes", "census_cases", "census_held"
MOST_HELD_CHARACTERS = 100_000
_signer = signing.Signer(salt="census.case")


def token_of(case: Case) -> str:
    """Names the case in the form, signed: a page of one organisation can never be saved into another's reply."""
    return _signer.sign(str(case.pk))


def case_in(token: str) -> int | None:
    """The key of the case a form was made for, or None when the token is not ours."""
    try:
        return int(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def hold_typed(request: HttpRequest) -> bool:
    """Keep what was just posted to a census page until its sender is let in again. False when there is nothing to keep."""
    case = case_in(request.POST.get("case", ""))
    typed = {key: values for key, values in request.POST.lists() if key not in {"csrfmiddlewaretoken", "case"}}
    length = sum(len(key) + sum(map(len, values)) for key, values in typed.items())
    if case is None or length > MOST_HELD_CHARACTERS:
        return False
    request.session[HELD] = {"path": request.path, "url": request.get_full_path(), "case": case, "typed": typed}
    return True


def held_url(request: HttpRequest, case: int | None = None) -> str | None:
    """The address of the page whose typed text is held; with `case`, only when it was typed for that case."""
    held = request.session.get(HELD)
    return held["url"] if held and case in {None, held["case"]} else None


def take_held(request: HttpRequest, case: Case) -> QueryDict | None:
    """What was held for this page and this case, once, as if it had just been sent from it."""
    held = request.session.get(HELD)
    if not held or held["path"] != request.path or held["case"] != case.pk:
        return None
    del request.session[HELD]
    typed = QueryDict(mutable=True)
    for key, values in held["typed"].items():
        typed.setlist(key, values)
    typed["case"] = token_of(case)
    return typed


def let_in(request: HttpRequest, code: AccessCode) -> str:
    """Remember the code in this browser and say where to go: to the page whose typed text is held, else to the hub."""
    request.session.cycle_key()
    wave = code.case.wave
    request.session[CODES] = {**request.session.get(CODES, {}), wave.slug: str(code.pk)}
    return held_url(request, code.case_id) or wave.get_absolute_url()


def has_code(request: HttpRequest, wave: Wave) -> bool:
    """Whether this browser remembers a code for the wave. It may have been withdrawn meanwhile."""
    return wave.slug in request.session.get(CODES, {})


def choose_case(request: HttpRequest, slug: str, case: int) -> None:
    """Answer for this case of the wave from now on: a choice among several, which a code in this browser must not overrule."""
    request.session[CASES] = {**request.session.get(CASES, {}), slug: case}
    request.session[CODES] = {wave: code for wave, code in request.session.get(CODES, {}).items() if wave != slug}


def forget(request: HttpRequest) -> None:
    """Leave nothing of the census in this browser: for shared computers."""
    for key in (CODES, CASES, HELD):
        request.session.pop(key, None)


class CaseMixin:
    """Finds `case`, `wave`, `by` and `response` (None before the first save), or sends the visitor to where they can get in."""

    # The permission is the code or the membership, asked in `dispatch`; there is no account to ask it of.
    public = True
    case: Case
    wave: Wave
    by: User | AccessCode

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self._by_code(kwargs["wave"]) or self._by_membership(kwargs["wave"])
        if found is None:
            return self._ask_to_come_in(kwargs["wave"])
        self.case, self.by = found
        self.wave = self.case.wave
        self.now = timezone.now()
        if self.now < self.wave.opens_at:
            messages.info(request, _("Your code is right. The census is not open yet."))
            return redirect("census:start")
        self.response = Response.objects.live().filter(case=self.case).first()
        if self.response is not None:
            self.response.case = self.case
        return super().dispatch(request, *args, **kwargs)

    def _by_code(self, slug: str) -> tuple[Case, AccessCode] | None:
        key = self.request.session.get(CODES, {}).get(slug)
        if key is None:
            return None
        code = AccessCode.objects.live().filter(pk=key, case__wave__slug=slug).select_related("case__wave").first()
        return (code.case, code) if code else None

    def _by_membership(self, slug: str) -> tuple[Case, User] | None:
        user = self.request.user
        if not user.is_authenticated:
            return None
        cases = list(
            Case.objects.answerable_by(user)
            .eligible()
            .filter(wave__slug=slug, wave__frame_frozen_at__isnull=False)
            .select_related("wave")
        )
        chosen = self.request.session.get(CASES, {}).get(slug)
        for case in cases:
            if len(cases) == 1 or case.pk == chosen:
                return case, user
        return None

    def _ask_to_come_in(self, slug: str) -> HttpResponse:
        request = self.request
        if not Wave.objects.visible_to(request.user).filter(slug=slug).exists():
            raise Http404
        if request.method == "POST" and hold_typed(request):
            messages.warning(
                request,
                _("You were signed out. What you typed is kept: come in again and you will find it on the page."),
            )
        if request.user.is_authenticated and Case.objects.answerable_by(request.user).filter(wave__slug=slug).exists():
            return redirect("census:choose", slug)
        return redirect(f"{reverse('census:code')}?{urlencode({'wave': slug})}")
