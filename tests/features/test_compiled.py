"""librosa's functions are compiled once, by one process, before others load them."""

import os
import subprocess
import sys
from pathlib import Path

from tests import patience

COMPILE = "from ser_core.features import compiled; compiled.ensure()"
EXTRACT = """
import numpy as np
from ser_core.features import resynthesis, sets, spectral
noise = np.random.default_rng(1).normal(0, 0.1, 24000).astype(np.float32)
for name in ("seed-frames", "all", "logmel", "msf", "mfcc-100"):
    for one in sets.named(name).inputs:
        one.source.extract(noise)
resynthesis.from_logmel(sets.named("logmel").inputs[0].source.extract(noise))
"""


def test_what_is_compiled_first_is_all_that_is_compiled(tmp_path: Path) -> None:
    def run(code: str) -> dict[str, int]:
        environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
        subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=patience.SECONDS)
        return {str(path): path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb?")}

    first = run(COMPILE)
    assert first
    assert run(EXTRACT) == first
