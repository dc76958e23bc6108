import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Barrier

from census.models import Wave, waves


def test_threads_that_begin_together_share_one_questionnaire(monkeypatch):
    """A page is known by its object: where each thread had compiled a questionnaire of its own, pages were not found again."""
    together = Barrier(4)

    @lru_cache
    def compiled_slowly(pk):
        time.sleep(0.05)
        return object()

    def look(_thread):
        together.wait()
        return Wave(instrument_id=1).questionnaire

    monkeypatch.setattr(waves, "_compiled", compiled_slowly)
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(look, range(4)))) == 1
