"""Answering over HTTP, without script: in by code, page after page, send, and what goes wrong on the way."""

import random
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from census.actions.responses import answers_of, facts_of
from census.instrument import form_data, sample_answers
from census.models import PageRevision, Response, Submission, Wave
from commons.digests.models import Notice
from tests.census.replies import send_reply
from tests.factories.people import MembershipFactory


def come_in(client, code):
    return client.post(reverse("census:code"), {"code": code.plain().lower().replace("-", " ")})


def hidden(response) -> dict[str, str]:
    form = response.context["form"]
    return {"case": form["case"].value(), "based_on": form["based_on"].value()}


def answer_all(client, case, answers, marks) -> list[str]:
    """Fill in page after page until the check page comes; returns the addresses visited."""
    instrument = case.wave.questionnaire
    url, visited = client.get(reverse("census:hub", args=[case.wave.slug])).context["next_url"], []
    while not url.endswith("/check/"):
        shown = client.get(url)
        visited.append(url)
        data = hidden(shown)
        for question in shown.context["form"].questions:
            data |= form_data(question, answers, marks)
        sent = client.post(url, data)
        assert sent.status_code == 302, (url, data, sent.context and sent.context["form"].errors)
        url = sent["Location"]
        assert len(visited) <= len(instrument.pages)
    return visited


@pytest.mark.parametrize("form", ["short", "full"])
def test_every_answer_given_is_in_the_submission(client, case, code, form):
    answers, marks = sample_answers(case.wave.questionnaire, random.Random(7), facts_of(case), form=form)
    assert come_in(client, code)["Location"] == reverse("census:hub", args=[case.wave.slug])
    answer_all(client, case, answers, marks)
    check = reverse("census:check", args=[case.wave.slug])
    shown = client.get(check)
    sent = client.post(check, {"case": shown.context["case_token"]})
    assert sent["Location"] == reverse("census:done", args=[case.wave.slug])
    submission = Submission.objects.get()
    apart = {code for code, question in case.wave.questionnaire.questions.items() if question.kept_apart}
    apart |= {f"{code}_other" for code in apart}
    assert submission.answers == {code: value for code, value in answers.items() if code not in apart}
    done = client.get(sent["Location"])
    assert submission.receipt in done.content.decode()


def first_page(client, case):
    url = client.get(reverse("census:hub", args=[case.wave.slug])).context["next_url"]
    return url, client.get(url)


def test_looking_at_pages_writes_nothing(client, case, code):
    come_in(client, code)
    first_page(client, case)
    assert (Response.objects.count(), PageRevision.objects.count()) == (0, 0)


def test_a_double_click_saves_one_revision(client, case, code):
    come_in(client, code)
    url, shown = first_page(client, case)
    data = {**hidden(shown), shown.context["form"].questions[0].field: "en"}
    assert [client.post(url, data).status_code for _click in range(3)] == [302, 302, 302]
    assert PageRevision.objects.count() == 1


def test_sending_twice_gives_one_submission(client, case, code):
    answers, marks = sample_answers(case.wave.questionnaire, random.Random(1), facts_of(case), form="short")
    come_in(client, code)
    answer_all(client, case, answers, marks)
    check = reverse("census:check", args=[case.wave.slug])
    data = {"case": client.get(check).context["case_token"]}
    assert [client.post(check, data)["Location"] for _click in range(3)] == [
        reverse("census:done", args=[case.wave.slug])
    ] * 3
    assert Submission.objects.count() == 1


def test_two_tabs_that_differ_are_asked_which_answer_to_keep(client, case, code):
    come_in(client, code)
    url, shown = first_page(client, case)
    name = shown.context["form"].questions[0].field
    client.post(url, {**hidden(shown), name: "en"})
    second = client.post(url, {**hidden(shown), name: "cy"})
    assert second.status_code == 409
    assert PageRevision.objects.count() == 1
    page = second.content.decode()
    assert "English" in page and "Cymraeg" in page
    again = client.post(url, {**hidden(shown), name: "cy", "seen": "1"})
    assert (again.status_code, [question["code"] for question in again.context["unchosen"]]) == (409, ["q01"])
    kept = client.post(url, {**hidden(shown), name: "cy", "seen": "1", "choice__q01": "mine"})
    assert kept.status_code == 302
    assert [row.answers for row in PageRevision.objects.order_by("number")] == [{"q01": "en"}, {"q01": "cy"}]


def test_what_was_typed_before_the_session_ended_is_shown_again(client, case, code):
    come_in(client, code)
    url, shown = first_page(client, case)
    data = {**hidden(shown), shown.context["form"].questions[0].field: "cy"}
    client.session.flush()
    client.cookies.clear()
    sent_away = client.post(url, data)
    assert sent_away["Location"].startswith(reverse("census:code"))
    assert come_in(client, code)["Location"] == url
    again = client.get(url)
    assert again.context["form"]["q01"].value() == "cy"
    assert PageRevision.objects.count() == 0


def test_a_page_of_one_organisation_is_never_saved_for_another(client, case, code, wave):
    come_in(client, code)
    url, shown = first_page(client, case)
    data = {**hidden(shown), "case": "999:forged", "q01": "en"}
    refused = client.post(url, data)
    assert refused.status_code == 409
    assert PageRevision.objects.count() == 0
    assert refused.context["form"]["q01"].value() == "en"


def test_wrong_codes_are_refused_alike_and_then_for_a_while(client, code):
    for _try in range(10):
        refused = client.post(reverse("census:code"), {"code": "BBBB-BBBB-BBBB"})
        assert refused.context["form"].errors["code"] == [
            "We do not know this code. Check it against your letter: it has twelve letters and numbers."
        ]
    assert "15 minutes" in client.post(reverse("census:code"), {"code": code.plain()}).context["form"].errors["code"][0]


def test_a_page_costs_few_queries_whatever_the_number_of_questions(client, case, code, django_assert_max_num_queries):
    come_in(client, code)
    url, shown = first_page(client, case)
    data = {**hidden(shown), shown.context["form"].questions[0].field: "en"}
    client.post(url, data)
    with django_assert_max_num_queries(8):
        client.get(url)


def test_answers_as_they_stand_are_those_of_the_latest_revisions(client, case, code):
    come_in(client, code)
    url, shown = first_page(client, case)
    client.post(url, {**hidden(shown), "q01": "en"})
    shown = client.get(url)
    client.post(url, {**hidden(shown), "q01": "cy"})
    answers = answers_of(Response.objects.get(), case)
    assert (answers.values, answers.marks) == ({"q01": "cy"}, {"q02": "skipped"})


def test_members_learn_that_the_census_was_sent_and_only_the_sender_gets_mail(case, code):
    sender, colleague = (MembershipFactory(organisation=case.organisation).user for _person in range(2))
    MembershipFactory(organisation=case.organisation, state="asked")
    submission = send_reply(case, sender, form="short", q43="Our secret")
    notices = {notice.recipient: notice for notice in Notice.objects.all()}
    assert {person: notice.mail_state for person, notice in notices.items()} == {sender: "waiting", colleague: ""}
    assert submission.receipt in notices[colleague].text
    assert [notice for notice in notices.values() if "secret" in notice.text + notice.subject] == []


def test_a_code_does_not_open_a_census_before_its_time(client, case, code):
    come_in(client, code)
    Wave.objects.update(opens_at=timezone.now() + timedelta(days=1), closes_at=timezone.now() + timedelta(days=9))
    shown = client.get(reverse("census:hub", args=[case.wave.slug]), follow=True)
    assert shown.redirect_chain == [(reverse("census:start"), 302)]
    assert "not open yet" in shown.content.decode()
