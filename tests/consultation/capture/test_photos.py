"""Photographs are drawn anew, kept once, and seen by everybody only when somebody lets them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from commons.audit.models import Entry
from consultation.models import EventHelper, EventPhoto
from tests.consultation.capture.phone import Phone, an_id
from tests.factories.blog import a_photo
from tests.factories.events import a_table, an_event
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def send_photo(phone, data=None, *, key=None, token=None, **headers):
    url = reverse("consultation:event-table-photo", args=[phone.event.slug])
    file = SimpleUploadedFile("flipchart.jpg", a_photo().getvalue() if data is None else data)
    sent = {"file": file, "id": key or an_id(), "token": phone.token if token is None else token}
    return Client().post(url, sent, **({"HTTP_ACCEPT": "application/json"} | headers))


def test_a_photograph_is_drawn_anew_and_kept_once(phone, table):
    key = an_id()
    for _try in range(2):
        answer = send_photo(phone, key=key)
        assert (answer.status_code, answer.json()["held"]) == (200, [key])
    photo = EventPhoto.objects.get()
    assert (photo.table, photo.kind, photo.published_at) == (table, "image/jpeg", None)
    assert bytes(photo.data) != a_photo().getvalue()
    assert Entry.objects.filter(verb="add_photo").count() == 1


def test_a_photograph_that_is_none_is_refused_in_plain_words(phone):
    answer = send_photo(phone, b"no picture")
    assert answer.status_code == 422
    assert answer.json()["says"] == "This is not a picture that we can read. Choose a JPEG, PNG, WebP or GIF."
    page = send_photo(phone, b"no picture", HTTP_ACCEPT="text/html")
    assert (page.status_code, "Back to your table" in page.content.decode()) == (422, True)
    assert send_photo(phone, b"").status_code == 422
    assert send_photo(phone, key="x").status_code == 422
    assert send_photo(phone, token="x").status_code == 403
    assert EventPhoto.objects.count() == 0


def test_a_photograph_of_another_table_is_not_taken_over(phone, session, event):
    key = an_id()
    send_photo(phone, key=key)
    other = Phone(event, a_table(session, 9).code)
    assert send_photo(other, key=key).status_code == 422
    assert EventPhoto.objects.get().table.number == 4


def test_a_photograph_of_40_mb_is_refused_before_it_is_read(phone):
    class Unread:
        def read(self, *args):
            raise AssertionError("the body was read")

        readline = read

    url = reverse("consultation:event-table-photo", args=[phone.event.slug])
    answer = Client().generic(
        "POST", url, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="40000000", **{"wsgi.input": Unread()}
    )
    assert answer.status_code == 413
    assert "A picture may have 12 MB." in answer.content.decode()


def test_staff_and_facilitators_see_a_photograph_and_everybody_once_they_publish_it(phone, event, client):
    send_photo(phone)
    url = reverse("consultation:event-photo", args=[event.slug, EventPhoto.objects.get().pk])
    helper, stranger = UserFactory(), UserFactory()
    EventHelper.objects.create(event=event, person=helper, part="facilitator")
    other = an_event("Another")
    EventHelper.objects.create(event=other, person=stranger, part="facilitator")
    for person, status in ((stranger, 404), (helper, 200), (UserFactory(roles=["staff"]), 200)):
        client.force_login(person)
        assert client.get(url).status_code == status
    assert Client().get(url).status_code == 404
    client.force_login(stranger)
    assert client.post(url, {"show": "yes"}).status_code == 404
    client.force_login(helper)
    assert client.post(url, {"show": "yes"}).status_code == 302
    shown = Client().get(url)
    assert (shown.status_code, shown.headers["Cache-Control"], shown.headers["Content-Type"]) == (
        200,
        "public, no-cache",
        "image/jpeg",
    )
    assert url in Client().get(reverse("consultation:event-notes", args=[event.slug])).content.decode()
    client.post(url, {"show": "no"})
    assert Client().get(url).status_code == 404
