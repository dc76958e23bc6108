"""A digest is begun once for each person and period, tells what is new, and is sent once or not at all."""

import datetime as dt
import smtplib
import threading

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from commons.digests.actions import (
    begin_digests,
    claim_digests,
    drop_digests,
    hand_over,
    note_sent,
    note_stuck_mail,
    release_digests,
    see_notices,
)
from commons.digests.models import HELD_AT_MOST, SENDING_AT_MOST, Digest, Notice, Subscription
from commons.digests.reports import moment_of, next_period, period_at
from commons.digests.tasks import letters, send_digests, send_service_messages, sending
from commons.digests.tasks.letters import LINES, digest_messages
from commons.people.models import User
from tests.at_once import together
from tests.factories.notices import greet, tell, wish
from tests.factories.people import UserFactory

WEDNESDAY = dt.datetime(2027, 3, 3, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def clock():
    """Noon of a Wednesday; `clock.shift` moves it."""
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def reader(db, clock):
    """Somebody who gets a digest each day."""
    return wish(UserFactory(email="ann@example.coop", name="Ann")).person


def readers(count: int, frequency: str = "daily") -> list[User]:
    found = [UserFactory(email=f"p{number}@example.coop") for number in range(count)]
    for person in found:
        wish(person, frequency)
    return found


def mails() -> list[tuple[list[str], str]]:
    return [(message.to, message.subject) for message in mail.outbox]


def states() -> list[str]:
    return sorted(Digest.objects.values_list("mail_state", flat=True))


# --- when -----------------------------------------------------------------------------------------------------------------


def at(text: str) -> dt.datetime:
    return timezone.make_aware(dt.datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("frequency", "now", "newest", "following"),
    [
        ("daily", "2027-03-03 06:59", "2027-03-02", "2027-03-03"),
        ("daily", "2027-03-03 07:00", "2027-03-03", "2027-03-04"),
        ("weekly", "2027-03-01 06:59", "2027-02-22", "2027-03-01"),
        ("weekly", "2027-03-01 07:00", "2027-03-01", "2027-03-08"),
        ("weekly", "2027-03-07 23:59", "2027-03-01", "2027-03-08"),
        ("daily", "2028-02-29 07:00", "2028-02-29", "2028-03-01"),
    ],
)
def test_a_period_is_named_by_the_day_on_which_it_is_due(frequency, now, newest, following):
    day = dt.date.fromisoformat
    assert (period_at(frequency, at(now)), next_period(frequency, at(now))) == (day(newest), day(following))


@pytest.mark.parametrize(
    "first", ["2027-03-26", "2027-10-29", "2028-02-27"], ids=["clocks forward", "clocks back", "leap day"]
)
def test_each_day_and_each_week_has_one_digest_when_the_clocks_change_and_on_a_leap_day(db, first):
    """Asked every hour that passes, the one that comes twice among them, for twelve days; at noon of each something happens."""
    now, day = at(f"{first} 00:00").astimezone(dt.UTC), dt.date.fromisoformat(first)
    with time_machine.travel(now - DAY, tick=False):
        people = {name: wish(UserFactory(email=f"{name}@example.coop"), name).person for name in ("daily", "weekly")}
    sent_at, hours = [], []
    with time_machine.travel(now, tick=False) as clock:
        while timezone.localdate() < day + 12 * DAY:
            hours.append(f"{timezone.localtime():%d %H}")
            if timezone.localtime().hour == 12:
                for person in people.values():
                    tell(person, f"told:{len(hours)}", path=f"/{len(hours)}/")
            before = len(mail.outbox)
            send_digests()
            new = mail.outbox[before:]
            sent_at += [(message.to[0].partition("@")[0], f"{timezone.localtime():%d %a %H:%M}") for message in new]
            clock.shift(dt.timedelta(hours=1))
    days = [day + number * DAY for number in range(1, 12)]
    due = [("daily", at(f"{one} 07:00")) for one in days]
    due += [("weekly", at(f"{one} 07:00")) for one in days if one.weekday() == 0]
    assert sorted(sent_at) == sorted((name, f"{moment:%d %a %H:%M}") for name, moment in due)
    assert sorted(Digest.objects.values_list("frequency", "period", "mail_state")) == sorted(
        (name, moment.date(), "sent") for name, moment in due
    )
    assert (len(hours), len(set(hours))) == {"03": (287, 287), "10": (289, 288), "02": (288, 288)}[first[5:7]]


def test_a_digest_tells_of_what_came_before_it_was_due_however_late_it_is_sent(reader, clock):
    tell(reader, "a", subject="Yesterday", path="/a/")
    clock.move_to(WEDNESDAY + DAY)  # noon; it was due at seven
    tell(reader, "b", subject="Today", path="/b/")
    send_digests()
    clock.shift(DAY)
    send_digests()
    assert mails() == [(["ann@example.coop"], "Yesterday"), (["ann@example.coop"], "Today")]


def test_who_chooses_weekly_on_a_wednesday_hears_on_monday(db, clock):
    person = wish(UserFactory(), "weekly").person
    tell(person)
    sent = []
    for _day in range(14):
        send_digests()
        sent.append(len(mail.outbox))
        clock.shift(DAY)
    assert sent == [0] * 5 + [1] * 9


def test_who_goes_from_weekly_to_daily_and_back_gets_one_mail_a_day_at_most(db, clock):
    person = wish(UserFactory(), "weekly").person
    for number in range(12):
        tell(person, f"told:{number}", path=f"/{number}/")
        send_digests()
        wish(person, "daily" if number % 2 else "weekly")
        clock.shift(DAY)
        send_digests()
        send_digests()
    periods = list(Digest.objects.values_list("period", flat=True))
    assert (len(periods), len(set(periods)), len(mail.outbox)) == (len(mail.outbox), len(periods), len(periods))
    assert len(periods) > 4


# --- what -----------------------------------------------------------------------------------------------------------------


def test_nothing_new_means_no_mail_and_no_digest(reader, clock):
    clock.shift(DAY)
    send_digests()
    assert (mail.outbox, Digest.objects.count(), Subscription.objects.get().last_period) == ([], 0, dt.date(2027, 3, 4))


def test_what_was_seen_on_the_site_is_not_told_again(reader, clock):
    seen = tell(reader, "a")
    see_notices([seen], by=reader)
    clock.shift(DAY)
    send_digests()
    assert mail.outbox == []


def test_what_was_in_one_digest_is_not_in_the_next(reader, clock):
    tell(reader, "a")
    for _day in range(4):
        clock.shift(DAY)
        send_digests()
    assert len(mail.outbox) == 1


def test_what_lies_more_than_five_weeks_back_is_no_news(reader, clock):
    tell(reader, "a")
    Notice.objects.update(made_at=timezone.now() - dt.timedelta(days=35))
    clock.shift(DAY)
    send_digests()
    assert mail.outbox == []


def test_a_service_message_is_not_told_twice(reader, clock):
    tell(reader, "a", mail=True)
    clock.shift(DAY)
    send_digests()
    assert mail.outbox == []


def test_what_is_hidden_before_the_digest_is_begun_is_not_in_it(reader, clock):
    goes, stays = UserFactory(name="Hidden"), UserFactory(name="Jo")
    greet(reader, goes)
    greet(reader, stays)
    User.objects.filter(pk=goes.pk).update(is_active=False)
    clock.shift(DAY)
    send_digests()
    assert mails() == [(["ann@example.coop"], "Jo greets you")]
    assert "Hidden" not in mail.outbox[0].message().as_string()


def test_what_is_hidden_between_the_gathering_and_the_sending_is_not_in_it_either(reader, clock):
    goes, stays = UserFactory(name="Hidden"), UserFactory(name="Jo")
    greet(reader, stays)
    greet(reader, goes)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    User.objects.filter(pk=goes.pk).update(is_active=False)
    send_digests()
    assert "Hidden" not in mail.outbox[0].message().as_string()
    assert mails() == [(["ann@example.coop"], "Jo greets you")]


def test_a_digest_in_which_nothing_is_left_is_dropped(reader, clock):
    goes = UserFactory()
    greet(reader, goes)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    User.objects.filter(pk=goes.pk).update(is_active=False)
    send_digests()
    assert (mail.outbox, states()) == ([], ["dropped"])


def test_what_comes_at_once_is_not_in_the_digest(reader, clock):
    wish(reader, "daily", at_once=True)
    greet(reader, UserFactory())
    tell(reader, "a", subject="Gathered")
    send_service_messages()
    clock.shift(DAY)
    send_digests()
    assert [subject.endswith("greets you") for _to, subject in mails()] == [True, False]


def test_who_wishes_for_replies_at_once_gets_those_from_before_in_the_digest(reader, clock):
    greet(reader, UserFactory(name="Jo"))
    wish(reader, "daily", at_once=True)
    greet(reader, UserFactory(name="Wyn"))
    send_service_messages()
    clock.shift(DAY)
    send_digests()
    assert [subject for _to, subject in mails()] == ["Wyn greets you", "Jo greets you"]


def test_who_stops_replies_at_once_before_one_is_sent_gets_it_in_the_digest(reader, clock):
    wish(reader, "daily", at_once=True)
    greet(reader, UserFactory(name="Jo"))
    wish(reader, "daily", at_once=False)
    send_service_messages()
    assert (mails(), Notice.objects.get().mail_state) == ([], "")
    clock.shift(DAY)
    send_digests()
    assert [subject for _to, subject in mails()] == ["Jo greets you"]


def test_the_items_are_attached_with_the_digest(reader, clock):
    notices = [tell(reader, f"told:{number}") for number in range(3)]
    clock.shift(DAY)
    begin_digests("daily", by=None)
    assert list(Digest.objects.get().notices.order_by("pk")) == notices


# --- once -----------------------------------------------------------------------------------------------------------------


def test_there_can_be_no_second_digest_of_a_period(reader):
    given = {"person": reader, "period": dt.date(2027, 3, 4), "frequency": "daily"}
    Digest.objects.create(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Digest.objects.create(**given)


@pytest.mark.django_db(transaction=True)
def test_five_at_once_begin_and_send_each_digest_once(clock, settings):
    settings.MAILS_PER_MINUTE = 10_000
    people = readers(40)
    for person in people:
        tell(person)
    clock.shift(DAY)
    start = threading.Barrier(5)

    def work():
        start.wait()
        send_digests()
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    send_digests()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(person.email for person in people)
    assert states() == ["sent"] * 40


def test_the_message_id_and_the_address_are_stored_and_the_state_committed_before_the_server_hears_of_it(
    reader, clock, monkeypatch
):
    seen = []

    class Server(EmailBackend):
        def send_messages(self, messages):
            row = Digest.objects.get()
            seen.append((row.mail_state, row.message_id == messages[0].message()["Message-ID"], row.mailed_to))
            return 1

    monkeypatch.setattr(sending, "get_connection", Server)
    tell(reader)
    clock.shift(DAY)
    send_digests()
    assert (seen, states()) == ([("sending", True, "ann@example.coop")], ["sent"])


def test_a_worker_that_dies_between_sending_and_the_stamp_leaves_one_unknown_that_is_never_sent_again(
    db, clock, monkeypatch
):
    class Server(EmailBackend):
        died = False

        def send_messages(self, messages):
            super().send_messages(messages)
            if len(mail.outbox) == 2 and not Server.died:
                Server.died = True
                raise SystemExit("killed")
            return 1

    monkeypatch.setattr(sending, "get_connection", Server)
    for person in readers(4):
        tell(person)
    clock.shift(DAY)
    with pytest.raises(SystemExit):
        send_digests()
    assert states() == ["sending", "sent", "waiting", "waiting"]
    clock.shift(SENDING_AT_MOST)
    send_digests()
    assert states() == ["sent", "sent", "sent", "unknown"]
    clock.shift(DAY / 2)
    send_digests()
    assert sorted(message.to[0] for message in mail.outbox) == [f"p{number}@example.coop" for number in range(4)]


def test_what_a_dead_worker_held_in_its_hand_is_taken_up_after_five_minutes(reader, clock):
    tell(reader)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    [held] = claim_digests(by=None, most=10)
    assert claim_digests(by=None, most=10) == []
    clock.shift(HELD_AT_MOST)
    [again] = claim_digests(by=None, most=10)
    assert (again, hand_over(held, by=None), hand_over(again, by=None)) == (held, False, True)


def test_a_late_worker_drops_nothing_that_another_has_taken_and_put_back(reader, clock):
    tell(reader)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    late = claim_digests(by=None, most=10)
    clock.shift(HELD_AT_MOST)
    release_digests(claim_digests(by=None, most=10), by=None)
    assert (hand_over(late[0], by=None), drop_digests(late, "Stopped", by=None), states()) == (False, 0, ["waiting"])
    assert (release_digests(late, by=None), Digest.objects.get().mail_attempts) == (0, 1)


def test_a_late_worker_cannot_overwrite_what_is_known(reader, clock):
    tell(reader)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    [digest] = claim_digests(by=None, most=10)
    hand_over(digest, by=None)
    clock.shift(SENDING_AT_MOST)
    assert note_stuck_mail(by=None) == 1
    note_sent(digest, by=None)
    assert states() == ["unknown"]


# --- who, and how fast ------------------------------------------------------------------------------------------------------


def test_who_stops_while_the_digests_go_out_gets_none(db, clock, monkeypatch):
    people = readers(3)
    for person in people:
        tell(person)
    clock.shift(DAY)

    class Server(EmailBackend):
        def send_messages(self, messages):
            wish(people[2], "off")
            User.objects.filter(pk=people[1].pk).update(is_active=False)
            return super().send_messages(messages)

    monkeypatch.setattr(sending, "get_connection", Server)
    send_digests()
    assert (mails(), states()) == ([(["p0@example.coop"], "Your file is ready")], ["dropped", "dropped", "sent"])


def test_no_more_go_out_in_a_minute_than_the_settings_say(db, clock, settings):
    settings.MAILS_PER_MINUTE = 3
    for person in readers(7):
        tell(person)
    clock.shift(DAY)
    sent = []
    for _minute in range(4):
        send_digests()
        send_digests()
        sent.append(len(mail.outbox))
        clock.shift(dt.timedelta(minutes=1, seconds=1))
    assert sent == [3, 6, 7, 7]


def nudge(count: int) -> None:
    for number in range(count):
        tell(UserFactory(email=f"n{number}@example.coop"), kind="nudge", subject="Nudged", mail=True)


def test_what_nobody_waits_for_goes_out_after_all_others(db, clock):
    nudge(2)
    clock.shift(DAY / 24)
    tell(UserFactory(), subject="Your receipt", mail=True)
    send_service_messages()
    assert [subject for _to, subject in mails()] == ["Your receipt", "Nudged", "Nudged"]


def test_what_nobody_waits_for_and_digests_together_keep_to_the_limit_and_nothing_else_waits_for_it(
    db, clock, settings
):
    settings.MAILS_PER_MINUTE = 3
    for person in readers(2):
        tell(person, subject="Digested")
    clock.shift(DAY)
    nudge(4)
    sent = []
    for minute in range(4):
        before = len(mail.outbox)
        send_digests()
        send_service_messages()
        tell(UserFactory(), subject=f"Receipt {minute}", mail=True)
        send_service_messages()
        sent.append([subject for _to, subject in mails()[before:]])
        clock.shift(dt.timedelta(minutes=1, seconds=1))
    assert sent == [
        ["Digested", "Digested", "Nudged", "Receipt 0"],
        ["Nudged", "Nudged", "Nudged", "Receipt 1"],
        ["Receipt 2"],
        ["Receipt 3"],
    ]


@pytest.mark.django_db(transaction=True)
def test_five_at_once_keep_to_the_limit_together(clock, settings):
    settings.MAILS_PER_MINUTE = 7
    nudge(20)
    assert together(*[send_service_messages] * 5) == {"done": 5}
    addresses = [message.to[0] for message in mail.outbox]
    assert (len(addresses), len(set(addresses))) == (7, 7)


BUSY = smtplib.SMTPDataError(451, b"try later")
NO_SUCH_BOX = smtplib.SMTPRecipientsRefused({"ann@example.coop": (550, b"5.1.1 no such user")})
NO_RELAY = smtplib.SMTPRecipientsRefused({"ann@example.coop": (554, b"5.7.1 Relay access denied")})
FULL = smtplib.SMTPRecipientsRefused({"ann@example.coop": (552, b"5.2.2 mailbox full")})
BARE = smtplib.SMTPRecipientsRefused({"ann@example.coop": (550, b"no such user \xff")})
SPAM = smtplib.SMTPDataError(554, b"spam")


@pytest.mark.parametrize(
    ("error", "state", "is_stopped"),
    [
        (BUSY, "waiting", False),
        (NO_SUCH_BOX, "failed", True),
        (NO_RELAY, "failed", False),
        (FULL, "failed", False),
        (BARE, "failed", False),
        (SPAM, "failed", False),
        (OSError("dead"), "unknown", False),
    ],
    ids=["busy", "no such mailbox", "no relay", "full", "bare", "spam", "line dead"],
)
def test_what_becomes_of_a_digest_follows_the_servers_answer(reader, clock, monkeypatch, error, state, is_stopped):
    class Server(EmailBackend):
        def send_messages(self, messages):
            raise error

    monkeypatch.setattr(sending, "get_connection", Server)
    tell(reader)
    clock.shift(DAY)
    send_digests()
    send_digests()
    assert (states(), Digest.objects.get().mail_attempts) == ([state], 1)
    assert Subscription.objects.get().is_stopped is is_stopped


def test_a_refused_mailbox_gets_nothing_any_more_not_even_service_messages(reader, clock, monkeypatch):
    class Server(EmailBackend):
        def send_messages(self, messages):
            raise NO_SUCH_BOX

    monkeypatch.setattr(sending, "get_connection", Server)
    tell(reader, "a", mail=True)
    send_service_messages()
    monkeypatch.setattr(sending, "get_connection", EmailBackend)
    tell(reader, "b", mail=True)
    tell(reader, "c")
    send_service_messages()
    clock.shift(DAY)
    send_digests()
    assert (mail.outbox, Digest.objects.count()) == ([], 0)
    assert list(Notice.objects.order_by("key").values_list("mail_state", flat=True)) == ["failed", "failed", ""]


def test_a_server_that_cannot_be_reached_puts_one_off_and_leaves_the_others_untried(db, clock, monkeypatch):
    class Server(EmailBackend):
        def open(self):
            raise ConnectionRefusedError("no")

    monkeypatch.setattr(sending, "get_connection", Server)
    for person in readers(3):
        tell(person)
    clock.shift(DAY)
    send_digests()
    assert sorted(Digest.objects.values_list("mail_state", "mail_attempts")) == [
        ("waiting", 0),
        ("waiting", 0),
        ("waiting", 1),
    ]


def test_a_batch_that_takes_long_is_read_anew(db, clock, monkeypatch):
    """So that what is hidden while a slow server takes its time is not in what is left."""
    somebody = UserFactory(name="Hidden")
    for person in readers(3):
        greet(person, somebody)
    clock.shift(DAY)

    class Server(EmailBackend):
        def send_messages(self, messages):
            User.objects.filter(pk=somebody.pk).update(is_active=False)
            monkeypatch.setattr(sending, "SECONDS_BELIEVED", 0)
            return super().send_messages(messages)

    monkeypatch.setattr(sending, "get_connection", Server)
    send_digests()
    monkeypatch.setattr(sending, "SECONDS_BELIEVED", 30)
    send_digests()
    assert (len(mail.outbox), states()) == (1, ["dropped", "dropped", "sent"])


def test_a_digest_that_cannot_be_written_fails_and_the_others_go_out(db, clock, monkeypatch):
    people = readers(3)
    for person in people:
        tell(person)
    # Written straight into the row, as no page would: no mail can have such a subject.
    Notice.objects.filter(recipient=people[0]).update(subject="two\nlines")
    headings = letters.headings

    def broken(notices, words):
        if notices[0].recipient_id == people[1].pk:
            raise KeyError("broken")
        return headings(notices, words)

    monkeypatch.setattr(letters, "headings", broken)
    clock.shift(DAY)
    send_digests()
    assert ([to for to, _subject in mails()], states()) == ([["p2@example.coop"]], ["failed", "failed", "sent"])
    assert sorted(Digest.objects.filter(mail_state="failed").values_list("mail_reason", flat=True)) == [
        "BadHeaderError: Header values can't contain newlines (got 'two\\nlines' for header 'Subject')",
        "KeyError: 'broken'",
    ]


def test_where_the_words_that_changed_cannot_be_read_the_digest_goes_without_them(reader, clock, monkeypatch):
    def broken(notices):
        raise KeyError("broken")

    monkeypatch.setattr(letters, "words_of", broken)
    tell(reader)
    clock.shift(DAY)
    send_digests()
    assert (mails(), states()) == ([(["ann@example.coop"], "Your file is ready")], ["sent"])


def test_a_run_ends_by_itself_and_the_next_goes_on(db, clock, monkeypatch):
    """Else Celery would end it, in the middle of a message."""
    for number, person in enumerate(readers(4)):
        tell(person)
        tell(person, f"fact-{number}", mail=True)

    class Server(EmailBackend):
        def send_messages(self, messages):
            monkeypatch.setattr(sending, "LONGEST_RUN", 0)
            return super().send_messages(messages)

    monkeypatch.setattr(sending, "get_connection", Server)
    monkeypatch.setattr(sending, "BATCH", 2)
    clock.shift(DAY)
    counts = []
    for task in (send_digests, send_digests, send_service_messages, send_service_messages):
        monkeypatch.setattr(sending, "LONGEST_RUN", 300)
        task()
        counts.append(len(mail.outbox))
    assert counts == [2, 4, 5, 6]


def test_a_batch_is_read_by_the_same_number_of_queries_however_many_are_in_it(db, clock, django_assert_num_queries):
    for person in readers(12):
        tell(person)
        greet(person, UserFactory())
    clock.shift(DAY)
    begin_digests("daily", by=None)
    rows = list(Digest.objects.select_related("person__subscription"))
    with django_assert_num_queries(5):
        assert len([write() for write in digest_messages(rows[:1]).values()]) == 1
    with django_assert_num_queries(5):
        assert len([write() for write in digest_messages(rows).values()]) == 12


def test_beginning_takes_the_same_number_of_queries_however_many_people_there_are(db, clock, django_assert_num_queries):
    for person in readers(3):
        tell(person)
    clock.shift(DAY)
    with django_assert_num_queries(11) as few:
        assert begin_digests("daily", by=None) == 3
    for person in User.objects.filter(subscription__isnull=False):
        tell(person, "again")
    for number in range(20):
        person = wish(UserFactory(email=f"q{number}@example.coop")).person
        tell(person)
    clock.shift(DAY)
    with django_assert_num_queries(len(few)):
        assert begin_digests("daily", by=None) == 23


def test_more_notices_than_a_mail_holds_are_counted_and_not_told_again(reader, clock):
    for number in range(LINES + 5):
        tell(reader, f"told:{number}", subject=f"Number {number}", path=f"/{number}/")
    clock.shift(DAY)
    send_digests()
    [message] = mail.outbox
    assert message.body.count("\n* ") == LINES
    assert (f"* Number {LINES + 4}\n" in message.body, "* Number 0\n" in message.body) == (True, False)
    assert "And 5 more things:\nhttp://testserver/you/notices/" in message.body
    clock.shift(DAY)
    send_digests()
    assert len(mail.outbox) == 1


def test_moments_are_in_london():
    assert [moment_of(dt.date(2027, month, 1)).utcoffset() for month in (1, 7)] == [
        dt.timedelta(0),
        dt.timedelta(hours=1),
    ]
