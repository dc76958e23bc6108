"""Publishing: a version is made, every anchor is found again, each changed paragraph is tied to its reason, and people are told.
All of it is one transaction. Sections can also be moved, split and merged; no permalink and no anchor breaks."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import Byline, Post
from commons.audit.actions import record
from commons.contributions.models import Contribution
from commons.digests.actions import Fact, notify, notify_all
from commons.moderation.models import Standing
from commons.people.models import Appointment, Role, User
from panel.actions.drafting import (
    StaleDraft,
    check_not_merged,
    hold_framework,
    number_sections,
    open_section,
    put_in_draft,
)
from panel.actions.pointing import number_at, refind
from panel.anchoring import Quote, find
from panel.comparing import ParagraphChange, compare
from panel.models import Anchor, Approval, Change, Decision, Draft, DraftRevision, Part, Section, Version, Voice
from panel.paragraphs import paragraphs_of, text_of

PLACES = """
UPDATE panel_anchor SET state = new.state, start = new.start, "end" = new.stop, words_now = new.words, paragraph = new.paragraph
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::text[], %s::smallint[])
    AS new(id, state, start, stop, words, paragraph)
WHERE panel_anchor.id = new.id
"""


class NothingToPublish(Exception):
    """The draft reads as the version in force."""


class ReasonsMissing(Exception):
    """Paragraphs changed and nobody said why: `changes`."""

    def __init__(self, changes: list[ParagraphChange]) -> None:
        self.changes = changes
        super().__init__(_("Say why each paragraph changed: because of which answer, or in your own words."))


class NotAgreed(Exception):
    """Fewer members than the quorum have agreed to this wording."""


class DraftHasChanges(Exception):
    """A section with unpublished changes cannot be split or merged."""


class CannotMove(Exception):
    """The split or merge asked for makes no sense."""


class TimeWrong(Exception):
    """A publication can only wait for a time to come."""


@dataclass(frozen=True)
class Because:
    """Why one paragraph changed: the decisions it follows, or a plain note where no voice was needed."""

    decisions: tuple[int, ...] = ()
    note: str = ""

    def __bool__(self) -> bool:
        return bool(self.decisions or self.note.strip())


@dataclass
class Reckoning:
    """What a publication would change, and which of it has a reason already."""

    changes: list[ParagraphChange]
    pending: list[Change] = field(default_factory=list)
    covered: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))

    @property
    def open(self) -> list[ParagraphChange]:
        return [change for change in self.changes if change.kind != "same" and place_of(change) not in self.covered]


def place_of(change: ParagraphChange) -> str:
    """Names a paragraph's change in a form: its place before and after, '3-4', '-2' for a new one, '5-' for one that is gone."""
    old = change.old.start if change.old else ""
    new = change.new.start if change.new else ""
    return f"{old}-{new}"


def _flat(words: str) -> str:
    return " ".join(words.split())


def reckon(section: Section, body: str, pending: Iterable[Change]) -> Reckoning:
    """Compare a text with the version in force, and find for each paragraph the pending changes that explain it.

    A pending change explains a paragraph if the words it brought stand in the new text of it, or, when it only took words out,
    if they stood in the old.
    """
    old = section.current.body if section.current else ""
    reckoning = Reckoning(compare(old, body), list(pending))
    for change in reckoning.changes:
        if change.kind == "same":
            continue
        was = _flat(change.old.text) if change.old else ""
        now = _flat(change.new.text) if change.new else ""
        for known in reckoning.pending:
            before, after = _flat(known.before), _flat(known.after)
            if (after and after in now and after not in was) or (before and before in was and before not in now):
                reckoning.covered[place_of(change)].append(known)
    return reckoning


def may_publish_alone(person: User) -> bool:
    return person.has_role(Role.CHAIR)


@transaction.atomic
def publish_section(
    section: Section,
    *,
    by: User | None,
    based_on: int,
    reasons: Mapping[str, Because] | None = None,
    note: str = "",
    now: dt.datetime | None = None,
) -> Version:
    """Publish one wording of the draft, which must be the latest: `based_on`. `reasons` says by place (`place_of`) why a
    paragraph changed, for those that no decision explains yet. `now` is the moment that the version bears, the
    present one if left out.

    Raises `StaleDraft`, `NothingToPublish`, `ReasonsMissing`, `NotAgreed` or `SectionMerged`.
    """
    section = _locked(section)
    check_not_merged(section)
    draft = Draft.objects.select_for_update().get(section=section)
    if draft.revision != based_on:
        raise StaleDraft(_("The draft was saved again since you opened this page. Read it once more, then publish."))
    if by is not None and not may_publish_alone(by):
        _check_quorum(draft)
    return _publish(
        section, draft, title=draft.title, body=draft.body, by=by, reasons=reasons or {}, note=note, now=now
    )


