"""How much faster the shared STFT is than one librosa call a descriptor: `python -m benchmarks.bench_spectral`.

Both are timed in turn, in one run, on one thread, on clips of 2.5 s that differ in pitch (so in tuning). The
ten descriptors are the original notebooks'; MFCC counts once, with 20 coefficients, in librosa's ten calls,
although the library's set also holds the 100 coefficients. Prints a line of JSON and the same in words.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.reference.librosa_calls import calls
from benchmarks.reference.voices import voice
from benchmarks.timing import median_milliseconds
from ser_core.features import spectral

SECONDS = 2.5
PITCHES_HZ = (95.0, 110.0, 131.0, 173.0, 220.0, 251.0)
ROUNDS = 10
TEN = tuple(name for name in spectral.SEED_SET if name != "mfcc_100")
WITHOUT_TONNETZ = tuple(name for name in spectral.SEED_SET if name != "tonnetz")


def measured(clips: list[np.ndarray], spec: spectral.SpectralSpec) -> dict[str, float]:
    """Return the median times in milliseconds and what they amount to."""
    by_name = [calls(clip, spec) for clip in clips]

    def called(name: str) -> Callable[[], object]:
        return lambda: [librosa_calls[name]() for librosa_calls in by_name]

    works = {name: called(name) for name in TEN}
    works["ours"] = lambda: [spectral.extract(clip, spectral.SEED_SET, spec) for clip in clips]
    works["ours without tonnetz"] = lambda: [spectral.extract(clip, WITHOUT_TONNETZ, spec) for clip in clips]
    a_clip = {name: ms / len(clips) for name, ms in median_milliseconds(works, ROUNDS).items()}
    ours, ours_without = a_clip["ours"], a_clip["ours without tonnetz"]
    ten = sum(a_clip[name] for name in TEN)
    nine = ten - a_clip["tonnetz"]
    return {
        "ours_ms": ours,
        "librosa_ms": ten,
        "ratio": ten / ours,
        "ours_without_tonnetz_ms": ours_without,
        "librosa_without_tonnetz_ms": nine,
        "ratio_without_tonnetz": nine / ours_without,
    }


def largest_difference(clips: list[np.ndarray], spec: spectral.SpectralSpec) -> float:
    """Return the largest difference from librosa, tonnetz aside, as a share of the descriptor's largest value."""
    worst = 0.0
    for clip in clips:
        ours, by_name = spectral.extract(clip, spectral.SEED_SET, spec), calls(clip, spec)
        for name in WITHOUT_TONNETZ:
            expected = by_name[name]()
            worst = max(worst, float(np.abs(ours[name] - expected).max() / np.abs(expected).max()))
    return worst


def main() -> None:
    warnings.simplefilter("ignore")
    spec = spectral.SpectralSpec()
    clips = [voice(SECONDS, pitch, seed) for seed, pitch in enumerate(PITCHES_HZ)]
    with threadpool_limits(limits=1):
        difference = largest_difference(clips, spec)
        result = {
            "benchmark": "spectral",
            "seconds": SECONDS,
            **measured(clips, spec),
            "largest_difference": difference,
        }
    print(json.dumps({key: round(value, 9) if isinstance(value, float) else value for key, value in result.items()}))
    print(
        f"Ten descriptors of a clip of {SECONDS} s: librosa {result['librosa_ms']:.1f} ms, one STFT {result['ours_ms']:.1f} ms: "
        f"{result['ratio']:.1f} times as fast (MFCC with 100 coefficients included).\n"
        f"Without tonnetz, which is made from the shared chroma here: {result['librosa_without_tonnetz_ms']:.1f} ms "
        f"and {result['ours_without_tonnetz_ms']:.1f} ms: {result['ratio_without_tonnetz']:.1f} times as fast.\n"
        f"Largest difference of the values, tonnetz aside: {difference:.1e} of the descriptor's largest value."
    )


if __name__ == "__main__":
    main()
