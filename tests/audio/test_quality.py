"""Quality findings fire on what they name and on nothing else."""

from __future__ import annotations

import io
import json
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from ser_core import audio
from ser_core.settings import ARTIFACTS

SAMPLES = ARTIFACTS / "samples"
ENTRIES = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
VOICES = [entry["file"] for entry in ENTRIES if entry["kind"] == "voice"]
T = np.arange(32000) / 16000


def clip_of(samples: np.ndarray) -> audio.Clip:
    return audio.Clip(samples.astype(np.float32), 16000, 1, "", "clip")


def codes(samples: np.ndarray) -> set[str]:
    return {finding.code for finding in audio.findings(clip_of(samples))}


def voice() -> np.ndarray:
    return audio.decode(SAMPLES / VOICES[0]).samples


def white(seed: int = 0, count: int = 32000) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, count)


def hum(mains_hz: float) -> np.ndarray:
    return sum(np.sin(2 * np.pi * mains_hz * k * T + k) / k for k in range(1, 8)) * 0.05


NO_SPEECH = {
    "digital silence": np.zeros(32000),
    "last bit": np.sign(white()) / 32768,
    "faint white noise": 0.001 * white(),
    "white noise": 0.01 * white(),
    "loud white noise": 0.2 * white(),
    "noise that fades in": 0.1 * white() * T / 2,
    "a burst of noise": 0.1 * white() * ((T > 0.5) & (T < 1.5)),
    "50 Hz hum": hum(50),
    "60 Hz hum": hum(60),
    "hum in noise": hum(50) + 0.0005 * white(),
    "100 Hz": 0.5 * np.sin(2 * np.pi * 100 * T),
    "1 kHz": 0.5 * np.sin(2 * np.pi * 1000 * T),
    "5 kHz": 0.5 * np.sin(2 * np.pi * 5000 * T),
    "a burst of tone": 0.5 * np.sin(2 * np.pi * 440 * T) * ((T > 0.5) & (T < 1.5)),
    "dial tone": 0.2 * (np.sin(2 * np.pi * 350 * T) + np.sin(2 * np.pi * 440 * T)),
    "short noise": 0.01 * white(count=5000),
    "half a minute of noise": 0.01 * white(count=480_000),
    "one sample": np.array([0.5]),
    "nothing": np.zeros(0),
}


@pytest.mark.parametrize("samples", NO_SPEECH.values(), ids=NO_SPEECH)
def test_no_speech(samples: np.ndarray) -> None:
    found = {finding.code: finding.severity for finding in audio.findings(clip_of(samples))}
    assert found["no-speech"] == "error"


@pytest.mark.parametrize("file", [entry["file"] for entry in ENTRIES if entry["kind"] != "voice"])
def test_no_speech_in_the_shipped_signals(file: str) -> None:
    assert not audio.is_speech(audio.decode(SAMPLES / file).samples)


@pytest.mark.parametrize("file", VOICES)
def test_shipped_voices_have_no_findings(file: str) -> None:
    assert audio.findings(audio.decode(SAMPLES / file)) == ()


@pytest.mark.parametrize("noise_level", [0.0, 0.001, 0.003])
@pytest.mark.parametrize("gain", [0.05, 0.2, 1.0, 2.0])
def test_speech_is_speech_quiet_loud_and_noisy(gain: float, noise_level: float) -> None:
    spoken = voice()
    assert audio.is_speech((gain * (spoken + noise_level * white(count=len(spoken)))).astype(np.float32))


def test_speech_at_the_end_of_a_long_silence_is_found() -> None:
    assert audio.is_speech(np.concatenate([np.zeros(16000 * 60, np.float32), voice()]))


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), seconds=st.sampled_from([0.3, 0.5, 1.0, 3.0]), level=st.floats(-60, -10))
def test_white_noise_is_never_speech(seed: int, seconds: float, level: float) -> None:
    samples = white(seed, int(16000 * seconds)) * 10 ** (level / 20)
    assert not audio.is_speech(np.clip(samples, -1, 1).astype(np.float32))


@pytest.mark.parametrize(("seconds", "short"), [(0.299, True), (0.3, False), (1.0, False)])
def test_too_short(seconds: float, short: bool) -> None:
    assert ("too-short" in codes(voice()[8000 : 8000 + round(16000 * seconds)])) == short


@pytest.mark.parametrize(("share", "clipped"), [(0.0005, False), (0.0015, True), (0.2, True)])
@pytest.mark.parametrize("value", [32767 / 32768, -1.0])
def test_clipped(share: float, clipped: bool, value: float) -> None:
    samples = voice().copy()
    samples[: round(share * len(samples))] = value
    assert ("clipped" in codes(samples)) == clipped


