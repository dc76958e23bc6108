"""The draft strategy of the small world: a published section with voices in every standing, one that is not published yet, and
the panel's own talk."""

import uuid
from types import SimpleNamespace
from typing import Any

from commons.contributions.actions import add_contribution
from commons.contributions.models import Contribution
from commons.moderation.actions import appeal_verdict, decide_moderation, hold, report_subject
from commons.moderation.models import Cause
from commons.people.models import User
from panel.actions.deciding import make_decision, record_dissent, undo_decision
from panel.actions.drafting import open_section, save_draft
from panel.actions.pointing import Pointing, give_to_section
from tests.factories.panel import TEXT, a_part, a_section, publish, said_to

KEY = uuid.UUID(int=7)


def draw_strategy(people: dict[str, User]) -> SimpleNamespace:
    """Sections, voices and what was done with them. The member speaks, the person's words are held, the other's are declined."""
    row = SimpleNamespace()
    chair, moderator = people["chair"], people["moderator"]
    row.section = a_section(title="Finance that fits", slug="finance", chair=chair)
    row.unpublished = open_section(a_part(), by=chair, slug="secret-plan", title="A secret plan")
    save_draft(row.unpublished, by=chair, title="A secret plan", body="Not for anybody yet.", based_on=0)
    row.public = said_to(
        row.section, paragraph=2, words="ten working days", by=people["member"], body="Too slow for us."
    )
    row.suggestion = said_to(
        row.section, paragraph=1, words="raise less", replacement="ask for less", by=people["colleague"]
    )
    row.asked = said_to(row.section, paragraph=3, words="put up their home", by=people["member"], body="Never again.")
    row.answered = said_to(row.section, by=people["colleague"], body="Say who pays.")
    row.decision = make_decision(row.section, by=chair, voices=[row.answered], outcome="later", reason="Next year.")
    record_dissent(row.section, by=people["panel_member"], body="We should pay now.", is_public=False)
    record_dissent(row.section, by=people["panel_member"], body="I would have said no.", is_public=True)
    undone = make_decision(row.section, by=chair, voices=[row.public], outcome="no", reason="No money.")
    undo_decision(undone, by=chair, reason="We found some.")
    publish(row.section, TEXT.replace("put up their home", "pledge a house"), chair=chair)
    draft = row.section.draft
    draft.refresh_from_db()
    save_draft(row.section, by=chair, title=row.section.title, body=TEXT, based_on=draft.revision)
    row.section.refresh_from_db()
    row.held = _given(row.section, people["person"], "Held words of the person.")
    row.declined = _declined(row.section, people["other"], moderator)
    row.verdict = row.declined.moderation.verdicts.get()
    second = _declined(row.section, people["colleague"], people["staff"])
    row.appeal = appeal_verdict(second.moderation.verdicts.get(), by=people["colleague"], text="I meant well.")
    third = _declined(row.section, people["asking"], people["staff"])
    appeal_verdict(third.moderation.verdicts.get(), by=people["asking"], text="I did too.")
    reported = said_to(row.section, body="Reported words.")
    report_subject(reported, by=people["member"], reason="advert", note="")
    row.reported = Contribution.objects.get(pk=reported.pk)
    row.inside = add_contribution(row.section.inside, by=chair, body="Between us.")
    return row


def _given(section: Any, author: User, body: str) -> Contribution:
    version = section.versions.order_by("-number").first().number
    row = give_to_section(section, by=author, pointing=Pointing(version=version), body=body, key=uuid.uuid4())
    return Contribution.objects.get(pk=row.pk)


def _declined(section: Any, author: User, moderator: User) -> Contribution:
    row = _given(section, author, f"Declined words of {author.name}.")
    if row.is_published:
        hold(row, by=moderator, cause=Cause.FIRST)
        row.refresh_from_db()
    decide_moderation(
        row.moderation,
        by=moderator,
        outcome="decline",
        seen=row.revision,
        reason="advert",
        explanation="It advertises.",
    )
    return Contribution.objects.select_related("moderation").get(pk=row.pk)


