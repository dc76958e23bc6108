"""The tables of posts and comments: each public one once and exactly, and nothing that is not public."""

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from blog.actions.editing import approve_submission, correct_post
from blog.actions.writing import withdraw_post
from blog.exports import CommentsReport, PostsReport
from blog.models import Post
from commons.contributions.actions import Speaking, edit_contribution, withdraw_contribution
from commons.contributions.models import Contribution, Mandate, ShownAs
from commons.exports.exports import copied
from commons.exports.reports import guard, report_named, reports_for
from commons.moderation.models import Standing
from panel.actions.deciding import Cited, make_decision
from panel.models import Decision
from tests.factories.blog import a_comment, a_draft, a_post, a_submission, a_theme, an_editor
from tests.factories.contributions import ContributionFactory
from tests.factories.panel import a_section
from tests.factories.people import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

PAST = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)


def table_of(report) -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        content = b"".join(block for _rows, block in copied(cursor, report, {}))
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) == report.count(cursor, {})
    return rows


def titles() -> list[str]:
    return [row["Title"] for row in table_of(PostsReport())]


def local(moment, form="%Y-%m-%d %H:%M") -> str:
    return timezone.localtime(moment).strftime(form)


def test_a_post_is_told_in_one_row_with_all_that_readers_see_of_it(settings):
    settings.SITE_ADDRESS = "https://strategy.example.coop"
    person = UserFactory(name="Sioned Rees")
    organisation = MembershipFactory(
        user=person, organisation=OrganisationFactory(name="Tonnau Limited", trading_name="Tonnau")
    ).organisation
    section = a_section("Words.", title="Finance that fits", slug="finance")
    themes = [a_theme("Money", place=2), a_theme("Wales", place=1)]
    post = a_post(
        "What the tide costs",
        public_from=PAST,
        by=person,
        themes=themes,
        threads=[section.thread_id],
        summary="A turbine, and who pays.",
        body="## Costs\n\n- One two, three.\n\n**Four** five.",
        mandate=Mandate.OFFICER,
        organisation=organisation,
        interest="I am paid by it.",
        guests=[{"name": "Guto Guest"}],
    )
    correct_post(
        post,
        by=an_editor(),
        seen=1,
        title=post.title,
        summary=post.summary,
        body=post.body + " Six.",
        correction="One word.",
    )
    post.refresh_from_db()
    a_comment(post, parent=a_comment(post))
    cited = [Cited(post, "Six.")]
    make_decision(section, by=UserFactory(roles=["chair"]), cites=cited, outcome=Decision.Outcome.NO, reason="Not now.")
    assert table_of(PostsReport()) == [
        {
            "Number": str(post.pk),
            "Address": "https://strategy.example.coop/blog/2026/what-the-tide-costs/",
            "Title": "What the tide costs",
            "Summary": "A turbine, and who pays.",
            "Authors": "Sioned Rees; Guto Guest",
            "Speaking": "For my organisation",
            "Organisation": "Tonnau",
            "Declared interest": "I am paid by it.",
            "Language": "English",
            "Themes": "Wales; Money",
            "Sections": str(section),
            "Public from": local(PAST),
            "Corrected at": local(post.corrected_at),
            "Words in it": "7",
            "Comments": "2",
            "Wordings that were public": "2",
            "Times cited": "1",
        }
    ]


def test_words_that_were_replaced_before_anybody_could_read_them_are_not_counted():
    soon = timezone.now() + dt.timedelta(minutes=1)
    post = approve_submission(a_submission(), by=an_editor(), public_from=soon)
    correct_post(post, by=an_editor(), seen=1, title="New", summary="New.", body="New.", correction="A slip.")
    with time_machine.travel(soon + dt.timedelta(days=1)):
        assert [row["Wordings that were public"] for row in table_of(PostsReport())] == ["1"]


def test_a_comment_is_told_in_one_row_with_its_post_and_what_it_answers(settings):
    settings.SITE_ADDRESS = "https://strategy.example.coop"
    post = a_post("What the tide costs", public_from=PAST)
    first = a_comment(post, by=UserFactory(name="Ann Example"), body="Well said.")
    person = UserFactory(name="Sioned Rees")
    organisation = MembershipFactory(user=person, organisation=OrganisationFactory(name="Tonnau Limited")).organisation
    reply = a_comment(
        post,
        by=person,
        parent=first,
        body="Thank you.",
        speaking=Speaking(mandate=Mandate.OFFICER, organisation=organisation),
    )
    shared = {
        "Post number": str(post.pk),
        "Post": "What the tide costs",
        "Address": "https://strategy.example.coop/blog/2026/what-the-tide-costs/",
        "People who agree": "0",
        "Changed at": "",
    }
    assert table_of(CommentsReport()) == [
        {
            "Number": str(first.pk),
            "Said at": local(first.made_at),
            "Text": "Well said.",
            "Who": "Ann Example",
            "Organisation": "",
            "Speaking": "For myself",
            "Replies to": "",
            **shared,
        },
        {
            "Number": str(reply.pk),
            "Said at": local(reply.made_at),
            "Text": "Thank you.",
            "Who": "Sioned Rees",
            "Organisation": "Tonnau Limited",
            "Speaking": "For my organisation, as an officer or employee",
            "Replies to": str(first.pk),
            **shared,
        },
    ]


def test_only_posts_that_everybody_can_read_now_are_told():
    a_post("Public")
    a_draft("Draft")
    a_submission("Waiting")
    approve_submission(a_submission("Scheduled"), by=an_editor(), public_from=timezone.now() + dt.timedelta(hours=1))
    withdrawn = a_post("Withdrawn")
    withdraw_post(withdrawn, by=withdrawn.author)
    for standing in (Standing.HELD, Standing.DECLINED):
        Post.objects.filter(pk=a_post(f"Post that is {standing}").pk).update(standing=standing)
    assert titles() == ["Public"]