def _sections() -> QuerySet[Section]:
    return Section.objects.select_related("current", "part", "thread")


def _locked(section: Section) -> Section:
    # Locked first and read then: a row that is locked after waiting is new, but what is joined to it is still what it was before.
    Section.objects.select_for_update().get(pk=section.pk)
    return _sections().get(pk=section.pk)


def _check_quorum(draft: Draft) -> None:
    needed = settings.PANEL_QUORUM
    if not needed:
        raise NotAgreed(_("Only the chair publishes."))
    if agreed_by(draft).count() < needed:
        raise NotAgreed(_("The chair publishes, or any member once enough of the panel have agreed to this wording."))


def agreed_by(draft: Draft) -> QuerySet[Approval]:
    """Who has agreed to the latest wording and sits on the panel today."""
    seated = Appointment.objects.in_force(timezone.localdate()).filter(role__in=[Role.PANEL_MEMBER, Role.CHAIR])
    approvals = Approval.objects.filter(draft=draft, revision=draft.revision, person__in=seated.values("user"))
    return approvals.select_related("person").order_by("made_at", "pk")


def _publish(
    section: Section,
    draft: Draft,
    *,
    title: str,
    body: str,
    by: User | None,
    reasons: Mapping[str, Because],
    note: str,
    revision: int | None = None,
    now: dt.datetime | None = None,
) -> Version:
    current, now = section.current, now or timezone.now()
    if not body.strip() or (current and (current.title, current.body) == (title, body)):
        raise NothingToPublish(_("The draft reads as what is published already, so there is nothing to publish."))
    reckoning = reckon(section, body, _pending(section, draft, revision).select_for_update())
    reasons = _standing(section, reasons)
    if current is not None:
        missing = [change for change in reckoning.open if not reasons.get(place_of(change))]
        if missing:
            raise ReasonsMissing(missing)
    version = _add_version(section, title=title, body=body, by=by, note=note, now=now)
    if current is not None:
        _tie_changes(section, version, reckoning, reasons, by=by)
    old_text = text_of(paragraphs_of(current.body)) if current else ""
    _find_anchors_again(section, version, old_text, by=by, now=now)
    draft.published_revision = draft.revision if revision is None else revision
    draft.publish_at, draft.publish_revision, draft.publish_by = None, None, None
    draft.publish_note, draft.publish_reasons = "", {}
    draft.save()
    _tell_voices(version, by=by)
    record("publish_section", version, by=by, data={"section": section.pk, "number": version.number})
    return version


def _pending(section: Section, draft: Draft, revision: int | None) -> QuerySet[Change]:
    """The changes that wait in one wording of the draft. Those that came after it wait for a version of their own."""
    pending = section.changes.pending()
    following = None if revision is None else draft.revisions.filter(number=revision + 1).first()
    return pending if following is None else pending.filter(made_at__lt=following.saved_at)


def _standing(section: Section, reasons: Mapping[str, Because]) -> dict[str, Because]:
    """The reasons less those decisions that have been undone since they were named."""
    named = {pk for because in reasons.values() for pk in because.decisions}
    standing = set(Decision.objects.standing().filter(section=section, pk__in=named).values_list("pk", flat=True))
    return {
        place: Because(tuple(pk for pk in because.decisions if pk in standing), because.note)
        for place, because in reasons.items()
    }


def _add_version(
    section: Section, *, title: str, body: str, by: User | None, note: str, now: dt.datetime | None = None
) -> Version:
    last = section.versions.order_by("-number").first()
    version = Version.objects.create(
        section=section,
        number=(last.number if last else 0) + 1,
        section_number=section.number,
        title=title,
        body=body,
        note=note,
        published_at=now or timezone.now(),
        published_by=by,
    )
    section.current, section.title = version, title
    section.save(update_fields=["current", "title"])
    return version


