"""What a listener would remark on before judging a recording: silence, clipping, level, offset."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ser_core.audio.clip import SAMPLE_RATE, Clip, Finding
from ser_core.audio.clipping import CLIPPED_SHARE, FULL_SCALE, clipped_finding

TOO_SHORT_S = 0.3
QUIET_DBFS = -45.0
DC_OFFSET = 0.01

_FRAME, _HOP = 512, 160
_SILENCE_DBFS = -70.0
_ACTIVE_RANGE_DB = 20.0
# Acoustic bands of about a third to half an octave, in Hz.
_BAND_EDGES = np.array([100, 250, 400, 630, 920, 1270, 1720, 2320, 3150, 4400, 6500])
_SMOOTHING_FRAMES = 13
_TONE_BINS = 3
_PIECE_SAMPLES = 10 * SAMPLE_RATE

# Measured on all clips of 64 CREMA-D actors and of SAVEE: speech changes its spectral shape by 2.0 dB or
# more, steady noise by 0.7 dB or less; at most 92 % of its energy lies at each moment's strongest frequency,
# a tone's to 100 %.
_SHAPE_CHANGE_DB = 1.3
_TONE_SHARE = 0.97


def findings(clip: Clip) -> tuple[Finding, ...]:
    """Return all quality findings of a clip, those of the decoder first; empty when all is well.

    no-speech (error): see `is_speech`. too-short: under 0.3 s. clipped: more than 0.1 % of the samples at
    full scale. quiet: an active level under -45 dBFS RMS. dc-offset (info): a mean beyond 0.01 of full scale.
    """
    noted = list(clip.findings)
    codes = {finding.code for finding in noted}
    samples = clip.samples
    if not is_speech(samples):
        noted.append(Finding("no-speech", "error", "No speech was found: silence, steady noise, hum or a tone."))
    if clip.duration < TOO_SHORT_S:
        message = f"The recording lasts {clip.duration:.2f} s; under {TOO_SHORT_S:g} s is too short to judge."
        noted.append(Finding("too-short", "warning", message))
    if not len(samples):
        return tuple(noted)
    at_full_scale = float(np.mean(np.abs(samples) >= FULL_SCALE))
    if at_full_scale > CLIPPED_SHARE and "clipped" not in codes:
        noted.append(clipped_finding(at_full_scale))
    level = active_level(samples)
    if _SILENCE_DBFS < level < QUIET_DBFS:
        message = f"The recording is very quiet ({level:.0f} dBFS); record closer to the microphone."
        noted.append(Finding("quiet", "warning", message))
    offset = float(np.mean(samples, dtype=np.float64))
    if abs(offset) > DC_OFFSET:
        message = f"The samples are off centre by {100 * abs(offset):.1f} % of full scale (DC offset)."
        noted.append(Finding("dc-offset", "info", message))
    return tuple(noted)


def is_speech(samples: NDArray[np.float32]) -> bool:
    """Return whether a signal at 16 kHz, shape (n,), can be speech: loud enough, no tone, not steady.

    A gate against silence (no frame above -70 dBFS), steady noise, hum and tones, not a voice detector: music
    passes. Steady, at whatever loudness, means that over the frames within 20 dB of the loudest the shape of
    the spectrum (levels of 10 bands less their mean, smoothed over 0.16 s) deviates by less than 1.3 dB. Long
    signals are speech where any stretch of 10 s is.
    """
    return any(_piece_is_speech(piece) for piece in _pieces(samples))


def _pieces(samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    count = max(1, round(len(samples) / _PIECE_SAMPLES))
    yield from np.array_split(samples, count)


def _piece_is_speech(samples: NDArray[np.float32]) -> bool:
    frames = _frames(samples)
    if _levels_db(frames).max(initial=-np.inf) < _SILENCE_DBFS:
        return False
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME + 1)[:-1].astype(np.float32), axis=1)) ** 2
    return _tone_share(power) < _TONE_SHARE and _shape_change_db(power) >= _SHAPE_CHANGE_DB


def _tone_share(power: NDArray[np.float32]) -> float:
    """Return which share of the energy lies within 94 Hz of each frame's strongest frequency."""
    power = power[:, _TONE_BINS:]
    sums = np.pad(np.cumsum(power, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    peak = power.argmax(axis=1)
    rows = np.arange(len(power))
    low, high = np.maximum(peak - _TONE_BINS, 0), np.minimum(peak + _TONE_BINS + 1, power.shape[1])
    return float((sums[rows, high] - sums[rows, low]).sum() / max(sums[:, -1].sum(), np.finfo(float).tiny))


def _shape_change_db(power: NDArray[np.float32]) -> float:
    """Return by how much the spectrum's shape deviates over the active frames, mean over bands, in dB."""
    edges = np.round(_BAND_EDGES * _FRAME / SAMPLE_RATE).astype(int)
    bands = np.add.reduceat(power, edges, axis=1)[:, :-1].astype(np.float64)
    width = min(_SMOOTHING_FRAMES, max(1, len(bands) // 2))
    bands = sliding_window_view(bands, width, axis=0).mean(axis=-1)
    total = bands.sum(axis=1, keepdims=True)
    active = total[:, 0] > total.max() * 10 ** (-_ACTIVE_RANGE_DB / 10)
    if not active.any():
        return 0.0
    # The floor, relative to the frame, keeps bands without sound (an 8 kHz original) from counting.
    shape = 10 * np.log10(bands[active] / total[active] + 1e-6)
    return float((shape - shape.mean(axis=1, keepdims=True)).std(axis=0).mean())


def trim_bounds(samples: NDArray[np.float32], top_db: float = 30.0) -> tuple[int, int]:
    """Return where the sound begins and ends, as sample indices (first, one past the last).

    Frames of 32 ms count as sound when their RMS, freed of the mean, is within top_db of the loudest frame's.
    A silent signal is returned whole: (0, n).
    """
    levels = _levels_db(_frames(samples))
    loud = np.flatnonzero(levels > max(levels.max(initial=-np.inf) - top_db, _SILENCE_DBFS))
    if not len(loud):
        return 0, len(samples)
    return int(loud[0]) * _HOP, min(int(loud[-1]) * _HOP + _FRAME, len(samples))


def active_level(samples: NDArray[np.float32]) -> float:
    """Return the RMS level in dBFS over the frames within 20 dB of the loudest; -inf for digital silence."""
    levels = _levels_db(_frames(samples))
    active = levels[levels >= levels.max(initial=-np.inf) - _ACTIVE_RANGE_DB]
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(np.mean(10 ** (active / 10))))


def _frames(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return frames of 32 ms every 10 ms, shape (frames, 512), freed of the signal's mean."""
    signal = samples - np.float32(np.mean(samples, dtype=np.float64)) if len(samples) else samples
    # The last frame is filled up, so that no sample is left out.
    missing = max(_FRAME - len(signal), -(len(signal) - _FRAME) % _HOP)
    return sliding_window_view(np.pad(signal, (0, missing)), _FRAME)[::_HOP]


def _levels_db(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return 10 * np.log10(np.einsum("ij,ij->i", frames, frames) / _FRAME).astype(np.float64)
