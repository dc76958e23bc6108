"""A small world with something in it for everybody to find, or not to find: two co-ops and their members, a wave with the
replies of both and one that has not opened, exports of three people, a request to join, and someone in every role."""

import hashlib
import json
import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import or_
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from census.actions.codes import issue_codes
from census.actions.responses import facts_of
from census.actions.waves import open_wave, publish_instrument
from census.instrument import Page, form_data, sample_answers
from census.models import AccessCode, Case, Response, Stratum, Wave
from census.views.access import token_of
from commons.exports.actions import ask_for_export
from commons.exports.models import ExportJob
from commons.people.models import RegisterImport, Role, User
from commons.queues import State
from consultation.actions import follow_process
from consultation.models import Text
from coopstrategy.demo.census import QUESTIONNAIRE
from tests.architecture.addresses import addresses
from tests.census.replies import send_reply
from tests.factories.people import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.phases import a_phase, write_down
from tests.factories.themes import a_theme
from tests.permissions.blog import draw_blog, sent_to_blog, tried_blog
from tests.permissions.capture import draw_capture, sent_to_capture, tried_capture
from tests.permissions.events import draw_events, sent_to_events, tried_events
from tests.permissions.heard import draw_heard, sent_to_heard, tried_heard
from tests.permissions.library import draw_library, sent_to_library, tried_library
from tests.permissions.marks import draw_marks, sent_to_marks, tried_marks
from tests.permissions.notices import draw_notices, sent_to_notices, tried_notices
from tests.permissions.strategy import draw_strategy, queries_of, sent_to_strategy, tried_strategy

VIEWERS = (
    "nobody",  # not signed in
    "letter",  # not signed in, came by the code of the letter to Rivermead
    "person",  # signed in, no role, no organisation; once had a role and asked for an export
    "member",  # of Rivermead, whose reply was sent
    "other",  # member of Siop
    "no-2nd",  # appointed as staff and analyst, but without a second sign-in step
    *Role.values,
)

SENT, CHANGED = 1, 2


@dataclass(frozen=True)
class Line:
    """One row of the table: an address, which thing it is about, and what is posted there (files are made anew each time)."""

    route: str
    about: str
    path: str
    data: dict[str, Any] = field(default_factory=dict)
    path_of_nothing: str = ""

    @property
    def title(self) -> str:
        return f"/{self.route}" + (f"  {self.about}" if self.about else "")


@dataclass(frozen=True)
class World:
    people: dict[str, User | AnonymousUser]
    clients: dict[str, Client]
    lines: list[Line]


