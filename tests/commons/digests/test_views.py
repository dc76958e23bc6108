import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from commons.digests.actions import stop_address
from commons.digests.models import Notice, Stop, Subscription
from commons.digests.reports import ONE_VISIT
from tests.factories.notices import greet, tell, wish
from tests.factories.people import UserFactory

PAGE, SETTINGS, WHY = "/you/notices/", "/you/notices/settings/", "/you/notices/why/"


@pytest.fixture
def person(db, client):
    person = UserFactory()
    client.force_login(person)
    return person


def lines(client) -> list[tuple[str, list[tuple[str, int, bool]]]]:
    """What the page shows: by heading, each line with how many more it stands for and whether it is new."""
    return [
        (str(heading.label), [(line.notice.subject, line.more, line.is_new) for line in heading.lines])
        for heading in client.get(PAGE).context["headings"]
    ]


@pytest.mark.parametrize("page", [PAGE, SETTINGS, WHY])
def test_strangers_are_asked_to_sign_in(client, db, page):
    assert client.get(page).headers["Location"] == f"/accounts/login/?next={page}"


def test_i_see_my_notices_under_headings_newest_first_and_nobody_elses(client, person):
    tell(person, "a", subject="The first")
    tell(person, "b", subject="The second", path="/b/")
    greet(person, UserFactory(), subject="A greeting")
    tell(UserFactory(), subject="Not yours")
    assert lines(client) == [
        ("Replies to you", [("A greeting", 0, True)]),
        ("Your account and your organisation", [("The second", 0, True), ("The first", 0, True)]),
    ]


def test_what_was_said_about_one_thing_stands_on_one_line_with_the_newest_word(client, person):
    for number in range(3):
        tell(person, f"a:{number}", kind="said", subject=f"Number {number}", path=f"/said/{number}/", thing="thing:1")
    assert lines(client) == [("Your account and your organisation", [("Number 2", 2, True)])]


def test_other_facts_about_one_thing_stand_on_lines_of_their_own(client, person):
    """For example two answers in one thread, or the census of two organisations."""
    for number, (text, part) in enumerate([("Yes.", "1"), ("No.", "1"), ("No.", "2"), ("No.", "2")]):
        tell(person, f"a:{number}", subject="You were answered", text=text, path=f"/thing/#part-{part}")
    tell(person, "a:9", subject="You were heard", text="No.", path="/thing/#part-2")
    [(_heading, found)] = lines(client)
    assert found == [("You were heard", 0, True), ("You were answered", 1, True)] + [("You were answered", 0, True)] * 2


def test_what_is_new_stays_new_for_one_visit_and_the_next_visit_says_when_the_last_was(client, person):
    with time_machine.travel("2027-03-01 12:00", tick=False):
        client.force_login(person)
        tell(person, "a", subject="Before", path="/a/")
        assert [client.get(PAGE).context["since"] for _ in range(2)] == [None, None]
        assert lines(client) == [("Your account and your organisation", [("Before", 0, True)])]
        assert Notice.objects.unseen().count() == 0
    with time_machine.travel(dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC) + ONE_VISIT, tick=False):
        client.force_login(person)
        tell(person, "b", subject="Since", path="/b/")
        page = client.get(PAGE)
        assert "You last read something new here on Monday 1 March 2027." in page.content.decode()
        assert lines(client) == [("Your account and your organisation", [("Since", 0, True), ("Before", 0, False)])]


def test_only_what_was_shown_has_been_seen(client, person):
    Notice.objects.bulk_create(
        Notice(recipient=person, kind="told", key=f"told:{n}", subject=f"N{n}", path=f"/{n}/") for n in range(60)
    )
    client.get(PAGE)
    assert Notice.objects.unseen().count() == 10
    client.head(f"{PAGE}?page=2")
    assert Notice.objects.unseen().count() == 10
    client.get(f"{PAGE}?page=2")
    assert Notice.objects.unseen().count() == 0


def test_what_may_not_be_told_any_more_is_not_on_the_page_nor_on_my_own(client, person):
    other = UserFactory(name="Somebody Hidden")
    greet(person, other)
    assert ["Somebody Hidden" in client.get(page).content.decode() for page in ("/you/", PAGE)] == [True, True]
    type(other).objects.filter(pk=other.pk).update(is_active=False)
    assert ["Somebody Hidden" in client.get(page).content.decode() for page in ("/you/", PAGE)] == [False, False]


