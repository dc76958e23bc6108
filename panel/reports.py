"""Reading the framework: a section as it stands and what changed in it, why, and what became of every voice.

Each function asks a fixed number of queries, whatever the number of sections, paragraphs or voices.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.db import models
from django.db.models import Avg, Count, Exists, F, Min, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.models import Post
from blog.reports import register_citer as register_post_citer
from commons import richtext
from commons.contributions.models import Contribution, ContributionQuerySet, Kind, Thread, names_its_co_op
from commons.contributions.reports import (
    Answer,
    Changed,
    Choice,
    Citation,
    Place,
    TakenBack,
    Told,
    register_choice,
    register_closer,
    register_subject,
    register_teller,
)
from commons.people.models import User
from commons.people.reports.heard import register_strand
from consultation.models import Act, Source
from consultation.reports import closed_because
from consultation.reports import register_citer as register_source_citer
from panel.anchoring import Quote, find
from panel.comparing import ParagraphChange, compare
from panel.models import Anchor, Change, Decision, Dissent, Part, Section, Version, Voice
from panel.paragraphs import Paragraph, paragraphs_of, text_of

TONES = {"accepted": "yes", "in_part": "part", "no": "no", "later": "later"}
VOICES_SHOWN = 3
REASON_SHOWN = 400

register_subject("section")
register_subject("section_inside")


@register_closer
def closed_by_phase(thread: Thread) -> str:
    """Why nothing new can be said to the sections today: the phases of the process say it. Paper that comes late is still typed
    in, and the panel goes on talking among itself."""
    reason = closed_because(Act.COMMENT)
    return reason if reason and Section.objects.filter(thread=thread).exists() else ""


@register_choice
def sections_to_point_to() -> list[Choice]:
    """The published sections, for those who write elsewhere of what one says."""
    rows = Section.objects.published().select_related("part").in_order()
    return [Choice(row.thread_id, str(row), row.part.title) for row in rows]


# --- What became of a contribution -------------------------------------------------------------------------------------------


@register_teller
def tell(rows: Sequence[Contribution]) -> dict[int, Told]:
    """What the panel knows of each of these: where it points, the answer, the words that changed, and who suggests otherwise."""
    ids = [row.pk for row in rows]
    anchors = {
        anchor.contribution_id: anchor
        for anchor in Anchor.objects.filter(contribution__in=ids).select_related("section__current", "version__section")
    }
    ids = [row.pk for row in rows if row.pk in anchors or row.is_idea]
    if not ids:
        return {}
    voices = (
        Voice.objects.filter(contribution__in=ids)
        .select_related("decision__section")
        .prefetch_related(
            Prefetch("decision__changes", Change.objects.filter(dropped_at=None).select_related("version__section"))
        )
        .order_by("decision__made_at", "pk")
    )
    decisions: dict[int, list[Decision]] = defaultdict(list)
    for voice in voices:
        decisions[voice.contribution_id].append(voice.decision)
    clashes = clashing([row for row in rows if row.kind == Kind.SUGGESTION], anchors)
    return {
        pk: Told(
            place=place_of_anchor(anchors[pk]) if pk in anchors else None,
            answers=_answers(decisions[pk]),
            changes=_changed(decisions[pk]),
            taken_back=tuple(
                TakenBack(one.get_outcome_display(), one.undone_reason, one.made_at, one.undone_at)
                for one in decisions[pk]
                if not one.is_standing
            ),
            clashes=clashes.get(pk, ()),
        )
        for pk in ids
    }


def place_of_anchor(anchor: Anchor) -> Place:
    """Where it points, in words and as an address."""
    section, then = anchor.section, anchor.version
    number = f"{section.number}.{anchor.paragraph}" if anchor.paragraph else str(section.number)
    url = section.get_absolute_url() + (f"#p{anchor.paragraph}" if anchor.paragraph else "")
    then_number = (
        f"{then.section_number}.{anchor.paragraph_then}" if anchor.paragraph_then else str(then.section_number)
    )
    return Place(
        label=f"{number} {section.title}",
        url=url,
        then_label=_("%(number)s in version %(version)s") % {"number": then_number, "version": then.number},
        then_url=then.get_absolute_url(),
        quote=anchor.exact,
        state=anchor.state if anchor.exact else "same",
        state_label=anchor.get_state_display() if anchor.exact else "",
        words_now=anchor.words_now if anchor.state == Anchor.State.CHANGED else "",
        ask_url=reverse("panel:still-applies", args=[anchor.contribution_id]) if anchor.asked_at else "",
        still_applies=anchor.still_applies,
    )


def _answers(decisions: Iterable[Decision]) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            label=decision.get_outcome_display(),
            tone=TONES[decision.outcome],
            reason_html=decision.reason_html,
            made_at=decision.made_at,
            url=decision.get_absolute_url(),
            place=str(decision.section),
            votes=None if decision.votes_for is None else (decision.votes_for, decision.votes_against),
        )
        for decision in decisions
        if decision.is_standing
    )


def _changed(decisions: Iterable[Decision]) -> tuple[Changed, ...]:
    changes = [change for decision in decisions if decision.is_standing for change in decision.changes.all()]
    return tuple(
        Changed(
            pieces=tuple(change.pieces),
            label=str(change.version),
            url=change.version.get_absolute_url() + (f"#p{change.paragraph}" if change.paragraph else ""),
            at=change.version.published_at,
        )
        if change.version
        else Changed(pieces=tuple(change.pieces), label=_("The next version"))
        for change in changes
    )


def open_suggestions(sections: Iterable[int]) -> models.QuerySet:
    """Anchors of public suggestions that have no standing answer and whose words have not gone."""
    return (
        Anchor.objects.filter(
            section__in=sections,
            contribution__kind=Kind.SUGGESTION,
            contribution__in=Contribution.objects.public(),
            start__isnull=False,
        )
        .exclude(contribution__in=answered())
        .order_by("section", "start", "pk")
    )


def answerable() -> ContributionQuerySet:
    """What the panel answers: public contributions that point at a section, and public ideas, which point at none."""
    return Contribution.objects.public().filter(Q(anchor__isnull=False) | Q(idea__isnull=False))


def answered() -> ContributionQuerySet:
    """Contributions with an answer that stands."""
    return Contribution.objects.filter(voices__decision__undone_at=None, voices__isnull=False)


def clashing(suggestions: Sequence[Contribution], anchors: dict[int, Anchor]) -> dict[int, tuple[int, ...]]:
    """By suggestion: the numbers of others, still open, that touch the same words."""
    own = [anchors[row.pk] for row in suggestions if row.pk in anchors and anchors[row.pk].start is not None]
    if not own:
        return {}
    others: dict[int, list[Anchor]] = defaultdict(list)
    for other in open_suggestions({anchor.section_id for anchor in own}):
        others[other.section_id].append(other)
    return {
        anchor.contribution_id: tuple(
            other.contribution_id
            for other in others[anchor.section_id]
            if other.contribution_id != anchor.contribution_id and other.start < anchor.end and anchor.start < other.end
        )
        for anchor in own
    }


# --- Blog posts and sources that are cited -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class CitedThing:
    """A blog post or, with `is_source`, a source behind a decision. Of one that is not public any more nothing is told, not even
    the passage. `authors` is who wrote or made it. `is_earlier`: it has been corrected or changed since, so that the passage may
    read otherwise there. `key` tells two citations apart."""

    key: int
    is_public: bool = False
    title: str = ""
    authors: str = ""
    url: str = ""
    language: str = ""
    quote: str = ""
    is_earlier: bool = False
    is_source: bool = False


def as_cited(voice: Voice) -> CitedThing:
    """From a voice that was chosen by `cited`."""
    is_source = voice.source_id is not None
    if not (voice.source_is_public if is_source else voice.post_is_public):
        return CitedThing(voice.pk, is_source=is_source)
    if is_source:
        thing, quote, authors = voice.source, voice.quote, f"{voice.source.made_by}, {voice.source.year}"
    else:
        thing, quote = voice.post, voice.quote if voice.passage_is_public else ""
        authors = ", ".join(voice.post_names) or _("Somebody who has closed their account")
    return CitedThing(
        key=voice.pk,
        is_public=True,
        title=thing.title,
        authors=authors,
        url=thing.get_absolute_url(),
        language=thing.language,
        quote=quote,
        is_earlier=bool(quote) and voice.revision != thing.revision,
        is_source=is_source,
    )


def passage_in(thing: Post | Source, words: str) -> str | None:
    """The words as they stand in the public text of a post or a source, or None if they do not. White space may differ, and the
    marks of a quotation around them. What a source says in a file or elsewhere cannot be looked at, so there it is as typed."""
    if isinstance(thing, Source) and not thing.body:
        return " ".join(words.split()).strip("“”\"‘’'«»") or None
    texts = [text_of(paragraphs_of(thing.body)), thing.summary, thing.title]
    for wanted in (words, words.strip().strip("“”\"‘’'«»")):
        for text in texts:
            place = find(text, Quote(wanted)) if wanted.strip() else None
            if place is not None:
                return text[slice(*place)]
    return None


def posts_to_cite(section: Section, *, words: str = "", about: bool = True) -> models.QuerySet:
    """Public posts for a section, the newest first: those with these words, and with `about` only those whose authors say that
    they speak to the section, or to one that was merged into it."""
    rows = Post.objects.public()
    if about:
        own = Thread.objects.filter(Q(section=section) | Q(section__merged_into=section))
        rows = rows.filter(pk__in=Post.objects.about(own.values("pk")).values("pk"))
    if words:
        rows = rows.matching(words)
    return rows.with_authors().newest_first()


def sources_to_cite(*, words: str = "") -> models.QuerySet:
    """Public sources, the newest first: all, or those with these words."""
    rows = Source.objects.public().listed()
    return (rows.matching(words) if words else rows).newest_first()


@register_post_citer
def cite(posts: Sequence[Post]) -> dict[int, list[Citation]]:
    """Where the panel cited these posts: the decisions that stand, the newest first. Two queries."""
    return _citations("post", posts, _("The post has been corrected since."))


@register_source_citer
def cite_sources(sources: Sequence[Source]) -> dict[int, list[Citation]]:
    """Where the panel cited these sources: the same."""
    return _citations("source", sources, _("The source has been changed since."))


def _citations(kind: str, things: Sequence[Post | Source], earlier: str) -> dict[int, list[Citation]]:
    if not things:
        return {}
    changes = Change.objects.filter(dropped_at=None).select_related("version__section")
    voices = (
        Voice.objects.cited()
        .filter(decision__undone_at=None, **{f"{kind}__in": [thing.pk for thing in things]})
        .select_related("decision__section")
        .prefetch_related(Prefetch("decision__changes", changes))
        .order_by("-decision__made_at", "-pk")
    )
    found: dict[int, list[Citation]] = defaultdict(list)
    for voice in voices:
        decision, shown = voice.decision, as_cited(voice)
        found[getattr(voice, f"{kind}_id")].append(
            Citation(
                label=str(decision.section),
                url=decision.get_absolute_url(),
                made_at=decision.made_at,
                quote=shown.quote,
                state_label=earlier if shown.is_earlier else "",
                outcome=decision.get_outcome_display(),
                tone=TONES[decision.outcome],
                reason=Truncator(" ".join(richtext.to_text(decision.reason).split())).chars(REASON_SHOWN),
                changes=_changed([decision]),
            )
        )
    return dict(found)


# --- Why words changed -------------------------------------------------------------------------------------------------------


class Heard:
    """Whose voices stand behind a decision: `voices` are contributions that may be read, `cited` the blog posts and sources that
    it cites."""

    voices: list[Contribution]
    cited: list[CitedThing]

    @property
    def first(self) -> list[Contribution]:
        return self.voices[:VOICES_SHOWN]

    @property
    def public_posts(self) -> list[CitedThing]:
        return [one for one in self.cited if one.is_public and not one.is_source]

    @property
    def public_sources(self) -> list[CitedThing]:
        return [one for one in self.cited if one.is_public and one.is_source]


@dataclass
class Why(Heard):
    """One reason for which words changed: a decision with the voices behind it, or a note."""

    change: Change
    decision: Decision | None
    voices: list[Contribution]
    cited: list[CitedThing] = field(default_factory=list)

    @property
    def tone(self) -> str:
        return TONES[self.decision.outcome] if self.decision else "note"


def with_voices(decisions: models.QuerySet) -> models.QuerySet:
    """Decisions with the public voices behind them, fetched along as `public_voices`, and what is cited as `cited_voices`: two
    queries."""
    return decisions.select_related("section", "made_by").prefetch_related(
        Prefetch("voices", Voice.objects.said(), to_attr="public_voices"),
        Prefetch("voices", Voice.objects.cited(), to_attr="cited_voices"),
    )


def _heard(decision: Decision | None) -> tuple[list[Contribution], list[CitedThing]]:
    """From a decision `with_voices`."""
    if decision is None:
        return [], []
    said = [voice.contribution for voice in decision.public_voices]
    return said, [as_cited(voice) for voice in decision.cited_voices]


def reasons_of(changes: models.QuerySet) -> list[Why]:
    """Published changes with their reasons."""
    rows = list(
        changes.filter(Q(decision=None) | Q(decision__undone_at=None))
        .select_related("version__section")
        .prefetch_related(Prefetch("decision", with_voices(Decision.objects.all())))
    )
    return [Why(row, row.decision, *_heard(row.decision)) for row in rows]


# --- One section -------------------------------------------------------------------------------------------------------------


@dataclass
class ShownParagraph:
    """A paragraph as the page shows it: as it stands, as a difference from the version before, or struck out where it is gone."""

    change: ParagraphChange
    section_number: int
    reasons: list[Why] = field(default_factory=list)
    dissents: list[Dissent] = field(default_factory=list)
    comments: int = 0
    answered: int = 0

    @property
    def paragraph(self) -> Paragraph:
        return self.change.new or self.change.old

    @property
    def number(self) -> int | None:
        return self.change.new.number if self.change.new else None

    @property
    def label(self) -> str:
        return f"{self.section_number}.{self.number}" if self.number else ""

    @property
    def is_gone(self) -> bool:
        return self.change.new is None

    @property
    def is_marked(self) -> bool:
        return self.change.kind != "same"

    @cached_property
    def html(self) -> SafeString:
        return richtext.to_html(self.paragraph.source, top_heading=2)

    @cached_property
    def html_lower(self) -> SafeString:
        """For a page on which the section itself is a heading of the third level."""
        return richtext.to_html(self.paragraph.source, top_heading=4)


@lru_cache(maxsize=128)
def _compared(old: str, new: str) -> tuple[ParagraphChange, ...]:
    """Versions never change, and the pages of a section compare the same two again and again."""
    return tuple(compare(old, new))


def shown_paragraphs(version: Version, previous: Version | None, *, with_reasons: bool = True) -> list[ShownParagraph]:
    """The text of a version, each paragraph with what changed since `previous`, why, and who does not agree: four queries, or
    none without reasons."""
    changes = _compared(previous.body if previous else version.body, version.body)
    shown = [ShownParagraph(change, version.section_number) for change in changes]
    if not with_reasons:
        return shown
    by_new = {one.number: one for one in shown if one.number is not None}
    by_old = {one.change.old.number: one for one in shown if one.is_gone and one.change.old.number is not None}
    for why in reasons_of(Change.objects.published().filter(version=version)):
        place = by_new.get(why.change.paragraph) or by_old.get(why.change.paragraph_before)
        if place is not None:
            place.reasons.append(why)
    for dissent in (
        Dissent.objects.published().filter(version=version, paragraph__isnull=False).select_related("member")
    ):
        if dissent.paragraph in by_new:
            by_new[dissent.paragraph].dissents.append(dissent)
    return shown


def add_comment_counts(shown: Iterable[ShownParagraph], section: Section) -> None:
    """How many public contributions speak of each paragraph as it stands now, and how many of them have an answer: one query."""
    is_answered = Exists(answered().filter(pk=OuterRef("contribution")))
    rows = (
        Anchor.objects.filter(section=section, paragraph__isnull=False, contribution__in=Contribution.objects.public())
        .values("paragraph")
        .annotate(number=Count("pk"), answered=Count("pk", filter=is_answered))
    )
    counts = {row["paragraph"]: row for row in rows}
    for one in shown:
        if row := counts.get(one.number):
            one.comments, one.answered = row["number"], row["answered"]


# --- The framework -----------------------------------------------------------------------------------------------------------


@dataclass
class ListedPart:
    part: Part
    sections: list[Section]


def framework() -> list[ListedPart]:
    """Parts and their published sections in order, each section with `voice_count`, the number of public contributions to it."""
    spoken = (
        Anchor.objects.filter(section=OuterRef("pk"), contribution__in=Contribution.objects.public())
        .order_by()
        .values("section")
        .annotate(number=Count("pk"))
        .values("number")
    )
    sections = (
        Section.objects.published()
        .select_related("current", "part")
        .in_order()
        .annotate(voice_count=models.functions.Coalesce(models.Subquery(spoken), 0))
    )
    listed: list[ListedPart] = []
    for section in sections:
        if not listed or listed[-1].part.pk != section.part_id:
            listed.append(ListedPart(section.part, []))
        listed[-1].sections.append(section)
    return listed


@dataclass(frozen=True)
class Reckoned:
    """How the panel stands with its answers. Times in days."""

    given: int
    answered: int
    waiting: int
    late: int
    days_taken: float | None
    oldest: dt.date | None


def answering_counts(section: Section | None = None) -> Reckoned:
    """How many public contributions to sections wait for an answer, how many too long, and how long one took: two queries."""
    spoken = Contribution.objects.public().filter(anchor__isnull=False)
    decisions = Voice.objects.filter(decision__undone_at=None, contribution__in=spoken)
    if section is not None:
        spoken = spoken.filter(anchor__section=section)
        decisions = decisions.filter(contribution__anchor__section=section)
    is_answered = Exists(answered().filter(pk=OuterRef("pk")))
    counts = spoken.annotate(has_answer=is_answered).aggregate(
        given=Count("pk"),
        answered=Count("pk", filter=Q(has_answer=True)),
        late=Count("pk", filter=Q(has_answer=False, reply_by__lt=timezone.localdate())),
        oldest=Min("made_at", filter=Q(has_answer=False)),
    )
    taken = decisions.aggregate(taken=Avg(F("decision__made_at") - F("contribution__made_at")))["taken"]
    return Reckoned(
        given=counts["given"],
        answered=counts["answered"],
        waiting=counts["given"] - counts["answered"],
        late=counts["late"],
        days_taken=None if taken is None else taken.total_seconds() / 86_400,
        oldest=counts["oldest"] and timezone.localdate(counts["oldest"]),
    )


# --- You said, we changed ----------------------------------------------------------------------------------------------------


@dataclass
class Said(Heard):
    """One decision: what was said, what the panel answered, and the words that changed because of it."""

    decision: Decision
    voices: list[Contribution]
    changes: list[Change]
    cited: list[CitedThing] = field(default_factory=list)

    @property
    def tone(self) -> str:
        return TONES[self.decision.outcome]

    @property
    def others(self) -> int:
        return max(0, len(self.voices) - VOICES_SHOWN)


def said_and_changed(section: Section | None = None, *, outcome: str = "") -> models.QuerySet:
    """The decisions that stand, the newest first, with voices and changes fetched along; make them `Said` by `as_said`."""
    decisions = with_voices(Decision.objects.standing()).prefetch_related(
        Prefetch(
            "changes", Change.objects.filter(dropped_at=None).select_related("version__section"), to_attr="all_changes"
        ),
        Prefetch("dissents", Dissent.objects.published().select_related("member"), to_attr="public_dissents"),
    )
    if section is not None:
        decisions = decisions.filter(section=section)
    if outcome:
        decisions = decisions.filter(outcome=outcome)
    return decisions.order_by("-made_at", "-pk")


def as_said(decisions: Iterable[Decision]) -> list[Said]:
    said = []
    for decision in decisions:
        voices, cited = _heard(decision)
        said.append(Said(decision, voices, decision.all_changes, cited))
    return said


def outcome_counts(section: Section | None = None) -> list[tuple[str, str, int]]:
    """By outcome: its code, its words, and how many public voices were answered so, posts and sources that were cited among
    them. One query."""
    voices = Voice.objects.filter(decision__undone_at=None)
    if section is not None:
        voices = voices.filter(decision__section=section)
    said = Count("contribution", filter=Q(contribution__in=Contribution.objects.public()), distinct=True)
    posts = Count("post", filter=Q(post__in=Post.objects.public()), distinct=True)
    sources = Count("source", filter=Q(source__in=Source.objects.public()), distinct=True)
    counts = dict(voices.order_by().values_list("decision__outcome").annotate(number=said + posts + sources))
    return [(code, str(label), counts.get(code, 0)) for code, label in Decision.Outcome.choices]


# --- The desk ----------------------------------------------------------------------------------------------------------------


class DeskState(models.TextChoices):
    """Which contributions the desk lists."""

    WAITING = "waiting", gettext_lazy("Waiting for an answer")
    LATE = "late", gettext_lazy("Past the day by which we promised an answer")
    ANSWERED = "answered", gettext_lazy("Answered")
    ALL = "all", gettext_lazy("All")


def on_desk(
    *,
    state: str = DeskState.WAITING,
    section: Section | None = None,
    part: Part | None = None,
    kind: str = "",
    words: str = "",
    owner: User | None = None,
) -> ContributionQuerySet:
    """Public contributions to sections, those that have waited longest first, and after them ideas."""
    rows = answerable().with_authors().select_related("thread")
    match state:
        case DeskState.WAITING:
            rows = rows.exclude(pk__in=answered().values("pk"))
        case DeskState.LATE:
            rows = rows.exclude(pk__in=answered().values("pk")).filter(reply_by__lt=timezone.localdate())
        case DeskState.ANSWERED:
            rows = rows.filter(pk__in=answered().values("pk"))
    if section is not None:
        rows = rows.filter(anchor__section=section)
    if part is not None:
        rows = rows.filter(anchor__section__part=part)
    if kind:
        rows = rows.filter(kind=kind)
    if owner is not None:
        rows = rows.filter(owner=owner)
    if words:
        rows = rows.matching(words)
    return rows.order_by("reply_by", "made_at", "pk")


def latest_said(most: int = 3) -> list[Said]:
    """For the front page: the newest answers that changed words and, last, the newest that changed none. Each has a voice."""
    behind = Voice.objects.filter(decision=OuterRef("pk"))
    heard = Exists(behind.said()) | Exists(behind.of_public_posts()) | Exists(behind.of_public_sources())
    in_force = Exists(Change.objects.published().filter(decision=OuterRef("pk")))
    decisions = said_and_changed().filter(heard)
    changed = list(decisions.filter(in_force)[: most - 1])
    refused = list(decisions.filter(outcome=Decision.Outcome.NO)[:1])
    return as_said([*changed, *refused])


def heard() -> list[models.QuerySet]:
    """What everybody may read of what was said to the sections, as a strand of what was heard."""
    rows = Contribution.objects.public().filter(thread__section__current__isnull=False)
    return [rows.annotate(co=F("organisation"), via=F("door"), about=F("thread"), named=names_its_co_op())]


register_strand("comments", gettext_lazy("Comments on the draft"), heard, place=2)
