"""Channels are looked at before they are mixed: what would cancel out is not averaged, and two people are kept apart."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import signal

from ser_core import audio
from ser_core.audio import channels
from tests import made

VOICE = made.voice(120.0, 0.4, 4.0, 2.0, np.random.default_rng(0))
SILENCE = np.zeros_like(VOICE)
OTHER = made.voice(230.0, 0.3, 7.0, 2.0, np.random.default_rng(1))


def decoded(*each: np.ndarray, rate: int = 16000, **options: audio.Channel) -> audio.Clip:
    return audio.decode(audio.encode_wav(np.stack(each, axis=1), rate, "FLOAT"), name="two.wav", **options)


def later(samples: np.ndarray, by: int) -> np.ndarray:
    return np.concatenate([np.zeros(by, np.float32), samples[: len(samples) - by]])


def noise(level: float, seed: int = 3) -> np.ndarray:
    return (level * np.random.default_rng(seed).standard_normal(len(VOICE))).astype(np.float32)


def said(clip: audio.Clip) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in clip.findings]


@pytest.mark.parametrize(
    ("each", "used", "words"),
    [
        ((VOICE, later(VOICE, 8)), 0, "The channels are 0.5 ms apart; the left channel is used."),
        ((later(VOICE, 8), VOICE), 1, "The channels are 0.5 ms apart; the right channel is used."),
        ((VOICE, later(VOICE, 800)), 0, "The channels are 50 ms apart; the left channel is used."),
        ((0.5 * VOICE, later(VOICE, 8)), 1, "The channels are 0.5 ms apart; the right channel is used."),
        ((VOICE, -VOICE), 0, "The channels are in opposite phase and would cancel out; the left channel is used."),
        (
            (-0.4 * VOICE, VOICE),
            1,
            "The channels are in opposite phase and would cancel out; the right channel is used.",
        ),
        ((VOICE, SILENCE), 0, "The other channel is silent, or next to it; the left channel is used."),
        (
            (SILENCE + np.float32(0.1), VOICE),
            1,
            "The other channel is silent, or next to it; the right channel is used.",
        ),
        ((VOICE, 0.01 * VOICE), 0, "The other channel is silent, or next to it; the left channel is used."),
        ((noise(0.03), VOICE), 1, "Only the right channel holds speech; it is used."),
    ],
)
def test_one_channel_is_used_where_averaging_would_harm(each: tuple[np.ndarray, ...], used: int, words: str) -> None:
    clip = decoded(*each)
    np.testing.assert_array_equal(clip.samples, each[used].astype(np.float32))
    assert said(clip) == [("channels", words)] and clip.channels == 2 and clip.apart == ()


def room(seed: int) -> np.ndarray:
    """A far voice in a room, as one of two microphones hears it."""
    random = np.random.default_rng(seed)
    reverb = random.standard_normal(12800) * np.exp(-6.9 * np.arange(12800) / 12800)
    heard = signal.fftconvolve(VOICE, reverb)
    return (0.3 * heard / np.abs(heard).max()).astype(np.float32)


def music() -> tuple[np.ndarray, np.ndarray]:
    """Notes that lie somewhere between left and right."""
    random = np.random.default_rng(0)
    sides = np.zeros((2, 96000))
    t = np.arange(8000) / 16000
    for _ in range(40):
        at, hz, place = random.integers(0, 88000), 220 * 2 ** (random.integers(0, 24) / 12), random.uniform(0.2, 0.8)
        note = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 6)) * np.exp(-4 * t)
        sides[:, at : at + 8000] += np.outer([np.cos(place * np.pi / 2), np.sin(place * np.pi / 2)], note)
    left, right = (0.1 * sides).astype(np.float32)
    return left, right


@pytest.mark.parametrize(
    "each",
    [
        (VOICE, VOICE),
        (VOICE, (0.5 * VOICE).astype(np.float32)),
        (VOICE + noise(0.02, 4), VOICE + noise(0.02, 5)),
        (VOICE, signal.lfilter([1, -0.5], [1], VOICE).astype(np.float32)),
        (room(0), room(1)),
        music(),
        (SILENCE, SILENCE),
        (noise(0.01, 4), noise(0.01, 5)),
    ],
    ids=["same", "louder", "noise", "tone control", "room", "music", "silence", "two noises"],
)
def test_what_is_one_recording_is_averaged_without_a_word(each: tuple[np.ndarray, np.ndarray]) -> None:
    clip = decoded(*each)
    np.testing.assert_allclose(clip.samples, np.mean(each, axis=0), atol=1e-6)
    assert said(clip) == [] and clip.apart == ()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (VOICE, OTHER[: len(VOICE)]),
        (np.concatenate([VOICE, SILENCE]), np.concatenate([SILENCE, OTHER])),
        (np.concatenate([VOICE, 0.1 * later(OTHER, 16)]), np.concatenate([0.1 * later(VOICE, 16), OTHER])),
    ],
    ids=["at once", "in turn", "in turn, each heard faintly by the other"],
)
def test_two_people_are_kept_apart(left: np.ndarray, right: np.ndarray) -> None:
    clip = decoded(left, right)
    assert [code for code, _ in said(clip)] == ["two-speakers"]
    for found, expected in zip(clip.apart, (left, right), strict=True):
        np.testing.assert_array_equal(found, expected.astype(np.float32))
    np.testing.assert_array_equal(clip.samples, left.astype(np.float32))
    each = clip.each()
    assert list(each) == ["left", "right"] and all(one.apart == () and one.findings == () for one in each.values())


def test_a_segment_of_two_people_is_of_the_one_who_speaks_in_it() -> None:
    clip = decoded(np.concatenate([VOICE, SILENCE]), np.concatenate([SILENCE, OTHER]))
    middle = len(VOICE) / 16000
    first, second = audio.segment(clip, 0.0, middle), audio.segment(clip, middle, clip.duration)
    np.testing.assert_array_equal(first.samples, VOICE)
    np.testing.assert_array_equal(second.samples, OTHER[: len(second.samples)])
    assert len(first.apart) == 2 and len(first.apart[0]) == len(first.samples)


def test_what_was_asked_for_is_done() -> None:
    each = (VOICE, -VOICE)
    assert not decoded(*each, channel="mix").samples.any()
    np.testing.assert_array_equal(decoded(*each, channel="left").samples, VOICE)
    np.testing.assert_array_equal(decoded(*each, channel="right").samples, -VOICE)
    apart = decoded(*each, channel="each")
    assert list(apart.each()) == ["left", "right"] and apart.findings == ()
    for channel in ("mix", "left", "right", "each"):
        mono = decoded(VOICE, channel=channel)  # type: ignore[arg-type]
        np.testing.assert_array_equal(mono.samples, VOICE)
        assert mono.apart == ()


def test_of_many_channels_silent_ones_are_left_out_and_the_others_looked_at() -> None:
    clip = decoded(SILENCE, VOICE, SILENCE, VOICE)
    np.testing.assert_array_equal(clip.samples, VOICE)
    clip = decoded(0.5 * VOICE, 0.5 * VOICE, later(VOICE, 40))
    assert said(clip) == [("channels", "The channels are 2.5 ms apart; channel 3 is used.")]
    third = made.voice(300.0, 0.3, 9.0, 2.0, np.random.default_rng(2))[: len(VOICE)]
    in_turn = [
        np.roll(np.concatenate([one, SILENCE, SILENCE]), k * len(VOICE)) for k, one in enumerate((VOICE, OTHER, third))
    ]
    assert list(decoded(*in_turn).each()) == ["channel 1", "channel 2", "channel 3"]


def test_the_hash_is_of_all_channels_whatever_becomes_of_them() -> None:
    integers = np.round(np.stack([VOICE, -VOICE], axis=1) * 32768) / 32768
    data = audio.encode_wav(integers)
    hashes = {audio.decode(data, channel=channel).pcm16_sha256_16 for channel in (None, "mix", "left", "each")}
    assert len(hashes) == 1 and hashes != {""}


def test_a_long_recording_is_looked_at_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = np.tile(VOICE, 4), np.tile(later(VOICE, 8), 4)
    whole = channels.downmix((left, right))
    monkeypatch.setattr(channels, "_CHUNK", 20 * channels._FRAME)
    in_chunks = channels.downmix((left, right))
    assert dataclasses.astuple(whole.findings[0]) == dataclasses.astuple(in_chunks.findings[0])
