"""Blog posts and sources that answers rest on: finding them, and telling where the panel cited them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Prefetch, Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from blog.models import Post
from blog.reports import register_citer as register_post_citer
from commons import richtext
from commons.contributions.models import Thread
from commons.contributions.reports import Citation
from consultation.models import Source
from consultation.reports import register_citer as register_source_citer
from panel.anchoring import Quote, find
from panel.models import Change, Section, Voice
from panel.paragraphs import paragraphs_of, text_of
from panel.reports.voices import TONES, changed_words

REASON_SHOWN = 400


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
                changes=changed_words([decision]),
            )
        )
    return dict(found)
