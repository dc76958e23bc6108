"""Answering as a member: with a colleague, for two organisations, after joining by code; and nothing for anybody else."""

import pytest
from django.urls import reverse

from census.models import Case, PageRevision, Response
from commons.people.models import Membership
from tests.factories.people import MembershipFactory
from tests.journeys.conftest import PASSWORD
from tests.journeys.visitor import SAVE

LAST_WORDS = "/census/needs-2026/strategy/else/"


@pytest.fixture
def second_case(wave) -> Case:
    return Case.objects.select_related("wave").get(name="Siop Gymunedol Llanfair")


def test_two_members_answer_one_census_together(somebody, script, case, person):
    ann, ben = person("ann@example.coop", name="Ann Example"), person("ben@example.coop", name="Ben Example")
    for user in (ann, ben):
        MembershipFactory(user=user, organisation=case.organisation)
    first, second = somebody(script=script), somebody(script=script)
    first.opens("/accounts/login/").signs_in(ann.email, PASSWORD)
    first.opens("/census/needs-2026/start/form/").fills_in({"q01": "en", "q02": "short"})
    first.presses(SAVE)
    second.opens("/accounts/login/").signs_in(ben.email, PASSWORD)
    second.opens("/census/needs-2026/").follows("Carry on")
    assert second.place == "/census/needs-2026/start/who/"
    second.fills_in({"q03": "board"})
    first.fills_in({"q03": "own_view"})
    second.presses(SAVE)
    first.presses(SAVE)
    assert first.heading == "Somebody else answered this too"
    assert "by Ben Example" in first.text
    first.page.locator("label", has_text="What is saved now:").click()
    first.presses("Keep these and continue")
    assert [(row.page_key, row.saved_by) for row in PageRevision.objects.order_by("pk")] == [
        ("start/form", ann),
        ("start/who", ben),
    ]
    assert Response.objects.count() == 1


def test_a_member_of_another_organisation_gets_nothing(client, case, person, letter_for):
    """Neither pages nor saving; and the page of the wave leads to their own census, not to this one."""
    client.post(reverse("census:code"), {"code": letter_for(case)})
    token = client.get(LAST_WORDS).context["case_token"]
    client.post(LAST_WORDS, {"case": token, "based_on": "0", "q43": "A secret of Rivermead"})
    client.post(reverse("census:leave"))
    stranger = person("stranger@example.coop")
    client.force_login(stranger)
    pages = [
        reverse(f"census:{name}", args=["needs-2026"]) for name in ("hub", "check", "done", "answers", "suggestions")
    ]
    for path in [*pages, LAST_WORDS]:
        assert client.get(path)["Location"].startswith(reverse("census:code"))
    assert client.get(reverse("census:choose", args=["needs-2026"])).status_code == 404
    MembershipFactory(user=stranger, organisation=Case.objects.get(name="Siop Gymunedol Llanfair").organisation)
    for path in pages:
        assert "Rivermead" not in client.get(path, follow=True).content.decode()
    refused = client.post(LAST_WORDS, {"case": token, "based_on": "1", "q43": "Overwritten"})
    assert (refused.status_code, "A secret" in refused.content.decode()) == (409, False)
    assert [row.answers for row in PageRevision.objects.all()] == [{"q43": "A secret of Rivermead"}]
    staff = [reverse("census:wave", args=["needs-2026"]), reverse("census:answers-open", args=["needs-2026", case.pk])]
    assert [client.get(path).status_code for path in staff] == [404, 404]


def test_whoever_joins_by_code_needs_no_code_next_time(somebody, script, case, code, person):
    ann = person("ann@example.coop")
    at_work = somebody(script=script)
    at_work.opens("/accounts/login/").signs_in(ann.email, PASSWORD)
    at_work.comes_in_with(code)
    at_work.presses("Join it, and you will not need the code again")
    assert at_work.notes == [f"You are a member of {case.name} now. Next time, just sign in."]
    assert [(row.organisation, row.state, row.how) for row in Membership.objects.filter(user=ann)] == [
        (case.organisation, "verified", "code")
    ]
    at_home = somebody(script=script)
    at_home.opens("/census/needs-2026/")
    assert at_home.place == "/census/code/"
    at_home.opens("/accounts/login/").signs_in(ann.email, PASSWORD)
    at_home.opens("/census/needs-2026/")
    assert (at_home.place, case.name in at_home.text) == ("/census/needs-2026/", True)


