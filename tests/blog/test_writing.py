"""Writing a post: beginning, keeping, what two windows make of it, handing in, taking back, and an author's own pages."""

import datetime as dt
import json
import re
import uuid
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from blog.actions.bylines import join_post
from blog.actions.editing import (
    add_note,
    answer_proposal,
    approve_submission,
    ask_changes,
    decline_submission,
    propose_changes,
)
from blog.actions.writing import (
    MOST_UNFINISHED,
    MOST_WAITING,
    CorrectionMissing,
    KeptElsewhere,
    NothingChanged,
    NotNow,
    NotReady,
    NotYourOrganisation,
    NotYours,
    TooMany,
    drop_draft,
    hand_in,
    keep_draft,
    start_post,
    take_back,
    withdraw_post,
)
from blog.models import Byline, Draft, Note, Post, Submission
from blog.models.writing import LONGEST_TEXT
from blog.reports import own_posts, state_for_author
from commons.audit.models import Entry
from commons.contributions.models import Thread
from commons.moderation.actions import hold
from commons.moderation.models import Cause, Standing
from tests.factories.blog import (
    BODY,
    SUMMARY,
    TITLE,
    a_draft,
    a_photo,
    a_picture,
    a_post,
    a_submission,
    a_theme,
    an_editor,
)
from tests.factories.panel import a_section
from tests.factories.people import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def halina(client):
    person = UserFactory(name="Halina Nowak")
    client.force_login(person)
    return person


@pytest.fixture
def editor():
    return an_editor(name="Ed Price")


def at(name: str, post: Post, **more) -> str:
    return reverse(f"blog:{name}", args=[post.pk, *more.values()])


def draft_of(post: Post) -> Draft:
    return Draft.objects.get(post=post)


def typed(post: Post, **changed) -> dict:
    """What a browser sends of the editor when nothing but this was changed."""
    draft = draft_of(post)
    sent = {
        "title": draft.title,
        "summary": draft.summary,
        "body": draft.body,
        "language": draft.language,
        "interest": draft.interest,
        "based_on": draft.revision,
        "page": str(uuid.uuid4()),
        "turn": 1,
    }
    return sent | changed


def text_of(answer) -> str:
    """What stands in a page, without tags."""
    content = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(unescape(content).split())


# --- beginning ------------------------------------------------------------------------------------------------------------


def test_a_post_begins_empty_with_its_author_and_a_discussion_nobody_of_the_panel_moderates(halina):
    post = start_post(by=halina)
    assert (
        post.names,
        post.draft.written() | {"theme_ids": None},
        post.thread.is_independent,
        list(post.thread.hosts.all()),
        post.is_public,
        Entry.objects.filter(verb="start_post").count(),
    ) == (
        ["Halina Nowak"],
        {
            "title": "",
            "summary": "",
            "body": "",
            "language": "en-gb",
            "mandate": "self",
            "organisation": None,
            "interest": "",
            "theme_ids": None,
            "thread_ids": [],
        },
        True,
        [halina],
        False,
        1,
    )


def test_who_has_an_empty_one_gets_it_again(halina):
    first = start_post(by=halina)
    again = start_post(by=halina, is_pitch=True)
    assert (again, draft_of(first).is_pitch, Post.objects.count()) == (first, True, 1)


def test_there_is_an_end_to_what_one_may_begin(halina):
    for number in range(MOST_UNFINISHED):
        a_draft(f"Number {number}", by=halina)
    with pytest.raises(TooMany):
        start_post(by=halina)
    hand_in(Post.objects.first(), by=halina, based_on=draft_of(Post.objects.first()).revision)
    assert start_post(by=halina).pk is not None


def test_nobody_fills_the_editors_desk_alone(halina, client):
    handed = [a_submission(f"Number {number}", by=halina) for number in range(MOST_WAITING)]
    post = a_draft("One more", by=halina)
    sent = client.post(at("hand-in", post), {"kind": "post", "based_on": draft_of(post).revision})
    said = "Many of your posts wait for an editor." in sent.content.decode()
    assert (sent.status_code, said, Submission.objects.waiting().count()) == (422, True, MOST_WAITING)
    again = handed[0].post
    keep_draft(again, by=halina, based_on=draft_of(again).revision, written={"body": "Other words."})
    assert hand_in(again, by=halina, based_on=draft_of(again).revision).number == 2
    take_back(again, by=halina)
    assert hand_in(post, by=halina, based_on=draft_of(post).revision).is_waiting is True


# --- keeping --------------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_counted(halina):
    post = a_draft(by=halina)
    before = draft_of(post).revision
    kept = keep_draft(post, by=halina, based_on=before, written={"title": "Another", "theme_ids": [3]})
    assert (kept.title, kept.theme_ids, kept.body, kept.revision, kept.kept_by) == (
        "Another",
        [3],
        BODY,
        before + 1,
        halina,
    )


def test_the_same_again_keeps_nothing_and_is_no_clash(halina):
    post = a_draft(by=halina)
    kept = keep_draft(post, by=halina, based_on=0, written={"title": TITLE})
    assert kept.revision == draft_of(post).revision == 2


