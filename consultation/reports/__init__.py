"""Reading the process: the library and where it was used, one module for each noun."""

from consultation.reports.sources import (
    listed_sources,
    register_citer,
    sources_for_sitemap,
    uses_of,
    years_in_use,
)

__all__ = [
    "listed_sources",
    "register_citer",
    "sources_for_sitemap",
    "uses_of",
    "years_in_use",
]
