"""The tables of what was said and answered: each public contribution once and exactly, and nothing that is not public."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.utils import timezone

from commons.contributions.actions import Speaking, add_contribution, edit_contribution, withdraw_contribution
from commons.contributions.models import Channel, Contribution, Kind, Mandate, ShownAs
from commons.exports.exports import copied
from commons.exports.reports import guard, report_named, reports_for
from commons.moderation.models import Standing
from panel.actions.deciding import accept_suggestion, make_decision, undo_decision
from panel.actions.publishing import publish_section
from panel.exports import AnswersReport, ContributionsReport
from panel.models import Decision
from panel.reports import answering_counts
from tests.factories.contributions import ContributionFactory
from tests.factories.panel import a_section, publish, said_to
from tests.factories.people import MembershipFactory, OrganisationFactory, UserFactory

TEXT = "We will lend.\n\nA desk answers within ten working days.\n\nNobody pays twice."


def table_of(report, params=None) -> list[dict[str, str]]:
    params = params or {}
    with connection.cursor() as cursor:
        content = b"".join(block for _rows, block in copied(cursor, report, params))
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) == report.count(cursor, params)
    return rows


def numbers_in(rows) -> list[int]:
    return [int(row["Number"]) for row in rows]


@pytest.fixture
def section(db):
    return a_section(TEXT, title="Finance that fits", slug="finance")


@pytest.fixture
def chair(db):
    return UserFactory(roles=["chair"], name="Cerys Chair")


def local(moment, form="%Y-%m-%d %H:%M") -> str:
    return timezone.localtime(moment).strftime(form)


def test_a_suggestion_that_was_accepted_in_part_is_told_in_one_row_with_all_that_became_of_it(section, chair):
    person = UserFactory(name="Sioned Rees")
    organisation = MembershipFactory(
        user=person, organisation=OrganisationFactory(name="Tonnau Limited", sector="energy", nation="wales")
    ).organisation
    speaking = Speaking(
        mandate=Mandate.MEMBERS,
        organisation=organisation,
        agreed_on=dt.date(2026, 3, 4),
        votes_for=41,
        votes_against=2,
        votes_entitled=60,
    )
    row = said_to(
        section,
        paragraph=2,
        words="ten working days",
        by=person,
        body="Ten is too long.",
        replacement="three days",
        speaking=speaking,
    )
    answer = accept_suggestion(
        row, by=chair, reason="Five is what we can do.", words="five days", votes_for=7, votes_against=5
    )
    section.refresh_from_db()
    publish_section(section, by=chair, based_on=section.draft.revision)
    row = Contribution.objects.get(pk=row.pk)
    assert table_of(ContributionsReport()) == [
        {
            "Number": str(row.pk),
            "Said at": local(row.made_at),
            "Kind": row.get_kind_display(),
            "Where it was said": "The draft strategy",
            "Section number": "1",
            "Section": "Finance that fits",
            "Section address": "finance",
            "Paragraph": str(row.anchor.paragraph or ""),
            "Said to version": "1",
            "Paragraph in that version": "2",
            "Words it is about": "ten working days",
            "What became of those words": row.anchor.get_state_display(),
            "Words that stand there now": row.anchor.words_now,
            "Title": "",
            "Text": "Ten is too long.",
            "Suggested words": "three days",
            "Who": "Sioned Rees",
            "Organisation": "Tonnau Limited",
            "Sector of the organisation": "Energy and environment",
            "Nation of the organisation": "Wales",
            "Speaking": "For my organisation, after its members voted",
            "Agreed on": "2026-03-04",
            "Members for it": "41",
            "Members against it": "2",
            "Members who could vote": "60",
            "How it came": "On this site",
            "People who agree": "0",
            "Replies to": "",
            "Answer promised by": row.reply_by.isoformat(),
            "Answer": "Accepted in part",
            "Reason": "Five is what we can do.",
            "Answered at": local(answer.made_at),
            "Panel votes for": "7",
            "Panel votes against": "5",
            "Words before": "ten working days",
            "Words after": "five days",
            "Changed in": "1 Finance that fits, version 2",
        }
    ]


def test_a_comment_without_an_answer_to_the_whole_section_leaves_its_cells_empty(section):
    row = said_to(section, by=UserFactory(name="Ann Example"), body="Well said.")
    [told] = table_of(ContributionsReport())
    assert {name: value for name, value in told.items() if value} == {
        "Number": str(row.pk),
        "Said at": local(row.made_at),
        "Kind": "Comment",
        "Where it was said": "The draft strategy",
        "Section number": "1",
        "Section": "Finance that fits",
        "Section address": "finance",
        "Said to version": "1",
        "Text": "Well said.",
        "Who": "Ann Example",
        "Speaking": "For myself",
        "How it came": "On this site",
        "People who agree": "0",
        "Answer promised by": row.reply_by.isoformat(),
    }


def test_nothing_that_is_not_public_is_in_either_table(section):
    public = said_to(section, body="Public words.")
    for standing in (Standing.HELD, Standing.DECLINED):
        row = said_to(section, body=f"Secret {standing} words.")
        row.standing = standing
        row.save()
    withdrawn = said_to(section, body="Secret withdrawn words.")
    withdraw_contribution(withdrawn, by=withdrawn.author)
    add_contribution(section.inside, by=UserFactory(roles=["panel_member"]), body="Secret words of the panel.")
    ContributionFactory(body="Secret words to something that is no section.")
    for report in (ContributionsReport(), AnswersReport()):
        rows = table_of(report)
        assert numbers_in(rows) == [public.pk]
        assert "Secret" not in str(rows)


def test_of_what_a_moderator_shortened_and_an_author_edited_only_the_words_of_today_are_told(section):
    author = UserFactory(roles=["panel_member"])
    row = said_to(section, by=author, body="Words that were taken back.")
    edit_contribution(row, by=author, body="Words of today.", based_on=1)
    assert [told["Text"] for told in table_of(ContributionsReport())] == ["Words of today."]
    assert "taken back" not in str(table_of(ContributionsReport()) + table_of(AnswersReport()))


def test_everybody_is_shown_in_the_tables_as_on_the_site(section):
    organisation = OrganisationFactory(name="Registered Name Limited", trading_name="The Loom")
    plain = OrganisationFactory(name="Plain Name Limited", trading_name="")
    nameless = UserFactory(name="")
    people = [
        {"author": UserFactory()},
        {"author": nameless},
        {"author": None},
        {"author": None, "said_by": "Mrs Jones"},
    ]
    said = said_to(section)
    for shown_as in ShownAs.values:
        for who in people:
            for whose in (None, organisation, plain):
                row = ContributionFactory(thread=section.thread, shown_as=shown_as, organisation=whose, **who)
                assert row.is_published
    rows = {row.pk: row for row in Contribution.objects.select_related("author", "organisation").exclude(pk=said.pk)}
    told = {int(row["Number"]): row for row in table_of(ContributionsReport())}
    del told[said.pk]
    assert len(rows) == 36
    assert {pk: row["Who"] for pk, row in told.items()} == {pk: row.name_shown for pk, row in rows.items()}
    assert {pk: row["Organisation"] for pk, row in told.items()} == {
        pk: str(row.organisation_shown or "") for pk, row in rows.items()
    }
    assert {pk for pk, row in told.items() if row["Sector of the organisation"]} == {
        pk for pk, row in rows.items() if row.organisation and row.shown_as != ShownAs.WITHHELD
    }
    assert {pk for pk, row in told.items() if row["Nation of the organisation"]} == {
        pk for pk, row in rows.items() if row.organisation and row.shown_as != ShownAs.WITHHELD
    }


def test_a_withheld_name_and_organisation_are_nowhere_in_the_tables(section):
    person = UserFactory(name="Wanda Withheld")
    organisation = MembershipFactory(
        user=person, organisation=OrganisationFactory(name="Hidden Hands Limited", sector="finance", nation="scotland")
    ).organisation
    speaking = Speaking(mandate=Mandate.OFFICER, organisation=organisation, shown_as=ShownAs.WITHHELD)
    said_to(section, by=person, speaking=speaking)
    told = str(table_of(ContributionsReport()) + table_of(AnswersReport()))
    assert [
        word for word in ("Wanda", person.email, "Hidden Hands", "Finance'", "Scotland", "scotland") if word in told
    ] == []


FORMULAS = ["=1+1", "+44 161", "-2", "@SUM(A1)", "\t=1", "＝1", "\u200b=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_can_run_as_a_formula(formula, chair):
    section = a_section("Plain.\n\n=A1 is a text.", title=formula)
    person = UserFactory(name=formula)
    organisation = MembershipFactory(user=person, organisation=OrganisationFactory(name=formula)).organisation
    speaking = Speaking(organisation=organisation)
    row = said_to(
        section, paragraph=2, words="=A1", by=person, body=formula, replacement=f"{formula} instead", speaking=speaking
    )
    accept_suggestion(row, by=chair, reason=formula)
    cells = [
        cell for report in (ContributionsReport(), AnswersReport()) for row in table_of(report) for cell in row.values()
    ]
    assert [cell for cell in cells if guard(cell) != cell] == []
    assert f"'{formula}" in cells


def test_texts_that_look_like_sql_or_placeholders_come_out_as_they_are(section):
    text = "100% {sure} %s %(x)s '; DROP TABLE x; -- \\ \" ŵ 😀\nsecond; line\twith, marks"
    said_to(section, body=text)
    assert [row["Text"] for row in table_of(ContributionsReport())] == [text]
    assert [row["What was said"] for row in table_of(AnswersReport())] == [text]


def test_a_reply_names_what_it_replies_to_unless_that_is_not_public_any_more(section):
    first, second = said_to(section), said_to(section)
    replies = [
        add_contribution(section.thread, by=UserFactory(roles=["panel_member"]), body="Yes.", parent=parent)
        for parent in (first, second)
    ]
    withdraw_contribution(second, by=second.author)
    told = {int(row["Number"]): row["Replies to"] for row in table_of(ContributionsReport())}
    assert told == {
        first.pk: "",
        replies[0].pk: str(first.pk),
        replies[1].pk: "Something that is not public any more",
    }


def test_an_answer_that_was_undone_is_not_told_and_the_one_after_it_is(section, chair):
    row = said_to(section)
    first = make_decision(section, by=chair, voices=[row], outcome=Decision.Outcome.NO, reason="Not now, we thought.")
    undo_decision(first, by=chair, reason="We had misread it.")
    assert [told["Answer"] + told["Reason"] for told in table_of(AnswersReport())] == [""]
    make_decision(section, by=chair, voices=[row], outcome=Decision.Outcome.LATER, reason="In the spring.")
    assert [told["Answer"] + ". " + told["Reason"] for told in table_of(AnswersReport())] == [
        "Not now, later. In the spring."
    ]


def test_several_changes_stand_in_one_cell_and_what_is_not_published_says_so(section, chair):
    first = said_to(section, paragraph=2, words="ten working days", replacement="three days")
    second = said_to(section, paragraph=3)
    answer = make_decision(section, by=chair, voices=[first, second], outcome=Decision.Outcome.ACCEPTED, reason="Yes.")
    for before, after in (("ten", "three"), ("twice", "twice, ever")):
        answer.changes.create(section=section, before=before, after=after)
    answer.changes.create(section=section, before="dropped", after="dropped too", dropped_at=timezone.now())
    rows = table_of(AnswersReport())
    assert [(row["Words before"], row["Words after"], row["Changed in"]) for row in rows] == [
        ("ten | twice", "three | twice, ever", "The next version | The next version")
    ] * 2


def test_the_table_of_answers_holds_each_contribution_exactly(section, chair):
    row = said_to(section, paragraph=2, words="ten working days", body="Too long.", by=UserFactory(name="Ann Example"))
    make_decision(section, by=chair, voices=[row], outcome=Decision.Outcome.NO, reason="We cannot be faster.")
    assert table_of(AnswersReport()) == [
        {
            "Number": str(row.pk),
            "Place": "1.2 Finance that fits",
            "Where it was said": "The draft strategy",
            "Who": "Ann Example",
            "Organisation": "",
            "Speaking": "For myself",
            "Said on": local(row.made_at, "%Y-%m-%d"),
            "Words it is about": "ten working days",
            "Title": "",
            "What was said": "Too long.",
            "Suggested words": "",
            "Post or source": "",
            "Its address": "",
            "Answer": "Not accepted",
            "Reason": "We cannot be faster.",
            "Words before": "",
            "Words after": "",
            "Changed in": "",
        }
    ]


def test_one_section_can_be_asked_for_alone(section):
    other = a_section("Other words.", title="Another", slug="another")
    here, there = said_to(section), said_to(other)
    report = AnswersReport()
    assert numbers_in(table_of(report, {"section": other.pk})) == [there.pk]
    assert numbers_in(table_of(report, report.clean_params({"section": str(section.pk)}))) == [here.pk]
    assert numbers_in(table_of(report, report.clean_params({}))) == [here.pk, there.pk]
    assert report.title_for({"section": other.pk}) == "Comments and answers: 2 Another"
    assert report.title_for({"section": None}) == "Comments and answers"


def test_the_table_of_answers_counts_what_the_strategy_page_counts(section, chair):
    rows = [said_to(section) for _number in range(4)]
    add_contribution(section.thread, by=UserFactory(roles=["panel_member"]), body="A reply.", parent=rows[0])
    make_decision(section, by=chair, voices=rows[:2], outcome=Decision.Outcome.NO, reason="No.")
    told, counts = table_of(AnswersReport()), answering_counts()
    assert (len(told), sum(bool(row["Answer"]) for row in told)) == (counts.given, counts.answered) == (4, 2)
    assert len(table_of(ContributionsReport())) == 5


def test_a_voice_follows_its_section_when_it_is_told_where_it_stands(section):
    said_to(section, paragraph=3, words="Nobody pays twice", by=UserFactory(roles=["panel_member"]))
    publish(section, f"Something new.\n\n{TEXT}")
    [row] = table_of(ContributionsReport())
    assert (row["Paragraph"], row["Paragraph in that version"], row["Said to version"]) == ("4", "3", "1")
    assert row["What became of those words"] == "These words stand as they were"


def test_what_was_keyed_in_does_not_say_who_keyed_it(section):
    scribe = UserFactory(roles=["scribe"], name="Sam Scribe")
    ContributionFactory(
        thread=section.thread,
        author=None,
        said_by="Mrs Jones",
        keyed_in_by=scribe,
        channel=Channel.PAPER,
        kind=Kind.NOTE,
    )
    [row] = table_of(ContributionsReport())
    assert (row["Who"], row["How it came"], row["Kind"]) == ("Mrs Jones", "On paper", "Note")
    assert "Sam" not in str(row)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("chair", True),
        ("panel_member", True),
        ("staff", True),
        ("moderator", False),
        ("scribe", False),
        ("analyst", False),
    ],
)
def test_the_panel_and_staff_may_have_the_tables(db, role, may):
    person = UserFactory(roles=[role])
    own = {"panel-contributions", "panel-answers"}
    assert {report.name for report in reports_for(person)} & own == (own if may else set())


def test_whoever_leaves_the_panel_may_not_have_the_tables_any_more(db):
    person, report = UserFactory(roles=["panel_member"]), report_named("panel-contributions")
    before = report.may_run(person, {})
    person.appointments.update(ends_on=timezone.localdate())
    person.forget_roles()
    assert (before, report.may_run(person, {})) == (True, False)
