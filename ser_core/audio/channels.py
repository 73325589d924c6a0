"""Several channels to one: looked at before they are mixed, as channels that differ cancel out, or are two people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from ser_core.audio.centre import centred
from ser_core.audio.clip import SAMPLE_RATE, Finding, channel_name, louder
from ser_core.audio.quality import is_speech

Channel = Literal["mix", "left", "right", "each"]

Sound = NDArray[np.float32]

#: A channel whose sound lies so far below the loudest one's, dB, or below so much of full scale, is next to silent.
NEXT_TO_SILENT_DB, SILENT_DBFS = 30.0, -70.0
#: From this share of their spectra that goes together at one delay on, two channels have a sound in common; from the second on it
#: is one sound, whoever seems to speak when. Two voices reach 0.05, two microphones before one voice 0.3 and more.
COMMON, ONE_SOUND = 0.15, 0.5
#: By how much the difference of two channels' levels varies where somebody speaks, dB: a voice in a room before two microphones 2.5 at most.
TWO_VOICES_DB = 4.0

_FRAME = SAMPLE_RATE // 10
_WINDOW = 1 << 14
_CHUNK = 160 * _FRAME
_LONGEST_DELAY = SAMPLE_RATE // 4
_ACTIVE_DB, _LOUD_DB = 20.0, 15.0
# Bins so far below the largest, as power, hold the rounding of an encoder; of so few bins (400 Hz) nothing can be said.
_BIN_FLOOR, _LEAST_BINS = 1e-6, 410


@dataclass(frozen=True, eq=False)
class Downmix:
    """What became of the channels: one signal, each channel where they were not mixed, and what is to be said of it."""

    samples: Sound
    apart: tuple[Sound, ...] = ()
    findings: tuple[Finding, ...] = ()


class _Pair(NamedTuple):
    """Two channels: how much they have in common at the best delay (negative: in opposite phase) and undelayed, -1 to 1; that delay
    in samples, negative where the second one is behind; by how much their levels differ now this way, now that, dB."""

    common: float
    undelayed: float
    delay: int
    swing_db: float


def downmix(channels: Sequence[Sound], wanted: Channel | None = None) -> Downmix:
    """Return one signal of a recording's channels.

    channels: 16 kHz signals of equal length. wanted: `mix` averages them whatever they hold, `left` and `right` take the first or the
    second, `each` keeps all apart with the louder one as the signal; of one channel all are that channel. By default the channels decide,
    and a finding says what was done where they were not averaged: one that is next to silent is left out; of channels that are in opposite
    phase or delayed (averaging would take parts of the voice out), and where speech is on one only, that one, or the louder one, is taken;
    where two people speak, one on each, they are kept apart.
    """
    if len(channels) == 1:
        return Downmix(channels[0])
    if wanted == "mix":
        return Downmix(_mean(channels))
    if wanted is not None and wanted != "each":
        return Downmix(channels[("left", "right").index(wanted)])
    if wanted == "each":
        return Downmix(channels[louder(channels)], tuple(channels))
    return _looked_at(channels)


def _looked_at(channels: Sequence[Sound]) -> Downmix:
    if all(np.array_equal(channels[0], other) for other in channels[1:]):
        return Downmix(channels[0])
    levels, spectra = _measured(channels)
    active = _active_db(levels)
    audible = [k for k, level in enumerate(active) if level > max(active.max() - NEXT_TO_SILENT_DB, SILENT_DBFS)]
    if not audible:
        return Downmix(_mean(channels))
    # Where all are about as loud the first one is taken.
    first = next(k for k in audible if active[k] > active.max() - 1.0)
    if len(audible) == 1:
        silent = "The other channel is" if len(channels) == 2 else "The other channels are"
        return _one(channels, first, f"{silent} silent, or next to it; {_the(first, channels)} is used.")
    pairs = {(i, j): _pair(levels - active[:, None], spectra, i, j) for i, j in combinations(audible, 2)}
    speech = [k for k in audible if is_speech(channels[k])]
    if len(speech) == len(audible) and all(_two_voices(pair) for pair in pairs.values()):
        message = (
            "A different voice is heard on each channel. They are not mixed: each is analyzed for itself, and where one answer is asked "
            "for, it is the louder one's."
        )
        return Downmix(channels[louder(channels)], tuple(channels), (Finding("two-speakers", "warning", message),))
    for (i, j), pair in pairs.items():
        if first not in (i, j) or abs(pair.common) < COMMON:
            continue
        if pair.common < 0:
            message = f"The channels are in opposite phase and would cancel out; {_the(first, channels)} is used."
            return _one(channels, first, message)
        if pair.delay and pair.undelayed < 0.6 * pair.common:
            apart_ms = 1000 * abs(pair.delay) / SAMPLE_RATE
            # The nearer microphone hears first.
            near = i if pair.delay < 0 else j
            first = near if active[near] > active.max() - 1.0 else first
            return _one(channels, first, f"The channels are {apart_ms:.2g} ms apart; {_the(first, channels)} is used.")
    if len(speech) == 1 and all(abs(pair.common) < COMMON for pair in pairs.values()):
        return _one(channels, speech[0], f"Only {_the(speech[0], channels)} holds speech; it is used.")
    return Downmix(_mean([channels[k] for k in audible]))


def _two_voices(pair: _Pair) -> bool:
    return abs(pair.common) < ONE_SOUND and pair.swing_db >= TWO_VOICES_DB


def _one(channels: Sequence[Sound], which: int, message: str) -> Downmix:
    return Downmix(channels[which], findings=(Finding("channels", "info", message),))


def _the(which: int, channels: Sequence[Sound]) -> str:
    name = channel_name(len(channels))(which)
    return f"the {name} channel" if len(channels) == 2 else name


def _mean(channels: Sequence[Sound]) -> Sound:
    total = channels[0].copy()
    for channel in channels[1:]:
        total += channel
    total /= len(channels)
    return total


def _measured(channels: Sequence[Sound]) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Return the level of every 0.1 s in dBFS (channels × frames), and cross spectra summed over time (channels × channels × bins).

    Without offset and rumble, and chunk by chunk, as recordings of an hour come along.
    """
    powers = []
    spectra = np.zeros((len(channels), len(channels), _WINDOW // 2 + 1), np.complex128)
    shape = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    for start in range(0, len(channels[0]), _CHUNK):
        chunk = np.stack([centred(channel[start : start + _CHUNK]) for channel in channels])
        framed = np.pad(chunk, ((0, 0), (0, -chunk.shape[1] % _FRAME))).reshape(len(channels), -1, _FRAME)
        powers.append(np.square(framed).mean(axis=2, dtype=np.float64))
        for at in range(0, max(1, chunk.shape[1] - _WINDOW // 2), _WINDOW // 2):
            window = chunk[:, at : at + _WINDOW]
            spectrum = scipy.fft.rfft(np.pad(window, ((0, 0), (0, _WINDOW - window.shape[1]))) * shape, axis=1)
            spectra += spectrum[:, None] * spectrum[None].conj()
    return 10 * np.log10(np.maximum(np.concatenate(powers, axis=1), 1e-12)), spectra


def _active_db(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each channel's mean level over its frames within 20 dB of its loudest."""
    return np.array([channel[channel >= channel.max() - _ACTIVE_DB].mean() for channel in levels])


def _pair(levels: NDArray[np.float64], spectra: NDArray[np.complex128], i: int, j: int) -> _Pair:
    """Return what two channels have in common; levels are relative to their channel's active level."""
    power = [spectra[k, k].real for k in (i, j)]
    loud = np.maximum(levels[i], levels[j]) > -_LOUD_DB
    swing = float(np.clip(levels[i] - levels[j], -30.0, 30.0)[loud].std())
    heard = (power[0] > _BIN_FLOOR * power[0].max()) & (power[1] > _BIN_FLOOR * power[1].max())
    if (bins := int(np.count_nonzero(heard))) < _LEAST_BINS:
        return _Pair(0.0, 0.0, 0, swing)
    whitened = np.where(heard, spectra[i, j] / np.sqrt(np.maximum(power[0] * power[1], 1e-30)), 0.0)
    by_delay = scipy.fft.irfft(whitened) * (_WINDOW / (2 * bins))
    near = np.concatenate([by_delay[: _LONGEST_DELAY + 1], by_delay[-_LONGEST_DELAY:]])
    best = int(np.abs(near).argmax())
    delay = best if best <= _LONGEST_DELAY else best - len(near)
    return _Pair(float(near[best]), float(near[0]), delay, swing)
