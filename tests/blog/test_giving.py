"""Saying something to a post, and reporting one."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from blog.actions.writing import withdraw_post
from blog.models import Post
from commons.contributions.actions import close_thread, slow_thread
from commons.moderation.models import Report
from tests.factories.blog import a_comment, a_post, an_author, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return an_author(name="Gwen Roberts")


@pytest.fixture
def post(author) -> Post:
    return a_post(by=author)


@pytest.fixture
def reader(client):
    person = UserFactory(name="Rhys Reader")
    client.force_login(person)
    return person


def comment_on(post: Post) -> str:
    return reverse("blog:comment", args=[post.year, post.slug])


def said(body: str = "We did the same.") -> dict[str, str]:
    return {"body": body, "shown_as": "name", "key": str(uuid.uuid4())}


def test_a_comment_is_said_once_however_often_it_is_sent(client, reader, post):
    words = said()
    answers = [client.post(comment_on(post), words) for _time in range(2)]
    row = post.thread.contributions.get()
    assert [answer["Location"] for answer in answers] == [row.get_absolute_url()] * 2
    assert (row.author, row.body) == (reader, "We did the same.")


def test_an_author_answers_under_their_own_post(client, author, post):
    client.force_login(author)
    assert client.post(comment_on(post), said("Thank you.")).status_code == 302
    assert post.thread.contributions.get().author == author


def test_an_empty_comment_keeps_the_page(client, reader, post):
    answer = client.post(comment_on(post), said(" "))
    assert (answer.status_code, answer.context["form"].errors["body"]) == (422, ["Write your comment."])
    assert "<title>Error: Comment on" in answer.content.decode()


def test_a_closed_discussion_says_so_at_the_form_and_keeps_the_words(client, reader, post):
    close_thread(post.thread, by=an_editor(), closes_at=timezone.now() - dt.timedelta(hours=1), reason="Enough said.")
    assert "form" in client.get(comment_on(post)).context
    assert "Send your comment" not in client.get(comment_on(post)).content.decode()
    answer = client.post(comment_on(post), said("My long words"))
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, ["Enough said."])
    assert answer.context["form"]["body"].value() == "My long words"


def test_in_a_slowed_discussion_everybody_waits(client, reader, post):
    slow_thread(post.thread, by=an_editor(), minutes=10)
    a_comment(post, by=reader)
    answer = client.post(comment_on(post), said("My long words"))
    assert (answer.status_code, len(answer.context["form"].non_field_errors())) == (422, 1)
    assert answer.context["form"]["body"].value() == "My long words"


def test_a_post_that_goes_while_somebody_writes_gives_their_words_back(client, reader, author, post):
    withdraw_post(post, by=author)
    answer = client.post(comment_on(post), said("My long words"))
    page = answer.content.decode()
    assert (answer.status_code, "My long words" in page, post.title in page) == (410, True, False)


@pytest.mark.parametrize("end", ["withdrawn", "closed"])
def test_where_nothing_can_be_said_no_reply_is_offered_or_taken(client, reader, author, post, end):
    row = a_comment(post)
    reply = reverse("contributions:reply", args=[row.pk])
    pages = [post.get_absolute_url(), row.get_absolute_url()]
    assert [reply in client.get(page).content.decode() for page in pages] == [True, True]
    if end == "withdrawn":
        withdraw_post(post, by=author)
        why = "What this was said to is not public any more, so nothing can be added to it."
    else:
        close_thread(post.thread, by=an_editor(), closes_at=timezone.now(), reason="It went in circles.")
        why = "This discussion is closed. The reason: It went in circles."
    assert [reply in client.get(page).content.decode() for page in pages] == [False, False]
    shown = client.get(reply).content.decode()
    assert (why in shown, 'name="body"' in shown) == (True, False)
    sent = client.post(reply, said("My words."))
    kept = "My words.</textarea>" in sent.content.decode()
    assert (sent.status_code, kept, post.thread.contributions.count()) == (422, True, 1)


def test_what_was_typed_before_signing_in_again_is_on_the_page(client, post):
    client.post(comment_on(post), said("My long words"))
    client.force_login(UserFactory())
    assert client.get(comment_on(post)).context["form"]["body"].value() == "My long words"


@pytest.mark.parametrize("name", ["comment", "post-report"])
def test_who_is_not_signed_in_is_asked_to(client, post, name):
    address = reverse(f"blog:{name}", args=[post.year, post.slug])
    assert client.get(address)["Location"] == f"{reverse('account_login')}?next={address}"


def test_a_reader_reports_a_post_once_and_it_stays(client, reader, post):
    address = reverse("blog:post-report", args=[post.year, post.slug])
    assert client.post(address, {}).status_code == 422
    for _time in range(2):
        assert client.post(address, {"reason": "abuse", "note": "See line 3."})["Location"] == post.get_absolute_url()
    report = Report.objects.get()
    assert (report.by, report.reason, report.note) == (reader, "abuse", "See line 3.")
    assert Post.objects.get().is_public


def test_an_author_does_not_report_their_own_post(client, author, post):
    client.force_login(author)
    assert client.get(reverse("blog:post-report", args=[post.year, post.slug])).status_code == 404
