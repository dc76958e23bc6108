"""A page asks the database as often for three rows as for one. Each entry says which page, who looks, and how rows come about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.views.generic import ListView

from census.actions.codes import issue_codes
from census.models import Case, InstrumentVersion, Response, Stratum, Wave
from commons.audit.actions import record
from commons.contributions.actions import support_contribution
from commons.contributions.actions.fingerprints import take_fingerprints
from commons.contributions.models import Contribution
from commons.contributions.reports.campaigns import campaigns
from commons.digests.models import Digest, Notice
from commons.exports.models import ExportJob
from commons.moderation.actions import appeal_verdict, decide_moderation, hold
from commons.moderation.models import Cause
from commons.people.actions.doors import make_door
from commons.people.models import Outcome, RegisterImport, RegisterImportRow, Sector, User
from commons.queues import State
from commons.themes.models import Theme
from consultation.actions.capture import publish_photo
from consultation.actions.grouping import make_event_idea, merge_ideas
from consultation.actions.marks import cast_ballot, choose_proposals
from consultation.models import (
    Event,
    EventFeedback,
    EventMove,
    EventPhoto,
    EventSession,
    Idea,
    Phase,
    Source,
    Text,
)
from panel.actions.deciding import Cited, make_decision, record_dissent
from panel.actions.publishing import Because
from panel.actions.seats import declare_seat
from panel.models import Section
from tests.architecture.addresses import addresses
from tests.factories.blog import a_post
from tests.factories.consultation import a_source, an_idea, said_of
from tests.factories.contributions import ContributionFactory
from tests.factories.events import (
    a_ballot,
    a_helper,
    a_marking,
    a_note,
    a_session,
    a_table,
    an_event,
    an_event_idea,
    registered,
)
from tests.factories.notices import tell
from tests.factories.panel import a_section, publish, said_to
from tests.factories.people import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.phases import a_phase, move
from tests.factories.proposals import a_proposal
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

    def a_door(self) -> None:
        organisation = MembershipFactory(organisation__name="Loom Federation").organisation
        make_door(by=self.staff, kind="partner", label="Letter", organisation=organisation)

    def a_campaign(self) -> None:
        said = f"Give every co-op {Contribution.objects.count()} looms and a weaver"
        ContributionFactory.create_batch(3, body=said)
        take_fingerprints(by=None)
        cache.clear()
        campaigns()

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

    def a_voice_at_an_event(self) -> None:
        """At one more event: words of a member, a note of a table under an issue, and the proposal made of it, all answered."""
        event = an_event(f"Congress {Event.objects.count()}")
        session = a_session(event, theme=a_theme(f"Theme {Event.objects.count()}"))
        table = a_table(session)
        issue, words = a_note(session, table=table, kind="issue"), a_note(session)
        Contribution.objects.filter(pk=words.contribution_id).update(author=UserFactory(), owner=UserFactory())
        proposal = a_proposal(an_event_idea(event, theme=session.theme), a_note(session, table=table, under=issue.pk))
        make_decision(self.section, by=self.chair, voices=[proposal, words.contribution], outcome="no", reason="No.")

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

    @cached_property
    def event(self) -> Event:
        event = an_event(starts=-timedelta(hours=1))
        a_helper(event, person=self.member)
        return event

    def an_event_of_all_kinds(self) -> None:
        """One to come, for which the member is registered, and one that is over."""
        number = Event.objects.count()
        registered(an_event("Congress", slug=f"ahead-{number}"), person=self.member)
        registered(an_event("Congress", slug=f"over-{number}", starts=-timedelta(days=9)), person=self.member)

    def a_session_of_it(self) -> None:
        """With a theme, minutes and two sections it is about; and a move."""
        number = self.event.sessions.count()
        given = {"minutes": "We spoke.", "minutes_published_at": timezone.now(), "room": f"Room {number}"}
        session = a_session(self.event, theme=a_theme(f"Theme {Theme.objects.count()}"), **given)
        session.about.set([a_section(slug=f"s-{number}-{one}", chair=self.chair).thread for one in range(2)])
        EventMove.objects.create(
            event=self.event,
            starts_before=self.event.starts_at,
            starts_after=self.event.starts_at,
            ends_before=self.event.ends_at,
            ends_after=self.event.ends_at,
            venue_before=f"Barn {number}",
            venue_after="Hall",
            reason="Storm",
        )

    def a_registration(self) -> None:
        """One that waits, one with a place and a co-op, and one who simply came; and their feedback."""
        registered(self.event, state="waiting", access_needs="A ramp")
        registered(self.event, organisation=OrganisationFactory(), access_needs="A ramp")
        registered(self.event, name="Ida", checked_in_at=timezone.now())
        a_helper(self.event, "facilitator")
        for _answer in range(5):
            given = {"worth": "very", "heard": "very", "best": "Soup", "person": UserFactory()}
            EventFeedback.objects.create(event=self.event, **given)

    @cached_property
    def session(self) -> EventSession:
        return a_session(an_event(starts=timedelta(hours=-1)), theme=a_theme("Money"))

    def a_written_note(self) -> None:
        """A table with an issue and an idea, words from the room, an idea of them with one merged into it, and a photograph."""
        table = a_table(self.session, self.session.tables.count() + 1)
        issue = a_note(self.session, table=table, kind="issue")
        notes = [a_note(self.session, table=table, under=issue.pk), a_note(self.session, table=table, under=issue.pk)]
        a_note(self.session)
        given = {"by": self.staff, "theme": table.theme, "issue": "Nobody lends"}
        stays, goes = (make_event_idea(table.event, title="A bank", notes=[note], **given) for note in notes)
        merge_ideas(goes, by=self.staff, into=stays)
        make_event_idea(table.event, title="A fund", **given)
        photo = EventPhoto.objects.create(table=table, width=4, height=3, kind="image/jpeg", data=b"x")
        publish_photo(photo, by=self.staff, is_public=True)

    @cached_property
    def marking(self) -> Event:
        return a_marking(ideas=1, slug="marking")

    def a_marked_idea(self) -> None:
        """In a theme of its own, with marks on several ballots."""
        event = self.marking
        idea = an_event_idea(event, "Another loom", theme=a_theme(f"Of ideas {event.ideas.count()}"))
        for _ballot in range(3):
            cast_ballot(a_ballot(event), by=None, desirable=[idea.pk], achievable=[idea.pk], based_on=0)

    def a_proposal(self) -> None:
        """Of an event whose results are public."""
        event = Event.objects.filter(slug="proposals").first() or a_marking(slug="proposals", say_code="P")
        now = timezone.now()
        times = {"marks_close_at": now, "marks_frozen_at": now, "marks_published_at": now}
        Event.objects.filter(pk=event.pk).update(**times)
        idea = an_event_idea(event, "A loom", desirable_count=2, achievable_count=1)
        choose_proposals(event, [idea.pk], by=self.staff)

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


def of_event(place: Place) -> dict[str, Any]:
    return {"slug": place.event.slug}


def is_member(place: Place) -> User:
    return place.member


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
    Page("panel:desk", Place.a_voice_at_an_event, query="state=all", who=is_chair),
    Page("panel:desk", Place.an_answered_idea, query="state=all&place=ideas", who=is_chair),
    Page("panel:section-changes", Place.a_voice_at_an_event, in_section),
    Page("panel:pack-print", Place.a_voice_at_an_event),
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
    Page("people:door-list", Place.a_door),
    Page("people:missing-list", Place.an_organisation),
    Page("heard-campaigns", Place.a_campaign, who=lambda place: None),
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
    Page("consultation:events", Place.an_event_of_all_kinds, who=is_member),
    Page("consultation:event", Place.a_session_of_it, of_event, who=is_member),
    Page("consultation:event-door", Place.a_registration, of_event, who=is_member),
    Page("consultation:event-staff-list", Place.an_event_of_all_kinds),
    Page("consultation:session-list", Place.a_session_of_it, of_event),
    Page("consultation:registration-list", Place.a_registration, of_event),
    Page("consultation:helper-list", Place.a_registration, of_event),
    Page("consultation:feedback-list", Place.a_registration, of_event),
    *(
        Page(f"consultation:event-{name}", Place.a_written_note, lambda place: {"slug": place.session.event.slug})
        for name in ("notes", "ideas", "tables", "cards")
    ),
    # The room's screen keeps its counts for two seconds: tests/consultation/marks/test_screen.py looks at it.
    Page("consultation:event-marks-staff", Place.a_marked_idea, lambda place: {"slug": "marking"}),
    Page("consultation:event-results", Place.a_proposal, lambda place: {"slug": "proposals"}, who=lambda place: None),
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