def _tie_changes(
    section: Section, version: Version, reckoning: Reckoning, reasons: Mapping[str, Because], *, by: User | None
) -> None:
    """Each changed paragraph gets its reasons: what was pending is published with it, and what was said just now becomes rows."""
    published, made = {}, []
    for change in reckoning.changes:
        place = place_of(change)
        then = change.old.number if change.old else None
        now = change.new.number if change.new else None
        for known in reckoning.covered.get(place, ()):
            if known.pk in published:
                continue
            known.version, known.paragraph, known.paragraph_before = version, now, then
            published[known.pk] = known
        because = reasons.get(place)
        if change.kind == "same" or not because:
            continue
        words = {"before": change.old.text if change.old else "", "after": change.new.text if change.new else ""}
        shared = {
            "section": section,
            "version": version,
            "paragraph": now,
            "paragraph_before": then,
            "made_by": by,
            **words,
        }
        made += [Change(decision_id=pk, **shared) for pk in because.decisions]
        if because.note.strip():
            made.append(Change(note=_flat(because.note)[:300], **shared))
    Change.objects.bulk_update(published.values(), ["version", "paragraph", "paragraph_before"])
    # What is pending and explains nothing was written over before it was published.
    lost = [known.pk for known in reckoning.pending if known.pk not in published]
    Change.objects.filter(pk__in=lost).update(dropped_at=timezone.now())
    Change.objects.bulk_create(made)


def _find_anchors_again(
    section: Section, version: Version, old_text: str, *, by: User | None, now: dt.datetime | None = None
) -> None:
    """Set where every open anchor of the section now stands, and ask the authors of those whose words changed."""
    now = now or timezone.now()
    anchors = list(
        Anchor.objects.filter(section=section, contribution__standing__in=[Standing.PUBLISHED, Standing.HELD])
        .exclude(reach=Anchor.Reach.SECTION)
        .select_related("contribution__author")
        .order_by("pk")
    )
    moved = refind(anchors, old_text, version.body)
    brought = _follow_accepted(anchors, version)
    asked = [anchor for anchor in moved if anchor.state != Anchor.State.SAME and anchor.contribution_id not in brought]
    _save_places(anchors)
    asked_ids = [anchor.pk for anchor in asked]
    Anchor.objects.filter(pk__in=asked_ids).update(asked_at=now, replied_at=None, still_applies=None)
    _ask_authors(asked, version, by=by)


def _save_places(anchors: Iterable[Anchor]) -> None:
    """Write where anchors stand: one statement however many they are. (Django's `bulk_update` writes a case for each value.)"""
    rows = [(one.pk, one.state, one.start, one.end, one.words_now, one.paragraph) for one in anchors]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [list(column) for column in zip(*rows, strict=True)])


def _follow_accepted(anchors: Iterable[Anchor], version: Version) -> set[int]:
    """Whoever's words were taken points at the words that came instead. The contributions because of which this version changed:
    their authors need not be asked whether it still applies, for they are told that it was done."""
    pairs = Voice.objects.filter(
        decision__undone_at=None, decision__changes__version=version, contribution__isnull=False
    ).values_list("contribution", "decision__changes__after")
    brought = dict(pairs)
    text, paragraphs = None, None
    for anchor in anchors:
        words = brought.get(anchor.contribution_id)
        if not words or anchor.state == Anchor.State.SAME:
            continue
        if text is None:
            paragraphs = paragraphs_of(version.body)
            text = text_of(paragraphs)
        if place := find(text, Quote(words), near=anchor.start):
            anchor.state, (anchor.start, anchor.end) = Anchor.State.CHANGED, place
            anchor.words_now, anchor.paragraph = text[slice(*place)], number_at(paragraphs, place[0])
    return set(brought)


def _ask_authors(asked: Iterable[Anchor], version: Version, *, by: User | None) -> None:
    """One notice for each author and version, however many of their contributions it touched."""
    by_author: dict[User, list[Anchor]] = defaultdict(list)
    for anchor in asked:
        author = anchor.contribution.author
        if author is not None and (by is None or author.pk != by.pk):
            by_author[author].append(anchor)
    facts = []
    for author, anchors in by_author.items():
        with translation.override(author.language):
            subject = ngettext(
                "The words you spoke of have changed: %(section)s",
                "Words you spoke of in %(count)s contributions have changed: %(section)s",
                len(anchors),
            ) % {"count": len(anchors), "section": version.title}
            text = _("Please say whether what you said still applies.")
        path = anchors[0].contribution.get_absolute_url()
        facts.append(Fact(recipient=author, key=f"words-changed:{version.pk}", subject=subject, text=text, path=path))
    notify_all(facts, by=by, kind="words-changed", about=version)


