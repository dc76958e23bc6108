import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from commons import queues
from commons.audit.models import Entry
from commons.exports import exports, reports
from commons.exports.actions import MOST_UNFINISHED, ask_for_export, remove_expired_exports
from commons.exports.exports import make_file
from commons.exports.models import KEPT_FOR, ExportJob
from commons.exports.tasks import run_export
from commons.queues import State
from tests.factories.people import UserFactory

ASK = "/exports/ask/drill-numbers/"


@pytest.fixture
def staff(db):
    return UserFactory(roles=["staff"])


@pytest.fixture
def mine(client, staff):
    client.force_login(staff)
    return client


def a_job(by, key="form") -> ExportJob:
    return ask_for_export("drill-numbers", {"rows": 2}, by=by, purpose="Annual report", key=key)


def a_finished_job(by) -> ExportJob:
    job = a_job(by)
    make_file(queues.claim(ExportJob.objects.filter(pk=job.pk)))
    job.refresh_from_db()
    return job


def page(job: ExportJob, word: str = "") -> str:
    return f"/exports/{job.pk}/{word}"


made = pytest.mark.django_db(transaction=True)


# --- Who sees what -------------------------------------------------------------------------------------------------------

PEOPLE = {
    "the one who asked": lambda owner: owner,
    "other staff": lambda owner: UserFactory(roles=["staff"]),
    "a member": lambda owner: UserFactory(),
    "nobody": lambda owner: None,
}


def status_of(response) -> int:
    response.close()
    return response.status_code


READS = {"": 200, "progress/": 200, "download/": 200}
WRITES = {"cancel/": 302, "again/": 302}


@made
@pytest.mark.parametrize("who", PEOPLE)
def test_a_job_has_pages_only_for_the_one_who_asked(client, numbers, who):
    owner = UserFactory(roles=["staff"])
    job = a_finished_job(owner)
    if (person := PEOPLE[who](owner)) is not None:
        client.force_login(person)
    answers = {word: status_of(client.get(page(job, word))) for word in READS}
    answers |= {word: client.post(page(job, word)).status_code for word in WRITES}
    if who == "the one who asked":
        assert answers == READS | WRITES
    elif who == "nobody":  # is asked to sign in, because e-mails lead here; but a file is never there
        assert answers == {"": 302, "progress/": 302, "download/": 404, "cancel/": 302, "again/": 302}
    else:
        assert answers == dict.fromkeys(READS | WRITES, 404)


@made
def test_who_lost_the_role_keeps_the_page_but_not_the_file(mine, numbers, staff):
    job = a_finished_job(staff)
    staff.appointments.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    assert (mine.get(page(job)).status_code, mine.get(page(job, "download/")).status_code) == (200, 404)


@pytest.mark.parametrize(("roles", "status"), [(["staff"], 200), ([], 404), (["analyst"], 404)])
def test_only_who_may_have_the_data_finds_the_form(client, numbers, db, roles, status):
    client.force_login(UserFactory(roles=roles))
    assert client.get(ASK).status_code == status
    assert client.post(ASK, {"rows": 1, "purpose": "x", "key": "k"}).status_code == (302 if status == 200 else 404)


@pytest.mark.parametrize(("roles", "status"), [(["staff"], 200), ([], 404)])
def test_the_list_is_there_for_those_with_something_on_it(client, monkeypatch, numbers, db, roles, status):
    monkeypatch.setattr(reports, "_register", {numbers.name: numbers})
    client.force_login(UserFactory(roles=roles))
    assert client.get("/exports/").status_code == status


def test_strangers_are_asked_to_sign_in(client, db):
    for address in ("/exports/", ASK):
        assert client.get(address).headers["Location"] == f"/accounts/login/?next={address}"


# --- Asking --------------------------------------------------------------------------------------------------------------


def key_in(response) -> str:
    return re.search(r'name="key" value="([0-9a-f]{32})"', response.content.decode())[1]


