"""Saying something to a section, a paragraph of it or its very words; and whether it still applies once these have changed."""

import datetime as dt
import uuid
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.contributions.actions import Speaking, add_contribution, key_in_contribution
from commons.contributions.models import Contribution, Kind
from commons.people.models import User
from panel.anchoring import Quote, find, find_again, quote_at
from panel.models import Anchor, Section, Version
from panel.paragraphs import Paragraph, paragraphs_of, places_of, text_of


class PassageNotThere(Exception):
    """The words or the paragraph do not stand in the version that was shown."""


class NothingSuggested(Exception):
    """The suggestion is what stands there already."""


class NotAsked(Exception):
    """The words have not changed, so there is nothing to say about it."""


@dataclass(frozen=True)
class Pointing:
    """What somebody points at in the version they read: nothing (the section), a paragraph by its number, or words in it."""

    version: int
    paragraph: int | None = None
    words: str = ""


@transaction.atomic
def give_to_section(
    section: Section,
    *,
    by: User,
    pointing: Pointing,
    body: str,
    key: uuid.UUID,
    kind: str = Kind.COMMENT,
    replacement: str = "",
    speaking: Speaking = Speaking(),  # noqa: B008 - frozen
) -> Contribution:
    """Comment on a section or suggest other words. The panel has REPLY_WEEKS to answer. The same `key` gives the same row.

    Where a newer version came out meanwhile, the words are found again in it. Raises `PassageNotThere`, `NothingSuggested`, and
    what `add_contribution` raises.
    """
    section, anchor = _pointed_at(section, pointing)
    if kind == Kind.SUGGESTION and _plain(replacement) == _plain(anchor.exact):
        raise NothingSuggested(
            _("Your words are the same as the ones that stand there. Change them, or write a comment.")
        )
    row = add_contribution(
        section.thread,
        by=by,
        body=body,
        key=key,
        kind=kind,
        replacement=replacement,
        speaking=speaking,
        owner=section.owner,
        reply_by=_reply_by(),
    )
    return _tied(row, anchor)


@transaction.atomic
def key_in_to_section(
    section: Section,
    *,
    by: User,
    pointing: Pointing,
    body: str,
    channel: str,
    said_by: str,
    key: uuid.UUID,
    speaking: Speaking = Speaking(),  # noqa: B008 - frozen
) -> Contribution:
    """Type in what was said to a section on paper, by telephone or at an event. Raises what `give_to_section` raises."""
    section, anchor = _pointed_at(section, pointing)
    row = key_in_contribution(
        section.thread,
        by=by,
        body=body,
        key=key,
        channel=channel,
        said_by=said_by,
        speaking=speaking,
        owner=section.owner,
        reply_by=_reply_by(),
    )
    return _tied(row, anchor)


def _pointed_at(section: Section, pointing: Pointing) -> tuple[Section, Anchor]:
    """The section, and the anchor, not saved. The section is held against a publication: no anchor may be made to a version that
    is replaced in the same moment, and so be missed."""
    # Locked first and read afterwards: what is joined to a row that is waited for would be as it was before the wait.
    Section.objects.select_for_update(no_key=True).get(pk=section.pk)
    section = Section.objects.select_related("current", "thread", "owner").get(pk=section.pk)
    if section.merged_into_id is not None or section.current is None:
        raise PassageNotThere(_("This section has moved. Go back to the strategy to find it."))
    version = section.versions.filter(number=pointing.version).first()
    if version is None:
        raise PassageNotThere(_("That version of the section is not there."))
    return section, _anchor(section, version, pointing)


def _reply_by() -> dt.date:
    return timezone.localdate() + dt.timedelta(weeks=settings.REPLY_WEEKS)


def _tied(row: Contribution, anchor: Anchor) -> Contribution:
    """A row that was there already keeps the anchor it has."""
    anchor.contribution = row
    Anchor.objects.bulk_create([anchor], ignore_conflicts=True)
    return row


def _plain(words: str) -> str:
    return " ".join(words.split())


