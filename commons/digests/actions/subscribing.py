"""How somebody wishes to be told, and what is known of their address."""

from django.db import transaction
from django.utils import timezone

from commons.audit.actions import record
from commons.digests.models import Digest, Frequency, MailingList, Notice, Stop, Subscription, Wishes
from commons.people.models import User


@transaction.atomic
def change_subscription(
    person: User, *, by: User | None, frequency: str | None = None, at_once: bool | None = None
) -> Subscription:
    """Wish for digests so often, or never, and for direct replies and answers at once, or not; None leaves it as it is by now,
    whatever else changes it at the same time. What was chosen counts from now: a digest comes at the end of the next period and
    not at once."""
    row = _row_of(person)
    was = {"frequency": row.frequency, "at_once": row.at_once}
    wished = {"frequency": frequency or row.frequency, "at_once": row.at_once if at_once is None else at_once}
    if wished == was:
        return row
    if wished["frequency"] != row.frequency:
        row.chosen_at = timezone.now()
    row.frequency, row.at_once = wished["frequency"], wished["at_once"]
    row.changes += 1
    row.save(update_fields=["frequency", "at_once", "chosen_at", "changes"])
    record("change_subscription", row, by=by, data=wished | {"was": was})
    return row


@transaction.atomic
def unsubscribe(
    person: User, mailing_list: str, *, by: User | None, weekly: bool = False
) -> tuple[Subscription, Wishes]:
    """Stop one list and leave the other as it is; or, with `weekly`, have it once a week instead, as far as that is fewer mails
    than today: replies and answers in a digest once a week where there is none. Also returns the wishes as they were."""
    frequency, at_once = was = _row_of(person).wishes
    if mailing_list == MailingList.AT_ONCE:
        at_once = False
        if weekly and was == (Frequency.OFF, True):
            frequency = Frequency.WEEKLY.value
    elif not weekly:
        frequency = Frequency.OFF.value
    elif frequency != Frequency.OFF:
        frequency = Frequency.WEEKLY.value
    return change_subscription(person, by=by, frequency=frequency, at_once=at_once), was


@transaction.atomic
def undo_unsubscribe(person: User, *, by: User | None, was: Wishes, changes: int) -> bool:
    """Bring back the wishes as they were, unless they were changed again since they had been changed so often. Whether they were
    brought back."""
    if _row_of(person).changes != changes:
        return False
    change_subscription(person, by=by, frequency=was[0], at_once=was[1])
    return True


@transaction.atomic
def stop_address(person: User, *, by: User | None, why: str, words: str) -> Subscription:
    """Send nothing more to the address that this person has today. `words`: what the other side said. Whoever called a mail
    spam wishes for no more of them, whatever their address."""
    row = _row_of(person)
    row.stopped_address, row.stopped_at, row.stopped_why, row.stopped_words = (
        person.email,
        timezone.now(),
        why,
        words[:500],
    )
    if why == Stop.COMPLAINED:
        row.frequency, row.at_once = Frequency.OFF, False
        row.changes += 1
    row.save()
    record("stop_address", row, by=by, data={"why": str(why)})
    return row


@transaction.atomic
def resume_address(person: User, *, by: User | None) -> bool:
    """The mailbox is there again. Whether it was marked."""
    row = Subscription.objects.select_for_update().filter(person=person).exclude(stopped_address="").first()
    if row is None:
        return False
    row.stopped_address, row.stopped_at, row.stopped_why, row.stopped_words = "", None, "", ""
    row.save()
    record("resume_address", row, by=by)
    return True


@transaction.atomic
def take_bounce(*, by: User | None, why: str, words: str, message_id: str = "", address: str = "") -> bool:
    """A mail came back, or somebody called it spam. It is found by its Message-ID, which only we and its reader know, or by the
    address. Whether anything is changed by it: an address that its reader has changed since is left alone, but whoever called a
    mail of theirs spam wishes for no more, wherever it went."""
    address = address.strip().lower()
    if message_id:
        person, reached = _reached_by(message_id)
    else:
        person, reached = User.objects.filter(email=address).first(), address
    if person is None:
        return False
    if reached == person.email and address in {"", reached}:
        stop_address(person, by=by, why=why, words=words)
        return True
    if why == Stop.COMPLAINED:
        change_subscription(person, by=by, frequency=Frequency.OFF, at_once=False)
        return True
    return False


def _reached_by(message_id: str) -> tuple[User | None, str]:
    """Whose mail this was, and to which address it went."""
    digest = Digest.objects.filter(message_id=message_id).select_related("person").first()
    if digest is not None:
        return digest.person, digest.mailed_to
    notice = Notice.objects.filter(message_id=message_id).select_related("recipient").first()
    return (notice.recipient, notice.mailed_to) if notice is not None else (None, "")


def _row_of(person: User) -> Subscription:
    row, _is_new = Subscription.objects.select_for_update(of=("self",)).get_or_create(person=person)
    row.person = person
    return row
