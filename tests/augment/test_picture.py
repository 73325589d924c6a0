"""What a picture goes through in training does what its name says: noise, a room, a line."""

import dataclasses

import numpy as np
import pytest

from ser_core.augment import picture
from ser_core.augment.picture import HOP_S, NONE, STOPPED_DB

FRAMES = np.random.default_rng(0).normal(-40, 10, (200, 64)).astype(np.float32)
NOTHING = np.empty((0, 64), np.float32)


@pytest.mark.parametrize("snr_db", [20.0, 10.0, 0.0])
def test_noise_has_its_power(snr_db: float) -> None:
    found = picture.add_noise(FRAMES, snr_db, np.random.default_rng(1))
    before, after = (np.power(10.0, one / 10.0).sum() for one in (FRAMES, found))
    assert 10 * np.log10(before / (after - before)) == pytest.approx(snr_db, abs=0.5)


@pytest.mark.parametrize(("rt60_s", "tail_db"), [(0.2, 0.0), (0.8, -6.0)])
def test_a_rooms_tail_has_its_power_and_its_decay(rt60_s: float, tail_db: float) -> None:
    click = np.full((300, 1), -200.0, np.float32)
    click[0] = 0.0
    power = np.power(10.0, picture.add_reverb(click, rt60_s, tail_db)[:, 0].astype(np.float64) / 10.0)
    assert power[0] == pytest.approx(1.0)
    assert 10 * np.log10(power[1:].sum()) == pytest.approx(tail_db, abs=0.1)
    quarter = round(rt60_s / 4 / HOP_S)
    assert 10 * np.log10(power[1] / power[1 + quarter]) == pytest.approx(15.0, rel=0.1)


def test_a_line_passes_a_band_between_two_edges() -> None:
    lower = upper = 0
    for seed in range(200):
        found, _ = picture.limited(FRAMES, NOTHING, np.random.default_rng(seed))
        stopped = np.isclose(FRAMES - found, STOPPED_DB, atol=1e-3).all(axis=0)
        np.testing.assert_array_equal(found[:, ~stopped], FRAMES[:, ~stopped])
        passed = np.flatnonzero(~stopped)
        assert (np.diff(passed) == 1).all() and passed[0] <= 8 and passed[-1] >= 31
        lower, upper = lower + bool(stopped[0]), upper + bool(stopped[-1])
    assert 60 < lower < 110 and 130 < upper < 170


def test_shares_say_how_many_clips_are_changed() -> None:
    for name in ("noise", "reverb", "band_limit"):
        change = dataclasses.replace(NONE, **{name: 0.3})
        moved = sum(
            not np.array_equal(change.change(FRAMES, np.random.default_rng(seed)), FRAMES) for seed in range(300)
        )
        # Some lines pass everything.
        assert 45 < moved < 120, name


def test_masks_hold_the_pictures_mean() -> None:
    mask = dataclasses.replace(NONE, time_masks=1, time_mask_frames=40, mask_by_band=False)
    hidden = mask.mask(FRAMES, np.random.default_rng(1))
    rows = np.flatnonzero((hidden != FRAMES).any(axis=1))
    assert len(rows)
    np.testing.assert_allclose(hidden[rows], FRAMES.mean(), rtol=1e-5)
