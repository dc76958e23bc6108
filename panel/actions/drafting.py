"""Writing: the open draft of a section, saved by several people, and what each of them has typed on the way."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.contributions.actions import open_thread
from commons.contributions.models import Audience
from commons.people.models import User
from panel.merging import Merge, merge
from panel.models import Approval, Draft, DraftRevision, Part, Section, WorkingCopy


class EditsClash(Exception):
    """Somebody saved meanwhile and changed the same words. `merge` holds what both wrote, `seen` is the wording it was made
    with."""

    def __init__(self, merged: Merge, seen: DraftRevision) -> None:
        self.merge, self.seen = merged, seen
        super().__init__(_("A colleague saved this section while you were writing, and changed the same words."))


class NoSuchRevision(Exception):
    """The form was made from a wording that never was."""


class StaleDraft(Exception):
    """The draft was saved again since the page was shown. Nothing was done."""


class SectionMerged(Exception):
    """The section has been merged into another, so nothing more is written or published here."""


class TitleTooLong(Exception):
    """Two titles were joined, and both together are longer than a title may be. Nothing was written."""


class KeptElsewhere(Exception):
    """Other words of the same person are kept, from another device or tab; or what was kept has been saved or thrown away there.
    `copy` is what is kept now, None for nothing. Nothing was written."""

    def __init__(self, copy: "WorkingCopy | None") -> None:
        self.copy = copy
        super().__init__(_("You typed other words in this section on another device or in another tab."))


class SlugTaken(Exception):
    """Another section or part has this name in its address."""


LONGEST_TITLE = 120


def hold_framework() -> None:
    """Whoever opens, moves, splits or merges sections waits here for the one before: each needs many rows, and two of them could
    otherwise wait for each other."""
    list(Part.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


@transaction.atomic
def open_part(*, by: User | None, slug: str, title: str, intro: str = "") -> Part:
    """A new part at the end of the framework. Raises `SlugTaken`."""
    hold_framework()
    if Part.objects.filter(slug=slug).exists():
        raise SlugTaken(_("Another part has this name in its address. Choose another title."))
    last = Part.objects.order_by("-place").first()
    part = Part.objects.create(slug=slug, title=title, intro=intro, place=(last.place if last else 0) + 1)
    record("open_part", part, by=by, data={"slug": slug})
    return part


@transaction.atomic
def open_section(part: Part, *, by: User | None, slug: str, title: str, owner: User | None = None) -> Section:
    """A new section at the end of a part, with an empty draft. It is public once a version is published. Raises `SlugTaken`."""
    hold_framework()
    if Section.objects.filter(slug=slug).exists():
        raise SlugTaken(_("Another section has this address. Choose another one."))
    last = part.sections.order_by("-place").first()
    section = Section.objects.create(
        slug=slug,
        part=part,
        place=(last.place if last else 0) + 1,
        number=0,
        title=title,
        owner=owner,
        thread=open_thread(by=by),
        inside=open_thread(by=by, audience=Audience.PANEL),
    )
    Draft.objects.create(section=section, title=title, saved_by=by)
    number_sections(by=by)
    section.refresh_from_db()
    record("open_section", section, by=by, data={"slug": slug})
    return section


@transaction.atomic
def number_sections(*, by: User | None) -> int:
    """Number the live sections in their order. Returns how many numbers became others."""
    moved = []
    for number, section in enumerate(Section.objects.live().in_order().select_for_update(of=("self",)), start=1):
        if section.number != number:
            section.number = number
            moved.append(section)
    Section.objects.bulk_update(moved, ["number"])
    if moved:
        record("number_sections", moved[0], by=by, data={"count": len(moved)})
    return len(moved)


def _whole(title: str, body: str) -> str:
    """Title and text as one, so that both are merged alike."""
    return f"{' '.join(title.split())}\n\n{body}"


def _apart(whole: str) -> tuple[str, str]:
    title, _break, body = whole.partition("\n\n")
    return " ".join(title.split()), body


def _tidy(text: str) -> str:
    """Line ends as we keep them: a browser sends two characters for one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@transaction.atomic
