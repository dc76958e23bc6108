"""A post that readers report, from the report to the appeal: moderators see all of its words and decide about each, what they
took out is told by no page and no history, and what was wrongly taken comes back."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.actions.editing import approve_submission, correct_post
from blog.actions.pictures import PictureInUse, drop_picture
from blog.actions.writing import NotNow, hand_in, keep_draft, withdraw_post
from blog.models import Author, Byline, Picture, PictureFile, Post, Submission
from commons.digests.models import Notice
from commons.moderation.actions import (
    ChangedMeanwhile,
    NotPublic,
    OwnWords,
    appeal_verdict,
    decide_appeal,
    decide_moderation,
    report_subject,
)
from commons.moderation.models import Moderation, Verdict
from commons.moderation.reports import ledger_page
from tests.factories.blog import BODY, SUMMARY, TITLE, a_picture, a_post, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

WHY = {"reason": "private", "explanation": "This names a neighbour."}


def moderator(**more):
    return UserFactory(roles=["moderator"], **more)


def entered(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def reported(**more) -> Post:
    post = a_post(**more)
    report_subject(post, by=UserFactory(name="Reader"), reason="private", note="That is my uncle.")
    return fresh(post)


def decide(post: Post, outcome: str, *, by=None, **more) -> Verdict:
    if outcome in {"redact", "decline"}:
        more = WHY | more
    post = fresh(post)
    return decide_moderation(post.moderation, by=by or moderator(), outcome=outcome, seen=post.revision, **more)


def page_of(post: Post) -> str:
    return reverse("moderation:moderation-decide", args=[post.moderation_id])


# --- the page of moderators -----------------------------------------------------------------------------------------------


def test_a_reported_post_stays_public_and_waits_for_a_moderator():
    post = reported()
    assert (post.is_public, post.moderation.is_independent, post.moderation.kind) == (True, True, "post")
    page = text_of(entered(moderator()).get(reverse("moderation:queue")))
    assert f'<a href="{page_of(post)}">{TITLE}</a><span class="hint">Post. Reported by a reader. 1 report.' in page


def test_moderators_read_title_summary_and_text_and_may_shorten_each():
    post = reported()
    response = entered(moderator()).get(page_of(post))
    form = response.context["form"]
    assert [(passage.label, passage.text) for passage in response.context["passages"]] == [
        ("Title", TITLE),
        ("Summary", SUMMARY),
        ("Text", BODY),
    ]
    assert form.word_names == ["words_title", "words_summary", "words_body"]
    assert [label for label, _text in form.fields["outcome"].choices] == [
        "keep",
        "redact",
        "decline",
    ]
    assert "That is my uncle." in text_of(response)


def test_moderators_see_the_pictures_of_what_they_decide_about():
    post = reported()
    picture = Picture.objects.create(post=post, alt="A shelf", width=10, height=10, is_used=True)
    PictureFile.objects.create(picture=picture, width=10, kind="image/webp", data=b"RIFF")
    Post.objects.filter(pk=post.pk).update(body=f"![A shelf]({picture.get_absolute_url()})")
    response = entered(moderator()).get(page_of(post))
    assert f'src="{picture.get_absolute_url()}"' in text_of(response)
    decide(post, "decline")
    people = [moderator(), UserFactory(roles=["moderator", "staff"]), UserFactory()]
    assert [Picture.objects.visible_to(person).count() for person in people] == [1, 0, 0]


def test_a_picture_that_a_moderator_takes_out_is_public_no_more_and_comes_back_with_the_words():
    post = a_post()
    first, second = a_picture(post), a_picture(post)
    lines = [f"![A shelf]({picture.get_absolute_url()})" for picture in (first, second)]
    correct_post(
        post, by=an_editor(), seen=1, title=TITLE, summary=SUMMARY, body="\n\n".join(lines), correction="Pictures."
    )
    report_subject(post, by=UserFactory(), reason="private")
    verdict = decide(post, "redact", words={"body": lines[1]})
    shown = [Client().get(picture.get_absolute_url()).status_code for picture in (first, second)]
    page = text_of(Client().get(post.get_absolute_url()))
    assert (shown, f"{first.pk}" in page, page.count(f"{second.pk}")) == ([404, 200], False, 2)
    appeal = appeal_verdict(verdict, by=post.author, text="He agreed.")
    decide_appeal(appeal, by=moderator(), outcome="overturned", explanation="He did.")
    assert Client().get(first.get_absolute_url()).status_code == 200


def test_a_picture_in_what_was_taken_down_waits_for_the_appeal():
    post = a_post()
    picture = a_picture(post)
    words = {"title": TITLE, "summary": SUMMARY, "body": f"![A shelf]({picture.get_absolute_url()})"}
    correct_post(post, by=an_editor(), seen=1, correction="A picture.", **words)
    report_subject(post, by=UserFactory(), reason="private")
    decide(post, "decline")
    with pytest.raises(PictureInUse):
        drop_picture(picture, by=post.author)


def test_a_post_is_shortened_on_the_page():
    post = reported()
    data = {
        "outcome": "redact",
        "seen": 1,
        "words_title": TITLE,
        "words_summary": "Families bought the shop.",
        "words_body": "We had six weeks.",
        **WHY,
    }
    response = entered(moderator()).post(page_of(post), data)
    now = fresh(post)
    assert (response.status_code, now.title, now.summary, now.body, now.revision, now.is_public) == (
        302,
        TITLE,
        "Families bought the shop.",
        "We had six weeks.",
        2,
        True,
    )
    assert Verdict.objects.get().kept == {"summary": SUMMARY, "body": BODY}


def test_a_title_that_is_too_long_is_told_at_its_field():
    post = reported()
    data = {
        "outcome": "redact",
        "seen": 1,
        "words_title": "x" * 151,
        "words_summary": SUMMARY,
        "words_body": BODY,
    } | WHY
    response = entered(moderator()).post(page_of(post), data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["words_title"])


def test_it_is_left_as_it_is_and_whoever_reported_it_is_told():
    post = reported()
    decide(post, "keep")
    assert (fresh(post).is_public, fresh(post).revision) == (True, 1)
    assert list(Notice.objects.filter(kind="report").values_list("recipient__name", "path")) == [
        ("Reader", post.get_absolute_url())
    ]


# --- taking down, and the appeal ------------------------------------------------------------------------------------------


def test_what_is_taken_down_is_nowhere_at_once():
    post = reported()
    decide(post, "decline")
    assert list(Post.objects.public()) == []
    for somebody in (Client(), entered(UserFactory()), entered(moderator()), entered(post.author)):
        response = somebody.get(post.get_absolute_url())
        words = [words in text_of(response) for words in (TITLE, SUMMARY, "six weeks")]
        assert (response.status_code, words) == (410, [False] * 3)
    with pytest.raises(NotPublic):
        report_subject(post, by=UserFactory(), reason="abuse")
    assert list(Notice.objects.filter(kind="report").values_list("path", flat=True)) == [reverse("moderation:ledger")]


def test_its_author_appeals_a_second_person_overturns_and_it_is_back():
    post = reported()
    verdict = decide(post, "decline")
    author = entered(post.author)
    address = reverse("moderation:verdict-appeal", args=[verdict.pk])
    page = text_of(author.get(address))
    assert (TITLE in page, "We had <strong>six weeks</strong>" in page) == (True, True)
    assert author.post(address, {"text": "My uncle agreed."}).status_code == 302
    second = entered(moderator())
    answer = reverse("moderation:appeal-decide", args=[verdict.appeal.pk])
    assert TITLE in text_of(second.get(answer))
    assert second.post(answer, {"outcome": "overturned", "explanation": "He did."}).status_code == 302
    now = fresh(post)
    assert (now.is_public, now.body, now.slug) == (True, BODY, post.slug)
    assert Client().get(post.get_absolute_url()).status_code == 200
    assert [(line.kind, line.outcome, line.appeal) for line in ledger_page().lines] == [
        ("Post", "Refused", "The decision was wrong")
    ]


def test_after_an_overturned_refusal_the_words_there_are_stay_in_the_history():
    post = reported()
    verdict = decide(post, "decline")
    appeal = appeal_verdict(verdict, by=post.author, text="He agreed.")
    decide_appeal(appeal, by=moderator(), outcome="overturned", explanation="He did.")
    correct_post(fresh(post), by=an_editor(), seen=1, title="New", summary="New.", body="New.", correction="A slip.")
    assert [row.revision for row in post.submissions.wordings()] == [2, 1]


def test_every_author_is_told_and_one_of_them_appeals_for_all():
    other = UserFactory(name="Odhran Keane")
    post = reported(along=[other])
    verdict = decide(post, "decline")
    address = reverse("moderation:verdict-appeal", args=[verdict.pk])
    told = Notice.objects.filter(kind="verdict").order_by("recipient")
    everyone = sorted((person.pk, address) for person in (post.author, other))
    assert list(told.values_list("recipient", "path")) == everyone
    assert address in text_of(entered(other).get(reverse("blog:writing", args=[post.pk])))
    assert entered(other).post(address, {"text": "My uncle agreed."}).status_code == 302
    assert "Another author appealed on" in text_of(entered(post.author).get(address))
    assert entered(UserFactory()).get(address).status_code == 404
    decide_appeal(verdict.appeal, by=moderator(), outcome="overturned", explanation="He did.")
    answered = Notice.objects.filter(kind="appeal").order_by("recipient")
    assert list(answered.values_list("recipient", "path")) == everyone


def test_an_upheld_refusal_keeps_it_down():
    post = reported()
    verdict = decide(post, "decline")
    appeal = appeal_verdict(verdict, by=post.author, text="He agreed.")
    decide_appeal(appeal, by=moderator(), outcome="upheld", explanation="He did not.")
    assert fresh(post).is_public is False


def test_what_was_shortened_comes_back_when_the_decision_is_overturned():
    post = reported()
    verdict = decide(post, "redact", words={"title": "A shop", "body": "We had six weeks."})
    appeal = appeal_verdict(verdict, by=post.author, text="He agreed.")
    decide_appeal(appeal, by=moderator(), outcome="overturned", explanation="He did.")
    now = fresh(post)
    assert (now.title, now.body, now.revision) == (TITLE, BODY, 3)


def test_what_was_shortened_stays_short_where_other_words_were_approved_since():
    post = reported()
    verdict = decide(post, "redact", words={"body": "We had six weeks."})
    correct_post(fresh(post), by=an_editor(), seen=2, title="New", summary="New.", body="New.", correction="A slip.")
    appeal = appeal_verdict(verdict, by=post.author, text="He agreed.")
    decide_appeal(appeal, by=moderator(), outcome="overturned", explanation="He did.")
    assert fresh(post).body == "New."


# --- what the history tells -----------------------------------------------------------------------------------------------


def test_what_was_shortened_is_told_by_no_earlier_wording():
    post = a_post()
    correct_post(post, by=an_editor(), seen=1, title=TITLE, summary=SUMMARY, body=BODY + "More.", correction="A slip.")
    report_subject(post, by=UserFactory(), reason="private")
    decide(fresh(post), "redact", words={"body": "We had six weeks."})
    assert list(Submission.objects.filter(post=post).wordings()) == []
    correct_post(fresh(post), by=an_editor(), seen=3, title="New", summary="New.", body="New.", correction="A slip.")
    assert [row.revision for row in post.submissions.wordings()] == [4]
    for number in (1, 2, 3):
        address = reverse("blog:version", args=[post.year, post.slug, number])
        assert Client().get(address).status_code == 404
    assert "Handed in" in text_of(entered(an_editor()).get(reverse("blog:desk-post", args=[post.pk])))


def test_an_editor_is_warned_where_what_was_taken_out_would_come_back():
    post = reported()
    decide(post, "redact", words={"body": "We had six weeks."})
    post = fresh(post)
    keep_draft(post, by=post.author, based_on=post.draft.revision, written={"interest": "I am its treasurer."})
    hand_in(post, by=post.author, based_on=post.draft.revision + 1, correction="An interest.")
    page = text_of(entered(an_editor()).get(reverse("blog:desk-post", args=[post.pk])))
    assert "A moderator took something out of the public words on" in page
    hidden = page.split("A moderator decided that this wording is not shown.")
    assert len(hidden) == 2


# --- who and when ---------------------------------------------------------------------------------------------------------


def test_nobody_moderates_a_post_they_wrote_along():
    first, second = moderator(), moderator()
    post = reported(by=first)
    pen = Author.objects.create(person=second, name="Second", slug="second")
    Byline.objects.create(post=post, author=pen, joined_at=timezone.now())
    for person in (first, second):
        with pytest.raises(OwnWords):
            decide_moderation(post.moderation, by=person, outcome="keep", seen=1)
        page = entered(person).get(page_of(post))
        assert (page.status_code, 'name="outcome"' in text_of(page)) == (200, False)
        assert list(Moderation.objects.visible_to(person).not_business_of(person)) == []


def test_a_decision_about_words_that_were_corrected_meanwhile_decides_nothing():
    post = reported()
    correct_post(post, by=an_editor(), seen=1, title="New", summary="New.", body="New.", correction="A slip.")
    with pytest.raises(ChangedMeanwhile):
        decide_moderation(fresh(post).moderation, by=moderator(), outcome="decline", seen=1, **WHY)
    assert fresh(post).is_public is True


def test_what_its_author_withdraws_waits_for_nobody():
    post = reported()
    withdraw_post(post, by=post.author)
    assert fresh(post).moderation.waiting_since is None
    assert Moderation.objects.waiting().count() == 0


def test_what_was_taken_down_is_not_handed_in_again_and_what_waited_is_not_decided():
    post = a_post()
    keep_draft(post, by=post.author, based_on=post.draft.revision, written={"body": "Other words."})
    post = fresh(post)
    submission = hand_in(post, by=post.author, based_on=post.draft.revision, correction="The sum.")
    report_subject(post, by=UserFactory(), reason="private")
    decide(fresh(post), "decline")
    with pytest.raises(NotNow):
        hand_in(fresh(post), by=post.author, based_on=post.draft.revision, correction="The sum.")
    editor = an_editor()
    page = entered(editor)
    assert [row["submission"] for row in page.get(reverse("blog:desk")).context["rows"]] == []
    response = page.post(reverse("blog:submission-approve", args=[post.pk]), {"number": submission.number})
    assert (response.status_code, fresh(post).standing) == (409, "declined")
    appeal = appeal_verdict(Verdict.objects.get(), by=post.author, text="He agreed.")
    decide_appeal(appeal, by=moderator(), outcome="overturned", explanation="He did.")
    assert [row["submission"] for row in page.get(reverse("blog:desk")).context["rows"]] == [submission]
    approve_submission(submission, by=editor)
    assert fresh(post).body == "Other words."


def test_a_comment_on_a_post_is_moderated_by_others_than_its_author():
    author = moderator()
    post = a_post(by=author)
    client = entered(UserFactory())
    data = {"body": "My first words.", "key": uuid.uuid4(), "mandate": "self", "shown_as": "name"}
    response = client.post(reverse("blog:comment", args=[post.year, post.slug]), data)
    assert response.status_code == 302
    moderation = Moderation.objects.get()
    assert (moderation.is_independent, moderation.cause) == (True, "first")
    with pytest.raises(OwnWords):
        decide_moderation(moderation, by=author, outcome="publish", seen=1)
    decide_moderation(moderation, by=moderator(), outcome="publish", seen=1)
    assert moderation.contribution.thread == post.thread
