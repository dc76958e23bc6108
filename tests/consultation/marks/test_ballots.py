"""Opening one's ballot by its code, and saving it in odd ways."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from consultation.actions.marks import TRIES, close_marks, give_ballots
from consultation.models import BallotTry, Event, Mark
from consultation.views.marks.ballots import BALLOTS
from tests.consultation.marks.pages import CODE, at, chosen, form_of, opened, words
from tests.factories.events import a_ballot, a_marking, an_event, an_event_idea
from tests.factories.themes import a_theme

pytestmark = pytest.mark.django_db


# --- Opening a ballot ---------------------------------------------------------------------------------------------------------


def test_the_link_of_a_card_leads_to_a_clean_address_and_changes_nothing(event, client):
    answer = client.get(at("marks", event), {"ballot": CODE.replace("-", "").lower()})
    assert (answer.status_code, answer["Location"]) == (302, at("marks", event))
    assert client.session[BALLOTS] == {event.slug: str(event.ballots.get().pk)}
    assert (event.ballots.get().revision, BallotTry.objects.count()) == (0, 0)
    assert "no-store" in answer["Cache-Control"]


def test_a_code_can_be_typed(event, client):
    assert client.get(at("marks", event)).context["code_form"] is not None
    answer = client.post(at("marks", event), {"code": "bcdf ghjk lmnp qrst"})
    assert (answer.status_code, answer["Location"]) == (302, at("marks", event))
    assert client.get(at("marks", event)).context["ballot"] == event.ballots.get()


@pytest.mark.parametrize("typed", ["", "WRONG", "\x00", "ß" * 80, "BCDFGHJKLMNPQRSX"])
def test_a_wrong_code_is_refused_in_its_place(event, client, typed):
    answer = client.post(at("marks", event), {"code": typed})
    assert (answer.status_code, bool(answer.context["code_form"].errors)) == (422, True)
    assert BALLOTS not in client.session


def test_unknown_codes_and_those_of_another_event_get_the_same_words(event, client):
    a_ballot(an_event("Another"), "OTHER")
    said = []
    for code in ("OTHER", "NOWHERE"):
        answer = client.get(at("marks", event), {"ballot": code}, follow=True)
        said.append([str(message) for message in answer.context["messages"]])
    assert said[0] == said[1] != []


def test_too_many_wrong_codes_from_one_network(event, client):
    source = BallotTry.source_of("127.0.0.1")
    BallotTry.objects.bulk_create(BallotTry(source=source) for _try in range(TRIES))
    answer = client.post(at("marks", event), {"code": CODE})
    assert (answer.status_code, "Wait 15 minutes" in words(answer)) == (422, True)


def test_who_has_opened_a_ballot_already_is_not_held_up_by_others_tries(event):
    phone = opened(event)
    BallotTry.objects.bulk_create(BallotTry(source=BallotTry.source_of("127.0.0.1")) for _try in range(TRIES))
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    assert phone.post(at("marks", event), sent).status_code == 302


def test_a_draft_event_has_no_ballots(event, client):
    Event.objects.update(state="draft")
    for name in ("marks", "screen", "screen-now", "results"):
        assert client.get(at(name, event)).status_code == 404


# --- Saving -------------------------------------------------------------------------------------------------------------------


def test_marks_are_saved_shown_and_changed(event):
    phone = opened(event)
    assert "3 of 3 marks left" in words(phone.get(at("marks", event)))
    first = form_of(phone, event) | chosen(event, desirable_1=[1, 2], achievable_2=[4])
    answer = phone.post(at("marks", event), first)
    assert (answer.status_code, answer["Location"]) == (302, at("marks", event))
    page = words(phone.get(at("marks", event)))
    close = timezone.localtime(event.marks_close_at)
    assert f"You can change them until {close:%-I:%M}" in page
    assert [number for number in ("1 of 3", "2 of 3", "3 of 3") if f"{number} marks left" in page] == [
        "1 of 3",
        "2 of 3",
        "3 of 3",
    ]
    second = form_of(phone, event) | chosen(event, achievable_1=[3])
    assert phone.post(at("marks", event), second).status_code == 302
    assert list(Mark.objects.values_list("kind", "idea__title")) == [("achievable", "Idea 3 of 1")]


def test_too_many_marks_are_refused_and_everything_ticked_is_kept(event):
    phone = opened(event)
    sent = chosen(event, desirable_1=[1, 2, 3, 4], achievable_2=[1])
    answer = phone.post(at("marks", event), form_of(phone, event) | sent)
    form = answer.context["form"]
    assert (answer.status_code, Mark.objects.count()) == (422, 0)
    assert {name: form[name].value() for name in sent} == {name: [str(pk) for pk in pks] for name, pks in sent.items()}
    [(name, problems)] = form.errors.items()
    assert (name, problems) == (
        next(iter(sent)),
        ["Theme 1, Most desirable: You have 3 marks here and used 4. Take some away."],
    )


def test_an_empty_ballot_is_asked_for_one_mark_and_may_be_emptied_later(event):
    phone = opened(event)
    assert phone.post(at("marks", event), form_of(phone, event)).status_code == 422
    phone.post(at("marks", event), form_of(phone, event) | chosen(event, desirable_1=[1]))
    assert phone.post(at("marks", event), form_of(phone, event)).status_code == 302
    assert (Mark.objects.count(), event.ballots.get().cast_at is None) == (0, False)


def test_a_second_tab_is_told_what_the_first_saved_and_keeps_its_own(event):
    phone = opened(event)
    old = form_of(phone, event)
    phone.post(at("marks", event), old | chosen(event, desirable_1=[1]))
    mine = chosen(event, desirable_1=[2])
    answer = phone.post(at("marks", event), old | mine)
    form = answer.context["form"]
    assert (answer.status_code, form["based_on"].value()) == (409, 1)
    assert form[next(iter(mine))].value() == [str(pk) for pk in next(iter(mine.values()))]
    assert "Saved in the other window" in words(answer)
    again = {"ballot": form["ballot"].value(), "based_on": 1} | mine
    assert phone.post(at("marks", event), again).status_code == 302
    assert list(Mark.objects.values_list("idea__title", flat=True)) == ["Idea 2 of 1"]


def test_a_double_click_saves_once(event):
    phone = opened(event)
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    assert [phone.post(at("marks", event), sent).status_code for _click in range(2)] == [302, 302]
    assert (Mark.objects.count(), event.ballots.get().revision) == (1, 1)


def test_a_session_that_has_ended_loses_nothing(event):
    phone = opened(event)
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    phone.session.flush()
    phone.cookies.clear()
    assert phone.post(at("marks", event), sent).status_code == 302
    assert phone.get(at("marks", event)).context["ballot"].revision == 1


def test_a_form_saves_to_the_ballot_it_was_made_for(event):
    other = a_ballot(event, "OTHER")
    phone = opened(event)
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    phone.get(at("marks", event), {"ballot": "OTHER"})
    assert phone.post(at("marks", event), sent).status_code == 302
    assert (other.marks.count(), Mark.objects.exclude(ballot=other).count()) == (0, 1)


@pytest.mark.parametrize("signed", ["", "1", "forged:signature", str(uuid.UUID(int=0))])
def test_a_forged_ballot_is_nobodys(event, client, signed):
    answer = client.post(at("marks", event), {"ballot": signed, "based_on": "0"} | chosen(event, desirable_1=[1]))
    assert (answer.status_code, Mark.objects.count()) == (302, 0)


def test_a_ballot_of_one_event_is_not_cast_at_another(event):
    elsewhere = a_marking(title="Another", slug="another", say_code="X9")
    phone = opened(event)
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    assert phone.post(at("marks", elsewhere), sent).status_code == 302
    assert Mark.objects.count() == 0


@pytest.mark.parametrize("wrong", [["x"], ["0"], [str(2**70)], ["-1"], ["1", "\x00"]])
def test_ideas_that_are_not_there_are_refused(event, wrong):
    phone = opened(event)
    [name] = chosen(event, desirable_1=[1])
    answer = phone.post(at("marks", event), form_of(phone, event) | {name: wrong})
    assert (answer.status_code, Mark.objects.count()) == (422, 0)


def test_after_the_close_nothing_is_counted_and_what_was_saved_is_shown(event):
    phone = opened(event)
    late = form_of(phone, event) | chosen(event, desirable_1=[2])
    phone.post(at("marks", event), form_of(phone, event) | chosen(event, desirable_1=[1]))
    close_marks(event, by=None)
    answer = phone.post(at("marks", event), late)
    assert (answer.status_code, "came too late" in words(answer), answer.context["form"]) == (409, True, None)
    assert "1. Idea 1 of 1" in words(answer)
    assert list(Mark.objects.values_list("idea__title", flat=True)) == ["Idea 1 of 1"]
    assert "Marking is over" in words(phone.get(at("marks", event)))


def test_before_the_opening_the_page_says_when(event):
    Event.objects.update(marks_open_at=timezone.now() + dt.timedelta(minutes=20))
    assert "Marking has not opened yet" in words(opened(event).get(at("marks", event)))
    Event.objects.update(marks_open_at=None, marks_close_at=None)
    assert "You will be told in the room" in words(opened(event).get(at("marks", event)))


def test_a_phone_can_be_handed_on(event):
    phone = opened(event)
    phone.post(at("marks", event), form_of(phone, event) | chosen(event, desirable_1=[1]))
    assert phone.post(at("marks", event), {"forget": "yes"}).status_code == 302
    assert phone.get(at("marks", event)).context["code_form"] is not None
    assert Mark.objects.count() == 1


def test_a_ballot_costs_as_many_queries_with_many_ideas(event, django_assert_max_num_queries):
    phone = opened(event)
    for number in range(20):
        an_event_idea(event, f"More {number}", theme=a_theme(f"Theme {number % 4 + 1}"))
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    with django_assert_max_num_queries(8):
        phone.get(at("marks", event))
    with django_assert_max_num_queries(14):
        assert phone.post(at("marks", event), sent).status_code == 302


# --- Codes --------------------------------------------------------------------------------------------------------------------


def test_codes_stand_in_no_log(event, client, caplog):
    [code] = give_ballots(event, 1, by=None, key=uuid.uuid4())
    client.get(at("marks", event), {"ballot": code})
    client.post(at("marks", event), {"code": code})
    assert code not in caplog.text
