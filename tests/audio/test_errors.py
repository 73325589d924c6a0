"""Files that are no sound, or too much of it, give one sentence; damaged ones give what they still hold."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core import audio


def written(samples: np.ndarray, rate: int = 16000, container: str = "WAV", subtype: str = "PCM_16") -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format=container, subtype=subtype)
    return target.getvalue()


def noise(seconds: float = 2.0, rate: int = 16000) -> np.ndarray:
    return np.random.default_rng(0).normal(0.0, 0.05, round(seconds * rate))


def refusal(source: bytes | Path, **options: float) -> str:
    """Return the error's message, which must be one line that names the file."""
    with pytest.raises(audio.AudioError) as caught:
        audio.decode(source, **({"name": "mine.wav"} if isinstance(source, bytes) else {}), **options)
    message = str(caught.value)
    assert message.startswith(source.name if isinstance(source, Path) else "mine.wav")
    assert message.endswith(".") and "\n" not in message and "Error" not in message
    return message


NO_AUDIO = {
    "pdf": b"%PDF-1.7\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 200,
    "text": b"This is not a recording.\n" * 100,
    "zip": b"PK\x03\x04" + bytes(5000),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(5000),
    "zeros": bytes(10_000),
    "one byte": b"R",
    "playlist": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n",
}


@pytest.mark.parametrize("data", NO_AUDIO.values(), ids=NO_AUDIO)
def test_no_audio(data: bytes) -> None:
    assert "not an audio file" in refusal(data)


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes(seed: int) -> None:
    refusal(np.random.default_rng(seed).bytes(20_000))


