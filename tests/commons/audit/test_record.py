"""The record: what an entry says, that nobody can change one, and how staff read it."""

import pytest
import structlog
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from commons.audit.actions import record
from commons.audit.models import Entry
from commons.audit.views import ENTRIES_A_PAGE
from tests.factories.people import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_what():
    person, organisation = UserFactory(name="Ada"), OrganisationFactory(name="Loom Works")
    with structlog.contextvars.bound_contextvars(request_id="abc-123"):
        record("try_something", organisation, by=person, data={"count": 3})
    entry = Entry.objects.about(organisation).get()
    assert (
        entry.verb,
        entry.actor,
        entry.actor_label,
        entry.target_id,
        entry.target_label,
        entry.data,
        entry.request_id,
    ) == (
        "try_something",
        person,
        f"person {person.pk}",
        str(organisation.pk),
        "Loom Works",
        {"count": 3},
        "abc-123",
    )


@pytest.mark.parametrize(
    ("by", "label"), [(None, "system"), ("a code’s holder", "a code’s holder"), (AnonymousUser(), "AnonymousUser")]
)
def test_who_is_no_person_is_kept_as_a_label(by, label):
    entry = record("try_something", OrganisationFactory(), by=by)
    assert (entry.actor, entry.actor_label) == (None, label)


def test_people_stand_in_the_record_by_number_only():
    person = UserFactory(name="Unmistakable Name", email="unmistakable@example.coop")
    record("try_something", person, by=person)
    with connection.cursor() as cursor:
        cursor.execute("select audit_entry::text from audit_entry")
        assert "nmistakable" not in cursor.fetchone()[0]


def test_an_entry_outlives_the_person_and_the_thing():
    person, organisation = UserFactory(), OrganisationFactory()
    record("try_something", organisation, by=person)
    number = person.pk
    person.emailaddress_set.all().delete()
    person.delete()
    organisation.delete()
    entry = Entry.objects.select_related("actor").get()
    assert (entry.actor_id, entry.actor, entry.actor_label) == (number, None, f"person {number}")


def test_what_is_undone_leaves_no_entry():
    organisation = OrganisationFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("try_something", organisation, by=None)
        _ = 1 / 0
    assert Entry.objects.count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set verb = 'other'",
        "delete from audit_entry",
        "truncate audit_entry",
        "truncate audit_entry cascade",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_entry(statement):
    record("try_something", OrganisationFactory(), by=None)
    with (
        pytest.raises(DatabaseError, match="can only be added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(Entry.objects.values_list("verb", flat=True)) == ["try_something"]


def test_djangos_own_ways_are_refused_too():
    entry = record("try_something", OrganisationFactory(), by=None)
    for change in (entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(verb="x")):
        with pytest.raises(DatabaseError, match="can only be added to"), transaction.atomic():
            change()
    assert Entry.objects.count() == 1


# --- the page -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(UserFactory(roles=["staff"]))
    return client


def test_only_staff_read_the_record():
    answers = []
    for made in (None, {}, {"roles": ["analyst"]}, {"roles": ["chair"]}, {"roles": ["staff"]}):
        client = Client()
        if made is not None:
            client.force_login(UserFactory(**made))
        answers.append(client.get(reverse("audit:entry-list")).status_code)
    assert answers == [302, 404, 404, 404, 200]


def test_pages_follow_on_without_gaps_or_doubles_while_entries_are_added(staff):
    organisation = OrganisationFactory()
    made = [record("try_something", organisation, by=None).pk for _ in range(2 * ENTRIES_A_PAGE + 1)]
    seen, query = [], ""
    while True:
        answer = staff.get(f"{reverse('audit:entry-list')}?{query}")
        seen += [entry.pk for entry in answer.context["entries"]]
        record("try_something", organisation, by=None)
        query = answer.context["older"]
        if not query:
            break
    assert seen == made[::-1]


def test_entries_are_chosen_by_verb_and_person(staff):
    one, two = UserFactory(), UserFactory()
    for verb, who in (("open_door", one), ("open_door", two), ("close_door", one)):
        record(verb, OrganisationFactory(), by=who)

    def found(**asked) -> list[tuple[str, object]]:
        return [(entry.verb, entry.actor) for entry in staff.get(reverse("audit:entry-list"), asked).context["entries"]]

    assert found(verb="open_door") == [("open_door", two), ("open_door", one)]
    assert found(actor=one.pk) == [("close_door", one), ("open_door", one)]
    assert found(verb="open_door", actor=one.pk) == [("open_door", one)]


@pytest.mark.parametrize(
    "asked", [{"before": "x"}, {"actor": "9" * 40}, {"verb": "nothing"}, {"before": "-1"}, {"actor__name": "x"}]
)
def test_a_wrong_filter_is_no_filter(staff, asked):
    record("try_something", OrganisationFactory(), by=None)
    answer = staff.get(reverse("audit:entry-list"), asked)
    assert (answer.status_code, len(answer.context["entries"])) == (200, 1)


def test_hostile_labels_are_only_text(staff):
    hostile = "<script>alert(1)</script>"
    record("try_something", OrganisationFactory(name=hostile), by=hostile, data={hostile: hostile})
    page = staff.get(reverse("audit:entry-list")).content.decode()
    assert (page.count("<script>alert"), page.count("&lt;script&gt;alert(1)&lt;/script&gt;")) == (0, 4)
