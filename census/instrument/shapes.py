"""The parts of a questionnaire as immutable values: instrument, sections, pages, questions, options and problems.

They are made by `census.instrument.loading` from a checked JSON document and never change afterwards, so one loaded
instrument can be shared by every request of a process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

DONT_KNOW = "dont_know"
PREFER_NOT = "prefer_not"
SKIPPED = "skipped"
ANSWERED = "answered"
NOT_ASKED = "not_asked"
NOT_REACHED = "not_reached"

# The permanent numbers of the two replies that are not answers; a blank has no number.
MARK_NUMBERS = {PREFER_NOT: 997, DONT_KNOW: 998}
MARKS = (DONT_KNOW, PREFER_NOT, SKIPPED)
STATUSES = (ANSWERED, SKIPPED, NOT_ASKED, DONT_KNOW, PREFER_NOT, NOT_REACHED)

# Types answered by choosing exactly one option.
ONE_CHOICE = frozenset({"single", "band", "scale", "yesno"})
WRITTEN = frozenset({"text", "long", "lookup"})
FIGURES = frozenset({"number", "year"})
TYPES = ONE_CHOICE | WRITTEN | FIGURES | {"multi", "rank", "grid"}

Words = Mapping[str, str]


def text(value: Words | str | None, language: str = "en") -> str:
    """The words of a language dict in `language`, else in English, else in whatever it has, else ""."""
    if value is None or isinstance(value, str):
        return value or ""
    return value.get(language) or value.get("en") or next(iter(value.values()), "")


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One thing to choose. `code` and the number `n` are permanent; the words may change. Grid rows are options too."""

    code: str
    n: int
    label: Words
    hint: Words = field(default_factory=dict)
    exclusive: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question. What each type answers with is told in `census.instrument`.

    `field` is the name of its main HTML field. `options` of a `scale` question are its points; a `grid` has `rows` and
    `scale`. `marks` and `row_marks` are the options "Don't know" and "Prefer not to say" that it offers (as a whole,
    and in each row of a grid). `detail` is the text question behind "Other", asked of who chose one of `detail_for`.
    `test` is its compiled `when` including the form rule (None: always asked); `reads` the codes that it looks at.
    """

    code: str
    type: str
    label: Words
    field: str
    hint: Words = field(default_factory=dict)
    why: Words = field(default_factory=dict)
    error: Words = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    scale: tuple[Option, ...] = ()
    limit: int | None = None
    required: str = "no"
    allow: tuple[str, ...] = ()
    row_allow: tuple[str, ...] = ()
    sensitivity: str = "ordinary"
    short: bool = False
    max_length: int | None = None
    min: int | None = None
    max: int | None = None
    detail: Question | None = None
    detail_for: tuple[str, ...] = ()
    shuffle: bool = False
    unit: Words = field(default_factory=dict)
    display: str = ""
    when: Any = None
    words: Mapping[str, Words] = field(default_factory=dict)
    test: Callable[[Any], bool | None] | None = None
    reads: frozenset[str] = frozenset()
    page: Page | None = None
    parent: Question | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it is answered by choosing rather than by writing."""
        return self.type not in WRITTEN and self.type not in FIGURES

    @property
    def section(self) -> Section:
        return self.page.section

    @property
    def kept_apart(self) -> bool:
        """Whether the answer tells who someone is, and so must be stored away from the other answers."""
        return self.section.kept_apart

    @property
    def marks(self) -> tuple[Option, ...]:
        return self._as_options(self.allow)

    @property
    def row_marks(self) -> tuple[Option, ...]:
        return self._as_options(self.row_allow)

    def _as_options(self, marks: tuple[str, ...]) -> tuple[Option, ...]:
        return tuple(Option(mark, MARK_NUMBERS[mark], self.words[mark], exclusive=True) for mark in marks)

    def option(self, code: str) -> Option | None:
        """The option, scale point or row with this code."""
        return next((option for option in (*self.options, *self.scale, *self.rows) if option.code == code), None)

    def wants_detail(self, value: Any) -> bool:
        """Whether the answer `value` opens the box behind "Other"."""
        if self.detail is None or value is None:
            return False
        chosen = value if isinstance(value, list | tuple) else [value]
        return any(code in self.detail_for for code in chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """What is asked on one screen. `position` counts pages through the whole instrument, from 0."""

    id: str
    questions: tuple[Question, ...]
    title: Words = field(default_factory=dict)
    hint: Words = field(default_factory=dict)
    when: Any = None
    position: int = 0
    test: Callable[[Any], bool | None] | None = None
    section: Section | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Pages that belong together. `kept_apart` marks the identity part, stored away from the answers."""

    id: str
    title: Words
    pages: tuple[Page, ...]
    intro: Words = field(default_factory=dict)
    kept_apart: bool = False
    when: Any = None
    test: Callable[[Any], bool | None] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One way through the instrument: about how many minutes, and the answers that choose it."""

    id: str
    label: Words
    minutes: int
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """A whole questionnaire, checked. `questions` are by code in order; `details` the texts behind "Other" by code."""

    code: str
    version: int
    title: Words
    languages: tuple[str, ...]
    default_language: str
    sections: tuple[Section, ...]
    questions: Mapping[str, Question]
    details: Mapping[str, Question]
    forms: Mapping[str, Form]
    words: Mapping[str, Words]
    facts: Mapping[str, str]
    sha256: str

    @property
    def pages(self) -> tuple[Page, ...]:
        return tuple(page for section in self.sections for page in section.pages)

    def section(self, section_id: str) -> Section:
        """The section with this id; KeyError if there is none."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)

    def page(self, section_id: str, page_id: str) -> Page:
        """The page with this id in this section; KeyError if there is none."""
        for page in self.section(section_id).pages:
            if page.id == page_id:
                return page
        raise KeyError(page_id)

    def question(self, code: str) -> Question:
        """The question or "Other" detail with this code; KeyError if there is none."""
        return self.questions[code] if code in self.questions else self.details[code]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, in words that say what to do.

    `code` is the question, `field` the HTML field to point at. `template` and `params` stay apart so that interface
    text can be translated: `problem.text("cy", gettext)`. `own` are the question's own words, which win.
    """

    code: str
    field: str
    template: str
    params: Mapping[str, Any] = field(default_factory=dict)
    own: Words = field(default_factory=dict)

    def text(self, language: str = "en", translate: Callable[[str], str] = str) -> str:
        """The message in `language`; `translate` turns the English template into that language."""
        if self.own:
            return text(self.own, language)
        params = {
            name: text(value, language) if isinstance(value, Mapping) else value for name, value in self.params.items()
        }
        return translate(self.template) % params

    @property
    def message(self) -> str:
        return self.text()
