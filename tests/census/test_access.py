"""Who is let in to answer, and what strangers, odd browsers and people with long names or many organisations meet on the way."""

import pytest
from django.test import Client
from django.urls import reverse

from census.actions.codes import issue_codes, revoke_code
from census.models import Case, CodeAttempt, PageRevision, Response, Wave
from census.views.access import HELD, token_of
from tests.factories.people import MembershipFactory, UserFactory

FIRST = ["needs-2026", "start", "form"]


def come_in(code, **more) -> Client:
    client = Client(**more)
    client.post(reverse("census:code"), {"code": code.plain()})
    return client


def first_page(case) -> dict[str, str]:
    return {"case": token_of(case), "based_on": "0", "q01": "en", "q02": "full"}


def test_a_person_with_the_longest_name_can_save(client, case):
    member = UserFactory(name="N" * 150)
    MembershipFactory(user=member, organisation=case.organisation)
    client.force_login(member)
    assert client.post(reverse("census:page", args=FIRST), first_page(case)).status_code == 302
    assert PageRevision.objects.get().saved_by_label == "N" * 120


def test_a_member_of_very_many_organisations_reaches_each(client, case):
    member = UserFactory()
    for _number in range(24):
        organisation = MembershipFactory(user=member).organisation
        Case.objects.create(wave=case.wave, organisation=organisation, stratum=case.stratum, name=organisation.name)
    client.force_login(member)
    reached = []
    for one in Case.objects.exclude(organisation__register_id__in=["T0", "T1", "T2"]):
        answer = client.post(reverse("census:choose", args=[case.wave.slug]), {"case": one.pk})
        reached.append(client.get(answer["Location"]).status_code)
    assert reached == [200] * 24


def test_when_a_code_is_withdrawn_whoever_came_by_it_is_out_at_once(case, code):
    client = come_in(code)
    revoke_code(code, by=UserFactory(roles=["staff"]), reason="Lost")
    answers = [
        client.get(reverse(f"census:{name}", args=[case.wave.slug]))
        for name in ("hub", "answers", "check", "suggestions")
    ]
    assert {answer["Location"] for answer in answers} == {"/census/code/?wave=needs-2026"}
    assert client.post(reverse("census:page", args=FIRST), first_page(case)).status_code == 302
    assert Response.objects.count() == 0


def test_a_code_opens_its_own_wave_only(case, code):
    other = Wave.objects.get(pk=case.wave_id)
    other.pk, other.slug = None, "needs-2030"
    other.save()
    Case.objects.create(wave=other, organisation=case.organisation, stratum=case.stratum, name=case.name)
    assert come_in(code).get(reverse("census:hub", args=["needs-2030"]))["Location"] == "/census/code/?wave=needs-2030"


def test_coming_in_gives_the_session_a_new_key(case, code):
    issue_codes(case.wave, [case], by=None, label="More letters")
    client = come_in(code)
    planted = client.session.session_key
    client.post(reverse("census:code"), {"code": code.plain()})
    assert client.session.session_key != planted


def test_saying_that_one_comes_from_elsewhere_does_not_escape_the_limit(client, code):
    for number in range(10):
        client.post(reverse("census:code"), {"code": "BBBBBBBBBBBB"}, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    answer = client.post(reverse("census:code"), {"code": code.plain()}, HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert (answer.status_code, CodeAttempt.objects.count()) == (200, 10)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "unknown", False),
    ],
)
def test_who_has_a_whole_network_of_addresses_is_one_source(one, other, same):
    assert (CodeAttempt.source_of(one) == CodeAttempt.source_of(other)) is same


@pytest.mark.parametrize("words", ["riv\x00er", "\x00\x00\x00", "%%%", "___", "\\\\\\", "' OR 1=1 --", "q " * 200])
def test_any_words_may_be_looked_for_in_the_register(case, code, words):
    answer = come_in(code).get(reverse("census:suggestions", args=[case.wave.slug]), {"q": words})
    expected = [{"value": case.name, "label": f"{case.name} (B1 1AA)"}] if words == "riv\x00er" else []
    assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize("typed", [{"q43": "x" * 100_001}, {"k" * 1_000 + str(n): "" for n in range(101)}])
def test_what_is_held_for_somebody_signed_out_is_bounded(client, case, typed):
    sent = "&".join(f"{key}={value}" for key, value in {"case": token_of(case), **typed}.items())
    client.post(reverse("census:page", args=FIRST), sent, content_type="application/x-www-form-urlencoded")
    assert client.session.get(HELD) is None
