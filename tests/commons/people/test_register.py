"""Bringing register files: what is added, changed and left alone, and that a wrong file changes nothing."""

import datetime as dt
import io
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from commons import queues
from commons.audit.models import Entry
from commons.people.actions.register import SOMETHING_WRONG, RegisterRefused, ask_register_import
from commons.people.models import Organisation, RegisterImport, RegisterImportRow
from commons.people.reports.register import changes_in_words, edition_loaded, newest_import, what_is_loaded
from commons.people.reports.register_file import FIELDS, Problem
from commons.people.tasks import register as tasks
from commons.people.tasks.register import (
    FILE_GONE,
    OUR_FAULT,
    AlreadyImporting,
    import_register,
    run_register_import,
    sweep_register_imports,
)
from commons.queues import State
from tests.commons.people.register_files import SMALL, register_csv
from tests.factories.people import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path / "private"
    return settings.PRIVATE_DIR / "register"


def bring(data: bytes, **options) -> RegisterImport:
    row = import_register(io.BytesIO(data), by=None, file_name="register.csv", **options)
    row.refresh_from_db()
    return row


def counts(row: RegisterImport) -> dict[str, int]:
    names = ("row", "added", "changed", "same", "doubled", "gone", "problem")
    found = {name: getattr(row, f"{name}_count") for name in names}
    return {name: count for name, count in found.items() if count}


def the_register() -> list[tuple]:
    return list(Organisation.objects.order_by("pk").values_list("pk", *FIELDS))


def test_the_first_file_adds_its_organisations():
    row = bring(SMALL.read_bytes())
    assert (row.state, row.edition) == (State.DONE, "2017-06")
    assert counts(row) == {"row": 13, "added": 12, "doubled": 1}
    assert Organisation.objects.live().count() == 10
    assert row.remark_counts == {
        "no_number": 1, "shared_number": 2, "lost_character": 1, "no_street": 1, "odd_postcode": 2, "postcode_elsewhere": 1,
        "no_region": 1, "no_sector": 1, "no_ownership": 1, "no_legal_form": 1, "no_start": 1, "dissolved_undated": 1,
        "formula": 1,
    }  # fmt: skip
    wind = Organisation.objects.get(register_id="X000004")
    assert {name: getattr(wind, name) for name in FIELDS} == {
        "register_id": "X000004",
        "registered_number": "4",
        "registrar": "companies_house",
        "name": 'Glenlorran Wind "Co-op" Ltd',
        "trading_name": "Glenlorran, Wind",
        "legal_form": "company",
        "street": "The Byre\nGlen Road\nGlenlorran",
        "city": "Inverness",
        "county": "Highland",
        "postcode": "IV1 1KI",
        "nation": "scotland",
        "region": "scotland",
        "sic_code": "UKSIC07-351",
        "sector": "energy",
        "ownership": "community",
        "status": "live",
        "incorporated_on": dt.date(2011, 3, 30),
        "dissolved_on": None,
    }


def test_the_same_file_again_changes_nothing():
    bring(SMALL.read_bytes())
    before = the_register()
    again = bring(SMALL.read_bytes())
    assert counts(again) == {"row": 13, "same": 12, "doubled": 1}
    assert the_register() == before


def test_a_newer_file_changes_what_it_says_otherwise_and_tells_field_by_field():
    bring(register_csv({}, {"CUK Organisation ID": "X000002"}))
    row = bring(
        register_csv(
            {"Registered Status": "Dead", "Dissolved Date": "1/6/2018", "Sector - Simplified, High Level": ""},
            {"CUK Organisation ID": "X000003"},
        )
    )
    assert counts(row) == {"row": 2, "added": 1, "changed": 1, "gone": 1}
    assert (row.edition, edition_loaded()) == ("2018-06", "2018-06")
    told = list(row.rows.order_by("pk").values_list("line", "register_id", "outcome", "changes"))
    assert told == [
        (
            2,
            "X000001",
            "changed",
            [["dissolved_on", None, "2018-06-01"], ["sector", "retail", ""], ["status", "live", "dissolved"]],
        ),
        (4, "X000003", "added", []),
        (None, "X000002", "gone", []),
    ]
    assert [(change.label, change.before, change.after) for change in changes_in_words(row.rows.first())] == [
        ("dissolved on", "", "2018-06-01"),
        ("sector", "Retail", ""),
        ("status", "Trading", "Dissolved"),
    ]
    gone = Organisation.objects.get(register_id="X000002")
    assert (gone.status, gone.name) == ("live", "Weaverdale Co-operative Limited")