def _tell_voices(version: Version, *, by: User | None) -> None:
    """Those because of whom words changed learn it, once for each version."""
    rows = (
        Contribution.objects.published()
        .filter(voices__decision__in=Decision.objects.standing().filter(changes__version=version))
        .exclude(author=None)
        .select_related("author")
        .order_by("author_id", "pk")
        .distinct()
    )
    first: dict[int, Contribution] = {}
    for row in rows:
        if by is None or row.author_id != by.pk:
            first.setdefault(row.author_id, row)
    facts = []
    for row in first.values():
        with translation.override(row.author.language):
            subject = _("You said, we changed: %(section)s") % {"section": version.title}
        facts.append(
            Fact(recipient=row.author, key=f"changed:{version.pk}", subject=subject, path=row.get_absolute_url())
        )
    facts += _facts_for_posts(version, told=set(first), by=by)
    notify_all(facts, by=by, kind="you-said-we-changed", about=version)


def _facts_for_posts(version: Version, *, told: set[int], by: User | None) -> list[Fact]:
    """For the authors of public posts that were cited, each once for each version, less who is told already."""
    decisions = Decision.objects.standing().filter(changes__version=version)
    rows = (
        Byline.objects.joined()
        .filter(post__in=Post.objects.public().filter(voices__decision__in=decisions), author__person__isnull=False)
        .select_related("author__person", "post")
        .defer("post__body", "post__search")
        .order_by("author__person", "post", "pk")
    )
    facts: dict[int, Fact] = {}
    for row in rows:
        person = row.author.person
        if person.pk in told or person.pk in facts or (by is not None and person.pk == by.pk):
            continue
        with translation.override(person.language or None):
            subject = _("You wrote, we changed: %(section)s") % {"section": version.title}
            text = _("The panel cited your post “%(title)s” when it decided.") % {"title": row.post.title}
        path = row.post.get_absolute_url()
        facts[person.pk] = Fact(recipient=person, key=f"changed:{version.pk}", subject=subject, text=text, path=path)
    return list(facts.values())


# --- At a time ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def schedule_publication(
    section: Section,
    *,
    by: User,
    based_on: int,
    publish_at: dt.datetime,
    reasons: Mapping[str, Because] | None = None,
    note: str = "",
) -> Draft:
    """Publish this wording at a time to come. What is saved later waits for the next version: public is what was approved.

    Raises `TimeWrong` and what `publish_section` raises.
    """
    if publish_at <= timezone.now():
        raise TimeWrong(_("Choose a time that is still to come."))
    section = _locked(section)
    check_not_merged(section)
    draft = Draft.objects.select_for_update().get(section=section)
    if draft.revision != based_on:
        raise StaleDraft(_("The draft was saved again since you opened this page. Read it once more, then publish."))
    if not may_publish_alone(by):
        _check_quorum(draft)
    current = section.current
    if not draft.body.strip() or (current and (current.title, current.body) == (draft.title, draft.body)):
        raise NothingToPublish(_("The draft reads as what is published already, so there is nothing to publish."))
    reasons = _standing(section, reasons or {})
    if current is not None:
        reckoning = reckon(section, draft.body, section.changes.pending())
        missing = [change for change in reckoning.open if not reasons.get(place_of(change))]
        if missing:
            raise ReasonsMissing(missing)
    draft.publish_at, draft.publish_revision, draft.publish_note, draft.publish_by = (
        publish_at,
        draft.revision,
        note,
        by,
    )
    draft.publish_reasons = {
        place: {"decisions": list(because.decisions), "note": because.note} for place, because in reasons.items()
    }
    draft.save()
    record("schedule_publication", draft, by=by, data={"at": publish_at.isoformat(), "revision": draft.revision})
    return draft


@transaction.atomic
def cancel_publication(section: Section, *, by: User) -> Draft:
    """The wording that waited for its time does not wait any more."""
    draft = Draft.objects.select_for_update().get(section=section)
    if draft.publish_at is not None:
        draft.publish_at, draft.publish_revision, draft.publish_by = None, None, None
        draft.publish_note, draft.publish_reasons = "", {}
        draft.save()
        record("cancel_publication", draft, by=by)
    return draft


