"""Reading what the panel wrote and what it was told: a module for each noun."""

from panel.reports.answering import DeskState, answering_counts, desk_places, on_desk, outcome_counts
from panel.reports.cited import CitedThing, as_cited, passage_in, posts_to_cite, sources_to_cite
from panel.reports.reasons import Why, as_said, latest_said, reasons_of, said_and_changed
from panel.reports.sections import ShownParagraph, add_comment_counts, framework, shown_paragraphs
from panel.reports.voices import answerable, clashing, notes_behind, open_suggestions, place_of_anchor

__all__ = [
    "CitedThing",
    "DeskState",
    "ShownParagraph",
    "Why",
    "add_comment_counts",
    "answerable",
    "answering_counts",
    "as_cited",
    "as_said",
    "clashing",
    "desk_places",
    "framework",
    "latest_said",
    "notes_behind",
    "on_desk",
    "open_suggestions",
    "outcome_counts",
    "passage_in",
    "place_of_anchor",
    "posts_to_cite",
    "reasons_of",
    "said_and_changed",
    "shown_paragraphs",
    "sources_to_cite",
]
