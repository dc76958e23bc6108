"""What is counted once for everybody and kept for a while, as long as the cache works. Without it each page counts for itself."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache import cache


def of_cache(ask: Callable[[], Any]) -> Any:
    """What the cache says; nothing when it cannot be reached or holds what an older release wrote."""
    try:
        return ask()
    except Exception as trouble:  # noqa: BLE001 - each cache fails in its own way, and a page must not fail with it
        structlog.get_logger().warning("cache_failed", error=type(trouble).__name__)
        return None


def kept(key: str, count: Callable[[], Any], *, seconds: int) -> Any:
    """As it was counted last, at most so many seconds ago. `count` never gives None."""
    held = of_cache(lambda: cache.get(key))
    if held is None:
        held = count()
        of_cache(lambda: cache.set(key, held, timeout=seconds))
    return held
