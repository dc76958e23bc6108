"""Who we have heard from: counted against the register, told so that nobody can work out who."""

import itertools
import json
import random
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from blog.models import Post
from census.actions.waves import publish_instrument
from census.models import Case, Response, Stratum, Wave
from commons.contributions.models import Contribution
from commons.exports.reports import report_named
from commons.people.actions.doors import make_door
from commons.people.models import Organisation
from commons.people.reports.bands import Step
from commons.people.reports.heard import missing_cells, never_heard, strands, voices_of
from consultation.models import Registration
from coopstrategy.demo.census import QUESTIONNAIRE
from coopstrategy.heard.counting import ALL, ANY, LEFT_OUT, NOTHING, count_heard
from tests.factories.blog import a_post
from tests.factories.consultation import an_idea, said_of
from tests.factories.contributions import ContributionFactory
from tests.factories.events import a_note, an_event
from tests.factories.events import a_session as a_session_of
from tests.factories.panel import a_section
from tests.factories.people import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counted_anew():
    cache.clear()
    yield
    cache.clear()


def co_ops(number: int, sector: str = "housing", region: str = "wales", **given) -> list[Organisation]:
    start = Organisation.objects.count()
    return Organisation.objects.bulk_create(
        Organisation(register_id=f"H{start + n}", name=f"Co-op {start + n}", sector=sector, region=region, **given)
        for n in range(number)
    )


def a_wave(threshold: int = 5) -> Wave:
    """An open wave of the whole register, without a questionnaire that anybody could fill in."""
    now = timezone.now()
    wave = Wave.objects.create(
        slug="w",
        title="W",
        instrument=publish_instrument(json.loads(QUESTIONNAIRE.read_text()), by=None),
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=9),
        threshold=threshold,
        frame_frozen_at=now,
    )
    strata: dict[tuple[str, str], Stratum] = {}
    cases = []
    for row in Organisation.objects.live():
        place = (row.sector, row.region)
        if place not in strata:
            strata[place] = Stratum.objects.create(wave=wave, sector=row.sector, region=row.region, population=1)
        cases.append(Case(wave=wave, organisation=row, stratum=strata[place], name=row.name))
    Case.objects.bulk_create(cases)
    return wave


def answer(wave: Wave, rows, door=None) -> None:
    now = timezone.now()
    cases = Case.objects.filter(wave=wave, organisation__in=rows)
    Response.objects.bulk_create(
        Response(case=case, state=Response.State.SUBMITTED, submitted_at=now, door=door) for case in cases
    )


def say(section, rows, door=None) -> None:
    Contribution.objects.bulk_create(
        Contribution(thread=section.thread, body="Words.", organisation=row, door=door) for row in rows
    )


def test_each_strand_counts_its_own_voices_and_co_ops():
    own = OrganisationFactory.create_batch(5)
    wave = a_wave()
    section, idea, event = a_section(), an_idea(), an_event()
    answer(wave, own[:2])
    say(section, own[1:3])
    say(section, [None])
    ContributionFactory(thread=section.thread, organisation=own[4], standing="held")
    ContributionFactory(thread=section.inside, organisation=own[4])
    Post.objects.filter(pk=a_post().pk).update(organisation=own[3])
    Contribution.objects.filter(pk=said_of(idea).pk).update(organisation=own[0])
    a_note(a_session_of(event))
    came = timezone.now()
    Registration.objects.create(event=event, name="A", number=1, state="in", organisation=own[2], checked_in_at=came)
    Registration.objects.create(event=event, name="B", number=2, state="in", organisation=own[4])
    found = {
        strand.name: (
            sum(said.number for said in voices_of(strand)),
            {said.co for said in voices_of(strand)} - {None},
        )
        for strand in strands()
    }
    numbers = [row.pk for row in own]
    assert found == {
        "census": (2, set(numbers[:2])),
        "comments": (3, set(numbers[1:3])),
        "blog": (1, {numbers[3]}),
        "ideas": (2, {numbers[0]}),
        "events": (2, {numbers[2]}),
    }
    assert list(never_heard()) == [own[4]]


