"""Reading the blog: what is public is there, and what is not public is nowhere, within the same request."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from blog.actions.editing import approve_submission, correct_post, decline_submission, pin_post
from blog.actions.writing import hand_in, keep_draft, withdraw_post
from blog.models import Author, Post
from blog.reports import Citation
from commons.contributions.actions import close_thread, slow_thread
from commons.moderation.actions import hold, report_subject
from commons.moderation.actions.moderations import decide_moderation
from commons.moderation.models import Cause
from tests.architecture.test_query_counts import queries
from tests.factories.blog import a_comment, a_draft, a_post, a_submission, a_theme, an_author, an_editor
from tests.factories.contributions import ContributionFactory
from tests.factories.panel import a_section
from tests.factories.people import AppointmentFactory, MembershipFactory, UserFactory

WORDS = "weaving looms"
BODY = f"We speak of {WORDS}. " * 5

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return an_author(name="Gwen Roberts")


@pytest.fixture
def theme():
    return a_theme("Finance")


def a_long_time_ago() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=40)


def taken_down(post: Post) -> Post:
    """A reader reports it and a moderator takes it down."""
    report_subject(post, by=UserFactory(), reason="abuse")
    given = {"outcome": "decline", "reason": "abuse", "explanation": "It attacks somebody."}
    post.refresh_from_db()
    decide_moderation(post.moderation, by=UserFactory(roles=["moderator"]), seen=post.revision, **given)
    return Post.objects.get(pk=post.pk)


def held(post: Post) -> Post:
    hold(post, by=None, cause=Cause.EDIT)
    return post


def declined(**given) -> Post:
    submission = a_submission(**given)
    decline_submission(submission, by=an_editor(), reason="advert", explanation="It advertises.")
    return submission.post


def in_three_days() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=3)


NOT_PUBLIC = {
    "a draft": lambda **given: a_draft(**given),
    "handed in": lambda **given: a_submission(**given).post,
    "declined": declined,
    "scheduled": lambda **given: a_post(public_from=in_three_days(), **given),
    "held": lambda **given: held(a_post(**given)),
    "withdrawn": lambda **given: withdraw_post(a_post(**given), by=given["by"]),
    "taken down": lambda **given: taken_down(a_post(**given)),
}


def everywhere(client, theme) -> dict[str, str]:
    """Every page that lists or counts posts, as a visitor reads it."""
    addresses = {
        "home": reverse("home"),
        "list": reverse("blog:list"),
        "discussed": reverse("blog:list") + "?order=discussed",
        "search": reverse("blog:list") + "?q=looms",
        "theme": reverse("blog:theme", args=[theme.slug]),
        "related": Post.objects.get(title="The public one").get_absolute_url(),
        "author": Author.objects.get(person__name="Gwen Roberts").get_absolute_url(),
        "feed": reverse("blog:feed"),
        "theme feed": reverse("blog:theme-feed", args=[theme.slug]),
        "author feed": reverse("blog:author-feed", args=["gwen-roberts"]),
        "sitemap": reverse("sitemap"),
        "ledger": reverse("blog:ledger"),
    }
    for name, day in (("archive", timezone.localdate()), ("archive to come", timezone.localdate(in_three_days()))):
        addresses[name] = reverse("blog:archive", args=[day.year, day.month])
    return {name: client.get(address).content.decode() for name, address in addresses.items()}


@pytest.mark.parametrize("state", NOT_PUBLIC)
def test_what_is_not_public_is_nowhere(client, author, theme, state):
    a_post("The public one", by=author, themes=[theme], body=BODY)
    before = everywhere(client, theme)
    secret = NOT_PUBLIC[state](title="The quincunx one", by=author, themes=[theme], body=BODY)
    if secret.slug:
        ContributionFactory(thread=secret.thread, body=f"A comment about {WORDS}.")
    after = everywhere(client, theme)
    assert [name for name, page in after.items() if "quincunx" in page] == []
    # No count betrays it either. The ledger counts the decision, and says no more.
    changed = {name for name in after if stripped(after[name]) != stripped(before[name])}
    assert changed - {"ledger"} == set()


def stripped(page: str) -> str:
    """A page without what differs each time: the token of its forms."""
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_the_same_pages_all_show_what_is_public(client, author, theme):
    a_post("The public one", by=author, themes=[theme], body=BODY)
    a_post("The quincunx one", by=author, themes=[theme], body=BODY)
    shown = everywhere(client, theme)
    day = timezone.localdate(in_three_days())
    same_month = day.month == timezone.localdate().month
    expected = set(shown) - ({"archive to come"} if not same_month else set())
    assert {name for name, page in shown.items() if "quincunx" in page.lower()} == expected


@pytest.mark.parametrize(
    ("state", "visitor", "by_author", "by_editor"),
    [
        ("scheduled", 404, 200, 200),
        ("held", 404, 200, 200),
        ("withdrawn", 410, 410, 410),
        ("taken down", 410, 410, 410),
    ],
)
def test_who_reads_what_is_not_public(client, author, theme, state, visitor, by_author, by_editor):
    post = NOT_PUBLIC[state](title="The quincunx one", by=author, themes=[theme], body=BODY)
    got = []
    for person in (None, author, an_editor(), UserFactory(roles=["panel_member", "editor"])):
        client.logout()
        if person:
            client.force_login(person)
        got.append(client.get(post.get_absolute_url()).status_code)
    assert got == [visitor, by_author, by_editor, visitor]


@pytest.mark.parametrize("state", ["withdrawn", "taken down"])
def test_what_is_gone_says_so_without_a_word_of_it_and_its_discussion_stays(client, author, theme, state):
    post = a_post("The quincunx one", by=author, themes=[theme], body=BODY, summary="A quincunx summary.")
    a_comment(post, body="I see it otherwise.")
    withdraw_post(post, by=author) if state == "withdrawn" else taken_down(post)
    answer = client.get(post.get_absolute_url())
    page = answer.content.decode()
    assert (answer.status_code, "quincunx" in page, WORDS in page, "I see it otherwise." in page) == (
        410,
        False,
        False,
        True,
    )
    others = [
        client.get(reverse(f"blog:{name}", args=[post.year, post.slug])).status_code
        for name in ("version-list", "post-feed")
    ]
    assert others == [410, 410]
    comment = post.thread.contributions.get()
    permalink = client.get(comment.get_absolute_url()).content.decode()
    assert "quincunx" not in permalink


def test_a_post_withdrawn_before_it_came_out_was_never_there(client, author):
    post = a_post("The quincunx one", by=author, public_from=in_three_days())
    withdraw_post(post, by=author)
    address = post.get_absolute_url()
    assert client.get(address).status_code == 404
    client.force_login(author)
    assert client.get(address).status_code == 404


def test_a_scheduled_post_says_when_it_appears(client, author):
    post = a_post(by=author, public_from=dt.datetime(2031, 3, 4, 9, 30, tzinfo=dt.UTC))
    client.force_login(author)
    page = client.get(post.get_absolute_url()).content.decode()
    assert "Scheduled for 4 March 2031 at 09:30." in page
    assert client.get(reverse("blog:comment", args=[post.year, post.slug])).status_code == 404


# --- The list ------------------------------------------------------------------------------------------------------------


def titles(client, query: str = "") -> list[str]:
    return [post.title for post in client.get(reverse("blog:list") + query).context.get("posts", [])]


def test_the_list_is_sorted_and_pinned_ones_come_first(client):
    day = dt.timedelta(days=1)
    old = a_post("Old", public_from=a_long_time_ago())
    middle = a_post("Middle", public_from=a_long_time_ago() + day)
    new = a_post("New", public_from=a_long_time_ago() + 2 * day)
    a_comment(old)
    a_comment(a_comment(middle).thread.post)
    a_comment(middle)
    assert titles(client) == ["New", "Middle", "Old"]
    assert titles(client, "?order=discussed") == ["Middle", "Old", "New"]
    pin_post(old, by=an_editor(), pinned=True)
    assert titles(client) == ["Old", "New", "Middle"]
    assert new.title == "New"


def test_posts_and_comments_are_found_by_their_words(client):
    a_post("A shop", body="We bought the village shop.")
    other = a_post("Shares", body="Our members hold shares.")
    a_comment(other, body="In our village nobody holds any.")
    hidden = a_comment(other, body="A village in secret.")
    hold(hidden, by=None, cause=Cause.FIRST)
    shown = client.get(reverse("blog:list") + "?q=villages")
    assert [post.title for post in shown.context["posts"]] == ["A shop"]
    assert [line.row.body for line in shown.context["comments"]] == ["In our village nobody holds any."]
    assert titles(client, "?q=nothing+like+it") == []


def test_a_title_is_a_better_match_than_a_text(client):
    a_post("Something else", body="A word on looms.")
    a_post("Looms", body="A word.", public_from=a_long_time_ago())
    assert titles(client, "?q=loom") == ["Looms", "Something else"]
    assert titles(client, "?q=loom&order=newest") == ["Something else", "Looms"]


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?q=%F0%9F%A7%B6'\"<>%26|!:*()",
        "?order=x&theme=nobody&page=x",
        "?page=99999999999999999999",
        "?q=a&in=comments&after=99999999999999999999999",
        "?q=loom&in=comments&after=1",
        "?q=" + "x" * 300,
    ],
)
def test_what_makes_no_sense_is_as_if_it_had_not_been_asked(client, query):
    a_post()
    assert client.get(reverse("blog:list") + query).status_code == 200


def test_an_empty_blog_says_so(client, theme):
    assert "Nothing has been published yet." in client.get(reverse("blog:list")).content.decode()
    assert (
        "Nothing has been published about this yet."
        in client.get(reverse("blog:theme", args=[theme.slug])).content.decode()
    )
    assert (
        "Nothing was published in this month." in client.get(reverse("blog:archive", args=[2020, 2])).content.decode()
    )


@pytest.mark.parametrize("parts", [(2026, 13), (2026, 0), (0, 1), (99999, 1), (9999, 12), (10**30, 1)])
def test_a_month_that_there_is_not_is_not_found(client, parts):
    assert client.get(f"/blog/archive/{parts[0]}/{parts[1]}/").status_code == 404


@pytest.mark.parametrize("address", ["/blog/2026/nothing/", f"/blog/{10**40}/nothing/", "/blog/authors/nobody/"])
def test_what_was_never_there_is_not_found(client, address):
    assert client.get(address).status_code == 404


# --- One post ------------------------------------------------------------------------------------------------------------


def test_a_post_says_who_speaks_for_whom_and_in_which_language(client, settings):
    member = MembershipFactory(organisation__name="Weavers of Loom Street", user__name="Gwen Roberts")
    section = a_section()
    post = a_post(
        "Siop y pentref",
        by=member.user,
        language="cy",
        mandate="officer",
        organisation=member.organisation,
        interest="I manage the shop.",
        threads=[section.thread_id],
    )
    page = client.get(post.get_absolute_url()).content.decode()
    assert [words for words in (
        '<h1 lang="cy">Siop y pentref</h1>',
        '<a href="/blog/authors/gwen-roberts/" rel="author">Gwen Roberts</a>, for Weavers of Loom Street',
        "I manage the shop.",
        f'<a href="{section.get_absolute_url()}">',
        '<meta property="og:locale" content="cy_GB">',
        f'<meta property="og:url" content="{settings.SITE_ADDRESS}{post.get_absolute_url()}">',
    ) if words not in page] == []  # fmt: skip


def test_a_correction_stands_under_the_post_and_the_wordings_can_be_compared(client, author):
    post = a_post(by=author, body="We had six weeks.", public_from=a_long_time_ago())
    correct_post(
        post, by=an_editor(), seen=1, title=post.title, summary=post.summary, body="We had eight weeks.",
        correction="It was eight weeks, not six.",
    )  # fmt: skip
    assert "It was eight weeks, not six." in client.get(post.get_absolute_url()).content.decode()
    versions = client.get(reverse("blog:version-list", args=[post.year, post.slug]))
    assert [(one.number, before and before.number) for one, before in versions.context["pairs"]] == [(2, 1), (1, None)]
    compared = client.get(reverse("blog:compare", args=[post.year, post.slug, 1, 2]))
    assert [(one.verb, one.was, one.now) for one in compared.context["changes"]] == [("replaced", "six", "eight")]
    page = compared.content.decode()
    assert page.count("[taken out:") == 1
    old = client.get(reverse("blog:version", args=[post.year, post.slug, 1])).content.decode()
    assert "We had six weeks." in old
    missing = [
        client.get(reverse("blog:compare", args=[post.year, post.slug, 1, 3])).status_code,
        client.get(reverse("blog:version", args=[post.year, post.slug, 3])).status_code,
    ]
    assert missing == [404, 404]


def test_a_wording_that_a_moderator_shortened_is_not_told_by_its_history(client, author):
    post = a_post(by=author, body="A name. The rest.", public_from=a_long_time_ago())
    report_subject(post, by=UserFactory(), reason="private")
    post.refresh_from_db()
    decide_moderation(
        post.moderation, by=UserFactory(roles=["moderator"]), seen=1, outcome="redact", reason="private",
        explanation="It names somebody.", words={"body": "The rest."},
    )  # fmt: skip
    versions = client.get(reverse("blog:version-list", args=[post.year, post.slug]))
    assert [one.body for one, _before in versions.context["pairs"]] == ["The rest."]
    assert client.get(reverse("blog:version", args=[post.year, post.slug, 1])).status_code == 404


def test_what_was_replaced_before_the_post_came_out_was_never_public(client, author):
    post = a_post(by=author, body="The first words.", public_from=in_three_days())
    keep_draft(post, by=author, based_on=post.draft.revision, written={"body": "The second words."})
    post.draft.refresh_from_db()
    approve_submission(
        hand_in(post, by=author, based_on=post.draft.revision), by=an_editor(), public_from=in_three_days()
    )
    moved = timezone.now() - dt.timedelta(seconds=1)
    post.submissions.filter(revision=1).update(decided_at=moved - dt.timedelta(days=2))
    post.submissions.filter(revision=2).update(decided_at=moved - dt.timedelta(days=1))
    Post.objects.filter(pk=post.pk).update(public_from=moved)
    versions = client.get(reverse("blog:version-list", args=[post.year, post.slug]))
    assert [one.body for one, _before in versions.context["pairs"]] == ["The second words."]


def test_the_strategy_is_told_where_it_cites_a_post(client, monkeypatch):
    post = a_post()
    cited = Citation(
        "4.2 Finance", "/strategy/finance/", timezone.now(), quote="six weeks", outcome="Accepted", tone="yes"
    )
    monkeypatch.setattr("blog.reports.posts._citers", [lambda posts: {one.pk: [cited] for one in posts}])
    page = client.get(post.get_absolute_url()).content.decode()
    assert [words for words in ("In the strategy", "4.2 Finance", "six weeks", "Accepted") if words not in page] == []


def test_related_posts_share_the_most(client, theme):
    section = a_section()
    post = a_post("This one", themes=[theme], threads=[section.thread_id])
    a_post("Both", themes=[theme], threads=[section.thread_id], public_from=a_long_time_ago())
    a_post("Theme only", themes=[theme])
    a_post("Neither", themes=[a_theme("Housing")])
    shown = client.get(post.get_absolute_url())
    assert [one.title for one in shown.context["related"]] == ["Both", "Theme only"]


def test_a_discussion_says_that_it_is_closed_or_slowed(client):
    post = a_post()
    editor = an_editor()
    slow_thread(post.thread, by=editor, minutes=15)
    assert "everybody waits 15 minutes" in client.get(post.get_absolute_url()).content.decode()
    closed = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
    close_thread(post.thread, by=editor, closes_at=closed, reason="It went round in circles.")
    page = client.get(post.get_absolute_url()).content.decode()
    assert [words for words in (
        "This discussion has been closed since 4 March 2026, 09:30.", "It went round in circles.",
    ) if words not in page] == []  # fmt: skip
    assert "Comment on this post" not in page


# --- Editors and ledger --------------------------------------------------------------------------------------------------


def test_the_editors_page_names_who_may_edit_now(client):
    staff = UserFactory(name="Sam Staff", roles=["staff"])
    AppointmentFactory(user=UserFactory(name="Edith Editor"), role="editor", appointed_by=staff)
    AppointmentFactory(user=UserFactory(name="Ida Idle", roles=["panel_member"]), role="editor")
    over = timezone.localdate() - dt.timedelta(days=1)
    AppointmentFactory(
        user=UserFactory(name="Fay Former"), role="editor", starts_on=over - dt.timedelta(9), ends_on=over
    )
    shown = client.get(reverse("blog:editors")).context
    assert [(seat.name, seat.appointed_by) for seat in shown["editors"]] == [("Edith Editor", "Sam Staff")]
    assert [seat.name for seat in shown["former"]] == ["Fay Former"]


def test_the_ledger_tells_every_decision_without_names(client, author):
    editor = an_editor(name="Edith Editor")
    post = a_post("The public one", by=author, editor=editor)
    declined(title="The quincunx one", by=author)
    a_submission(title="Still waiting", by=author)
    shown = client.get(reverse("blog:ledger"))
    lines = [(line.outcome, line.reason, line.title) for line in shown.context["page"].lines]
    assert lines == [("Declined", "Advertises", ""), ("Approved", "", "The public one")]
    counts = shown.context["counts"]
    assert (counts.decisions, counts.waiting, counts.by_reason["advert"]) == (2, 1, 1)
    page = shown.content.decode()
    assert [name for name in ("Gwen Roberts", "Edith Editor", "quincunx", "Still waiting") if name in page] == []
    withdraw_post(post, by=author)
    assert "The public one" not in client.get(reverse("blog:ledger")).content.decode()


def test_what_a_moderator_took_down_waits_for_no_editor(client, author):
    post = a_post(by=author)
    keep_draft(post, by=author, based_on=post.draft.revision, written={"body": "Other words."})
    hand_in(post, by=author, based_on=post.draft.revision + 1, correction="The sum.")
    taken_down(post)
    counts = client.get(reverse("blog:ledger")).context["counts"]
    assert (counts.waiting, counts.waiting_since) == (0, None)


# --- Queries -------------------------------------------------------------------------------------------------------------


PAGES = {
    "list": lambda: reverse("blog:list"),
    "discussed": lambda: reverse("blog:list") + "?order=discussed",
    "search": lambda: reverse("blog:list") + "?q=looms",
    "comments": lambda: reverse("blog:list") + "?q=looms&in=comments",
    "theme": lambda: reverse("blog:theme", args=["finance"]),
    "archive": lambda: reverse("blog:archive", args=[timezone.localdate().year, timezone.localdate().month]),
    "author": lambda: reverse("blog:author", args=["gwen-roberts"]),
    "post": lambda: Post.objects.order_by("pk").first().get_absolute_url(),
    "versions": lambda: Post.objects.order_by("pk").first().get_absolute_url() + "versions/",
    "feed": lambda: reverse("blog:feed"),
    "comment feed": lambda: Post.objects.order_by("pk").first().get_absolute_url() + "feed/",
    "sitemap": lambda: reverse("sitemap"),
    "editors": lambda: reverse("blog:editors"),
    "ledger": lambda: reverse("blog:ledger"),
    "home": lambda: reverse("home"),
}


def one_more(author, theme, section) -> None:
    editor = an_editor()
    AppointmentFactory(user=UserFactory(), role="editor", appointed_by=editor)
    post = a_post(by=author, themes=[theme], threads=[section.thread_id], body=BODY, editor=editor)
    first = Post.objects.order_by("pk").first()
    correct_post(
        first, by=editor, seen=first.revision, title=first.title, summary="", body=first.body + " More.",
        correction="More.",
    )  # fmt: skip
    for row in (post, first):
        a_comment(row, body=f"On {WORDS}.", parent=a_comment(row, body=f"Of {WORDS}."))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("signed_in", [False, True])
def test_three_posts_take_no_more_queries_than_one(client, author, theme, name, signed_in):
    section = a_section()
    one_more(author, theme, section)
    if name == "post":
        one_more(author, theme, section)  # so that there is a related one
    if signed_in:
        client.force_login(UserFactory())
    address = PAGES[name]()
    client.get(address)
    one, short = queries(client, address)
    one_more(author, theme, section)
    one_more(author, theme, section)
    three, long = queries(client, address)
    assert len(three) == len(one), "\n".join(sorted(three))
    assert long > short or name == "home"
