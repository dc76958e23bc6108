"""Whoever closes their account is found nowhere in the database afterwards, and what others did is still there."""

from collections import Counter

import pytest
from django.apps import apps
from django.db import connection, transaction

from census.actions.responses import save_page, start_response, submit_response
from census.instrument import Filled
from census.models import Case
from commons.audit.models import Entry
from commons.contributions.actions import add_contribution, support_contribution
from commons.contributions.models import Contribution
from commons.people.actions import close_account
from commons.people.models import User
from tests.factories.notices import tell
from tests.factories.people import UserFactory
from tests.permissions import world as small_world

pytestmark = pytest.mark.django_db

# Whoever is named elsewhere by a number: their own rows go, and so do these counts of them.
THEIRS = {
    "account.EmailAddress",
    "blog.Byline",
    "blog.Draft",
    "blog.Author",
    "blog.Follow",
    "blog.Picture",
    "blog.PictureFile",
    "blog.Post",
    "blog.Proposal",
    "consultation.EventHelper",
    "consultation.Follower",
    "consultation.Registration",
    "contributions.Edit",
    "contributions.Fingerprint",
    "contributions.Support",
    "contributions.Visit",
    "contributions.Thread",
    "digests.Digest",
    "digests.Notice",
    "digests.Subscription",
    "exports.ExportJob",
    "mfa.Authenticator",
    "panel.Seat",
    "panel.WorkingCopy",
    "people.Appointment",
    "people.Membership",
    "people.User",
}


LEAVERS = [
    "person",
    "member",
    "other",
    "colleague",
    "asking",
    "analyst",
    "panel_member",
    "chair",
    "editor",
    "moderator",
    "staff",
]


@pytest.fixture
def people(settings, tmp_path, monkeypatch):
    """The small world, in which everybody has a name that stands nowhere by accident."""
    settings.PRIVATE_DIR = tmp_path
    settings.ACCOUNT_RATE_LIMITS = False

    def somebody(**given):
        return UserFactory(
            **given | {"name": f"Ysolde {given['name']} Quillfeather", "email": f"ysolde.{given['name']}@quill.coop"}
        )

    monkeypatch.setattr(small_world, "UserFactory", somebody)
    small_world.build()
    found = {person.name.split()[1]: person for person in User.objects.filter(name__endswith="Quillfeather")}
    answer_census(found["member"])
    talk(found["member"], found["other"])
    return found


def answer_census(member: User) -> None:
    """The member saves a page that was answered before, and sends the reply."""
    case = Case.objects.select_related("wave").get(organisation__memberships__user=member, wave__slug="needs")
    response = start_response(case, by=member)
    last = response.page_revisions.order_by("pk").last()
    page = next(page for page in case.wave.questionnaire.pages if f"{page.section.id}/{page.id}" == last.page_key)
    save_page(response, page, by=member, state=Filled({}, {}), based_on=last.number)
    submit_response(response, by=member)


def talk(member: User, other: User) -> None:
    """A reply of which the other is told by name, and an agreement."""
    theirs = Contribution.objects.filter(author=other, parent=None).public().first()
    ours = Contribution.objects.filter(author=member).public().first()
    support_contribution(theirs or ours, by=member)
    row = add_contribution(ours.thread, by=other, body="I am not sure.", parent=ours)
    tell(member, f"reply:{row.pk}", kind="reply", subject="A reply", text=f"{other.name} replied.", path="/")


def places_of(*words: str) -> list[str]:
    """The tables in whose rows one of these words stands, with the row."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for word in words:
                cursor.execute(f'select t::text from "{table}" t where t::text ilike %s', [f"%{word}%"])  # noqa: S608
                found += [f"{table}: {row}"[:300] for (row,) in cursor.fetchall()]
    return found


def counts() -> Counter:
    return Counter({model._meta.label: model._default_manager.count() for model in apps.get_models()})


def close(person: User, wish: str) -> tuple[str, list[str], set[str], str]:
    """Close one account and take it back: who, where they are still found, of what there is less, and the last thing they did."""
    with transaction.atomic():
        before, number = counts(), person.pk
        assert places_of(person.name) != []
        close_account(person, by=person, answers={"blog": wish, "contributions": "go" if wish == "go" else "stay"})
        less = {label for label, count in (before - counts()).items() if count}
        last = Entry.objects.filter(actor=number).order_by("-pk").values_list("verb", flat=True).first()
        told = person.name, places_of(person.name, person.email), less - THEIRS, last
        transaction.set_rollback(True)
    return told


@pytest.mark.parametrize("wish", ["unnamed", "go"])
def test_nothing_tells_who_somebody_was_who_has_closed_their_account(people, wish):
    assert [close(people[name], wish) for name in LEAVERS] == [
        (people[name].name, [], set(), "close_account") for name in LEAVERS
    ]