def test_words_of_another_window_are_not_written_over(halina):
    post = a_draft(by=halina)
    with pytest.raises(KeptElsewhere) as elsewhere:
        keep_draft(post, by=halina, based_on=1, written={"body": "Mine"})
    assert (elsewhere.value.draft.body, draft_of(post).body) == (BODY, BODY)


def test_a_page_whose_answer_was_lost_on_the_way_goes_on_from_its_own_words(halina):
    post, page = a_draft(by=halina), uuid.uuid4()
    keep_draft(post, by=halina, based_on=2, written={"body": "One"}, page=page, turn=1)
    kept = keep_draft(post, by=halina, based_on=2, written={"body": "One, two"}, page=page, turn=2)
    assert (kept.body, kept.revision) == ("One, two", 4)


def test_what_a_page_sent_before_and_arrives_after_changes_nothing(halina):
    post, page = a_draft(by=halina), uuid.uuid4()
    keep_draft(post, by=halina, based_on=2, written={"body": "One, two"}, page=page, turn=2)
    with pytest.raises(KeptElsewhere):
        keep_draft(post, by=halina, based_on=2, written={"body": "One"}, page=page, turn=1)
    assert draft_of(post).body == "One, two"


def test_a_page_is_a_stranger_once_another_has_kept_something(halina):
    post, page, other = a_draft(by=halina), uuid.uuid4(), uuid.uuid4()
    keep_draft(post, by=halina, based_on=2, written={"body": "One"}, page=page, turn=1)
    keep_draft(post, by=halina, based_on=3, written={"body": "Other"}, page=other, turn=1)
    with pytest.raises(KeptElsewhere):
        keep_draft(post, by=halina, based_on=3, written={"body": "One, two"}, page=page, turn=2)


@pytest.mark.parametrize("person", ["stranger", "editor", "asked"])
def test_only_authors_write(halina, editor, person):
    post = a_submission(by=halina).post
    asked = UserFactory()
    Byline.objects.create(post=post, asked_email=asked.email)
    by = {"stranger": UserFactory(), "editor": editor, "asked": asked}[person]
    for action in (
        lambda: keep_draft(post, by=by, based_on=2, written={"title": "x"}),
        lambda: hand_in(post, by=by, based_on=2),
        lambda: take_back(post, by=by),
        lambda: withdraw_post(post, by=by),
        lambda: drop_draft(post, by=by),
    ):
        with pytest.raises(NotYours):
            action()


def test_nobody_writes_for_an_organisation_they_have_not_joined(halina):
    post = a_draft(by=halina)
    for_it = {"mandate": "officer", "organisation": OrganisationFactory()}
    with pytest.raises(NotYourOrganisation):
        keep_draft(post, by=halina, based_on=2, written=for_it)
    joined = MembershipFactory(user=halina).organisation
    kept = keep_draft(post, by=halina, based_on=2, written=for_it | {"organisation": joined})
    assert kept.organisation == joined


def test_a_co_author_changes_words_that_are_said_for_an_organisation_they_are_not_in(halina):
    joined, other = MembershipFactory(user=halina).organisation, UserFactory()
    post = a_draft(by=halina, mandate="officer", organisation=joined)
    byline = Byline.objects.create(post=post, asked_email=other.email)
    from_other = join_post(byline, by=other)
    keep_draft(post, by=other, based_on=2, written={"title": "Ours"})
    submission = hand_in(post, by=other, based_on=3)
    assert (from_other.joined_at is None, submission.title, submission.organisation) == (False, "Ours", joined)


def test_a_page_is_a_stranger_once_a_proposal_was_taken_over(halina, editor):
    post, page = a_draft(by=halina), uuid.uuid4()
    keep_draft(post, by=halina, based_on=2, written={"body": "One"}, page=page, turn=1)
    proposal = propose(hand_in(post, by=halina, based_on=3), editor, body="Theirs")
    answer_proposal(proposal, by=halina, accept=True, based_on=3)
    with pytest.raises(KeptElsewhere):
        keep_draft(post, by=halina, based_on=3, written={"body": "One, two"}, page=page, turn=2)
    assert draft_of(post).body == "Theirs"


# --- handing in -----------------------------------------------------------------------------------------------------------


def test_an_idea_that_is_handed_in_whole_is_no_idea_any_more(halina):
    post = a_draft(by=halina, is_pitch=True)
    hand_in(post, by=halina, based_on=2, is_pitch=False)
    assert draft_of(post).is_pitch is False


def test_what_is_handed_in_is_frozen(halina):
    post = a_draft(by=halina, themes=[a_theme()])
    submission = hand_in(post, by=halina, based_on=2)
    keep_draft(post, by=halina, based_on=2, written={"body": "Other words"})
    submission.refresh_from_db()
    post.refresh_from_db()
    assert (submission.body, submission.number, submission.outcome, post.body, post.handed_in_at) == (
        BODY,
        1,
        "waiting",
        "",
        submission.made_at,
    )


@pytest.mark.parametrize(
    ("written", "is_pitch", "missing"),
    [
        ({"title": " "}, False, "Still missing: a title."),
        ({"body": "\n"}, False, "Still missing: a text."),
        ({"summary": ""}, False, "Still missing: a summary."),
        ({"title": "", "summary": "", "body": ""}, False, "Still missing: a title, a summary, a text."),
        ({"title": "", "summary": "", "body": ""}, True, "Still missing: a title, a text."),
        ({"mandate": "officer"}, False, "Still missing: the organisation you write for."),
    ],
)
def test_what_is_missing_is_named(halina, written, is_pitch, missing):
    post = a_draft(by=halina)
    Draft.objects.filter(post=post).update(**written)
    with pytest.raises(NotReady, match=re.escape(missing)):
        hand_in(post, by=halina, based_on=2, is_pitch=is_pitch)


