"""Invented sources and ideas for tests, made by the real actions.

a_source(title=..., themes=[...])            public, with a text
a_source(is_public=False)                    only staff see it
a_source(body="", file=A_PDF)                with a file instead of a text
an_idea(title=..., by=...)                   public, whoever added it
an_idea(is_public=False)                     as the action leaves it: held, for a new person
said_of(idea, by=...)                        something public that was said to an idea
"""

import uuid
from collections.abc import Iterable
from typing import Any

from commons.contributions.models import Contribution
from commons.moderation.models import Moderation, Standing
from commons.people.models import User
from commons.themes.models import Theme
from consultation.actions import SentFile, Written, add_idea, add_source, publish_source
from consultation.models import Idea, Source
from tests.factories.blog import a_comment
from tests.factories.people import UserFactory

A_PDF = b"%PDF-1.7\n% a weaver's paper\n%%EOF\n"
TEXT = "## What was found\n\nMost clubs borrow from **their own members** first.\n"


def a_source(
    title: str = "How clubs borrow",
    *,
    by: User | None = None,
    is_public: bool = True,
    themes: Iterable[Theme] = (),
    file: bytes = b"",
    **given: Any,
) -> Source:
    """`given` is any field of `Written`."""
    words = {
        "made_by": "Loom Research",
        "year": 2015,
        "kind": "research",
        "summary": "Four clubs of five.",
        "body": TEXT,
    }
    source = add_source(
        by=by,
        written=Written(title=title, **(words | given)),
        themes=themes,
        file=SentFile(file) if file else None,
    )
    return publish_source(source, by=by) if is_public else source


def an_idea(
    title: str = "A bank of looms",
    *,
    by: User | None = None,
    body: str = "Share them.",
    is_public: bool = True,
    **given: Any,
) -> Idea:
    """`given` is whatever else the action takes."""
    idea = add_idea(by=by or UserFactory(), title=title, body=body, key=uuid.uuid4(), **given)
    if is_public:
        Contribution.objects.filter(pk=idea.pk).update(standing=Standing.PUBLISHED)
        Moderation.objects.filter(contribution=idea.pk).update(waiting_since=None)
    return Idea.objects.select_related("contribution", "thread").get(pk=idea.pk)


def said_of(idea: Idea, **given: Any) -> Contribution:
    """Something that everybody can read. `given` is what `add_contribution` takes."""
    return a_comment(idea, **given)
