"""Who is named as an author: asking along, agreeing, guests, and leaving."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from blog.actions.bylines import (
    ASKING_WINDOW,
    MOST_ASKED,
    MOST_AUTHORS,
    AskedAlready,
    LastAuthor,
    TooManyAuthors,
    add_guest,
    ask_coauthor,
    decline_byline,
    drop_byline,
    join_post,
)
from blog.actions.editing import NotAnEditor, OwnPost, add_note, approve_submission, ask_changes
from blog.actions.pictures import drop_picture
from blog.actions.writing import NotNow, NotYours, drop_draft, hand_in, keep_draft
from blog.models import Author, Byline, Post
from commons.digests.models import Notice
from commons.moderation.actions import OwnWords, decide_moderation, report_subject
from commons.moderation.models import Moderation
from commons.people.models import User
from tests.factories.blog import a_draft, a_picture, a_post, a_submission, an_editor
from tests.factories.people import AppointmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def halina(client):
    person = UserFactory(name="Halina Nowak")
    client.force_login(person)
    return person


@pytest.fixture
def odhran():
    return UserFactory(name="Odhran Keane", email="odhran@example.coop")


@pytest.fixture
def post(halina):
    return a_draft(by=halina)


def fresh(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


def at(post: Post) -> str:
    return reverse("blog:authors-name", args=[post.pk])


def join_at(byline: Byline) -> str:
    return reverse("blog:join", args=[byline.pk])


def test_who_is_asked_is_told_and_named_only_once_they_agree(post, halina, odhran):
    byline = ask_coauthor(post, by=halina, email=" Odhran@Example.coop ")
    notice = Notice.objects.get(kind="blog-coauthor")
    before = fresh(post).names
    join_post(byline, by=odhran)
    assert (notice.recipient, before, fresh(post).names, odhran in post.thread.hosts.all()) == (
        odhran,
        ["Halina Nowak"],
        ["Halina Nowak", "Odhran Keane"],
        True,
    )


def test_who_asks_is_not_told_whether_there_is_an_account(post, halina, client):
    answers = []
    for email in ("nobody@example.coop", UserFactory().email):
        client.post(at(post), {"ask": "yes", "along-email": email})
        page = client.get(at(post)).content.decode()
        answers.append(page.replace(email, "").count("Asked, has not answered"))
    assert (answers, Notice.objects.filter(kind="blog-coauthor").count()) == ([1, 2], 1)


def test_one_person_asks_at_most_twenty_people_in_a_day(halina):
    drafts = [a_draft(by=halina) for _draft in range(5)]
    for number in range(MOST_ASKED):
        ask_coauthor(drafts[number % 4], by=halina, email=f"p{number}@example.coop")
    draft = drafts[-1]
    with pytest.raises(NotNow, match="ask the next ones tomorrow"):
        ask_coauthor(draft, by=halina, email="one-more@example.coop")
    with time_machine.travel(timezone.now() + ASKING_WINDOW):
        ask_coauthor(draft, by=halina, email="one-more@example.coop")


@pytest.mark.parametrize("email", ["odhran@example.coop", "ODHRAN@EXAMPLE.COOP"])
def test_nobody_is_asked_twice(post, halina, odhran, email):
    byline = ask_coauthor(post, by=halina, email="odhran@example.coop")
    with pytest.raises(AskedAlready):
        ask_coauthor(post, by=halina, email=email)
    join_post(byline, by=odhran)
    with pytest.raises(AskedAlready):
        ask_coauthor(post, by=halina, email=email)


def test_oneself_is_not_asked(post, halina):
    with pytest.raises(AskedAlready):
        ask_coauthor(post, by=halina, email=halina.email)


def test_there_is_room_for_so_many_names(post, halina):
    for number in range(MOST_AUTHORS - 1):
        add_guest(post, by=halina, name=f"Guest {number}")
    with pytest.raises(TooManyAuthors):
        add_guest(post, by=halina, name="One more")
    with pytest.raises(TooManyAuthors):
        ask_coauthor(post, by=halina, email="x@example.coop")


def test_nobody_else_can_agree_or_say_no(post, halina, odhran, client):
    byline = ask_coauthor(post, by=halina, email="odhran@example.coop")
    other = UserFactory()
    for action in (join_post, decline_byline):
        with pytest.raises(NotNow):
            action(byline, by=other)
    client.force_login(other)
    assert [client.get(join_at(byline)).status_code, client.post(join_at(byline)).status_code] == [404, 404]


def test_who_was_only_asked_reads_and_changes_nothing(post, halina, odhran, client):
    ask_coauthor(post, by=halina, email="odhran@example.coop")
    client.force_login(odhran)
    assert client.get(reverse("blog:post-edit", args=[post.pk])).status_code == 404
    with pytest.raises(NotYours):
        add_guest(post, by=odhran, name="x")


def test_who_is_asked_finds_it_and_agrees(post, halina, odhran, client):
    byline = ask_coauthor(post, by=halina, email="odhran@example.coop")
    client.force_login(odhran)
    assert join_at(byline) in client.get("/blog/write/").content.decode()
    page = client.get(join_at(byline)).content.decode()
    answer = client.post(join_at(byline), {"answer": "yes"})
    assert ("Halina Nowak" in page, answer.url) == (True, reverse("blog:writing", args=[post.pk]))
    assert client.get(answer.url).status_code == 200
    assert client.post(join_at(byline), {"answer": "yes"}).status_code == 404


def test_who_says_no_is_gone(post, halina, odhran, client):
    byline = ask_coauthor(post, by=halina, email="odhran@example.coop")
    client.force_login(odhran)
    client.post(join_at(byline), {"answer": "no"})
    assert (fresh(post).bylines.count(), Author.objects.filter(person=odhran).count()) == (1, 0)


def test_a_guest_is_named_without_an_account(post, halina, client):
    sent = {"name_guest": "yes", "guest-name": "Ann <b>Miller</b>", "guest-about": "Runs a mill", "guest-agrees": "on"}
    answer = client.post(at(post), sent, follow=True)
    assert (fresh(post).names, "<b>Miller" in answer.content.decode()) == (["Halina Nowak", "Ann <b>Miller</b>"], False)


def test_two_guests_of_one_name_have_two_addresses(post, halina):
    add_guest(post, by=halina, name="Ann Miller")
    add_guest(a_draft(), by=Post.objects.latest("pk").author, name="Ann Miller")
    assert sorted(Author.objects.filter(person=None).values_list("slug", flat=True)) == ["ann-miller", "ann-miller-2"]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"ask": "yes"}, "Write their e-mail address."),
        ({"ask": "yes", "along-email": "no address"}, "Write an e-mail address, like name@example.coop."),
        ({"ask": "yes", "along-email": "x" * 400 + "@example.coop"}, "Write"),
        ({"name_guest": "yes", "guest-agrees": "on"}, "Write the name of the guest."),
        ({"name_guest": "yes", "guest-name": "Ann"}, "Ask them first, then tick this."),
        ({"name_guest": "yes", "guest-name": "x" * 151, "guest-agrees": "on"}, "Write at most 150 letters."),
        (
            {"name_guest": "yes", "guest-name": "Ann", "guest-about": "x" * 501, "guest-agrees": "on"},
            "Write at most 500",
        ),
        ({}, "Write their e-mail address."),
    ],
)
def test_what_cannot_be_done_is_told(post, halina, client, sent, why):
    answer = client.post(at(post), sent)
    page = answer.content.decode()
    assert (answer.status_code, why in page, "<title>Error:" in page, fresh(post).bylines.count()) == (
        422,
        True,
        True,
        1,
    )


def test_refusals_come_back_at_their_field(post, halina, client):
    answers = [client.post(at(post), {"ask": "yes", "along-email": halina.email})]
    for number in range(MOST_AUTHORS - 1):
        add_guest(post, by=halina, name=f"Guest {number}")
    answers.append(client.post(at(post), {"ask": "yes", "along-email": "x@example.coop"}))
    answers.append(client.post(at(post), {"name_guest": "yes", "guest-name": "Ann", "guest-agrees": "on"}))
    assert [answer.status_code for answer in answers] == [422] * 3


def test_the_last_author_with_an_account_stays(post, halina):
    add_guest(post, by=halina, name="Ann Miller")
    with pytest.raises(LastAuthor):
        drop_byline(post.bylines.first(), by=halina)


def test_who_leaves_hands_the_post_on(post, halina, odhran, client):
    join_post(ask_coauthor(post, by=halina, email="odhran@example.coop"), by=odhran)
    answer = client.post(at(post), {"drop": post.bylines.first().pk})
    left = fresh(post)
    assert (answer.url, left.author, left.names, halina in left.thread.hosts.all()) == (
        "/blog/write/",
        odhran,
        ["Odhran Keane"],
        True,
    )
    assert client.get(at(post)).status_code == 404


def test_who_leaves_still_decides_nothing_about_it(odhran):
    left = an_editor(email="left@example.coop")
    post = a_draft(by=left, along=[odhran])
    drop_byline(post.bylines.first(), by=left)
    submission = hand_in(fresh(post), by=odhran, based_on=post.draft.revision)
    with pytest.raises(OwnPost):
        approve_submission(submission, by=left)
    assert left.has_perm("blog.approve_submission", fresh(post)) is False
    approve_submission(submission, by=an_editor())
    report_subject(fresh(post), by=UserFactory(), reason="abuse")
    AppointmentFactory(user=left, role="moderator")
    left = User.objects.get(pk=left.pk)
    with pytest.raises(OwnWords):
        decide_moderation(fresh(post).moderation, by=left, outcome="keep", seen=1)
    assert list(Moderation.objects.visible_to(left).not_business_of(left)) == []


def test_nobody_takes_another_persons_name_away(post, halina, odhran, client):
    join_post(ask_coauthor(post, by=halina, email="odhran@example.coop"), by=odhran)
    client.force_login(odhran)
    first = post.bylines.first()
    page = client.get(at(post)).content.decode()
    said = client.post(at(post), {"drop": first.pk}, follow=True).content.decode()
    assert (f'value="{first.pk}"' in page, "Only they themselves" in said, fresh(post).names) == (
        False,
        True,
        ["Halina Nowak", "Odhran Keane"],
    )


# --- what an editor approves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["waiting", "scheduled", "public"])
def test_no_name_is_added_that_no_editor_has_seen(state, halina, odhran, client):
    submission = a_submission(by=halina, asked=[odhran.email])
    post, byline = submission.post, submission.post.bylines.get(author=None)
    if state != "waiting":
        later = timezone.now() + dt.timedelta(days=1) if state == "scheduled" else None
        approve_submission(submission, by=an_editor(), public_from=later)
    with pytest.raises(NotNow):
        join_post(byline, by=odhran)
    page = client.get(at(post)).content.decode()
    sent = client.post(at(post), {"name_guest": "yes", "guest-name": "Buy looms", "guest-agrees": "on"})
    asked = client.post(at(post), {"ask": "yes", "along-email": "x@example.coop"})
    assert ("under the names it has" in page, 'name="guest-name"' in page) == (True, False)
    assert (sent.status_code, asked.status_code, fresh(post).names) == (422, 422, ["Halina Nowak"])


def test_after_changes_were_asked_for_a_name_can_be_added(halina, odhran):
    submission = a_submission(by=halina, asked=[odhran.email])
    ask_changes(submission, by=an_editor(), reason="unclear", explanation="Say who.")
    join_post(submission.post.bylines.get(author=None), by=odhran)
    assert fresh(submission.post).names == ["Halina Nowak", "Odhran Keane"]


def test_an_editor_who_decided_about_it_does_not_write_it_along(halina):
    editor = an_editor(email="editor@example.coop")
    submission = a_submission(by=halina, asked=[editor.email])
    ask_changes(submission, by=editor, reason="unclear", explanation="Say who.")
    with pytest.raises(NotNow):
        join_post(submission.post.bylines.get(author=None), by=editor)


def test_who_is_let_go_and_asked_again_is_told_once(post, halina, odhran):
    for _time in range(3):
        drop_byline(ask_coauthor(post, by=halina, email=odhran.email), by=halina)
    assert Notice.objects.filter(kind="blog-coauthor").count() == 1


# --- two clicks -----------------------------------------------------------------------------------------------------------


def test_what_is_gone_already_is_told_and_breaks_nothing(post, halina, odhran):
    """The second of two clicks that came at the same moment: it had seen what the first took away."""
    byline = ask_coauthor(post, by=halina, email=odhran.email)
    picture = a_picture(post)
    drop_byline(byline, by=halina)
    drop_picture(picture, by=halina)
    stale = fresh(post)
    drop_draft(post, by=halina)
    for refused, again in (
        (NotYours, partial(drop_draft, stale, by=halina)),
        (NotYours, partial(keep_draft, stale, by=halina, based_on=2, written={"title": "x"})),
        (NotAnEditor, partial(add_note, stale, by=halina, body="x")),
        (NotNow, partial(join_post, byline, by=odhran)),
    ):
        with pytest.raises(refused):
            again()


def test_a_name_or_a_picture_that_is_gone_already_is_told(post, halina, odhran):
    byline, picture = ask_coauthor(post, by=halina, email=odhran.email), a_picture(post)
    number, address = byline.pk, picture.pk
    drop_byline(byline, by=halina)
    drop_picture(picture, by=halina)
    byline.pk, picture.pk = number, address
    with pytest.raises(NotNow):
        drop_byline(byline, by=halina)
    with pytest.raises(NotYours):
        drop_picture(picture, by=halina)


@pytest.mark.parametrize("number", ["0", "x", "", "-1", "9" * 40])
def test_a_name_that_is_not_there_is_not_taken_away(post, halina, client, number):
    assert client.post(at(post), {"drop": number}).status_code == 404


def test_a_name_over_another_post_is_not_taken_away_here(post, halina, client):
    other = a_post().bylines.get()
    assert (client.post(at(post), {"drop": other.pk}).status_code, Byline.objects.filter(pk=other.pk).count()) == (
        404,
        1,
    )


def test_what_was_typed_waits_behind_the_sign_in(post, halina, client):
    client.logout()
    client.post(at(post), {"name_guest": "yes", "guest-name": "Ann Miller"})
    client.force_login(halina)
    assert 'value="Ann Miller"' in client.get(at(post)).content.decode()
