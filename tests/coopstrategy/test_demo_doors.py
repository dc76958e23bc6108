"""The demo's doors: voices came through them, and a letter that several sent is found as a campaign."""

import pytest
from django.core.cache import cache

from commons.contributions.actions.fingerprints import take_fingerprints
from commons.contributions.models import Contribution
from commons.contributions.reports.campaigns import find_campaigns
from commons.people.models import Door
from commons.people.models.doors import CODE
from coopstrategy.demo.doors import draw_doors
from coopstrategy.demo.strategy import draw_strategy
from tests.coopstrategy.drawn import counted, draw_ground

pytestmark = pytest.mark.django_db


def test_voices_came_through_the_doors_and_the_letter_is_a_campaign(client):
    draw_ground()
    draw_strategy(stage="census")
    said = Contribution.objects.count()
    draw_doors()
    doors = list(Door.objects.select_related("organisation"))
    assert (len(doors), Contribution.objects.count()) == (4, said + 7)
    assert [door.label for door in doors if not CODE.fullmatch(door.code)] == []
    assert [door.organisation is not None for door in doors if door.kind == Door.Kind.PARTNER] == [True]
    through = Contribution.objects.exclude(door=None).count() - 7
    assert 0.15 < through / said < 0.6

    while take_fingerprints(by=None):
        pass
    cache.clear()
    [letter] = find_campaigns()
    rows = Contribution.objects.in_bulk(letter.numbers)
    assert (letter.size, {row.door.kind for row in rows.values()}) == (7, {Door.Kind.PARTNER})
    assert [row.pk for row in rows.values() if row.made_at < row.anchor.version.published_at] == []
    assert client.get("/heard/").status_code == 200

    before = counted()
    draw_doors()
    assert counted() == before
