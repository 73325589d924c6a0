"""Every format that users bring decodes to the same sound: right rate, channels, length and tone."""

from __future__ import annotations

import hashlib
import io
import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from ser_core import audio

TONE_HZ = 440.0
LOSSLESS = [
    ("WAV", "PCM_U8"),
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "PCM_32"),
    ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"),
    ("WAVEX", "PCM_16"),
    ("WAVEX", "PCM_24"),
    ("WAVEX", "FLOAT"),
    ("RF64", "PCM_16"),
    ("FLAC", "PCM_S8"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("AIFF", "PCM_S8"),
    ("AIFF", "PCM_16"),
    ("AIFF", "PCM_24"),
    ("AIFF", "FLOAT"),
]
LOSSY = [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("WAV", "ULAW"), ("WAV", "IMA_ADPCM")]


def tone(rate: int, seconds: float = 1.0, channels: int = 1, amplitude: float = 0.5) -> np.ndarray:
    t = np.arange(round(rate * seconds)) / rate
    return np.repeat((amplitude * np.sin(2 * np.pi * TONE_HZ * t))[:, None], channels, axis=1)


def written(samples: np.ndarray, rate: int, container: str, subtype: str, endian: str | None = None) -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format=container, subtype=subtype, endian=endian)
    return target.getvalue()


