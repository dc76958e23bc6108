"""An author closes their account: posts stay under their name, stay without it, or go, as wished; what others wrote stays."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.actions.bylines import add_guest, ask_coauthor, join_post
from blog.actions.editing import add_note, approve_submission, correct_post, decline_submission, propose_changes
from blog.actions.following import announce_posts, follow
from blog.actions.writing import NotNow, hand_in
from blog.models import Author, Byline, Draft, Note, Picture, Post, Proposal, Submission
from commons.contributions.models import Contribution
from commons.digests.models import Notice
from commons.moderation.actions import appeal_verdict, decide_appeal, decide_moderation, report_subject
from commons.moderation.models import Moderation
from commons.people.actions import close_account
from commons.people.models import User
from tests.factories.blog import a_comment, a_draft, a_picture, a_post, a_submission, an_author, an_editor
from tests.factories.people import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

NAME = "Ysolde Quillfeather"


@pytest.fixture
def author() -> User:
    return an_author(name=NAME)


def leave(person: User, wish: str = "", *, said: str = "") -> None:
    close_account(person, by=person, answers={"blog": wish, "contributions": said})


def a_post_of(author: User, other: User) -> Post:
    """Written by both, and public."""
    post = a_draft(by=author)
    join_post(ask_coauthor(post, by=author, email=other.email), by=other)
    post.draft.refresh_from_db()
    return approve_submission(hand_in(post, by=author, based_on=post.draft.revision), by=an_editor())


def page_of(post: Post) -> tuple[int, str]:
    answer = Client().get(reverse("blog:post", args=[post.year, post.slug]))
    return answer.status_code, answer.content.decode()


def lists() -> str:
    """What everybody sees of posts besides their pages."""
    paths = ["/blog/", "/blog/feed/", "/blog/?q=village", "/sitemap.xml", "/blog/archive/"]
    return "".join(Client().get(path).content.decode() for path in paths)


def test_a_post_that_stays_keeps_its_name_and_its_author_a_page(author):
    post = a_post(by=author)
    leave(author, "stay")
    status, page = page_of(post)
    assert (status, NAME in page, post.title in page) == (200, True, True)
    pen = Author.objects.get()
    assert (pen.name, pen.person) == (NAME, None)
    assert Client().get(pen.get_absolute_url()).status_code == 200


def test_a_post_can_stay_without_the_name(author):
    organisation = MembershipFactory(user=author, organisation__name="Rivermead Housing Co-operative").organisation
    post = a_post(by=author, organisation=organisation, mandate="officer", interest="I sell looms.")
    address = author.pen.get_absolute_url()
    leave(author, "unnamed")
    status, page = page_of(post)
    assert (status, post.title in page, "Somebody who has closed their account" in page) == (200, True, True)
    assert [word for word in (NAME, "Rivermead", "looms") if word in page + lists()] == []
    assert (Author.objects.count(), Client().get(address).status_code) == (0, 404)


def test_a_post_that_goes_is_nowhere_and_what_was_said_to_it_is_still_there(author):
    post = a_post(by=author, title="Why our village shop became a co-op")
    comment = a_comment(post, body="We did the same.")
    leave(author, "go")
    status, page = page_of(post)
    assert (status, "Its author has withdrawn it." in page, comment.body in page) == (410, True, True)
    assert [word for word in (NAME, post.title, "Forty families") if word in page + lists()] == []
    row = Post.objects.get()
    assert (row.title, row.summary, row.body, row.standing) == ("", "", "", "withdrawn")
    assert list(Submission.objects.values_list("title", "summary", "body")) == [("", "", "")]


def test_pictures_and_what_followers_were_told_go_with_a_post(author):
    post = a_post(by=author)
    a_picture(post)
    follow(by=UserFactory())
    announce_posts(by=None)
    assert (Picture.objects.count(), Notice.objects.filter(kind="blog-post").count()) == (1, 1)
    leave(author, "go")
    assert (Picture.objects.count(), Notice.objects.filter(kind="blog-post").count()) == (0, 0)


def test_what_waits_for_its_day_goes_or_comes_out_as_wished(author):
    post = a_post(by=author, public_from=timezone.now() + dt.timedelta(days=3))
    leave(author, "stay")
    assert Post.objects.public(timezone.now() + dt.timedelta(days=4)).get().pk == post.pk
    other = an_author()
    gone = a_post(by=other, title="Out later", public_from=timezone.now() + dt.timedelta(days=3))
    leave(other, "go")
    assert (Post.objects.get(pk=gone.pk).public_from, page_of(gone)[0]) == (None, 404)


@pytest.mark.parametrize("wish", ["stay", "unnamed", "go"])
def test_what_never_was_public_goes_in_any_case(author, wish):
    a_post(by=author, title="Public")
    draft = a_draft("A secret plan", by=author)
    a_picture(draft)
    waiting = a_submission("A second secret", by=author)
    editor = an_editor()
    propose_changes(waiting, by=editor, title="A third secret", summary="", body="A fourth secret")
    add_note(waiting.post, by=author, body="A fifth secret")
    declined = decline_submission(
        a_submission("A sixth secret", by=author), by=editor, reason="advert", explanation="It advertises."
    )
    leave(author, wish)
    assert not Post.objects.filter(pk=draft.pk).exists()
    assert Submission.objects.waiting().count() == 0
    assert (Proposal.objects.count(), Picture.objects.count()) == (0, 0)
    texts = [
        *Post.objects.values_list("title", "summary", "body"),
        *Submission.objects.values_list("title", "summary", "body"),
        *Draft.objects.values_list("title", "summary", "body"),
        *Note.objects.values_list("body"),
    ]
    assert [text for row in texts for text in row if "secret" in text] == []
    # The editors' decision is still counted.
    assert Submission.objects.in_ledger().filter(pk=declined.pk).values_list("outcome", "reason").get() == (
        "declined",
        "advert",
    )


def test_the_editors_page_of_such_a_post_still_opens(author):
    waiting = a_submission("A secret", by=author)
    leave(author)
    client = Client()
    client.force_login(an_editor())
    answers = [
        client.get(path).status_code for path in (f"/blog/desk/{waiting.post_id}/", "/blog/desk/", "/blog/report/")
    ]
    assert answers[:2] == [200, 200]


@pytest.mark.parametrize(("wish", "names"), [("stay", [NAME, "Co Author"]), ("unnamed", ["Co Author"])])
def test_a_post_written_together_stays_with_the_others(author, wish, names):
    other = an_author(name="Co Author")
    a_post_of(author, other)
    leave(author, wish)
    row = Post.objects.get()
    assert (row.author, row.names, row.standing) == (other, names, "published")
    client = Client()
    client.force_login(other)
    assert client.get(reverse("blog:writing", args=[row.pk])).status_code == 200


def test_who_wrote_only_together_with_others_cannot_erase_their_posts(author):
    a_post_of(author, an_author(name="Co Author"))
    client = Client()
    client.force_login(author)
    page = client.get("/you/close/").content.decode()
    assert ('value="unnamed"' in page, 'value="go"' in page) == (True, False)


def test_nobody_is_asked_to_write_along_who_is_gone(author):
    other = an_author(name="Co Author")
    ask_coauthor(a_draft(by=author), by=author, email=other.email)
    leave(other)
    assert Byline.objects.filter(joined_at=None).count() == 0


def test_a_post_that_moderators_look_at_goes_or_stays_with_them(author):
    post = a_post(by=author)
    report_subject(post, by=UserFactory(), reason="abuse")
    other = an_author()
    gone = a_post(by=other, title="Another")
    report_subject(gone, by=UserFactory(), reason="abuse")
    leave(author, "stay")
    leave(other, "go")
    assert [moderation.post.pk for moderation in Moderation.objects.waiting()] == [post.pk]


def test_what_the_author_said_to_others_is_asked_about_apart(author):
    post = a_post(by=author)
    a_comment(a_post(title="Another"), by=author, body="My words.")
    leave(author, "stay", said="go")
    assert (Post.objects.get(pk=post.pk).standing, Contribution.objects.get().body) == ("published", "")


@pytest.mark.parametrize("wish", ["stay", "unnamed"])
def test_an_editor_can_still_correct_a_post_that_stays(author, wish):
    post = a_post(by=author)
    leave(author, wish)
    words = {"title": "Why our shop became a co-op", "summary": "Forty families.", "body": "We had **six** weeks."}
    correct_post(post, by=an_editor(), seen=1, correction="Our shop, not the village's.", **words)
    status, page = page_of(post)
    assert (status, words["title"] in page) == (200, True)


def test_a_guest_of_a_post_that_goes_is_forgotten_too(author):
    draft = a_draft(by=author)
    add_guest(draft, by=author, name="Guest Quillfeather")
    hand_in(draft, by=author, based_on=draft.draft.revision)
    leave(author)
    assert (Author.objects.count(), Byline.objects.count()) == (0, 0)


def test_nobody_joins_a_post_whose_author_is_gone(author):
    other = an_author(name="Co Author")
    post = a_draft(by=author)
    byline = ask_coauthor(post, by=author, email=other.email)
    hand_in(post, by=author, based_on=post.draft.revision)
    leave(author)
    with pytest.raises(NotNow):
        join_post(byline, by=other)


def test_words_that_a_moderator_took_out_of_a_shared_post_can_still_come_back(author):
    other = an_author(name="Co Author")
    post = a_post_of(author, other)
    report = report_subject(post, by=UserFactory(), reason="abuse")
    words = {"reason": "abuse", "explanation": "Why", "words": {"body": "Shorter."}}
    verdict = decide_moderation(
        report.moderation, by=UserFactory(roles=["moderator"]), outcome="redact", seen=post.revision, **words
    )
    appeal = appeal_verdict(verdict, by=author, text="It was meant well.")
    leave(author, "unnamed")
    decide_appeal(appeal, by=UserFactory(roles=["moderator"]), outcome="overturned", explanation="It was.")
    appeal.refresh_from_db()
    assert (Post.objects.get().body, appeal.by) == (post.body, other)