@transaction.atomic
def publish_due(*, by: User | None, now: dt.datetime | None = None) -> list[Version]:
    """Publish what was to be published by now. What cannot be is cancelled, and whoever asked for it is told why."""
    published, now = [], now or timezone.now()
    for due in Draft.objects.due_at(now).order_by("publish_at", "pk"):
        # Section first and draft second, as everywhere: else this and a publication by hand could wait for each other. A section
        # that somebody is at this very moment is left for the next time.
        if not Section.objects.select_for_update(skip_locked=True).filter(pk=due.section_id):
            continue
        draft = Draft.objects.due_at(now).select_for_update().filter(pk=due.pk).first()
        if draft is None:
            continue
        section = _sections().get(pk=due.section_id)
        asked_by, wording = draft.publish_by, DraftRevision.objects.get(draft=draft, number=draft.publish_revision)
        reasons = {
            place: Because(tuple(because["decisions"]), because["note"])
            for place, because in draft.publish_reasons.items()
        }
        try:
            with transaction.atomic():
                version = _publish(
                    section,
                    draft,
                    title=wording.title,
                    body=wording.body,
                    by=asked_by,
                    reasons=reasons,
                    note=draft.publish_note,
                    revision=wording.number,
                )
        except (NothingToPublish, ReasonsMissing) as refusal:
            cancel_publication(section, by=by)
            _tell_it_failed(draft, asked_by, str(refusal), by=by)
        else:
            published.append(version)
    return published


def _tell_it_failed(draft: Draft, asked_by: User | None, why: str, *, by: User | None) -> None:
    if asked_by is None:
        return
    with translation.override(asked_by.language):
        notify(
            asked_by,
            by=by,
            kind="not-published",
            key=f"not-published:{draft.pk}:{draft.publish_revision}",
            subject=_("Not published: %(title)s") % {"title": draft.title},
            text=why,
            path=reverse("panel:section-publish", args=[draft.section.slug]),
            mail=True,
        )


# --- Moving, splitting, merging ----------------------------------------------------------------------------------------------


@transaction.atomic
def move_section(section: Section, *, by: User, part: Part, place: int) -> Section:
    """Put a section at a place (from 1) of a part. Numbers follow; its address, its versions and its voices stay."""
    hold_framework()
    rows = list(
        Section.objects.live().select_for_update(of=("self",)).filter(part=part).exclude(pk=section.pk).in_order()
    )
    section = _locked(section)
    rows.insert(min(max(place, 1), len(rows) + 1) - 1, section)
    section.part = part
    for at, row in enumerate(rows, start=1):
        row.place = at
    Section.objects.bulk_update(rows, ["place", "part"])
    number_sections(by=by)
    record("move_section", section, by=by, data={"part": part.slug, "place": place})
    section.refresh_from_db()
    return section


def _settled(section: Section) -> tuple[Section, Draft]:
    """The section and its draft, locked, with nothing unpublished in it."""
    section = _locked(section)
    draft = Draft.objects.select_for_update().get(section=section)
    if section.current is None or (draft.title, draft.body) != (section.current.title, section.current.body):
        raise DraftHasChanges(
            _("The draft of “%(title)s” holds changes. Publish them first.") % {"title": section.title}
        )
    if draft.publish_at is not None:
        raise DraftHasChanges(
            _("A publication of “%(title)s” waits for its time. Let it come out or cancel it first.")
            % {"title": section.title}
        )
    return section, draft


@transaction.atomic
def merge_sections(section: Section, *, by: User, into: Section, note: str = "") -> Version:
    """Put the text of a section at the end of another, and its voices with it. Its old address leads there from now on.

    Raises `DraftHasChanges` or `CannotMove`.
    """
    if section.pk == into.pk:
        raise CannotMove(_("A section cannot be merged into itself."))
    hold_framework()
    # Always in the same order, so that two merges at once cannot wait for each other.
    pair = {one.pk: _settled(one) for one in sorted((section, into), key=lambda one: one.pk)}
    (section, _own_draft), (into, draft) = pair[section.pk], pair[into.pk]
    if section.merged_into_id or into.merged_into_id:
        raise CannotMove(_("One of the two was merged before."))
    own_text, into_text = (text_of(paragraphs_of(one.current.body)) for one in (section, into))
    body = f"{into.current.body.rstrip()}\n\n{section.current.body.lstrip()}"
    number = len(paragraphs_of(into.current.body))
    version = _add_version(into, title=into.title, body=body, by=by, note=note)
    put_in_draft(draft, body, by=by)
    Draft.objects.filter(pk=draft.pk).update(published_revision=draft.revision)
    _find_anchors_again(into, version, into_text, by=by)
    _hand_over(section, into, Q(), version, own_text, by=by)
    came = _("This came from “%(title)s”, which was merged into this section.") % {"title": section.title}
    _note_moved(into, version, paragraphs_of(body)[number:], came, by=by)
    section.merged_into = into
    section.save(update_fields=["merged_into"])
    number_sections(by=by)
    record("merge_sections", section, by=by, data={"into": into.pk, "version": version.number})
    return version


