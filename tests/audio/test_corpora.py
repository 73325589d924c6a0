"""On real speech, where SER_DATA holds crema-d/ and savee/: hashes equal the index, findings stay quiet."""

from __future__ import annotations

import csv
import os
import random
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core import audio

SILENT = "1076_MTI_SAD_XX"


def clips(corpus: str, count: int) -> list[Path]:
    root = os.environ.get("SER_DATA")
    if not root or not (Path(root) / corpus).is_dir():
        pytest.skip(f"SER_DATA names no folder with {corpus}/")
    files = sorted(path for path in (Path(root) / corpus).rglob("*") if path.suffix in (".flac", ".wav"))
    return random.Random(0).sample(files, min(count, len(files)))


def stem(path: Path) -> str:
    return path.stem if path.stem[0].isdigit() or "_" in path.stem else f"{path.parent.name}_{path.stem}"


@pytest.mark.parametrize(("corpus", "count"), [("crema-d", 300), ("savee", 60)])
def test_only_silence_is_no_speech(corpus: str, count: int) -> None:
    fired = set()
    for path in clips(corpus, count):
        if any(finding.code == "no-speech" for finding in audio.findings(audio.decode(path))):
            fired.add(stem(path))
    assert fired <= {SILENT}


@pytest.mark.parametrize("corpus", ["crema-d", "savee"])
def test_hashes_equal_the_index(corpus: str) -> None:
    paths = clips(corpus, 60)
    index = Path(os.environ["SER_DATA"]) / "index" / f"{corpus}.csv"
    if not index.is_file():
        pytest.skip("SER_DATA holds no index/")
    with index.open(newline="", encoding="utf-8") as file:
        rows = {row["clip"]: row for row in csv.DictReader(file)}
    for path in paths:
        clip, row = audio.decode(path), rows[stem(path)]
        assert clip.pcm16_sha256_16 == row["pcm16_sha256_16"]
        assert (clip.original_rate, clip.channels) == (int(row["sample_rate"]), int(row["channels"]))
        assert len(clip.samples) == round(int(row["samples"]) * 16000 / clip.original_rate)


def test_crema_d_is_the_integers_over_32768() -> None:
    for path in clips("crema-d", 20):
        integers, _ = soundfile.read(path, dtype="int16")
        np.testing.assert_array_equal(audio.decode(path).samples, integers.astype(np.float32) / 32768)


def test_flac_equals_wav_of_the_same_clip() -> None:
    for path in clips("savee", 5):
        integers, rate = soundfile.read(path, dtype="int16")
        wav = audio.decode(audio.encode_wav(integers / np.float32(32768), rate))
        flac = audio.decode(path)
        np.testing.assert_array_equal(wav.samples, flac.samples)
        assert wav.pcm16_sha256_16 == flac.pcm16_sha256_16
