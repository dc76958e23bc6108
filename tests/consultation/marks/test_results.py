"""What everybody reads of the marking, before and after it is published."""

import pytest
from django.utils import timezone

from consultation.actions.marks import cast_ballot, choose_proposals
from consultation.models import Event
from tests.consultation.marks.pages import at, finished, words
from tests.factories.events import a_ballot
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def test_until_they_are_published_the_results_page_says_where_things_stand(event, client):
    said = []
    for change in ({}, {"marks_close_at": timezone.now()}, {"marks_open_at": None, "marks_close_at": None}):
        Event.objects.update(**change)
        page = client.get(at("results", event))
        assert page.context["board"] is None
        said.append(words(page))
    assert [
        phrase in text
        for phrase, text in zip(
            ("People in the room are marking", "have not been published yet", "Nothing has been marked yet"),
            said,
            strict=True,
        )
    ] == [True] * 3


def test_the_results_show_every_count_the_turnout_and_the_proposals(event, client):
    a_ballot(event)
    pks = list(event.ideas.order_by("place").values_list("pk", flat=True))
    cast_ballot(event.ballots.first(), by=None, desirable=pks[:2], achievable=pks[1:2], based_on=0)
    finished(event)
    [row] = choose_proposals(event, pks[:1], by=UserFactory())
    page = client.get(at("results", event))
    assert "1 of 2 ballots were cast (50%)" in words(page)
    assert [line.row for line in page.context["proposals"]] == [row]
    assert [[idea.total for idea in ideas] for _band, ideas in page.context["board"].by_band] == [[2, 1, 0, 0], [0] * 4]
    assert "The panel has not answered it yet." in words(page)


def test_results_without_a_single_mark_can_be_read(event, client):
    finished(event)
    assert "No mark was made." in words(client.get(at("results", event)))
