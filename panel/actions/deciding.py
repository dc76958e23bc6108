"""Answering: one decision for one or many voices, with blog posts and sources cited for it, words taken into the draft because of
it, and undoing it."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from blog.models import Byline, Post
from commons import richtext
from commons.audit.actions import record
from commons.contributions.models import Contribution, Kind
from commons.digests.actions import Fact, notify_all
from commons.people.models import User
from consultation.models import Source
from panel.actions.drafting import put_in_draft
from panel.anchoring import Quote, find, quote_at
from panel.models import LONGEST_PASSAGE, Anchor, Change, Decision, Dissent, Draft, Section, Version, Voice
from panel.paragraphs import paragraphs_of, plain, text_of
from panel.reports import answerable, notes_behind, passage_in
from panel.rewording import reworded


class NobodyToAnswer(Exception):
    """None of the voices is public and can be answered in this section."""


class CannotCite(Exception):
    """What was to be cited is not public: not yet, or not any more."""


class PassageNotInIt(Exception):
    """The words that were to be cited do not stand in the public text of `thing`."""

    def __init__(self, thing: Post | Source) -> None:
        super().__init__(
            _("These words do not stand in “%(title)s”. Copy them as they stand there, in one piece.")
            % {"title": thing.title}
        )
        self.thing = thing


class PassageTooLong(Exception):
    """Nobody reads so long a quotation, and a text is not to be copied here as a whole."""

    def __init__(self, thing: Post | Source) -> None:
        super().__init__(
            _("The passage from “%(title)s” is too long. Cite at most %(most)s characters.")
            % {"title": thing.title, "most": LONGEST_PASSAGE}
        )
        self.thing = thing


class AnsweredAlready(Exception):
    """A voice has an answer that stands. Undo that one first."""


class WordsNotThere(Exception):
    """The words that a suggestion speaks of do not stand in the draft, so they cannot be replaced by pressing a button."""


class UndoneAlready(Exception):
    """The decision was undone before."""


@dataclass(frozen=True)
class Cited:
    """A blog post or a source that the panel cites, as a whole or, in `quote`, a passage of it."""

    thing: Post | Source
    quote: str = ""

    @property
    def kind(self) -> str:
        """The column of a voice that holds it."""
        return "post" if isinstance(self.thing, Post) else "source"


@transaction.atomic
def make_decision(
    section: Section,
    *,
    by: User,
    voices: Iterable[Contribution] = (),
    cites: Iterable[Cited] = (),
    outcome: str,
    reason: str,
    key: uuid.UUID | None = None,
    votes_for: int | None = None,
    votes_against: int | None = None,
    now: dt.datetime | None = None,
) -> Decision:
    """Answer one or many contributions with a reason: some to this section, some that point at none; or decide because of blog
    posts and sources, or because of both. It is public at once, and each author is told. Whoever answers a proposal answers the
    notes that it was made of.

    The same `key` (one per form shown) gives the same decision. `now` is the moment that the decision bears, the present one if
    left out. Raises `NobodyToAnswer`, `AnsweredAlready`, `CannotCite`, `PassageNotInIt` or `PassageTooLong`.
    """
    # One decision after the other in each section, so that no voice is answered twice at once.
    Section.objects.select_for_update().get(pk=section.pk)
    already = Decision.objects.filter(key=key).first() if key else None
    if already is not None:
        return already
    wanted = {voice.pk for voice in voices}
    made_of = set(notes_behind(wanted, section))
    rows = list(
        answerable()
        .filter(Q(anchor__section=section) | Q(anchor=None), pk__in=wanted | made_of)
        .select_for_update(of=("self",))
        .select_related("author", "anchor")
        .order_by("pk")
    )
    cited = _lock_cited(cites, now or timezone.now())
    if not (rows or cited) or not wanted <= {row.pk for row in rows}:
        raise NobodyToAnswer(_("Not all of these can be answered: something was taken back or is not public any more."))
    # What was chosen stands before what comes with it.
    rows.sort(key=lambda row: row.pk not in wanted)
    # What points at no section may be answered in several, in each once.
    said_here = [row.pk for row in rows if hasattr(row, "anchor")]
    standing = Decision.objects.standing().filter(
        Q(voices__contribution__in=said_here) | Q(section=section, voices__contribution__in=rows)
    )
    if standing.exists():
        raise AnsweredAlready(
            _("A colleague has answered this already. Undo that answer first if it should be another.")
        )
    decision = Decision.objects.create(
        key=key or uuid.uuid4(),
        section=section,
        outcome=outcome,
        reason=reason,
        votes_for=votes_for,
        votes_against=votes_against,
        made_by=by,
        made_at=now or timezone.now(),
    )
    said = [Voice(decision=decision, contribution=row) for row in rows]
    because = [
        Voice(decision=decision, quote=one.quote, revision=one.thing.revision, **{one.kind: one.thing}) for one in cited
    ]
    Voice.objects.bulk_create([*said, *because])
    data: dict[str, Any] = {"outcome": str(outcome), "voices": [row.pk for row in rows]}
    for one in cited:
        data.setdefault(f"{one.kind}s", []).append(one.thing.pk)
    record("make_decision", decision, by=by, data=data)
    _tell(rows, decision, by=by, kind="answered", subject=_answered, reason=reason)
    posts = [one.thing for one in cited if one.kind == "post"]
    _tell_authors(posts, decision, by=by, kind="cited", subject=_cited, reason=reason)
    return decision


def _lock_cited(cites: Iterable[Cited], now: dt.datetime) -> list[Cited]:
    """The same with posts and sources locked, so that none is withdrawn or changed meanwhile, and the passages as they stand
    there. The posts come first."""
    asked = {(one.kind, one.thing.pk): one.quote for one in cites}
    found: list[Post | Source] = []
    for kind, rows in (("post", Post.objects.public(now)), ("source", Source.objects.public())):
        numbers = [pk for known, pk in asked if known == kind]
        if numbers:
            found += rows.filter(pk__in=numbers).select_for_update(no_key=True).order_by("pk")
    if len(found) != len(asked):
        raise CannotCite(_("Something that you chose is not public any more, so it cannot be cited."))
    locked = [Cited(thing) for thing in found]
    return [Cited(one.thing, _passage(one.thing, asked[one.kind, one.thing.pk])) for one in locked]


def _passage(thing: Post | Source, quote: str) -> str:
    if not quote.strip():
        return ""
    if len(plain(quote)) > LONGEST_PASSAGE:
        raise PassageTooLong(thing)
    found = passage_in(thing, quote)
    if found is None:
        raise PassageNotInIt(thing)
    return found


def _answered(decision: Decision) -> str:
    return _("The panel has answered you: %(outcome)s") % {"outcome": decision.get_outcome_display().lower()}


def _undone(decision: Decision) -> str:
    return _("The panel has taken back its answer to you, and will answer again")


def _cited(decision: Decision) -> str:
    return _("The panel cited your post: %(outcome)s") % {"outcome": decision.get_outcome_display().lower()}


def _uncited(decision: Decision) -> str:
    return _("The panel has taken back a decision that cited your post")


def _tell(
    rows: Sequence[Contribution], decision: Decision, *, by: User, kind: str, subject: Callable, reason: str
) -> None:
    """Whoever said it, with the section, the decision and the reason: two answers must not look alike."""
    facts = []
    for row in rows:
        if row.author is None or row.author_id == by.pk:
            continue
        with translation.override(row.author.language):
            said = subject(decision)
            text = _("About “%(section)s”. The panel’s reason: %(reason)s") % {
                "section": decision.section.title,
                "reason": richtext.to_text(reason),
            }
        key = f"{kind}:{decision.pk}:{row.pk}"
        facts.append(Fact(recipient=row.author, key=key, subject=said, text=text, path=row.get_absolute_url()))
    notify_all(facts, by=by, kind=kind, about=decision)


def _tell_authors(
    posts: Sequence[Post], decision: Decision, *, by: User, kind: str, subject: Callable, reason: str
) -> None:
    """Each author of each post, with the title, the decision and the reason."""
    if not posts:
        return
    titles = {post.pk: post.title for post in posts}
    rows = Byline.objects.joined().filter(post__in=titles, author__person__isnull=False).exclude(author__person=by)
    facts = []
    for row in rows.select_related("author__person").order_by("post", "place", "pk"):
        person = row.author.person
        with translation.override(person.language or None):
            said = subject(decision)
            text = _("Your post: “%(title)s”. The panel’s reason: %(reason)s") % {
                "title": titles[row.post_id],
                "reason": richtext.to_text(reason),
            }
        key = f"{kind}:{decision.pk}:post:{row.post_id}"
        facts.append(Fact(recipient=person, key=key, subject=said, text=text, path=decision.get_absolute_url()))
    notify_all(facts, by=by, kind=kind, about=decision)


@transaction.atomic
def accept_suggestion(
    contribution: Contribution,
    *,
    by: User,
    reason: str,
    words: str | None = None,
    cites: Iterable[Cited] = (),
    key: uuid.UUID | None = None,
    votes_for: int | None = None,
    votes_against: int | None = None,
    now: dt.datetime | None = None,
) -> Decision:
    """Take suggested words into the open draft and answer the suggestion. With other `words` it is accepted in part.

    Raises `WordsNotThere` when the passage does not stand in the draft as it did, and what `make_decision` raises.
    """
    already = Decision.objects.filter(key=key).first() if key else None
    if already is not None:
        return already
    anchor = Anchor.objects.select_related("section").get(contribution=contribution)
    in_full = words is None or " ".join(words.split()) == " ".join(contribution.replacement.split())
    after = contribution.replacement if in_full else words
    decision = make_decision(
        anchor.section,
        by=by,
        voices=[contribution],
        cites=cites,
        outcome=Decision.Outcome.ACCEPTED if in_full else Decision.Outcome.IN_PART,
        reason=reason,
        key=key,
        votes_for=votes_for,
        votes_against=votes_against,
        now=now,
    )
    if contribution.kind == Kind.SUGGESTION:
        put_words(decision, Quote(anchor.words_now or anchor.exact, anchor.prefix, anchor.suffix), after, by=by)
    return decision


@transaction.atomic
def put_words(decision: Decision, quote: Quote, after: str, *, by: User) -> Change:
    """Replace words of the open draft because of a decision, and tie the two. Raises `WordsNotThere`."""
    draft = Draft.objects.select_for_update().get(section=decision.section)
    body = reworded(draft.body, quote, after)
    if body is None:
        raise WordsNotThere(
            _(
                "These words do not stand in the draft as they did. Change the draft by hand, then answer and say so there."
            )
        )
    put_in_draft(draft, body, by=by)
    change = Change.objects.create(
        section=decision.section, decision=decision, before=quote.exact, after=" ".join(after.split()), made_by=by
    )
    record("put_words", change, by=by, data={"decision": decision.pk})
    return change


@transaction.atomic
def undo_decision(decision: Decision, *, by: User, reason: str, now: dt.datetime | None = None) -> Decision:
    """Take an answer back. It stays on record with the reason; the voices wait for an answer again and are told, and so are the
    authors of posts that were cited.

    Words it had brought into the open draft are put back where they still stand there as they were put. What was published
    stays published: only a new version changes that. Raises `UndoneAlready`.
    """
    Section.objects.select_for_update().get(pk=decision.section_id)
    row = Decision.objects.select_for_update(of=("self",)).select_related("section").get(pk=decision.pk)
    if not row.is_standing:
        raise UndoneAlready(_("This decision was undone before."))
    row.undone_at, row.undone_by, row.undone_reason = now or timezone.now(), by, reason
    row.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    for change in row.changes.pending():
        _take_words_out(change, by=by)
    record("undo_decision", row, by=by, data={"reason": reason})
    voices = list(Contribution.objects.filter(voices__decision=row).select_related("author"))
    _tell(voices, row, by=by, kind="answer-undone", subject=_undone, reason=reason)
    posts = list(Post.objects.filter(voices__decision=row).only("title").order_by("pk"))
    _tell_authors(posts, row, by=by, kind="citation-undone", subject=_uncited, reason=reason)
    return row


def _take_words_out(change: Change, *, by: User) -> None:
    change.dropped_at = timezone.now()
    change.save(update_fields=["dropped_at"])
    draft = Draft.objects.select_for_update().get(section_id=change.section_id)
    text = text_of(paragraphs_of(draft.body))
    # Words that stand there twice may not be the ones that were put in: those are left to whoever edits the draft, and the
    # paragraph needs a new reason before it can be published.
    is_there_once = bool(change.after) and plain(text).count(plain(change.after)) == 1
    place = find(text, Quote(change.after)) if is_there_once else None
    body = reworded(draft.body, quote_at(text, *place), change.before) if place else None
    if body is not None:
        put_in_draft(draft, body, by=by)


@transaction.atomic
def record_dissent(
    section: Section,
    *,
    by: User,
    body: str,
    is_public: bool,
    version: Version | None = None,
    decision: Decision | None = None,
    paragraph: int | None = None,
) -> Dissent:
    """Put on record that a member does not agree; everybody may read it beside the text if they wish. The same words sent twice
    are one dissent."""
    Section.objects.select_for_update(no_key=True).get(pk=section.pk)
    said = {"version": version, "decision": decision, "paragraph": paragraph, "body": body, "is_public": is_public}
    dissent, is_new = Dissent.objects.get_or_create(section=section, member=by, **said)
    if not is_new:
        return dissent
    record("record_dissent", dissent, by=by, data={"section": section.pk, "public": is_public})
    return dissent
