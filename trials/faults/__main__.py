"""Kills the server, the runner and the training, fills the disk, takes files away and damages them; ends with 1 when anything was lost.

After every fault the server is there, every page comes up, every job can be told, and what was finished or kept before is whole.
SECONDS (default 420) bounds the kills, KILLS (default 20) says how many; FAULTS="recorder disk" tries those whose names hold one of these words.
PLANT=lost loses a recording behind the first fault's back, to show that it is reported.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from ser_core.corpora.base import CorpusError
from ser_core.corpora.recordings import Recordings
from trials.faults import disk, killing
from trials.faults.house import House

SECONDS = min(540.0, float(os.environ.get("SECONDS", "420")))
KILLS = int(os.environ.get("KILLS", "20"))
ONLY = os.environ.get("FAULTS", "").split()


def main() -> int:
    # Ended from outside, it still unmounts and ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed = int(os.environ.get("SEED", str(int(time.time()))))
    print(f"seed {seed}", flush=True)
    tried = lost = 0
    with tempfile.TemporaryDirectory(prefix="ser-faults-") as place:
        house = House.build(Path(place))
        deadline = time.monotonic() + SECONDS
        try:
            faults = [
                *((f"kill -9 {kind}", killing.of(kind)) for kind in killing.order(KILLS)),
                ("what was killed goes on", killing.drained),
                ("the feature cache is damaged", disk.damaged_cache),
                ("the corpus goes while it is read", disk.corpus_gone),
                ("a job's, the notes' and the corpora's files are damaged", disk.damaged_tables),
                ("SER_HOME is read-only", disk.read_only),
                ("the disk is full", disk.full),
            ]
            for name, fault in faults:
                if ONLY and not any(word in name for word in ONLY):
                    continue
                if name.startswith("kill") and time.monotonic() > deadline:
                    continue
                problems = _problems(house, fault, random.Random(f"{seed}-{tried}"))
                if problems == [disk.SKIPPED]:
                    print(f"-- {name}: not tried, there was nothing to do it to", flush=True)
                    continue
                tried += 1
                lost += bool(problems)
                print(f"{tried:2d} {name}: {'; '.join(problems) if problems else 'survived'}", flush=True)
        finally:
            house.end()
    print(f"tried {tried}, survived {tried - lost}, lost = {lost}")
    return 0 if lost == 0 and tried else 1


def _problems(house: House, fault: disk.Fault, chance: random.Random) -> list[str]:
    try:
        problems = fault(house, chance)
        if os.environ.get("PLANT") == "lost":
            with contextlib.suppress(CorpusError):  # It is lost already.
                Recordings().delete(min(house.kept))
        return problems or house.problems()
    except Exception:  # A fault of this check is a fault too.
        return [traceback.format_exc(limit=-3).replace("\n", " | ")]


if __name__ == "__main__":
    sys.exit(main())
