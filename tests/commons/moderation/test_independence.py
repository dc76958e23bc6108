"""What is independent is left alone by the panel and the staff, also where one of them moderates; and whoever a discussion hangs
on moderates nothing in it."""

import pytest
from django.test import Client
from django.urls import reverse

from commons.contributions.models import Contribution, Thread
from commons.moderation.actions import (
    NotIndependent,
    OwnWords,
    appeal_verdict,
    decide_appeal,
    decide_moderation,
    report_subject,
)
from commons.moderation.models import Appeal, Moderation, Verdict
from commons.moderation.reports import appeals_waiting, ledger_counts, next_in_queue, queue
from tests.commons.moderation.things import decide, held, reported
from tests.factories.contributions import ContributionFactory, ThreadFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

BARRED = ["panel_member", "chair", "staff"]
DECISION = {"outcome": "publish", "seen": 1}


@pytest.fixture
def thread() -> Thread:
    return ThreadFactory(is_independent=True)


@pytest.fixture(params=[(role, True) for role in BARRED] + [("staff", False)], ids=str)
def barred(request):
    """A moderator with another role, which `appoint_person` allows: staff may moderate the rest of the site. Who takes away
    their second sign-in step gains nothing by it."""
    role, second_step = request.param
    return UserFactory(roles=["moderator", role], roles__mfa=second_step)


@pytest.fixture
def moderator():
    return UserFactory(roles=["moderator"])


