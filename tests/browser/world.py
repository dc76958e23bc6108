"""A site in which every page has something to show in each of its states, and the people who may see them."""

import json
import random
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from census.actions.codes import issue_codes
from census.actions.refusing import note_refusal
from census.actions.responses import key_of, submit_response
from census.actions.waves import open_wave, publish_instrument
from census.instrument import Page, route, sample_answers
from census.models import AccessCode, Case, ContactRevision, PageRevision, Response, Wave
from census.views.access import CASES, CODES
from commons.audit.actions import record
from commons.exports.models import ExportJob
from commons.people.actions.register import SOMETHING_WRONG
from commons.people.adapters import MfaAdapter
from commons.people.models import Outcome, RegisterImport, RegisterImportRow, User
from commons.queues import GAVE_UP, State
from consultation.actions import call_off_phase
from consultation.models import Phase, Text
from coopstrategy.demo.census import LETTERS, QUESTIONNAIRE
from coopstrategy.demo.mail import CatchingBackend, caught_mail
from coopstrategy.demo.people import BY_KEY
from tests.browser.blog import draw_blog
from tests.browser.capture import draw_capture
from tests.browser.events import draw_events
from tests.browser.heard import draw_heard
from tests.browser.library import draw_library
from tests.browser.marks import draw_marks
from tests.browser.notices import draw_notices
from tests.browser.strategy import draw_strategy
from tests.census.instrument.documents import one_each, options, question, words
from tests.factories.people import TOTP_SECRET, AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.phases import a_phase, move, write_down

PASSWORD = "seven looms and a lantern"
# Answers that lead past every kind of question.
LEADING = {
    "q02": {"full": 1.0, "short": 0.0},
    "q03": {"board": 1.0, "own_view": 0.0, "adviser": 0.0, "interest": 0.0},
    "q24": {"yes": 1.0, "no": 0.0, "perhaps": 0.0},
}  # fmt: skip


