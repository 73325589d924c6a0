"""The gate tells speech from silence, hum, tones, chords and noise, on what a window's end holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, settings
from ser_core.streaming import is_speaking
from ser_core.streaming.voice_activity import GATE_S

RATE = audio.SAMPLE_RATE
T = np.arange(4 * RATE) / RATE


def hum(hertz: float) -> np.ndarray:
    return sum(np.sin(2 * np.pi * k * hertz * T + k) / k for k in range(1, 9))


def chord(*hertz: float) -> np.ndarray:
    return sum(np.sin(2 * np.pi * f * T) + 0.5 * np.sin(4 * np.pi * f * T) for f in hertz)


WHITE = np.random.default_rng(0).standard_normal(len(T))
NOT_SPEECH = {
    "digital silence": np.zeros(len(T)),
    "a quiet room": 3e-4 * WHITE,
    "white noise": 0.1 * WHITE,
    "noise that swells": 0.05 * (1 + 0.8 * np.sin(2 * np.pi * 0.5 * T)) * WHITE,
    "50 Hz hum": 0.1 * hum(50),
    "60 Hz hum and noise": 0.02 * hum(60) + 1e-3 * WHITE,
    "a tone": 0.3 * np.sin(2 * np.pi * 1000 * T),
    "two tones": 0.2 * np.sin(2 * np.pi * 440 * T) + 0.2 * np.sin(2 * np.pi * 1200 * T),
    "a rising tone": 0.3 * np.sin(2 * np.pi * (100 * T + 190 * T**2)),
    "a held chord": 0.1 * chord(261.6, 329.6, 392.0),
    "an offset": np.full(len(T), 0.2),
}


def windows(samples: np.ndarray, seconds: float = GATE_S) -> list[np.ndarray]:
    n = round(seconds * RATE)
    return [samples[start : start + n].astype(np.float32) for start in range(0, len(samples) - n + 1, RATE // 4)]


@pytest.mark.parametrize("name", list(NOT_SPEECH))
def test_no_speech(name: str) -> None:
    assert not any(is_speaking(window) for window in windows(NOT_SPEECH[name], 2.0))


@pytest.mark.parametrize(
    "name", ["voice-british", "voice-high-fast", "voice-low-slow", "voice-neutral", "voice-scottish"]
)
def test_speech(name: str) -> None:
    samples = audio.decode(settings.ARTIFACTS / "samples" / f"{name}.flac").samples
    begin, end = audio.trim_bounds(samples)
    assert all(is_speaking(window) for window in windows(samples[begin:end]))


def test_speech_is_over_when_a_pause_gets_long(speech: np.ndarray) -> None:
    begin, end = audio.trim_bounds(speech)
    voice = speech[begin:end]
    room = (1e-4 * WHITE).astype(np.float32)
    assert is_speaking(np.r_[voice, room[: round(0.3 * RATE)]])
    assert not is_speaking(np.r_[voice, room[: round(0.9 * RATE)]])


def test_nearly_every_stretch_of_real_speech(data: Path) -> None:
    clips = sorted((data / "crema-d" / "AudioWAV").iterdir())[::130]
    found = []
    for path in clips:
        samples = audio.decode(path).samples
        begin, end = audio.trim_bounds(samples)
        found += [is_speaking(window) for window in windows(samples[begin:end])]
    assert len(found) > 80 and np.mean(found) >= 0.98
