"""A mail can be stopped by who holds it: with one tap, without a sign-in or a cookie; and opening the page changes nothing."""

import pytest
import time_machine
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


@pytest.mark.parametrize(
    ("had", "mailing_list", "wished", "gets"),
    [
        (("daily", True), "digest", "weekly", ("weekly", True)),
        (("daily", True), "digest", "off", ("off", True)),
        (("weekly", False), "digest", "off", ("off", False)),
        (("daily", True), "at-once", "off", ("daily", False)),
        (("off", True), "at-once", "weekly", ("weekly", False)),
        (("off", True), "at-once", "off", ("off", False)),
    ],
)
def test_whatever_was_done_can_be_undone_with_one_tap(stranger, row, had, mailing_list, wished, gets):
    wish(row.person, had[0], at_once=had[1])
    answer = stranger.post(path_of(row, mailing_list), {"wish": wished})
    assert (wishes(row), ">Undo<" in answer.content.decode()) == (gets, True)
    answer = stranger.post(path_of(row, mailing_list), {"undo": answer.context["undo"]})
    assert (answer.status_code, wishes(row), ">Undo<" in answer.content.decode()) == (200, had, False)


def test_a_tap_that_changes_nothing_offers_no_undo(stranger, row):
    for _tap in range(2):
        answer = stranger.post(path_of(row), ONE_CLICK)
    assert (answer.status_code, wishes(row), ">Undo<" in answer.content.decode()) == (200, ("off", True), False)


@pytest.mark.parametrize(
    ("had", "mailing_list", "wished", "gets"),
    [
        (("off", False), "digest", "daily", ("off", False)),
        (("off", False), "digest", "weekly", ("off", False)),
        (("weekly", False), "digest", "weekly", ("weekly", False)),
        (("weekly", False), "digest", "daily", ("off", False)),
        (("off", False), "at-once", "on", ("off", False)),
        (("off", False), "at-once", "weekly", ("off", False)),
        (("daily", True), "at-once", "weekly", ("daily", False)),
        (("daily", False), "at-once", "daily", ("daily", False)),
    ],
)
def test_an_old_mail_in_other_hands_starts_no_mails(stranger, row, had, mailing_list, wished, gets):
    wish(row.person, had[0], at_once=had[1])
    assert stranger.post(path_of(row, mailing_list), {"wish": wished}).status_code == 200
    assert wishes(row) == gets


def stopped(stranger, row) -> str:
    return stranger.post(path_of(row), ONE_CLICK).context["undo"]


def test_undo_is_there_for_an_hour(stranger, row):
    with time_machine.travel("2027-03-03 12:00", tick=False):
        undo = stopped(stranger, row)
    with time_machine.travel("2027-03-03 13:00:01", tick=False):
        answer = stranger.post(path_of(row), {"undo": undo})
        assert (answer.status_code, wishes(row)) == (409, ("off", True))
        assert "This cannot be undone here any more" in answer.content.decode()
    with time_machine.travel("2027-03-03 12:59:59", tick=False):
        assert (stranger.post(path_of(row), {"undo": undo}).status_code, wishes(row)) == (200, ("daily", True))


def test_what_was_chosen_since_is_not_undone(stranger, row):
    undo = stopped(stranger, row)
    wish(row.person, "weekly", at_once=False)
    assert (stranger.post(path_of(row), {"undo": undo}).status_code, wishes(row)) == (409, ("weekly", False))


def test_an_undo_is_good_once_so_that_nothing_its_reader_chose_since_is_undone_by_it(stranger, row):
    undo = stopped(stranger, row)
    stranger.post(path_of(row), {"undo": undo})
    wish(row.person, "off", at_once=True)
    assert (stranger.post(path_of(row), {"undo": undo}).status_code, wishes(row)) == (409, ("off", True))


def test_undo_is_for_one_reader(stranger, row):
    other = wish(UserFactory(), "off", at_once=True)
    answer = stranger.post(path_of(other), {"undo": stopped(stranger, row)})
    assert (answer.status_code, wishes(other)) == (409, ("off", True))


@pytest.mark.parametrize(
    "undo",
    [
        "",
        "daily",
        "on",
        "\0",
        "é~x:y:z",
        pytest.param([1, ["daily", True], ["off", True]], id="signed for something else"),
    ],
)
def test_an_undo_that_we_did_not_write_changes_nothing(stranger, row, undo):
    stopped(stranger, row)
    sent = undo if isinstance(undo, str) else signing.dumps(undo)
    assert (stranger.post(path_of(row), {"undo": sent}).status_code, wishes(row)) == (409, ("off", True))


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
