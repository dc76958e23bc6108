"""Headers that keep private pages private, how long staff stay signed in, and the second step before staff's pages."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch

from commons.people.models import SIGNED_IN_AT
from coopstrategy.middleware import (
    MOST_BYTES_OF_A_FORM,
    PERMISSIONS_POLICY,
    LimitsMiddleware,
    PrivacyHeadersMiddleware,
)
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

HOUR = 3600


def entered(**made) -> Client:
    client = Client()
    client.force_login(UserFactory(**made))
    return client


@pytest.mark.parametrize("address", ["/", "/you/", "/about/"])
def test_what_a_signed_in_person_sees_is_kept_by_no_store(address):
    caching = entered().get(address)["Cache-Control"]
    assert {word.strip() for word in caching.split(",")} >= {"no-store", "private"}


@pytest.mark.parametrize("address", ["/accounts/login/", "/census/", "/census/code/", "/staff/", "/census/nowhere/"])
def test_private_parts_are_kept_by_no_store_even_from_strangers(address, client):
    caching = client.get(address)["Cache-Control"]
    assert {word.strip() for word in caching.split(",")} >= {"no-store", "private"}


def test_public_pages_may_be_kept_for_strangers(client):
    assert "no-store" not in client.get("/about/").headers.get("Cache-Control", "")


@pytest.mark.parametrize("address", ["/", "/nowhere/", "/you/"])
def test_every_answer_forbids_what_the_site_does_not_use(address, client):
    assert client.get(address)["Permissions-Policy"] == PERMISSIONS_POLICY


@pytest.mark.parametrize(
    ("kwargs", "policy"), [({"key": "x"}, "same-origin"), ({"token": "x"}, "same-origin"), ({"slug": "x"}, None)]
)
def test_an_address_that_carries_a_secret_is_not_told_to_other_sites(kwargs, policy):
    request = RequestFactory().get("/x/")
    request.resolver_match = ResolverMatch(lambda: None, (), kwargs)
    assert PrivacyHeadersMiddleware(lambda _request: HttpResponse())(request).headers.get("Referrer-Policy") == policy


# --- how long -------------------------------------------------------------------------------------------------------------


def signed_in_for(client: Client, hours: float) -> Client:
    session = client.session
    session[SIGNED_IN_AT] = int(time.time() - hours * HOUR)
    session.save()
    return client


@pytest.mark.parametrize(
    ("made", "hours", "stays"),
    [
        ({"roles": ["staff"]}, 11.9, True),
        ({"roles": ["staff"]}, 12.1, False),
        ({"roles": ["analyst"]}, 12.1, False),
        ({"roles": ["staff"], "roles__mfa": False}, 12.1, False),
        ({"roles": ["chair"]}, 12.1, True),
        ({}, 13 * 24, True),
    ],
)
def test_staff_are_asked_again_after_twelve_hours_and_others_are_not(made, hours, stays):
    client = signed_in_for(entered(**made), hours)
    answer = client.get("/you/")
    assert (answer.status_code, "_auth_user_id" in client.session) == ((200, True) if stays else (302, False))
    if not stays:
        assert answer.url == "/accounts/login/?next=/you/"


def test_a_session_that_does_not_say_when_it_began_counts_from_now():
    client = entered(roles=["staff"])
    client.get("/you/")
    assert abs(client.session[SIGNED_IN_AT] - time.time()) < 60


# --- the second step ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/staff/", "/staff/people/", "/exports/", "/admin/", "/admin/people/user/", "/staff/nowhere/"]
)
def test_staff_without_a_second_step_are_sent_to_set_it_up(address):
    answer = entered(roles=["staff", "analyst"], roles__mfa=False).get(address)
    assert (answer.status_code, answer.url) == (302, "/accounts/2fa/totp/activate/")


def test_others_are_not_sent_there():
    assert [
        entered(**made).get("/staff/people/").status_code for made in ({}, {"roles": ["chair"]}, {"roles": ["staff"]})
    ] == [404, 404, 200]


def test_the_page_to_set_it_up_opens_for_them():
    assert entered(roles=["staff"], roles__mfa=False).get("/accounts/2fa/totp/activate/").status_code == 200


def test_a_staff_door_outside_the_usual_places_is_closed_all_the_same():
    """The redirect is a kindness; the lock is that the role is not in force."""
    person = UserFactory(roles=["staff"], roles__mfa=False)
    assert (person.has_perm("people.see_people"), person.is_staff) == (False, False)


# --- what no page can use -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/", MOST_BYTES_OF_A_FORM),
        ("/accounts/login/", MOST_BYTES_OF_A_FORM),
        ("/census/code/", MOST_BYTES_OF_A_FORM),
        ("/staff/register/", 2 * 1_000 + MOST_BYTES_OF_A_FORM),
    ],
)
def test_a_body_larger_than_any_form_is_refused_before_it_is_read(settings, address, most):
    settings.REGISTER_MAX_BYTES = 1_000
    answers = []
    for length in (most, most + 1):
        request = RequestFactory().post(address)
        request.META["CONTENT_LENGTH"] = str(length)
        answers.append(LimitsMiddleware(lambda _request: HttpResponse())(request).status_code)
    assert answers == [200, 413]


def test_files_of_strangers_do_not_reach_the_disk(client, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "not there, so writing would be an error"
    answer = client.post("/census/code/", {"code": SimpleUploadedFile("x", b"x" * MOST_BYTES_OF_A_FORM)})
    assert (answer.status_code, "We stopped before reading it" in answer.content.decode()) == (413, True)


def test_logs_tell_which_page_was_asked_for_but_not_what_was_looked_for(client, caplog):
    caplog.set_level("INFO")
    client.get("/census/code/?wave=CANARY&q=CANARY", HTTP_X_FORWARDED_FOR="192.0.2.99")
    said = "\n".join(str(record.msg) for record in caplog.records)
    assert ("GET /census/code/" in said, "CANARY" in said, "192.0.2.99" in said) == (True, False, False)