def test_a_member_of_two_organisations_chooses_and_two_tabs_are_never_mixed(visitor, case, second_case, person):
    ann = person("ann@example.coop")
    for one in (case, second_case):
        MembershipFactory(user=ann, organisation=one.organisation)
    visitor.opens("/accounts/login/").signs_in(ann.email, PASSWORD)

    def chooses(tab, name: str) -> None:
        tab.page.get_by_text(name, exact=True).click()
        tab.presses("Continue")

    visitor.opens(LAST_WORDS)
    assert visitor.place == "/census/needs-2026/choose/"
    visitor.presses("Continue")
    assert visitor.errors == ["Choose which organisation you are answering for"]
    chooses(visitor, case.name)
    visitor.opens(LAST_WORDS).fills_in({"q43": "Rivermead needs a boiler"})
    other = visitor.another_tab().opens("/census/needs-2026/choose/")
    chooses(other, second_case.name)
    assert second_case.name in other.text
    visitor.presses(SAVE)
    assert visitor.page.locator("textarea").input_value() == "Rivermead needs a boiler"
    assert f"You are answering for {second_case.name} now." in visitor.errors[0]
    assert PageRevision.objects.count() == 0

    other.opens(LAST_WORDS)
    assert other.page.locator("textarea").input_value() == ""
    visitor.follows("Answer for the other organisation")
    chooses(visitor, case.name)
    assert (visitor.place, visitor.page.locator("textarea").input_value()) == (LAST_WORDS, "Rivermead needs a boiler")
    visitor.presses(SAVE)
    assert [(row.response.case, row.answers) for row in PageRevision.objects.all()] == [
        (case, {"q43": "Rivermead needs a boiler"})
    ]


def test_two_codes_in_two_tabs_are_never_mixed(visitor, case, second_case, letter_for):
    first_code, second_code = letter_for(case), letter_for(second_case)
    visitor.comes_in_with(first_code)
    visitor.opens(LAST_WORDS).fills_in({"q43": "Rivermead needs a boiler"})
    visitor.another_tab().comes_in_with(second_code)
    visitor.presses(SAVE)
    assert PageRevision.objects.count() == 0
    assert visitor.page.get_by_role("button", name="Save").count() == 0
    visitor.follows("Answer for the other organisation")
    assert visitor.place == "/census/code/"
    visitor.page.get_by_label("Your census code").fill(first_code)
    visitor.presses("Continue")
    visitor.presses(SAVE)
    assert [(row.response.case, row.answers) for row in PageRevision.objects.all()] == [
        (case, {"q43": "Rivermead needs a boiler"})
    ]


def test_a_member_who_used_the_code_of_another_organisation_finds_back_to_their_own(
    visitor, case, second_case, letter_for, person
):
    ann = person("ann@example.coop")
    MembershipFactory(user=ann, organisation=case.organisation)
    visitor.opens("/accounts/login/").signs_in(ann.email, PASSWORD)
    visitor.opens(LAST_WORDS).fills_in({"q43": "Rivermead needs a boiler"})
    visitor.another_tab().comes_in_with(letter_for(second_case))
    visitor.presses(SAVE)
    visitor.follows("Answer for the other organisation")
    visitor.page.get_by_text(case.name, exact=True).click()
    visitor.presses("Continue")
    assert (visitor.place, visitor.page.locator("textarea").input_value()) == (LAST_WORDS, "Rivermead needs a boiler")
    visitor.presses(SAVE)
    assert [(row.response.case, row.answers) for row in PageRevision.objects.all()] == [
        (case, {"q43": "Rivermead needs a boiler"})
    ]