@pytest.mark.parametrize("rate", [16000, 44100])
def test_clipping_is_seen_before_downmix_and_resampling(rate: int) -> None:
    spoken = audio.resample(voice(), 16000, rate)
    stereo = np.stack([np.clip(4 * spoken, -1, 1), 0.2 * spoken], axis=1)
    clip = audio.decode(audio.encode_wav(stereo, rate))
    assert [finding.code for finding in audio.findings(clip)] == ["clipped"]


def test_eight_bit_files_clip_at_their_own_full_scale() -> None:
    target = io.BytesIO()
    soundfile.write(target, np.clip(4 * voice(), -1, 1), 16000, format="WAV", subtype="PCM_U8")
    assert "clipped" in [finding.code for finding in audio.decode(target.getvalue()).findings]


@pytest.mark.parametrize(("gain_db", "quiet"), [(0, False), (-20, False), (-35, True)])
def test_quiet(gain_db: float, quiet: bool) -> None:
    assert ("quiet" in codes(voice() * 10 ** (gain_db / 20))) == quiet


@pytest.mark.parametrize(("offset", "found"), [(0.0, False), (0.005, False), (0.03, True), (-0.03, True)])
def test_dc_offset(offset: float, found: bool) -> None:
    assert codes(0.5 * voice() + offset) == ({"dc-offset"} if found else set())


def test_findings_of_the_decoder_come_first() -> None:
    wav = audio.encode_wav(np.zeros(16000))
    found = audio.findings(audio.decode(wav[: len(wav) // 2]))
    assert [finding.code for finding in found] == ["truncated", "no-speech"]


def test_trim_bounds_find_the_sound() -> None:
    samples = np.zeros(48000, np.float32)
    samples[16000:32000] = 0.1 * white(count=16000)
    start, end = audio.trim_bounds(samples)
    assert abs(start - 16000) <= 512 and abs(end - 32000) <= 512
    assert audio.trim_bounds(np.zeros(1000, np.float32)) == (0, 1000)


@pytest.mark.parametrize("file", VOICES)
def test_trim_bounds_agree_with_librosa(file: str) -> None:
    samples = np.pad(audio.decode(SAMPLES / file).samples, 8000)
    _, (start, end) = librosa.effects.trim(samples, top_db=30, frame_length=512, hop_length=160)
    first, last = audio.trim_bounds(samples, top_db=30)
    assert abs(first - start) <= 512 and abs(last - end) <= 512


def test_segment_is_the_stretch_between_two_times() -> None:
    clip = audio.decode(audio.encode_wav(voice()), name="talk.wav")
    part = audio.segment(clip, 0.5, 1.25)
    np.testing.assert_array_equal(part.samples, clip.samples[8000:20000])
    assert (part.name, part.pcm16_sha256_16, part.duration) == ("talk.wav#0.5-1.25", "", 0.75)
    assert part.findings == ()


def test_segment_beyond_the_clip() -> None:
    clip = audio.decode(audio.encode_wav(voice()[:32000]), name="talk.wav")
    part = audio.segment(clip, 1.5, 3.0)
    assert part.duration == 0.5
    assert [finding.code for finding in part.findings] == ["truncated"]
    for start, end in ((2.5, 3.0), (1.0, 1.0), (1.0, 0.5), (-1.0, 1.0), (0.0, float("nan"))):
        with pytest.raises(audio.AudioError, match=r"^talk\.wav: a segment"):
            audio.segment(clip, start, end)


def test_shipped_samples_are_small_mono_and_described() -> None:
    files = sorted(SAMPLES.glob("*.flac"))
    assert [path.name for path in files] == sorted(entry["file"] for entry in ENTRIES)
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 1_000_000
    for entry in ENTRIES:
        clip = audio.decode(SAMPLES / entry["file"])
        assert (clip.original_rate, clip.channels) == (16000, 1) and clip.pcm16_sha256_16
        assert entry["title"] and entry["how_to_read"].endswith(".")
        assert (entry["kind"] == "voice") == bool(entry["text"])
        if entry["kind"] == "voice":
            assert "ynthetic" in entry["title"]


@pytest.mark.parametrize("fm", [4, 8, 16])
def test_shipped_am_tones_have_the_stated_formula(fm: int) -> None:
    expected = (1 + 0.8 * np.sin(2 * np.pi * fm * T)) * np.sin(2 * np.pi * 1000 * T)
    samples = audio.decode(Path(SAMPLES / f"am-{fm}hz.flac")).samples
    np.testing.assert_allclose(samples, 0.5 * expected / np.abs(expected).max(), atol=1e-4)
