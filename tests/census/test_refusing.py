"""An organisation says that it does not wish to answer: what follows, what does not, and who may say so."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from census.actions.refusing import note_refusal, take_back_refusal
from census.actions.responses import start_response
from census.forms import CaseFilterForm, CodesForm
from census.models import Case, Wave
from census.reports import board_of, coverage_of, with_reply_state
from census.views.access import HELD, token_of
from commons.audit.models import Entry
from tests.at_once import together
from tests.census.replies import send_reply
from tests.census.test_access import come_in
from tests.factories.people import MembershipFactory, UserFactory

REFUSE, HUB = "/census/needs-2026/refuse/", "/census/needs-2026/"
VERBS = ("note_refusal", "take_back_refusal")


@pytest.fixture
def member(case) -> Client:
    client = Client()
    client.force_login(MembershipFactory(organisation=case.organisation).user)
    return client


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=["staff"]))
    return client


def says(client: Client, case: Case, wish: str, url: str = REFUSE):
    return client.post(url, {"case": token_of(case), "wish": wish})


def is_refused(case: Case) -> bool:
    return Case.objects.get(pk=case.pk).refused_at is not None


def on_record() -> list[str]:
    return list(Entry.objects.filter(verb__in=VERBS).order_by("pk").values_list("verb", flat=True))


# --- the deeds ---


def test_said_twice_the_first_time_counts_and_is_on_record_once(case, code):
    first = note_refusal(case, by=code).refused_at
    assert (note_refusal(case, by=code).refused_at, on_record()) == (first, ["note_refusal"])
    assert take_back_refusal(case, by=code).refused_at is None
    take_back_refusal(case, by=code)
    assert on_record() == ["note_refusal", "take_back_refusal"]
    assert list(Entry.objects.filter(verb__in=VERBS).values_list("target_label", "actor", "actor_label", "data")) == (
        [("Rivermead Housing Co-operative", None, str(code), {})] * 2
    )


@pytest.mark.django_db(transaction=True)
def test_said_five_times_at_once_it_is_on_record_once(case, code):
    assert together(*[lambda: note_refusal(case, by=code)] * 5) == {"done": 5}
    assert on_record() == ["note_refusal"]


def test_it_cannot_be_half_done(case, code, monkeypatch):
    def broken(*_given, **_named):
        raise IntegrityError

    monkeypatch.setattr("census.actions.refusing.record", broken)
    with pytest.raises(IntegrityError):
        note_refusal(case, by=code)
    assert not is_refused(case)


# --- what follows ---


def test_they_still_count_as_asked(case, code):
    before = (board_of(case.wave).total, coverage_of(case.wave).eligible)
    note_refusal(case, by=code)
    assert (board_of(case.wave).total, coverage_of(case.wave).eligible) == before
    assert before[1] == 3


def test_they_can_still_answer_and_their_code_still_opens_the_census(case, code):
    note_refusal(case, by=code)
    assert come_in(code).get(HUB).status_code == 200
    send_reply(case, code, form="short")
    assert (board_of(case.wave).total.answered, list(Case.objects.refused())) == (1, [])


@pytest.mark.parametrize(("ticked", "names"), [("on", ["Hillside", "Siop"]), ("", ["Hillside", "Rivermead", "Siop"])])
def test_new_letters_are_not_made_for_them_unless_for_everybody(case, code, ticked, names):
    note_refusal(case, by=code)
    form = CodesForm({"label": "Reminders", "unheard": ticked})
    assert form.is_valid()
    assert sorted(one.name.split()[0] for one in form.cases_of(case.wave)) == names


def test_new_letters_are_not_made_for_those_who_have_sent(case, code):
    send_reply(case, code, form="short")
    form = CodesForm({"label": "Reminders", "unheard": "on"})
    assert form.is_valid()
    assert sorted(one.name.split()[0] for one in form.cases_of(case.wave)) == ["Hillside", "Siop"]


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("", ["Hillside", "Rivermead", "Siop"]),
        ("none", ["Hillside"]),
        ("draft", []),
        ("submitted", ["Siop"]),
        ("refused", ["Rivermead"]),
    ],
)
def test_staff_find_them_apart_from_those_who_may_be_asked_again(case, code, state, names):
    start_response(case, by=code)
    note_refusal(case, by=code)
    sent = Case.objects.select_related("wave").get(name__startswith="Siop")
    send_reply(sent, code, form="short")
    note_refusal(sent, by=code)
    form = CaseFilterForm({"state": state})
    assert form.is_valid()
    assert sorted(one.name.split()[0] for one in form.narrow(with_reply_state(Case.objects.all()))) == names


# --- those who speak for the organisation ---


@pytest.mark.parametrize("way", ["member", "code"])
def test_who_speaks_for_it_says_so_and_takes_it_back(case, code, member, way):
    client = member if way == "member" else come_in(code)
    assert f'<a href="{REFUSE}">We do not wish to answer</a>' in client.get(HUB).content.decode()
    assert (
        "<li>We remind nobody at Rivermead Housing Co-operative any more.</li>" in client.get(REFUSE).content.decode()
    )
    assert (says(client, case, "stop")["Location"], is_refused(case)) == (REFUSE, True)
    shown = client.get(REFUSE).content.decode()
    assert "We remind nobody at Rivermead Housing Co-operative any more.</p>" in shown
    assert 'name="wish" value="ask">Ask us again</button>' in shown
    assert f'<a href="{REFUSE}">Ask us again</a>' in client.get(HUB).content.decode()
    back = client.post(REFUSE, {"case": token_of(case), "wish": "ask"}, follow=True)
    assert [str(message) for message in back.context["messages"]] == ["We ask you again, as before."]
    assert not is_refused(case)


def test_a_second_press_and_a_second_tab_do_no_harm(case, member):
    assert [says(member, case, wish).status_code for wish in ("stop", "stop")] == [302, 302]
    assert (is_refused(case), on_record()) == (True, ["note_refusal"])
    assert [says(member, case, wish).status_code for wish in ("ask", "ask")] == [302, 302]
    said = [str(message) for message in member.get(REFUSE).context["messages"]]
    assert (is_refused(case), said) == (False, ["We ask you again, as before."])


@pytest.mark.parametrize("wish", ["", "yes", "STOP", "stop ", "\x00"])
def test_anything_else_changes_nothing_and_says_so(case, member, wish):
    answer = says(member, case, wish)
    assert (answer.status_code, is_refused(case)) == (422, False)
    assert "Nothing was changed: what was sent did not say what you wish." in answer.content.decode()


def test_a_page_opened_for_another_organisation_changes_nothing(case, member):
    other = Case.objects.get(name__startswith="Siop")
    answer = member.post(REFUSE, {"case": token_of(other), "wish": "stop"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "That page was opened for another organisation. Nothing was changed. Read below whom it is about."
    ]
    assert list(Case.objects.exclude(refused_at=None)) == []


def test_who_does_not_speak_for_it_is_asked_to_come_in(case, client):
    client.force_login(UserFactory())
    assert client.get(REFUSE)["Location"] == "/census/code/?wave=needs-2026"
    assert (says(client, case, "stop").status_code, is_refused(case)) == (302, False)


def test_who_was_signed_out_meanwhile_finds_that_nothing_changed(case, code):
    client = Client()
    assert says(client, case, "stop")["Location"] == "/census/code/?wave=needs-2026"
    let_in = client.post(reverse("census:code"), {"code": code.plain()})
    shown = client.get(let_in["Location"])
    assert (let_in["Location"], is_refused(case), client.session.get(HELD)) == (REFUSE, False, None)
    assert "You were signed out, so nothing was changed. Press the button again." in shown.content.decode()


@pytest.mark.parametrize("why", ["closed", "sent"])
def test_once_nobody_is_reminded_anyway_there_is_nothing_to_say(case, code, member, why):
    if why == "sent":
        send_reply(case, code, form="short")
    else:
        Wave.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    assert REFUSE not in member.get(HUB).content.decode()
    assert [answer["Location"] for answer in (member.get(REFUSE), says(member, case, "stop"))] == [HUB, HUB]
    assert not is_refused(case)
    assert "Nobody is reminded of this census any more." in member.get(HUB).content.decode()


# --- staff ---


def test_staff_say_it_for_them_and_take_it_back(case, staff):
    page, button = (reverse(f"census:{name}", args=[case.wave.slug, case.pk]) for name in ("case", "case-refuse"))
    assert 'name="wish" value="stop">They do not wish to answer</button>' in staff.get(page).content.decode()
    assert (says(staff, case, "stop", button)["Location"], is_refused(case)) == (page, True)
    shown = staff.get(page).content.decode()
    assert '<strong class="tag tag-quiet">Does not wish to answer</strong>' in shown
    assert 'name="wish" value="ask">Ask them again</button>' in shown
    board = staff.get(reverse("census:wave", args=[case.wave.slug])).content.decode()
    assert '?state=refused">1 organisation does not wish to answer</a>. They still count as asked.' in board
    says(staff, case, "ask", button)
    assert (is_refused(case), on_record()) == (False, ["note_refusal", "take_back_refusal"])
    board = staff.get(reverse("census:wave", args=[case.wave.slug])).content.decode()
    assert "No organisation has said that it does not wish to answer." in board


def test_what_staff_send_amiss_changes_nothing(case, staff):
    button = reverse("census:case-refuse", args=[case.wave.slug, case.pk])
    answer = staff.post(button, {"wish": "perhaps"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Nothing was changed: what was sent did not say what they wish."
    ]
    assert (is_refused(case), staff.get(button).status_code) == (False, 405)


def test_staff_have_no_button_and_see_no_tag_once_the_answers_are_sent(case, code, staff):
    note_refusal(case, by=code)
    send_reply(case, code, form="short")
    shown = staff.get(reverse("census:case", args=[case.wave.slug, case.pk])).content.decode()
    assert ('name="wish"' in shown, "Does not wish to answer" in shown, "Sent on" in shown) == (False, False, True)


def test_members_say_nothing_by_the_page_of_staff(case, member):
    button = reverse("census:case-refuse", args=[case.wave.slug, case.pk])
    assert (says(member, case, "stop", button).status_code, is_refused(case)) == (404, False)
