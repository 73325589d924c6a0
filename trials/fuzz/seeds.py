"""Whole files that the mutations start from: sounds in every container, tables, archives, runs."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import soundfile

from ser_core import audio, runs, settings
from tests.audio.test_formats import muxed

ROWS = "file,emotion,speaker,start,end,split\na.wav,anger,one,,,train\nb.wav,sadness,two,0.1,0.6,test\nsub/c.wav,fear,one,,,\n"


def voice(seconds: float = 1.0) -> np.ndarray:
    """A second of a shipped synthetic voice, 16 kHz."""
    path = settings.ARTIFACTS / "samples" / "voice-british.flac"
    return audio.decode(path).samples[: int(seconds * audio.SAMPLE_RATE)]


def sounds() -> list[bytes]:
    """The shipped samples, and a voice in every container and depth that is read."""
    files = [path.read_bytes() for path in sorted((settings.ARTIFACTS / "samples").glob("*.flac"))]
    samples = voice()
    for container, subtype in (
        ("WAV", "PCM_U8"),
        ("WAV", "PCM_16"),
        ("WAV", "PCM_24"),
        ("WAV", "FLOAT"),
        ("WAVEX", "PCM_16"),
        ("WAV", "IMA_ADPCM"),
        ("AIFF", "PCM_16"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
        ("MP3", "MPEG_LAYER_III"),
        ("CAF", "PCM_16"),
    ):
        target = io.BytesIO()
        soundfile.write(target, samples, audio.SAMPLE_RATE, format=container, subtype=subtype)
        files.append(target.getvalue())
    # Long and wide: two minutes at 8 kHz, and eight channels at 192 kHz.
    for rate, channels, seconds in ((8_000, 1, 120), (192_000, 8, 4)):
        target = io.BytesIO()
        of_one = np.resize(samples, rate * seconds)
        soundfile.write(target, np.repeat(of_one[:, None], channels, axis=1), rate, format="FLAC")
        files.append(target.getvalue())
    wide = audio.resample(samples, audio.SAMPLE_RATE, 48_000)[:, None]
    for container, codec, live in (
        ("ipod", "aac", False),
        ("webm", "libopus", False),
        ("webm", "libopus", True),
        ("adts", "aac", False),
    ):
        files.append(muxed(container, codec, wide, 48_000, live=live))
    return files


def tables() -> list[bytes]:
    """Tables of clips as people and programs write them."""
    return [
        ROWS.encode(),
        ROWS.replace(",", ";").encode("utf-8-sig"),
        ROWS.replace(",", "\t").encode(),
        b"emotion,file\n" + b"anger,a.wav\n" * 50,
        ROWS.encode("utf-16"),
        b'"file","emotion"\r\n"a.wav","an ""odd"" one"\r\n"b.wav","fear"\r\n',
    ]


def corpora() -> list[dict[str, bytes]]:
    """What zips of corpora hold: a table beside the sounds, or a folder for each emotion."""
    clip = audio.encode_wav(voice(0.7))
    beside = {"clips.csv": ROWS.encode(), "a.wav": clip, "b.wav": clip, "sub/c.wav": clip}
    by_folder = {f"{emotion}/{number}.wav": clip for emotion in ("anger", "fear") for number in range(2)}
    return [beside, by_folder, {f"around/{name}": data for name, data in by_folder.items()}]


def imported() -> list[dict[str, bytes]]:
    """What zips of runs hold: a shipped model, and a run without weights."""
    with tempfile.TemporaryDirectory() as place:
        plain = runs.weightless(runs.find("svm-clips"), Path(place) / "svm-clips").path
        return [
            {f"{folder.name}/{path.name}": path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
            for folder in (settings.ARTIFACTS / "models" / "accurate", plain)
        ]


def taken(model: dict[str, bytes]) -> tuple[list[onnx.ValueInfoProto], int]:
    """What the graph of a run takes, and how many emotions it tells apart."""
    files = {name.rpartition("/")[2]: data for name, data in model.items()}
    graph = onnx.load_from_string(files["model.onnx"]).graph
    return list(graph.input), len(json.loads(files["feature.json"])["labels"])


def zipped(files: dict[str, bytes]) -> bytes:
    """The files as a zip that nothing is wrong with."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The run's files with a files.json that fits them: so a change is not caught by its hash alone."""
    listing = next((name for name in files if name.endswith("files.json")), None)
    if listing is None:
        return files
    top = listing.removesuffix("files.json")
    stated = {
        name.removeprefix(top): {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
        if name != listing
    }
    return {**files, listing: json.dumps(stated).encode()}
