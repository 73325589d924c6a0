"""Tries every area for its share of SECONDS (default 240), each in a process of its own; ends with 1 when anything was lost."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

import psutil

from tests.browser.serving import ROOT

SECONDS = min(600.0, float(os.environ.get("SECONDS", "240")))
AREAS = tuple(os.environ.get("AREAS", "decoder manifest corpus-zip run-zip arguments").split())
#: A process that says nothing for so long, in seconds of its own time, hangs where no signal reaches it, in C.
SILENCE_S = float(os.environ.get("SILENCE", "60"))
#: As long may pass until its imports are done, which it says.
IMPORTS_S = 60.0
#: One that waits for something says nothing either, and takes no time of the processor's: so many times as long by the clock.
PATIENCE = 5


def tried(area: str, seconds: float, place: Path) -> dict[str, int]:
    """Fuzz one area, again in a new process where one was ended by a case; return the counts."""
    counts = {"tried": 0, "survived": 0, "refused": 0, "lost": 0}
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 2:
        ended = _process(area, left, place, counts)
        if ended:
            counts["tried"] += 1
            counts["lost"] += 1
            kept = place / f"ended-{area}-{counts['lost']}"
            if (place / "case").is_file():
                (place / "case").rename(kept)
            print(f"  LOST {area}: {ended}; the case is {kept}", flush=True)
            if counts["lost"] > 20:
                break
    return counts


def _process(area: str, seconds: float, place: Path, counts: dict[str, int]) -> str:
    environ = {
        **os.environ,
        "HOME": str(place),
        "TMPDIR": str(place / "tmp"),
        "OMP_NUM_THREADS": "1",
        "SER_HOME": str(place / "home"),
    }
    environ["PYTHONPATH"] = str(ROOT)
    (place / "tmp").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "trials.fuzz.worker", area, f"{seconds:.0f}", str(place)]
    with (place / "stderr").open("ab") as err:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=err, text=True)
        latest = {"tried": 0, "survived": 0, "refused": 0}
        assert process.stdout is not None
        # Read beside: whoever waits for a line of a process that hangs hangs too.
        said: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_read, args=(process.stdout, said), daemon=True).start()
        hung = False
        heard, spent, silence = time.monotonic(), 0.0, max(SILENCE_S, IMPORTS_S)
        while not hung:
            try:
                line = said.get(timeout=1)
            except queue.Empty:
                hung = _spent(process) - spent > silence or time.monotonic() - heard > PATIENCE * silence
                if hung:
                    process.kill()
                continue
            if line is None:
                break
            heard, spent, silence = time.monotonic(), _spent(process), SILENCE_S
            if not line.startswith("{"):
                continue
            told = json.loads(line)
            if "lost" in told:
                counts["lost"] += 1
                print(f"  LOST {area}: {told['lost']}", flush=True)
            else:
                latest = told
        code = process.wait()
    for name, number in latest.items():
        counts[name] += number
    if hung:
        return f"the process said nothing for {silence:g} s: it hangs"
    return (
        "" if code == 0 else f"the process ended with {code}: {(place / 'stderr').read_text(errors='replace')[-400:]}"
    )


def _spent(process: subprocess.Popen[str]) -> float:
    """Seconds of the processor's time that it has taken."""
    try:
        return sum(psutil.Process(process.pid).cpu_times()[:2])
    except psutil.Error:
        return 0.0


def _read(lines: IO[str], into: queue.Queue[str | None]) -> None:
    for line in lines:
        into.put(line)
    into.put(None)


def main() -> int:
    total = {"tried": 0, "survived": 0, "refused": 0, "lost": 0}
    place = Path(tempfile.mkdtemp(prefix="ser-fuzz-"))
    before = {path.name for path in place.parent.iterdir()}
    for area in AREAS:
        folder = place / area
        folder.mkdir()
        counts = tried(area, SECONDS / len(AREAS), folder)
        for name, number in counts.items():
            total[name] += number
        print(
            f"{area}: tried {counts['tried']}, survived {counts['survived']} (refused with a sentence {counts['refused']}), lost = {counts['lost']}",
            flush=True,
        )
    fresh = {name for name in {path.name for path in place.parent.iterdir()} - before if "outside" in name}
    if fresh:
        total["lost"] += len(fresh)
        print(f"  LOST: written outside SER_HOME: {', '.join(sorted(fresh))}")
    print(f"tried {total['tried']}, survived {total['survived']}, lost = {total['lost']}")
    print(f"what was lost lies in {place}" if total["lost"] else "", end="\n" if total["lost"] else "")
    return 0 if total["lost"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
