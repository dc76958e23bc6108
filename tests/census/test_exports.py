"""What leaves the census: every answer given is in the file exactly, and nothing that says who gave it."""

import csv
import io

import pytest
from django.db import connection

from census.actions.codes import issue_codes
from census.actions.responses import save_page, submit_response
from census.exports import ContactsReport, LettersReport, ResponsesReport
from census.instrument import Filled, variables
from census.models import Case, Submission
from commons.exports.exports import copied
from commons.exports.reports import guard
from tests.census.replies import send_reply


def table_of(report, params) -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        content = b"".join(block for _rows, block in copied(cursor, report, params))
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) == report.count(cursor, params)
    return rows


@pytest.fixture
def replies(wave) -> list[Submission]:
    cases = list(Case.objects.select_related("wave").order_by("pk"))
    codes = {code.case_id: code for code in issue_codes(wave, cases, by=None, label="All").codes.all()}
    return [
        send_reply(case, codes[case.pk], seed=seed, form=form, q43=text, id3="Ann Example")
        for seed, (case, form, text) in enumerate(
            zip(
                cases,
                ["full", "short", "full"],
                ["=1+1", "Diolch yn fawr, ŵ ŷ 😀", 'She said "no", twice\nand left'],
                strict=True,
            )
        )
    ]


def test_every_answer_given_is_in_the_file_exactly(wave, replies):
    rows = {row["reply"]: row for row in table_of(ResponsesReport(), {"wave": wave.pk, "show": "codes"})}
    for submission in replies:
        row = rows.pop(str(submission.response.reply))
        for variable in variables(wave.questionnaire):
            if variable.kept_apart:
                continue
            value = variable.read(submission.answers)
            written = "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)
            assert row[variable.name] == (guard(written) if variable.kind == "text" else written), variable.name
            assert row[f"{variable.status}__status"] == submission.statuses[variable.status]
    assert rows == {}


def test_words_take_the_place_of_codes(wave, replies):
    rows = table_of(ResponsesReport(), {"wave": wave.pk, "show": "labels"})
    assert {row["sector"] for row in rows} == {"Housing", "Retail", "Other"}
    assert {row["q01__status"] for row in rows} <= {"Answered", "Left blank", "Don’t know", "Prefer not to say"}


def test_nothing_in_the_replies_says_who_answered(wave, replies):
    report = ResponsesReport()
    names = report.header({"wave": wave.pk, "show": "codes"})
    assert [name for name in names if name.startswith("id")] == []
    content = str(table_of(report, {"wave": wave.pk, "show": "codes"}))
    assert [case.name for case in Case.objects.all() if case.name in content] == []


def test_contacts_cannot_be_joined_to_replies(wave, replies):
    rows = table_of(ContactsReport(), {"wave": wave.pk})
    assert {row["organisation"] for row in rows} == {case.name for case in Case.objects.all()}
    written = {cell for row in rows for cell in row.values()}
    assert written & {str(submission.response.reply) for submission in replies} == set()


def test_letters_show_codes_that_work_and_come_out_the_same_again(wave, case):
    batch = issue_codes(wave, [case], by=None, label="Letters")
    first, second = (
        b"".join(block for _rows, block in LettersReport().chunks({"batch": batch.pk})) for _print in range(2)
    )
    assert first == second
    assert first.decode().count(batch.codes.get().plain()) == 1


def test_a_corrected_reply_is_in_the_file_once_in_its_last_form(wave, case, code):
    send_reply(case, code, q43="before")
    send_again = send_reply_again(case, code, "after")
    rows = table_of(ResponsesReport(), {"wave": wave.pk, "show": "codes"})
    assert [(row["q43"], row["number"]) for row in rows] == [("after", "2")]
    assert send_again.number == 2


def send_reply_again(case, code, words: str) -> Submission:
    page = case.wave.questionnaire.questions["q43"].page
    response = case.responses.get()
    latest = response.page_revisions.filter(page_key=f"{page.section.id}/{page.id}").order_by("-number").first()
    save_page(response, page, by=code, state=Filled({"q43": words}, {}), based_on=latest.number if latest else 0)
    return submit_response(response, by=code)
