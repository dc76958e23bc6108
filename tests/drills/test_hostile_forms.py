"""A thousand hostile values for each form, on its fields in turn, over HTTP."""

from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.browser.world import World
from tests.hostile.conftest import world
from tests.hostile.forms import Form, forms_of, question_forms
from tests.hostile.inputs import VALUES, written
from tests.hostile.tries import try_values

__all__ = ["world"]
EACH = 1_000


def hostile(world: World, form: Form) -> int:
    """The whole list for every field, then drawn values until there were a thousand. Returns how many were sent."""
    names = [*form.good, "csrfmiddlewaretoken"]
    found = [trouble for name in names for value in VALUES for trouble in try_values(world, form, name, value)]
    turns = cycle(names)
    drawn = max(1, EACH - len(names) * len(VALUES))
    sent = len(names) * len(VALUES)

    @seed(1844)
    @settings(max_examples=drawn, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(written)
    def holds(value: bytes) -> None:
        nonlocal sent
        sent += 1
        assert try_values(world, form, next(turns), value) == []

    holds()
    assert found == []
    return sent


def test_a_thousand_for_each_type_of_question(world: World):
    counts = {form.name: hostile(world, form) for form in question_forms(world)}
    print(counts)
    assert len(counts) == 12


@pytest.mark.parametrize("part", range(4))
def test_a_thousand_for_each_form(world: World, part: int):
    forms = [form for form in forms_of(world) if not form.name.startswith("question")]
    counts = {form.name: hostile(world, form) for form in forms[part::4]}
    print(counts)
    assert len(counts) >= 8