def test_one_form_sent_twice_is_one_export(mine, numbers, staff):
    key = key_in(mine.get(ASK))
    answers = [mine.post(ASK, {"rows": 5, "purpose": "Annual report", "key": key}) for _ in range(2)]
    job = ExportJob.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [page(job)] * 2
    assert (job.asked_by, job.params["rows"], job.purpose) == (staff, 5, "Annual report")


def test_each_form_shown_has_a_key_of_its_own(mine, numbers):
    assert key_in(mine.get(ASK)) != key_in(mine.get(ASK))


def test_answers_in_the_address_fill_the_form(mine, numbers):
    assert mine.get(f"{ASK}?rows=77&key=stolen&csrf=x").context["form"].initial == {"rows": "77"}


def test_bad_answers_are_kept_and_explained(mine, numbers):
    response = mine.post(ASK, {"rows": "many", "purpose": "", "key": "k"})
    assert response.status_code == 200
    assert response.context["form"].errors == {
        "rows": ["Enter a whole number."],
        "purpose": ["Say what the file is for."],
    }
    assert 'value="many"' in response.content.decode()
    assert ExportJob.objects.count() == 0


def test_too_many_at_once_are_refused_in_words(mine, numbers, staff):
    for number in range(MOST_UNFINISHED):
        a_job(staff, key=str(number))
    response = mine.post(ASK, {"rows": 1, "purpose": "x", "key": "one more"})
    assert response.context["form"].non_field_errors() == [
        "You already have 5 exports under way. Wait for one of them, or cancel one, and ask again."
    ]


