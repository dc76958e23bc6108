"""Sections with published texts, for tests: made by the real actions.

a_section()                                  one published section with three paragraphs
a_section("One.\\n\\nTwo.", "One.\\n\\n2.")     published twice; the change has a plain reason
publish(section, "New text")                 the next version, every change with a plain reason
said_to(section, paragraph=2, words="ten")   a published comment on these words
"""

import uuid
from itertools import count
from typing import Any

from commons.contributions.models import Contribution, Kind
from commons.moderation.models import Moderation, Standing
from commons.people.models import User
from panel.actions.drafting import open_section, save_draft
from panel.actions.pointing import Pointing, give_to_section
from panel.actions.publishing import Because, place_of, publish_section
from panel.comparing import compare
from panel.models import Part, Section, Version
from tests.factories.people import UserFactory

TEXT = (
    "Co-operatives raise less from their own members than they could.\n\n"
    "The sector will explore a lending desk, shared by all our federations. It will answer every enquiry within ten working "
    "days.\n\n"
    "No member should be asked to put up their home to borrow for a co-operative."
)
_numbers = count(1)


def a_part(title: str = "Be excellent") -> Part:
    part, _is_new = Part.objects.get_or_create(
        slug="-".join(title.lower().split()), defaults={"title": title, "place": Part.objects.count() + 1}
    )
    return part


def a_section(*texts: str, title: str = "Finance that fits", slug: str = "", chair: User | None = None) -> Section:
    """A section published once for each text."""
    section = open_section(a_part(), by=None, slug=slug or f"section-{next(_numbers)}", title=title)
    for text in texts or [TEXT]:
        publish(section, text, chair=chair)
    section.refresh_from_db()
    return section


def publish(section: Section, text: str, *, chair: User | None = None, because: Because | None = None) -> Version:
    """Save the text as the draft and publish it, each changed paragraph for the same reason."""
    chair = chair or UserFactory(roles=["chair"])
    section.refresh_from_db()
    draft = save_draft(section, by=chair, title=section.title, body=text, based_on=section.draft.revision)
    changes = compare(section.current.body, text) if section.current else []
    reasons = {
        place_of(change): because or Because(note="Plainer words") for change in changes if change.kind != "same"
    }
    return publish_section(section, by=chair, based_on=draft.revision, reasons=reasons)


def said_to(
    section: Section, *, paragraph: int | None = None, words: str = "", by: User | None = None, **given: Any
) -> Contribution:
    """A contribution that everybody can read. With `replacement` it is a suggestion."""
    section.refresh_from_db()
    if "replacement" in given:
        given["kind"] = Kind.SUGGESTION
    row = give_to_section(
        section,
        by=by or UserFactory(),
        pointing=Pointing(version=section.current.number, paragraph=paragraph, words=words),
        body=given.pop("body", "We could not find one lender who knew what a withdrawable share is."),
        key=uuid.uuid4(),
        **given,
    )
    row.standing = Standing.PUBLISHED
    row.save(update_fields=["standing"])
    Moderation.objects.filter(contribution=row).update(waiting_since=None)
    return row