def test_what_is_on_no_register_is_neither_touched_nor_missed():
    own = OrganisationFactory(register_id=None, name="On no list")
    row = bring(register_csv({}))
    own.refresh_from_db()
    assert (counts(row), own.name) == ({"row": 1, "added": 1}, "On no list")


def test_a_line_that_says_again_what_an_earlier_one_said_is_left_alone():
    row = bring(register_csv({}, {"CUK Organisation ID": "X000002"}, {}, {}))
    assert counts(row) == {"row": 4, "added": 2, "doubled": 2}
    assert list(row.rows.filter(outcome="doubled").values_list("line", "same_as")) == [(6, 2), (8, 2)]


def test_lines_that_contradict_each_other_refuse_the_file():
    row = bring(register_csv({}, {"Registered City": "Oldham"}))
    assert (row.state, row.problems) == (
        State.FAILED,
        [{"code": "id_doubled", "line": 4, "column": "CUK Organisation ID", "value": "X000001", "expected": ""}],
    )
    assert the_register() == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, Problem("edition_guessed", value="2016-12", expected="2018-06")),
        ({"edition": "2017-01"}, Problem("edition_older", value="2017-01", expected="2018-06")),
    ],
)
def test_an_older_edition_never_replaces_a_newer_one(options, expected):
    bring(register_csv({"Incorporation Date": "1/6/2018"}))
    before = the_register()
    row = bring(register_csv({"Incorporation Date": "31/12/2016", "Registered City": "Oldham"}), **options)
    assert (row.state, [Problem(**problem) for problem in row.problems]) == (State.FAILED, [expected])
    assert the_register() == before


def test_the_same_edition_put_right_is_taken_and_so_is_an_older_looking_file_that_is_said_to_be_newer():
    bring(register_csv({"Incorporation Date": "1/6/2018"}))
    assert counts(bring(register_csv({"Incorporation Date": "2/6/2018"}))) == {"row": 1, "changed": 1}
    assert counts(bring(register_csv({"Incorporation Date": "2/6/2010"}), edition="2018-07")) == {
        "row": 1,
        "changed": 1,
    }
    assert edition_loaded() == "2018-07"


def test_a_file_dated_after_its_edition_is_refused():
    row = bring(register_csv({"Incorporation Date": "1/6/2018"}), edition="2018-05")
    [problem] = [Problem(**problem) for problem in row.problems]
    assert problem == Problem("edition_past", 2, value="2018-06-01", expected="2018-05")


def test_a_file_without_dates_must_be_told_its_edition():
    data = register_csv({"Incorporation Date": ""})
    assert bring(data).problems[0]["code"] == "edition_unknown"
    assert bring(data, edition="2018-05").state == State.DONE


@pytest.mark.parametrize("edition", ["2018", "2018-13", "1818-01", "2018-1", "18-01", "2018-01 ", "٢٠١٨-٠١"])
def test_an_edition_is_a_year_and_a_month(edition):
    with pytest.raises(RegisterRefused) as refused:
        bring(register_csv({}), edition=edition)
    assert [problem.code for problem in refused.value.problems] == ["edition_wrong"]
    assert RegisterImport.objects.count() == 0


