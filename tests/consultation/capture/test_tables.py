"""Staff open tables; and the page of a table is plain forms, for a phone that runs no script."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from commons.audit.models import Entry
from consultation.actions.capture import open_tables
from consultation.models import EventHelper, EventNote, EventTable
from consultation.models.capture import CODE_ALPHABET
from tests.consultation.capture.phone import an_id
from tests.factories.events import a_session, a_table, an_event
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def test_staff_open_tables_with_numbers_and_codes_that_nobody_misreads(event, session, client):
    a_table(session, 7)
    client.force_login(UserFactory(roles=["staff"]))
    url = reverse("consultation:event-tables", args=[event.slug])
    sent = {"session": session.pk, "theme": session.theme_id, "count": "3"}
    assert client.post(url, sent).status_code == 302
    rows = EventTable.objects.exclude(number=7)
    assert [row.number for row in rows] == [8, 9, 10]
    assert {len(row.code) for row in rows} == {8}
    assert {sign for row in rows for sign in row.code} <= set(CODE_ALPHABET)
    page = client.get(url).content.decode()
    assert [row.code_in_groups in page for row in rows] == [True, True, True]
    cards = client.get(reverse("consultation:event-cards", args=[event.slug])).content.decode()
    assert cards.count('class="qr"') == 5
    assert client.post(url, sent | {"count": "0"}).status_code == 422
    assert client.post(url, sent | {"session": a_session(an_event("Another")).pk}).status_code == 422


def test_tables_are_opened_on_record_and_by_staff_alone(event, session, client):
    staff = UserFactory(roles=["staff"])
    open_tables(event, by=staff, session=session, theme=session.theme, count=2)
    entry = Entry.objects.get(verb="open_tables")
    assert (entry.actor, entry.data["count"]) == (staff, 2)
    helper = UserFactory()
    EventHelper.objects.create(event=event, person=helper, part="facilitator")
    client.force_login(helper)
    for name in ("event-tables", "event-cards"):
        assert client.get(reverse(f"consultation:{name}", args=[event.slug])).status_code == 404


def test_the_page_of_a_table_is_plain_forms(phone, table):
    page = phone.client.get(phone.url)
    key = page.context["form"]["id"].value()
    sent = {"do": "note", "kind": "issue", "under": "", "text": "Nobody lends.", "id": key}
    for _click in range(2):
        assert phone.client.post(phone.url, sent).status_code == 302
    issue = EventNote.objects.get()
    idea = {"do": "note", "kind": "idea", "under": str(issue.pk), "text": "A bank.", "id": an_id()}
    assert phone.client.post(phone.url, idea).status_code == 302
    assert EventNote.objects.get(kind="idea").under == issue.pk
    wrong = phone.client.post(phone.url, idea | {"text": "", "id": an_id()})
    assert (wrong.status_code, wrong.context["form"].errors) == (422, {"text": ["Write the words first."]})
    phone.client.post(phone.url, {"do": "strike", "note": str(issue.pk)})
    phone.client.post(phone.url, {"do": "agree", "notes": [str(note.pk) for note in EventNote.objects.all()]})
    assert [(note.struck_at is not None, note.confirmed_at is not None) for note in EventNote.objects.in_order()] == [
        (True, False),
        (False, True),
    ]
    for nonsense in ({"do": "strike"}, {"do": "strike", "note": "x"}, {"do": "agree", "notes": ["x"]}):
        assert phone.client.post(phone.url, nonsense).status_code == 302
    assert Client(enforce_csrf_checks=True).post(phone.url, sent).status_code == 403


def test_after_the_event_the_form_keeps_what_was_typed(phone, event):
    sent = {"do": "note", "kind": "issue", "text": "Late words.", "id": an_id()}
    with time_machine.travel(event.ends_at + dt.timedelta(days=8)):
        late = phone.client.post(phone.url, sent)
    assert (late.status_code, "Late words." in late.content.decode(), EventNote.objects.count()) == (409, True, 0)
