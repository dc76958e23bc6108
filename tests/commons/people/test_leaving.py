"""Closing an account: what a person is shown and asked, what is refused, and what they find when it is done."""

import re
import time

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from commons.audit.models import Entry
from commons.contributions.models import Contribution
from commons.people.actions import AnswerMissing, LastOfStaff, close_account
from commons.people.models import SIGNED_IN_AT, User
from commons.people.reports.leaving import keepers
from tests.factories.contributions import ContributionFactory
from tests.factories.people import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

CLOSE, CLOSED = "/you/close/", "/closed/"


def entered(person: User, *, hours_ago: float = 0) -> Client:
    client = Client()
    client.force_login(person)
    session = client.session
    session[SIGNED_IN_AT] = int(time.time() - hours_ago * 3600)
    session.save()
    return client


# --- the action -----------------------------------------------------------------------------------------------------------


def test_every_app_that_holds_something_of_people_has_its_word():
    assert [keeper.name for keeper in keepers()] == ["blog", "census", "consultation", "contributions", "moderation"]


def test_the_row_goes_and_the_record_says_so_by_number_alone():
    person = UserFactory(name="Ysolde Quillfeather")
    number = person.pk
    entry = close_account(person, by=person, answers={})
    assert not User.objects.filter(pk=number).exists()
    assert (entry.verb, entry.actor_label, entry.target_label, entry.data) == (
        "close_account",
        f"person {number}",
        f"person {number}",
        {"answers": {}},
    )


def test_the_only_member_of_staff_cannot_leave():
    person = UserFactory(roles=["staff"])
    UserFactory(roles=["analyst"])
    with pytest.raises(LastOfStaff):
        close_account(person, by=person, answers={})
    assert User.objects.filter(pk=person.pk).exists()
    UserFactory(roles=["staff"])
    close_account(person, by=person, answers={})
    assert not User.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize("answers", [{}, {"contributions": "perhaps"}, {"blog": "stay"}])
def test_nothing_is_erased_before_the_person_has_said_what_they_wish(answers):
    said = ContributionFactory()
    with pytest.raises(AnswerMissing):
        close_account(said.author, by=said.author, answers=answers)
    assert Contribution.objects.get().author == said.author
    assert not Entry.objects.filter(verb__in=["close_account", "settle_contributions"]).exists()


# --- the pages ------------------------------------------------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_stays():
    person = UserFactory(roles=["scribe"])
    MembershipFactory(user=person)
    ContributionFactory(author=person)
    page = entered(person).get(CLOSE).content.decode()
    told = [
        "Your name, your e-mail address, your password and your second sign-in step",
        "Your membership of an organisation here",
        "Your roles here, also those that are over, and what you said about yourself in them",
        "What you decided or wrote in a role, without your name",
        "What others replied to you",
        "You said one thing here. What should happen to it?",
    ]
    assert [line for line in told if line not in page] == []


def test_somebody_who_left_nothing_is_asked_nothing():
    page = entered(UserFactory()).get(CLOSE).content.decode()
    assert ("What stays" in page, 'type="radio"' in page) == (False, False)


def test_closing_erases_signs_out_and_gives_a_receipt():
    said = ContributionFactory(body="Lend to us.")
    client = entered(said.author)
    answer = client.post(CLOSE, {"email": f" {said.author.email.upper()} ", "contributions": "stay"}, follow=True)
    assert answer.redirect_chain == [(CLOSED, 302)]
    receipt = Entry.objects.get(verb="close_account").pk
    assert f"<strong>{receipt}</strong>" in answer.content.decode()
    assert not User.objects.filter(pk=said.author_id).exists()
    row = Contribution.objects.get()
    assert (row.author, row.body, row.name_shown) == (None, "Lend to us.", "Somebody who has closed their account")
    # The back button and a second click lead to signing in, and to nothing worse.
    assert client.post(CLOSE, {"email": said.author.email, "contributions": "stay"}).status_code == 302
    assert client.get("/you/").status_code == 302


def test_another_device_is_signed_out_too():
    person = UserFactory()
    elsewhere = entered(person)
    assert elsewhere.get("/you/").status_code == 200
    entered(person).post(CLOSE, {"email": person.email})
    assert elsewhere.get("/you/").status_code == 302


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"email": ""}, "Type the e-mail address of this account."),
        ({"email": "somebody@else.coop"}, "This is not the address of this account"),
        ({"email": "nonsense"}, "Type the e-mail address of this account."),
        ({"contributions": ""}, "Choose what should happen to what you said."),
        ({"contributions": "perhaps"}, "Choose what should happen to what you said."),
    ],
)
def test_a_wrong_answer_is_said_and_nothing_is_erased(sent, told):
    said = ContributionFactory()
    given = {"email": said.author.email, "contributions": "go"} | sent
    answer = entered(said.author).post(CLOSE, given)
    page = answer.content.decode()
    assert (answer.status_code, told in page, "Error:" in page) == (422, True, True)
    assert Contribution.objects.get().body == said.body
    if given["contributions"] == "go":
        assert re.search(r'value="go"[^>]*checked', page)
    if given["email"]:
        assert f'value="{given["email"]}"' in page


def test_the_only_member_of_staff_is_told_why():
    person = UserFactory(roles=["staff"])
    answer = entered(person).post(CLOSE, {"email": person.email})
    assert (answer.status_code, "You are the only member of staff" in answer.content.decode()) == (422, True)


def test_an_old_session_has_to_sign_in_again_first():
    person = UserFactory()
    client = entered(person, hours_ago=1.1)
    for answer in (client.get(CLOSE), client.post(CLOSE, {"email": person.email})):
        assert "Sign in again first" in answer.content.decode()
    assert User.objects.filter(pk=person.pk).exists()
    answer = client.post(reverse("account_logout"), {"next": f"{reverse('account_login')}?next={CLOSE}"})
    assert answer["Location"] == f"{reverse('account_login')}?next={CLOSE}"


def test_the_page_of_a_closed_account_tells_a_passer_by_nothing():
    page = Client().get(CLOSED).content.decode()
    assert ("Your account is closed" in page, "receipt" in page) == (False, False)


def test_more_things_said_cost_no_more_queries(django_assert_max_num_queries):
    person = UserFactory()
    client = entered(person)
    ContributionFactory.create_batch(3, author=person)
    client.get(CLOSE)
    with django_assert_max_num_queries(25) as few:
        client.get(CLOSE)
    ContributionFactory.create_batch(10, author=person)
    with django_assert_max_num_queries(len(few)):
        client.get(CLOSE)


# --- the command ----------------------------------------------------------------------------------------------------------


def test_staff_close_an_account_for_who_cannot(capsys):
    said = ContributionFactory()
    with pytest.raises(CommandError, match=r"--answer contributions=stay\|go"):
        call_command("close_account", said.author.email)
    assert User.objects.filter(pk=said.author_id).exists()
    call_command("close_account", said.author.email.upper(), "--answer", "contributions=go")
    assert "Erased. Receipt number: " in capsys.readouterr().out
    assert not User.objects.filter(pk=said.author_id).exists()


def test_the_command_says_when_nobody_has_this_address():
    with pytest.raises(CommandError, match="Nobody has this e-mail address here: who@example"):
        call_command("close_account", "who@example.coop")