def test_a_scheduled_post_is_told_from_its_moment_on():
    post = approve_submission(a_submission(), by=an_editor(), public_from=timezone.now() + dt.timedelta(hours=1))
    ContributionFactory(thread=post.thread)
    before = (len(table_of(PostsReport())), len(table_of(CommentsReport())))
    Post.objects.filter(pk=post.pk).update(public_from=timezone.now())
    assert (before, len(table_of(PostsReport())), len(table_of(CommentsReport()))) == ((0, 0), 1, 1)


def test_only_the_approved_words_are_told_and_not_the_draft():
    post = a_post("Approved")
    post.draft.title = "Secret draft"
    post.draft.save()
    assert titles() == ["Approved"]


def test_nothing_that_is_not_public_is_among_the_comments():
    post, hidden = a_post(), a_post("Withdrawn post")
    public = a_comment(post, body="Public words.")
    for standing in (Standing.HELD, Standing.DECLINED):
        row = a_comment(post, body=f"Secret {standing} words.")
        Contribution.objects.filter(pk=row.pk).update(standing=standing)
    withdrawn = a_comment(post, body="Secret withdrawn words.")
    withdraw_contribution(withdrawn, by=withdrawn.author)
    a_comment(hidden, body="Secret words to a post that is gone.")
    withdraw_post(hidden, by=hidden.author)
    ContributionFactory(body="Secret words to something that is no post.")
    assert [int(row["Number"]) for row in table_of(CommentsReport())] == [public.pk]
    assert [row["Comments"] for row in table_of(PostsReport())] == ["1"]


def test_what_was_edited_is_told_as_it_reads_today():
    post = a_post()
    row = a_comment(post, body="Words that were taken back.")
    edit_contribution(row, by=row.author, body="Words of today.", based_on=1)
    Contribution.objects.filter(pk=row.pk).update(standing=Standing.PUBLISHED)
    assert [told["Text"] for told in table_of(CommentsReport())] == ["Words of today."]


def test_a_reply_does_not_say_what_it_answers_when_that_is_not_public_any_more():
    post = a_post()
    first = a_comment(post)
    a_comment(post, parent=first)
    withdraw_contribution(first, by=first.author)
    assert [row["Replies to"] for row in table_of(CommentsReport())] == ["Something that is not public any more"]


def test_an_organisation_is_told_only_where_readers_see_it():
    organisation = OrganisationFactory(name="Hidden Hands Limited")
    person = MembershipFactory(organisation=organisation).user
    post = a_post(by=person, mandate=Mandate.SELF, organisation=organisation)
    assert [row["Organisation"] for row in table_of(PostsReport())] == [""]
    for shown_as in ShownAs.values:
        for whose in (organisation, None):
            ContributionFactory(thread=post.thread, author=person, organisation=whose, shown_as=shown_as)
    rows = {row.pk: row for row in Contribution.objects.select_related("author", "organisation")}
    told = {int(row["Number"]): (row["Who"], row["Organisation"]) for row in table_of(CommentsReport())}
    assert told == {pk: (row.name_shown, str(row.organisation_shown or "")) for pk, row in rows.items()}


def test_who_was_only_asked_to_write_along_is_not_named():
    post = a_post(by=UserFactory(name="Ann Example"))
    post.bylines.create(asked_email="asked@example.coop", place=1)
    [row] = table_of(PostsReport())
    assert (row["Authors"], "asked@" in str(row)) == ("Ann Example", False)


@pytest.mark.parametrize("formula", ["=1+1", "+44 161", "-2", "@SUM(A1)", "＝1", "\u200b=1"])
def test_no_cell_can_run_as_a_formula(formula):
    person = UserFactory(name=formula)
    organisation = MembershipFactory(user=person, organisation=OrganisationFactory(name=formula)).organisation
    section = a_section("Plain.", title=formula)
    post = a_post(
        formula,
        by=person,
        themes=[a_theme(formula, slug="formula")],
        threads=[section.thread_id],
        summary=formula,
        interest=formula,
        mandate=Mandate.OFFICER,
        organisation=organisation,
    )
    a_comment(post, by=person, body=formula, speaking=Speaking(organisation=organisation))
    cells = [cell for report in (PostsReport(), CommentsReport()) for row in table_of(report) for cell in row.values()]
    assert [cell for cell in cells if guard(cell) != cell] == []
    assert f"'{formula}" in cells


def test_texts_that_look_like_sql_or_placeholders_come_out_as_they_are():
    text = "100% {sure} %s %(x)s '; DROP TABLE x; -- \\ \" ŵ 😀; line\twith, marks"
    section = a_section("Plain.", title="50% {of} 'it'")
    a_comment(a_post(text, threads=[section.thread_id]), body=text)
    assert [(row["Title"], row["Sections"]) for row in table_of(PostsReport())] == [(text, str(section))]
    assert [(row["Post"], row["Text"]) for row in table_of(CommentsReport())] == [(text, text)]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("editor", True),
        ("staff", True),
        ("moderator", False),
        ("chair", False),
        ("panel_member", False),
        ("analyst", False),
    ],
)
def test_editors_and_staff_may_have_the_tables(role, may):
    own = {"blog-posts", "blog-comments"}
    assert {report.name for report in reports_for(UserFactory(roles=[role]))} & own == (own if may else set())


def test_whoever_does_not_edit_any_more_may_not_have_the_tables_any_more():
    person, report = UserFactory(roles=["editor"]), report_named("blog-posts")
    before = report.may_run(person, {})
    person.appointments.update(ends_on=timezone.localdate())
    person.forget_roles()
    assert (before, report.may_run(person, {})) == (True, False)
