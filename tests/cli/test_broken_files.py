"""`predict` on what people really hand over: each file gets an answer or a sentence, in bounded memory."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from ser_core import audio, settings
from tests import patience

SAMPLE = settings.ARTIFACTS / "samples" / "voice-neutral.flac"
#: Bytes resident; TensorFlow alone would take more.
MEMORY = 1_000_000_000
#: Runs the command line and says on the last line of stderr how much memory it held at most: Linux counts that
#: anew for every program, where the usage of a child would start with its parent's.
WATCHED = """
import resource, sys
from pathlib import Path
from ser_core.cli.main import main
status = main(sys.argv[1:])
if sys.platform == "linux":
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak, file=sys.stderr)
sys.exit(status)
"""


def voice(rate: int = 16000) -> np.ndarray:
    return audio.resample(audio.decode(SAMPLE).samples, 16000, rate)


def sound(samples: np.ndarray, rate: int = 16000, container: str = "WAV", subtype: str | None = None) -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format=container, subtype=subtype)
    return target.getvalue()


def png() -> bytes:
    """A grey square of 8 × 8 points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * 8 for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def an_hour(path: Path) -> None:
    """An hour of 16-bit silence that takes no room on the disk."""
    length = 3600 * 32000
    empty = sound(np.zeros(0), subtype="PCM_16")
    path.write_bytes(empty[:4] + struct.pack("<I", length + 36) + empty[8:40] + struct.pack("<I", length))
    os.truncate(path, 44 + length)


def clipped() -> np.ndarray:
    return np.clip(voice() * 6, -1, 1)


def some_nan() -> np.ndarray:
    samples = voice().copy()
    samples[5000:5100] = np.nan
    return samples


#: name → its bytes (or what writes it, or nothing), and what is said of it: words of the sentence for one that
#: cannot be used, else the findings' codes.
FILES: dict[str, tuple[bytes | Callable[[Path], None] | None, str | list[str]]] = {
    "random.wav": (np.random.default_rng(7).bytes(60_000), "not an audio file"),
    "renamed-pdf.wav": (b"%PDF-1.7\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 300, "not an audio file"),
    "zero-bytes.wav": (b"", "is empty (0 bytes)"),
    "bare-header.wav": (sound(voice(), subtype="PCM_16")[:44], "bare header"),
    "header-of-nothing.wav": (sound(np.zeros(0), subtype="PCM_16"), "bare header"),
    "all-nan.wav": (sound(np.full(16000, np.nan), subtype="FLOAT"), "not numbers"),
    "an-hour.wav": (an_hour, "lasts 60.0 min, more than the limit of 10 min"),
    "picture.wav": (png(), "not an audio file"),
    "text.wav": (b"Dear diary, today I recorded nothing.\n" * 50, "not an audio file"),
    "folder.wav": (Path.mkdir, "is not a file"),
    "missing.wav": (None, "was not found"),
    "4-khz.wav": (sound(voice()[:4000], 4000), "a sample rate of 4 kHz"),
    "nine-channels.wav": (sound(np.zeros((1000, 9))), "has 9 channels"),
    "one-sample.wav": (sound(np.array([0.005])), ["no-speech", "too-short"]),
    "a-tenth.wav": (sound(voice()[8000:9600]), ["too-short"]),
    "some-nan.wav": (sound(some_nan(), subtype="FLOAT"), ["non-finite"]),
    "truncated.wav": (sound(voice(), subtype="PCM_16")[:60_000], ["truncated"]),
    "truncated.flac": (sound(voice(), container="FLAC")[:25_000], ["truncated"]),
    "silence.wav": (sound(np.zeros(48000)), ["no-speech"]),
    "hum.wav": (sound(0.3 * np.sin(2 * np.pi * 50 * np.arange(48000) / 16000)), ["no-speech"]),
    "clipped.wav": (sound(clipped()), ["clipped"]),
    "off-centre.wav": (sound(voice() * 0.5 + 0.3), ["dc-offset"]),
    "slightly-off-centre.wav": (sound(voice() * 0.5 + 0.03), ["dc-offset"]),
    "very-quiet.wav": (sound(0.01 * voice(), subtype="FLOAT"), ["quiet"]),
    "eight-channels.wav": (sound(np.repeat(voice()[:, None], 8, axis=1)), []),
    "192-khz.wav": (sound(voice(192_000), 192_000), []),
    "aiff-inside.wav": (sound(voice(), container="AIFF", subtype="PCM_16"), []),
    "mp3-inside.wav": (sound(voice(44100), 44100, "MP3"), []),
    "no-ending": (sound(voice(), container="OGG", subtype="VORBIS"), []),
    "good.wav": (sound(voice(), subtype="PCM_16"), []),
}


@pytest.fixture(scope="module")
def handed_over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all of them."""
    folder = tmp_path_factory.mktemp("handed-over")
    for name, (content, _) in FILES.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        elif content is not None:
            content(folder / name)
    return folder


@pytest.fixture(scope="module")
def done(handed_over: Path) -> subprocess.CompletedProcess[str]:
    """What `predict --json` says of all of them in one go."""
    arguments = ["predict", "accurate", *(str(handed_over / name) for name in FILES), "--json"]
    command = [sys.executable, "-c", WATCHED, *arguments]
    return subprocess.run(command, cwd=settings.ROOT, capture_output=True, text=True, timeout=patience.SECONDS)


@pytest.fixture(scope="module")
def answers(done: subprocess.CompletedProcess[str], handed_over: Path) -> dict[str, dict[str, Any]]:
    found = json.loads(done.stdout)
    assert [one["file"] for one in found] == [str(handed_over / name) for name in FILES]
    return dict(zip(FILES, found, strict=True))


@pytest.mark.parametrize("name", [name for name, (_, expected) in FILES.items() if isinstance(expected, str)])
def test_what_cannot_be_used_gets_a_sentence_that_names_it(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name].keys() == {"file", "error"}
    reason = answers[name]["error"]
    assert reason.startswith(name) and str(FILES[name][1]) in reason
    assert reason.endswith(".") and "\n" not in reason


@pytest.mark.parametrize("name", [name for name, (_, expected) in FILES.items() if not isinstance(expected, str)])
def test_what_can_be_used_is_predicted_and_its_faults_are_found(answers: dict[str, dict[str, Any]], name: str) -> None:
    answer = answers[name]
    # That the made voice is unlike those of the training is not a fault of the file.
    faults = [one["code"] for one in answer["quality"] if one["code"] != "unlike-training"]
    assert faults == FILES[name][1]
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert (answer["decision"] == "no-speech") == ("no-speech" in FILES[name][1])


@pytest.mark.parametrize("name", ["eight-channels.wav", "aiff-inside.wav", "192-khz.wav", "slightly-off-centre.wav"])
def test_the_wrapping_does_not_change_what_is_heard(answers: dict[str, dict[str, Any]], name: str) -> None:
    """Rates leave the filters' ends, a constant and its level leave little in a log-mel spectrogram."""
    tolerance = 1e-3 if name in ("eight-channels.wav", "aiff-inside.wav") else 0.2
    assert answers[name]["probabilities"] == pytest.approx(answers["good.wav"]["probabilities"], abs=tolerance)
    assert answers[name]["label"] == answers["good.wav"]["label"]


def test_one_failure_is_said_in_the_status_without_a_traceback(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[:-1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="resident memory is read in the POSIX way")
def test_memory_stays_small(done: subprocess.CompletedProcess[str]) -> None:
    peak = int(done.stderr.splitlines()[-1])
    assert peak < MEMORY, f"{peak / 1e6:.0f} MB"
