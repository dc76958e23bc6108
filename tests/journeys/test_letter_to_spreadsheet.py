"""The whole way: staff print letters, a secretary answers, staff see the count move; and every answer stands in their file."""

import csv
from pathlib import Path

from django.core import mail
from playwright.sync_api import expect

from census.actions.responses import facts_of, key_of
from census.instrument import route, text, variables
from census.models import Submission
from commons.digests.models import Notice
from commons.digests.tasks import send_service_messages
from commons.exports.models import ExportJob
from commons.exports.reports import guard
from commons.queues import State
from tests.drills.workers import wait_until
from tests.factories.people import TOTP_SECRET
from tests.journeys.conftest import PASSWORD, Worker
from tests.journeys.visitor import Visitor, codes_in
from tests.journeys.walks import FULL, answers_for

BOARD = "/staff/census/needs-2026/"


def figures(staff: Visitor) -> dict[str, str]:
    """The figures at the top of the board."""
    stats = staff.opens(BOARD).page.locator(".stats .stat")
    return {stat.locator("dt").inner_text(): stat.locator("dd").first.inner_text() for stat in stats.all()}


def asks_and_downloads(staff: Visitor, *, script: bool, purpose: str) -> Path:
    """On the page that asks for an export: ask, wait for the worker, download."""
    staff.page.get_by_label("What is this file for?").fill(purpose)
    staff.presses("Ask for this file")
    if script:  # The page finds out by itself.
        expect(staff.page.get_by_role("heading", name="Your file is ready")).to_be_visible(timeout=20_000)
    else:
        wait_until(lambda: not ExportJob.objects.unfinished().exists(), 30, "the worker did not make the file")
        staff.page.reload()
    with staff.page.expect_download() as download:
        staff.page.get_by_role("link", name="Download the file").click()
    return Path(download.value.path())


def written(variable, answers, *, words: bool) -> str:
    """How one answer stands in the file."""
    value = variable.read(answers)
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("Yes" if value else "No") if words else str(int(value))
    if variable.kind == "text":
        return guard(value)
    return text(variable.labels[value]) if words and value in variable.labels else str(value)


def test_from_the_letter_to_the_spreadsheet(somebody, script, case, person, worker: Worker):
    instrument, facts = case.wave.questionnaire, facts_of(case)
    answers, marks = answers_for(instrument, facts, FULL)
    analyst = person("analyst@example.coop", ("staff", "analyst"))

    staff = somebody(script=script).opens(BOARD)
    if script:
        staff.signs_in(analyst.email, PASSWORD, secret=TOTP_SECRET)
    else:
        staff.signs_in(analyst.email, mails=mail.outbox, secret=TOTP_SECRET)
    assert staff.place == BOARD
    assert figures(staff) == {"Sent": "0", "Begun": "0", "Asked": "3", "Response rate": "0.0%"}
    staff.follows("Make codes and letters")
    staff.page.get_by_label("What are these codes for?").fill("First letters")
    staff.presses("Make codes")
    letters = asks_and_downloads(staff, script=script, purpose="To print them").read_text().split("<section")
    (letter,) = [letter for letter in letters if case.name in letter]

    secretary = somebody(script=script)
    secretary.comes_in_with(codes_in(letter)[0])
    secretary.follows("Start")
    visited = secretary.answers_everything(instrument, answers, marks)
    assert visited == [key_of(page) for page in route(instrument, answers, facts).pages]
    secretary.presses("Send")
    assert (secretary.place, secretary.heading) == ("/census/needs-2026/done/", "Thank you. Your census is sent.")

    assert figures(staff) == {"Sent": "1", "Begun": "1", "Asked": "3", "Response rate": "33.3%"}
    submission = Submission.objects.get()
    for show in ("In words, for people", "As codes, for programs"):
        staff.opens(BOARD).follows("Export the replies")
        staff.page.get_by_label(show).check(force=True)
        with asks_and_downloads(staff, script=script, purpose="To read").open(newline="", encoding="utf-8-sig") as file:
            (row,) = csv.DictReader(file)
        said = {variable.name: row[variable.name] for variable in variables(instrument) if not variable.kept_apart}
        assert said == {
            variable.name: written(variable, answers, words=show.startswith("In words"))
            for variable in variables(instrument)
            if not variable.kept_apart
        }
        assert [name for name, cell in row.items() if cell[:1] in {"=", "+", "-", "@"}] == []
        assert row["reply"] == str(submission.response.reply)
    for variable in variables(instrument):
        if not variable.kept_apart:
            assert row[f"{variable.status}__status"] == submission.statuses[variable.status]

    jobs = [
        str(pk) for pk in ExportJob.objects.filter(state=State.DONE).order_by("asked_at").values_list("pk", flat=True)
    ]
    assert [notice.key for notice in Notice.objects.order_by("pk")] == [f"export:{pk}" for pk in jobs]
    send_service_messages.apply_async()
    wait_until(lambda: Notice.objects.filter(mail_state="sent").count() == 3, 30, "the mails were not sent")
    told = [
        (letter["To"], pk in letter.get_body(("plain",)).get_content())
        for letter, pk in zip(worker.mailbox, jobs, strict=True)
    ]
    assert told == [(analyst.email, True)] * 3
