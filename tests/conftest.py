"""What every test shares. The servers come from tests/throwaway.py and the browser from tests/chromium.py, both plugins."""

from pathlib import Path

import pytest

# These take minutes: they run when they are named, as `run.py drill` and `run.py benchmark` do.
ONLY_WHEN_NAMED = [Path(__file__).parent / "drills", Path(__file__).parent / "benchmarks"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path not in ONLY_WHEN_NAMED:
        return None
    named = [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]
    return None if any(path == collection_path or collection_path in path.parents for path in named) else True