class Pipe(io.RawIOBase):
    """A target that cannot seek, as a browser's recorder or a shell's pipe."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        self.data += bytes(data)
        return len(data)


def muxed(container: str, codec: str, samples: np.ndarray, rate: int, *, live: bool = False) -> bytes:
    """Encode with PyAV; `live` writes to a pipe, so that the header states no duration."""
    target = Pipe() if live else io.BytesIO()
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[samples.shape[1]]
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        if codec.startswith("wma"):
            stream.bit_rate = 64_000
        packed = np.ascontiguousarray(samples.reshape(1, -1), dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        converter = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for part in [*converter.resample(frame), *converter.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return target.data if isinstance(target, Pipe) else target.getvalue()


def assert_is_tone(clip: audio.Clip, seconds: float = 1.0, *, slack_s: float = 0.0, tolerance: float = 0.002) -> None:
    """The clip is the 440 Hz tone at amplitude 0.5: frequency by its spectrum, level by its middle."""
    assert clip.samples.dtype == np.float32 and clip.samples.ndim == 1
    assert clip.sample_rate == 16000
    assert clip.duration == pytest.approx(seconds, abs=slack_s + 1 / 16000)
    middle = clip.samples[4000:12000].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * 16000 / len(middle) == pytest.approx(TONE_HZ, abs=2)
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(0.5, abs=tolerance)
    assert np.abs(clip.samples).max() <= 1.0


@pytest.mark.parametrize(("container", "subtype"), LOSSLESS)
def test_lossless_formats_keep_the_samples(container: str, subtype: str) -> None:
    integers = np.random.default_rng(0).integers(-120, 120, (4000, 1)).astype(np.int16) << 8
    expected = integers.astype(np.float32) / 32768
    data = expected if subtype in ("FLOAT", "DOUBLE") else integers
    clip = audio.decode(written(data, 16000, container, subtype))
    assert (clip.original_rate, clip.channels, clip.findings) == (16000, 1, ())
    np.testing.assert_array_equal(clip.samples, expected[:, 0])
    # These samples fit in 16 bit whatever the file's depth, so all the files carry one hash.
    assert clip.pcm16_sha256_16 == hashlib.sha256(integers.astype("<i2").tobytes()).hexdigest()[:16]


@pytest.mark.parametrize(("container", "subtype"), LOSSY)
def test_lossy_formats(container: str, subtype: str) -> None:
    clip = audio.decode(written(tone(48000), 48000, container, subtype))
    assert (clip.original_rate, clip.channels, clip.pcm16_sha256_16, clip.findings) == (48000, 1, "", ())
    assert_is_tone(clip, slack_s=0.05, tolerance=0.02)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24414, 32000, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize(("container", "subtype"), [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("AIFF", "PCM_24")])
def test_rates(rate: int, container: str, subtype: str) -> None:
    clip = audio.decode(written(tone(rate), rate, container, subtype))
    assert clip.original_rate == rate
    assert_is_tone(clip)


@pytest.mark.parametrize("channels", range(1, 9))
@pytest.mark.parametrize("container", ["WAV", "WAVEX", "FLAC", "AIFF"])
def test_channels_are_averaged(channels: int, container: str) -> None:
    gains = np.arange(1, channels + 1) / channels
    clip = audio.decode(written(tone(16000, channels=channels) * gains, 16000, container, "PCM_16"))
    assert clip.channels == channels
    np.testing.assert_allclose(clip.samples, tone(16000)[:, 0] * gains.mean(), atol=1 / 32768)


@pytest.mark.parametrize(
    ("container", "codec", "live"),
    [
        ("webm", "libopus", False),
        ("webm", "libopus", True),
        ("matroska", "aac", False),
        ("ipod", "aac", False),
        ("mp4", "aac", False),
        ("adts", "aac", False),
        ("mp3", "libmp3lame", False),
        ("mp3", "libmp3lame", True),
        ("ogg", "libopus", True),
        ("wav", "pcm_s16le", True),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_what_browsers_and_phones_record(container: str, codec: str, live: bool, channels: int) -> None:
    clip = audio.decode(muxed(container, codec, tone(48000, channels=channels), 48000, live=live))
    assert (clip.original_rate, clip.channels, clip.findings) == (48000, channels, ())
    # LAME turns the level down by 5 %.
    assert_is_tone(clip, slack_s=0.06, tolerance=0.03)


@pytest.mark.parametrize(("container", "codec"), [("webm", "libopus"), ("ipod", "aac"), ("matroska", "flac")])
@pytest.mark.parametrize("channels", [6, 8])
def test_surround_sound(container: str, codec: str, channels: int) -> None:
    clip = audio.decode(muxed(container, codec, tone(48000, channels=channels), 48000))
    assert (clip.original_rate, clip.channels, clip.findings) == (48000, channels, ())
    # Encoders take most of a 440 Hz tone out of the channel for low frequencies.
    assert_is_tone(clip, slack_s=0.06, tolerance=0.5 / channels + 0.01)


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("amr", "libopencore_amrnb", 8000),
        ("3gp", "libopencore_amrnb", 8000),
        ("asf", "wmav2", 44100),
        ("asf", "wmav1", 16000),
        ("caf", "adpcm_ima_qt", 44100),
        ("avi", "libmp3lame", 44100),
    ],
)
def test_voice_notes_and_old_recorders(container: str, codec: str, rate: int) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV has no encoder {codec}")
    clip = audio.decode(muxed(container, codec, tone(rate), rate))
    assert (clip.original_rate, clip.channels, clip.findings) == (rate, 1, ())
    assert_is_tone(clip, slack_s=0.06, tolerance=0.1)


@pytest.mark.parametrize(
    ("container", "subtype"),
    [("CAF", "PCM_16"), ("CAF", "ALAC_16"), ("AU", "PCM_16"), ("W64", "PCM_16"), ("NIST", "PCM_16")],
)
def test_other_lossless_containers_have_the_hash_of_the_wav(container: str, subtype: str) -> None:
    samples = np.rint(tone(16000) * 32767) / 32768
    expected = audio.decode(written(samples, 16000, "WAV", "PCM_16"))
    clip = audio.decode(written(samples, 16000, container, subtype), name="old.unknown")
    np.testing.assert_array_equal(clip.samples, expected.samples)
    assert clip.pcm16_sha256_16 == expected.pcm16_sha256_16 != "" and clip.findings == ()


def test_the_telephones_au() -> None:
    assert_is_tone(audio.decode(written(tone(8000), 8000, "AU", "ULAW")), tolerance=0.02)


@pytest.mark.parametrize(
    ("container", "codec"), [("mp4", "aac"), ("mov", "pcm_s16le"), ("matroska", "aac"), ("avi", "pcm_s16le")]
)
def test_the_sound_of_a_video(container: str, codec: str) -> None:
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        picture = output.add_stream("mpeg4", rate=25)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        sound = output.add_stream(codec, rate=48000, layout="mono")
        for number in range(25):
            still = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 5 * number, np.uint8), format="rgb24")
            still.pts = number
            output.mux(picture.encode(still))
        output.mux(picture.encode(None))
        frame = av.AudioFrame.from_ndarray(tone(48000).astype(np.float32).T.copy(), format="flt", layout="mono")
        frame.sample_rate, frame.pts = 48000, 0
        converter = av.AudioResampler(format=sound.codec_context.format, layout="mono", rate=48000)
        for part in [*converter.resample(frame), *converter.resample(None)]:
            output.mux(sound.encode(part))
        output.mux(sound.encode(None))
    clip = audio.decode(target.getvalue())
    assert (clip.original_rate, clip.channels, clip.findings) == (48000, 1, ())
    assert_is_tone(clip, slack_s=0.03, tolerance=0.02)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("order", ["LITTLE", "BIG"])
def test_a_chunk_of_odd_length_with_and_without_its_padding(at_once: bool, order: str) -> None:
    samples = np.rint(tone(16000) * 32767) / 32768
    wav = written(samples, 16000, "WAV", "PCM_16", endian=order)
    sign = ">" if order == "BIG" else "<"
    text = b"INFOISFT" + struct.pack(sign + "I", 5) + b"Lavf5"
    chunk = b"LIST" + struct.pack(sign + "I", len(text)) + text + (b"" if at_once else b"\0")
    longer = wav[:36] + chunk + wav[36:]
    clip = audio.decode(longer[:4] + struct.pack(sign + "I", len(longer) - 8) + longer[8:])
    np.testing.assert_array_equal(clip.samples, samples[:, 0].astype(np.float32))
    assert clip.findings == () and clip.pcm16_sha256_16 == audio.decode(wav).pcm16_sha256_16


def test_channels_that_change_within_the_stream() -> None:
    mono, stereo = (muxed("adts", "aac", tone(48000, channels=channels), 48000) for channels in (1, 2))
    clip = audio.decode(mono + stereo)
    assert clip.channels == 1
    assert [finding.code for finding in clip.findings] == ["truncated"]
    assert_is_tone(clip, slack_s=0.06, tolerance=0.02)


def test_live_webm_states_no_duration_and_decodes_whole() -> None:
    data = muxed("webm", "libopus", tone(48000, 3.0), 48000, live=True)
    with av.open(io.BytesIO(data)) as container:
        assert container.duration is None
    assert audio.decode(data).duration == pytest.approx(3.0, abs=0.03)


def test_lossless_sound_in_an_m4a_has_the_hash_of_the_wav() -> None:
    samples = np.rint(tone(44100, 0.5, channels=2) * 32767) / 32768
    expected = audio.decode(written(samples, 44100, "WAV", "FLOAT"))
    clip = audio.decode(muxed("ipod", "alac", samples, 44100))
    np.testing.assert_array_equal(clip.samples, expected.samples)
    assert clip.pcm16_sha256_16 == expected.pcm16_sha256_16 != ""


@pytest.mark.parametrize("wrong_name", ["a.wav", "a.mp3", "a.webm", "a.txt", "a.raw", "noextension"])
@pytest.mark.parametrize("container", ["AIFF", "FLAC", "WAV"])
def test_the_content_counts_not_the_name(tmp_path: Path, wrong_name: str, container: str) -> None:
    path = tmp_path / wrong_name
    path.write_bytes(written(tone(96000), 96000, container, "PCM_16"))
    clip = audio.decode(path)
    assert (clip.name, clip.original_rate) == (wrong_name, 96000)
    assert_is_tone(clip)


def test_webm_under_the_name_of_a_wav(tmp_path: Path) -> None:
    path = tmp_path / "recording.wav"
    path.write_bytes(muxed("webm", "libopus", tone(48000), 48000, live=True))
    assert_is_tone(audio.decode(path), slack_s=0.03, tolerance=0.02)


def test_big_endian_wav() -> None:
    assert_is_tone(audio.decode(written(tone(22050), 22050, "WAV", "PCM_16", endian="BIG")))


def test_mp3_behind_an_id3_tag() -> None:
    mp3 = written(tone(44100), 44100, "MP3", "MPEG_LAYER_III")
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 2, 0]) + bytes(256)
    assert_is_tone(audio.decode(tag + mp3), slack_s=0.06, tolerance=0.02)


def test_variable_rate_mp3_without_length_header_is_decoded_to_its_end() -> None:
    # Loud noise first, silence after: a length guessed from the first bit rate would be far too short.
    noise = np.random.default_rng(0).uniform(-0.9, 0.9, (44100, 1))
    samples = np.concatenate([noise, np.zeros((4 * 44100, 1))])
    target = io.BytesIO()
    with soundfile.SoundFile(
        target, "w", 44100, 1, format="MP3", bitrate_mode="VARIABLE", compression_level=0.0
    ) as file:
        file.write(samples)
    data = target.getvalue()
    xing = max(data.find(b"Xing"), data.find(b"Info"))
    assert xing > 0
    without = data[: xing - 4] + bytes(4) + b"\0\0\0\0" + data[xing + 4 :]
    assert audio.decode(without).duration == pytest.approx(5.0, abs=0.15)


@pytest.mark.parametrize("length", [0, 0x7FFFF000, 0xFFFFFFFF])
def test_wav_from_a_pipe_or_a_crashed_writer_is_read_to_its_end(length: int) -> None:
    wav = written(tone(16000), 16000, "WAV", "PCM_16")
    stated = struct.pack("<I", length)
    clip = audio.decode(wav[:4] + stated + wav[8:40] + stated + wav[44:])
    assert_is_tone(clip)
    assert clip.findings == ()


def test_sixteen_bit_mono_at_16_khz_is_the_integers_over_32768() -> None:
    integers = np.random.default_rng(1).integers(-32768, 32768, 20000).astype(np.int16)
    clip = audio.decode(written(integers, 16000, "WAV", "PCM_16"))
    np.testing.assert_array_equal(clip.samples, integers.astype(np.float32) / 32768)


@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (44100, 2), (48000, 8)])
def test_hash_is_of_all_channels_before_downmix_and_resampling(rate: int, channels: int) -> None:
    integers = np.random.default_rng(2).integers(-32768, 32768, (100_000, channels)).astype("<i2")
    expected = hashlib.sha256(integers.tobytes()).hexdigest()[:16]
    for container in ("WAV", "FLAC", "AIFF"):
        assert audio.decode(written(integers, rate, container, "PCM_16")).pcm16_sha256_16 == expected


@pytest.mark.parametrize(("container", "subtype"), [("WAV", "PCM_24"), ("FLAC", "PCM_24"), ("WAV", "FLOAT")])
def test_finer_than_sixteen_bit_has_no_hash(container: str, subtype: str) -> None:
    assert audio.decode(written(tone(16000), 16000, container, subtype)).pcm16_sha256_16 == ""


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_encode_then_decode_gives_the_same_samples(subtype: str) -> None:
    samples = np.random.default_rng(3).integers(-32768, 32768, 5000).astype(np.float32) / 32768
    np.testing.assert_array_equal(audio.decode(audio.encode_wav(samples, subtype=subtype)).samples, samples)


def test_encode_clips_instead_of_wrapping_around() -> None:
    clip = audio.decode(audio.encode_wav(np.array([1.5, -1.5, 0.0], np.float32)))
    np.testing.assert_array_equal(clip.samples, np.array([32767 / 32768, -1.0, 0.0], np.float32))


@pytest.mark.parametrize("kind", ["webm", "wav", "flac", "mp3", "ogg"])
def test_sound_beyond_the_limit_is_refused(kind: str) -> None:
    samples = tone(48000, 4.0)
    data = {
        "webm": lambda: muxed("webm", "libopus", samples, 48000, live=True),
        "wav": lambda: written(samples, 48000, "WAV", "PCM_16"),
        "flac": lambda: written(samples, 48000, "FLAC", "PCM_16"),
        "mp3": lambda: muxed("mp3", "libmp3lame", samples, 48000, live=True),
        "ogg": lambda: written(samples, 48000, "OGG", "VORBIS"),
    }[kind]()
    with pytest.raises(audio.AudioError, match=r"^talk lasts .*limit of 0.05 min"):
        audio.decode(data, name="talk", max_minutes=0.05)
    assert audio.decode(data, max_minutes=0.1).duration == pytest.approx(4.0, abs=0.1)
