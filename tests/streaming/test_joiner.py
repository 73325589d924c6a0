"""Chunks become one signal: without seams, and with gaps, late and doubled sound settled."""

from __future__ import annotations

import numpy as np
import pytest

from ser_core import audio
from ser_core.streaming import Chunk
from ser_core.streaming.joiner import Joiner, Piece


def noise(n: int, seed: int = 0) -> np.ndarray:
    return (0.2 * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)


def joined(pieces: list[Piece]) -> np.ndarray:
    return np.concatenate([piece.samples for piece in pieces])


def all_of(joiner: Joiner, chunks: list[Chunk]) -> list[Piece]:
    return [piece for chunk in chunks for piece in joiner.push(chunk)] + joiner.finish()


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_no_seams_whatever_the_frames_lengths(rate: int) -> None:
    whole = noise(2 * rate)
    cuts = np.sort(np.random.default_rng(1).integers(0, len(whole), 150))
    chunks = [Chunk(part, rate) for part in np.split(whole, cuts) if len(part)]
    assert joined(all_of(Joiner(), chunks)) == pytest.approx(audio.resample(whole, rate, 16_000), abs=1e-6)


def test_rounded_times_change_nothing() -> None:
    whole = noise(48_000)
    parts = np.split(whole, 50)
    chunks = [Chunk(part, 48_000, round(7 + k * 0.02 + 0.004 * (k % 3), 3)) for k, part in enumerate(parts)]
    assert joined(all_of(Joiner(), chunks)) == pytest.approx(audio.resample(whole, 48_000, 16_000), abs=1e-6)


def test_a_short_gap_is_filled_with_silence() -> None:
    first, second = noise(1600), noise(1600, 1)
    joiner = Joiner()
    pieces = all_of(joiner, [Chunk(first, 16_000, 5.0), Chunk(second, 16_000, 5.2)])
    assert joined(pieces).tolist() == [*first, *np.zeros(1600), *second]
    assert not any(piece.after_gap for piece in pieces)
    assert joiner.filled_s == pytest.approx(0.1) and joiner.gaps == 0


@pytest.mark.parametrize("rate", [16_000, 48_000])
@pytest.mark.parametrize("jump_s", [0.5, 3600.0, -100.0])
def test_a_long_gap_or_a_new_clock_breaks_the_signal(rate: int, jump_s: float) -> None:
    first, second = noise(rate), noise(rate, 1)
    joiner = Joiner()
    pieces = all_of(joiner, [Chunk(first, rate, 200.0), Chunk(second, rate, 201.0 + jump_s)])
    (broken,) = [k for k, piece in enumerate(pieces) if piece.after_gap]
    # Each side is resampled for itself: nothing of one rings into the other.
    assert joined(pieces[:broken]) == pytest.approx(audio.resample(first, rate, 16_000), abs=1e-6)
    assert joined(pieces[broken:]) == pytest.approx(audio.resample(second, rate, 16_000), abs=1e-6)
    assert joiner.gaps == 1


def test_late_and_doubled_sound_is_left_out() -> None:
    whole = noise(4800)
    chunks = [
        Chunk(whole[:1600], 16_000, 1.0),
        Chunk(whole[:1600], 16_000, 1.0),
        Chunk(whole[800:4800], 16_000, 1.05),
        Chunk(noise(800, 2), 16_000, 1.1),
    ]
    joiner = Joiner()
    assert joined(all_of(joiner, chunks)).tolist() == whole.tolist()
    assert joiner.late_s == pytest.approx(0.1 + 0.05 + 0.05)


def test_the_rate_may_change() -> None:
    first, second = noise(48_000), noise(16_000, 1)
    found = joined(all_of(Joiner(), [Chunk(first, 48_000), Chunk(second, 16_000)]))
    assert found == pytest.approx(np.r_[audio.resample(first, 48_000, 16_000), second], abs=1e-6)


def test_nothing_beyond_full_scale() -> None:
    square = np.sign(np.sin(np.arange(48_000) / 9)).astype(np.float32)
    assert np.abs(joined(all_of(Joiner(), [Chunk(square, 48_000)]))).max() <= 1.0