def test_an_idea_needs_no_summary(halina):
    post = a_draft(by=halina, summary="", is_pitch=True)
    assert hand_in(post, by=halina, based_on=2).is_pitch is True


def test_the_same_handed_in_twice_is_one(halina):
    post = a_draft(by=halina)
    assert hand_in(post, by=halina, based_on=2) == hand_in(post, by=halina, based_on=2)


def test_other_words_take_the_place_of_those_that_wait(halina):
    first = a_submission(by=halina)
    keep_draft(first.post, by=halina, based_on=2, written={"title": "Better"})
    second = hand_in(first.post, by=halina, based_on=3)
    first.refresh_from_db()
    assert (first.outcome, second.number, list(Submission.objects.waiting())) == ("withdrawn", 2, [second])


def test_words_that_nobody_looked_at_are_not_handed_in(halina):
    post = a_draft(by=halina)
    with pytest.raises(KeptElsewhere):
        hand_in(post, by=halina, based_on=1)


def test_a_public_post_changes_only_with_a_line_for_its_readers_and_stays_until_then(halina, editor):
    post = a_post(by=halina)
    keep_draft(post, by=halina, based_on=2, written={"title": "Better"})
    with pytest.raises(CorrectionMissing):
        hand_in(post, by=halina, based_on=3, correction=" ")
    submission = hand_in(post, by=halina, based_on=3, correction=" A better title. ")
    post.refresh_from_db()
    assert (submission.correction, post.title, post.is_public) == ("A better title.", TITLE, True)
    approve_submission(submission, by=editor)
    post.refresh_from_db()
    assert (post.title, post.revision, post.corrected_at is None) == ("Better", 2, False)


def test_what_is_public_already_is_not_handed_in_again(halina):
    post = a_post(by=halina, themes=[a_theme("Finance"), a_theme("Land")])
    with pytest.raises(NothingChanged):
        hand_in(post, by=halina, based_on=2, correction="Nothing")
    keep_draft(post, by=halina, based_on=2, written={"theme_ids": [a_theme("Land").pk]})
    assert hand_in(post, by=halina, based_on=3, correction="One theme less").number == 2


def test_a_post_that_is_approved_is_no_idea_any_more(halina):
    post = a_post(by=halina)
    keep_draft(post, by=halina, based_on=2, written={"title": "Better"})
    with pytest.raises(NotReady):
        hand_in(post, by=halina, based_on=3, correction="x", is_pitch=True)


def test_a_scheduled_post_takes_other_words_without_a_line_since_nobody_has_read_it(halina):
    post = a_post(by=halina, public_from=timezone.now() + dt.timedelta(days=3))
    keep_draft(post, by=halina, based_on=2, written={"title": "Better"})
    assert hand_in(post, by=halina, based_on=3).correction == ""


@pytest.mark.parametrize("standing", [Standing.WITHDRAWN, Standing.DECLINED, Standing.HELD])
def test_what_was_withdrawn_taken_down_or_is_looked_at_is_not_handed_in(halina, standing):
    post = a_post(by=halina)
    Post.objects.filter(pk=post.pk).update(standing=standing)
    with pytest.raises(NotNow):
        hand_in(post, by=halina, based_on=2, correction="x")


# --- taking back, withdrawing, throwing away ------------------------------------------------------------------------------


def test_what_waits_is_taken_back_once(halina):
    submission = a_submission(by=halina)
    take_back(submission.post, by=halina)
    submission.refresh_from_db()
    assert submission.outcome == "withdrawn"
    with pytest.raises(NotNow):
        take_back(submission.post, by=halina)


def test_a_withdrawn_post_is_gone_at_once_and_nothing_of_it_waits(halina):
    post = a_post(by=halina)
    keep_draft(post, by=halina, based_on=2, written={"title": "Better"})
    waiting = hand_in(post, by=halina, based_on=3, correction="x")
    withdraw_post(post, by=halina)
    waiting.refresh_from_db()
    assert (list(Post.objects.public()), waiting.outcome) == ([], "withdrawn")
    with pytest.raises(NotNow):
        withdraw_post(post, by=halina)


def test_what_was_never_public_is_not_withdrawn(halina):
    with pytest.raises(NotNow):
        withdraw_post(a_submission(by=halina).post, by=halina)


def test_what_was_never_handed_in_can_be_thrown_away_with_all_that_hangs_on_it(halina):
    post = a_draft(by=halina)
    a_picture(post)
    drop_draft(post, by=halina)
    assert (Post.objects.count(), Thread.objects.count(), Draft.objects.count()) == (0, 0, 0)


def test_what_editors_have_seen_stays(halina):
    with pytest.raises(NotNow):
        drop_draft(a_submission(by=halina).post, by=halina)


# --- where it stands ------------------------------------------------------------------------------------------------------


def states(person) -> list[str]:
    return [state_for_author(post).label for post in own_posts(person)]


