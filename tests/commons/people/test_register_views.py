"""The register's pages: who finds them, bringing a file, watching it, and reading what became of each line."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from commons import queues
from commons.people.models import Organisation, RegisterImport
from commons.people.tasks.register import import_register, run_register_import
from commons.people.views import register as views
from tests.commons.people.register_files import SMALL, register_csv
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/staff/register/"


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path


@pytest.fixture
def staff(client):
    person = UserFactory(roles=["staff"])
    client.force_login(person)
    return person


@pytest.fixture
def rung(monkeypatch) -> list:
    bells = []
    monkeypatch.setattr(views, "ring", lambda task, row_id: bells.append((task.name, row_id)))
    return bells


def bring(data: bytes, **options) -> RegisterImport:
    return import_register(io.BytesIO(data), by=None, file_name="register.csv", **options)


def page_of(row: RegisterImport, query: str = "") -> str:
    return reverse("people:register-import-detail", args=[row.pk]) + query


def upload(client, data: bytes, name: str = "register.csv", **answers: str):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, data, "text/csv"), **answers})


@pytest.mark.parametrize("role", ["analyst", "panel_member", "chair", "editor", "moderator", "scribe", None])
def test_only_staff_find_the_pages(client, role):
    row = bring(SMALL.read_bytes())
    client.force_login(UserFactory(roles=[role] if role else []))
    assert [client.get(url).status_code for url in (PAGE, page_of(row))] == [404, 404]
    assert upload(client, SMALL.read_bytes()).status_code == 404
    assert RegisterImport.objects.count() == 1


def test_who_is_not_signed_in_is_asked_to_sign_in(client):
    assert client.get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"


def test_an_import_that_does_not_exist_is_not_found(client, staff):
    assert client.get(f"{PAGE}{uuid.uuid4()}/").status_code == 404


def test_a_file_is_kept_and_the_bell_is_rung(client, staff, rung):
    answer = upload(client, SMALL.read_bytes(), edition="2017-06")
    row = RegisterImport.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(row))
    assert rung == [("people.run_register_import", row.pk)]
    assert (row.state, row.asked_by, row.file_name, row.edition) == ("waiting", staff, "register.csv", "2017-06")
    assert row.stored_at.read_bytes() == SMALL.read_bytes()


def test_a_double_click_brings_one_file(client, staff, rung):
    assert (
        upload(client, SMALL.read_bytes()).headers["Location"] == upload(client, SMALL.read_bytes()).headers["Location"]
    )
    assert RegisterImport.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "answers", "field", "error"),
    [
        (b"", {}, "file", "This file is empty. Choose the one to import."),
        (SMALL.read_bytes(), {"edition": "June"}, "edition", "Write a year and a month, such as 2017-06."),
        (SMALL.read_bytes(), {"edition": "2017-06\n"}, None, None),
        (SMALL.read_bytes(), {"edition": "20170-6"}, "edition", "Write a year and a month, such as 2017-06."),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(client, staff, rung, data, answers, field, error):
    answer = upload(client, data, **answers)
    assert (answer.context["form"].errors if field else {}) == ({field: [error]} if field else {})
    assert RegisterImport.objects.count() == (0 if field else 1)


def test_no_file_at_all_is_said_at_its_field(client, staff):
    assert list(client.post(PAGE, {}).context["form"].errors) == ["file"]


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(client, staff, settings):
    settings.REGISTER_MAX_BYTES = 2_000_000
    answer = upload(client, b"x" * 2_000_001)
    assert answer.context["form"].errors == {
        "file": ["The file is larger than 2 megabytes, the most we take. The real register is about 4."]
    }
    assert RegisterImport.objects.count() == 0


def test_a_full_disk_is_said_and_nothing_is_imported(client, staff, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(views, "ask_register_import", full)
    answer = upload(client, SMALL.read_bytes())
    assert (
        answer.context["form"].non_field_errors()[0].startswith("We could not keep the file, so nothing was imported.")
    )


def test_a_waiting_import_looks_again_by_itself_with_and_without_script(client, staff, rung):
    upload(client, SMALL.read_bytes())
    row = RegisterImport.objects.get()
    page = client.get(page_of(row)).content.decode()
    assert page.count('<meta http-equiv="refresh" content="10">') == 1
    assert page.count(f'hx-get="{page_of(row)}?step=0"') == 1
    assert "Waiting for its turn." in page


def test_the_moving_part_tells_how_far_it_is_and_loads_the_page_anew_at_the_end(client, staff, rung):
    upload(client, SMALL.read_bytes())
    row = RegisterImport.objects.get()
    claimed = queues.claim(RegisterImport.objects.filter(pk=row.pk))
    queues.renew(claimed, done_count=row.file_size // 2 + 1, total_count=row.file_size)
    part = client.get(page_of(row, "?step=25"), headers={"HX-Request": "true"})
    assert part.templates[0].name == "people/_register_progress.html"
    assert "50 percent of the file has been read." in part.content.decode()
    assert part.content.decode().count('id="register-announcement"') == 1
    again = client.get(page_of(row, "?step=50"), headers={"HX-Request": "true"})
    assert again.content.decode().count('id="register-announcement"') == 0
    RegisterImport.objects.filter(pk=row.pk).update(state="waiting", attempts=0)
    run_register_import(str(row.pk))
    end = client.get(page_of(row, "?step=50"), headers={"HX-Request": "true"})
    assert (end.status_code, end.headers["HX-Refresh"], end.content) == (200, "true", b"")


def test_the_report_accounts_for_every_row(client, staff):
    row = bring(SMALL.read_bytes())
    context = client.get(page_of(row)).context
    assert [(line.line, line.register_id, line.outcome) for line in context["page_obj"]][:2] == [
        (2, "X000001", "added"),
        (4, "X000002", "added"),
    ]
    assert context["page_obj"].paginator.count == 13
    assert {key: count for key, _label, count in context["odd"]} == row.remark_counts


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("?outcome=doubled", [17]),
        ("?outcome=changed", []),
        ("?remark=shared_number", [6, 9]),
        ("?remark=any", [4, 5, 6, 9, 10, 11, 13, 14, 15, 16]),
        ("?q=glenlorran", [6, 9]),
        ("?q=X000008", [12]),
        ("?q=%25", []),
        ("?q=glenlorran&outcome=doubled", []),
        ("?outcome=nonsense&remark=%00&q=glenlorran", [6, 9]),
        ("?page=99", [2, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17]),
        ("?page=x&unknown__name=1", [2, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17]),
    ],
)
def test_the_report_can_be_filtered_and_nonsense_is_left_out(client, staff, query, lines):
    row = bring(SMALL.read_bytes())
    assert [line.line for line in client.get(page_of(row, query)).context["page_obj"]] == lines


def test_a_change_is_shown_as_it_was_and_as_it_is(client, staff):
    bring(register_csv({}))
    row = bring(register_csv({"Registered City": "<b>Oldham</b>", "Trading Name": ""}))
    page = client.get(page_of(row)).content.decode()
    assert page.count("<p>town or city: <del>Rochdale</del> <ins>&lt;b&gt;Oldham&lt;/b&gt;</ins></p>") == 1
    assert page.count("<p>trading name: <del>Weaverdale Co-op</del> <ins>empty</ins></p>") == 1


def test_a_refused_file_shows_every_problem_with_its_line(client, staff):
    row = bring(register_csv({"UK Nation": "<i>Narnia"}, *[{"Incorporation Date": "31/2/2001"}] * 120))
    page = client.get(page_of(row)).content.decode()
    assert "121 things to put right" in page
    assert "The first 100 are listed." in page
    assert page.count("“&lt;i&gt;Narnia” is not one of the values we know for this column.") == 1
    assert page.count("“31/2/2001” is not a day in the calendar.") == 99


@pytest.mark.parametrize("rows", [1, 3, 120])
def test_the_pages_ask_the_database_as_often_for_many_rows_as_for_one(client, staff, django_assert_num_queries, rows):
    bring(register_csv({}))
    row = bring(
        register_csv(*({"CUK Organisation ID": f"X{n:06}", "Registered City": "Bury"} for n in range(1, rows + 1)))
    )
    client.get(page_of(row))
    with django_assert_num_queries(7):  # session, person, roles, new notices, import; count, page
        client.get(page_of(row))
    with django_assert_num_queries(9):  # session, person, roles, new notices; nation, region, sector, newest, imports
        client.get(PAGE)


def test_everybody_can_read_where_the_data_comes_from(client):
    page = client.get("/data/")
    assert page.status_code == 200
    words = " ".join(page.content.decode().split())
    assert "No register has been imported yet." in words
    bring(SMALL.read_bytes())
    words = " ".join(client.get("/data/").content.decode().split())
    for said in (
        "<strong>open data on the UK co-operative economy</strong>, published by <strong>Co-operatives UK</strong>",
        '<a href="https://opendatacommons.org/licenses/by/1-0/">Open Data Commons Attribution License (ODC-By 1.0)</a>',
        "(data/co-ops-uk/2017-06)",
        "Edition 2017-06, imported on",
    ):
        assert words.count(said) == 1, said
    assert client.get("/data/").context["loaded"].live == Organisation.objects.live().count() == 10
