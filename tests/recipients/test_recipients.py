"""Who is told, for every kind of notice: on the site and by mail, whatever they wish, and whatever happens before it is sent."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from commons.digests.actions import change_subscription, stop_address
from commons.digests.models import Notice, Stop, Subscription
from commons.digests.reports import kind_named, refused_to, still_so
from commons.digests.tasks import send_digests, send_service_messages
from commons.exports import reports
from commons.people.models import User
from tests.commons.digests.test_kinds import registered
from tests.drills.drill_reports import Numbers
from tests.factories.people import UserFactory
from tests.recipients import blog, census, consultation, ground, panel
from tests.recipients.scenes import SCENES, Scene

pytestmark = pytest.mark.django_db
WRITTEN_IN = (blog, census, consultation, ground, panel)
KINDS = [kind.name for kind in registered()]
WISHES = {
    "a digest": {"frequency": "daily", "at_once": False},
    "mails at once": {"frequency": "off", "at_once": True},
    "no mail": {"frequency": "off", "at_once": False},
}
# The ways by which a kind can go out: a service goes at once whatever somebody wishes.
WAYS = [(kind, "a digest") for kind in KINDS] + [(kind, "mails at once") for kind in KINDS if kind_named(kind).direct]


@pytest.fixture(autouse=True)
def files(settings, monkeypatch, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    settings.MAILS_PER_MINUTE = 10_000
    monkeypatch.setitem(reports._register, Numbers.name, Numbers())


@contextlib.contextmanager
def everybody_wishes(**wish: object) -> Iterator[None]:
    """Whoever is made meanwhile wished for it the day before yesterday."""
    create = UserFactory._create

    def create_with_a_wish(model: type, *args: object, **given: object) -> User:
        person = create(model, *args, **given)
        since = timezone.now() - dt.timedelta(days=2)
        Subscription.objects.create(person=person, chosen_at=since, **wish)
        return person

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UserFactory, "_create", create_with_a_wish)
        yield


@contextlib.contextmanager
def what_if() -> Iterator[None]:
    """What happens inside never happened."""
    mail.outbox.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def played(kind: str, wish: str) -> Scene:
    """The scene of a kind, where everybody has this wish; nobody is told of anything else."""
    with everybody_wishes(**WISHES[wish]):
        told = SCENES[kind]()
    Notice.objects.exclude(kind=kind).delete()
    return told


def told_on_the_site(kind: str) -> set[User]:
    rows = still_so(Notice.objects.filter(recipient__is_active=True), among=[kind]).select_related("recipient")
    return {row.recipient for row in rows if not refused_to(row.recipient, [row])}


def mailed() -> set[User]:
    """Who has a mail by tomorrow. Nobody has two."""
    send_service_messages()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        send_digests()
    addresses = [address for message in mail.outbox for address in message.to]
    assert len(addresses) == len(set(addresses))
    return set(User.objects.filter(email__in=addresses))


def by_mail(kind: str, wish: str, told: set[User], scene: Scene) -> set[User]:
    """Who of those who are told gets a mail."""
    if wish == "a digest" or kind_named(kind).service or (wish == "mails at once" and kind_named(kind).direct):
        return told
    return told & scene.at_once


def test_every_kind_has_a_scene():
    assert sorted(SCENES) == sorted(KINDS)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("kind", KINDS)
def test_those_are_told_and_nobody_else(kind, wish):
    scene = played(kind, wish)
    assert told_on_the_site(kind) == scene.told != set()
    assert mailed() == by_mail(kind, wish, scene.told, scene)


@pytest.mark.parametrize(("kind", "wish"), WAYS)
def test_what_is_not_so_any_more_or_may_not_be_seen_any_more_is_told_no_more(kind, wish):
    scene = played(kind, wish)
    assert len(scene.ends) > 0
    for happens, end in scene.ends.items():
        with what_if():
            left = set(end() or ())
            # What is news because of that is another matter.
            Notice.objects.exclude(kind=kind).delete()
            assert (happens, told_on_the_site(kind)) == (happens, left)
            assert (happens, mailed()) == (happens, by_mail(kind, wish, left, scene))


GOES: dict[str, Callable[[User], object]] = {
    "their account is blocked": lambda person: User.objects.filter(pk=person.pk).update(is_active=False),
    "their mail comes back": lambda person: stop_address(person, by=None, why=Stop.BOUNCED, words="No such mailbox"),
    "they wish for no mail": lambda person: change_subscription(person, by=person, **WISHES["no mail"]),
}


@pytest.mark.parametrize(("kind", "wish"), WAYS)
def test_who_goes_or_stops_before_it_is_sent_gets_no_mail_and_the_others_do(kind, wish):
    scene = played(kind, wish)
    person = min(scene.told, key=lambda person: person.pk)
    for happens, go in GOES.items():
        with what_if():
            go(person)
            expected = by_mail(kind, wish, scene.told - {person}, scene)
            if happens == "they wish for no mail" and (kind_named(kind).service or person in scene.at_once):
                expected = expected | {person}
            assert (happens, mailed()) == (happens, expected)
            gone = {person} if happens == "their account is blocked" else set()
            assert (happens, told_on_the_site(kind)) == (happens, scene.told - gone)