def test_where_a_post_stands_is_said_in_words(halina, editor):
    post = a_draft(by=halina, is_pitch=True)
    found = states(halina)
    for step in (
        lambda: approve_submission(hand_in(post, by=halina, based_on=2), by=editor),
        lambda: hand_in(post, by=halina, based_on=2),
        lambda: ask_changes(post.submissions.last(), by=editor, reason="unclear", explanation="Shorter"),
        lambda: hand_in(post, by=halina, based_on=2),
        lambda: decline_submission(post.submissions.last(), by=editor, reason="unclear", explanation="No"),
        lambda: take_back(hand_in(post, by=halina, based_on=2).post, by=halina),
        lambda: approve_submission(
            hand_in(post, by=halina, based_on=2), by=editor, public_from=timezone.now() + dt.timedelta(days=2)
        ),
        lambda: Post.objects.update(public_from=timezone.now()),
        lambda: hold(Post.objects.get(), by=None, cause=Cause.REPORT),
        lambda: Post.objects.update(standing=Standing.DECLINED),
        lambda: Post.objects.update(standing=Standing.WITHDRAWN),
    ):
        step()
        found += states(halina)
    assert found == [
        "Not handed in",
        "Idea liked",
        "With the editors",
        "Changes asked for",
        "With the editors",
        "Declined",
        "Taken back",
        "Scheduled",
        "Public",
        "Held",
        "Taken down",
        "Withdrawn",
    ]


def test_the_list_of_ones_own_asks_as_often_for_three_as_for_one(client, halina):
    a_post("One", by=halina)
    client.get("/blog/write/")
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get("/blog/write/")
        counts.append(len(asked))
        if not number:
            a_post("Two", by=halina)
            a_submission("Three", by=halina)
    assert counts[0] == counts[1]


# --- the pages ------------------------------------------------------------------------------------------------------------


def test_a_visitor_sees_what_it_takes_and_where_to_sign_in(client):
    answer = client.get("/blog/write/")
    page = answer.content.decode()
    assert (
        answer.status_code,
        "What the editors look for" in page,
        'href="/accounts/login/?next=/blog/write/"' in page,
        "Pitch an idea" in page,
    ) == (200, True, True, False)


@pytest.mark.parametrize(("kind", "is_pitch"), [("pitch", True), ("post", False), ("nonsense", False)])
def test_a_button_begins_a_post_or_an_idea(client, halina, kind, is_pitch):
    answer = client.post("/blog/write/start/", {"kind": kind})
    post = Post.objects.get()
    assert (answer.url, draft_of(post).is_pitch) == (at("post-edit", post), is_pitch)


def test_who_signs_in_on_the_way_comes_back_to_the_buttons(client, halina):
    assert client.get("/blog/write/start/").url == "/blog/write/"
    client.logout()
    assert client.post("/blog/write/start/").url == "/accounts/login/?next=/blog/write/start/"


def test_who_has_begun_too_many_is_told(client, halina):
    for number in range(MOST_UNFINISHED):
        a_draft(f"Number {number}", by=halina)
    answer = client.post("/blog/write/start/", follow=True)
    assert "You have many unfinished posts." in text_of(answer)


PAGES = ["writing", "post-edit", "hand-in", "post-withdraw", "draft-drop", "authors-name", "pictures"]
DEEDS = ["draft-keep", "preview", "take-back"]


@pytest.mark.parametrize("roles", [None, [], ["editor"], ["panel_member"], ["chair"], ["staff"], ["moderator"]])
@pytest.mark.parametrize("name", PAGES + DEEDS)
def test_nobody_else_finds_an_authors_pages(client, halina, name, roles):
    post = a_post(by=halina)
    client.logout()
    if roles is None:
        expected = 302
    else:
        client.force_login(UserFactory(roles=roles))
        expected = 404
    found = {client.post(at(name, post), {"body": "x"}).status_code}
    if name in PAGES:
        found.add(client.get(at(name, post)).status_code)
    assert (found, Note.objects.count()) == ({expected}, 0)


def test_saving_keeps_everything_the_form_holds(client, halina):
    organisation = MembershipFactory(user=halina).organisation
    section, theme, other = a_section(), a_theme("Finance"), a_theme("Land")
    post = a_draft(by=halina)
    answer = client.post(
        at("post-edit", post),
        typed(
            post,
            title="Ours",
            summary="Short",
            body="One\r\n\r\nTwo",
            language="cy",
            mandate="officer",
            organisation=organisation.pk,
            interest="I work there",
            themes=[other.pk, theme.pk],
            threads=[section.thread_id],
        ),
    )
    assert (answer.status_code, answer.url, draft_of(post).written()) == (
        302,
        at("post-edit", post),
        {
            "title": "Ours",
            "summary": "Short",
            "body": "One\n\nTwo",
            "language": "cy",
            "mandate": "officer",
            "organisation": organisation,
            "interest": "I work there",
            "theme_ids": sorted([theme.pk, other.pk]),
            "thread_ids": [section.thread_id],
        },
    )


@pytest.mark.parametrize(("then", "name"), [("hand-in", "hand-in"), ("pictures", "pictures"), ("evil", "post-edit")])
def test_a_button_saves_and_goes_on(client, halina, then, name):
    post = a_draft(by=halina)
    answer = client.post(at("post-edit", post), typed(post, title="Ours", then=then))
    assert (answer.url, draft_of(post).title) == (at(name, post), "Ours")