def test_the_page_says_how_many_of_how_many_and_who_is_heard_most_and_least(client):
    housing, farms = co_ops(200), co_ops(100, "agriculture", "scotland")
    wave, section = a_wave(), a_section()
    answer(wave, housing[:40])
    say(section, housing[30:60])
    say(section, farms[:1])
    page = client.get(reverse("heard")).content.decode()
    assert "We have heard from at least 60 of 300 co-ops." in page
    assert "Heard most: Housing (25 to 35% of them). Heard least: Agriculture (1%)." in page


def test_an_empty_site_and_a_site_without_a_register_have_words_for_it(client):
    assert "The register of co-ops is not here yet" in client.get(reverse("heard")).content.decode()
    cache.clear()
    co_ops(30)
    page = client.get(reverse("heard")).content.decode()
    assert ("of 30 co-ops so far" in page, "Heard most" in page) == (True, False)


def test_a_page_is_counted_once_for_everybody(client, django_assert_num_queries):
    co_ops(30)
    a_section()
    first = client.get(reverse("heard")).context["counted"]
    with django_assert_num_queries(1):  # the sections
        assert client.get(reverse("heard")).context["counted"].at == first.at


@pytest.mark.parametrize(
    "asked", ["strand=purple", "without=%00", "strand=all&without=%F0%9F%98%80", "strand[]=1", "x=1"]
)
def test_what_makes_no_sense_is_left_out(client, asked):
    co_ops(30)
    shown = client.get(f"{reverse('heard')}?{asked}")
    assert (shown.status_code, shown.context["strand"], shown.context["without"]) == (200, ALL, NOTHING)


def test_what_came_through_doors_can_be_left_out(client):
    rows = co_ops(300)
    section, door = a_section(), make_door(by=None, kind="partner", label="Letter")
    say(section, rows[:40], door)
    say(section, rows[40:60])
    counted = count_heard()
    told = {left_out: counted.told[left_out]["comments"] for left_out, _label in LEFT_OUT}
    everything, without = Step(60, 69), Step(20, 29)
    assert {left_out: one.co_ops for left_out, one in told.items()} == {
        "": everything,
        "any": without,
        "partner": without,
        "link": everything,
        "event": everything,
        "digest": everything,
    }
    # Everybody can count the voices; of those without doors only about how many there are is told.
    assert (told[NOTHING].voices, told[ANY].voices) == (Step(60, 60), Step(11, 20))
    assert counted.sections[ANY][section.thread_id].voices == Step(11, 20)


def test_the_census_is_told_as_the_census_tells_it():
    rows = co_ops(40) + co_ops(30, "retail", "scotland")
    wave = a_wave()
    answer(wave, rows[:12])
    counted = count_heard()
    sectors = counted.told[NOTHING]["census"].groups["sector"]
    assert [(group.code, group.answered, group.suppressed) for group in sectors] == [
        ("housing", 12, False),
        ("retail", 0, False),
    ]
    answer(wave, rows[40:42])
    sectors = count_heard().told[NOTHING]["census"].groups["sector"]
    assert [(group.code, group.answered) for group in sectors] == [("housing", None), ("retail", None)]


def test_too_few_answers_are_hidden_and_so_is_how_many_came_through_doors():
    rows = co_ops(40)
    answer(a_wave(), rows[:3], make_door(by=None, kind="partner", label="Letter"))
    counted = count_heard()
    for left_out, _label in LEFT_OUT:
        told = counted.told[left_out]["census"]
        assert (told.voices, told.co_ops) == (None, None)
        if left_out:
            assert {group.suppressed for groups in told.groups.values() for group in groups} == {True}


def span(of: Step, part: Step) -> int:
    """To how many values somebody knows the difference between a whole and its part."""
    return of.high - part.low - max(0, of.low - part.high) + 1


