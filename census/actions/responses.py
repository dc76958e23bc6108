"""Answering: begin a reply, save a page, send it.

`by` is the person signed in or the `AccessCode` that let them in. A page is saved against the revision it was shown from:
what only one side changed is merged, and where both changed the same question nothing is overwritten (`StalePage`).
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from census.instrument import (
    Conflict,
    Filled,
    Instrument,
    Page,
    Problem,
    Route,
    drop_off_path,
    route,
    statuses,
    three_way,
    validate,
    variables,
)
from census.models import AccessCode, Case, ContactRevision, PageRevision, Response, Submission
from census.models.cases import CODE_ALPHABET
from commons.audit.actions import record
from commons.digests.actions import notify
from commons.people.models import Door, User


class CensusClosed(Exception):
    """The wave is not open, or its minutes of grace are over."""


class NotComplete(Exception):
    """The reply cannot be sent yet. `problems` names each question on the path that still needs an answer."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(_("Some questions still need an answer."))


class StalePage(Exception):
    """Somebody saved this page meanwhile and changed the same questions: `conflicts`; `theirs` is the stored revision."""

    def __init__(self, conflicts: list[Conflict], theirs: PageRevision | ContactRevision) -> None:
        self.conflicts, self.theirs = conflicts, theirs
        super().__init__(_("This page was changed while you were answering it."))


@dataclass(frozen=True)
class Answers:
    """A whole reply as it stands: values, marks, the route they give, and the latest revision of each page."""

    values: dict[str, Any]
    marks: dict[str, str]
    route: Route
    pages: dict[str, PageRevision]


def key_of(page: Page) -> str:
    """The name of a page in revisions: 'section/page'."""
    return f"{page.section.id}/{page.id}"


def facts_of(case: Case) -> dict[str, Any]:
    """What the questionnaire's rules may know besides the answers."""
    return {"organisation": {"name": case.name}}


def answers_of(response: Response | None, case: Case) -> Answers:
    """The reply as it stands, from the latest revision of every page: one query whatever the number of questions."""
    pages: dict[str, PageRevision] = {}
    if response is not None:
        latest, latest_apart = (
            model.objects.filter(response=response).order_by("page_key", "-number").distinct("page_key")
            for model in (PageRevision, ContactRevision)
        )
        pages = {row.page_key: row for row in latest.union(latest_apart, all=True)}
    return _answers(pages, case)


def answers_after(answers: Answers, saved: PageRevision, case: Case) -> Answers:
    """The reply with one page as it was just saved: no query."""
    return _answers({**answers.pages, saved.page_key: saved}, case)


def _answers(pages: dict[str, PageRevision], case: Case) -> Answers:
    values: dict[str, Any] = {}
    marks: dict[str, str] = {}
    for row in pages.values():
        values.update(row.answers)
        marks.update(row.marks)
    return Answers(values, marks, route(case.wave.questionnaire, values, facts_of(case)), pages)


def _signature(by) -> dict[str, Any]:
    if isinstance(by, User):
        longest = PageRevision._meta.get_field("saved_by_label").max_length
        return {"saved_by": by, "saved_by_label": (by.name or by.email)[:longest]}
    return {"saved_by": None, "saved_by_label": _("someone with the letter’s code")}


def _user(by) -> User | None:
    return by if isinstance(by, User) else None


@transaction.atomic
def start_response(case: Case, *, by: User | AccessCode, channel: str = "web", door: Door | None = None) -> Response:
    """The one reply of this organisation, begun now if there is none. Raises `CensusClosed` when none may be begun."""
    response = Response.objects.live().filter(case=case).first()
    if response is not None:
        return response
    if not case.wave.is_open_at(timezone.now()):
        raise CensusClosed(_("The census is not open, so a new reply cannot be started."))
    response, created = Response.objects.get_or_create(
        case=case, state=Response.State.DRAFT, defaults={"channel": channel, "door": door}
    )
    if created:
        record("start_response", response, by=by, data={"case": case.pk, "channel": channel})
    return response