def test_who_has_joined_no_organisation_is_asked_for_none(client, halina):
    post = a_draft(by=halina)
    page = client.get(at("post-edit", post)).content.decode()
    client.post(
        at("post-edit", post), typed(post, title="Ours", mandate="officer", organisation=OrganisationFactory().pk)
    )
    assert ('name="mandate"' in page, draft_of(post).title, draft_of(post).mandate) == (False, "Ours", "self")


WRONG = {
    "a long title": ({"title": "x" * 151}, "Write at most 150 letters. You have 151."),
    "a long summary": ({"summary": "x" * 301}, "Write at most 300 letters. You have 301."),
    "a long text": (
        {"body": "x" * (LONGEST_TEXT + 1)},
        "This is too long: write at most 60000 letters. You have 60001.",
    ),
    "200 kB of text": ({"body": "x" * 200_000}, "This is too long: write at most 60000 letters. You have 200000."),
    "a long interest": ({"interest": "x" * 501}, "Write at most 500 letters. You have 501."),
    "no language": ({"language": ""}, "Say which language you write in."),
    "a language of no list": ({"language": "xx"}, "Choose one from the list."),
    "a mandate of no list": ({"mandate": "members"}, "Choose one from the list."),
    "no organisation": ({"mandate": "officer"}, "Say which organisation you write for."),
    "a stranger's organisation": ({"mandate": "officer", "organisation": "0"}, "Choose one from the list."),
    "a theme of no list": ({"themes": ["0"]}, "Choose from the list."),
    "a theme that is no number": ({"themes": ["x"]}, "Choose from the list."),
    "a section of no list": ({"threads": ["0"]}, "Choose from the list."),
    "a null byte": ({"title": "x\0"}, "Null characters are not allowed."),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_kept_is_told_and_stays_in_the_form_and_the_rest_is_kept(client, halina, name):
    MembershipFactory(user=halina)
    a_section()
    post = a_draft(by=halina, language="cy")
    wrong, why = WRONG[name]
    sent = typed(post, mandate="self", interest="I work there") | wrong
    sent |= {"title": "Ours"} if "title" not in wrong else {"summary": "Ours"}
    answer = client.post(at("post-edit", post), sent)
    page = answer.content.decode()
    draft = draft_of(post)
    assert (answer.status_code, why in text_of(answer), "<title>Error:" in page, "Ours" in page) == (
        422,
        True,
        True,
        True,
    )
    assert "Ours" in {draft.title, draft.summary}
    if "body" in wrong:
        assert (wrong["body"] in page, draft.body) == (True, BODY)


def test_the_editor_keeps_on_the_way_and_says_when(client, halina):
    post = a_draft(by=halina)
    answer = client.post(at("draft-keep", post), typed(post, body="New words"))
    told = answer.json()
    assert (answer.status_code, told["based_on"], re.fullmatch(r"Kept at \d{1,2}:\d\d[ap]m", told["says"]) is None) == (
        200,
        3,
        False,
    )
    assert draft_of(post).body == "New words"


def test_the_editor_keeps_what_it_can_and_says_what_it_cannot(client, halina):
    post = a_draft(by=halina)
    answer = client.post(at("draft-keep", post), typed(post, title="x" * 200, body="New words"))
    assert (answer.status_code, answer.json(), draft_of(post).body) == (
        422,
        {"based_on": 3, "says": "Not all of it is kept: Write at most 150 letters. You have 200."},
        "New words",
    )


def test_the_editor_does_not_write_over_another_window(client, halina):
    post = a_draft(by=halina)
    answer = client.post(at("draft-keep", post), typed(post, body="New words", based_on=1))
    assert (answer.status_code, list(answer.json()), draft_of(post).body) == (409, ["says"], BODY)


@pytest.mark.parametrize(
    "sent", [{"based_on": "x"}, {"based_on": "-1"}, {"based_on": "9" * 30}, {"page": "no", "turn": "x"}]
)
def test_nonsense_about_the_page_itself_writes_nothing_over(client, halina, sent):
    post = a_draft(by=halina)
    answer = client.post(at("draft-keep", post), typed(post, body="New words") | sent)
    assert (answer.status_code, draft_of(post).body) == ((200, "New words") if "page" in sent else (409, BODY))


def test_the_preview_shows_it_as_readers_will_and_keeps_nothing(client, halina):
    post = a_draft(by=halina)
    picture = a_picture(post, alt="The shop")
    answer = client.post(
        at("preview", post),
        typed(post, title="<b>T</b>", body=f"**Bold** <script>x</script>\n\n![]({picture.get_absolute_url()})"),
    )
    page = answer.content.decode()
    assert (
        "<strong>Bold</strong>" in page,
        "<script>" in page,
        "&lt;b&gt;T&lt;/b&gt;" in page,
        f'<img src="{picture.get_absolute_url()}" alt="The shop" width="640" height="480" loading="lazy">' in page,
        draft_of(post).body,
    ) == (True, False, True, True, BODY)


def test_a_text_far_too_long_is_not_shown(client, halina):
    post = a_draft(by=halina)
    answer = client.post(at("preview", post), typed(post, body="x" * 200_000))
    assert (answer.status_code, "far too long to show" in answer.content.decode()) == (200, True)


def test_without_script_a_button_shows_it_and_saves_it(client, halina):
    post = a_draft(by=halina)
    answer = client.post(at("post-edit", post), typed(post, body="**Bold**", preview="preview"))
    page = answer.content.decode()
    assert (answer.status_code, "<strong>Bold</strong>" in page, draft_of(post).body) == (200, True, "**Bold**")
    assert '<input type="hidden" name="based_on" value="3"' in page


def hidden(page: str) -> dict:
    """The hidden fields of the page that asks which to keep."""
    found: dict = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(unescape(value))
    return {name: values for name, values in found.items() if name != "csrfmiddlewaretoken"}


def clash(client, post: Post, **changed):
    """What one types while another window keeps something."""
    sent = typed(post, **changed)
    draft = draft_of(post)
    keep_draft(
        post, by=post.author, based_on=draft.revision, written={"body": "Their words", "interest": "I work there"}
    )
    return client.post(at("post-edit", post), sent)


def test_two_windows_are_both_shown_and_nothing_is_kept_unasked(client, halina):
    post = a_draft(by=halina)
    answer = clash(client, post, body="My <b>words</b>", themes=[a_theme().pk])
    page = answer.content.decode()
    assert (answer.status_code, draft_of(post).body, "Changed in two places" in page) == (409, "Their words", True)
    assert ("My &lt;b&gt;words&lt;/b&gt;" in page, "Their words" in page, "<b>words" in page) == (True, True, False)
    assert hidden(page)["body"] == ["My <b>words</b>"]
    assert [label in page for label in ("What should readers know about you?", "What is it about?")] == [True, True]


@pytest.mark.parametrize(
    ("side", "body", "interest"),
    [
        ("mine", "My words", ""),
        ("theirs", "Their words", "I work there"),
        ("both", "My words\n\n---\n\nTheir words", ""),
    ],
)
def test_what_is_chosen_is_kept(client, halina, side, body, interest):
    post = a_draft(by=halina)
    page = clash(client, post, body="My words").content.decode()
    answer = client.post(at("post-edit", post), hidden(page) | {"keep": side, "choose": "yes"})
    draft = draft_of(post)
    assert (answer.status_code, draft.body, draft.interest) == (302, body, interest)


@pytest.mark.parametrize("sent", [{}, {"keep": "nonsense"}])
def test_without_a_choice_it_is_asked_again(client, halina, sent):
    post = a_draft(by=halina)
    page = clash(client, post, body="My words").content.decode()
    answer = client.post(at("post-edit", post), hidden(page) | {"choose": "yes"} | sent)
    page = answer.content.decode()
    assert (answer.status_code, "Choose what to keep" in page, "<title>Error:" in page, hidden(page)["body"]) == (
        422,
        True,
        True,
        ["My words"],
    )


@pytest.mark.parametrize("side", ["mine", "both"])
def test_a_choice_made_before_it_was_changed_once_more_is_asked_for_again(client, halina, side):
    post = a_draft(by=halina)
    page = clash(client, post, body="My words").content.decode()
    keep_draft(post, by=halina, based_on=3, written={"body": "Later words"})
    answer = client.post(at("post-edit", post), hidden(page) | {"keep": side, "choose": "yes"})
    page = answer.content.decode()
    assert (answer.status_code, "changed once more" in page, draft_of(post).body) == (409, True, "Later words")
    client.post(at("post-edit", post), hidden(page) | {"keep": "mine", "choose": "yes"})
    assert draft_of(post).body == "My words"


def test_both_together_that_are_too_long_come_back_whole(client, halina):
    post = a_draft(by=halina)
    page = clash(client, post, body="x" * (LONGEST_TEXT - 5)).content.decode()
    answer = client.post(at("post-edit", post), hidden(page) | {"keep": "both", "choose": "yes"})
    page = answer.content.decode()
    assert (answer.status_code, "Their words" in page, "This is too long" in page) == (422, True, True)


def test_when_the_session_has_ended_the_words_wait_behind_the_sign_in(client, halina):
    post = a_draft(by=halina)
    sent = typed(post, title="Ours", body="New words", themes=[a_theme().pk])
    client.logout()
    assert client.post(at("post-edit", post), sent).url == f"/accounts/login/?next={at('post-edit', post)}"
    client.force_login(halina)
    page = client.get(at("post-edit", post)).content.decode()
    assert ("New words" in page, 'value="Ours"' in page, "This is what you typed before." in page) == (True, True, True)
    assert draft_of(post).body == BODY


def test_what_is_gone_is_not_written_any_more(client, halina):
    post = a_post(by=halina)
    withdraw_post(post, by=halina)
    assert [client.get(at(name, post)).url for name in ("post-edit", "hand-in")] == [at("writing", post)] * 2
    assert "Withdrawn" in text_of(client.get(at("writing", post)))


# --- the page of one post -------------------------------------------------------------------------------------------------


def test_the_page_says_what_editors_decided_and_why(client, halina, editor):
    submission = a_submission(by=halina)
    ask_changes(submission, by=editor, reason="unsupported", explanation="Say where <b>this</b> comes from.")
    page = client.get(at("writing", submission.post))
    assert [
        words in text_of(page)
        for words in (
            "Changes asked for",
            "Says things as facts without showing where they come from",
            "Say where <b>this</b> comes from.",
            "Ed Price",
        )
    ] == [True] * 4
    assert "<b>this</b>" not in page.content.decode()


def propose(submission, editor, **words):
    return propose_changes(
        submission,
        by=editor,
        **{"title": submission.title, "summary": submission.summary, "body": submission.body} | words,
    )


def test_a_proposal_is_shown_word_by_word_and_taken_over(client, halina, editor):
    submission = a_submission(by=halina)
    proposal = propose(submission, editor, title="Why our village shop is a co-op", note="Shorter")
    page = client.get(at("writing", submission.post)).content.decode()
    assert ("<del>" in page, "<ins>" in page, "Shorter" in page) == (True, True, True)
    sent = {"answer": "accept", "based_on": draft_of(submission.post).revision}
    answer = client.post(at("proposal-answer", submission.post, proposal=proposal.pk), sent)
    assert (answer.url, draft_of(submission.post).title) == (
        at("writing", submission.post),
        "Why our village shop is a co-op",
    )


def test_a_proposal_is_left(client, halina, editor):
    submission = a_submission(by=halina)
    proposal = propose(submission, editor, title="Other")
    client.post(at("proposal-answer", submission.post, proposal=proposal.pk), {"answer": "decline", "based_on": "2"})
    proposal.refresh_from_db()
    assert (draft_of(submission.post).title, proposal.is_accepted) == (TITLE, False)
    with pytest.raises(NotNow):
        answer_proposal(proposal, by=halina, accept=True, based_on=2)


@pytest.mark.parametrize("based_on", ["1", "", "x", "9" * 40])
def test_a_proposal_to_words_that_have_changed_is_looked_at_again(client, halina, editor, based_on):
    submission = a_submission(by=halina)
    proposal = propose(submission, editor, title="Other")
    address = at("proposal-answer", submission.post, proposal=proposal.pk)
    answer = client.post(address, {"answer": "accept", "based_on": based_on}, follow=True)
    assert ("The text was changed since you opened the page." in text_of(answer), draft_of(submission.post).title) == (
        True,
        TITLE,
    )


def test_a_proposal_to_another_post_is_not_found_here(client, halina, editor):
    proposal = propose(a_submission("Another"), editor, title="Other")
    mine = a_submission(by=halina)
    assert client.post(at("proposal-answer", mine.post, proposal=proposal.pk), {"answer": "accept"}).status_code == 404


def test_notes_go_both_ways(client, halina, editor):
    submission = a_submission(by=halina)
    add_note(submission.post, by=editor, body="Could you add a picture?")
    answer = client.post(at("writing", submission.post), {"body": "Yes, <b>soon</b>"}, follow=True)
    assert (
        "Could you add a picture?" in text_of(answer),
        "Yes, <b>soon</b>" in text_of(answer),
        "<b>soon" in answer.content.decode(),
        list(Note.objects.values_list("is_by_editor", flat=True)),
    ) == (True, True, False, [True, False])


@pytest.mark.parametrize("body", ["", "  ", "x" * 3001, "x\0"])
def test_a_note_that_cannot_be_sent_is_told(client, halina, body):
    post = a_submission(by=halina).post
    answer = client.post(at("writing", post), {"body": body})
    assert (answer.status_code, "<title>Error:" in answer.content.decode(), Note.objects.count()) == (422, True, 0)


def test_a_note_waits_behind_the_sign_in(client, halina):
    post = a_submission(by=halina).post
    client.logout()
    client.post(at("writing", post), {"body": "My note"})
    client.force_login(halina)
    assert "My note" in text_of(client.get(at("writing", post)))


def test_buttons_take_back_withdraw_and_throw_away(client, halina):
    waiting, public, begun = a_submission("One", by=halina), a_post("Two", by=halina), a_draft("Three", by=halina)
    assert client.post(at("take-back", waiting.post)).url == at("writing", waiting.post)
    assert client.post(at("post-withdraw", public)).url == at("writing", public)
    assert client.post(at("draft-drop", begun)).url == "/blog/write/"
    waiting.refresh_from_db()
    public.refresh_from_db()
    assert (waiting.outcome, public.standing, Post.objects.filter(pk=begun.pk).exists()) == (
        "withdrawn",
        "withdrawn",
        False,
    )


def test_a_button_pressed_twice_or_too_late_is_answered_in_words(client, halina):
    post = a_submission(by=halina).post
    said = [
        "Nothing of this post waits" in text_of(client.post(at("take-back", post), follow=True)) for _time in range(2)
    ]
    assert said == [False, True]
    assert "there is nothing to withdraw" in text_of(client.post(at("post-withdraw", post), follow=True))
    assert "You have handed this in" in text_of(client.post(at("draft-drop", post), follow=True))


# --- handing in, on its page ----------------------------------------------------------------------------------------------


def test_the_page_shows_how_it_looks_and_what_is_missing(client, halina):
    post = a_draft(by=halina, summary="")
    answer = client.get(at("hand-in", post))
    assert ("<strong>six weeks</strong>" in answer.content.decode(), "Still missing a summary" in text_of(answer)) == (
        True,
        True,
    )


@pytest.mark.parametrize(("kind", "is_pitch"), [("post", False), ("pitch", True)])
def test_it_is_handed_in_as_a_post_or_an_idea(client, halina, kind, is_pitch):
    post = a_draft(by=halina)
    answer = client.post(at("hand-in", post), {"kind": kind, "based_on": 2})
    assert (answer.url, Submission.objects.get().is_pitch) == (at("writing", post), is_pitch)


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        ({}, 422, "Say what you are handing in."),
        ({"kind": "nonsense"}, 422, "Choose one from the list."),
        ({"kind": "post", "based_on": "1"}, 409, "The text was changed since you opened this page."),
        ({"kind": "post", "based_on": "x"}, 409, "The text was changed since you opened this page."),
    ],
)
def test_what_cannot_be_handed_in_is_told(client, halina, sent, status, why):
    post = a_draft(by=halina)
    answer = client.post(at("hand-in", post), {"based_on": 2} | sent)
    page = answer.content.decode()
    assert (answer.status_code, why in text_of(answer), "<title>Error:" in page) == (status, True, True)
    assert ('name="based_on" value="2"' in page, Submission.objects.count()) == (True, 0)


