"""A page asks the database as often for three rows as for one. Each entry says which page, who looks, and how rows come about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.views.generic import ListView

from census.actions.codes import issue_codes
from census.models import Case, InstrumentVersion, Response, Stratum, Wave
from commons.audit.actions import record
from commons.contributions.actions import support_contribution
from commons.digests.models import Digest, Notice
from commons.exports.models import ExportJob
from commons.moderation.actions import appeal_verdict, decide_moderation, hold
from commons.moderation.models import Cause
from commons.people.models import Outcome, RegisterImport, RegisterImportRow, Sector, User
from commons.queues import State
from commons.themes.models import Theme
from consultation.models import Idea, Phase, Source, Text
from panel.actions.deciding import Cited, make_decision, record_dissent
from panel.actions.publishing import Because
from panel.actions.seats import declare_seat
from panel.models import Section
from tests.architecture.addresses import addresses
from tests.factories.blog import a_post
from tests.factories.consultation import a_source, an_idea, said_of
from tests.factories.contributions import ContributionFactory
from tests.factories.notices import tell
from tests.factories.panel import a_section, publish, said_to
from tests.factories.people import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.phases import a_phase, move
from tests.factories.themes import a_theme


class Place:
    """One person of each kind, a wave, and a way to add one more row of anything."""

    def __init__(self) -> None:
        self.staff = UserFactory(roles=["staff"])
        self.member = UserFactory()
        self.chair = UserFactory(roles=["chair"])
        self.moderator = UserFactory(roles=["moderator"])
        self.organisation = OrganisationFactory(name="Weavers of Loom Street")
        now = timezone.now()
        times = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9), "frame_frozen_at": now}
        version = InstrumentVersion.objects.create(code="x", number=1, document={}, sha256="0")
        self.wave = Wave.objects.create(slug="needs", title="Needs", instrument=version, **times)
        self.job = self.an_import()

    def a_wave(self) -> None:
        now = timezone.now()
        number = Wave.objects.count()
        times = {"opens_at": now - timedelta(days=number), "closes_at": now}
        Wave.objects.create(slug=f"wave-{number}", title="Wave", instrument=self.wave.instrument, **times)

    def a_case(self) -> Case:
        organisation = MembershipFactory(user=self.member).organisation
        stratum = Stratum.objects.create(
            wave=self.wave, sector=Sector.values[self.wave.strata.count()], region="wales", population=1
        )
        case = Case.objects.create(wave=self.wave, organisation=organisation, stratum=stratum, name=organisation.name)
        Response.objects.create(case=case, state=Response.State.SUBMITTED, submitted_at=timezone.now())
        self.a_code(case)
        return case

    def a_code(self, case: Case | None = None) -> None:
        case = case or Case.objects.first() or self.a_case()
        MembershipFactory(organisation=case.organisation)
        issue_codes(self.wave, [case], by=UserFactory(), label="Letters")

    def a_request(self) -> None:
        MembershipFactory(state="asked", organisation=self.organisation)
        MembershipFactory(state="asked")

    def a_person(self) -> None:
        person = UserFactory(name="Loom", roles=["staff", "scribe"])
        MembershipFactory(user=person)

    def a_part(self) -> None:
        """The member gets a role, an organisation, and has left another."""
        MembershipFactory(user=self.member, state="verified", verified_by=UserFactory())
        MembershipFactory(user=self.member, state="ended")
        start = timezone.localdate() + timedelta(days=100 * self.member.appointments.count())
        AppointmentFactory(
            user=self.member,
            role="scribe",
            starts_on=start,
            ends_on=start + timedelta(days=9),
            appointed_by=UserFactory(),
        )

    def an_entry(self) -> None:
        record("change_profile", UserFactory(), by=UserFactory())

    def an_export(self) -> None:
        ExportJob.objects.create(
            asked_by=self.staff, report="census-letters", title="Letters", key=timezone.now().isoformat()
        )

    def a_notice(self) -> None:
        key = timezone.now().isoformat()
        tell(self.staff, key, by=UserFactory(), subject="Told", path=f"/you/?{key}")
        Notice.objects.update(seen_at=timezone.now())

    def a_failed_mail(self) -> None:
        given = {"period": "2026-11-02", "frequency": "daily", "mail_state": "failed"}
        Digest.objects.create(person=UserFactory(), mail_claimed_at=timezone.now(), **given)
        notice = tell(UserFactory(), "a failed one", mail=True)
        Notice.objects.filter(pk=notice.pk).update(mail_state="failed", mail_claimed_at=timezone.now())

    def an_import(self) -> RegisterImport:
        return RegisterImport.objects.create(
            asked_by=UserFactory(), file_name="x.csv", file_size=1, sha256="0", state=State.DONE,
            finished_at=timezone.now(), edition="2017-06",
        )  # fmt: skip

    def a_line(self) -> None:
        for outcome in (Outcome.ADDED, Outcome.CHANGED):
            changes = [["sector", "retail", "housing"]] if outcome == Outcome.CHANGED else []
            RegisterImportRow.objects.create(
                register_import=self.job, line=1, register_id="1", name="x", outcome=outcome, changes=changes
            )

    def an_organisation(self) -> None:
        OrganisationFactory(name="Weavers of Loom Street")

    @cached_property
    def section(self) -> Section:
        return a_section(slug="finance", chair=self.chair)

    def a_voice(self) -> None:
        """A comment of the member's and a suggestion of somebody's, each answered, with a reply and an agreement."""
        words = {"paragraph": 2, "words": "explore a lending desk"}
        comment = said_to(self.section, by=self.member, **words)
        suggestion = said_to(self.section, by=MembershipFactory().user, replacement="open two desks", **words)
        said_to(self.section, replacement="open three desks", **words)
        for row in (comment, suggestion):
            reply = ContributionFactory(parent=row)
            ContributionFactory(parent=reply)
            support_contribution(row, by=UserFactory())
            make_decision(self.section, by=self.chair, voices=[row], outcome="no", reason="No money.")

    def a_version(self) -> None:
        """A version in which a paragraph changed because of a voice and two blog posts, with somebody who does not agree."""
        row = said_to(self.section, paragraph=1)
        cited = [Cited(a_post(f"Looms {number} for {row.pk}", threads=[self.section.thread_id])) for number in range(2)]
        given = {"outcome": "accepted", "reason": "Yes."}
        decision = make_decision(self.section, by=self.chair, voices=[row], cites=cited, **given)
        self.section.refresh_from_db()
        text = self.section.current.body
        added = Because(decisions=(decision.pk,))
        version = publish(self.section, f"{text}\n\nWe will also lend {row.pk} looms.", chair=self.chair, because=added)
        record_dissent(self.section, by=self.chair, body="No looms.", is_public=True, version=version, paragraph=1)

    def a_held_voice(self) -> None:
        hold(said_to(self.section), by=None, cause=Cause.FIRST)

    def a_verdict(self) -> None:
        row = said_to(self.section)
        hold(row, by=None, cause=Cause.FIRST)
        row.refresh_from_db()
        given = {"outcome": "decline", "reason": "advert", "explanation": "It advertises."}
        decide_moderation(row.moderation, by=self.moderator, seen=row.revision, **given)
        appeal_verdict(row.moderation.verdicts.get(), by=row.author, text="I meant well.")

    def a_member(self) -> None:
        seat = AppointmentFactory(user=UserFactory(), role="panel_member")
        declare_seat(seat, by=seat.user, represents="Housing", about="Weaver", interests="None")

    def a_moved_phase(self) -> None:
        """One under way, moved twice, and one that is still to come."""
        number = Phase.objects.count()
        phase = a_phase(f"Phase {number}", -9, 9, opens=("comment",))
        move(phase, -9, 20, "A storm.")
        move(phase, -9, 30, "Another storm.")
        a_phase(f"Phase {number} again", 40, 50)

    def a_theme(self) -> None:
        a_post("Looms", themes=[a_theme(f"Theme {Theme.objects.count()}")])

    def a_cited_source(self) -> None:
        """A source with two themes; with it the panel cites the first of all sources once more."""
        source = a_source("A paper", themes=[a_theme("Land"), a_theme("Money")])
        for thing in {source, Source.objects.earliest("pk")}:
            make_decision(self.section, by=self.chair, cites=[Cited(thing)], outcome="no", reason="No money.")

    def an_answered_idea(self) -> Idea:
        themes = [a_theme("Land"), a_theme("Money")]
        idea = an_idea("A loom", by=MembershipFactory().user, themes=themes, needs=["money"], helps=["arts"])
        said_of(idea)
        support_contribution(idea.contribution, by=UserFactory())
        make_decision(self.section, by=self.chair, voices=[idea.contribution], outcome="no", reason="No money.")
        return idea

    @cached_property
    def idea(self) -> Idea:
        return self.an_answered_idea()

    def said_to_an_idea(self) -> None:
        row = said_of(self.idea)
        ContributionFactory(parent=row)
        support_contribution(row, by=UserFactory())

    def a_text(self) -> None:
        Text.objects.create(slug=f"page-{Text.objects.count()}", title="Page", body="Text")


@dataclass(frozen=True)
class Page:
    """`add` adds rows, `address` leads to the page once there are some, `who` looks."""

    name: str
    add: Callable[[Place], Any]
    parts: Callable[[Place], dict[str, Any]] = lambda place: {}
    query: str = ""
    who: Callable[[Place], User | None] = lambda place: place.staff


def is_chair(place: Place) -> User:
    return place.chair


def is_moderator(place: Place) -> User:
    return place.moderator


def in_section(place: Place) -> dict[str, Any]:
    return {"section": place.section.slug}


PAGES = [
    Page("contributions:own-list", Place.a_voice, who=lambda place: place.member),
    Page("panel:framework", lambda place: a_section(chair=place.chair)),
    Page("panel:document", lambda place: a_section(chair=place.chair)),
    Page("panel:changes", Place.a_version),
    Page("panel:section", Place.a_voice, in_section, who=lambda place: place.member),
    Page("panel:section", Place.a_voice, in_section, "order=discussed", lambda place: None),
    Page("panel:section-changes", Place.a_version, in_section),
    Page("panel:version-list", Place.a_version, in_section),
    Page("panel:cite-pick", Place.a_version, query="section=finance", who=is_chair),
    Page("panel:desk", Place.a_voice, query="state=all", who=is_chair),
    Page("panel:section-evidence", Place.a_voice, in_section, "state=all", is_chair),
    Page("panel:draft-revisions", Place.a_version, in_section, who=is_chair),
    Page("panel:panel", Place.a_member),
    Page("panel:pack-print", Place.a_voice),
    Page("moderation:queue", Place.a_held_voice, who=is_moderator),
    Page("moderation:ledger", Place.a_verdict),
    Page("staff-home", Place.a_wave),
    Page("census:start", Place.a_case, who=lambda place: place.member),
    Page("census:choose", Place.a_case, lambda place: {"wave": "needs"}, who=lambda place: place.member),
    Page(
        "census:suggestions",
        Place.an_organisation,
        lambda place: {"wave": "needs"},
        "q=weavers",
        lambda place: place.member,
    ),
    Page("census:wave", Place.a_case, lambda place: {"wave": "needs"}),
    Page("census:case-list", Place.a_case, lambda place: {"wave": "needs"}),
    Page("census:case", Place.a_code, lambda place: {"wave": "needs", "pk": Case.objects.get().pk}),
    Page("exports:job-list", Place.an_export),
    Page("digests:notice-list", Place.a_notice),
    Page("queues", Place.a_failed_mail),
    Page("people:you", Place.a_part, who=lambda place: place.member),
    Page("people:organisation-find", Place.an_organisation, query="q=weavers"),
    Page("people:organisation-suggest", Place.an_organisation, query="q=weavers"),
    Page("people:membership-list", Place.a_request),
    Page(
        "people:membership-check",
        Place.a_request,
        lambda place: {"pk": place.organisation.memberships.order_by("pk").first().pk},
    ),
    Page("people:person-list", Place.a_person),
    Page("people:person-detail", Place.a_part, lambda place: {"pk": place.member.pk}),
    Page("people:register-import", Place.an_import),
    Page("people:register-import-detail", Place.a_line, lambda place: {"pk": place.job.pk}),
    Page("consultation:text-list", Place.a_text),
    Page("consultation:phase-list", Place.a_moved_phase),
    Page("consultation:timeline", Place.a_moved_phase, who=lambda place: place.member),
    Page("home", Place.a_moved_phase, who=lambda place: None),
    Page("themes:theme-list", Place.a_theme),
    Page("consultation:source-list", Place.a_cited_source, who=lambda place: None),
    Page("consultation:source", Place.a_cited_source, lambda place: {"slug": "a-paper"}, who=lambda place: None),
    Page("consultation:source-staff-list", Place.a_cited_source),
    Page("consultation:idea-list", Place.an_answered_idea, who=lambda place: place.member),
    Page("consultation:idea-list", Place.an_answered_idea, query="order=discussed&q=loom", who=lambda place: None),
    Page(
        "consultation:idea", Place.said_to_an_idea, lambda place: {"pk": place.idea.pk}, who=lambda place: place.member
    ),
    Page("audit:entry-list", Place.an_entry),
]


@pytest.fixture
def place(db) -> Place:
    return Place()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_three_rows_take_no_more_queries_than_one(page, place, client):
    page.add(place)
    if (person := page.who(place)) is not None:
        client.force_login(person)
    if page.name == "census:suggestions":
        place.a_case()
    url = reverse(page.name, kwargs=page.parts(place)) + (f"?{page.query}" if page.query else "")
    assert client.get(url).status_code == 200  # what is kept for later (kinds of things, the session) is fetched now
    one, short = queries(client, url)
    page.add(place)
    page.add(place)
    three, long = queries(client, url)
    assert len(three) == len(one), "\n".join(sorted(three))
    assert long > short, "The page does not show the rows, so nothing was tried"


def queries(client: Any, url: str) -> tuple[list[str], int]:
    """What the page asked of the database, and how long it is."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return [query["sql"] for query in captured.captured_queries], len(response.content)


def lists() -> Iterator[str]:
    return (
        address.name
        for address in addresses(demo=False)
        if address.view_class and issubclass(address.view_class, ListView)
    )


def test_no_list_page_is_left_out():
    ours = {name for name in lists() if not name.startswith("admin:")}
    assert ours - {page.name for page in PAGES} == set()
