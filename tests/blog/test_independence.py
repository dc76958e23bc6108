"""Nobody of the panel or the staff edits, removes or moderates anything in the blog, not even one who holds an editor's or a
moderator's role besides: every editorial and every moderation verb is a page that is not there."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from blog.actions.editing import approve_submission
from blog.models import Picture, PictureFile, Post, Submission, is_editor
from commons.audit.models import Entry
from commons.contributions.actions import add_contribution
from commons.contributions.models import Contribution, Thread
from commons.moderation.actions import appeal_verdict, decide_moderation, report_subject
from commons.moderation.models import Appeal, Moderation
from tests.factories.blog import BODY, TITLE, a_post, a_submission, an_author, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

OF_PANEL_OR_STAFF = [["panel_member"], ["chair"], ["chair", "panel_member"], ["staff"]]
# `appoint_person` gives nobody these together; rows that came another way still open nothing.
BOTH = [[role, *held] for role in ("editor", "moderator") for held in OF_PANEL_OR_STAFF] + [
    ["editor", "moderator", "panel_member", "staff"]
]
OTHERS = [[], ["analyst"], ["scribe"]]
WHY = {"reason": "unclear", "explanation": "Say who lent the money."}
NEW = {"title": "A better title", "summary": "A better summary.", "body": "A better text."}
DESK = {
    "desk-post": {"body": "A note."},
    "submission-approve": {"number": 1, "when": "now"},
    "changes-ask": {"number": 1, **WHY},
    "submission-decline": {"number": 1, **WHY},
    "changes-propose": {"number": 1, **NEW},
    "post-correct": {"seen": 1, **NEW, "correction": "A slip."},
    "post-reschedule": {"when": "now"},
    "post-pin": {"pinned": "yes"},
    "thread-slow": {"minutes": 120},
    "thread-close": {"when": "now", "reason": "Enough."},
    "thread-open": {},
}


def entered(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


class World:
    """A post that waits, one that is out, one that is taken down, and a comment and reports that wait for moderators."""

    def __init__(self, author=None) -> None:
        author = author or an_author()
        self.waiting = a_submission("Waiting", by=author)
        self.public = a_post(by=author)
        self.later = approve_submission(
            a_submission("Later", by=author), by=an_editor(), public_from=self.public.public_from.replace(year=2099)
        )
        self.comment = add_contribution(self.public.thread, by=UserFactory(), body="My first words.")
        report_subject(self.public, by=UserFactory(), reason="private")
        down = a_post("Taken down", by=author)
        report_subject(down, by=UserFactory(), reason="private")
        verdict = decide_moderation(
            Post.objects.get(pk=down.pk).moderation,
            by=UserFactory(roles=["moderator"]),
            outcome="decline",
            seen=1,
            reason="private",
            explanation="This names a neighbour.",
        )
        self.appeal = appeal_verdict(verdict, by=author, text="He agreed.")

    def fitting(self, name: str) -> Post:
        """The post to which an editor could do this."""
        if name == "post-reschedule":
            return self.later
        return self.waiting.post if "number" in DESK[name] else self.public

    def verbs(self) -> list[tuple[str, dict]]:
        """Every address on which somebody edits or moderates, with what a form there would send."""
        desk = [(reverse(f"blog:{name}", args=[self.fitting(name).pk]), data) for name, data in DESK.items()]
        seen = {"seen": 1, "outcome": "decline", "reason": "private", "explanation": "No."}
        moderation = [
            (reverse("moderation:moderation-decide", args=[row.pk]), seen) for row in Moderation.objects.order_by("pk")
        ]
        answer = {"outcome": "overturned", "explanation": "No."}
        return [
            (reverse("blog:desk"), {}),
            *desk,
            *moderation,
            (reverse("moderation:appeal-decide", args=[self.appeal.pk]), answer),
        ]

    def state(self) -> list:
        """Whatever such a verb could change."""
        return [
            list(Post.objects.order_by("pk").values_list("standing", "revision", "body", "public_from", "pinned_at")),
            list(Submission.objects.order_by("pk").values_list("outcome", flat=True)),
            list(Thread.objects.order_by("pk").values_list("slow_minutes", "closes_at", "close_reason")),
            list(Contribution.objects.order_by("pk").values_list("standing", "body")),
            list(Appeal.objects.values_list("outcome", flat=True)),
            Entry.objects.filter(verb="add_note").count(),
        ]


def answers(world: World, client: Client) -> set[int]:
    return {
        answer.status_code
        for address, data in world.verbs()
        for answer in (client.get(address), client.post(address, data))
    }


@pytest.mark.parametrize("roles", [*OF_PANEL_OR_STAFF, *BOTH, *OTHERS], ids=str)
def test_every_verb_of_editors_and_moderators_is_not_there(roles):
    world = World()
    before = world.state()
    assert answers(world, entered(UserFactory(roles=roles))) == {404}
    assert world.state() == before


def test_the_author_of_a_post_edits_and_moderates_nothing_of_it():
    author = an_author()
    world = World(author)
    before = world.state()
    assert answers(world, entered(author)) == {404}
    assert world.state() == before


@pytest.mark.parametrize("role", ["editor", "moderator"])
def test_nor_does_an_author_who_edits_or_moderates_the_rest(role):
    author = UserFactory(roles=[role])
    world = World(author)
    before = world.state()
    client = entered(author)
    for address, data in world.verbs():
        opened, sent = client.get(address).status_code, client.post(address, data).status_code
        # What may be opened is read, without a form: the desk itself, one's own post on it, and what was said to one.
        read = {
            "editor": address.startswith("/blog/desk/") and (address.count("/") <= 4),
            "moderator": address.startswith("/moderation/"),
        }[role]
        assert (address, opened) == (address, 200 if read else 404)
        is_note = role == "editor" and address.count("/") == 4 and read
        expected = {302} if is_note else {405} if address == "/blog/desk/" and read else {409, 422} if read else {404}
        assert {sent} <= expected, address
    assert world.state()[:5] == before[:5]


@pytest.mark.parametrize("who", ["nobody", "no second step"])
def test_who_is_not_signed_in_or_has_no_second_step_edits_nothing(who):
    world = World()
    before = world.state()
    client = Client() if who == "nobody" else entered(UserFactory(roles=["staff", "analyst"], roles__mfa=False))
    assert answers(world, client) <= {302, 404}
    assert world.state() == before


def test_an_editor_and_a_moderator_do_find_them():
    """Or else all of this would prove nothing."""
    world = World()
    client = entered(an_editor())
    found = {client.get(reverse(f"blog:{name}", args=[world.fitting(name).pk])).status_code for name in DESK}
    assert found == {200, 405}
    client = entered(UserFactory(roles=["moderator"]))
    pages = [address for address, _data in world.verbs() if address.startswith("/moderation/")]
    assert [client.get(address).status_code for address in pages] == [200] * 4


@pytest.mark.parametrize("roles", BOTH, ids=str)
def test_whoever_holds_both_is_no_editor_and_sees_only_what_everybody_does(roles):
    person = UserFactory(roles=roles)
    world = World()
    picture = Picture.objects.create(post=world.waiting.post, alt="A shelf", width=10, height=10)
    PictureFile.objects.create(picture=picture, width=10, kind="image/webp", data=b"RIFF")
    assert is_editor(person) is False
    assert list(Post.objects.visible_to(person)) == [world.public]
    assert list(Submission.objects.visible_to(person)) == []
    assert list(Contribution.objects.visible_to(person).filter(thread=world.public.thread)) == []
    assert list(Picture.objects.visible_to(person)) == []


@pytest.mark.parametrize("roles", [*OF_PANEL_OR_STAFF, *BOTH], ids=str)
def test_they_may_write_comment_and_report_like_everybody(roles):
    person = UserFactory(roles=roles)
    client = entered(person)
    post = a_post()
    said = {"body": "I agree.", "key": uuid.uuid4(), "mandate": "self", "shown_as": "name"}
    assert client.post(reverse("blog:comment", args=[post.year, post.slug]), said).status_code == 302
    reported = {"reason": "private", "note": ""}
    assert client.post(reverse("blog:post-report", args=[post.year, post.slug]), reported).status_code == 302
    own = a_submission("My own view", by=person)
    approve_submission(own, by=an_editor())
    assert client.get(Post.objects.get(pk=own.post_id).get_absolute_url()).status_code == 200
    assert client.get(reverse("blog:writing", args=[own.post_id])).status_code == 200


@pytest.mark.parametrize("roles", [*OF_PANEL_OR_STAFF, *BOTH], ids=str)
def test_the_page_of_a_post_offers_them_nothing_to_edit_with(roles):
    post = a_post()
    page = entered(UserFactory(roles=roles)).get(post.get_absolute_url()).content.decode()
    assert (TITLE in page, "/blog/desk/" in page, BODY in page) == (True, False, False)