def _anchor(section: Section, version: Version, pointing: Pointing) -> Anchor:
    anchor = Anchor(section=section, version=version)
    if pointing.paragraph is None:
        return anchor
    paragraphs = paragraphs_of(version.body)
    text, places = text_of(paragraphs), places_of(paragraphs)
    numbered = {paragraph.number: place for paragraph, place in zip(paragraphs, places, strict=True)}
    if pointing.paragraph not in numbered:
        raise PassageNotThere(_("That paragraph is not in this version of the section."))
    start, end = numbered[pointing.paragraph]
    anchor.reach = Anchor.Reach.PARAGRAPH
    if pointing.words.strip():
        found = find(text[start:end], Quote(pointing.words, "", ""))
        if found is None:
            raise PassageNotThere(
                _(
                    "We could not find those words in the paragraph. Copy them exactly as they stand, or point at the whole "
                    "paragraph."
                )
            )
        start, end = start + found[0], start + found[1]
        anchor.reach = Anchor.Reach.WORDS
    quote = quote_at(text, start, end)
    anchor.exact, anchor.prefix, anchor.suffix = quote.exact, quote.prefix, quote.suffix
    anchor.paragraph_then = anchor.paragraph = pointing.paragraph
    anchor.start, anchor.end, anchor.words_now = start, end, quote.exact
    if version.pk != section.current_id:
        refind([anchor], text, section.current.body)
    return anchor


def refind(anchors: list[Anchor], old_text: str, new_body: str) -> list[Anchor]:
    """Find each anchor again in a new body and set where it stands now; not saved. Returns those whose state became another.

    `old_text` is the plain text in which their places are known. One comparison of the two texts serves them all.
    """
    paragraphs = paragraphs_of(new_body)
    new_text = text_of(paragraphs)
    numbers: dict[int, int | None] = {}
    known = [(Quote(a.exact, a.prefix, a.suffix), (a.start, a.end) if a.start is not None else None) for a in anchors]
    # What took the place of the words before may have little in common with them, above all where it was taken because of them:
    # it is followed for itself, and never called the same.
    instead = [a for a in anchors if a.state == Anchor.State.CHANGED and a.start is not None]
    known += [(Quote(a.words_now), (a.start, a.end)) for a in instead]
    answers = find_again(known, old_text, new_text)
    followed = {id(a): found for a, found in zip(instead, answers[len(anchors) :], strict=True)}
    moved = []
    for anchor, found in zip(anchors, answers[: len(anchors)], strict=True):
        was, after = anchor.state, followed.get(id(anchor))
        if found.state == "gone" and after is not None and after.state != "gone":
            found = replace(after, state="changed")
        anchor.state, anchor.start, anchor.end, anchor.words_now = found.state, found.start, found.end, found.words
        anchor.paragraph = None
        if found.start is not None:
            if found.start not in numbers:
                numbers[found.start] = number_at(paragraphs, found.start)
            anchor.paragraph = numbers[found.start]
        if anchor.state != was:
            moved.append(anchor)
    return moved


def number_at(paragraphs: Sequence[Paragraph], offset: int) -> int | None:
    """The number of the paragraph at this place of the text. A heading has none, so what points there points at what follows."""
    starts = [start for start, _end in places_of(paragraphs)]
    at = bisect_right(starts, offset) - 1
    following = (paragraph.number for paragraph in paragraphs[max(at, 0) :] if paragraph.number is not None)
    return next(following, None)


@transaction.atomic
def say_if_applies(anchor: Anchor, *, by: User, applies: bool) -> Anchor:
    """The author says whether what they said still applies to the changed words. Raises `NotAsked`."""
    row = Anchor.objects.select_for_update(of=("self",)).select_related("contribution").get(pk=anchor.pk)
    if row.asked_at is None:
        raise NotAsked(_("The words you spoke of have not changed."))
    row.still_applies, row.replied_at = applies, timezone.now()
    row.save(update_fields=["still_applies", "replied_at"])
    record("say_if_applies", row.contribution, by=by, data={"applies": applies})
    return row
