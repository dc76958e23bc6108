"""The editors' desk: what waits and what is shown of a post, each form with what it does and refuses, and that nothing somebody
typed is lost when a colleague was faster."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from blog.actions.editing import (
    add_note,
    approve_submission,
    ask_changes,
    correct_post,
    decline_submission,
    pin_post,
    propose_changes,
)
from blog.actions.writing import hand_in, keep_draft, take_back, withdraw_post
from blog.models import Note, Post, Proposal, Submission
from commons.contributions.models import Thread
from tests.factories.blog import BODY, SUMMARY, TITLE, a_draft, a_post, a_submission, a_theme, an_author, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

WHY = {"reason": "unclear", "explanation": "Say who lent the money."}
NEW = {"title": "A better title", "summary": "A better summary.", "body": "A better text."}


def entered(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def editor():
    return an_editor(name="Carys Penhallow")


@pytest.fixture
def desk(editor) -> Client:
    return entered(editor)


def at(name: str, thing: Post | Submission) -> str:
    return reverse(f"blog:{name}", args=[thing.post_id if isinstance(thing, Submission) else thing.pk])


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def errors_of(response) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def tomorrow() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=1)


def moment(day: str, time: str) -> dict[str, str]:
    return {"when": "later", "moment_0": day, "moment_1": time}


def rewritten(post: Post, **words) -> Submission:
    """The same post handed in again with other words."""
    post = fresh(post)
    keep_draft(post, by=post.author, based_on=post.draft.revision, written=words)
    post = fresh(post)
    return hand_in(post, by=post.author, based_on=post.draft.revision, correction="The sum was wrong.")


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# --- the desk -------------------------------------------------------------------------------------------------------------


def test_the_desk_lists_what_waits_the_longest_wait_first(desk, editor):
    now = timezone.now()
    with time_machine.travel(now - dt.timedelta(days=5)):
        later = a_submission("The later one")
    with time_machine.travel(now - dt.timedelta(days=7)):
        idea = a_submission("An idea", is_pitch=True)
    new_words = rewritten(a_post("A public one"), body="Other words.")
    own = a_submission("My own", by=editor)
    rows = desk.get(reverse("blog:desk")).context["rows"]
    assert [(row["submission"], row["kind"], row["is_own"]) for row in rows] == [
        (idea, "An idea", False),
        (later, "A post", False),
        (new_words, "New words for a public post", False),
        (own, "A post", True),
    ]
    assert [row["age"] for row in rows[:2]] == ["1 week", "5 days"]


def test_the_desk_lists_what_comes_out_later_what_stands_at_the_top_and_what_was_decided(desk, editor):
    soon = approve_submission(a_submission("Soon"), by=editor, public_from=tomorrow())
    first = approve_submission(a_submission("Sooner"), by=editor, public_from=tomorrow() - dt.timedelta(hours=2))
    pinned = pin_post(a_post("Pinned"), by=editor, pinned=True)
    declined = decline_submission(a_submission("No"), by=editor, **WHY)
    taken_back = a_submission("Taken back")
    take_back(taken_back.post, by=taken_back.post.author)
    page = desk.get(reverse("blog:desk"))
    assert list(page.context["scheduled"]) == [first, soon]
    assert list(page.context["pinned"]) == [pinned]
    assert [row.post for row in page.context["lately"]] == [declined.post, pinned, first, soon]
    assert page.context["rows"] == []


def test_the_desk_asks_as_many_questions_for_many_as_for_one(desk, editor):
    def number() -> int:
        with CaptureQueriesContext(connection) as found:
            desk.get(reverse("blog:desk"))
        return len(found)

    def more() -> None:
        a_submission("Waiting")
        approve_submission(a_submission("Later"), by=editor, public_from=tomorrow())
        pin_post(a_post("Pinned"), by=editor, pinned=True)

    more()
    number()
    one = number()
    more(), more()
    assert number() == one


def test_a_post_that_was_never_handed_in_is_not_on_the_desk(desk, editor):
    for post in (a_draft(), a_draft(by=editor)):
        assert desk.get(at("desk-post", post)).status_code == 404


# --- one post -------------------------------------------------------------------------------------------------------------


def test_an_editor_reads_what_was_handed_in_and_who_says_it(desk):
    submission = a_submission(
        by=an_author(name="Gwen Larkin"), themes=[a_theme("Finance")], interest="I am its treasurer."
    )
    page = desk.get(at("desk-post", submission))
    facts = {row["label"]: row["values"] for row in page.context["facts"]}
    assert facts == {
        "Authors": ["Gwen Larkin"],
        "Speaking": ["For myself"],
        "Declared interest": ["I am its treasurer."],
        "Language": ["English"],
        "Themes": ["Finance"],
        "Speaks to": ["No section"],
    }
    words = [words in text_of(page) for words in (TITLE, SUMMARY, "We had <strong>six weeks</strong> to find")]
    assert words == [True] * 3


def test_what_an_author_goes_on_writing_is_not_shown(desk):
    submission = a_submission()
    post = submission.post
    keep_draft(post, by=post.author, based_on=post.draft.revision, written={"body": "Not for you yet."})
    assert "Not for you yet." not in text_of(desk.get(at("desk-post", post)))


def test_new_words_are_compared_with_the_public_ones(desk):
    submission = rewritten(a_post(), summary="Fifty families bought the shop when the owner retired.")
    page = desk.get(at("desk-post", submission))
    [changed] = page.context["changed"]
    assert (changed.label, [(piece.kind, piece.text) for piece in changed.pieces[:2]]) == (
        "Summary",
        [("deleted", "Forty "), ("inserted", "Fifty ")],
    )
    assert "What would change in the public words" in text_of(page)


def test_what_is_handed_in_again_is_compared_with_what_was_handed_in_before(desk, editor):
    submission = a_submission()
    ask_changes(submission, by=editor, **WHY)
    page = desk.get(at("desk-post", rewritten(submission.post, title="A better title")))
    assert [changed.label for changed in page.context["changed"]] == ["Title"]
    assert [row["submission"] for row in page.context["earlier"]] == [submission]
    told_before = [words in text_of(page) for words in ("Hard to follow", "Say who lent the money.", "Number 1,")]
    assert told_before == [True] * 3


def test_a_first_submission_is_compared_with_nothing(desk):
    page = desk.get(at("desk-post", a_submission()))
    assert (page.context["before"], page.context["changed"]) == (None, [])


def test_proposals_and_notes_stand_on_the_page(desk, editor):
    submission = a_submission()
    propose_changes(submission, by=editor, note="Shorter.", **NEW)
    add_note(submission.post, by=submission.post.author, body="The members lent it.")
    page = desk.get(at("desk-post", submission))
    assert [[one.label for one in row["changed"]] for row in page.context["proposals"]] == [
        ["Title", "Summary", "Text"]
    ]
    said = [words in text_of(page) for words in ("the author has not answered", "Shorter.", "The members lent it.")]
    assert said == [True] * 3


@pytest.mark.parametrize(
    ("state", "label"),
    [
        ("waiting", "Never public yet"),
        ("scheduled", "Approved, comes out later"),
        ("public", "Public"),
        ("withdrawn", "Withdrawn by its author"),
        ("declined", "Taken down by a moderator"),
    ],
)
def test_the_page_says_where_a_post_stands(desk, editor, state, label):
    match state:
        case "waiting":
            post = a_submission().post
        case "scheduled":
            post = approve_submission(a_submission(), by=editor, public_from=tomorrow())
        case _:
            post = a_post()
            if state != "public":
                Post.objects.filter(pk=post.pk).update(standing=state)
    page = desk.get(at("desk-post", post))
    assert (page.status_code, page.context["state"]["label"]) == (200, label)


def test_an_editors_own_post_is_shown_without_a_button_and_each_verb_is_not_there(desk, editor):
    submission, post = a_submission(by=editor), a_post(by=editor)
    for one in (submission, post):
        page = text_of(desk.get(at("desk-post", one)))
        assert "You wrote this yourself, so another editor must decide." in page
        verbs = [*VERBS, *MORE_VERBS]
        links = [at(name, one) in page for name in verbs]
        assert links == [False] * len(verbs)
        assert [desk.get(at(name, one)).status_code for name in verbs] == [404] * 5 + [404] * 3 + [404, 404]
        assert [desk.post(at(name, one), {}).status_code for name in verbs] == [404] * len(verbs)


VERBS = ["submission-approve", "changes-ask", "submission-decline", "changes-propose", "post-correct"]
MORE_VERBS = ["post-reschedule", "thread-slow", "thread-close", "post-pin", "thread-open"]


# --- a note ---------------------------------------------------------------------------------------------------------------


def test_a_note_is_sent(desk, editor):
    submission = a_submission()
    response = desk.post(at("desk-post", submission), {"body": "Who lent the money?"})
    assert (response.status_code, response["Location"]) == (302, at("desk-post", submission) + "#notes")
    assert list(Note.objects.values_list("by", "is_by_editor", "body")) == [(editor.pk, True, "Who lent the money?")]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("  ", "Write something first."),
        ("x" * 3001, "Write at most 3000 letters. You have 3001."),
    ],
)
def test_a_note_that_says_nothing_or_too_much_is_refused_and_kept(desk, body, error):
    response = desk.post(at("desk-post", a_submission()), {"body": body})
    assert (response.status_code, errors_of(response)) == (422, {"body": [error]})
    assert response.context["form"]["body"].value() == body
    assert "<title>Error:" in text_of(response)


# --- approving ------------------------------------------------------------------------------------------------------------


def test_a_post_is_approved_now(desk):
    submission = a_submission()
    response = desk.post(at("submission-approve", submission), {"number": 1, "when": "now"}, follow=True)
    assert told(response) == ["Approved. Everybody can read it now, and the author is told."]
    assert fresh(submission.post).is_public is True


def test_a_post_is_approved_for_a_day_and_a_time_in_the_time_zone_of_the_site(desk):
    submission = a_submission()
    with time_machine.travel("2026-06-01 10:00Z"):
        desk = entered(an_editor())
        data = {"number": 1, **moment("2026-07-01", "09:30")}
        response = desk.post(at("submission-approve", submission), data, follow=True)
        assert told(response) == ["Approved. It comes out at its time, and the author is told."]
        assert fresh(submission.post).public_from == dt.datetime(2026, 7, 1, 8, 30, tzinfo=dt.UTC)
        assert "It comes out on 1 July 2026 at 9:30am." in text_of(response)


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"when": ["Say when."]}),
        ({"when": "never"}, {"when": ["Choose one of the two."]}),
        ({"when": "later"}, {"moment": ["Say on which day and at what time."]}),
        (moment("2026-02-30", "09:30"), {"moment": ["Write a day that exists, like 2027-01-29."]}),
        (moment("2026-12-01", "25:00"), {"moment": ["Write a time like 17:00."]}),
        (moment("2026-12-01", ""), {"moment": ["Write a time like 17:00."]}),
        (moment("2020-01-01", "09:30"), {"moment": ["This moment is over. Choose a later one."]}),
        (moment("9999-12-31", "23:59"), {"moment": ["This is too far away. Choose a day within two years."]}),
        (
            moment("2026-12-01", "09:30") | {"when": "now"},
            {"when": ["You wrote a day or a time. Choose that it should wait, or take them out."]},
        ),
    ],
    ids=str,
)
def test_a_moment_that_makes_no_sense_is_told_at_its_field(desk, data, errors):
    submission = a_submission()
    response = desk.post(at("submission-approve", submission), {"number": 1, **data})
    assert (response.status_code, errors_of(response)) == (422, errors)
    assert (fresh(submission).outcome, "<title>Error:" in text_of(response)) == ("waiting", True)


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_an_hour_that_the_clocks_leave_out_or_tell_twice_is_refused_in_plain_words(desk, day):
    with time_machine.travel("2027-03-01 10:00Z"):
        response = entered(an_editor()).post(
            at("submission-approve", a_submission()), {"number": 1, **moment(day, "01:30")}
        )
    why = "The clocks change in that night, so this time comes twice or not at all. Choose another time."
    assert (response.status_code, errors_of(response)) == (422, {"moment": [why]})


def test_an_idea_is_encouraged(desk):
    submission = a_submission(is_pitch=True)
    page = desk.get(at("submission-approve", submission))
    assert list(page.context["form"].fields) == ["number"]
    response = desk.post(at("submission-approve", submission), {"number": 1}, follow=True)
    assert told(response) == ["Done. The author is told to go on and write it."]


def test_new_words_for_a_public_post_ask_for_the_line_for_readers(desk):
    submission = rewritten(a_post(), body="Other words.")
    form = desk.get(at("submission-approve", submission)).context["form"]
    assert (list(form.fields), form["correction"].value()) == (
        ["correction", "number", "revision"],
        "The sum was wrong.",
    )
    response = desk.post(at("submission-approve", submission), {"number": 2, "revision": 1, "correction": " "})
    assert (response.status_code, errors_of(response)) == (
        422,
        {"correction": ["Say in a line what changed. Readers will see it under the post."]},
    )
    desk.post(at("submission-approve", submission), {"number": 2, "revision": 1, "correction": "The sum."})
    assert (fresh(submission.post).body, fresh(submission).correction) == ("Other words.", "The sum.")


def test_a_correction_of_a_colleague_is_not_undone_unread(desk):
    post = a_post()
    submission = rewritten(post, body="Other words.")
    correct_post(post, by=an_editor(), seen=1, correction="A slip.", **NEW)
    data = {"number": 2, "revision": 1, "correction": "The sum."}
    response = desk.post(at("submission-approve", submission), data)
    form = response.context["form"]
    said = "The public words were changed since you opened this page. Read what would change, then decide."
    assert (response.status_code, form.non_field_errors(), form["revision"].value()) == (409, [said], "2")
    assert [one.label for one in response.context["changed"]] == ["Title", "Summary", "Text"]
    assert (form["correction"].value(), fresh(post).body, fresh(submission).outcome) == (
        "The sum.",
        NEW["body"],
        "waiting",
    )
    assert desk.post(at("submission-approve", submission), data | {"revision": 2}).status_code == 302


def test_new_words_for_a_scheduled_post_keep_its_date_unless_another_is_chosen(desk, editor):
    post = approve_submission(a_submission(), by=editor, public_from=tomorrow())
    form = desk.get(at("submission-approve", rewritten(post, body="Other words."))).context["form"]
    assert (form["when"].value(), form["moment"].value()) == ("later", post.public_from.replace(microsecond=0))


# --- asking and declining -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "outcome"), [("changes-ask", "changes"), ("submission-decline", "declined")])
def test_it_is_sent_back_or_declined_with_a_reason(desk, name, outcome):
    submission = a_submission()
    assert desk.post(at(name, submission), {"number": 1, **WHY}).status_code == 302
    row = fresh(submission)
    assert (row.outcome, row.reason, row.explanation) == (outcome, "unclear", "Say who lent the money.")


@pytest.mark.parametrize("name", ["changes-ask", "submission-decline"])
@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"reason": ["Choose a reason."], "explanation": ["Explain your decision to the author."]}),
        ({**WHY, "reason": "taste"}, {"reason": ["Choose one of the reasons in the list."]}),
        ({**WHY, "explanation": "x" * 2001}, {"explanation": ["Write at most 2000 letters. You have 2001."]}),
    ],
    ids=["nothing", "another reason", "too long"],
)
def test_without_a_reason_and_an_explanation_nothing_is_sent(desk, name, data, errors):
    submission = a_submission()
    response = desk.post(at(name, submission), {"number": 1, **data})
    assert (response.status_code, errors_of(response), fresh(submission).outcome) == (422, errors, "waiting")


# --- proposing ------------------------------------------------------------------------------------------------------------


def test_other_words_are_proposed(desk):
    submission = a_submission()
    form = desk.get(at("changes-propose", submission)).context["form"]
    assert [form[name].value() for name in ("title", "summary", "body")] == [TITLE, SUMMARY, BODY]
    assert desk.post(at("changes-propose", submission), {"number": 1, **NEW, "note": "Shorter."}).status_code == 302
    row = Proposal.objects.get()
    assert (row.title, row.summary, row.body, row.note) == (*NEW.values(), "Shorter.")


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (
            {"title": TITLE, "summary": SUMMARY, "body": BODY.replace("\n", "\r\n")},
            {"body": ["This is how it reads already. Change something first."]},
        ),
        (NEW | {"title": " "}, {"title": ["Write a title."]}),
        (NEW | {"body": ""}, {"body": ["Write the text."]}),
        (NEW | {"body": "x" * 60_001}, {"body": ["Write at most 60000 letters. You have 60001."]}),
        (NEW | {"title": "x" * 151}, {"title": ["Write at most 150 letters. You have 151."]}),
        (NEW | {"note": "x" * 501}, {"note": ["Write at most 500 letters. You have 501."]}),
    ],
    ids=["unchanged", "no title", "no text", "long text", "long title", "long note"],
)
def test_proposed_words_that_cannot_be_are_told_at_their_field(desk, data, errors):
    response = desk.post(at("changes-propose", a_submission()), {"number": 1, **data})
    assert (response.status_code, errors_of(response), Proposal.objects.count()) == (422, errors, 0)


# --- decided meanwhile ----------------------------------------------------------------------------------------------------

FILLED = {
    "submission-approve": {"when": "now"},
    "changes-ask": WHY,
    "submission-decline": WHY,
    "changes-propose": NEW,
}


@pytest.mark.parametrize("name", FILLED)
def test_what_a_colleague_decided_meanwhile_is_refused_and_nothing_typed_is_lost(desk, name):
    submission = a_submission()
    ask_changes(submission, by=an_editor(), **WHY)
    response = desk.post(at(name, submission), {"number": 1, **FILLED[name]})
    page = text_of(response)
    said = "This does not wait any more: a colleague decided, or the author took it back. Nothing was changed."
    assert (response.status_code, said in page, "<title>Error:" in page) == (409, True, True)
    typed = [text for field, text in FILLED[name].items() if field not in {"when", "reason"}]
    assert [row["text"] for row in response.context["typed"]] == typed
    assert (fresh(submission).decided_by != desk, Proposal.objects.count()) == (True, 0)


@pytest.mark.parametrize("name", FILLED)
def test_what_was_replaced_meanwhile_is_refused_and_the_form_stands_there_again(desk, name):
    submission = a_submission()
    again = rewritten(submission.post, body="An insult.")
    response = desk.post(at(name, submission), {"number": 1, **FILLED[name]})
    form = response.context["form"]
    said = "The author handed in other words meanwhile, so nothing was changed. Read them, then decide once more."
    assert (response.status_code, form.non_field_errors(), form["number"].value()) == (409, [said], "2")
    assert {field: form[field].value() for field in FILLED[name]} == FILLED[name]
    assert (fresh(again).outcome, Post.objects.public().count(), Proposal.objects.count()) == ("waiting", 0, 0)
    assert desk.post(at(name, submission), {"number": 2, **FILLED[name]}).status_code == 302


@pytest.mark.parametrize("name", FILLED)
@pytest.mark.parametrize("number", ["", "x", "-1", "99999999999999999999"])
def test_a_form_without_the_number_it_speaks_of_decides_nothing(desk, name, number):
    submission = a_submission()
    response = desk.post(at(name, submission), {"number": number, **FILLED[name]})
    assert (response.status_code, fresh(submission).outcome) == (422 if number == "" else 409, "waiting")


@pytest.mark.parametrize("name", FILLED)
def test_where_nothing_waits_the_page_leads_back(desk, name):
    response = desk.get(at(name, a_post()), follow=True)
    assert (response.redirect_chain[0][1], response.status_code) == (302, 200)
    assert told(response) == [
        "This does not wait any more: a colleague decided, or the author took it back. Nothing was changed."
    ]


# --- correcting -----------------------------------------------------------------------------------------------------------


def test_public_words_are_corrected(desk):
    post = a_post()
    form = desk.get(at("post-correct", post)).context["form"]
    assert [form[name].value() for name in ("title", "summary", "body", "seen")] == [TITLE, SUMMARY, BODY, 1]
    data = {"seen": 1, **NEW, "correction": "The name was wrong."}
    assert desk.post(at("post-correct", post), data).status_code == 302
    assert (fresh(post).body, fresh(post).revision) == ("A better text.", 2)
    page = text_of(Client().get(post.get_absolute_url()))
    assert ("The name was wrong." in page, "A better text." in page) == (True, True)


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (NEW, {"correction": ["Say in a line what changed. Readers will see it under the post."]}),
        (NEW | {"correction": "x" * 301}, {"correction": ["Write at most 300 letters. You have 301."]}),
        (NEW | {"correction": "A slip.", "summary": ""}, {"summary": ["Write a summary."]}),
        (
            {"title": TITLE, "summary": SUMMARY, "body": BODY, "correction": "A slip."},
            {"body": ["This is how it reads already. Change something first."]},
        ),
    ],
    ids=["no line", "long line", "no summary", "unchanged"],
)
def test_a_correction_that_cannot_be_is_told_at_its_field(desk, data, errors):
    post = a_post()
    response = desk.post(at("post-correct", post), {"seen": 1, **data})
    assert (response.status_code, errors_of(response), fresh(post).revision) == (422, errors, 1)


def test_a_correction_of_words_that_changed_meanwhile_shows_what_there_is_now(desk):
    post = a_post()
    correct_post(post, by=an_editor(), seen=1, correction="A slip.", **NEW | {"body": "A colleague's text."})
    data = {"seen": 1, **NEW, "correction": "The name was wrong."}
    response = desk.post(at("post-correct", post), data)
    form = response.context["form"]
    assert (response.status_code, form["seen"].value(), form["body"].value()) == (409, "2", "A better text.")
    assert [one.label for one in response.context["changed"]] == ["Text"]
    assert fresh(post).body == "A colleague's text."
    assert desk.post(at("post-correct", post), data | {"seen": 2}).status_code == 302


def test_a_withdrawn_post_is_not_corrected(desk):
    post = a_post()
    withdraw_post(post, by=post.author)
    assert desk.get(at("post-correct", post)).status_code == 302
    response = desk.post(at("post-correct", post), {"seen": 1, **NEW, "correction": "The name was wrong."})
    assert (response.status_code, [row["text"] for row in response.context["typed"]]) == (
        409,
        [*NEW.values(), "The name was wrong."],
    )


# --- dates and the top of the list ----------------------------------------------------------------------------------------


def test_a_scheduled_post_gets_another_date_or_comes_out_now(desk, editor):
    post = approve_submission(a_submission(), by=editor, public_from=tomorrow())
    day = timezone.localdate() + dt.timedelta(days=9)
    assert desk.post(at("post-reschedule", post), moment(day.isoformat(), "09:30")).status_code == 302
    assert timezone.localtime(fresh(post).public_from).isoformat()[:16] == f"{day}T09:30"
    response = desk.post(at("post-reschedule", post), moment(day.isoformat(), "09:30") | {"when": "now"}, follow=True)
    assert (told(response)[-1], fresh(post).is_public) == ("It is public now.", True)


def test_what_is_out_already_has_no_date_to_change(desk):
    post = a_post()
    assert desk.get(at("post-reschedule", post)).status_code == 302
    assert desk.post(at("post-reschedule", post), moment("2027-01-01", "09:30")).status_code == 409


def test_a_post_is_kept_at_the_top_and_not_any_more(desk):
    post = a_post()
    assert desk.post(at("post-pin", post), {"pinned": "yes"}).status_code == 302
    assert fresh(post).pinned_at is not None
    assert desk.post(at("post-pin", post), {"pinned": "no"}).status_code == 302
    assert fresh(post).pinned_at is None
    assert desk.get(at("post-pin", post)).status_code == 405


def test_what_is_not_public_is_not_kept_at_the_top(desk):
    submission = a_submission()
    response = desk.post(at("post-pin", submission), {"pinned": "yes"}, follow=True)
    assert (told(response), fresh(submission.post).pinned_at) == (["Only what is public can be pinned."], None)


# --- the discussion -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [0, 5, 30, 120])
def test_a_discussion_is_slowed_down(desk, minutes):
    post = a_post()
    assert desk.post(at("thread-slow", post), {"minutes": minutes}).status_code == 302
    assert Thread.objects.get(post=post).slow_minutes == minutes


@pytest.mark.parametrize(
    ("minutes", "error"),
    [("", "Choose how long."), ("7", "Choose one from the list."), ("x", "Choose one from the list.")],
)
def test_only_the_waits_in_the_list_are_taken(desk, minutes, error):
    response = desk.post(at("thread-slow", a_post()), {"minutes": minutes})
    assert (response.status_code, errors_of(response)) == (422, {"minutes": [error]})


def test_a_discussion_is_closed_now_and_opened_again(desk):
    post = a_post()
    assert desk.post(at("thread-close", post), {"when": "now", "reason": "It went in circles."}).status_code == 302
    thread = Thread.objects.get(post=post)
    assert (thread.is_open_at(timezone.now()), thread.close_reason) == (False, "It went in circles.")
    assert "It went in circles." in text_of(desk.get(at("desk-post", post)))
    assert desk.post(at("thread-open", post)).status_code == 302
    assert Thread.objects.get(post=post).is_open_at(timezone.now()) is True


def test_a_discussion_closes_on_a_date(desk):
    post, day = a_post(), timezone.localdate() + dt.timedelta(days=9)
    data = {"reason": "The vote is on that day.", **moment(day.isoformat(), "17:00")}
    assert desk.post(at("thread-close", post), data).status_code == 302
    thread = Thread.objects.get(post=post)
    assert thread.is_open_at(timezone.now()) is True
    assert timezone.localtime(thread.closes_at).isoformat()[:16] == f"{day}T17:00"


def test_a_discussion_is_not_closed_without_a_reason_or_a_moment(desk):
    post = a_post()
    response = desk.post(at("thread-close", post), {"when": "later", "reason": " "})
    assert (response.status_code, errors_of(response)) == (
        422,
        {
            "reason": ["Say why it closes. Readers will see it."],
            "moment": ["Say on which day and at what time."],
        },
    )
    assert Thread.objects.get(post=post).closes_at is None


def test_what_was_never_public_has_no_discussion(desk):
    submission = a_submission()
    for name in ("thread-slow", "thread-close", "thread-open"):
        assert desk.post(at(name, submission), {"minutes": 5}).status_code == 404


# --- the menu -------------------------------------------------------------------------------------------------------------


def test_only_editors_have_the_desk_in_their_menu():
    people = {
        "editor": an_editor(),
        "person": UserFactory(),
        "moderator": UserFactory(roles=["moderator"]),
        "panel": UserFactory(roles=["panel_member"]),
        "staff": UserFactory(roles=["staff"]),
        "editor of the panel": UserFactory(roles=["editor", "panel_member"]),
        "editor of the staff": UserFactory(roles=["editor", "staff"]),
    }
    pages = {who: text_of(entered(person).get(reverse("blog:list"))) for who, person in people.items()}
    assert {who for who, page in pages.items() if "The blog’s desk" in page} == {"editor"}


def test_on_the_desk_the_menu_names_the_desk_and_not_the_blog(desk):
    nav = desk.get(reverse("blog:desk")).context["nav"]
    assert [item["label"] for item in nav if item["current"]] == ["The blog’s desk"]
