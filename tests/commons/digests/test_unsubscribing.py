"""A mail can be stopped by who holds it: with one tap, without a sign-in or a cookie; and opening the page changes nothing."""

import pytest
from django.core import signing
from django.test import Client

from commons.audit.models import Entry
from commons.digests.models import MailingList, Subscription
from tests.factories.notices import wish
from tests.factories.people import UserFactory

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def row(db):
    return wish(UserFactory(), "daily", at_once=True)


def path_of(row: Subscription, mailing_list: str = MailingList.DIGEST) -> str:
    return f"/unsubscribe/{row.token_for(mailing_list)}/"


def wishes(row: Subscription) -> tuple[str, bool]:
    row.refresh_from_db()
    return row.frequency, row.at_once


@pytest.fixture
def stranger():
    """A browser without cookies that is checked as a real server checks."""
    return Client(enforce_csrf_checks=True)


def test_one_click_stops_the_list_at_once_without_cookie_or_sign_in(stranger, row):
    answer = stranger.post(path_of(row), ONE_CLICK)
    assert (answer.status_code, wishes(row), dict(answer.cookies)) == (200, ("off", True), {})


def test_each_list_stops_by_itself(stranger, row):
    stranger.post(path_of(row, MailingList.AT_ONCE), ONE_CLICK)
    assert wishes(row) == ("daily", False)


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_scanner_that_opens_the_page_a_hundred_times_changes_nothing(stranger, row, method):
    entries = Entry.objects.count()
    answers = [getattr(stranger, method)(path_of(row)) for _ in range(100)]
    assert {answer.status_code for answer in answers} == {200}
    assert (wishes(row), Entry.objects.count(), dict(answers[0].cookies)) == (("daily", True), entries, {})


def test_a_token_with_one_bit_changed_is_nothing(stranger, row):
    token = row.token_for(MailingList.DIGEST).encode()
    tried = [
        bytes([*token[:at], token[at] ^ (1 << bit), *token[at + 1 :]]) for at in range(len(token)) for bit in range(7)
    ]
    for changed in tried:
        with pytest.raises(Subscription.DoesNotExist):
            Subscription.objects.found_by(changed.decode())
    # Those that can stand in an address at all, asked of the site; the last letters of a signature are where tokens go soft.
    asked = [changed.decode() for changed in tried if changed.isascii() and changed.decode().isprintable()]
    safe = [token for token in asked if not set(token) & set("/?#%\\ ")][-40:]
    answers = {stranger.post(f"/unsubscribe/{token}/", ONE_CLICK).status_code for token in safe}
    assert (len(safe), answers, wishes(row)) == (40, {404}, ("daily", True))


@pytest.mark.parametrize("token", ["", "1", "1.digest", "~", "1.digest~x", "x.digest", "%00", "a" * 3000])
def test_what_was_never_a_token_is_nothing(stranger, row, token):
    assert stranger.post(f"/unsubscribe/{token or 'x'}/").status_code == 404


def test_a_token_signed_for_something_else_is_nothing(row):
    for token in (signing.Signer().sign(f"{row.pk}.digest"), signing.dumps(row.pk)):
        with pytest.raises(Subscription.DoesNotExist):
            Subscription.objects.found_by(token)


def test_a_token_outlives_a_change_of_the_secret_key(stranger, row, settings):
    path = path_of(row)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    stranger.post(path, ONE_CLICK)
    assert wishes(row) == ("off", True)


def test_a_token_of_a_closed_account_is_nothing(stranger, row):
    type(row.person).objects.update(is_active=False)
    assert stranger.post(path_of(row)).status_code == 404


def test_less_often_is_offered_before_never(stranger, row):
    page = stranger.get(path_of(row)).content.decode()
    assert 0 < page.index("Once a week instead") < page.index("Never again")
    stranger.post(path_of(row), {"wish": "weekly"})
    assert wishes(row) == ("weekly", True)


@pytest.mark.parametrize(("mailing_list", "wished"), [("digest", "weekly"), ("digest", "off"), ("at-once", "off")])
def test_whatever_was_done_can_be_undone_with_one_tap(stranger, row, mailing_list, wished):
    answer = stranger.post(path_of(row, mailing_list), {"wish": wished})
    assert wishes(row) != ("daily", True)
    answer = stranger.post(path_of(row, mailing_list), {"wish": answer.context["undo"]})
    assert wishes(row) == ("daily", True)
    assert ">Undo<" in answer.content.decode() if wished == "weekly" else ">Undo<" not in answer.content.decode()


def test_who_gets_replies_at_once_and_no_digest_is_offered_a_digest_instead(stranger, db):
    row = wish(UserFactory(), "off", at_once=True)
    page = stranger.get(path_of(row, MailingList.AT_ONCE)).content.decode()
    assert 0 < page.index("In a digest once a week instead") < page.index("Never again")
    stranger.post(path_of(row, MailingList.AT_ONCE), {"wish": "weekly"})
    assert wishes(row) == ("weekly", False)


def test_once_it_is_stopped_the_page_says_so(stranger, row):
    stranger.post(path_of(row), ONE_CLICK)
    assert "You get none of these mails" in stranger.get(path_of(row)).content.decode()


def test_the_token_is_kept_out_of_what_other_sites_are_told(stranger, row):
    assert stranger.get(path_of(row))["Referrer-Policy"] == "same-origin"


def test_the_page_speaks_the_language_of_its_reader(stranger, row):
    type(row.person).objects.update(language="cy")
    page = stranger.get(path_of(row)).content.decode()
    said = ('lang="cy"', "<h1>Llai o negeseuon</h1>", ">Unwaith yr wythnos yn lle hynny<", ">Byth eto<")
    assert [words for words in said if words not in page] == []
