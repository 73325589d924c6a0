"""A small corpus for trainings, and an end for every runner that a test started."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ser_core import jobs
from ser_core.jobs.job import in_state
from tests import made, patience
from tests.jobs import steps


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.crema_d(tmp_path_factory.mktemp("corpus") / "c", made.SPEAKERS[:6], made.SENTENCES[:2], seconds=0.4)


@pytest.fixture(autouse=True)
def nothing_left(home: Path) -> Iterator[None]:
    """Runners are processes of their own; what a failed test left waiting is cancelled, and the runner ends by itself."""
    yield
    for job in in_state(*jobs.ACTIVE):
        job.cancel()
    for process in steps.runner_processes():
        process.wait(timeout=patience.SECONDS)
