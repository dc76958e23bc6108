"""The pages of moderation: who may open each, what a decision does, what is said when it cannot be done, and that nothing
somebody typed is lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from commons.contributions.actions import edit_contribution, withdraw_contribution
from commons.contributions.models import Contribution
from commons.moderation.actions import appeal_verdict, decide_appeal, decide_moderation, report_subject
from commons.moderation.models import Appeal, Moderation, Verdict
from tests.commons.moderation.things import decide, held, reported
from tests.factories.contributions import ContributionFactory
from tests.factories.people import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

VIEWERS = {
    "nobody": None,
    "person": {},
    "staff": {"roles": ["staff"]},
    "chair": {"roles": ["chair"]},
    "editor": {"roles": ["editor"]},
    "moderator": {"roles": ["moderator"]},
}


def entered(person) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def moderator():
    return UserFactory(roles=["moderator"], name="Mo Derator")


@pytest.fixture
def desk(moderator) -> Client:
    return entered(moderator)


def decide_page(contribution) -> str:
    return reverse("moderation:moderation-decide", args=[contribution.moderation_id])


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def errors_of(response) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def appealed(**more) -> Appeal:
    verdict = decide(held(**more), "decline")
    return appeal_verdict(verdict, by=verdict.author, text="It was meant kindly.")


# --- who may --------------------------------------------------------------------------------------------------------------


def test_moderators_alone_open_the_pages_on_which_they_decide():
    addresses = [
        reverse("moderation:queue"),
        decide_page(held()),
        reverse("moderation:appeal-decide", args=[appealed().pk]),
    ]
    found = {
        who: [entered(None if made is None else UserFactory(**made)).get(address).status_code for address in addresses]
        for who, made in VIEWERS.items()
    }
    assert found == {who: [{"nobody": 302, "moderator": 200}.get(who, 404)] * 3 for who in VIEWERS}


def test_everybody_opens_the_ledger():
    address = reverse("moderation:ledger")
    found = {
        who: entered(None if made is None else UserFactory(**made)).get(address).status_code
        for who, made in VIEWERS.items()
    }
    assert found == dict.fromkeys(VIEWERS, 200)


def test_the_author_alone_opens_the_page_about_what_was_taken_away():
    verdict = decide(held(), "decline")
    address = reverse("moderation:verdict-appeal", args=[verdict.pk])
    found = {
        who: entered(None if made is None else UserFactory(**made)).get(address).status_code
        for who, made in VIEWERS.items()
    }
    assert found == {who: 302 if who == "nobody" else 404 for who in VIEWERS}
    assert entered(verdict.author).get(address).status_code == 200


def test_there_is_no_page_about_a_decision_that_took_nothing_away():
    verdict = decide(held(), "publish")
    assert entered(verdict.author).get(reverse("moderation:verdict-appeal", args=[verdict.pk])).status_code == 404


@pytest.mark.parametrize("name", ["moderation-decide", "appeal-decide", "verdict-appeal"])
def test_what_is_not_there_is_not_found(desk, name):
    assert desk.get(reverse(f"moderation:{name}", args=[2**40])).status_code == 404


# --- the queue ------------------------------------------------------------------------------------------------------------


def test_the_queue_tells_what_each_thing_is_and_leads_to_it(desk):
    contribution = reported(body="Lend **more**.")
    Moderation.objects.update(waiting_since=timezone.now() - timedelta(days=3))
    page = text_of(desk.get(reverse("moderation:queue")))
    assert f'<a href="{decide_page(contribution)}">Lend more.</a>' in page
    assert "Contribution. Reported by a reader. 1 report. Waiting for 3 days." in page
    assert "Public now" in page


def test_an_empty_queue_says_so(desk):
    page = text_of(desk.get(reverse("moderation:queue")))
    assert ("Nothing is waiting." in page, "No appeal is waiting." in page) == (True, True)


def test_what_one_wrote_or_decided_oneself_is_marked(desk, moderator):
    held(author=moderator)
    verdict = decide(held(), "decline", by=moderator)
    appeal_verdict(verdict, by=verdict.author, text="No.")
    appealed()
    context = desk.get(reverse("moderation:queue")).context
    assert [row["may_decide"] for row in context["rows"]] == [False]
    assert [row["may_decide"] for row in context["appeals"]] == [False, True]


def test_a_long_queue_has_pages(desk):
    for _thing in range(3):
        held()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("commons.moderation.views.WAITING_A_PAGE", 2)
        context = desk.get(reverse("moderation:queue") + "?page=2").context
    assert (context["page_obj"].number, len(context["rows"])) == (2, 1)


# --- deciding -------------------------------------------------------------------------------------------------------------


def test_a_thing_is_read_as_readers_would_see_it_with_what_they_said_and_not_who(desk):
    reader, author = UserFactory(name="Rea Der"), UserFactory(name="Ada Author")
    organisation = OrganisationFactory(name="Weavers of Loom Street")
    contribution = reported(
        by=reader,
        note="It names my street.",
        author=author,
        shown_as="organisation",
        organisation=organisation,
        body="So *good*.",
        kind="suggestion",
        replacement="more *lending*",
    )
    page = text_of(desk.get(decide_page(contribution)))
    assert '<div class="inset prose"><p>So <em>good</em>.</p> </div>' in page
    assert '<p class="answer-text">more *lending*</p>' in page
    assert [
        words in page for words in ("Attacks or insults somebody", "It names my street.", "Weavers of Loom Street")
    ] == [True] * 3
    assert [name in page for name in ("Rea Der", "Ada Author")] == [False, False]


@pytest.mark.parametrize(
    ("make", "choices"),
    [(held, ["publish", "redact", "decline"]), (reported, ["keep", "redact", "decline"])],
)
def test_the_choices_fit_what_is_decided_about(desk, make, choices):
    form = desk.get(decide_page(make())).context["form"]
    assert [value for value, _label in form.fields["outcome"].choices] == choices


@pytest.mark.parametrize(
    ("make", "sent", "standing", "body"),
    [
        (held, {"outcome": "publish"}, "published", "Good, you fool."),
        (reported, {"outcome": "keep"}, "published", "Good, you fool."),
        (
            held,
            {"outcome": "redact", "reason": "abuse", "explanation": "An insult.", "words_body": "Good."},
            "published",
            "Good.",
        ),
        (held, {"outcome": "decline", "reason": "abuse", "explanation": "An insult."}, "declined", "Good, you fool."),
    ],
    ids=lambda value: value["outcome"] if isinstance(value, dict) else None,
)
def test_a_decision_is_done_and_leads_to_the_queue_when_nothing_else_waits(desk, moderator, make, sent, standing, body):
    contribution = make(body="Good, you fool.")
    answer = desk.post(decide_page(contribution), {"seen": 1, "words_body": "Good, you fool."} | sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("moderation:queue"))
    contribution.refresh_from_db()
    assert (contribution.standing, contribution.body) == (standing, body)
    verdict = Verdict.objects.get()
    assert (verdict.by, verdict.reason, verdict.explanation) == (
        moderator,
        sent.get("reason", ""),
        sent.get("explanation", ""),
    )


def test_a_decision_leads_to_the_next_one(desk):
    first, second = held(), held()
    answer = desk.post(decide_page(first), {"seen": 1, "outcome": "publish", "words_body": first.body})
    assert answer["Location"] == decide_page(second)


def test_a_text_of_several_lines_is_not_changed_by_the_browser(desk):
    contribution = held(body="One.\n\nTwo.\n")
    desk.post(decide_page(contribution), {"seen": 1, "outcome": "publish", "words_body": "One.\r\n\r\nTwo.\r\n"})
    contribution.refresh_from_db()
    assert (contribution.standing, contribution.body) == ("published", "One.\n\nTwo.\n")


SAID = {"reason": "abuse", "explanation": "An insult."}


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"outcome": ["Choose what to do."]}),
        ({"outcome": "burn"}, {"outcome": ["Choose one of the decisions in the list."]}),
        (
            {"outcome": "decline", "explanation": ""},
            {"reason": ["Choose a reason."], "explanation": ["Explain your decision to the author."]},
        ),
        (
            {"outcome": "decline", **SAID, "explanation": "  "},
            {"explanation": ["Explain your decision to the author."]},
        ),
        ({"outcome": "decline", **SAID, "reason": "because"}, {"reason": ["Choose one of the reasons in the list."]}),
        (
            {"outcome": "decline", **SAID, "explanation": "x" * 2001},
            {"explanation": ["Write at most 2000 letters. You have 2001."]},
        ),
        ({"outcome": "redact", **SAID}, {"words_body": ["Take something out of the text, or decide otherwise."]}),
        (
            {"outcome": "redact", **SAID, "words_body": " "},
            {"words_body": ["Leave some of the text. If nothing can stay, refuse it as a whole."]},
        ),
        (
            {"outcome": "publish", "words_body": "Good."},
            {"outcome": ["You changed the text. Choose “Shorten it”, or put the text back as it was."]},
        ),
        ({"outcome": "publish", "seen": ""}, {"seen": ["This page was not complete. Load it again."]}),
        ({"outcome": "publish", "seen": "x"}, {"seen": ["This page was not complete. Load it again."]}),
        ({"outcome": "publish", "seen": 2**40}, {"seen": ["This page was not complete. Load it again."]}),
    ],
    ids=str,
)
def test_what_is_missing_is_said_at_its_field_and_above_and_nothing_typed_is_lost(desk, sent, errors):
    contribution = held(body="Good, you fool.")
    sent = {"seen": 1, "words_body": contribution.body, "explanation": "Typed."} | sent
    shown = desk.post(decide_page(contribution), sent)
    assert (shown.status_code, errors_of(shown)) == (422, errors)
    page = text_of(shown)
    assert page.count("<title>Error:") == 1
    for messages in errors.values():
        for message in messages:
            assert page.count(message) == (1 if "seen" in errors else 2)
    assert shown.context["form"]["explanation"].value() == sent["explanation"]
    assert (Verdict.objects.count(), Contribution.objects.get().standing) == (0, "held")


def test_a_text_that_was_changed_lies_open(desk):
    contribution = held(body="Good, you fool.")
    shown = desk.post(decide_page(contribution), {"seen": 1, "outcome": "redact", "words_body": "Good."})
    assert (shown.context["form"].is_shortening, '<details class="field" open>' in text_of(shown)) == (True, True)
    fresh = desk.get(decide_page(contribution))
    assert (fresh.context["form"].is_shortening, '<details class="field" open>' in text_of(fresh)) == (False, False)


def test_what_the_author_changed_meanwhile_is_shown_and_nothing_typed_is_lost(desk):
    contribution = held(body="Good, you fool.")
    edit_contribution(contribution, by=contribution.author, body="Good, my friend.", based_on=1)
    sent = {"seen": 1, "outcome": "redact", "words_body": "Good.", "reason": "abuse", "explanation": "An insult."}
    shown = desk.post(decide_page(contribution), sent)
    assert (shown.status_code, errors_of(shown)) == (
        409,
        {
            "__all__": [
                "The author changed this while you were reading, so nothing was decided. "
                "Read it again and decide once more."
            ]
        },
    )
    form = shown.context["form"]
    assert {name: form[name].value() for name in sent} == sent | {"seen": 2, "words_body": "Good, my friend."}
    assert list(shown.context["typed_words"]) == ["Good."]
    page = text_of(shown)
    assert ("<p>Good, my friend.</p>" in page, '<p class="answer-text">Good.</p>' in page) == (True, True)
    assert Contribution.objects.get().standing == "held"
    again = desk.post(decide_page(contribution), {name: form[name].value() for name in sent} | {"outcome": "publish"})
    assert (again.status_code, Contribution.objects.get().body) == (302, "Good, my friend.")


@pytest.mark.parametrize("sent", [{"outcome": "publish"}, {"outcome": "decline", "reason": "abuse"}, {}], ids=str)
def test_what_became_public_meanwhile_is_not_decided_about_twice(desk, sent):
    contribution = held()
    decide(contribution, "publish")
    sent = {"seen": 1, "words_body": contribution.body, "explanation": "Typed words."} | sent
    shown = desk.post(decide_page(contribution), sent)
    assert (shown.status_code, Contribution.objects.get().standing) == (409, "published")
    page = text_of(shown)
    assert "Nobody waits for this any more: a colleague decided, or the author took it back." in page
    assert ("Typed words." in page, "<form" in page.split("</h1>")[1]) == (True, False)


def test_a_choice_that_does_not_fit_any_more_is_asked_for_once_more(desk):
    contribution = reported()
    edit_contribution(contribution, by=contribution.author, body="Other words.", based_on=1)
    shown = desk.post(decide_page(contribution), {"seen": 1, "outcome": "keep", "words_body": contribution.body})
    choices = [value for value, _label in shown.context["form"].fields["outcome"].choices]
    assert (shown.status_code, choices) == (409, ["publish", "redact", "decline"])
    assert (Verdict.objects.count(), Contribution.objects.get().standing) == (0, "held")


def test_what_its_author_took_back_meanwhile_is_not_decided_about(desk):
    contribution = held()
    withdraw_contribution(contribution, by=contribution.author)
    shown = desk.post(decide_page(contribution), {"seen": 1, "outcome": "publish", "words_body": contribution.body})
    assert (shown.status_code, Contribution.objects.get().standing) == (409, "withdrawn")


def test_nobody_is_offered_to_decide_about_their_own_words(desk, moderator):
    contribution = held(author=moderator)
    page = text_of(desk.get(decide_page(contribution)))
    assert ("You wrote this, or what it answers, so a colleague must decide." in page, 'name="outcome"' in page) == (
        True,
        False,
    )
    shown = desk.post(decide_page(contribution), {"seen": 1, "outcome": "publish", "words_body": contribution.body})
    assert (shown.status_code, Contribution.objects.get().standing) == (409, "held")


def test_earlier_decisions_stand_under_the_text(desk, moderator):
    contribution = reported(body="Good, you fool.")
    verdict = decide(contribution, "redact", by=moderator, words={"body": "Good."}, explanation="An insult.")
    appeal = appeal_verdict(verdict, by=verdict.author, text="No.")
    page = text_of(desk.get(decide_page(contribution)))
    assert "What was decided about" in page
    assert [words in page for words in ("Shortened", "An insult.", "Mo Derator", "you fool")] == [True] * 4
    assert f'<a href="{reverse("moderation:appeal-decide", args=[appeal.pk])}">' in page


# --- appeals --------------------------------------------------------------------------------------------------------------


def test_the_author_reads_why_sees_what_was_taken_out_and_appeals():
    verdict = decide(reported(body="Good, you fool."), "redact", words={"body": "Good."}, explanation="An insult.")
    client, address = entered(verdict.author), reverse("moderation:verdict-appeal", args=[verdict.pk])
    page = text_of(client.get(address))
    assert [words in page for words in ("An insult.", "Attacks or insults somebody", ", you fool")] == [True] * 3
    assert str(verdict.by) not in page
    answer = client.post(address, {"text": "It was meant kindly."})
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert [(appeal.by, appeal.text) for appeal in Appeal.objects.all()] == [(verdict.author, "It was meant kindly.")]
    page = text_of(client.get(address))
    assert ("It was meant kindly." in page, "Somebody else will look" in page, "<textarea" in page) == (
        True,
        True,
        False,
    )


def test_an_appeal_says_something():
    verdict = decide(held(), "decline")
    shown = entered(verdict.author).post(reverse("moderation:verdict-appeal", args=[verdict.pk]), {"text": " "})
    assert (shown.status_code, errors_of(shown)) == (422, {"text": ["Say why the decision is wrong."]})


def test_a_second_click_on_an_appeal_changes_nothing():
    appeal = appealed()
    address = reverse("moderation:verdict-appeal", args=[appeal.verdict_id])
    answer = entered(appeal.by).post(address, {"text": "Again."}, follow=True)
    assert "There is an appeal already. We will tell you what the second person says." in text_of(answer)
    assert Appeal.objects.get().text == "It was meant kindly."


def test_the_author_reads_what_the_second_person_said():
    appeal = appealed()
    decide_appeal(appeal, by=UserFactory(name="Sec Onder"), outcome="overturned", explanation="I read it twice.")
    page = text_of(entered(appeal.by).get(reverse("moderation:verdict-appeal", args=[appeal.verdict_id])))
    assert [words in page for words in ("The decision was wrong", "I read it twice.", "Sec Onder")] == [
        True,
        True,
        False,
    ]


def test_who_took_it_back_is_not_offered_an_appeal():
    contribution = reported()
    verdict = decide(contribution, "redact")
    withdraw_contribution(contribution, by=contribution.author)
    page = text_of(entered(verdict.author).get(reverse("moderation:verdict-appeal", args=[verdict.pk])))
    assert ("so there is nothing to appeal for" in page, "<textarea" in page) == (True, False)


def test_a_second_person_answers_an_appeal(desk, moderator):
    appeal = appealed(body="Kind words.")
    address = reverse("moderation:appeal-decide", args=[appeal.pk])
    page = text_of(desk.get(address))
    assert [words in page for words in ("It was meant kindly.", "Kind words.", "This insults a colleague.")] == [
        True
    ] * 3
    assert str(appeal.by) not in page
    answer = desk.post(address, {"outcome": "overturned", "explanation": "It is kind."})
    assert (answer.status_code, answer["Location"]) == (302, reverse("moderation:queue"))
    appeal.refresh_from_db()
    assert (appeal.outcome, appeal.decided_by, Contribution.objects.get().standing) == (
        "overturned",
        moderator,
        "published",
    )


def test_an_answer_to_an_appeal_says_which_and_why(desk):
    shown = desk.post(reverse("moderation:appeal-decide", args=[appealed().pk]), {})
    assert (shown.status_code, errors_of(shown)) == (
        422,
        {
            "outcome": ["Say whether the decision was right."],
            "explanation": ["Explain your decision to the author."],
        },
    )


def test_whoever_decided_first_is_not_offered_to_decide_again(desk, moderator):
    verdict = decide(held(), "decline", by=moderator)
    appeal = appeal_verdict(verdict, by=verdict.author, text="No.")
    address = reverse("moderation:appeal-decide", args=[appeal.pk])
    page = text_of(desk.get(address))
    assert ("so a colleague must answer" in page, 'name="outcome"' in page) == (True, False)
    shown = desk.post(address, {"outcome": "upheld", "explanation": "Right."})
    assert (shown.status_code, list(Appeal.objects.waiting())) == (409, [appeal])


def test_an_appeal_that_was_answered_meanwhile_shows_the_answer_and_what_one_had_typed(desk):
    appeal = appealed()
    decide_appeal(appeal, by=UserFactory(), outcome="upheld", explanation="I read it twice.")
    shown = desk.post(
        reverse("moderation:appeal-decide", args=[appeal.pk]), {"outcome": "overturned", "explanation": "Typed words."}
    )
    page = text_of(shown)
    assert (shown.status_code, Contribution.objects.get().standing) == (409, "declined")
    assert ("I read it twice." in page, "Typed words." in page) == (True, True)


# --- the ledger -----------------------------------------------------------------------------------------------------------


def test_the_ledger_tells_no_name_no_word_and_leads_to_nothing_that_is_not_shown(client):
    people = {name: UserFactory(name=name, roles=["moderator"]) for name in ("Mo Derator", "Sec Onder")}
    author, reader = UserFactory(name="Ada Author"), UserFactory(name="Rea Der")
    shortened = reported(by=reader, author=author, body="Original words.", note="A note.")
    said = {"by": people["Mo Derator"], "explanation": "An explanation."}
    verdict = decide(shortened, "redact", words={"body": "Public words."}, **said)
    refused = held(author=author, body="Refused words.")
    decide(refused, "decline", **said)
    appeal = appeal_verdict(verdict, by=author, text="An appeal.")
    decide_appeal(appeal, by=people["Sec Onder"], outcome="upheld", explanation="An answer.")
    held(author=author, body="Held words.")
    page = text_of(client.get(reverse("moderation:ledger")))
    secrets = [
        "Original words", "Public words", "Refused words", "Held words", "A note", "An explanation", "An appeal.", "An answer",
        "Mo Derator", "Sec Onder", "Ada Author", "Rea Der", "/contributions/", "/moderation/verdicts/", "/moderation/appeals/",
        *(f"/moderation/{row.pk}/" for row in Moderation.objects.all()),
    ]  # fmt: skip
    assert [words for words in secrets if words in page] == []
    assert [words in page for words in ("Shortened", "Refused", "The decision stands", "Reported by a reader")] == [
        True
    ] * 4


def test_an_empty_ledger_says_so(client):
    page = text_of(client.get(reverse("moderation:ledger")))
    assert "Moderators have decided nothing so far. Waiting now: 0." in page


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 40, "\x00"])
def test_a_place_in_the_ledger_that_makes_no_sense_begins_at_the_top(client, before):
    decide(held(), "publish")
    shown = client.get(reverse("moderation:ledger"), {"before": before})
    assert (shown.status_code, len(shown.context["page"].lines), shown.context["is_later_page"]) == (200, 1, False)


def test_older_decisions_are_a_page_away(client, monkeypatch):
    for _decision in range(3):
        decide(held(), "publish")
    monkeypatch.setattr("commons.moderation.reports.ledger_page.__kwdefaults__", {"before": None, "size": 2})
    first = client.get(reverse("moderation:ledger"))
    older = first.context["page"].older
    assert (len(first.context["page"].lines), f'href="?before={older}#decisions"' in text_of(first)) == (2, True)
    second = client.get(reverse("moderation:ledger"), {"before": older})
    assert (len(second.context["page"].lines), second.context["page"].older) == (1, None)


# --- how often the database is asked ----------------------------------------------------------------------------------------


def a_busy_thing(contribution) -> None:
    """One more report, decision and appeal about the same thing, and one more of each in the queue."""
    report_subject(contribution, by=UserFactory(), reason="abuse", note="A note.")
    seen = Contribution.objects.get(pk=contribution.pk).revision
    verdict = decide_moderation(
        contribution.moderation,
        by=UserFactory(roles=["moderator"]),
        outcome="redact",
        seen=seen,
        reason="abuse",
        explanation="An insult.",
        words={"body": f"Words {seen}."},
    )
    appeal = appeal_verdict(verdict, by=contribution.author, text="No.")
    decide_appeal(appeal, by=UserFactory(), outcome="upheld", explanation="Read.")
    report_subject(contribution, by=UserFactory(), reason="abuse", note="A note.")
    held(), reported(), appealed()


@pytest.mark.parametrize("name", ["queue", "moderation-decide", "ledger"])
def test_three_rows_take_no_more_queries_than_one(desk, name):
    contribution = ContributionFactory()
    a_busy_thing(contribution)
    address = decide_page(contribution) if name == "moderation-decide" else reverse(f"moderation:{name}")
    counts, lengths = [], []
    desk.get(address)
    for more in (0, 2):
        for _row in range(more):
            a_busy_thing(contribution)
        with CaptureQueriesContext(connection) as captured:
            shown = desk.get(address)
        counts.append(len(captured))
        lengths.append(len(shown.content))
    assert (shown.status_code, counts[0], lengths[1] > lengths[0]) == (200, counts[1], True)