def test_an_unfinished_post_is_not_handed_in(client, halina):
    post = a_draft(by=halina, summary="")
    answer = client.post(at("hand-in", post), {"kind": "post", "based_on": 2})
    assert (answer.status_code, "Still missing: a summary." in text_of(answer)) == (422, True)


@pytest.mark.parametrize("correction", ["", " ", "x" * 301])
def test_new_words_for_a_public_post_need_a_line(client, halina, correction):
    post = a_post(by=halina)
    keep_draft(post, by=halina, based_on=2, written={"title": "Better"})
    answer = client.post(at("hand-in", post), {"based_on": 3, "correction": correction})
    assert (answer.status_code, Submission.objects.filter(outcome="waiting").count()) == (422, 0)
    client.post(at("hand-in", post), {"based_on": 3, "correction": "A better title"})
    assert Submission.objects.get(outcome="waiting").correction == "A better title"


# --- nothing runs ---------------------------------------------------------------------------------------------------------

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"


@pytest.mark.parametrize("name", ["writing", "post-edit", "hand-in", "authors-name", "pictures", "draft-drop"])
def test_hostile_words_run_on_no_page_of_an_author(client, halina, name):
    organisation = MembershipFactory(user=halina, organisation__name=HOSTILE[:60]).organisation
    words = {"title": HOSTILE, "summary": HOSTILE, "body": HOSTILE, "interest": HOSTILE}
    post = a_draft(by=halina, mandate="officer", organisation=organisation, **words)
    a_picture(post, alt=HOSTILE)
    page = client.get(at(name, post)).content.decode()
    assert ("<script>alert" in page, "<img src=x" in page, 'href="javascript:' in page) == (False, False, False)