def entered(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def answers(person, moderation: Moderation, appeal: Appeal) -> list[int]:
    """What somebody is answered who opens and sends the pages on which is decided."""
    client = entered(person)
    decided = reverse("moderation:moderation-decide", args=[moderation.pk])
    answered = reverse("moderation:appeal-decide", args=[appeal.pk])
    return [
        client.get(decided).status_code,
        client.post(decided, DECISION).status_code,
        client.get(answered).status_code,
        client.post(answered, {"outcome": "overturned", "explanation": "No."}).status_code,
    ]


def appealed(**more) -> Appeal:
    verdict = decide(held(**more), "decline")
    return appeal_verdict(verdict, by=verdict.author, text="It was meant kindly.")


# --- of the panel and the staff -------------------------------------------------------------------------------------------


def test_what_hangs_on_an_independent_thing_is_marked_so(thread):
    assert [held(thread=thread).moderation.is_independent, held().moderation.is_independent] == [True, False]


def test_nothing_independent_is_shown_to_a_moderator_of_the_panel_or_the_staff(thread, barred):
    here, there = held(thread=thread), held()
    appeal_here, appeal_there = appealed(thread=thread), appealed()
    assert [row.subject for row in queue(barred)] == [there]
    assert list(appeals_waiting(barred)) == [appeal_there]
    assert list(Verdict.objects.visible_to(barred)) == [appeal_there.verdict]
    assert list(Moderation.objects.visible_to(barred).order_by("pk")) == [
        there.moderation,
        appeal_there.verdict.moderation,
    ]
    page = text_of(entered(barred).get(reverse("moderation:queue")))
    hrefs = [reverse("moderation:moderation-decide", args=[one.moderation_id]) in page for one in (here, there)]
    appeals = [reverse("moderation:appeal-decide", args=[one.pk]) in page for one in (appeal_here, appeal_there)]
    assert (hrefs, appeals, "1 is waiting." in page) == ([False, True], [False, True], True)


def test_every_page_and_verb_is_not_there_for_them_and_the_rest_of_the_site_is(thread, barred):
    assert answers(barred, held(thread=thread).moderation, appealed(thread=thread)) == [404] * 4
    assert answers(barred, held().moderation, appealed()) == [200, 302, 200, 302]


def test_other_moderators_decide_about_it(thread, moderator):
    assert answers(moderator, held(thread=thread).moderation, appealed(thread=thread)) == [200, 302, 200, 302]


def test_the_actions_refuse_them_also(thread, barred):
    row, appeal = held(thread=thread), appealed(thread=thread)
    with pytest.raises(NotIndependent):
        decide_moderation(row.moderation, by=barred, **DECISION)
    with pytest.raises(NotIndependent):
        decide_appeal(appeal, by=barred, outcome="overturned", explanation="No.")
    assert Contribution.objects.get(pk=row.pk).standing == "held"
    assert Appeal.objects.get(pk=appeal.pk).decided_at is None


def test_who_joins_the_panel_in_the_middle_of_it_is_refused(thread, moderator):
    row = held(thread=thread)
    page = entered(moderator)
    address = reverse("moderation:moderation-decide", args=[row.moderation_id])
    assert page.get(address).status_code == 200
    moderator.appointments.create(role="panel_member", starts_on="2026-01-01")
    assert page.post(address, DECISION).status_code == 404
    assert Contribution.objects.get(pk=row.pk).standing == "held"


def test_what_waits_in_it_is_not_read_on_its_own_page_either(thread, barred, moderator):
    here, there = held(thread=thread), held()
    found = [
        [entered(person).get(row.get_absolute_url()).status_code for row in (here, there)]
        for person in (barred, moderator)
    ]
    assert found == [[404, 200], [200, 200]]
    assert list(Contribution.objects.visible_to(barred)) == [there]


def test_a_verdict_about_it_is_not_told_on_the_page_of_the_contribution(thread, barred, moderator):
    row = reported(thread=thread)
    decide(row, "redact")
    said = "This insults a colleague."
    row.refresh_from_db()
    assert [said in text_of(entered(person).get(row.get_absolute_url())) for person in (barred, row.author)] == [
        False,
        True,
    ]


def test_the_next_one_is_never_an_independent_one(thread, barred):
    this, _skipped, following = held(), held(thread=thread), held()
    verdict = decide(this, "publish", by=barred)
    assert next_in_queue(barred, after=verdict) == following.moderation


def test_they_may_speak_report_and_appeal_like_everybody(thread, barred):
    row = ContributionFactory(thread=thread)
    report_subject(row, by=barred, reason="abuse")
    own = held(thread=thread, author=barred)
    verdict = decide(own, "decline")
    page = entered(barred)
    address = reverse("moderation:verdict-appeal", args=[verdict.pk])
    assert page.get(address).status_code == 200
    assert page.post(address, {"text": "It was meant kindly."}).status_code == 302
    appeal = Appeal.objects.get(verdict=verdict)
    assert (list(Appeal.objects.visible_to(barred)), list(appeals_waiting(barred))) == ([appeal], [])
    assert page.get(reverse("moderation:appeal-decide", args=[appeal.pk])).status_code == 404


def test_a_verdict_about_somebody_whose_account_is_closed_stays_unseen(thread, barred):
    decide(held(thread=thread), "decline")
    Verdict.objects.update(author=None)
    assert list(Verdict.objects.visible_to(barred)) == []


def test_the_public_counts_hold_everything_for_everybody(thread, barred):
    held(thread=thread), held()
    decide(held(thread=thread), "publish")
    counts = ledger_counts()
    assert (counts.waiting, counts.verdicts) == (2, 1)
    assert entered(barred).get(reverse("moderation:ledger")).status_code == 200


@pytest.mark.parametrize("roles", [[], ["editor"], ["panel_member"], ["chair"], ["staff"]], ids=str)
def test_who_does_not_moderate_has_no_page_of_it(thread, roles):
    assert answers(UserFactory(roles=roles), held(thread=thread).moderation, appealed(thread=thread)) == [404] * 4


# --- of those on whom a discussion hangs ----------------------------------------------------------------------------------


def test_who_hosts_a_discussion_moderates_nothing_in_it(moderator):
    thread = ThreadFactory()
    thread.hosts.add(moderator)
    row, appeal = held(thread=thread), appealed(thread=thread)
    with pytest.raises(OwnWords):
        decide_moderation(row.moderation, by=moderator, **DECISION)
    with pytest.raises(OwnWords):
        decide_appeal(appeal, by=moderator, outcome="overturned", explanation="No.")
    assert answers(moderator, row.moderation, appeal) == [200, 409, 200, 409]
    assert Contribution.objects.get(pk=row.pk).standing == "held"


def test_a_host_is_offered_nothing_to_decide(moderator):
    thread = ThreadFactory()
    thread.hosts.add(moderator)
    row, appeal = held(thread=thread), appealed(thread=thread)
    page = entered(moderator)
    pages = [
        page.get(reverse("moderation:moderation-decide", args=[row.moderation_id])),
        page.get(reverse("moderation:appeal-decide", args=[appeal.pk])),
    ]
    assert ['name="outcome"' in text_of(one) for one in pages] == [False, False]
    listed = text_of(page.get(reverse("moderation:queue")))
    assert (listed.count("Yours: a colleague decides"), listed.count("A colleague decides")) == (1, 1)


def test_the_next_one_is_never_what_was_said_to_oneself(moderator):
    own = ThreadFactory()
    own.hosts.add(moderator)
    this, _said_to_me, following = held(), held(thread=own), held()
    verdict = decide(this, "publish", by=moderator)
    assert next_in_queue(moderator, after=verdict) == following.moderation


def test_a_host_moderates_elsewhere_and_others_moderate_there(moderator):
    thread = ThreadFactory()
    thread.hosts.add(UserFactory(roles=["moderator"]))
    decide(held(thread=thread), "publish", by=moderator)
    assert [verdict.by for verdict in Verdict.objects.all()] == [moderator]
