"""Saying something: once however often it is sent, for whom one may speak, held when it should be, kept when its author goes."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from commons.contributions.actions import (
    CannotReply,
    MandateIncomplete,
    NotNow,
    NotYourOrganisation,
    Speaking,
    StaleEdit,
    ThreadClosed,
    add_contribution,
    announce_contributions,
    close_thread,
    drop_support,
    edit_contribution,
    key_in_contribution,
    note_visit,
    support_contribution,
    withdraw_contribution,
)
from commons.contributions.models import DEEPEST, Contribution, Mandate, ShownAs
from commons.digests.models import Notice
from commons.moderation.models import Cause, Standing
from tests.factories.contributions import ContributionFactory, ThreadFactory
from tests.factories.people import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def trusted():
    """Somebody whose words moderators have let through before."""
    person = UserFactory()
    ContributionFactory.create_batch(2, author=person)
    return person


@pytest.fixture
def thread():
    return ThreadFactory()


def test_the_same_form_sent_twice_gives_one_row(thread, trusted):
    key = uuid.uuid4()
    rows = [add_contribution(thread, by=trusted, body="Lend to us.", key=key) for _time in range(3)]
    assert [row.pk for row in rows] == [rows[0].pk] * 3
    assert Contribution.objects.in_thread(thread).count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_clicks_at_once_give_one_row():
    thread, person, key = ThreadFactory(), UserFactory(roles=["scribe"]), uuid.uuid4()

    def click(_time: int) -> int:
        try:
            return add_contribution(thread, by=person, body="Lend to us.", key=key).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(click, range(50)))
    assert (len(numbers), Contribution.objects.count()) == (1, 1)


def test_two_people_may_use_the_same_key(thread, trusted):
    key = uuid.uuid4()
    add_contribution(thread, by=trusted, body="Mine", key=key)
    add_contribution(thread, by=UserFactory(), body="Theirs", key=key)
    assert Contribution.objects.in_thread(thread).count() == 2


def test_what_a_new_account_says_first_is_held(thread):
    person = UserFactory()
    row = add_contribution(thread, by=person, body="Hello")
    row.refresh_from_db()
    assert (row.standing, row.moderation.cause) == (Standing.HELD, Cause.FIRST)
    assert list(Contribution.objects.public()) == []


def test_many_links_are_held_even_from_a_trusted_account(thread, trusted):
    row = add_contribution(thread, by=trusted, body="https://a.example https://b.example https://c.example")
    row.refresh_from_db()
    assert (row.standing, row.moderation.cause) == (Standing.HELD, Cause.LINKS)


def test_five_hundred_words_from_a_new_account_are_held_as_too_many(thread):
    person = UserFactory()
    rows = [add_contribution(thread, by=person, body=f"Number {number}") for number in range(7)]
    causes = [Contribution.objects.get(pk=row.pk).moderation.cause for row in rows]
    assert causes == [Cause.FIRST] * 5 + [Cause.RATE] * 2


def test_a_trusted_account_and_whoever_holds_a_role_are_public_at_once(thread, trusted):
    people = [trusted, UserFactory(roles=["panel_member"]), UserFactory(roles=["moderator"])]
    assert [add_contribution(thread, by=person, body="Yes").standing for person in people] == [Standing.PUBLISHED] * 3


def test_nothing_is_said_in_a_closed_thread(thread, trusted):
    close_thread(thread, by=UserFactory(roles=["moderator"]), closes_at=timezone.now(), reason="It is settled.")
    thread.refresh_from_db()
    with pytest.raises(ThreadClosed, match=r"It is settled\."):
        add_contribution(thread, by=trusted, body="One more")


def test_one_speaks_only_for_an_organisation_one_has_joined(thread, trusted):
    stranger, waiting = MembershipFactory().organisation, MembershipFactory(user=trusted, state="asked").organisation
    for organisation in (stranger, waiting):
        with pytest.raises(NotYourOrganisation):
            add_contribution(
                thread, by=trusted, body="We", speaking=Speaking(mandate=Mandate.OFFICER, organisation=organisation)
            )
    own = MembershipFactory(user=trusted).organisation
    row = add_contribution(thread, by=trusted, body="We", speaking=Speaking(mandate=Mandate.OFFICER, organisation=own))
    assert row.organisation == own


@pytest.mark.parametrize(
    "lacking",
    [
        {"mandate": Mandate.OFFICER},
        {"mandate": Mandate.BOARD},
        {"mandate": Mandate.MEMBERS, "agreed_on": dt.date(2026, 1, 1), "votes_for": 3},
        {"mandate": Mandate.BOARD, "agreed_on": dt.date(2999, 1, 1)},
    ],
)
def test_a_mandate_needs_what_belongs_to_it(thread, trusted, lacking):
    own = MembershipFactory(user=trusted).organisation
    organisation = None if lacking == {"mandate": Mandate.OFFICER} else own
    with pytest.raises(MandateIncomplete):
        add_contribution(thread, by=trusted, body="We", speaking=Speaking(organisation=organisation, **lacking))


def test_figures_that_do_not_belong_to_the_mandate_are_not_kept(thread, trusted):
    speaking = Speaking(votes_for=3, votes_against=1, agreed_on=dt.date(2026, 1, 1))
    row = add_contribution(thread, by=trusted, body="I", speaking=speaking)
    assert (row.votes_for, row.votes_against, row.agreed_on) == (None, None, None)


def test_a_reply_hangs_below_and_below_the_deepest_beside(thread, trusted):
    rows = [add_contribution(thread, by=trusted, body="Root")]
    for depth in range(1, DEEPEST + 3):
        rows.append(add_contribution(thread, by=trusted, body=f"Reply {depth}", parent=rows[-1]))
    assert [row.depth for row in rows] == [0, 1, 2, 3, 3, 3]
    assert {row.root_id for row in rows[1:]} == {rows[0].pk}


@pytest.mark.parametrize("standing", [Standing.HELD, Standing.DECLINED, Standing.WITHDRAWN])
def test_what_is_not_public_cannot_be_answered(thread, trusted, standing):
    parent = ContributionFactory(thread=thread, standing=standing)
    with pytest.raises(CannotReply):
        add_contribution(thread, by=trusted, body="But", parent=parent)


def test_an_edit_keeps_how_it_read_before(thread, trusted):
    row = add_contribution(thread, by=trusted, body="First")
    row = edit_contribution(row, by=trusted, body="Second", based_on=1)
    row = edit_contribution(row, by=trusted, body="Third", based_on=2)
    assert [(edit.number, edit.body) for edit in row.edits.all()] == [(1, "First"), (2, "Second")]
    assert (row.body, row.revision, row.is_edited) == ("Third", 3, True)


def test_an_edit_from_an_old_form_is_refused_and_writes_nothing(thread, trusted):
    row = add_contribution(thread, by=trusted, body="First")
    edit_contribution(row, by=trusted, body="Second", based_on=1)
    with pytest.raises(StaleEdit):
        edit_contribution(row, by=trusted, body="Other", based_on=1)
    row.refresh_from_db()
    assert row.body == "Second"


def test_an_edit_that_brings_many_links_is_held(thread, trusted):
    row = add_contribution(thread, by=trusted, body="First")
    row = edit_contribution(row, by=trusted, body="https://a https://b https://c", based_on=1)
    row.refresh_from_db()
    assert (row.standing, row.moderation.cause) == (Standing.HELD, Cause.LINKS)


def test_what_is_taken_back_can_no_longer_be_changed_and_its_replies_stay(thread, trusted):
    row = add_contribution(thread, by=trusted, body="First")
    reply = add_contribution(thread, by=UserFactory(roles=["scribe"]), body="Reply", parent=row)
    withdraw_contribution(row, by=trusted)
    with pytest.raises(NotNow):
        edit_contribution(row, by=trusted, body="Second", based_on=1)
    with pytest.raises(NotNow):
        withdraw_contribution(row, by=trusted)
    assert Contribution.objects.filter(pk=reply.pk).exists()


def test_one_person_agrees_once(thread, trusted):
    row, person = ContributionFactory(thread=thread), UserFactory()
    assert [support_contribution(row, by=person) for _time in range(3)] == [True, False, False]
    row.refresh_from_db()
    assert row.support_count == 1
    assert [drop_support(row, by=person) for _time in range(2)] == [True, False]
    row.refresh_from_db()
    assert row.support_count == 0


@pytest.mark.django_db(transaction=True)
def test_fifty_people_who_agree_at_once_are_fifty():
    row, people = ContributionFactory(), UserFactory.create_batch(25)

    def agree(person) -> None:
        try:
            support_contribution(row, by=person)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(agree, people * 2))
    row.refresh_from_db()
    assert (row.support_count, row.supports.count()) == (25, 25)


def test_words_and_replies_outlive_the_account(thread, trusted):
    row = add_contribution(thread, by=trusted, body="Keep this")
    reply = add_contribution(thread, by=UserFactory(roles=["scribe"]), body="And this", parent=row)
    trusted.delete()
    row.refresh_from_db()
    assert (row.author, row.body, row.name_shown) == (None, "Keep this", "Somebody who has closed their account")
    assert Contribution.objects.get(pk=reply.pk).parent_id == row.pk


def test_everybody_is_shown_as_they_wish(thread, trusted):
    own = MembershipFactory(user=trusted, organisation__name="Loom Street Weavers").organisation
    shown = {}
    for way in ShownAs:
        speaking = Speaking(mandate=Mandate.OFFICER, organisation=own, shown_as=way)
        row = add_contribution(thread, by=trusted, body="We", speaking=speaking)
        shown[way] = (row.name_shown, row.organisation_shown)
    assert shown == {
        ShownAs.NAME: (trusted.name, own),
        ShownAs.ORGANISATION: ("Loom Street Weavers", None),
        ShownAs.WITHHELD: ("Name withheld", None),
    }


def test_what_somebody_said_on_paper_names_them_and_who_typed_it(thread):
    scribe, key = UserFactory(roles=["scribe"]), uuid.uuid4()
    given = {"by": scribe, "body": "On paper", "channel": "paper", "said_by": "A member in Bangor", "key": key}
    rows = [key_in_contribution(thread, **given) for _time in range(2)]
    assert rows[0] == rows[1]
    row = rows[0]
    assert (row.author, row.keyed_in_by, row.name_shown, row.standing) == (
        None,
        scribe,
        "A member in Bangor",
        Standing.PUBLISHED,
    )


def test_a_reply_is_announced_once_and_only_when_it_is_public(thread, trusted):
    row = ContributionFactory(thread=thread)
    public = ContributionFactory(parent=row, author=trusted)
    held = ContributionFactory(parent=row, standing=Standing.HELD)
    ContributionFactory(parent=row, author=row.author)  # nobody is told of their own words
    assert [announce_contributions(by=None) for _time in range(2)] == [2, 0]
    assert set(Notice.objects.values_list("recipient", "path")) == {(row.author_id, public.get_absolute_url())}
    held.standing = Standing.PUBLISHED
    held.save()
    announce_contributions(by=None)
    assert Notice.objects.filter(recipient=row.author).count() == 2


def test_a_visit_tells_since_when_things_are_new(thread, trusted, time_machine):
    start = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    assert note_visit(thread, by=trusted) is None
    time_machine.move_to(start + dt.timedelta(minutes=10), tick=False)
    assert note_visit(thread, by=trusted) is None  # still the same visit
    time_machine.move_to(start + dt.timedelta(days=1), tick=False)
    assert note_visit(thread, by=trusted) == start + dt.timedelta(minutes=10)
    time_machine.move_to(start + dt.timedelta(days=1, minutes=5), tick=False)
    assert note_visit(thread, by=trusted) == start + dt.timedelta(minutes=10)
