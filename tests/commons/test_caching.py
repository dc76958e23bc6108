import pytest
from django.core.cache import cache

from commons.caching import kept

GONE = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": "unix:///nowhere/valkey.sock",
}


@pytest.fixture
def counts() -> list[int]:
    return []


def count(counts: list[int]) -> list[int]:
    counts.append(len(counts))
    return [len(counts)]


def test_what_was_counted_is_told_to_everybody_until_its_time_is_over(counts):
    cache.delete("a-count")
    told = [kept("a-count", lambda: count(counts), seconds=60) for _page in range(3)]
    cache.delete("a-count")
    assert (told, kept("a-count", lambda: count(counts), seconds=60)) == ([[1]] * 3, [2])


def test_without_a_cache_each_page_counts_for_itself(counts, settings, caplog):
    settings.CACHES = {"default": GONE}
    assert [kept("a-count", lambda: count(counts), seconds=60) for _page in range(2)] == [[1], [2]]
