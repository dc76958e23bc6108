import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.utils import timezone

from commons import queues
from commons.audit.models import Entry
from commons.digests.models import Notice
from commons.exports.actions import (
    MOST_UNFINISHED,
    NotReady,
    TooManyExports,
    ask_for_export,
    cancel_export,
    give_up_exports,
    remove_expired_exports,
    retry_export,
    take_export,
)
from commons.exports.exports import make_file
from commons.exports.models import KEPT_FOR, ExportJob
from commons.queues import State
from tests.factories.people import UserFactory

made = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(db):
    return UserFactory(roles=["staff"])


def ask(by, key="form-1", **params) -> ExportJob:
    return ask_for_export("drill-numbers", {"rows": "3", **params}, by=by, purpose="Annual report", key=key)


def make(by, key="form-1") -> ExportJob:
    job = ask(by, key)
    make_file(queues.claim(ExportJob.objects.filter(pk=job.pk)))
    job.refresh_from_db()
    return job


def verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def test_asking_writes_a_waiting_job_and_one_entry_with_the_purpose(numbers, staff):
    job = ask(staff)
    assert (job.state, job.title, job.params) == (
        State.WAITING,
        "Numbers",
        {"rows": 3, "seconds_each": None, "text": ""},
    )
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor, entry.data["purpose"]) == ("ask_for_export", staff, "Annual report")


def test_two_clicks_on_one_form_are_one_export(numbers, staff):
    assert ask(staff) == ask(staff)
    assert (ExportJob.objects.count(), verbs()) == (1, ["ask_for_export"])


def test_two_forms_or_two_people_are_two_exports(numbers, staff):
    assert len({ask(staff), ask(staff, key="form-2"), ask(UserFactory(roles=["staff"]))}) == 3


@made
def test_ten_clicks_in_the_same_moment_are_one_export(numbers, staff):
    jobs, start = [], threading.Barrier(10)

    def click():
        start.wait()
        jobs.append(ask(staff).pk)
        connections.close_all()

    clicks = [threading.Thread(target=click) for _ in range(10)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert (len(jobs), set(jobs)) == (10, {ExportJob.objects.get().pk})
    assert verbs() == ["ask_for_export"]


@pytest.mark.parametrize("roles", [[], ["analyst"], ["panel_member"]])
def test_who_may_not_see_the_data_cannot_ask_for_it(numbers, db, roles):
    with pytest.raises(PermissionDenied):
        ask(UserFactory(roles=roles))
    assert ExportJob.objects.count() == 0


def test_a_report_that_is_not_there_cannot_be_asked_for(staff):
    with pytest.raises(PermissionDenied):
        ask_for_export("drill-never-there", {}, by=staff)


def test_bad_params_are_refused(numbers, staff):
    with pytest.raises(ValidationError):
        ask(staff, rows="many")


def test_one_person_cannot_fill_the_queue(numbers, staff):
    for number in range(MOST_UNFINISHED):
        ask(staff, key=str(number))
    with pytest.raises(TooManyExports):
        ask(staff, key="one more")
    assert ask(UserFactory(roles=["staff"])).state == State.WAITING


def test_cancelling_is_on_record(numbers, staff):
    job = cancel_export(ask(staff), by=staff)
    assert (job.state, verbs()) == (State.CANCELLED, ["ask_for_export", "cancel_export"])


def test_trying_again_makes_one_new_job_however_often_it_is_clicked(numbers, staff):
    job = ask(staff)
    queues.fail(queues.claim(ExportJob.objects.all()), "No.")
    job.refresh_from_db()
    again = retry_export(job, by=staff)
    assert again == retry_export(job, by=staff)
    assert (again.pk != job.pk, again.params, again.purpose, again.state) == (
        True,
        job.params,
        job.purpose,
        State.WAITING,
    )


def test_what_has_not_ended_is_not_tried_again(numbers, staff):
    with pytest.raises(NotReady):
        retry_export(ask(staff), by=staff)


def test_jobs_nobody_will_take_any_more_fail_and_the_person_is_told(numbers, staff):
    job = ask(staff)
    past = timezone.now() - dt.timedelta(hours=1)
    for _ in range(queues.MOST_ATTEMPTS):
        queues.claim(ExportJob.objects.all(), now=past)
        past += queues.LEASE
    assert give_up_exports(by=None) == [job]
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.path) == (staff, "export-failed", f"/exports/{job.pk}/")
    assert notice.text == f"We could not make the file you asked for. {queues.GAVE_UP} Nothing was lost."


@made
def test_taking_the_file_is_on_record(numbers, staff):
    job = make(staff)
    assert take_export(job, by=staff).read_bytes() == b'\xef\xbb\xbfnumber,\'=text\n"1",""\n"2",""\n"3",""\n'
    assert verbs()[-1] == "take_export"


@made
def test_who_lost_the_role_cannot_take_the_file(numbers, staff):
    job = make(staff)
    staff.appointments.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    staff.forget_roles()
    with pytest.raises(PermissionDenied):
        take_export(job, by=staff)


@made
def test_nobody_else_can_take_the_file_not_even_other_staff(numbers, staff):
    with pytest.raises(PermissionDenied):
        take_export(make(staff), by=UserFactory(roles=["staff"]))


@made
def test_a_file_that_is_not_as_it_was_made_is_not_given_out(numbers, staff):
    job = make(staff)
    with job.stored_at.open("ab") as file:
        file.write(b"more")
    with pytest.raises(NotReady):
        take_export(job, by=staff)


@made
def test_after_a_week_the_file_is_deleted_once(numbers, staff):
    job = make(staff)
    week = job.finished_at + KEPT_FOR
    assert remove_expired_exports(by=None, now=week - dt.timedelta(seconds=1)) == 0
    assert remove_expired_exports(by=None, now=week) == 1
    assert remove_expired_exports(by=None, now=week) == 0
    job.refresh_from_db()
    assert (job.stored_at.exists(), job.removed_at, job.expired_at(week)) == (False, week, True)
    with pytest.raises(NotReady):
        take_export(job, by=staff)


@made
def test_between_its_time_and_the_sweep_the_file_is_not_given_out(numbers, staff):
    job = make(staff)
    ExportJob.objects.update(expires_at=timezone.now())
    job.refresh_from_db()
    with pytest.raises(NotReady):
        take_export(job, by=staff)


@made
def test_files_no_job_knows_are_removed_after_an_hour(numbers, staff, private_folder):
    job = make(staff)
    stray = private_folder / f"{job.pk}.7.part"
    stray.write_bytes(b"half")
    assert remove_expired_exports(by=None) == 0
    assert remove_expired_exports(by=None, now=timezone.now() + dt.timedelta(hours=2)) == 1
    assert list(private_folder.iterdir()) == [job.stored_at]