@transaction.atomic
def save_page(
    response: Response,
    page: Page,
    *,
    by: User | AccessCode,
    state: Filled,
    based_on: int,
    choices: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> PageRevision:
    """Store one page as its next revision and return it; a state that is already stored adds nothing.

    `based_on` is the number of the revision the form was shown from, 0 for none. Raises `StalePage` when somebody changed
    the same questions meanwhile, unless `choices` says "mine" or "theirs" for each of them and the revision that was
    `seen` when choosing is still the latest. Raises `CensusClosed` after the minutes of grace. The revision is its own
    record: it says who saved what and when, in a table that only census analysts may read, so nothing goes to the general
    record.
    """
    response = Response.objects.select_for_update(of=("self",)).select_related("case__wave").get(pk=response.pk)
    if not response.case.wave.accepts_at(timezone.now()):
        raise CensusClosed(_("The census has closed, so this page could not be saved."))
    model = ContactRevision if page.section.kept_apart else PageRevision
    rows = model.objects.filter(response=response, page_key=key_of(page))
    latest = rows.order_by("-number").first()
    if latest is not None:
        latest.response = response
    if latest is not None and latest.number != based_on:
        settled = choices if choices and seen == latest.number else {}
        state = _merged(rows.filter(number=based_on).first(), state, latest, settled)
    if latest is not None and (latest.answers, latest.marks) == (dict(state.answers), dict(state.marks)):
        return latest
    revision = model.objects.create(
        response=response,
        page_key=key_of(page),
        number=(latest.number if latest else 0) + 1,
        answers=dict(state.answers),
        marks=dict(state.marks),
        **_signature(by),
    )
    Response.objects.filter(pk=response.pk).update(revision=response.revision + 1, saved_at=revision.saved_at)
    return revision


def _merged(base, mine: Filled, theirs, settled: Mapping[str, str]) -> Filled:
    """`mine` with what only the other side changed. Raises `StalePage` where both changed the same question, unsettled."""
    instrument = theirs.response.case.wave.questionnaire
    was = (base.answers, base.marks) if base else ({}, {})
    merged, conflicts = three_way(was, mine, (theirs.answers, theirs.marks), instrument)
    for conflict in conflicts:
        side = settled.get(conflict.code)
        if side is None:
            raise StalePage(conflicts, theirs)
        if side == "mine":
            for code in conflict.theirs.codes():
                merged.answers.pop(code, None)
                merged.marks.pop(code, None)
            merged.answers.update(conflict.mine.answers)
            merged.marks.update(conflict.mine.marks)
    return merged


@transaction.atomic
def submit_response(response: Response, *, by: User | AccessCode) -> Submission:
    """Freeze the reply as it stands and give its receipt. Sending the same state again returns the same submission.

    The whole path is checked once more; what is off the path is left out. Answers that say who replied stay in their own
    table and are not part of the submission. Raises `NotComplete` or `CensusClosed`.
    """
    response = (
        Response.objects.select_for_update(of=("self",))
        .select_related("case__wave", "case__organisation")
        .get(pk=response.pk)
    )
    current = response.submissions.filter(superseded_at__isnull=True).first()
    if current is not None and current.revision == response.revision:
        return current
    now = timezone.now()
    wave = response.case.wave
    if not wave.accepts_at(now):
        raise CensusClosed(_("The census has closed, so the reply could not be sent. What you saved is kept."))
    answers, facts = answers_of(response, response.case), facts_of(response.case)
    instrument = wave.questionnaire
    problems = validate(instrument, answers.values, answers.marks, facts)
    if problems:
        raise NotComplete(problems)
    frozen, frozen_statuses = freeze(instrument, answers.values, answers.marks, facts)
    if current is not None:
        current.superseded_at = now
        current.save(update_fields=["superseded_at"])
    submission = Submission.objects.create(
        response=response,
        number=(current.number if current else 0) + 1,
        revision=response.revision,
        instrument_id=wave.instrument_id,
        answers=frozen,
        statuses=frozen_statuses,
        sha256=digest_of(frozen),
        receipt=new_receipt(),
        submitted_at=now,
        submitted_by=_user(by),
        submitted_by_label=_signature(by)["saved_by_label"],
    )
    Response.objects.filter(pk=response.pk).update(
        state=Response.State.SUBMITTED, submitted_at=response.submitted_at or now, saved_at=now
    )
    record("submit_response", response, by=by, data={"case": response.case_id, "number": submission.number})
    _tell_members(submission, response.case, by=by)
    return submission


def _tell_members(submission: Submission, case: Case, *, by: User | AccessCode) -> None:
    """Everyone who speaks for the organisation learns that the reply is in; whoever sent it gets the receipt by e-mail too.

    What was answered is not in the notice: mail is read on other people's screens.
    """
    for membership in case.organisation.memberships.verified().select_related("user"):
        member = membership.user
        with translation.override(member.language):
            notify(
                member,
                by=by,
                kind="census-sent",
                key=f"census-sent:{submission.pk}",
                subject=_("The census of %(name)s was sent") % {"name": case.name},
                text=_(
                    "Reference %(receipt)s, sent by %(sender)s. Until the census closes, answers can still be changed."
                )
                % {"receipt": submission.receipt, "sender": submission.submitted_by_label},
                path=reverse("census:done", args=[case.wave.slug]),
                mail=member == by,
            )


@transaction.atomic
def open_answers(response: Response, *, by: User, purpose: str) -> Response:
    """Put on record that somebody reads this reply, and why, before it is shown to them."""
    record("open_answers", response, by=by, data={"case": response.case_id, "purpose": purpose})
    return response


def freeze(
    instrument: Instrument, values: Mapping[str, Any], marks: Mapping[str, str], facts: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is sent: the answers on the path and the status of every variable, without those that say who replied."""
    apart = {variable.status for variable in variables(instrument) if variable.kept_apart}
    apart |= {variable.source for variable in variables(instrument) if variable.kept_apart}
    kept, _dropped = drop_off_path(instrument, values, facts)
    said = statuses(instrument, values, marks, facts)
    return (
        {code: value for code, value in kept.items() if code not in apart},
        {code: status for code, status in said.items() if code not in apart},
    )


def digest_of(answers: Mapping[str, Any]) -> str:
    """SHA-256 of the answers as canonical JSON (sorted keys, no spaces, UTF-8), in hexadecimal."""
    canonical = json.dumps(answers, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def new_receipt() -> str:
    """Ten symbols that can be read aloud: 'K7M2-XQ4F-9B'."""
    symbols = "".join(secrets.choice(CODE_ALPHABET) for _symbol in range(10))
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:]}"
