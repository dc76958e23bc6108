"""Threads that others may point to: named by the apps above, in their order."""

import pytest

from commons.contributions import reports
from commons.contributions.reports import Choice, choices, register_choice
from tests.factories.panel import a_section

pytestmark = pytest.mark.django_db


def test_a_function_that_names_threads_is_asked_once_however_often_it_is_registered(monkeypatch):
    monkeypatch.setattr(reports, "_choosers", [])
    for _time in range(2):

        @register_choice
        def chooser():
            return [Choice(7, "A subject", "A group")]

        register_choice(chooser)
    assert choices() == [Choice(7, "A subject", "A group")] * 2


def test_published_sections_can_be_pointed_to_and_no_others(django_assert_num_queries):
    section = a_section()
    hidden = a_section()
    hidden.current = None
    hidden.save(update_fields=["current"])
    with django_assert_num_queries(1):
        found = choices()
    assert found == [Choice(section.thread_id, str(section), section.part.title)]