def build() -> World:
    """Fill the database. Whoever calls rolls it back."""
    row = SimpleNamespace()
    rivermead = OrganisationFactory(name="Rivermead Housing Co-operative", sector="housing")
    siop = OrganisationFactory(name="Siop Gymunedol Llanfair", region="wales", nation="wales")
    people = {name: UserFactory(name=name) for name in ("person", "member", "other", "colleague", "asking")}
    people["no-2nd"] = UserFactory(roles=["staff", "analyst"], roles__mfa=False, name="no-2nd")
    people |= {role: UserFactory(roles=[role], name=role) for role in Role.values}
    row.membership = MembershipFactory(user=people["member"], organisation=rivermead)
    row.siop = MembershipFactory(user=people["other"], organisation=siop).organisation
    row.request = MembershipFactory(user=people["asking"], organisation=rivermead, state="asked")
    row.colleague = people["colleague"]
    row.appointment = people["chair"].appointments.get()
    row.text = Text.objects.first()
    row.phase = write_down(a_phase("Comment on the draft", -9, 30), began=-9)
    for name in ("person", "staff"):
        follow_process(by=people[name])
    row.theme = a_theme()
    row.retired_theme = a_theme("Looms", retired_at=timezone.now())
    row.in_admin = {
        "user": row.colleague.pk,
        "organisation": rivermead.pk,
        "membership": row.membership.pk,
        "appointment": row.appointment.pk,
        "emailaddress": row.colleague.emailaddress_set.get().pk,
        "authenticator": row.appointment.user.authenticator_set.get().pk,
    }

    now = timezone.now()
    instrument = publish_instrument(json.loads(QUESTIONNAIRE.read_text()), by=None)
    times = {"opens_at": now - timedelta(days=3), "closes_at": now + timedelta(days=30)}
    row.wave = open_wave(Wave.objects.create(slug="needs", title="Needs", instrument=instrument, **times), by=None)
    times = {"opens_at": now + timedelta(days=90), "closes_at": now + timedelta(days=120)}
    row.later = Wave.objects.create(slug="later", title="Later", instrument=instrument, **times)
    stratum = Stratum.objects.create(wave=row.later, sector="housing", region="north_west", population=1)
    row.later_case = Case.objects.create(wave=row.later, organisation=rivermead, stratum=stratum, name="Rivermead")
    row.case = Case.objects.select_related("wave").get(wave=row.wave, organisation=rivermead)
    batch = issue_codes(row.wave, row.wave.cases.all(), by=None, label="Letters")
    for code in AccessCode.objects.filter(batch=batch).select_related("case__wave"):
        send_reply(code.case, code, seed=SENT)
        if code.case == row.case:
            row.code = code
    Response.objects.update(revision=F("revision") + 1)  # changed since it was sent, so that it can be sent again

    row.jobs = {
        "the analyst’s, ready": made_job(people["analyst"], "census-responses", wave=row.wave.pk),
        "the analyst’s, waiting": ask_for_export(
            "census-responses", {"wave": row.wave.pk, "show": "codes"}, by=people["analyst"], purpose="Work"
        ),
        "the staff’s, ready": made_job(people["staff"], "census-letters", batch=batch.pk),
        "the person’s, whose role ended": made_job(people["person"], "census-responses", wave=row.wave.pk),
    }
    row.imported = RegisterImport.objects.create(
        asked_by=people["staff"], file_name="x.csv", file_size=1, sha256="0" * 64
    )
    row.strategy = draw_strategy(people)
    row.strategy.seat = people["panel_member"].appointments.get()
    row.blog = draw_blog(people)
    row.library = draw_library(people)
    row.events = draw_events(people)
    row.capture = draw_capture(people)
    row.marks = draw_marks(people)
    row.heard = draw_heard(people, row.library.idea.thread)
    row.notices = draw_notices(people)

    clients = {name: entered(people.get(name), row.code if name == "letter" else None) for name in VIEWERS}
    viewers = {name: people.get(name, AnonymousUser()) for name in VIEWERS}
    return World(viewers, clients, list(lines(row)))


def made_job(person: User, report: str, **params: Any) -> ExportJob:
    now = timezone.now()
    job = ExportJob(asked_by=person, report=report, title=report, params=params, key=uuid.uuid4().hex)
    job.state, job.attempts, job.claimed_at, job.finished_at = State.DONE, 1, now, now
    job.done_count = job.total_count = 1
    content = b"secret answers"
    job.file_name, job.file_size, job.sha256 = "x.csv", len(content), hashlib.sha256(content).hexdigest()
    job.expires_at = now + timedelta(days=7)
    job.stored_at.parent.mkdir(parents=True, exist_ok=True)
    job.stored_at.write_bytes(content)
    job.save(force_insert=True)
    return job


def entered(person: User | None, code: AccessCode | None) -> Client:
    """A browser of this person's. What a page breaks shows as 500."""
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    if code is not None:
        client.post(reverse("census:code"), {"code": code.plain()})
    return client