WRONG_FILES = {
    "impossible date": register_csv({}, {"CUK Organisation ID": "X000002", "Incorporation Date": "31/2/2001"}),
    "half a file": register_csv({}, {"CUK Organisation ID": "X000002"})[:-30],
    "broken encoding": register_csv({}, {"CUK Organisation ID": "X000002", "Registered City": "Café"}).replace(
        b"\xc3", b""
    ),
    "wrong columns": b"a,b\r\n1,2\r\n",
    "nothing": b"",
    "no rows": register_csv(),
    "NUL": register_csv({}, {"CUK Organisation ID": "X000002"}).replace(b"Weaver", b"Wea\0er"),
    "too long": register_csv({}, {"CUK Organisation ID": "X000002", "Registered Name": "n" * 256}),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file_changes_nothing_and_its_reasons_stay(name):
    bring(register_csv({"Registered City": "Bury"}))
    before = the_register()
    row = bring(WRONG_FILES[name])
    assert (row.state, row.reason) == (State.FAILED, SOMETHING_WRONG)
    assert len(row.problems) == row.problem_count >= 1
    assert row.rows.count() == 0
    assert the_register() == before


def test_a_file_that_is_too_large_is_not_kept(settings, private_folder):
    settings.REGISTER_MAX_BYTES = 1_000
    with pytest.raises(RegisterRefused) as refused:
        bring(SMALL.read_bytes())
    assert [problem.code for problem in refused.value.problems] == ["too_big"]
    assert (list(private_folder.iterdir()), RegisterImport.objects.count()) == ([], 0)


def test_the_file_is_kept_for_us_alone(private_folder):
    row = bring(SMALL.read_bytes())
    assert row.stored_at.read_bytes() == SMALL.read_bytes()
    assert (row.stored_at.stat().st_mode & 0o777, private_folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_names_that_look_like_code_are_kept_as_they_are():
    name = '=HYPERLINK("//x") <script>alert(1)</script> {{7*7}} \'; drop table people_organisation; --\\N %s'
    bring(register_csv({"Registered Name": name}))
    assert Organisation.objects.get().name == name


def test_a_file_brought_twice_before_it_is_read_is_one_import(private_folder):
    staff = UserFactory(roles=["staff"])
    first = ask_register_import(io.BytesIO(SMALL.read_bytes()), by=staff, file_name="a.csv")
    second = ask_register_import(io.BytesIO(SMALL.read_bytes()), by=staff, file_name="a.csv")
    assert first == second
    assert len(list(private_folder.iterdir())) == 1
    run_register_import(str(first.pk))
    run_register_import(str(first.pk))
    first.refresh_from_db()
    assert (first.state, first.attempts, Organisation.objects.count()) == (State.DONE, 1, 12)


def test_who_works_on_a_file_is_not_interrupted():
    waiting = ask_register_import(io.BytesIO(SMALL.read_bytes()), by=None, file_name="a.csv")
    queues.claim(RegisterImport.objects.filter(pk=waiting.pk))
    with pytest.raises(AlreadyImporting):
        bring(SMALL.read_bytes())


def test_everyone_can_see_how_far_it_is(monkeypatch):
    monkeypatch.setattr(tasks, "LINES_AT_ONCE", 5)
    seen = []

    def watch(row: RegisterImport) -> None:
        seen.append(RegisterImport.objects.values_list("state", "done_count", "total_count").get(pk=row.pk))

    row = bring(SMALL.read_bytes(), watch=watch)
    assert [state for state, _done, _total in seen] == [State.RUNNING] * 3
    assert [done for _state, done, _total in seen] == sorted({done for _state, done, _total in seen})
    assert {total for _state, _done, total in seen} == {row.file_size}
    assert (row.done_count, row.total_count) == (row.file_size, row.file_size)


def test_a_worker_that_lost_its_lease_loads_nothing():
    data = register_csv({})

    def take_over(row: RegisterImport) -> None:
        RegisterImport.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)

    with pytest.raises(queues.LeaseLost):
        bring(data, watch=take_over)
    assert (the_register(), RegisterImportRow.objects.count()) == ([], 0)


def test_an_accident_in_the_middle_of_loading_leaves_the_register_as_it_was(monkeypatch):
    bring(register_csv({}))
    before = the_register()

    def accident(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the cat sat on the plug")

    monkeypatch.setattr(queues, "finish", accident)
    row = bring(register_csv({"Registered City": "Oldham"}))
    assert (row.state, row.reason, row.rows.count()) == (State.FAILED, OUR_FAULT, 0)
    assert the_register() == before


def test_a_file_that_has_gone_is_said_to_be_gone():
    row = ask_register_import(io.BytesIO(SMALL.read_bytes()), by=None, file_name="a.csv")
    row.stored_at.unlink()
    run_register_import(str(row.pk))
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.FAILED, FILE_GONE)


def test_the_sweep_rings_again_for_what_waits_and_gives_up_what_was_tried_too_often(monkeypatch):
    waiting = ask_register_import(io.BytesIO(register_csv({})), by=None, file_name="a.csv")
    lost = ask_register_import(io.BytesIO(SMALL.read_bytes()), by=None, file_name="b.csv")
    long_ago = timezone.now() - dt.timedelta(hours=1)
    RegisterImport.objects.filter(pk=lost.pk).update(
        state=State.RUNNING, attempts=queues.MOST_ATTEMPTS, claimed_at=long_ago, lease_until=long_ago
    )
    rung = []
    monkeypatch.setattr(queues, "press", lambda task, row_id: rung.append((task.name, row_id)))
    sweep_register_imports()
    lost.refresh_from_db()
    assert rung == [("people.run_register_import", waiting.pk)]
    assert (lost.state, lost.reason) == (State.FAILED, queues.GAVE_UP)


def test_the_record_says_who_brought_which_file_and_what_became_of_it():
    staff = UserFactory(roles=["staff"])
    import_register(io.BytesIO(SMALL.read_bytes()), by=staff, file_name="a.csv")
    import_register(io.BytesIO(b"x"), by=staff, file_name="b.csv")
    entries = Entry.objects.filter(verb__contains="register").order_by("pk")
    assert list(entries.values_list("verb", "actor")) == [
        ("ask_register_import", staff.pk),
        ("load_register", staff.pk),
        ("ask_register_import", staff.pk),
        ("refuse_register_import", staff.pk),
    ]
    assert entries[1].data == {
        "edition": "2017-06", "rows": 13, "added_count": 12, "changed_count": 0, "same_count": 0, "doubled_count": 1,
        "gone_count": 0,
    }  # fmt: skip


def test_nothing_of_the_reading_stays_on_the_connection():
    bring(SMALL.read_bytes())
    bring(b"x")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.register_lines')")
        assert cursor.fetchone() == (None,)


def test_what_is_loaded_is_counted_by_nation_region_and_sector():
    bring(SMALL.read_bytes())
    OrganisationFactory(register_id=None)
    loaded = what_is_loaded()
    assert (loaded.live, loaded.dissolved) == (10, 2)
    assert [(str(row.label), row.live, row.dissolved) for row in loaded.nations] == [
        ("England", 5, 2), ("Scotland", 2, 0), ("Wales", 1, 0), ("Northern Ireland", 1, 0), ("Jersey", 1, 0), ("Guernsey", 0, 0),
    ]  # fmt: skip
    assert [(str(row.label), row.live) for row in loaded.regions if row.live] == [
        ("North West", 1), ("West Midlands", 1), ("London", 1), ("South East", 1), ("Scotland", 2), ("Wales", 1),
        ("Northern Ireland", 1), ("Jersey", 1), ("Not recorded", 1),
    ]  # fmt: skip
    assert sum(row.live for row in loaded.sectors) == 10
    assert loaded.newest == newest_import() == RegisterImport.objects.get()


def test_the_command_says_what_it_did(capsys):
    call_command("import_register", str(SMALL))
    row = RegisterImport.objects.get()
    out, err = capsys.readouterr()
    assert err == "read 100 %\n"
    assert out.splitlines()[:6] == [
        "Edition 2017-06, 13 rows in register_small.csv:",
        "      12  added",
        "       0  changed",
        "       0  left alone, because nothing has changed",
        "       1  left alone, because the same line stands in the file before",
        "       0  organisations of the register are not in this file; they stay as they are",
    ]
    assert out.splitlines()[-1] == f"Row by row: /staff/register/{row.pk}/"


def test_the_command_fails_with_every_reason_and_its_line(tmp_path):
    path = tmp_path / "wrong.csv"
    path.write_bytes(register_csv({"Incorporation Date": "31/2/2001"}, *[{"UK Nation": "Narnia"}] * 100))
    with pytest.raises(CommandError) as error:
        call_command("import_register", str(path))
    lines = str(error.value).splitlines()
    assert error.value.returncode == 1
    assert lines[1] == "  line 2, Incorporation Date: “31/2/2001” is not a day in the calendar."
    assert lines[2] == "  line 4, UK Nation: “Narnia” is not one of the values we know for this column."
    assert lines[-1] == "  and 1 more"


@pytest.mark.parametrize("path", ["no/such/file.csv", "."])
def test_the_command_says_when_there_is_no_such_file(path):
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_register", path)


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_end_as_if_one_had_come_after_the_other():
    files = [
        register_csv(*({"CUK Organisation ID": f"X{n:06}", "Registered City": city} for n in range(200)))
        for city in ("Oldham", "Bury")
    ]
    ended = []

    def work(data: bytes) -> None:
        try:
            ended.append(import_register(io.BytesIO(data), by=None, file_name="a.csv"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[data]) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((row.added_count, row.changed_count) for row in ended) == [(0, 200), (200, 0)]
    assert Organisation.objects.count() == 200
