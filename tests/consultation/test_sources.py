"""The library: staff fill it, everybody reads it without asking, and what is not public shows nowhere."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from commons.audit.models import Entry
from consultation.actions import (
    NothingToRead,
    NotNow,
    SentFile,
    StaleEdit,
    Written,
    add_source,
    change_source,
    publish_source,
    withdraw_source,
)
from consultation.forms import sources as form_module
from consultation.models import Source, SourceFile
from tests.factories.blog import a_theme
from tests.factories.consultation import A_PDF, TEXT, a_source
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
LIST = "/sources/"
WORDS = Written("How clubs borrow", "Loom Research", 2015, "research", "Four of five.", body=TEXT)


@pytest.fixture
def staff(client):
    person = UserFactory(roles=["staff"])
    client.force_login(person)
    return person


def typed(**given):
    """What a browser sends of the form, complete."""
    words = {"title": "How clubs borrow", "made_by": "Loom Research", "year": "2015", "kind": "research"}
    more = {"language": "en-gb", "summary": "Four of five.", "body": "Text.", "link": "", "key": str(uuid.uuid4())}
    return words | more | {"based_on": "1"} | given


def titles(page):
    return [source.title for source in page.context["page_obj"]]


# --- Filling it -------------------------------------------------------------------------------------------------------------


def test_a_source_is_staffs_alone_until_it_is_published(client):
    staff, source = UserFactory(roles=["staff"]), a_source(is_public=False)
    seen = [client.get(source.get_absolute_url()).status_code]
    client.force_login(staff)
    seen.append(client.get(source.get_absolute_url()).status_code)
    publish_source(source, by=staff)
    client.logout()
    seen.append(client.get(source.get_absolute_url()).status_code)
    assert seen == [404, 200, 200]
    assert list(
        Entry.objects.order_by("pk").filter(target_label="source how-clubs-borrow").values_list("verb", flat=True)
    ) == [
        "add_source",
        "publish_source",
    ]


def test_the_form_adds_a_source_with_a_file_and_leads_to_its_page(client, staff):
    theme = a_theme()
    sent = typed(body="", themes=[theme.pk], file=SimpleUploadedFile("My Notes.PDF", A_PDF))
    answer = client.post(reverse("consultation:source-add"), sent)
    source = Source.objects.get()
    assert answer["Location"] == "/sources/how-clubs-borrow/"
    assert (source.state, source.file_name, source.file_size, list(source.themes.all())) == (
        "draft",
        "how-clubs-borrow.pdf",
        len(A_PDF),
        [theme],
    )
    assert bytes(source.file.data) == A_PDF


def test_two_clicks_add_one_source(client, staff):
    sent = typed()
    ways = {client.post(reverse("consultation:source-add"), sent)["Location"] for _click in range(2)}
    assert (ways, Source.objects.count()) == ({"/sources/how-clubs-borrow/"}, 1)


def test_sources_of_one_title_have_addresses_of_their_own():
    assert [a_source().slug for _number in range(3)] == ["how-clubs-borrow", "how-clubs-borrow-2", "how-clubs-borrow-3"]
    assert a_source("!!!").slug == "source"


@pytest.mark.django_db(transaction=True)
def test_two_sources_of_one_title_added_at_once_both_stand():
    def add(_number):
        try:
            return add_source(by=None, written=WORDS).slug
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == ["how-clubs-borrow", "how-clubs-borrow-2"]


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(client, staff):
    answer = client.post(reverse("consultation:source-add"), {"summary": "Kept words", "link": "nowhere at all"})
    form = answer.context["form"]
    assert (answer.status_code, Source.objects.count(), form["summary"].value()) == (422, 0, "Kept words")
    assert {name: errors[0] for name, errors in form.errors.items() if name not in {"key", "based_on"}} == {
        "title": "Give the source a title.",
        "made_by": "Say who made it.",
        "year": "Say in which year it was made.",
        "kind": "Say what it is.",
        "language": "Say in which language it is.",
        "link": "Write a whole address, such as https://example.coop/paper.",
    }


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("paper.pdf", b"<html><script>alert(1)</script>", "This is not a PDF, whatever it is called."),
        ("paper.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is not a PDF, whatever it is called."),
        ("paper.pdf", b" %PDF-1.7 after a space", "This is not a PDF, whatever it is called."),
        ("paper.pdf", b"", "This file is empty. Choose another."),
        ("paper.pdf", b"%PDF-" + b"x" * 100, "This file is larger than 20 MB."),
    ],
)
def test_a_file_is_known_by_what_is_in_it(client, staff, monkeypatch, name, data, says):
    monkeypatch.setattr(form_module, "MOST_BYTES", 100)
    answer = client.post(reverse("consultation:source-add"), typed(file=SimpleUploadedFile(name, data)))
    [first, again] = answer.context["form"].errors["file"]
    assert (answer.status_code, first.startswith(says), again) == (422, True, "Choose the file again: it was not kept.")
    assert (Source.objects.count(), SourceFile.objects.count()) == (0, 0)


def test_a_file_of_another_name_is_taken_for_what_it_is(client, staff):
    client.post(reverse("consultation:source-add"), typed(file=SimpleUploadedFile("scan.exe", A_PDF)))
    assert Source.objects.get().file_name == "how-clubs-borrow.pdf"


def test_two_editors_do_not_overwrite_each_other(client, staff):
    source = a_source()
    change_source(source, by=None, written=Written("First", "Loom", 2016, "research", "Short.", body="x"), based_on=1)
    with pytest.raises(StaleEdit):
        change_source(source, by=None, written=WORDS, based_on=1)
    answer = client.post(reverse("consultation:source-change", args=[source.pk]), typed(title="Second", based_on=1))
    form = answer.context["form"]
    assert (answer.status_code, form["title"].value(), form["based_on"].value()) == (409, "Second", 2)
    assert form.non_field_errors() == [
        "A colleague saved this source while you were editing. Your words are still in the form below."
    ]
    assert Source.objects.get().title == "First"


def test_a_change_of_what_is_public_is_public_at_once_and_its_address_stays(client, staff):
    source = a_source()
    client.post(reverse("consultation:source-change", args=[source.pk]), typed(title="How clubs lend", body="Other."))
    source.refresh_from_db()
    assert (source.title, source.slug, source.revision, source.state) == (
        "How clubs lend",
        "how-clubs-borrow",
        2,
        "public",
    )


def test_a_file_is_exchanged_or_taken_away_by_choice_only(client, staff):
    source = a_source(file=A_PDF)
    address = reverse("consultation:source-change", args=[source.pk])
    client.post(address, typed())
    kept = bytes(SourceFile.objects.get().data)
    client.post(address, typed(based_on=2, file=SimpleUploadedFile("x.pdf", A_PDF + b"more")))
    changed = bytes(SourceFile.objects.get().data)
    client.post(address, typed(based_on=3, drops_file="on"))
    source.refresh_from_db()
    assert (kept, changed, SourceFile.objects.count(), source.file_name, source.file_size) == (
        A_PDF,
        A_PDF + b"more",
        0,
        "",
        0,
    )


def test_what_is_public_can_always_be_read(client, staff):
    empty, source = a_source("Empty", body="", is_public=False), a_source()
    with pytest.raises(NothingToRead):
        publish_source(empty, by=staff)
    answer = client.post(reverse("consultation:source-change", args=[source.pk]), typed(body=""))
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (
        422,
        ["This is public, so give it a text, an address or a file."],
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.filter(pk=source.pk).update(body="")


def test_a_source_is_withdrawn_with_a_reason_and_can_be_published_again(client, staff):
    source = a_source()
    day = source.published_at
    address = reverse("consultation:source-withdraw", args=[source.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "The figures were wrong."})["Location"] == "/staff/sources/"
    with pytest.raises(NotNow):
        withdraw_source(source, by=staff, reason="Again")
    assert Entry.objects.get(verb="withdraw_source").data == {"reason": "The figures were wrong."}
    client.post(reverse("consultation:source-publish", args=[source.pk]))
    source.refresh_from_db()
    assert (source.state, source.published_at) == ("public", day)
    with pytest.raises(NotNow):
        publish_source(source, by=staff)


@pytest.mark.parametrize("role", ["analyst", "panel_member", "chair", "editor", "moderator", "scribe", None])
@pytest.mark.parametrize(
    "name", ["source-staff-list", "source-add", "source-change", "source-publish", "source-withdraw"]
)
def test_only_staff_fill_the_library(client, role, name):
    source = a_source()
    client.force_login(UserFactory(roles=[role] if role else []))
    parts = [] if name in {"source-staff-list", "source-add"} else [source.pk]
    address = reverse(f"consultation:{name}", args=parts)
    assert client.post(address, typed(reason="x")).status_code in {403, 404}
    assert Source.objects.get().state == "public"


# --- Reading it -------------------------------------------------------------------------------------------------------------


def test_the_list_is_found_by_words_theme_kind_and_year(client):
    finance, land = a_theme("Finance"), a_theme("Land")
    a_source("Shares in clubs", themes=[finance], year=2014)
    a_source("Fields and farms", themes=[land], kind="strategy", year=2012, body="Tenant farmers lend machines.")
    found = {
        query: titles(client.get(f"{LIST}?{query}"))
        for query in (
            "",
            "q=lending+machine",
            "theme=finance",
            "kind=strategy",
            "year=2014",
            "year=1999",
            "theme=x&kind=y",
            "q=zebra",
        )
    }
    both = ["Shares in clubs", "Fields and farms"]
    assert found == {
        "": both,
        "q=lending+machine": ["Fields and farms"],
        "theme=finance": ["Shares in clubs"],
        "kind=strategy": ["Fields and farms"],
        "year=2014": ["Shares in clubs"],
        "year=1999": both,
        "theme=x&kind=y": both,
        "q=zebra": [],
    }


def test_what_is_not_public_is_in_no_list_count_search_or_sitemap(client):
    a_source("A draft of ours", is_public=False, year=1950)
    gone = a_source("Gone again", file=A_PDF, year=1951)
    withdraw_source(gone, by=None, reason="Wrong")
    shown = client.get(LIST)
    assert (titles(shown), shown.context["form"].fields["year"].choices) == ([], [("", "All years")])
    assert titles(client.get(f"{LIST}?q=ours")) == titles(client.get(f"{LIST}?q=gone")) == []
    assert "/sources/gone" not in client.get("/sitemap.xml").content.decode()
    assert client.get(f"{gone.get_absolute_url()}file/").status_code == 404


def test_a_file_is_sent_to_be_kept_and_never_shown_inside_the_site(client):
    source = a_source(file=A_PDF)
    answer = client.get(f"{source.get_absolute_url()}file/")
    told = {
        name: answer[name]
        for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control")
    }
    assert answer.content == A_PDF
    assert told == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="how-clubs-borrow.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, no-cache",
    }
    again = client.get(f"{source.get_absolute_url()}file/", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    change_source(source, by=None, written=WORDS, file=SentFile(A_PDF + b"2"), based_on=1)
    assert client.get(f"{source.get_absolute_url()}file/", HTTP_IF_NONE_MATCH=answer["ETag"]).content == A_PDF + b"2"


def test_hostile_words_are_shown_and_do_nothing(client):
    source = a_source(
        "<script>alert(1)</script>", summary="<img src=x onerror=alert(2)>", body="<script>alert(3)</script>"
    )
    pages = client.get(source.get_absolute_url()).content.decode() + client.get(LIST).content.decode()
    assert ["<script>alert" in pages, "<img src=x" in pages] == [False, False]


def test_a_source_in_welsh_says_so_to_readers_and_to_machines(client):
    source = a_source("Benthyca mewn clybiau", language="cy", body="Benthyca.")
    page = client.get(source.get_absolute_url()).content.decode()
    assert ['<h1 lang="cy">' in page, "<li>Welsh</li>" in page] == [True, True]
