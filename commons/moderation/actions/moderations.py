"""Putting a thing before a moderator, and what the moderator decides.

Whoever locks a thing and its `Moderation` locks the thing first: its author may be editing it or taking it back at this
moment.
"""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.digests.actions import Fact, notify, notify_all
from commons.moderation.models import Cause, Moderated, Moderation, Reason, Report, Standing, Verdict, is_barred
from commons.people.models import User

Outcome = Verdict.Outcome


class NotPublic(Exception):
    """Only what everybody can read can be reported."""


class Gone(Exception):
    """It was turned down or taken back, so there is nothing to hold or to appeal for."""


class AlreadyDecided(Exception):
    """Nobody waits for this any more: somebody else decided, or the author took it back."""


class OwnWords(Exception):
    """Nobody decides about what they wrote themselves."""


class NotIndependent(Exception):
    """It is independent of the panel and the staff, and whoever decides must be, too."""


class ChangedMeanwhile(Exception):
    """The thing was edited since the moderator read it. What is public is what was approved, so nothing was decided."""


class OutcomeUnfit(Exception):
    """What is held cannot be left as it is, and what is public already cannot be published."""


class ReasonMissing(Exception):
    """Whoever takes words away says why: to the author in words, and to everybody by a class."""


class WordsUnfit(Exception):
    """A text was to be shortened, and no text was changed, or all of it was taken, or it has no such text."""


def lock_subject(moderation: Moderation) -> Moderated:
    """The thing itself, locked until the end of the transaction."""
    model = Moderation._meta.get_field(moderation.kind).related_model
    return model._default_manager.select_for_update(of=("self",)).get(moderation=moderation.pk)


def _lock(subject: Moderated) -> Moderated:
    return type(subject)._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)


def _put_in_queue(row: Moderated, cause: str) -> Moderation:
    """A thing that waits already keeps its place and the cause that brought it there."""
    if row.moderation_id is None:
        row.moderation = Moderation.objects.create(
            kind=row._meta.model_name, is_independent=row.is_independent, cause=cause, waiting_since=timezone.now()
        )
        row.save(update_fields=["moderation"])
        return row.moderation
    moderation = Moderation.objects.select_for_update().get(pk=row.moderation_id)
    if moderation.waiting_since is None:
        moderation.cause, moderation.waiting_since = cause, timezone.now()
        moderation.save(update_fields=["cause", "waiting_since"])
    return moderation


@transaction.atomic
def hold(subject: Moderated, *, by: User | None, cause: str) -> Moderation:
    """Show it to nobody but its author until a moderator has looked. Raises `Gone`."""
    row = _lock(subject)
    if row.standing not in {Standing.PUBLISHED, Standing.HELD}:
        raise Gone(_("This is not public any more, so it cannot be held back."))
    moderation = _put_in_queue(row, cause)
    if moderation.held_revision is None:
        moderation.held_revision = row.revision
        moderation.save(update_fields=["held_revision"])
    row.standing = Standing.HELD
    row.save(update_fields=["standing"])
    # The caller goes on with the row it has.
    subject.standing, subject.moderation = row.standing, moderation
    record("hold", row, by=by, data={"cause": str(cause), "revision": row.revision})
    return moderation


@transaction.atomic
def release(subject: Moderated, *, by: User | None) -> Moderation | None:
    """Its author took it back, so no moderator needs to look. Nothing happens to what does not wait."""
    moderation = Moderation.objects.select_for_update().filter(pk=subject.moderation_id).waiting().first()
    if moderation is None:
        return None
    _end_waiting(moderation)
    record("release", subject, by=by)
    _settle_reports(moderation, subject, None, by=by)
    return moderation


@transaction.atomic
def report_subject(subject: Moderated, *, by: User, reason: str, note: str = "") -> Report:
    """Ask the moderators to look. The thing stays public until they decide. A reader reports a thing once: the second time
    returns the first report. Raises `NotPublic`."""
    row = _lock(subject)
    already = Report.objects.filter(moderation=row.moderation_id, by=by).first()
    if already is not None:
        return already
    if not row.is_public:
        raise NotPublic(_("This is not public any more, so there is nothing to report."))
    moderation = _put_in_queue(row, Cause.REPORT)
    subject.moderation = moderation
    report = Report.objects.create(moderation=moderation, by=by, reason=reason, note=note)
    record("report_subject", row, by=by, data={"report": report.pk, "reason": str(reason)})
    return report


@transaction.atomic
def decide_moderation(
    moderation: Moderation,
    *,
    by: User,
    outcome: str,
    seen: int,
    reason: str = "",
    explanation: str = "",
    words: dict[str, str] | None = None,
) -> Verdict:
    """End a wait with a verdict. `seen` is the revision that the moderator read.

    PUBLISH is for what is held and KEEP for what is public. REDACT puts `words` (texts by field) in the place of those that
    were there; the verdict keeps the originals. REDACT and DECLINE need a reason and an explanation, and hide how the thing
    read before. The author is told, unless all is left as it is; so is everybody who reported it.

    Raises `AlreadyDecided`, `OwnWords`, `NotIndependent`, `ChangedMeanwhile`, `OutcomeUnfit`, `ReasonMissing` or
    `WordsUnfit`.
    """
    row = lock_subject(moderation)
    moderation = Moderation.objects.select_for_update().get(pk=moderation.pk)
    outcome = Outcome(outcome)
    _check_moment(moderation, row, by=by, seen=seen)
    verdict = Verdict(moderation=moderation, outcome=outcome, cause=moderation.cause, author_id=row.author_id, by=by)
    verdict.waited_since = moderation.waiting_since
    was_held = row.standing == Standing.HELD
    if outcome in {Outcome.PUBLISH, Outcome.KEEP}:
        if was_held == (outcome == Outcome.KEEP):
            raise OutcomeUnfit(_("This does not fit what you decide about. Load the page again and choose once more."))
        if was_held:
            row.hide_history(since=moderation.held_revision)
    else:
        verdict.reason, verdict.explanation = said(reason, explanation)
        if outcome == Outcome.REDACT:
            verdict.kept = _shorten(row, words or {})
        # After the shortening: the wording that was shortened is history by now.
        row.hide_history()
    row.standing = Standing.DECLINED if outcome == Outcome.DECLINE else Standing.PUBLISHED
    row.save(update_fields=["standing", "revision", *verdict.kept])
    if verdict.kept:
        row.follow_words()
    verdict.revision = row.revision
    verdict.save()
    _end_waiting(moderation)
    record(
        "decide_moderation",
        row,
        by=by,
        data={
            "verdict": verdict.pk,
            "outcome": str(outcome),
            "cause": str(verdict.cause),
            "reason": str(verdict.reason),
            "revision": row.revision,
        },
    )
    if outcome != Outcome.KEEP:
        for person in row.writers():
            _tell_author(person, verdict, row, by=by)
    _settle_reports(moderation, row, outcome, by=by)
    return verdict


