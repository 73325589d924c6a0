"""How long a shipped model takes for one clip on one core, warm: `python -m benchmarks.bench_models`.

Features and graph together, as analyze and `predict` run them, on clips of 2.5 s; beside it librosa's mel-spectrogram of the same clips,
timed in turn. Prints a line of JSON and the same in words.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import librosa
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.reference.voices import voice
from benchmarks.timing import median_milliseconds
from ser_core import runs
from ser_core.audio import SAMPLE_RATE
from ser_core.predictor import Predictor

SECONDS = 2.5
PITCHES_HZ = (95.0, 131.0, 173.0, 220.0)
ROUNDS = 15
BASELINE = "librosa"


def main() -> None:
    """Time every model that ships and the baseline, and print what was found."""
    shipped = runs.shipped()
    clips = [voice(SECONDS, pitch) for pitch in PITCHES_HZ]
    times = itertools.count()

    def judged(model: Predictor) -> Callable[[], object]:
        # A little fainter every time: the process remembers what it extracted of a sound.
        return lambda: [model.windows(clip * np.float32(1 - 1e-6 * next(times))) for clip in clips]

    works = {run.name: judged(Predictor(run)) for run in shipped}
    works[BASELINE] = lambda: [
        librosa.feature.melspectrogram(y=clip, sr=SAMPLE_RATE, n_fft=512, hop_length=200, n_mels=64) for clip in clips
    ]
    with threadpool_limits(1):
        a_clip = {name: ms / len(clips) for name, ms in median_milliseconds(works, ROUNDS).items()}
    models = {run.name: round(a_clip[run.name], 2) for run in shipped}
    ratios = {run.name: round(a_clip[run.name] / a_clip[BASELINE], 2) for run in shipped}
    print(json.dumps({"benchmark": "models", "ms": models, "librosa_ms": round(a_clip[BASELINE], 2), "ratio": ratios}))
    said = ", ".join(f"{name} {models[name]:.1f} ms ({ratios[name]:.1f} times)" for name in models)
    print(
        f"Features and answer for a clip of {SECONDS:g} s, one core, warm: {said}; librosa's mel-spectrogram alone "
        f"{a_clip[BASELINE]:.1f} ms."
    )


if __name__ == "__main__":
    main()
