"""The store on a real corpus: clips a second with two processes, peak memory of all of them, and the second call.

Needs SER_DATA (the folder that holds crema-d/); says so and does nothing without it.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from pathlib import Path

import psutil

from ser_core.corpora import crema_d
from ser_core.features import sets, store

#: The seed's descriptors and MSF as vectors, log-mel as pictures.
SETS = ("seed", "logmel", "msf")
PROCESSES = 2


class _Peak:
    """The largest resident memory of this process and its children, sampled while the block runs, in bytes."""

    def __enter__(self) -> _Peak:
        self.bytes, self.running = 0, True
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.running = False
        self.thread.join()

    def _watch(self) -> None:
        here = psutil.Process()
        while self.running:
            total = 0
            for process in [here, *here.children(recursive=True)]:
                try:
                    # Proportional, so that pages that processes share count once.
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.bytes = max(self.bytes, total)
            time.sleep(0.2)


def main() -> None:
    data = os.environ.get("SER_DATA")
    if not data:
        print("bench_store: skipped, set SER_DATA to the folder that holds crema-d/.")
        return
    corpus = crema_d.MODULE.load(Path(data) / "crema-d")
    sources = [sets.named(name).inputs[0].source for name in SETS]
    with tempfile.TemporaryDirectory() as home:
        os.environ["SER_HOME"] = home
        with _Peak() as peak:
            start = time.perf_counter()
            features = [store.load(corpus, source, n_jobs=PROCESSES) for source in sources]
            first = time.perf_counter() - start
        start = time.perf_counter()
        for source in sources:
            store.load(corpus, source, n_jobs=PROCESSES)
        second = time.perf_counter() - start
        frames = sum(len(features[1][clip]) for clip in corpus.clips["clip"] if clip in features[1])
        hours = frames * sources[1].hop_s / 3600
    result = {
        "benchmark": "store",
        "sets": SETS,
        "clips": len(corpus.clips),
        "hours": round(hours, 2),
        "first_s": round(first, 1),
        "clips_per_s": round(len(corpus.clips) / first, 1),
        "hours_per_minute": round(hours / first * 60, 2),
        "peak_mb": round(peak.bytes / 1e6),
        "second_s": round(second, 2),
        "ratio": round(first / second, 1),
    }
    print(json.dumps(result))
    print(
        f"{len(corpus.clips)} clips ({hours:.1f} h), {' + '.join(SETS)}, {PROCESSES} processes: {first:.0f} s, "
        f"{result['clips_per_s']} clips/s, {result['hours_per_minute']} hours of audio a minute, peak {result['peak_mb']} MB over all "
        f"processes; from the store {second:.2f} s."
    )


if __name__ == "__main__":
    main()
