"""Two people at the same moment, on a real Postgres, each on a connection of their own: for tests that commit."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction


def together(*deeds: Callable[[], Any]) -> Counter:
    """Do all of them in the same moment, each on a connection of its own: how often each ended in which way."""
    ends, start = [], threading.Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> None:
        start.wait()
        try:
            deed()
            ends.append("done")
        except Exception as refusal:  # noqa: BLE001 - a deadlock must be seen as what it is
            ends.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def behind(deed: Callable[[], Any], *, waiting: Callable[[], Any]) -> str:
    """Do one thing, and while it is not yet committed begin another, which has to wait for it: how the other ended."""
    ends: list[str] = []

    def run() -> None:
        try:
            waiting()
            ends.append("done")
        except Exception as refusal:  # noqa: BLE001 - whatever it is, it is what the test asks for
            ends.append(type(refusal).__name__)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        deed()
        thread.start()
        for _try in range(200):
            if is_somebody_waiting():
                break
            time.sleep(0.02)
        else:
            raise AssertionError("The other did not have to wait")
    thread.join()
    return ends[0]


def is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0
