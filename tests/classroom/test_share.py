"""A class' trainings take what its answers leave."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from ser_core import classroom, jobs
from ser_core.jobs import locks, processes
from tests import made
from tests.classroom.conftest import Be, join
from tests.jobs import steps


@pytest.mark.skipif(psutil.WINDOWS, reason="Windows has classes of priorities instead")
def test_a_training_has_one_thread_and_what_the_server_leaves(lesson: classroom.Lesson, be: Be, tmp_path: Path) -> None:
    corpus = made.crema_d(tmp_path / "c", made.SPEAKERS[:3], ("IEO",), seconds=0.2)
    _, ada = join(lesson, "Ada")
    be(ada)
    with locks.training_lock():
        job = jobs.queue(steps.blocked_training(corpus), kind=jobs.TRAINING, title="of Ada")
        steps.waits(job)
        process = psutil.Process(job.status["pid"])
        assert process.nice() == processes.BEHIND
        assert processes.ONE_THREAD.items() <= process.environ().items()
        # Of two sessions each would have half of the machine whatever their priorities, were it not said of the session.
        group = Path(f"/proc/{process.pid}/autogroup")
        if group.is_file():
            assert group.read_text().split()[-1] == str(processes.BEHIND)
        job.cancel()
        assert steps.end(job) == "cancelled"