class World:
    """`tainted(words, most)` makes each name and text that a person can write; tests of hostile names give another one.

    `clients` are browsers by what they may do: each a Django test client whose cookies a real browser can take over.
    """

    def __init__(self, tainted: Callable[[str, int], str] = lambda text, most: text[:most]) -> None:
        self.tainted = tainted
        self.clients: dict[str, Client] = {"visitor": Client()}
        cache.clear()
        self._make_organisations()
        self._make_people()
        self._make_waves()
        self._make_replies()
        self._make_rows()
        draw_strategy(self)
        self.phases = self._make_phases()
        draw_blog(self)
        draw_library(self)
        draw_events(self)
        draw_capture(self)
        draw_marks(self)
        draw_heard(self)
        draw_notices(self)
        self.second_moderator = UserFactory(name=tainted("Ada Moderator", 150), roles=["moderator"])
        self._sign_in()

    # --- rows ---

    def _make_organisations(self) -> None:
        name = self.tainted
        kinds = ["housing", "retail", "clubs", "energy", "finance", "food"]
        places = [("wales", "wales"), ("england", "north_west"), ("scotland", "scotland"), ("england", "london")]
        self.organisations = [
            OrganisationFactory(
                name=name(f"Invented Co-operative number {number} of Llanfair and District Limited", 255),
                trading_name=name(f"Loom {number}", 255) if number % 5 == 0 else "",
                street=name("1 Loom Street", 200),
                city=name("Rochdale", 100),
                sector=kinds[number % 6],
                nation=places[number % 4][0],
                region=places[number % 4][1],
            )
            for number in range(60)
        ]

    def _make_people(self) -> None:
        name = self.tainted
        self.staff = UserFactory(
            email=BY_KEY["wren"].email, name=name("Ida Weaver", 150), roles=["staff"], roles__mfa=False
        )
        self.analyst = UserFactory(
            email=BY_KEY["tobias"].email, name=name("Bryn Counter", 150), roles=["analyst"], roles__mfa=False
        )
        for person in (self.staff, self.analyst):
            person.set_password(PASSWORD)
            person.save()
            self._give_second_step(person)
        self.member = UserFactory(email=BY_KEY["gwen"].email, name=name("Sam Treasurer", 150))
        self.member.set_password(PASSWORD)
        self.member.save()
        self.newcomer = UserFactory(name=name("Mo Newcomer", 150))
        self.of_many = UserFactory(name=name("Jo Several", 150))
        self.scribe = UserFactory(name=name("Al Scribe", 150), roles=["scribe"])
        self.unarmed = UserFactory(name=name("Kit Unarmed", 150), roles=["staff"], roles__mfa=False)
        past = timezone.localdate() - timedelta(days=400)
        AppointmentFactory(user=self.member, role="chair", starts_on=past, ends_on=past + timedelta(days=100))
        part = name("Secretary", 100)
        self.membership = MembershipFactory(user=self.member, organisation=self.organisations[0], part=part)
        MembershipFactory(user=self.member, organisation=self.organisations[1], part=part, state="ended")
        self.asked = MembershipFactory(user=self.newcomer, organisation=self.organisations[0], part=part, state="asked")
        for organisation in self.organisations[2:4]:
            MembershipFactory(user=self.of_many, organisation=organisation, part=part)

    def _make_phases(self) -> dict[str, Phase]:
        """One that is over, one under way that was moved, one that is still to come, and one that was called off."""
        name = self.tainted
        say = {"purpose": name("So that all can speak.", 1000), "todo": "- [Read the draft](/strategy/)"}
        phases = {
            state: a_phase(name(f"Phase {state}", 80), begins, ends, **say)
            for state, (begins, ends) in {
                "over": (-90, -60),
                "now": (-50, 5),
                "ahead": (30, 60),
                "off": (40, 70),
            }.items()
        }
        write_down(phases["over"], began=-88, ended=-61)
        write_down(phases["now"], began=-50)
        move(phases["now"], -50, 20, name("More time was asked for.", 1000))
        call_off_phase(phases["off"], by=None, reason=name("No money came.", 1000), based_on=1)
        return {state: Phase.objects.get(pk=phase.pk) for state, phase in phases.items()}

    def _give_second_step(self, person: User) -> None:
        secret = MfaAdapter().encrypt(TOTP_SECRET)
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": secret})
        RecoveryCodes.activate(person)

    def _make_waves(self) -> None:
        now = timezone.now()
        instrument = publish_instrument(json.loads(QUESTIONNAIRE.read_text()), by=None)
        types = publish_instrument(document_of_types(), by=None)

        def wave(slug: str, title: str, *, instrument, opened: int, closes: int) -> Wave:
            made = Wave.objects.create(
                slug=slug,
                title=self.tainted(title, 120),
                instrument=instrument,
                opens_at=now - timedelta(days=opened),
                closes_at=now + timedelta(days=closes),
            )
            return open_wave(made, by=self.staff)

        self.past = wave("needs-2022", "The census of 2022", instrument=instrument, opened=900, closes=-800)
        self.quiet = wave("types-2026", "A census with every kind of question", instrument=types, opened=5, closes=20)
        self.wave = wave("needs-2026", "The census of needs", instrument=instrument, opened=3, closes=30)

    def case_of(self, number: int, wave: Wave | None = None) -> Case:
        wave = wave or self.wave
        case = Case.objects.select_related("wave", "organisation").get(
            wave=wave, organisation=self.organisations[number]
        )
        case.wave = wave
        return case

    def code_of(self, case: Case) -> AccessCode:
        label = self.tainted("Letters of the first round", 120)
        return issue_codes(case.wave, [case], by=self.staff, label=label).codes.select_related("case__wave").get()

    def _make_replies(self) -> None:
        """Replies in every state: nothing begun, begun, all answered, some pages open, sent, and changed after sending."""
        self.codes: dict[str, AccessCode] = {}
        states = ("new", "opened", "begun", "ready", "bare", "sent", "changed", "refused")
        for number, state in enumerate(states, start=10):
            self.codes[state] = self.code_of(self.case_of(number))
        note_refusal(self.codes["refused"].case, by=self.codes["refused"])
        self.codes["closed"] = self.code_of(self.case_of(18, self.past))
        self.codes["types"] = self.code_of(self.case_of(20, self.quiet))
        answers, marks, self.pages_of_types = self._answers_to_everything()
        everything = route(self.wave.questionnaire, answers, {}).pages
        shown = {page.id for page in self.pages_of_types.values()}
        self._fill("opened", everything[:1], answers, marks)
        self._fill("begun", everything[:4], answers, marks)
        for state in ("ready", "sent", "changed"):
            self._fill(state, everything, answers, marks)
        self._fill("bare", [page for page in everything if page.id not in shown], answers, marks)
        self._fill("closed", everything[:30], answers, marks)
        for state in ("sent", "changed"):
            submit_response(self.response_of(state), by=self.codes[state])
        revision = self.response_of("changed").page_revisions.get(page_key="strategy/heard")
        PageRevision.objects.create(
            response=revision.response,
            page_key=revision.page_key,
            number=2,
            answers=revision.answers,
            marks=revision.marks,
            saved_by_label=self.tainted("Somebody", 120),
        )
        Response.objects.filter(pk=revision.response_id).update(revision=revision.response.revision + 1)
        others = [self.case_of(number) for number in range(25, 55)]
        Response.objects.bulk_create(
            Response(case=case, state="submitted", revision=1, saved_at=timezone.now(), submitted_at=timezone.now())
            for case in others
        )
        AccessCode.objects.filter(pk=self.code_of(self.case_of(12)).pk).update(revoked_at=timezone.now())

    def _answers_to_everything(self) -> tuple[dict[str, Any], dict[str, str], dict[str, Page]]:
        """Answers, marks, and one page for each type of question that they lead to."""
        instrument = self.wave.questionnaire
        for seed in range(50):
            dice = random.Random(seed)
            answers, marks = sample_answers(
                instrument, dice, {}, form="full", weights=LEADING, skip=0, mark=0, identity=True
            )
            answers = {
                code: " ".join(self.tainted(value, most).split()) if (most := self._room_for(code)) else value
                for code, value in answers.items()
            }
            found: dict[str, Page] = {}
            for page in route(instrument, answers, {}).pages:
                # The first section decides which others are asked.
                if page.section.id != "start":
                    for asked in page.questions:
                        if all(one.code in answers for one in page.questions):
                            found.setdefault(asked.type, page)
            if set(found) >= {one.type for one in instrument.questions.values()}:
                return answers, marks, found
        raise AssertionError("no sample leads past every type of question")

    def _room_for(self, code: str) -> int:
        """How many characters may be written there; 0 where nothing is written."""
        instrument = self.wave.questionnaire
        asked = instrument.questions.get(code) or instrument.details[code]
        return min(asked.max_length or 0, 100) if asked.type in {"text", "long", "lookup"} else 0

    def _fill(self, state: str, pages: list[Page], answers: dict[str, Any], marks: dict[str, str]) -> None:
        code = self.codes[state]
        case = code.case
        response = Response.objects.create(case=case, saved_at=timezone.now(), revision=len(pages))
        for model, kept_apart in ((PageRevision, False), (ContactRevision, True)):
            model.objects.bulk_create(
                model(
                    response=response,
                    page_key=key_of(page),
                    number=1,
                    answers={code: answers[code] for code in codes_on(page) if code in answers},
                    marks={code: marks.get(code, "skipped") for code in codes_on(page) if code not in answers},
                    saved_by_label=self.tainted("Somebody", 120),
                )
                for page in pages
                if page.section.kept_apart is kept_apart
            )

    def response_of(self, state: str) -> Response:
        return Response.objects.select_related("case__wave").get(case=self.codes[state].case_id)

    def _make_rows(self) -> None:
        name, now = self.tainted, timezone.now()
        record("revoke_code", self.codes["new"], by=self.staff, data={"reason": name("It went astray", 500)})
        record("extend_close", self.wave, by=self.staff, data={"reason": name("The post was late", 500)})
        record("open_answers", self.wave, by=name("a stranger", 200), data={"purpose": name("To check", 500)})
        for number in range(60):
            record("trial", self.wave, by=None, data={"number": number})
        self.jobs = {}
        common = {
            "asked_by": self.analyst,
            "report": "census-responses",
            "params": {"wave": self.wave.pk, "show": "codes"},
        }
        ends: dict[str, dict[str, Any]] = {
            "waiting": {},
            "running": {
                "claimed_at": now, "lease_until": now + timedelta(minutes=4), "attempts": 1, "total_count": 90,
                "done_count": 40,
            },
            "stopping": {
                "state": State.RUNNING, "claimed_at": now, "lease_until": now + timedelta(minutes=4), "attempts": 1,
                "total_count": 90, "done_count": 40, "cancel_asked_at": now,
            },
            "done": {
                "finished_at": now, "file_size": 12_345, "sha256": "a" * 64, "file_name": name("census-responses.csv", 200),
                "expires_at": now + timedelta(days=6), "total_count": 90, "done_count": 90, "attempts": 1,
            },
            "expired": {
                "state": State.DONE, "finished_at": now, "file_size": 12_345, "sha256": "a" * 64, "file_name": "a.csv",
                "expires_at": now - timedelta(days=1), "total_count": 90, "done_count": 90, "attempts": 1,
            },
            "failed": {"finished_at": now, "reason": GAVE_UP, "attempts": 3},
            "cancelled": {"finished_at": now},
        }  # fmt: skip
        for state, values in ends.items():
            self.jobs[state] = ExportJob.objects.create(
                **{"state": state, **common, **values},
                title=name("Census replies: the census of needs", 200),
                purpose=name("For the panel’s next meeting", 500),
                key=uuid.uuid4().hex,
            )
        self.imports = self._make_imports(now)
        issue_codes(self.wave, [self.case_of(19)], by=None, label=LETTERS)
        caught = EmailMultiAlternatives(name("Your code", 200), name("It is 123456.", 500), to=[self.member.email])
        caught.attach_alternative("<html lang='en'><title>Your code</title><h1>Your code</h1></html>", "text/html")
        CatchingBackend().send_messages([caught])
        self.caught = caught_mail()[0].name
        self.text = Text.objects.order_by("pk").first()
        Text.objects.update(title=name("About the strategy", 120), body=name("What is at stake.\n\n- one\n- two", 4000))

    def _make_imports(self, now) -> dict[str, RegisterImport]:
        name = self.tainted
        common = {
            "asked_by": self.staff,
            "file_name": name("open_data_organisations_2017.csv", 200),
            "file_size": 3_000_000,
            "sha256": "b" * 64,
        }
        problems = [
            {
                "code": "not_utf8",
                "line": 12,
                "column": name("Registered Name", 60),
                "value": name("E9", 60),
                "expected": "",
            },
            {"code": "too_big", "line": 0, "column": "", "value": name("50", 60), "expected": name("less", 60)},
        ]
        lease = {"claimed_at": now, "lease_until": now + timedelta(minutes=4), "attempts": 1}
        made = {
            "waiting": RegisterImport.objects.create(**common),
            "running": RegisterImport.objects.create(
                **common, **lease, state="running", total_count=3_000_000, done_count=1_000_000
            ),
            "refused": RegisterImport.objects.create(
                **common, state="failed", finished_at=now, reason=SOMETHING_WRONG, problems=problems, problem_count=70
            ),
            "cancelled": RegisterImport.objects.create(**common, state="cancelled", finished_at=now),
            "done": RegisterImport.objects.create(
                **common,
                state="done",
                edition="2017-06",
                finished_at=now,
                row_count=3,
                added_count=1,
                changed_count=1,
                same_count=1,
                gone_count=1,
                remark_counts={},
            ),
        }
        RegisterImportRow.objects.bulk_create(
            RegisterImportRow(
                register_import=made["done"],
                line=None if outcome == Outcome.GONE else number + 2,
                register_id=f"X{number}",
                name=name("Invented Co-operative", 255),
                outcome=outcome,
                changes=[["name", name("Before", 100), name("After", 100)]] if outcome == Outcome.CHANGED else [],
            )
            for number, outcome in enumerate([Outcome.ADDED, Outcome.CHANGED, Outcome.SAME, Outcome.GONE])
        )
        return made

    # --- browsers ---

    def _sign_in(self) -> None:
        for state, code in self.codes.items():
            self.clients[f"code:{state}"] = self.with_session({CODES: {code.case.wave.slug: str(code.pk)}})
        for role in ("member", "staff", "analyst"):
            self.clients[role] = self.through_the_door(getattr(self, role))
        roles = (
            "newcomer",
            "of_many",
            "scribe",
            "unarmed",
            "chair",
            "panel_member",
            "moderator",
            "second_moderator",
            "author",
            "editor",
            "writer",
        )
        for role in roles:
            self.clients[role] = Client()
            self.clients[role].force_login(getattr(self, role))
        chosen = {CASES: {self.wave.slug: self.case_of(2).pk}}
        self.clients["chosen"] = self.with_session(chosen, user=self.of_many)
        code = {CODES: {self.wave.slug: str(self.codes["begun"].pk)}}
        self.clients["joining"] = self.with_session(code, user=self.newcomer)
        # Signed in long ago, so that what is sensitive is asked for again.
        self.clients["member:again"] = self.with_session({}, user=self.member)
        self.clients["staff:again"] = self.with_session({}, user=self.staff)
        self.clients["second-step"] = Client()
        self.clients["second-step"].post("/accounts/login/", {"login": self.staff.email, "password": PASSWORD})
        self.clients["by-code"] = Client()
        self.clients["by-code"].post("/accounts/login/code/", {"email": self.member.email})
        self.clients["signing-up"] = Client()
        self.clients["signing-up"].post(
            "/accounts/signup/", {"name": "New", "email": f"{uuid.uuid4().hex[:8]}@example.coop", "password1": ""}
        )
        for role in ("resetting", "new-password"):
            self.clients[role] = Client()
            self.clients[role].post("/accounts/password/reset/", {"email": self.newcomer.email})
        written = mail.outbox[-1].body
        self.clients["new-password"].post(
            "/accounts/password/reset/confirm/", {"code": re.search(r"\b\d{6}\b", written)[0]}
        )
        cache.clear()

    def with_session(self, values: dict[str, Any], *, user: User | None = None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        session = client.session
        session.update(values)
        session.save()
        client.cookies["session"] = session.session_key
        return client

    def through_the_door(self, person: User) -> Client:
        """Signed in as people are, with password and second step, so that nothing is asked for again."""
        client = Client()
        answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        if answer.headers["Location"] == "/accounts/2fa/authenticate/":
            cache.clear()
            answer = client.post("/accounts/2fa/authenticate/", {"code": totp_now()})
            if answer.status_code == 200:
                # The half minute was over before they arrived: the next figures.
                cache.clear()
                answer = client.post("/accounts/2fa/authenticate/", {"code": totp_now()})
        assert answer.headers["Location"] == "/you/", answer.headers
        # What is sensitive asks once more.
        answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/"})
        assert answer.headers["Location"] == "/accounts/2fa/", answer.headers
        return client


def totp_now() -> str:
    return format_hotp_value(hotp_value(TOTP_SECRET, next(iter(yield_hotp_counters_from_time()))))


def codes_on(page: Page) -> list[str]:
    return [code for asked in page.questions for code in (asked.code, asked.detail and asked.detail.code) if code]


def document_of_types() -> dict[str, Any]:
    """A questionnaire with a page for each type of question there is, some with what that type may bring along."""
    both = ["dont_know", "prefer_not"]
    detail = {"code": "q01_other", "options": ["blue"], "label": words("Which?"), "max_length": 20}
    shades = options("red", "green", "blue", "grey")
    return one_each(
        question("q01", "single", options=shades, allow=both, detail=detail),
        question("q02", "band", allow=both),
        question("q03", "scale", allow=both),
        question("q04", "yesno", allow=both),
        question(
            "q05",
            "multi",
            options=[*shades, {"code": "none", "n": 97, "label": words("None"), "exclusive": True}],
            limit=2,
            allow=both,
        ),
        question("q06", "grid", row_allow=both),
        question("q07", "rank", options=shades, allow=both),
        question("q08", "number", allow=both),
        question("q09", "year", allow=both),
        question("q10", "text", allow=both),
        question("q11", "long", allow=both),
        question("q12", "lookup", allow=both),
    )


class EmptyWorld:
    """The site as a migration leaves it, with one person who is staff and analyst."""

    def __init__(self) -> None:
        cache.clear()
        self.staff = UserFactory(name="Ida Weaver", roles=["staff", "analyst"])
        self.clients = {"visitor": Client(), "staff": Client()}
        self.clients["staff"].force_login(self.staff)