@transaction.atomic
def split_section(
    section: Section, *, by: User, paragraph: int, slug: str, title: str, note: str = ""
) -> tuple[Version, Version]:
    """Make a new section of everything from a numbered paragraph on, and put it behind the old one. Voices go with their words.

    A heading right before the paragraph goes along. Raises `DraftHasChanges`, `CannotMove` or `SlugTaken`.
    """
    hold_framework()
    section, draft = _settled(section)
    if section.merged_into_id:
        raise CannotMove(_("This section has been merged into another."))
    paragraphs = paragraphs_of(section.current.body)
    at = next((place for place, one in enumerate(paragraphs) if one.number == paragraph), None)
    while at and paragraphs[at - 1].number is None:
        at -= 1
    if not at:
        raise CannotMove(_("Choose a paragraph after the first: something must stay in the old section."))
    cut = paragraphs[at].start
    old_text, gone = text_of(paragraphs), paragraphs[at:]
    kept_body, new_body = section.current.body[:cut].rstrip(), section.current.body[cut:]
    new = open_section(section.part, by=by, slug=slug, title=title, owner=section.owner)
    new = move_section(new, by=by, part=section.part, place=section.place + 1)
    new_draft = put_in_draft(Draft.objects.select_for_update().get(section=new), new_body, by=by)
    first = _add_version(new, title=title, body=new_body, by=by, note=note)
    section.refresh_from_db()
    second = _add_version(section, title=section.title, body=kept_body, by=by, note=note)
    put_in_draft(draft, kept_body, by=by)
    for one in (new_draft, draft):
        Draft.objects.filter(pk=one.pk).update(published_revision=one.revision)
    _hand_over(section, new, Q(paragraph__gte=paragraph), first, old_text, by=by)
    _find_anchors_again(section, second, old_text, by=by)
    went = _("This went to the new section “%(title)s”.") % {"title": title}
    _note_moved(section, second, gone, went, by=by, is_gone=True)
    record("split_section", section, by=by, data={"new": new.pk, "paragraph": paragraph})
    return second, first


def _hand_over(source: Section, target: Section, which: Q, version: Version, old_text: str, *, by: User | None) -> None:
    """Give anchors, the contributions they belong to with all replies, and the answers to these, to another section; then find
    the anchors in its version."""
    anchors = list(Anchor.objects.filter(which, section=source).select_related("contribution__author"))
    held = [anchor.contribution_id for anchor in anchors]
    with_replies = Q(pk__in=held) | Q(root__in=held)
    Contribution.objects.filter(with_replies, thread=source.thread).update(thread=target.thread)
    Anchor.objects.filter(pk__in=[anchor.pk for anchor in anchors]).update(section=target)
    # An answer goes where all its voices went. One that rests on blog posts alone goes along when all goes.
    stayed = Voice.objects.filter(contribution__anchor__section=source).values("decision")
    goes = Q(voices__contribution__in=held)
    if not which:
        goes |= ~Q(pk__in=Voice.objects.filter(contribution__isnull=False).values("decision"))
    moved = Decision.objects.filter(goes, section=source).exclude(pk__in=stayed)
    Decision.objects.filter(pk__in=moved.values("pk")).update(section=target)
    of_words = [anchor for anchor in anchors if anchor.reach != Anchor.Reach.SECTION]
    refind(of_words, old_text, version.body)
    _save_places(of_words)


def _note_moved(
    section: Section, version: Version, paragraphs: Iterable[Any], note: str, *, by: User, is_gone: bool = False
) -> None:
    Change.objects.bulk_create(
        Change(
            section=section,
            version=version,
            note=note[:300],
            made_by=by,
            paragraph=None if is_gone else one.number,
            paragraph_before=one.number if is_gone else None,
            before=one.text if is_gone else "",
            after="" if is_gone else one.text,
        )
        for one in paragraphs
        if one.number is not None
    )
