"""Themes for tests.

a_theme("Finance")                                 in use; the same name gives the same theme
a_theme("Looms", retired_at=timezone.now())        out of use
"""

from typing import Any

from commons.themes.models import Theme


def a_theme(name: str = "Finance", **given: Any) -> Theme:
    slug = given.pop("slug", name.lower().replace(" ", "-"))
    return Theme.objects.get_or_create(slug=slug, defaults={"name": name, **given})[0]
