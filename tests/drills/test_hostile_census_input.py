"""A thousand hostile posts for each type of census question."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.census.instrument.hostile import TYPES, hostile_questions, posts, stands


@pytest.mark.parametrize("kind", TYPES)
def test_a_thousand_hostile_posts_never_raise_and_read_back(kind: str):
    plain, strict = hostile_questions(kind)

    @settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        stands(plain, data.draw(posts(plain)))
        stands(strict, data.draw(posts(strict)))

    holds()