def save_draft(
    section: Section,
    *,
    by: User,
    title: str,
    body: str,
    based_on: int,
    choices: Mapping[int, str] | None = None,
    seen: int | None = None,
) -> Draft:
    """Save the draft. `based_on` is the revision that the editor began from.

    Where a colleague saved meanwhile, what only one of the two changed is kept from each. Where both changed the same words,
    raises `EditsClash`, unless `choices` says "mine", "theirs", "both" or "woven" for each place and the revision that was `seen`
    when choosing is still the latest. Every wording that was saved stays. Raises `NoSuchRevision`, `SectionMerged` or
    `TitleTooLong`.
    """
    draft = Draft.objects.select_for_update().get(section=section)
    # Asked only now that we hold the draft: a merge holds it, too, until it is done.
    check_not_merged(section)
    typed_title, typed_body = " ".join(title.split()), _tidy(body)
    text, is_merge = _whole(title, typed_body), False
    if draft.revision != based_on:
        base = _revision(draft, based_on)
        merged = merge(_whole(base.title, base.body), text, _whole(draft.title, draft.body))
        settled = _offered(merged, choices or {}) if seen == draft.revision else {}
        if len(settled) < len(merged.clashes):
            raise EditsClash(merged, _revision(draft, draft.revision))
        text, is_merge = merged.settled(settled), True
    title, body = _apart(text)
    if len(title) > LONGEST_TITLE:
        raise TitleTooLong(_("Both titles together are too long. Choose one of the two."))
    # Only what is being saved need not be kept any more. Other words, typed on another device, wait until their author decides.
    WorkingCopy.objects.filter(draft=draft, person=by, title=typed_title, body=typed_body).delete()
    if (title, body) == (draft.title, draft.body):
        return draft
    return _write(draft, by=by, title=title, body=body, based_on=based_on, is_merge=is_merge)


def _offered(merged: Merge, choices: Mapping[int, str]) -> dict[int, str]:
    """The choices that the places offer: not every two changes can be woven into one."""
    return {
        number: choices[number]
        for number, clash in enumerate(merged.clashes)
        if choices.get(number) in {"mine", "theirs", "both"}
        or (choices.get(number) == "woven" and clash.woven is not None)
    }


def check_not_merged(section: Section) -> None:
    """Raises `SectionMerged`, by what the database says now."""
    into = Section.objects.filter(merged=section).first()
    if into is not None:
        raise SectionMerged(
            _("“%(title)s” has been merged into “%(into)s”. Write there instead.")
            % {"title": section.title, "into": into.title}
        )


def _revision(draft: Draft, number: int) -> DraftRevision:
    if number == 0:
        return DraftRevision(draft=draft, number=0, title="", body="", based_on=0)
    row = draft.revisions.select_related("saved_by").filter(number=number).first()
    if row is None:
        raise NoSuchRevision(
            _("We do not know the text this form was made from. Your words are still in the form below.")
        )
    return row


def _write(draft: Draft, *, by: User | None, title: str, body: str, based_on: int, is_merge: bool = False) -> Draft:
    draft.title, draft.body, draft.revision = title, body, draft.revision + 1
    draft.saved_at, draft.saved_by = timezone.now(), by
    draft.save(update_fields=["title", "body", "revision", "saved_at", "saved_by"])
    DraftRevision.objects.create(
        draft=draft, number=draft.revision, title=title, body=body, based_on=based_on, is_merge=is_merge, saved_by=by
    )
    record("save_draft", draft, by=by, data={"revision": draft.revision, "based_on": based_on, "merge": is_merge})
    return draft


@transaction.atomic
def put_in_draft(draft: Draft, body: str, *, by: User | None) -> Draft:
    """Save a text made from the latest one, by whoever holds the draft's lock: words that were accepted, a part cut off."""
    return _write(draft, by=by, title=draft.title, body=_tidy(body), based_on=draft.revision)


@transaction.atomic
def keep_working_copy(
    section: Section, *, by: User, title: str, body: str, based_on: int, known: dt.datetime | None = None
) -> WorkingCopy:
    """Keep what somebody has typed and not saved. Nobody else reads it; that they are writing is seen.

    `known` is when their page last kept something, None for not yet. Where something else is kept by now, so that it would be
    written over unread, raises `KeptElsewhere`.
    """
    draft = Draft.objects.get(section=section)
    typed = {"title": " ".join(title.split())[:LONGEST_TITLE], "body": _tidy(body), "based_on": based_on}
    now = timezone.now()
    copy, is_new = WorkingCopy.objects.select_for_update().get_or_create(
        draft=draft, person=by, defaults=typed | {"saved_at": now}
    )
    if is_new:
        if known is not None:
            raise KeptElsewhere(None)
        return copy
    if copy.saved_at != known and (copy.title, copy.body) != (typed["title"], typed["body"]):
        raise KeptElsewhere(copy)
    copy.title, copy.body, copy.based_on, copy.saved_at = *typed.values(), now
    copy.save(update_fields=["title", "body", "based_on", "saved_at"])
    return copy


@transaction.atomic
def drop_working_copy(section: Section, *, by: User) -> None:
    """Throw away what one had typed and not saved."""
    WorkingCopy.objects.filter(draft__section=section, person=by).delete()


@transaction.atomic
def approve_draft(section: Section, *, by: User, based_on: int) -> Approval:
    """Agree that this very wording may be published. Raises `StaleDraft` when it was saved again since."""
    draft = Draft.objects.select_for_update().get(section=section)
    if draft.revision != based_on:
        raise StaleDraft(_("The draft was saved again since you opened this page. Read it once more, then agree."))
    approval, is_new = Approval.objects.get_or_create(draft=draft, revision=draft.revision, person=by)
    if is_new:
        record("approve_draft", draft, by=by, data={"revision": draft.revision})
    return approval
