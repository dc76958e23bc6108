"""Invented sources and ideas for tests, made by the real actions.

a_source(title=..., themes=[...])            public, with a text
a_source(is_public=False)                    only staff see it
a_source(body="", file=A_PDF)                with a file instead of a text
"""

from collections.abc import Iterable
from typing import Any

from commons.people.models import User
from commons.themes.models import Theme
from consultation.actions import SentFile, Written, add_source, publish_source
from consultation.models import Source

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
