"""The fuzzing program reports what is planted: a hang in C, which no signal reaches, and a case that holds too much."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ser_core import settings


@pytest.mark.parametrize(
    ("plant", "silence", "said"), [("hang", 3, "said nothing for 3 s: it hangs"), ("leak", 25, "held 1")]
)
def test_what_is_planted_is_reported(plant: str, silence: int, said: str) -> None:
    environ = {**os.environ, "PLANT": plant, "SILENCE": str(silence), "SECONDS": "4", "AREAS": "manifest"}
    done = subprocess.run(
        [sys.executable, "-m", "trials.fuzz"],
        cwd=settings.ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1
    assert f"LOST manifest: {said}" in done.stdout.replace("the process ", ""), done.stdout + done.stderr