@made
def test_asking_works_while_the_broker_is_down_and_the_sweep_rings_later(client, monkeypatch, numbers):
    staff = UserFactory(roles=["staff"])
    client.force_login(staff)
    monkeypatch.setattr(run_export.app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    response = client.post(ASK, {"rows": 1, "purpose": "x", "key": "k"}, follow=True)
    assert response.status_code == 200
    assert ExportJob.objects.get().state == State.WAITING


# --- Watching ------------------------------------------------------------------------------------------------------------


def words_on(response) -> str:
    text = re.sub(r"<noscript>.*?</noscript>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def moving_part(client, job, step=None) -> str:
    return words_on(client.get(page(job, "progress/"), {"step": step} if step is not None else {}))


def test_while_it_runs_the_page_says_how_far_it_is(mine, numbers, staff):
    job = a_job(staff)
    asked = "2026-11-24T14:02:00Z"
    ExportJob.objects.update(asked_at=dt.datetime.fromisoformat(asked))
    assert moving_part(mine, job) == "Asked for at 2:02pm. Waiting for its turn. You can leave; we will e-mail you."
    row = queues.claim(ExportJob.objects.all())
    assert moving_part(mine, job) == "Asked for at 2:02pm. Counting the rows. You can leave; we will e-mail you."
    queues.renew(row, done_count=12_400, total_count=31_000)
    assert moving_part(mine, job) == "Asked for at 2:02pm. 12,400 of 31,000 rows. You can leave; we will e-mail you."
    mine.post(page(job, "cancel/"))
    assert moving_part(mine, job) == "Asked for at 2:02pm. Stopping."


def test_a_screen_reader_hears_each_quarter_once(mine, numbers, staff):
    job = a_job(staff)
    row = queues.claim(ExportJob.objects.all())
    heard = []
    for done in (0, 24, 25, 26, 49, 50, 99):
        queues.renew(row, done_count=done, total_count=100)
        step = heard[-1][0] if heard else 0
        response = mine.get(page(job, "progress/"), {"step": step})
        heard.append((response.context["step"], 'id="export-announcement"' in response.content.decode()))
    assert heard == [(0, False), (0, False), (25, True), (25, False), (25, False), (50, True), (75, True)]


def test_without_script_the_page_looks_again_by_itself_until_it_has_ended(mine, numbers, staff):
    job = a_job(staff)
    refresh = '<noscript><meta http-equiv="refresh" content="10"></noscript>'
    assert refresh in mine.get(page(job)).content.decode()
    mine.post(page(job, "cancel/"))
    ended = mine.get(page(job)).content.decode()
    assert (refresh in ended, "hx-get" in ended, "Cancel this export" in ended) == (False, False, False)


def test_a_failed_export_says_why_and_can_be_tried_again(mine, numbers, staff):
    job = a_job(staff)
    queues.fail(queues.claim(ExportJob.objects.all()), exports.DISK_FULL)
    assert moving_part(mine, job) == (
        "We could not make this file There was no room left on our disk. Nothing was lost. You can try again. Try again"
    )
    again = mine.post(page(job, "again/")).headers["Location"]
    assert mine.post(page(job, "again/")).headers["Location"] == again
    assert ExportJob.objects.exclude(pk=job.pk).get().get_absolute_url() == again


def test_reading_a_page_changes_nothing(mine, numbers, staff):
    job = a_job(staff)
    before = ExportJob.objects.values().get(), Entry.objects.count()
    for address in ("/exports/", ASK, page(job), page(job, "progress/")):
        mine.get(address)
    assert (ExportJob.objects.values().get(), Entry.objects.count()) == before
    assert [mine.get(page(job, word)).status_code for word in WRITES] == [405, 405]


def test_the_list_costs_the_same_for_one_job_and_for_thirty(mine, numbers, staff, django_assert_num_queries):
    a_job(staff)
    mine.get("/exports/")
    with django_assert_num_queries(6) as one:
        mine.get("/exports/")
    ExportJob.objects.bulk_create(
        ExportJob(asked_by=staff, report="drill-numbers", title="Numbers", key=f"k{number}") for number in range(29)
    )
    with django_assert_num_queries(len(one)):
        mine.get("/exports/")


# --- Downloading ---------------------------------------------------------------------------------------------------------


@made
def test_the_file_comes_as_an_attachment_nobody_keeps(client, numbers):
    staff = UserFactory(roles=["staff"])
    client.force_login(staff)
    job = a_finished_job(staff)
    response = client.get(page(job, "download/"))
    assert b"".join(response.streaming_content) == job.stored_at.read_bytes()
    assert {name: response.headers[name] for name in ("Content-Type", "X-Content-Type-Options", "Cache-Control")} == {
        "Content-Type": "text/csv; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }
    assert response.headers["Content-Disposition"] == f'attachment; filename="{job.file_name}"'
    assert int(response.headers["Content-Length"]) == job.file_size
    assert Entry.objects.latest("pk").verb == "take_export"


@made
def test_an_expired_file_is_gone_and_the_page_says_so(client, numbers):
    staff = UserFactory(roles=["staff"])
    client.force_login(staff)
    job = a_finished_job(staff)
    remove_expired_exports(by=None, now=timezone.now() + KEPT_FOR)
    assert client.get(page(job, "download/")).status_code == 404
    assert moving_part(client, job).startswith("We deleted this file Files are kept for a week.")


@pytest.mark.parametrize("end", ["waiting", "running", "cancelled"])
def test_there_is_no_file_before_it_is_done(mine, numbers, staff, private_folder, end):
    job = a_job(staff)
    if end == "running":
        job = queues.claim(ExportJob.objects.all())
        private_folder.mkdir(parents=True)
        job.stored_at.write_bytes(b"half")
    elif end == "cancelled":
        mine.post(page(job, "cancel/"))
    assert mine.get(page(job, "download/")).status_code == 404


def test_cancelling_twice_says_there_was_nothing_left_to_cancel(mine, numbers, staff):
    job = a_job(staff)
    mine.post(page(job, "cancel/"))
    response = mine.post(page(job, "cancel/"), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "It had already ended, so there was nothing to cancel."
    ]
    assert reverse("exports:job-detail", args=[job.pk]) == response.redirect_chain[-1][0]