def test_an_empty_page_says_so(client, person):
    assert "Nothing yet. When something happens that concerns you, it stands here." in client.get(PAGE).content.decode()


def test_the_page_costs_the_same_for_one_notice_and_for_fifty(client, person, django_assert_num_queries):
    client.get(PAGE)
    tell(person)
    with django_assert_num_queries(13) as one:
        client.get(PAGE)
    for number in range(49):
        tell(person, f"k{number}")
    with django_assert_num_queries(len(one)):
        client.get(PAGE)


# --- how somebody wishes to be told ---------------------------------------------------------------------------------------


def wishes(person) -> tuple[str, bool]:
    return Subscription.objects.values_list("frequency", "at_once").get(person=person)


def test_nobody_gets_a_digest_who_has_not_chosen_one(client, person):
    page = client.get(PAGE).content.decode()
    assert ("You get no digest." in page, Subscription.objects.count()) == (True, 0)


def test_all_wishes_are_saved_from_one_screen(client, person):
    answer = client.post(SETTINGS, {"frequency": "weekly", "at_once": "on"})
    assert (answer.status_code, answer["Location"], wishes(person)) == (302, PAGE, ("weekly", True))


def test_a_wrong_wish_is_refused_and_nothing_is_saved(client, person):
    answer = client.post(SETTINGS, {"frequency": "hourly", "at_once": "on"})
    assert (answer.status_code, Subscription.objects.count()) == (422, 0)
    assert answer.context["form"]["at_once"].value() is True


def test_the_language_is_asked_for_where_there_are_two(client, person, settings):
    assert "language" not in client.get(SETTINGS).context["form"].fields
    settings.OFFERED_LANGUAGES = ["en-gb", "cy"]
    client.post(SETTINGS, {"frequency": "off", "language": "cy"})
    person.refresh_from_db()
    assert person.language == "cy"


@time_machine.travel("2027-03-03 12:00", tick=False)  # a Wednesday
def test_the_page_of_reasons_says_for_each_kind_when_a_mail_could_come(client, person):
    def said() -> dict[str, str]:
        return {one["kind"].name: one["next"] for group in client.get(WHY).context["groups"] for one in group["kinds"]}

    client.force_login(person)
    kinds = ("reply", "blog-post", "event-moved")
    at_once, never = "By e-mail: at once.", "By e-mail: never. It stands on this site."
    found = said()
    assert [found[kind] for kind in kinds] == [never, never, at_once]
    wish(person, "weekly")
    monday, found = "By e-mail: on Monday 8 March at the earliest.", said()
    assert [found[kind] for kind in kinds] == [monday, monday, at_once]
    wish(person, "daily", at_once=True)
    thursday, found = "By e-mail: on Thursday 4 March at the earliest.", said()
    assert [found[kind] for kind in kinds] == [at_once, thursday, at_once]
    for why, words in STOPPED.items():
        stop_address(person, by=None, why=why, words="550")
        assert set(said().values()) == {f"By e-mail: never. {words}"}


STOPPED = {
    Stop.REFUSED: "Your mail server says that there is no such mailbox.",
    Stop.BOUNCED: "A mail to you came back.",
    Stop.COMPLAINED: "A mail to you was marked as spam.",
}


@pytest.mark.parametrize("why", STOPPED)
def test_why_nothing_is_sent_is_said_as_it_is(client, person, why):
    stop_address(person, by=None, why=why, words="550")
    assert f"We send nothing to {person.email}. {STOPPED[why]}" in client.get(PAGE).content.decode()
    assert f"{STOPPED[why]} So we have sent nothing to {person.email} since" in client.get(SETTINGS).content.decode()


def test_who_finds_their_mailbox_again_is_written_to_again(client, person):
    stop_address(person, by=None, why=Stop.BOUNCED, words="550 no such user")
    assert "We send you no mail" in client.get(SETTINGS).content.decode()
    assert client.post("/you/notices/resume/")["Location"] == SETTINGS
    assert Subscription.objects.get().is_stopped is False
    assert "We send you no mail" not in client.get(SETTINGS).content.decode()


def test_another_address_begins_anew(person):
    row = stop_address(person, by=None, why=Stop.BOUNCED, words="550")
    person.email = "new@example.coop"
    person.save()
    row.refresh_from_db()
    assert (row.is_stopped, Subscription.objects.reachable().count()) == (False, 1)
    assert row.stopped_at <= timezone.now()
