"""What bears a theme is told by the apps above."""

import pytest

from commons.themes import reports
from commons.themes.reports import Use, register_use, uses_of_themes


@pytest.fixture
def nobody_tells(monkeypatch):
    monkeypatch.setattr(reports, "_tellers", [])


def test_nothing_bears_a_theme_while_nobody_tells(nobody_tells):
    assert uses_of_themes() == {}


def test_all_that_tell_are_heard_in_their_order_and_once(nobody_tells):
    looms, posts = Use("2 looms", "/looms/"), Use("1 post", "/posts/")
    weavers, writers = lambda: {7: looms}, lambda: {7: posts, 9: posts}
    for teller in (weavers, writers, weavers):
        register_use(teller)
    assert uses_of_themes() == {7: [looms, posts], 9: [posts]}
