"""What a strategy pack holds. The Word file and the page for printing are both made from this."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.safestring import SafeString

from commons import richtext


@dataclass(frozen=True)
class PackedSection:
    """A section as it stands. `before` is the text of the version before this one, None where there was none."""

    slug: str
    number: int
    title: str
    version: int
    published_at: dt.datetime
    body: str
    before: str | None = None


@dataclass(frozen=True)
class PackedPart:
    title: str
    intro: str
    sections: list[PackedSection]

    @cached_property
    def intro_html(self) -> SafeString:
        return richtext.to_html(self.intro)


@dataclass(frozen=True)
class PackedChange:
    """Words that changed because of an answer. `label` names the version; it is empty while the change waits to be published."""

    before: str
    after: str
    label: str = ""

    @property
    def pieces(self) -> list[richtext.Piece]:
        return richtext.word_difference(self.before, self.after)


@dataclass
class PackedAnswer:
    """One contribution and what the panel answered. Who said it is as they wish to be shown. `place` is the section that it
    points at or in which it was answered, else where it was said; `said_in` tells that as well where it points at no section.
    Ideas and proposals have a `title`.

    `outcome` is empty while it waits for an answer, which is then due by `reply_by`. Or, where `cited` is "post" or
    "source", a blog post or a source that the panel cites: it has no number, and `body` is the passage, empty for the whole. One
    that is not public any more has no address, no author and no day.
    """

    number: int | None
    place: str
    who: str
    mandate: str
    made_on: dt.date | None
    body: str
    quote: str = ""
    replacement: str = ""
    is_suggestion: bool = False
    outcome: str = ""
    reason: str = ""
    votes: str = ""
    decided_on: dt.date | None = None
    reply_by: dt.date | None = None
    changes: list[PackedChange] = field(default_factory=list)
    cited: str = ""
    cited_title: str = ""
    cited_url: str = ""
    said_in: str = ""
    title: str = ""

    @cached_property
    def body_html(self) -> SafeString:
        return richtext.to_html(self.body, top_heading=3, close_gaps=True)

    @cached_property
    def reason_html(self) -> SafeString:
        return richtext.to_html(self.reason, top_heading=3, close_gaps=True)


@dataclass(frozen=True)
class Pack:
    """`site` and `address` name where it comes from. `left_out` counts the contributions that found no room in the table."""

    title: str
    author: str
    site: str
    address: str
    made_at: dt.datetime
    parts: list[PackedPart]
    answers: list[PackedAnswer]
    left_out: int = 0
