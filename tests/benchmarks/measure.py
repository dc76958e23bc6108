"""Stop-watch, memory gauge and the printed line. Nothing here fails a test: a machine under load must not."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median


class Gauge:
    seconds: float
    peak_mb: float


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return float("nan")


@contextmanager
def gauge() -> Iterator[Gauge]:
    """Seconds and the peak of this process's memory above what it held before, in MB (Linux)."""
    result = Gauge()
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")
    before, started = _status("VmRSS:"), time.perf_counter()
    yield result
    result.seconds = time.perf_counter() - started
    result.peak_mb = _status("VmHWM:") - before


def seconds_of(work: Callable[[], object], rounds: int = 3) -> float:
    """The median time of some rounds."""
    times = []
    for _round in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def tell(what: str, figure: float, unit: str = "x", goal: str = "") -> None:
    print(f"\n  {what:<78} {figure:>9.2f} {unit}{f'   (goal: {goal})' if goal else ''}", end="")
