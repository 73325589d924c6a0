"""Where work runs: a scheduler that does not know this program says so, instead of being waited for."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import joblib
import pytest

from ser_core import fanout
from tests import patience


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_scheduler_without_the_program_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dask.distributed")
    port = free_port()
    command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    # Elsewhere, so that it does not find the program in its folder.
    scheduler = subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + patience.SECONDS
        while time.monotonic() < deadline and scheduler.poll() is None:
            with contextlib.suppress(OSError), contextlib.closing(socket.create_connection(("127.0.0.1", port), 1)):
                break
            time.sleep(0.1)
        monkeypatch.setenv(fanout.VARIABLE, f"tcp://127.0.0.1:{port}")
        with pytest.raises(fanout.FanoutError, match="does not find ser_core: install it there"):
            list(fanout.each([joblib.delayed(len)("abc")]))
    finally:
        scheduler.kill()
        scheduler.wait()


def test_workers_that_take_several_tasks_at_a_time_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("dask.distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as cluster:
        monkeypatch.setenv(fanout.VARIABLE, cluster.scheduler_address)
        with pytest.raises(fanout.FanoutError, match="start workers with --nthreads 1"):
            list(fanout.each([joblib.delayed(len)("abc")]))
