"""How much faster the modulation energies are than filter by filter, frame by frame: `python -m benchmarks.bench_msf`.

Both are timed in turn, in one run, on one thread, on a clip of 3 s at 16 kHz under the preset srmr. Prints a
line of JSON and the same in words.
"""

from __future__ import annotations

import json

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.reference import msf_loops
from benchmarks.reference.voices import amplitude_modulated_tone, voice
from benchmarks.timing import median_milliseconds
from ser_core.features import msf

SECONDS = 3.0
ROUNDS = 12


def profile_difference() -> float:
    """Return the largest difference in the modulation profile of tones that beat 4 to 64 times a second, preset wu."""
    spec, worst = msf.PRESETS["wu"], 0.0
    for rate_hz in spec.modulation_hz:
        tone = amplitude_modulated_tone(rate_hz)
        ours, _ = msf.modulation_energies(tone, spec.sample_rate, spec)
        expected = msf_loops.unit_sum_energies(tone, spec)
        profiles = [energy[..., 5:].mean(axis=2).sum(axis=0) for energy in (ours, expected)]
        worst = max(worst, float(np.abs(profiles[0] - profiles[1]).max()))
    return worst


def main() -> None:
    spec = msf.PRESETS["srmr"]
    clip = voice(SECONDS, 131.0)
    with threadpool_limits(limits=1):
        ours, _ = msf.modulation_energies(clip, spec.sample_rate, spec)
        difference = float(np.abs(ours - msf_loops.unit_sum_energies(clip, spec)).max())
        times = median_milliseconds(
            {
                "slow": lambda: msf_loops.unit_sum_energies(clip, spec),
                "fast": lambda: msf.modulation_energies(clip, spec.sample_rate, spec),
            },
            ROUNDS,
        )
        slow_ms, fast_ms = times["slow"], times["fast"]
        result = {
            "benchmark": "msf",
            "seconds": SECONDS,
            "reference_ms": slow_ms,
            "ours_ms": fast_ms,
            "ratio": slow_ms / fast_ms,
            "largest_difference": difference,
            "largest_profile_difference": profile_difference(),
        }
    print(json.dumps({key: round(value, 9) if isinstance(value, float) else value for key, value in result.items()}))
    print(
        f"Modulation energies (srmr, 23 × 8) of a clip of {SECONDS} s: filter by filter {slow_ms:.1f} ms, "
        f"here {fast_ms:.1f} ms: {slow_ms / fast_ms:.1f} times as fast.\n"
        f"Largest difference of a cell: {difference:.1e} (a frame sums to 1); of the modulation profile of beating "
        f"tones (wu): {result['largest_profile_difference']:.1e}."
    )


if __name__ == "__main__":
    main()