@pytest.mark.parametrize(
    "magic",
    [
        b"RIFF\x24\x10\x00\x00WAVEfmt ",
        b"FORM\x00\x00\x10\x00AIFFCOMM",
        b"fLaC\x00\x00\x00\x22",
        b"OggS\x00\x02",
        b"\x1aE\xdf\xa3",
        b"\x00\x00\x00\x20ftypM4A ",
        b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00",
        b"\xff\xf1\x50\x80\x02\x1f\xfc",
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_behind_a_known_beginning(magic: bytes, seed: int) -> None:
    refusal(magic + np.random.default_rng(seed).bytes(5000))


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "nothing.wav"
    path.touch()
    assert "empty" in refusal(path)
    assert "empty" in refusal(b"")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert "not found" in refusal(tmp_path / "absent.wav")
    assert "not a file" in refusal(tmp_path)


@pytest.mark.parametrize("container", ["WAV", "WAVEX", "RF64", "AIFF", "FLAC"])
def test_bare_header_that_promises_nothing(container: str) -> None:
    refusal(written(np.zeros(0), container=container))


@pytest.mark.parametrize(("container", "header"), [("WAV", 44), ("WAVEX", 80), ("AIFF", 54)])
def test_bare_header_that_promises_sound(container: str, header: int) -> None:
    assert "bare header" in refusal(written(noise(), container=container)[:header])


@pytest.mark.parametrize("container", ["WAV", "AIFF", "FLAC"])
@pytest.mark.parametrize("length", [4, 8, 12, 20, 30, 40])
def test_header_cut_in_the_middle(
    container: str, length: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = written(noise(), container=container)[:length]
    refusal(data)
    path = tmp_path / "cut"
    path.write_bytes(data)
    refusal(path)
    assert "Traceback" not in capfd.readouterr().err


def test_wav_header_with_a_text_chunk_but_no_sound() -> None:
    wav = written(np.zeros(0))
    chunk = b"LIST" + struct.pack("<I", 40) + bytes(40)
    assert "bare header" in refusal(wav[:4] + struct.pack("<I", len(wav) - 8 + len(chunk)) + wav[8:] + chunk)


@pytest.mark.parametrize(
    ("container", "subtype"),
    [("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAVEX", "PCM_24"), ("RF64", "PCM_16"), ("AIFF", "PCM_16")],
)
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.99])
def test_truncated_file_is_used_and_said(container: str, subtype: str, kept: float) -> None:
    whole = written(noise(), container=container, subtype=subtype)
    full = audio.decode(whole)
    cut = audio.decode(whole[: int(len(whole) * kept)])
    assert full.findings == ()
    assert [finding.code for finding in cut.findings] == ["truncated"]
    assert "2.00 s" in cut.findings[0].message
    assert cut.duration == pytest.approx(2.0 * kept, abs=0.01)
    np.testing.assert_array_equal(cut.samples, full.samples[: len(cut.samples)])
    assert cut.pcm16_sha256_16 != full.pcm16_sha256_16 or not full.pcm16_sha256_16


@pytest.mark.parametrize(
    ("container", "subtype"),
    [("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")],
)
def test_truncated_compressed_file_is_used_and_said(container: str, subtype: str) -> None:
    whole = written(noise(4.0, 48000), 48000, container, subtype)
    full = audio.decode(whole)
    cut = audio.decode(whole[: len(whole) // 2])
    assert full.findings == ()
    assert [finding.code for finding in cut.findings] == ["truncated"]
    assert 0.9 < cut.duration < 2.5


def test_one_missing_sample_is_said() -> None:
    clip = audio.decode(written(noise())[:-2])
    assert len(clip.samples) == 31999
    assert [finding.code for finding in clip.findings] == ["truncated"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_full_of_nan(value: float, subtype: str) -> None:
    assert "not numbers" in refusal(written(np.full(16000, value), subtype=subtype))


def test_mostly_nan() -> None:
    samples = noise()
    samples[: len(samples) * 2 // 3] = np.nan
    assert "most of its samples" in refusal(written(samples, subtype="FLOAT"))


def test_single_nan_become_zero_and_are_said() -> None:
    samples = noise()
    expected = samples.astype(np.float32)
    samples[[100, 200, 300]] = [np.nan, np.inf, -np.inf]
    expected[[100, 200, 300]] = 0.0
    clip = audio.decode(written(samples, subtype="FLOAT"))
    np.testing.assert_array_equal(clip.samples, expected)
    assert [finding.code for finding in clip.findings] == ["non-finite"]
    assert clip.findings[0].message.startswith("3 samples")


def test_huge_float_samples_stay_in_range_and_are_said() -> None:
    clip = audio.decode(written(noise() * 1e30, subtype="DOUBLE"))
    assert np.abs(clip.samples).max() <= 1.0
    assert [finding.code for finding in clip.findings] == ["clipped"]


@pytest.mark.parametrize("rate", [8000, 16000])
def test_one_sample(rate: int) -> None:
    clip = audio.decode(written(np.array([0.25]), rate))
    assert len(clip.samples) == 16000 // rate
    assert "too-short" in [finding.code for finding in audio.findings(clip)]


def test_one_sample_at_a_high_rate() -> None:
    assert "too short" in refusal(written(np.array([0.25]), 48000))


def test_size_is_checked_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "large.wav"
    path.write_bytes(written(noise()))
    os.truncate(path, 3 << 30)  # sparse: 3 GB in length alone
    assert "3072 MB" in refusal(path)
    assert "files up to 1 MB" in refusal(bytes(2 << 20), max_bytes=1 << 20)


def test_an_hour_of_silence_is_refused_without_decoding_it(tmp_path: Path) -> None:
    path = tmp_path / "hour.wav"
    seconds = 3600
    header = written(np.zeros(0))[:40] + struct.pack("<I", seconds * 32000)
    path.write_bytes(header[:4] + struct.pack("<I", seconds * 32000 + 36) + header[8:])
    os.truncate(path, 44 + seconds * 32000)
    tracemalloc.start()
    message = refusal(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "60.0 min" in message and "10 min" in message
    assert peak < 10_000_000


def test_a_higher_limit_lets_a_long_file_through() -> None:
    flac = written(np.zeros(8000 * 660, np.int16), 8000, "FLAC")
    assert "11.0 min" in refusal(flac)
    assert audio.decode(flac, max_minutes=11.0).duration == 660.0


def test_exactly_the_limit_is_allowed() -> None:
    wav = written(noise(3.0))
    assert audio.decode(wav, max_minutes=3 / 60).duration == 3.0


def test_many_channels_at_a_high_rate_need_little_memory() -> None:
    seconds, rate, channels = 30, 192000, 8
    flac = written(np.zeros((seconds * rate, channels), np.int16), rate, "FLAC")
    tracemalloc.start()
    clip = audio.decode(flac)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert clip.duration == seconds
    assert peak < 40_000_000  # all samples at once would be 92 MB as 16 bit, 369 MB as float64


@pytest.mark.parametrize(("rate", "channels", "what"), [(4000, 1, "4 kHz"), (384000, 1, "384 kHz"), (16000, 9, "9")])
def test_outside_rates_and_channels(rate: int, channels: int, what: str) -> None:
    assert what in refusal(written(np.zeros((1000, channels)), rate))


def test_a_name_cannot_break_the_sentence() -> None:
    with pytest.raises(audio.AudioError) as caught:
        audio.decode(b"nonsense", name="a\nb\x1b[31m.wav")
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)


@pytest.mark.parametrize("container", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
@pytest.mark.parametrize("seed", range(8))
def test_damaged_bytes_give_a_clip_or_a_sentence(container: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = bytearray(written(noise(0.5, 44100), 44100, container, "VORBIS" if container == "OGG" else None))
    for at in rng.integers(0, min(len(data), 2000), 8):
        data[at] = rng.integers(256)
    try:
        clip = audio.decode(bytes(data), name="damaged")
    except audio.AudioError as error:
        assert str(error).startswith("damaged")
    else:
        assert np.isfinite(clip.samples).all() and np.abs(clip.samples).max() <= 1.0


def test_a_git_lfs_pointer_names_the_command_that_fetches_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 123456\n")
    message = refusal(path)
    assert "git-lfs pointer" in message and "`git lfs pull`" in message


def test_what_is_missing_is_said_in_numbers_that_differ() -> None:
    data = written(noise(4.4))
    (little,) = audio.decode(data[:-18]).findings
    assert little.message == "The header promises 70,400 samples, but 70,391 samples are there, and used."
    (much,) = audio.decode(data[:-32000]).findings
    assert much.message == "The header promises 4.40 s, but 3.40 s are there, and used."