def steps_of(told) -> dict[tuple[str, str], Step]:
    found = {}
    for dimension, groups in told.groups.items():
        for group in groups:
            if group.answered is not None:
                found[dimension, group.code] = Step(group.answered, group.answered)
            elif not group.suppressed:
                low, *high = (int(number) for number in group.counted.split(" to "))
                found[dimension, group.code] = Step(low, high[0] if high else low)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_two_tables_side_by_side_tell_a_small_difference(seed):
    """A world drawn by dice, and somebody who subtracts whatever stands on the page from whatever else it is a part of."""
    dice = random.Random(seed)
    rows = []
    for sector, region in itertools.product(
        ("housing", "retail", "agriculture", "sports"), ("wales", "scotland", "london")
    ):
        rows += co_ops(dice.randrange(3, 60), sector, region, ownership=dice.choice(["workers", "consumers", ""]))
    wave, section = a_wave(), a_section()
    doors = [None, None, *(make_door(by=None, kind=kind, label=kind) for kind in ("partner", "event", "link"))]
    for row in rows:
        if dice.random() < 0.4:
            answer(wave, [row], dice.choice(doors))
        if dice.random() < 0.15:
            say(section, [row], dice.choice(doors))
    counted = count_heard()
    whole = {name: steps_of(told) for name, told in counted.told[NOTHING].items()}
    checked = 0
    for left_out, told in counted.told.items():
        for name, one in told.items():
            for place, step in steps_of(one).items():
                above = [whole[name]] if left_out else []
                if name == "census" and not left_out:
                    above.append(whole[ALL])
                for wider in above:
                    if place in wider:
                        assert span(wider[place], step) >= min(counted.threshold, wider[place].high + 1), (
                            left_out,
                            name,
                            place,
                        )
                        checked += 1
            if left_out and one.co_ops is not None and counted.told[NOTHING][name].co_ops is not None:
                assert span(counted.told[NOTHING][name].co_ops, one.co_ops) >= counted.threshold
    assert checked > 50


def test_who_is_missing_is_shown_to_those_who_may_know_who_answered(client):
    OrganisationFactory(name="Silent Society")
    statuses = {}
    for role in (None, "staff", "analyst", "moderator", "panel_member", "editor"):
        client.force_login(UserFactory(roles=[role] if role else []))
        statuses[role] = client.get(reverse("people:missing-list")).status_code
    assert statuses == {None: 404, "staff": 200, "analyst": 200, "moderator": 404, "panel_member": 404, "editor": 404}


def test_the_kinds_and_places_heard_least_stand_first():
    housing, farms = co_ops(40), co_ops(60, "agriculture", "scotland")
    clubs = co_ops(20, "clubs", "london")
    say(a_section(), [*housing[:30], *clubs[:5], *farms[:5]])
    assert [(cell.sector, cell.region, cell.size, cell.heard) for cell in missing_cells()] == [
        ("agriculture", "scotland", 60, 5),
        ("clubs", "london", 20, 5),
        ("housing", "wales", 40, 30),
    ]


def test_the_list_of_the_missing_can_be_narrowed(client):
    co_ops(3)
    co_ops(2, "agriculture", "scotland")
    client.force_login(UserFactory(roles=["staff"]))
    counts = {
        asked: client.get(f"{reverse('people:missing-list')}?{asked}").context["page_obj"].paginator.count
        for asked in ("", "sector=agriculture", "region=wales&q=co-op", "q=zzzz", "sector=purple", "q=%00")
    }
    assert list(counts.values()) == [5, 2, 3, 0, 5, 5]


def test_the_file_of_the_missing_holds_those_who_are_missing():
    heard_of, silent = co_ops(2)
    say(a_section(), [heard_of])
    report = report_named("people-missing")
    statement, arguments = report.query({})
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        assert ([row[0] for row in cursor.fetchall()], report.count(cursor, {})) == ([silent.pk], 1)
    assert [report.may_run(UserFactory(roles=[role]), {}) for role in ("staff", "analyst", "moderator")] == [
        True,
        True,
        False,
    ]
