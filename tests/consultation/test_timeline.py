"""The timeline as everybody sees it, the button to follow it, the home page's part of it, and the pages of staff."""

import pytest
from django.urls import reverse

from commons.people.models import User
from consultation.models import Follower, Phase, PhaseMove
from tests.factories.people import UserFactory
from tests.factories.phases import a_phase, call_off, day, fresh, move, write_down

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client) -> User:
    person = UserFactory(roles=["staff"])
    client.force_login(person)
    return person


def in_words(client, address: str = "/timeline/", **headers: str) -> str:
    return " ".join(client.get(address, headers=headers).content.decode().split())


def at(name: str, phase: Phase) -> str:
    return reverse(f"consultation:phase-{name}", args=[phase.pk])


# --- for everybody --------------------------------------------------------------------------------------------------------


def test_the_timeline_says_so_while_nothing_is_planned(client):
    page = in_words(client)
    assert ("No dates have been set yet." in page, "calendar.ics" in page) == (True, False)


def test_the_timeline_tells_what_is_under_way_what_comes_next_and_what_moved_and_why(client):
    write_down(a_phase("Gather", -40, -20), began=-39, ended=-21)
    now = a_phase("Weave", -9, 9, todo="- [Bring yarn](/strategy/)")
    a_phase("Dye", 30, 39)
    move(now, -9, 12, "The loom broke.")
    page = in_words(client)
    told = (
        "Under way now",
        "That is 12 days from today.",
        ">Bring yarn</a>",
        "What comes next",
        "The loom broke.",
        "It ends 3 days later than was planned at first.",
    )
    assert [words for words in told if words not in page] == []


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((-9, 0), "That is today."),
        ((-9, 1), "That is tomorrow."),
        ((5, 9), "Nothing is under way today."),
        ((-9, -1), "The process has come to its end."),
    ],
)
def test_the_head_of_the_timeline_fits_the_day(client, days, words):
    a_phase("Weave", *days)
    assert in_words(client).count(words) == 1


def test_welsh_is_shown_where_it_is_written_and_english_is_marked_where_it_is_not(client):
    a_phase("Weave", -9, 9, name_cy="Gwehyddu", purpose="To see.")
    page = in_words(client, **{"accept-language": "cy"})
    assert ("<h3>Gwehyddu</h3>" in page, '<p lang="en">To see.</p>' in page) == (True, True)
    assert ' lang="en">To see.' not in in_words(client)


def test_hostile_words_of_a_phase_are_shown_and_do_nothing(client):
    phase = a_phase(
        "<script>alert(1)</script>", -9, 9, purpose="<script>alert(2)</script>", todo="[x](javascript:alert(3))"
    )
    move(phase, -9, 12, "<script>alert(4)</script>")
    page = in_words(client) + in_words(client, "/")
    assert ("<script>alert" in page, 'href="javascript' in page) == (False, False)


def test_the_home_page_shows_the_steps_and_which_is_the_present_one(client):
    before = "Where we have got to</h2>" in in_words(client, "/")
    a_phase("Gather", -40, -20)
    a_phase("Weave", -9, 9)
    page = in_words(client, "/")
    assert (before, page.count('aria-current="step"'), page.count('<li class="phase')) == (False, 1, 2)


def test_the_process_is_followed_and_let_go_by_a_button(client):
    address = reverse("consultation:follow")
    assert client.post(address)["Location"] == f"{reverse('account_login')}?next=/timeline/"
    person = UserFactory()
    client.force_login(person)
    assert client.post(address, {"follow": "yes"})["Location"] == "/timeline/"
    assert (Follower.objects.get().person, "Stop following the process" in in_words(client)) == (person, True)
    client.post(address, {"follow": "no"})
    assert (Follower.objects.count(), "Stop following" in in_words(client)) == (0, False)


# --- staff ----------------------------------------------------------------------------------------------------------------


