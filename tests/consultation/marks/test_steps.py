"""The steps of the day by their buttons, each in its turn."""

import datetime as dt

import pytest
from django.utils import timezone

from commons.contributions.models import Contribution
from consultation.actions.marks import cast_ballot
from consultation.models import Event
from tests.consultation.marks.pages import at
from tests.factories.events import a_ballot, an_event, an_event_idea

pytestmark = pytest.mark.django_db


def test_the_steps_of_the_day_by_their_buttons(staff):
    event = an_event(starts=dt.timedelta(hours=-5))
    page = lambda: staff.get(at("marks-staff", event))  # noqa: E731
    assert page().context["step"] == "ideas"
    idea = an_event_idea(event)
    assert page().context["step"] == "cards"
    ballot = a_ballot(event)
    assert page().context["step"] == "open"
    later = timezone.localtime(timezone.now() + dt.timedelta(hours=1))
    assert (
        staff.post(
            at("marks-open", event), {"closes_at_0": f"{later:%Y-%m-%d}", "closes_at_1": f"{later:%H:%M}"}
        ).status_code
        == 302
    )
    assert page().context["step"] == "close"
    cast_ballot(ballot, by=None, desirable=[idea.pk], achievable=[], based_on=0)
    for name, step in (("close", "freeze"), ("freeze", "publish"), ("publish", "proposals")):
        assert staff.post(at(f"marks-{name}", event))["Location"] == at("marks-staff", event)
        assert page().context["step"] == step
    form = page().context["proposals_form"]
    [name] = form.fields
    assert form[name].value() == [str(idea.pk)]
    assert staff.post(at("proposals-choose", event), {name: [idea.pk]}).status_code == 302
    assert Contribution.objects.get().title == "A bank of looms"
    assert page().context["proposals_form"].fields == {}


def test_a_step_out_of_turn_says_so_and_changes_nothing(event, staff):
    for name in ("marks-freeze", "marks-publish"):
        answer = staff.post(at(name, event), follow=True)
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    answer = staff.post(at("proposals-choose", event))
    assert (answer.status_code, Contribution.objects.count()) == (422, 0)
    event.refresh_from_db()
    assert (event.marks_frozen_at, event.marks_published_at) == (None, None)


@pytest.mark.parametrize(
    "typed",
    [["", ""], ["soon", "10:00"], ["2027-06-19", "\x00"], ["2001-01-01", "10:00"], ["9999-12-31", "23:59"]],
)
def test_a_wrong_time_keeps_what_was_typed(event, staff, typed):
    answer = staff.post(at("marks-open", event), dict(zip(("closes_at_0", "closes_at_1"), typed, strict=True)))
    assert (answer.status_code, answer.context["open_form"]["closes_at"].value()) == (422, typed)
    assert Event.objects.get().marks_close_at == event.marks_close_at