def test_hostile_words_run_on_no_page_that_comes_of_them(client, halina, editor):
    post = a_draft(by=halina, title=HOSTILE, body=HOSTILE)
    submission = hand_in(post, by=halina, based_on=2)
    propose(submission, editor, title=HOSTILE[:100], body=HOSTILE * 2, note=HOSTILE)
    add_note(post, by=editor, body=HOSTILE)
    ask_changes(submission, by=editor, reason="other", explanation=HOSTILE)
    pages = [
        client.get(at("writing", post)),
        client.get("/blog/write/"),
        clash(client, post, title=HOSTILE[:90], body=HOSTILE * 3),
        client.post(at("preview", post), typed(post, title=HOSTILE, body=HOSTILE)),
        client.post(at("post-edit", post), typed(post, title=HOSTILE * 3, body=HOSTILE, language=HOSTILE)),
    ]
    for page in (answer.content.decode() for answer in pages):
        assert ("<script>alert" in page, "<img src=x" in page, 'href="javascript:' in page) == (False, False, False)
    told = client.post(at("draft-keep", post), typed(post, title=HOSTILE * 3, language=HOSTILE))
    assert (told["Content-Type"], json.loads(told.content)["says"].count("<script")) == ("application/json", 0)


def test_the_pages_of_an_author_ask_as_often_for_three_of_everything_as_for_one(client, halina, editor):
    submission = a_submission(by=halina)
    client.get("/blog/write/")
    counts = {name: [] for name in ("writing", "post-edit", "hand-in", "authors-name", "pictures")}
    for number in range(2):
        for _time in range(1 + number):
            propose(submission, editor, title=f"Other {number}")
            add_note(submission.post, by=editor, body="x")
            a_picture(submission.post, width=10, height=10)
            Byline.objects.create(post=submission.post, asked_email=f"{uuid.uuid4()}@example.coop")
        for name in counts:
            with CaptureQueriesContext(connection) as asked:
                client.get(at(name, submission.post))
            counts[name].append(len(asked))
    assert {name: found[0] - found[1] for name, found in counts.items()} == dict.fromkeys(counts, 0)


def test_the_factory_makes_what_it_says():
    post = a_post("Mine", summary=SUMMARY)
    assert (post.is_public, post.title, post.summary, a_photo().read(2)) == (True, "Mine", SUMMARY, b"\xff\xd8")