def test_staff_add_a_phase_and_everybody_sees_it(client, staff):
    sent = {"name": "Weave", "purpose": "To see.", "begins_on": day(1), "ends_on": day(9), "opens": ["comment"]}
    assert client.post(reverse("consultation:phase-add"), sent)["Location"] == reverse("consultation:phase-list")
    phase = Phase.objects.get()
    assert (phase.opens, phase.begins_on, "<h3>Weave</h3>" in in_words(client)) == (["comment"], day(1), True)


def test_a_wrong_form_is_shown_again_with_all_that_was_typed(client, staff):
    sent = {"name": "Weave", "purpose": "", "todo": "My long text", "begins_on": day(9), "ends_on": "soon"}
    shown = client.post(reverse("consultation:phase-add"), sent)
    form = shown.context["form"]
    assert (shown.status_code, sorted(form.errors), form["todo"].value()) == (
        422,
        ["ends_on", "purpose"],
        "My long text",
    )
    assert Phase.objects.count() == 0


@pytest.mark.parametrize("far", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_a_thousand_years_away_is_a_slip_of_the_pen(client, staff, far):
    sent = {"name": "Weave", "purpose": "To see.", "begins_on": far, "ends_on": far}
    shown = client.post(reverse("consultation:phase-add"), sent)
    assert (shown.status_code, shown.context["form"].errors["begins_on"]) == (
        422,
        ["Choose a day between 2000 and 2099."],
    )


def test_a_refusal_stands_at_the_field_that_can_mend_it(client, staff):
    a_phase("Weave", 0, 9)
    sent = {"name": "weave", "purpose": "To see.", "begins_on": day(9), "ends_on": day(12)}
    taken = client.post(reverse("consultation:phase-add"), sent)
    turned = client.post(reverse("consultation:phase-add"), sent | {"name": "Dye", "ends_on": day(1)})
    assert (taken.status_code, list(taken.context["form"].errors)) == (422, ["name"])
    assert (turned.status_code, list(turned.context["form"].errors)) == (422, ["ends_on"])


def test_a_move_without_a_reason_keeps_the_days_that_were_typed(client, staff):
    phase = a_phase("Weave", 1, 9)
    sent = {"begins_on": day(2), "ends_on": day(20), "reason": " ", "based_on": 1}
    shown = client.post(at("move", phase), sent)
    form = shown.context["form"]
    assert (shown.status_code, list(form.errors), form["ends_on"].value()) == (422, ["reason"], str(day(20)))
    assert client.post(at("move", phase), sent | {"reason": "Storm."}).status_code == 302
    assert (fresh(phase).ends_on, PhaseMove.objects.get().reason) == (day(20), "Storm.")


def test_the_first_day_of_what_has_begun_is_not_taken_from_the_form(client, staff):
    phase = write_down(a_phase("Weave", -9, 9), began=-8)
    sent = {"begins_on": day(-2), "ends_on": day(20), "reason": "Storm.", "based_on": phase.revision}
    assert client.post(at("move", phase), sent).status_code == 302
    assert (fresh(phase).begins_on, fresh(phase).ends_on) == (day(-9), day(20))


@pytest.mark.parametrize("name", ["change", "move", "begin", "end"])
def test_who_was_slower_sees_their_words_and_how_it_stands_now(client, staff, name):
    phase = a_phase("Weave", -1, 9)
    move(phase, -1, 20, "A colleague's reason.")
    typed = {
        "change": {"name": "Mine", "purpose": "My long text", "place": 1},
        "move": {"begins_on": day(-1), "ends_on": day(30), "reason": "My long text"},
        "begin": {"on": day(0)},
        "end": {"on": day(0)},
    }[name]
    shown = client.post(at(name, phase), typed | {"based_on": 1})
    form = shown.context["form"]
    assert (shown.status_code, form["based_on"].value(), len(form.non_field_errors())) == (409, 2, 1)
    assert {key: str(form[key].value()) for key in typed} == {key: str(value) for key, value in typed.items()}
    assert (shown.context["phase"].name, shown.context["phase"].ends_on) == ("Weave", day(20))


def test_a_stale_form_pressed_again_is_a_decision(client, staff):
    phase = a_phase("Weave", -1, 9)
    move(phase, -1, 20, "A colleague's reason.")
    sent = {"name": "Mine", "purpose": "Mine.", "place": 1}
    again = client.post(at("change", phase), sent | {"based_on": 1}).context["form"]["based_on"].value()
    assert client.post(at("change", phase), sent | {"based_on": again}).status_code == 302
    assert (fresh(phase).name, fresh(phase).ends_on) == ("Mine", day(20))


def test_staff_write_down_what_happened_and_are_reminded_of_what_they_have_not(client, staff):
    phase = a_phase("Weave", -9, -1)
    listed = reverse("consultation:phase-list")
    assert "It was planned to begin on" in in_words(client, listed)
    client.post(at("begin", phase), {"on": day(-8), "based_on": 1})
    assert "It was planned to end on" in in_words(client, listed)
    client.post(at("end", phase), {"on": day(0), "based_on": 2})
    page = in_words(client, listed)
    assert ("It was planned to" in page, fresh(phase).began_on, fresh(phase).ended_on) == (False, day(-8), day(0))


@pytest.mark.parametrize(("name", "on"), [("begin", 1), ("end", 0)])
def test_what_has_not_happened_is_refused_at_its_day(client, staff, name, on):
    phase = a_phase("Weave", -9, 9)
    shown = client.post(at(name, phase), {"on": day(on), "based_on": 1})
    assert (shown.status_code, list(shown.context["form"].errors)) == (422, ["on"])


@pytest.mark.parametrize("days", [(-9, 9), (3, 9)])
def test_staff_call_a_phase_off_and_everybody_reads_why_on_the_timeline_and_at_home(client, staff, days):
    phase = a_phase("Dye", *days)
    page = in_words(client, at("call-off", phase))
    assert "Call it off and tell why" in page
    sent = {"reason": "No money came.", "reason_cy": "Dim arian.", "based_on": 1}
    assert client.post(at("call-off", phase), sent)["Location"] == reverse("consultation:phase-list")
    client.logout()
    english, welsh = in_words(client), in_words(client, **{"Accept-Language": "cy"})
    assert [words in english for words in ("Called off", "No money came.", "Under way now", "What comes next")] == [
        True,
        True,
        False,
        False,
    ]
    assert ("Dim arian." in welsh, "Called off" in in_words(client, "/")) == (True, True)


def test_a_phase_is_not_called_off_without_a_reason_when_it_is_over_or_by_a_stale_form(client, staff):
    ahead, over = a_phase("Dye", 3, 9), a_phase("Weave", -9, -1)
    shown = client.post(at("call-off", ahead), {"reason": "", "reason_cy": "Dim arian.", "based_on": 1})
    assert (shown.status_code, shown.context["form"].errors, shown.context["form"]["reason_cy"].value()) == (
        422,
        {"reason": ["Say why it is called off. Everybody who counted on it will read it."]},
        "Dim arian.",
    )
    assert "This phase is over, so it cannot be called off any more." in in_words(client, at("call-off", over))
    assert client.post(at("call-off", over), {"reason": "Storm", "based_on": 1}).status_code == 422
    stale = client.post(at("call-off", ahead), {"reason": "Storm", "based_on": 0})
    assert (stale.status_code, stale.context["form"]["reason"].value()) == (409, "Storm")
    assert Phase.objects.filter(called_off_on__isnull=False).count() == 0


def test_of_a_phase_that_was_called_off_staff_can_only_change_the_words(client, staff):
    phase = call_off(a_phase("Dye", 3, 9))
    page = in_words(client, reverse("consultation:phase-list"))
    ways = [at(name, phase) in page for name in ("change", "move", "begin", "call-off")]
    assert (ways, "No money came." in page) == ([True, False, False, False], True)
    shown = client.post(at("move", phase), {"begins_on": day(4), "ends_on": day(9), "reason": "Rain", "based_on": 2})
    assert (shown.status_code, shown.context["form"].non_field_errors()) == (
        422,
        ["This phase was called off. If it takes place after all, add it anew."],
    )
