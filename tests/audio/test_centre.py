"""Offset and rumble are taken out of a sound, and nothing else: no delay, no voice, whatever the length."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from ser_core.audio import centre
from tests import made

ROOT = Path(__file__).resolve().parents[2]


def voice(seconds: float = 2.0) -> np.ndarray:
    return made.voice(120.0, 0.4, 4.0, seconds, np.random.default_rng(0))


def test_a_constant_that_is_added_changes_nothing() -> None:
    sound = voice()
    np.testing.assert_allclose(centre.centred(sound + np.float32(0.3)), centre.centred(sound), atol=2e-7)
    assert np.abs(centre.centred(np.full(16000, 0.3, np.float32))).max() < 1e-6


@pytest.mark.parametrize(
    ("hz", "least", "most"), [(3.0, 0.0, 0.01), (10.0, 0.0, 0.1), (50.0, 0.97, 1.0), (100.0, 0.99, 1.0)]
)
def test_rumble_goes_and_voices_stay(hz: float, least: float, most: float) -> None:
    tone = np.sin(2 * np.pi * hz * np.arange(48000) / 16000).astype(np.float32)
    level = np.abs(centre.centred(tone)[16000:32000]).max()
    assert least <= level <= most + 1e-6


def test_nothing_is_delayed() -> None:
    click = np.zeros(16001, np.float32)
    click[8000] = 1.0
    found = centre.centred(click)
    assert found.argmax() == 8000
    np.testing.assert_allclose(found, found[::-1], atol=1e-6)


def test_a_long_sound_is_filtered_in_blocks_without_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = voice(5.0) + np.float32(0.2)
    whole = centre.centred(sound)
    monkeypatch.setattr(centre, "_BLOCK", 16000)
    np.testing.assert_allclose(centre.centred(sound), whole, atol=1e-7)


@pytest.mark.parametrize("n", [0, 1, 2, 10, 1600])
def test_short_sounds(n: int) -> None:
    found = centre.centred(np.full(n, 0.5, np.float32))
    assert found.shape == (n,) and found.dtype == np.float32
    assert np.abs(found).max(initial=0.0) < 1e-6


def test_every_network_is_fed_through_the_one_door() -> None:
    """Features for a network come from `sources.extracted`; calling a source itself would leave the offset in."""
    files = [path for room in ("ser_core", "pages", "scripts", "benchmarks") for path in (ROOT / room).rglob("*.py")]
    past_it = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bsource\.extract\(", line)
    ]
    allowed = ("ser_core/features/sources/", "ser_core/features/compiled.py")
    assert [one for one in past_it if not one.startswith(allowed)] == []
