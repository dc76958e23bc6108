"""Signing up and in: by code or password, with a second step, within limits, and without telling who has an account."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commons.people.adapters import MfaAdapter
from commons.people.models import User
from tests.factories.people import TOTP_SECRET, AppointmentFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGIN, CONFIRM = "/accounts/login/", "/accounts/login/code/confirm/"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


def with_password(**more) -> User:
    person = UserFactory(**more)
    person.set_password(PASSWORD)
    person.save()
    return person


def code_in(mail) -> str:
    return re.search(r"^(\d{6})$", mail.body, re.MULTILINE)[1]


def app_code(steps_back: int = 0) -> str:
    return format_hotp_value(hotp_value(TOTP_SECRET, list(yield_hotp_counters_from_time())[1 - steps_back]))


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- by code --------------------------------------------------------------------------------------------------------------


def test_a_person_signs_in_by_a_six_digit_code(client, mailoutbox):
    person = UserFactory()
    answer = client.post(LOGIN, {"login": person.email.upper(), "password": ""})
    assert (answer.status_code, answer.url.split("?")[0], is_in(client)) == (302, CONFIRM, False)
    assert [mail.to for mail in mailoutbox] == [[person.email]]
    answer = client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert (answer.url, is_in(client)) == ("/you/", True)


def test_after_three_wrong_codes_the_right_one_is_worth_nothing(client, mailoutbox):
    client.post(LOGIN, {"login": UserFactory().email})
    code = code_in(mailoutbox[0])
    for _ in range(3):
        client.post(CONFIRM, {"code": "000000" if code != "000000" else "111111"})
    client.post(CONFIRM, {"code": code})
    assert is_in(client) is False


def test_opening_the_code_page_uses_nothing_up(client, mailoutbox):
    client.post(LOGIN, {"login": UserFactory().email})
    for _ in range(5):
        client.get(CONFIRM)
    client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert is_in(client) is True


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("address", "field"), [(LOGIN, "login"), ("/accounts/password/reset/", "email"), ("/accounts/signup/", "email")]
)
def test_nobody_can_flood_a_mailbox(mailoutbox, address, field, known):
    person = UserFactory(email="victim@example.coop") if known else None
    for minute in range(9):
        with time_machine.travel(timezone.now() + timedelta(minutes=minute)):
            Client(REMOTE_ADDR=f"192.0.2.{minute}").post(address, {field: "victim@example.coop", "name": "Somebody"})
    assert (len(mailoutbox), bool(person)) == (5, known)


def test_a_stranger_cannot_tell_who_has_an_account(mailoutbox):
    known, unknown = Client(), Client()
    answers = [
        known.post(LOGIN, {"login": UserFactory(email="a@example.coop").email}),
        unknown.post(LOGIN, {"login": "b@example.coop"}),
    ]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, CONFIRM)] * 2
    pages = [re.sub(r'value="[^"]{20,}"', "", client.get(CONFIRM).content.decode()) for client in (known, unknown)]
    assert pages[0].replace("a@example.coop", "") == pages[1].replace("b@example.coop", "")
    assert [mail.subject for mail in mailoutbox] == [
        "Your code to sign in to Co-op Strategy",
        "No account with this address at Co-op Strategy",
    ]


# --- by password ----------------------------------------------------------------------------------------------------------


def test_a_person_signs_in_by_password(client):
    client.post(LOGIN, {"login": with_password().email, "password": PASSWORD})
    assert is_in(client) is True


@pytest.mark.parametrize("header", [None, "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP"])
def test_after_five_wrong_passwords_the_right_one_is_refused_wherever_it_seems_to_come_from(header):
    person = with_password()

    def tries(password: str, number: int) -> Client:
        client = Client()
        client.post(
            LOGIN, {"login": person.email, "password": password}, **({header: f"10.0.0.{number}"} if header else {})
        )
        return client

    for number in range(5):
        tries("wrong", number)
    assert is_in(tries(PASSWORD, 99)) is False


def test_rotating_the_forwarded_address_does_not_escape_the_limit_for_one_machine():
    people = [with_password() for _ in range(11)]
    for number, person in enumerate(people[:10]):
        Client().post(LOGIN, {"login": person.email, "password": "wrong"}, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    client = Client()
    client.post(LOGIN, {"login": people[10].email, "password": PASSWORD}, HTTP_X_FORWARDED_FOR="10.9.9.9")
    assert is_in(client) is False


def test_a_good_sign_in_between_does_not_wipe_the_count():
    victim, own = with_password(), with_password()
    for _ in range(4):
        Client().post(LOGIN, {"login": victim.email, "password": "wrong"})
    Client().post(LOGIN, {"login": own.email, "password": PASSWORD})
    Client().post(LOGIN, {"login": victim.email, "password": "wrong"})
    client = Client()
    client.post(LOGIN, {"login": victim.email, "password": PASSWORD})
    assert is_in(client) is False


def test_a_wrong_password_reads_the_same_for_known_and_unknown_addresses():
    person = with_password()
    pages = [
        Client().post(LOGIN, {"login": address, "password": "wrong"}).context["form"].errors.as_text()
        for address in (person.email, "nobody@example.coop")
    ]
    assert pages[0] == pages[1]


def test_passwords_are_hashed_with_argon2_unless_tests_say_otherwise(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    person = UserFactory()
    person.set_password(PASSWORD)
    assert person.password.split("$")[0] == "argon2"


# --- signing up -----------------------------------------------------------------------------------------------------------


def test_a_new_person_signs_up_with_name_and_address_and_is_in_once_the_code_is_typed(client, mailoutbox):
    client.post("/accounts/signup/", {"name": "New Person", "email": "New@Example.coop"})
    person = User.objects.get()
    assert (person.name, person.email, person.has_usable_password(), is_in(client)) == (
        "New Person",
        "new@example.coop",
        False,
        False,
    )
    client.post("/accounts/confirm-email/", {"code": code_in(mailoutbox[0])})
    assert (is_in(client), EmailAddress.objects.get().verified) == (True, True)


def test_the_mail_to_a_new_address_does_not_repeat_the_name_that_was_typed(client, mailoutbox):
    client.post("/accounts/signup/", {"name": "Buy at http://evil.example", "email": "victim@example.coop"})
    assert [("evil" in mail.body, "evil" in mail.subject) for mail in mailoutbox] == [(False, False)]


def test_signing_up_with_a_known_address_looks_the_same_and_changes_nothing(client, mailoutbox):
    person = UserFactory(name="Before")
    known = client.post("/accounts/signup/", {"name": "After", "email": person.email})
    new = Client().post("/accounts/signup/", {"name": "After", "email": "other@example.coop"})
    person.refresh_from_db()
    assert ((known.status_code, known.url), person.name, User.objects.count()) == (
        (new.status_code, new.url),
        "Before",
        2,
    )
    assert mailoutbox[0].subject == "You already have an account at Co-op Strategy"


@pytest.mark.parametrize("password", ["short", "password1234", "1234567890"])
def test_a_weak_password_is_refused_and_the_rest_kept(client, password):
    answer = client.post("/accounts/signup/", {"name": "N", "email": "n@example.coop", "password1": password})
    form = answer.context["form"]
    # All digits are only common, not too short: the list of common passwords knows them.
    assert (list(form.errors), form["email"].value(), User.objects.count()) == (["password1"], "n@example.coop", 0)


# --- the second step ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["password", "code"])
def test_whoever_has_a_second_step_is_asked_for_it_whichever_way_they_sign_in(client, mailoutbox, way):
    person = with_password(roles=["staff"])
    client.post(LOGIN, {"login": person.email, "password": PASSWORD if way == "password" else ""})
    if way == "code":
        client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert (is_in(client), client.get("/staff/people/").status_code) == (False, 302)
    assert client.post(reverse("mfa_authenticate"), {"code": app_code()}).url == "/you/"
    assert (is_in(client), client.get("/staff/people/").status_code) == (True, 200)


def test_a_code_of_the_app_works_once():
    person = with_password(roles=["staff"])
    code, results = app_code(), []
    for _ in range(2):
        client = Client()
        client.post(LOGIN, {"login": person.email, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code})
        results.append(is_in(client))
    assert results == [True, False]


def test_guessing_the_second_step_is_limited(client):
    person = with_password(roles=["staff"])
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    wrong = "000000" if app_code() != "000000" else "111111"
    for _ in range(12):
        client.post(reverse("mfa_authenticate"), {"code": wrong})
    client.post(reverse("mfa_authenticate"), {"code": app_code()})
    assert is_in(client) is False


def test_a_recovery_code_lets_in_who_lost_the_telephone(client):
    person = with_password(roles=["staff"])
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(client) is True


def test_staff_set_up_the_second_step_and_their_role_is_in_force(client, mailoutbox):
    person = UserFactory(roles=["staff"], roles__mfa=False)
    client.post(LOGIN, {"login": person.email})
    client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert client.get("/staff/people/").url == reverse("mfa_activate_totp")
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    code = format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))
    client.post(reverse("mfa_activate_totp"), {"code": code})
    kept = Authenticator.objects.get(user=person, type="totp").data["secret"]
    assert (client.get("/staff/people/").status_code, secret == kept, MfaAdapter().decrypt(kept) == secret) == (
        200,
        False,
        True,
    )


def test_a_session_begun_without_the_second_step_shows_it_before_staff_pages_open(mailoutbox):
    """Whoever got into an ordinary session of somebody who is appointed later does not get the role along with it."""
    person, thief = UserFactory(), Client()
    thief.post(LOGIN, {"login": person.email})
    thief.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    secret = MfaAdapter().encrypt(TOTP_SECRET)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": secret})
    AppointmentFactory(user=person, role="staff")
    doors = ["/staff/people/", "/exports/", "/admin/people/user/"]
    again = reverse("mfa_reauthenticate")
    assert [thief.get(door).url for door in doors] == [f"{again}?next={door}" for door in doors]
    assert thief.get("/you/").status_code == 200
    thief.post(again, {"code": app_code()})
    assert [thief.get(door).status_code for door in doors[::2]] == [200, 200]


def test_secrets_of_second_steps_outlive_a_change_of_the_key(settings):
    closed = MfaAdapter().encrypt("secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key"
    assert (MfaAdapter().decrypt(closed), "secret" in closed) == ("secret", False)


@pytest.mark.parametrize("has", [{"roles": ["staff"]}, {"password": PASSWORD}])
def test_nobody_changes_the_address_of_an_open_session_without_showing_who_they_are(client, mailoutbox, has):
    person = with_password(roles=has.get("roles", []))
    if "password" not in has:
        person.set_unusable_password()
        person.save()
    client.force_login(person)
    answer = client.post("/accounts/email/", {"action_add": "", "email": "thief@example.coop"})
    again = "/accounts/2fa/reauthenticate/" if "roles" in has else "/accounts/reauthenticate/"
    assert (answer.url.split("?")[0], len(mailoutbox)) == (again, 0)
    answer = client.post(answer.url, {"code": app_code(), "password": PASSWORD})
    assert (answer.url, [mail.to for mail in mailoutbox]) == ("/accounts/confirm-email/", [["thief@example.coop"]])


# --- the admin ------------------------------------------------------------------------------------------------------------


def test_the_admin_is_entered_through_our_sign_in(client):
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").url.split("?")[0] == LOGIN
    person = with_password(roles=["staff"])
    client.post("/admin/login/", {"username": person.email, "password": PASSWORD})
    assert is_in(client) is False


def test_the_admin_is_for_staff_and_only_to_look_at():
    answers = {}
    for role in ("staff", "analyst", "editor"):
        client = Client()
        client.force_login(UserFactory(roles=[role]))
        answers[role] = [
            client.get(address, follow=False).status_code
            for address in ("/admin/people/user/", "/admin/people/organisation/?q=x", "/admin/people/membership/")
        ]
    assert (answers["staff"], 200 in answers["analyst"] + answers["editor"]) == ([200] * 3, False)


def test_nothing_can_be_changed_in_the_admin():
    person = UserFactory()
    client = Client()
    client.force_login(UserFactory(roles=["staff"]))
    page = client.get(f"/admin/people/user/{person.pk}/change/")
    answers = [
        client.post(f"/admin/people/user/{person.pk}/change/", {"name": "Changed"}).status_code,
        client.post(f"/admin/people/user/{person.pk}/delete/", {"post": "yes"}).status_code,
        client.get("/admin/people/user/add/").status_code,
    ]
    person.refresh_from_db()
    assert (page.status_code, answers, person.name == "Changed") == (200, [404] * 3, False)
    assert person.password not in page.content.decode()


@pytest.mark.parametrize(
    "lookup", ["password__startswith", "password", "last_login__gt", "email__startswith", "pk__gt"]
)
def test_the_admin_answers_no_question_by_filters_it_does_not_offer(client, lookup):
    client.force_login(UserFactory(roles=["staff"]))
    assert client.get("/admin/people/user/", {lookup: "1"}).status_code == 400


def test_the_admin_refuses_a_character_that_no_database_holds(client):
    client.force_login(UserFactory(roles=["staff"]))
    assert client.get("/admin/people/membership/?state__exact=%00").status_code == 400


def test_the_filters_the_admin_offers_work(client):
    client.force_login(UserFactory(roles=["staff"]))
    answers = [
        client.get(f"/admin/people/{address}").status_code
        for address in (
            "organisation/?status__exact=live",
            "membership/?state__exact=asked",
            "appointment/?role__exact=x",
        )
    ]
    assert answers == [200, 200, 200]
