"""What the demo's panel decided because of posts on the blog and sources in the library, and the words that changed because of
it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from blog.models import Post
from commons.people.models import User
from consultation.models import Source
from coopstrategy.demo.days import key_of
from panel.actions.deciding import Cited, make_decision, put_words
from panel.actions.publishing import publish_section
from panel.anchoring import Quote
from panel.models import Change, Decision, DraftRevision, Section


def cite_things(
    told: Mapping[str, Any],
    things: Mapping[str, Post] | Mapping[str, Source],
    *,
    people: Mapping[str, User],
    now: datetime,
    family: str = "blog",
) -> None:
    """One decision with the posts or sources that are cited for it. Words are put only where nobody has worked on the section by
    hand."""
    section = Section.objects.published().filter(slug=told["section"]).first()
    if section is None or not all(name in things for name, _quote in told["cites"]):
        return
    by, moment = people[told["by"]], now - timedelta(days=told["days"])
    decision = make_decision(
        section,
        by=by,
        cites=[Cited(things[name], quote) for name, quote in told["cites"]],
        outcome=told["outcome"],
        reason=told["reason"],
        key=key_of(family, "citation", told["id"]),
        votes_for=told["votes"][0],
        votes_against=told["votes"][1],
        now=moment,
    )
    if "was" in told and section.draft.body.count(told["was"]) == 1:
        change_words(section, decision, told, by=by, chair=people["halina"], now=now)


def change_words(
    section: Section, decision: Decision, told: Mapping[str, Any], *, by: User, chair: User, now: datetime
) -> None:
    """Put the words into the draft, and publish them if they are meant to be out and nothing else waits there."""
    was_clean = section.draft.body == section.current.body
    change = put_words(decision, Quote(told["was"]), told["now"], by=by)
    section.draft.refresh_from_db()
    DraftRevision.objects.filter(draft=section.draft, number=section.draft.revision).update(saved_at=decision.made_at)
    Change.objects.filter(pk=change.pk).update(made_at=decision.made_at)
    if "published_days" in told and was_clean:
        moment = now - timedelta(days=told["published_days"])
        publish_section(section, by=chair, based_on=section.draft.revision, note=told["note"], now=moment)
