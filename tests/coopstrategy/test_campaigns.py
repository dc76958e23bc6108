"""The same words from many: found, shown with every voice, and gone with the words."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from commons.contributions.actions import edit_contribution, withdraw_contribution
from commons.contributions.actions.fingerprints import AT_ONCE, take_fingerprints
from commons.contributions.actions.leaving import settle_contributions
from commons.contributions.models import Contribution, Fingerprint
from commons.contributions.reports.campaigns import Campaign, campaigns, find_campaigns
from commons.contributions.tasks import fingerprint
from commons.moderation.actions import decide_moderation, hold
from commons.moderation.models import Cause
from commons.people.actions.doors import make_door
from commons.people.reports.leaving import GO
from tests.commons.test_alike import LETTER, PARAPHRASE, WELSH
from tests.factories.contributions import ContributionFactory, ThreadFactory
from tests.factories.people import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counted_anew():
    cache.clear()
    yield
    cache.clear()


def letters(number: int = 3, **given) -> list[Contribution]:
    return [
        ContributionFactory(body=f"Dear panel, {LETTER} Yours, Person {n} of co-op {n}", **given) for n in range(number)
    ]


def take_all() -> None:
    fingerprint()
    cache.clear()


def numbers(rows) -> tuple[int, ...]:
    return tuple(row.pk for row in rows)


def test_three_letters_with_other_names_are_a_campaign_and_two_are_none():
    rows = letters(2)
    ContributionFactory(body=PARAPHRASE)
    ContributionFactory(body=WELSH)
    for text in ("I agree", "I agree", "I agree", "", "🙂", "🙂", "🙂"):
        ContributionFactory(body=text)
    take_all()
    assert find_campaigns() == []
    rows += letters(1)
    take_all()
    assert find_campaigns() == [Campaign(numbers(rows))]


def test_two_campaigns_are_two_and_the_larger_stands_first():
    welsh = [ContributionFactory(body=f"Annwyl banel, {WELSH} {n}") for n in range(3)]
    english = letters(4)
    short = [ContributionFactory(body="Pay workers a fair wage now!") for _n in range(3)]
    take_all()
    assert find_campaigns() == [Campaign(numbers(rows)) for rows in (english, welsh, short)]


def test_what_only_the_panel_reads_is_in_no_campaign():
    letters(3, thread=ThreadFactory(audience="panel"))
    take_all()
    assert (Fingerprint.objects.count(), find_campaigns()) == (0, [])


def test_fingerprints_are_taken_in_portions_and_once():
    ContributionFactory.create_batch(3, thread=ThreadFactory())
    assert (take_fingerprints(by=None), take_fingerprints(by=None), AT_ONCE) == (3, 0, 500)


def withdrawn(row):
    withdraw_contribution(row, by=row.author)


def held(row):
    hold(row, by=None, cause=Cause.REPORT)


def declined(row):
    moderation = hold(row, by=None, cause=Cause.REPORT)
    moderator = UserFactory(roles=["moderator"])
    decide_moderation(moderation, by=moderator, outcome="decline", seen=1, reason="abuse", explanation="No.")


def edited(row):
    edit_contribution(row, by=UserFactory(roles=["moderator"]), body="Other words of mine, all of them.", based_on=1)


def erased(row):
    settle_contributions(row.author, by=row.author, answer=GO)


def updated_past_every_action(row):
    Contribution.objects.filter(pk=row.pk).update(body="")


def deleted(row):
    row.delete()


@pytest.mark.parametrize(
    "away",
    [withdrawn, held, declined, edited, erased, updated_past_every_action, deleted],
    ids=lambda way: way.__name__,
)
def test_words_that_go_leave_no_fingerprint(away):
    rows = letters(3)
    take_all()
    assert len(find_campaigns()) == 1
    away(rows[0])
    assert set(Fingerprint.objects.values_list("pk", flat=True)) == {rows[1].pk, rows[2].pk}
    assert find_campaigns() == []


def test_a_fingerprint_stays_when_nothing_was_said_anew():
    [row] = letters(1)
    take_all()
    Contribution.objects.filter(pk=row.pk).update(support_count=4, body=row.body)
    assert Fingerprint.objects.count() == 1


def test_the_page_shows_each_campaign_with_its_voices_and_what_may_be_told(client):
    door = make_door(by=None, kind="partner", label="Farmers’ letter")
    own = OrganisationFactory.create_batch(7)
    rows = letters(14, door=door)
    for row, organisation in zip(rows, own, strict=False):
        Contribution.objects.filter(pk=row.pk).update(organisation=organisation)
    Contribution.objects.filter(pk=rows[6].pk).update(shown_as="withheld")
    take_all()
    shown = client.get(reverse("heard-campaigns"))
    [told] = shown.context["told"]
    assert (told.size, told.co_ops, told.doors) == (14, 6, [("Farmers’ letter", 14)])
    page = shown.content.decode()
    assert "14 with nearly the same words" in page
    assert page.count('href="/contributions/') == 12
    whole = client.get(reverse("heard-campaign", args=[rows[3].pk])).content.decode()
    assert whole.count('href="/contributions/') == 14


def test_few_that_came_by_another_way_cannot_be_worked_out(client):
    door = make_door(by=None, kind="partner", label="Farmers’ letter")
    letters(12, door=door)
    letters(2)
    take_all()
    [told] = client.get(reverse("heard-campaigns")).context["told"]
    assert (told.co_ops, told.doors) == (None, [("", None), ("Farmers’ letter", None)])


def test_a_contribution_says_of_how_many_it_is_one(client):
    rows = letters(3)
    other = ContributionFactory(body=PARAPHRASE)
    take_all()
    assert "One of 3 with nearly the same words" in client.get(rows[1].get_absolute_url()).content.decode()
    assert "nearly the same words" not in client.get(other.get_absolute_url()).content.decode()


def test_what_is_not_public_any_more_is_not_shown_even_from_what_was_kept(client):
    rows = letters(4)
    take_all()
    assert len(campaigns()) == 1
    withdraw_contribution(rows[0], by=rows[0].author)
    [told] = client.get(reverse("heard-campaigns")).context["told"]
    assert (told.numbers, told.first.pk) == ([row.pk for row in rows[1:]], rows[1].pk)
    withdraw_contribution(rows[1], by=rows[1].author)
    assert client.get(reverse("heard-campaigns")).context["told"] == []
    assert client.get(reverse("heard-campaign", args=[rows[2].pk])).status_code == 404


def test_there_are_words_for_when_there_are_none(client):
    assert "everybody has used their own words" in client.get(reverse("heard-campaigns")).content.decode()


def test_a_page_of_campaigns_asks_as_often_for_three_as_for_one(client, django_assert_max_num_queries):
    letters(3)
    take_all()
    client.get(reverse("heard-campaigns"))
    with django_assert_max_num_queries(4):
        client.get(reverse("heard-campaigns"))
    for text in (PARAPHRASE, WELSH):
        ContributionFactory.create_batch(3, body=text)
    take_all()
    campaigns()
    with django_assert_max_num_queries(4):
        assert len(client.get(reverse("heard-campaigns")).context["told"]) == 3


@pytest.mark.parametrize("asked", ["page=x", "page=999", "page=-1", "page=%00"])
def test_a_page_that_is_not_there_is_the_nearest_one(client, asked):
    letters(3)
    take_all()
    assert client.get(f"{reverse('heard-campaigns')}?{asked}").status_code == 200