def tried_strategy(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""
    said = [
        ("the member’s, public", {"pk": row.public.pk}),
        ("the person’s, held", {"pk": row.held.pk}),
        ("the other’s, declined", {"pk": row.declined.pk}),
        ("the panel’s own", {"pk": row.inside.pk}),
    ]
    sections = [("published", {"section": row.section.slug}), ("not published", {"section": row.unpublished.slug})]
    by_section = (
        "section", "section-changes", "version-list", "version", "compare", "comment", "suggest", "key-in", "section-edit",
        "copy-keep", "preview", "section-evidence", "draft-revisions", "inside", "dissent-record", "section-publish",
        "draft-approve", "publication-cancel", "section-arrange",
    )  # fmt: skip
    by_contribution = (
        "contribution", "history", "reply", "contribution-edit", "contribution-withdraw", "support", "contribution-report",
    )  # fmt: skip
    return {
        **{f"panel:{name}": sections for name in by_section},
        **{f"contributions:{name}": said for name in by_contribution},
        "panel:still-applies": [("the member’s", {"pk": row.asked.pk})],
        "panel:decision-undo": [("", {"pk": row.decision.pk})],
        "panel:seat-declare": [("the panel member’s", {"pk": row.seat.pk})],
        "moderation:moderation-decide": [
            ("held", {"pk": row.held.moderation_id}),
            ("reported", {"pk": row.reported.moderation_id}),
            ("decided", {"pk": row.declined.moderation_id}),
        ],
        "moderation:appeal-decide": [("the colleague’s", {"pk": row.appeal.pk})],
        "moderation:verdict-appeal": [("the other’s", {"pk": row.verdict.pk})],
    }


def sent_to_strategy(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends."""
    speaking = {"shown_as": "name", "mandate": "self", "key": str(KEY)}
    version = row.section.current.number
    draft = row.section.draft
    draft.refresh_from_db()
    written = {"title": "Finance that fits", "body": "Other words.", "based_on": draft.revision}
    return {
        "panel:comment": {"version": version, "paragraph": 1, "body": "I think so.", **speaking},
        "panel:suggest": {
            "version": version,
            "paragraph": 1,
            "words": "raise less",
            "replacement": "raise too little",
            "body": "It is true.",
            **speaking,
        },
        "panel:key-in": {
            "version": version,
            "body": "On paper",
            "said_by": "A member",
            "channel": "paper",
            "key": str(KEY),
        },
        "panel:still-applies": {"applies": "yes"},
        "panel:decision-make": {"outcome": "no", "reason": "Too dear.", "key": str(KEY)},
        "panel:decision-undo": {"reason": "We were wrong."},
        "panel:section-edit": written,
        "panel:copy-keep": written,
        "panel:preview": written,
        "panel:inside": {"body": "Between us too.", "shown_as": "name", "key": str(KEY)},
        "panel:dissent-record": {"body": "I do not agree.", "version": version},
        "panel:draft-approve": {"based_on": draft.revision},
        "panel:seat-declare": {"represents": "Housing", "about": "", "interests": "None"},
        "panel:welcome-edit": {"title": "Welcome", "body": "Hello.", "video_url": "", "transcript": "", "based_on": 0},
        "contributions:reply": {"body": "And so do I.", **speaking},
        "contributions:contribution-edit": {"body": "Other words.", "based_on": 1},
        "contributions:contribution-report": {"reason": "advert", "note": ""},
        "moderation:moderation-decide": {"outcome": "publish", "seen": 1, "reason": "", "explanation": ""},
        "moderation:appeal-decide": {"outcome": "upheld", "explanation": "It stands."},
        "moderation:verdict-appeal": {"text": "I meant well."},
    }


def queries_of(row: SimpleNamespace) -> dict[str, str]:
    """By the name of an address: what stands behind its question mark."""
    return {"panel:decision-make": f"?c={row.public.pk}"}
