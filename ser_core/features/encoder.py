"""What a pretrained encoder hears of a sound and makes of it, frame by frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ser_core import audio
from ser_core.encoders import Encoder, whisper
from ser_core.encoders.of_samples import SamplesEncoder
from ser_core.features.conditioned import levelled

#: Frames more than this below the loudest are silence at both ends, dB.
TRIM_DB = 35.0
#: RMS to which every sound is brought, dB of full scale: 0.05. The encoder tells levels apart; who stands nearer is no angrier.
LEVEL_DBFS = 20.0 * math.log10(0.05)
#: Longer speech is heard in pieces of equal length, as long as clips are from which is learned at most.
PIECE_S = 10.0
#: Shortest sound that an encoder of samples is given, seconds; shorter ones are padded with zeros: the first layers see 25 ms and more.
SHORTEST_S = 0.1


@dataclass(frozen=True, eq=False)
class Heard:
    """What an encoder is fed with of a sound: log-mel frames (frames × bands), and at which second of the sound they begin."""

    logmel: np.ndarray = field(repr=False)
    start_s: float
    hop_s: float = whisper.HOP_S / 2
    """Seconds between two frames of the log-mel."""


def sounding(samples: np.ndarray) -> tuple[np.ndarray, int]:
    """Return what an encoder is given of 16 kHz samples, without silence at both ends and at one level, and its first sample's number."""
    # Before the silence is cut, so that what counts as silence does not hang on how loud the recording is.
    sound = levelled(samples, LEVEL_DBFS)
    start, stop = audio.trim_bounds(sound, TRIM_DB)
    return levelled(sound[start:stop], LEVEL_DBFS), start


def heard(samples: np.ndarray) -> Heard:
    """Return what Whisper's encoder hears of 16 kHz samples: without silence at both ends, at one level."""
    sound, start = sounding(samples)
    return Heard(whisper.logmel(sound), start / audio.SAMPLE_RATE)


def on_its_axis(heard: Heard, values: np.ndarray, n_samples: int, fill: float) -> np.ndarray:
    """Return what belongs to the frames that an encoder hears (frames × …) on the time axis of the whole sound of `n_samples`.

    fill: what stands where it hears nothing.
    """
    start = round(heard.start_s / heard.hop_s)
    length = max(round(n_samples / audio.SAMPLE_RATE / heard.hop_s), start + len(values))
    whole = np.full((length, *values.shape[1:]), fill, np.float32)
    whole[start : start + len(values)] = values
    return whole


def picture(heard: Heard, n_samples: int) -> np.ndarray:
    """Return what an encoder hears in dB (frames × bands), on the time axis of the whole sound of `n_samples`."""
    levels = whisper.decibels(heard.logmel)
    return on_its_axis(heard, levels, n_samples, float(levels.min()))


def hidden_states(logmel: np.ndarray, encoder: Encoder) -> list[np.ndarray]:
    """Return each block's hidden states (frames of 20 ms × width) of a log-mel picture (frames of 10 ms × bands).

    What is longer than PIECE_S is heard in pieces of equal length. Raises EncoderError where the graph cannot be opened.
    """
    # Two frames of the picture are one of the states.
    n = max(2, len(logmel) + len(logmel) % 2)
    picture = np.pad(logmel, ((0, n - len(logmel)), (0, 0)), mode="edge")
    pieces = math.ceil(n * whisper.HOP_S / 2 / PIECE_S)
    if pieces == 1:
        return [block[0] for block in encoder.run(picture[None])]
    length = 2 * math.ceil(n / pieces / 2)
    # The last ends with the sound; what it has in common with the one before is taken from that one.
    starts = [*range(0, n - length, length), n - length]
    # One after the other: together they would take as many times the memory, and keep it.
    states = [encoder.run(picture[None, start : start + length]) for start in starts]
    again = (starts[-2] + length - starts[-1]) // 2
    blocks = zip(*([block[0] for block in piece] for piece in states), strict=True)
    return [np.concatenate([*block[:-1], block[-1][again:]]) for block in blocks]


def hidden_states_of_samples(samples: np.ndarray, encoder: SamplesEncoder, layers: Sequence[int]) -> list[np.ndarray]:
    """Return the hidden states of these layers (frames × width each) of 16 kHz samples, without silence at both ends.

    What is longer than PIECE_S is given in pieces of equal length. Raises EncoderError where the encoder does not run.
    """
    sound, _ = sounding(samples)
    shortest = round(SHORTEST_S * audio.SAMPLE_RATE)
    sound = encoder.prepared(np.pad(sound, (0, max(0, shortest - len(sound)))))
    pieces = np.array_split(sound, math.ceil(len(sound) / audio.SAMPLE_RATE / PIECE_S))
    states = [encoder.states(piece, layers) for piece in pieces]
    return [np.concatenate(of_layer) for of_layer in zip(*states, strict=True)]