def _check_moment(moderation: Moderation, row: Moderated, *, by: User, seen: int) -> None:
    if moderation.waiting_since is None:
        raise AlreadyDecided(_("Nobody waits for this any more: a colleague decided, or the author took it back."))
    if row.is_own_business_of(by):
        raise OwnWords(_("You wrote this, or what it answers, so a colleague must decide."))
    if moderation.is_independent and is_barred(by):
        raise NotIndependent(_("Nobody of the panel or the staff decides about this. Nothing was decided."))
    if row.revision != seen:
        raise ChangedMeanwhile(
            _(
                "The author changed this while you were reading, so nothing was decided. Read it again and decide once more."
            )
        )


def said(reason: str, explanation: str) -> tuple[str, str]:
    """The two that go with every refusal, or `ReasonMissing`."""
    if reason not in Reason.values or not explanation.strip():
        raise ReasonMissing(_("Choose a reason and explain it to the author. Nothing was decided."))
    return reason, explanation


def _shorten(row: Moderated, words: dict[str, str]) -> dict[str, str]:
    """Put the words in place and return those that were there, of the texts that changed."""
    were = row.words()
    if not set(words) <= set(were):
        raise WordsUnfit(_("This has no such text. Load the page again and shorten it once more."))
    if not all(text.strip() for text in words.values()):
        raise WordsUnfit(_("Leave some of the text. If nothing can stay, do not publish it."))
    changed = {name: text for name, text in words.items() if as_typed(text) != as_typed(were[name])}
    if not changed:
        raise WordsUnfit(_("Take something out of the text, or decide otherwise."))
    for name, text in changed.items():
        setattr(row, name, text)
    row.revision += 1
    return {name: were[name] for name in changed}


def as_typed(text: str) -> str:
    """A text without what a browser changes by itself: the kind of line ends, and white space around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _end_waiting(moderation: Moderation) -> None:
    moderation.waiting_since = moderation.held_revision = None
    moderation.save(update_fields=["waiting_since", "held_revision"])


def _tell_author(person: User, verdict: Verdict, row: Moderated, *, by: User) -> None:
    with translation.override(person.language or None):
        if verdict.outcome == Outcome.PUBLISH:
            subject, text = _("What you wrote is public now"), _("A moderator has read it. Everybody can read it now.")
        elif verdict.outcome == Outcome.REDACT:
            subject, text = _("A moderator shortened what you wrote"), _("The rest of it is public.")
        else:
            subject, text = _("What you wrote is not shown on the site"), _("A moderator decided this.")
        if verdict.may_be_appealed:
            text = "\n\n".join([text, *_why(verdict)])
        notify(
            person,
            by=by,
            kind="verdict",
            key=f"verdict:{verdict.pk}",
            subject=subject,
            text=text,
            path=verdict.get_absolute_url() if verdict.may_be_appealed else row.get_absolute_url(),
            mail=verdict.may_be_appealed,
        )


def _why(verdict: Verdict) -> list[str]:
    return [
        _("The reason: %(reason)s.") % {"reason": verdict.get_reason_display()},
        _("The moderator says: %(explanation)s") % {"explanation": verdict.explanation},
        _(
            "The page shows what you wrote. If you think this is wrong, you can appeal there, once. Somebody else will look."
        ),
    ]


def _settle_reports(moderation: Moderation, row: Moderated, outcome: Outcome | None, *, by: User | None) -> None:
    """Close what readers reported and tell them what became of it; not who wrote it, and not why."""
    reports = list(moderation.reports.filter(settled_at=None).select_related("by"))
    moderation.reports.filter(settled_at=None).update(settled_at=timezone.now())
    readers = [report for report in reports if report.by is not None and report.by != by]
    notify_all((_news(report, row, outcome) for report in readers), by=by, kind="report", about=row)


def _news(report: Report, row: Moderated, outcome: Outcome | None) -> Fact:
    with translation.override(report.by.language or None):
        if outcome is None:
            text = _("Its author has taken it back.")
        elif outcome == Outcome.DECLINE:
            text = _("A moderator has looked, and it is not shown any more.")
        elif outcome == Outcome.REDACT:
            text = _("A moderator has looked and taken something out.")
        else:
            text = _("A moderator has looked, and it stays.")
        return Fact(
            report.by,
            key=f"report:{report.pk}",
            subject=_("What became of your report"),
            text=" ".join([_("Thank you for telling us."), text]),
            path=row.get_absolute_url() if row.is_public else reverse("moderation:ledger"),
        )
