"""How long the pretrained ear takes: a clip of 3 s on one core, and clips a second with two processes: `python -m benchmarks.bench_encoder`.

Beside it librosa's mel-spectrogram of the same clip, timed in turn. Clips a second need SER_DATA (the folder that holds crema-d/).
Prints a line of JSON and the same in words.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
import time
from pathlib import Path

import librosa
from threadpoolctl import threadpool_limits

from benchmarks.reference.voices import voice
from benchmarks.timing import median_milliseconds
from ser_core.audio import SAMPLE_RATE
from ser_core.corpora import crema_d
from ser_core.features import sets, store
from ser_core.features.sources import extracted

SECONDS, ROUNDS, BASELINE = 3.0, 15, "librosa"
PROCESSES, CLIPS = 2, 1024


def main() -> None:
    """Time one clip, and a part of a corpus where there is one."""
    (given,) = sets.named("whisper").inputs
    clip = voice(SECONDS, 150.0)
    works = {
        "whisper": lambda: extracted(given.source, clip),
        BASELINE: lambda: librosa.feature.melspectrogram(y=clip, sr=SAMPLE_RATE, n_fft=512, hop_length=200, n_mels=64),
    }
    with threadpool_limits(1):
        times = median_milliseconds(works, ROUNDS)
    result = {
        "benchmark": "encoder",
        "ms": round(times["whisper"], 1),
        "librosa_ms": round(times[BASELINE], 2),
        "ratio": round(times["whisper"] / times[BASELINE], 1),
        "clips_per_s": _clips_per_s(),
    }
    print(json.dumps(result))
    each = f"; {result['clips_per_s']} clips/s with {PROCESSES} processes" if result["clips_per_s"] else ""
    print(
        f"A pretrained ear's vector of a clip of {SECONDS:g} s, one core, warm: {result['ms']} ms ({result['ratio']} times librosa's "
        f"mel-spectrogram){each}."
    )


def _clips_per_s() -> float | None:
    data = os.environ.get("SER_DATA")
    if not data:
        return None
    whole = crema_d.MODULE.load(Path(data) / "crema-d")
    corpus = dataclasses.replace(whole, clips=whole.clips.iloc[:CLIPS])
    with tempfile.TemporaryDirectory() as home:
        os.environ["SER_HOME"] = home
        start = time.perf_counter()
        store.load(corpus, sets.named("whisper").inputs[0].source, n_jobs=PROCESSES)
        return round(len(corpus.clips) / (time.perf_counter() - start), 1)


if __name__ == "__main__":
    main()