def tried_with(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with, each as (what it is, the parts of the address)."""
    asked, apart = tried_pages(row)
    open_at, case = {"wave": row.wave.slug}, {"wave": row.wave.slug, "pk": row.case.pk}
    waves = [("open", open_at), ("not yet open", {"wave": row.later.slug})]
    jobs = [(about, {"pk": job.pk}) for about, job in row.jobs.items()]
    return {
        "census:hub": waves,
        "census:suggestions": waves,
        "census:wave": waves,
        "census:case-list": waves,
        "census:page": [
            ("what is asked", open_at | parts_of(asked)),
            ("who answered", open_at | parts_of(apart)),
        ],
        "census:case": [("Rivermead", case), ("not yet open", {"wave": row.later.slug, "pk": row.later_case.pk})],
        "census:case-refuse": [("Rivermead", case)],
        "census:answers-open": [("Rivermead", case)],
        "census:code-revoke": [("Rivermead", case | {"code": row.code.pk})],
        "exports:job-ask": [
            (name, {"report": name}) for name in ("census-responses", "census-contacts", "census-letters")
        ],
        "exports:job-detail": jobs,
        "exports:job-progress": jobs,
        "exports:job-cancel": jobs,
        "exports:job-retry": jobs,
        "exports:job-download": jobs,
        "people:membership-ask": [("Siop", {"pk": row.siop.pk})],
        "people:membership-end": [("the member’s", {"pk": row.membership.pk}), ("a request", {"pk": row.request.pk})],
        "people:membership-check": [("a request", {"pk": row.request.pk}), ("the member’s", {"pk": row.membership.pk})],
        "people:person-detail": [("a colleague", {"pk": row.colleague.pk})],
        "people:person-appoint": [("a colleague", {"pk": row.colleague.pk})],
        "people:appointment-end": [("the chair’s", {"pk": row.appointment.pk})],
        "people:register-import-detail": [("waiting", {"pk": row.imported.pk})],
        "consultation:text-edit": [("", {"pk": row.text.pk})],
        **{
            f"consultation:phase-{name}": [("", {"pk": row.phase.pk})]
            for name in ("change", "move", "call-off", "begin", "end")
        },
        "themes:theme-change": [("", {"slug": row.theme.slug})],
        "themes:theme-move": [("", {"slug": row.theme.slug})],
        "themes:theme-retire": [("in use", {"slug": row.theme.slug}), ("out of use", {"slug": row.retired_theme.slug})],
        "themes:theme-restore": [("out of use", {"slug": row.retired_theme.slug})],
    }


def sent_to(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends, so that the deed would be done by whoever may."""
    today = timezone.localdate()
    phase_words, seen = {"name": "Weave together", "purpose": "To see."}, {"based_on": row.phase.revision}
    case = {"case": token_of(row.case)}
    answers, marks = sample_answers(row.wave.questionnaire, random.Random(CHANGED), facts_of(row.case))
    answers[tried_pages(row)[1].questions[0].code] = "Somebody"
    typed = [form_data(question, answers, marks) for page in tried_pages(row) for question in page.questions]
    return {
        "census:code": {"code": row.code.plain()},
        "census:choose": {"case": row.case.pk},
        "census:check": case,
        "census:refuse": case | {"wish": "stop"},
        "census:case-refuse": {"wish": "stop"},
        "census:page": reduce(or_, typed, case | {"based_on": "1"}),
        "census:close-extend": {
            "closes_at": f"{row.wave.closes_at + timedelta(days=9):%Y-%m-%d} 17:00",
            "reason": "Storm",
        },
        "census:codes-issue": {"label": "More letters"},
        "census:code-revoke": {"reason": "Lost"},
        "census:answers-open": {"purpose": "Checking"},
        "exports:job-ask": {
            "wave": row.wave.pk,
            "batch": row.code.batch_id,
            "show": "codes",
            "purpose": "Work",
            "key": "k",
        },
        "consultation:follow": {"follow": "yes"},
        "consultation:phase-add": {**phase_words, "begins_on": today, "ends_on": today},
        "consultation:phase-change": {**phase_words, **seen, "place": 1},
        "consultation:phase-move": {**seen, "ends_on": today + timedelta(days=99), "reason": "Storm"},
        "consultation:phase-call-off": {**seen, "reason": "Storm"},
        "consultation:phase-begin": {**seen, "on": today},
        "consultation:phase-end": {**seen, "on": today},
        "people:profile-change": {"name": "New name", "language": "en-gb"},
        "people:account-close": {"email": row.membership.user.email, "contributions": "go", "blog": "go"},
        "people:membership-ask": {"part": "Secretary"},
        "people:membership-check": {"answer": "accept"},
        "people:person-appoint": {"role": "scribe", "starts_on": str(today)},
        "people:appointment-end": {"ends_on": str(today)},
        "people:register-import": {"file": lambda: SimpleUploadedFile("register.csv", b"a file"), "edition": "2017-06"},
        "consultation:text-edit": {"title": "New", "body": "New", "based_on": row.text.revision},
        "themes:theme-add": {"name": "Housing", "name_cy": "Tai"},
        "themes:theme-change": {"name": "Money", "based_on": row.theme.revision},
        "themes:theme-move": {"way": "down"},
    }


def tried_pages(row: SimpleNamespace) -> tuple[Page, Page]:
    """The first page on which the two samples differ, so that saving it again is a change; and one that asks who answered."""
    pages = row.wave.questionnaire.pages
    was, now = (
        sample_answers(row.wave.questionnaire, random.Random(seed), facts_of(row.case))[0] for seed in (SENT, CHANGED)
    )
    asked = next(page for page in pages if any(was.get(q.code) != now.get(q.code) for q in page.questions))
    return asked, next(page for page in pages if page.section.kept_apart and page.questions[0].type == "text")


def parts_of(page: Page) -> dict[str, str]:
    return {"section": page.section.id, "page": page.id}


def lines(row: SimpleNamespace) -> Iterator[Line]:
    tried = tried_with(row)
    parts = (
        tried_strategy(row.strategy),
        tried_blog(row.blog),
        tried_library(row.library),
        tried_events(row.events),
        tried_capture(row.capture),
        tried_marks(row.marks),
        tried_heard(row.heard),
        tried_notices(row.notices),
    )
    for more in parts:
        for name, things in more.items():
            tried[name] = tried.get(name, []) + things
    sent = sent_to(row) | sent_to_strategy(row.strategy) | sent_to_blog(row.blog) | sent_to_library(row.library)
    sent |= sent_to_capture(row.capture) | sent_to_marks(row.marks) | sent_to_heard(row.heard)
    sent |= sent_to_notices(row.notices)
    for name, data in sent_to_events(row.events).items():
        sent[name] = sent.get(name, {}) | data
    asked = queries_of(row.strategy)
    # Whatever names only a wave is tried with the open one. The admin's addresses hold the name of a table after that of the app.
    usual = {
        "wave": row.wave.slug,
        "content_type_id": 1,
        "section": row.strategy.section.slug,
        "number": 1,
        "old": 1,
        "new": 2,
    }
    for address in addresses(demo=False):
        table = f"{address.route}//".split("/")[2]
        for about, parts in tried.get(address.name, [("", {})]):
            parts = usual | {"object_id": row.in_admin.get(table, 0)} | parts
            nowhere = {key: absent(value) for key, value in parts.items()}
            yield Line(
                address.route,
                about,
                filled(address.route, parts) + asked.get(address.name, ""),
                sent.get(address.name, {}),
                filled(address.route, nowhere) if "<" in address.route else "",
            )


def filled(route: str, parts: dict[str, Any]) -> str:
    """The address with its parts put in."""
    path = route.replace("^(?P<app_label>people|account|mfa|auth)/$", "people/").replace(
        "(?P<url>.*)$", "nothing-here/"
    )
    return "/" + re.sub(r"<\w+:(\w+)>", lambda part: str(parts[part[1]]), path)


def absent(value: Any) -> Any:
    """A thing of the same shape that is nowhere."""
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=0)
    return 2**31 if isinstance(value, int) else "nowhere"
