"""Reading the process: its phases, the library and where it was used, and the big ideas; one module for each noun."""

from consultation.reports.capture import board_of, notes_by_theme, notes_of_table, photos_of, public_notes
from consultation.reports.ideas import idea_page, ideas_for_sitemap, said_to_ideas
from consultation.reports.phases import closed_because, is_open
from consultation.reports.places import spoken_at
from consultation.reports.sources import (
    listed_sources,
    register_citer,
    sources_for_sitemap,
    uses_of,
    years_in_use,
)

__all__ = [
    "board_of",
    "closed_because",
    "idea_page",
    "ideas_for_sitemap",
    "is_open",
    "listed_sources",
    "notes_by_theme",
    "notes_of_table",
    "photos_of",
    "public_notes",
    "register_citer",
    "said_to_ideas",
    "sources_for_sitemap",
    "spoken_at",
    "uses_of",
    "years_in_use",
]
