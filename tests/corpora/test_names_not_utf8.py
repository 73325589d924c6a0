"""Files and folders whose names are not UTF-8, as old systems wrote them: read, checked, registered, trained on, shown."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ser_core import files, runs
from ser_core.cli.main import main
from ser_core.corpora import durations, registry
from tests import made
from tests.corpora.stand_in import wav


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    """A folder `v\\xe4` with clips of the emotions `\\xc4rger` and `sad`."""
    folder = tmp_path / os.fsdecode(b"v\xe4")
    try:
        for number, name in enumerate((b"\xc4rger/b.wav", b"sad/s\xfc\xdf.wav", b"sad/c.wav")):
            write(folder / os.fsdecode(name), number)
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    return folder


def write(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav(seed, 0.4))


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([str(one) for one in arguments]) == 0
    out = capsys.readouterr().out
    out.encode()
    return out


def test_bytes_are_spelled_as_in_a_uri() -> None:
    assert files.utf8("Ärger") == "Ärger" and files.utf8(os.fsdecode(b"a\xe4\xff%")) == "a%E4%FF%"
    assert files.utf8("\ud800") == "\ufffd"


def test_validate_gives_json_and_register_keeps_the_folder(
    voices: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(printed(capsys, "corpora", "validate", "folder", "--data", voices, "--json"))
    assert found["emotions"] == {"%C4rger": 1, "sad": 2} and found["findings"] == []
    said = printed(capsys, "corpora", "register", "old", "--data", voices, "--label", os.fsdecode(b"\xc4rger=anger"))
    assert "anger 1, sad 2" in said
    assert json.loads((home / "corpora.json").read_text(encoding="utf-8"))["old"]["path"].endswith("/v%E4")
    corpus = registry.load("old")
    assert registry.folders()["old"] == voices
    assert set(corpus.clips["clip"]) == {"old/%C4rger/b.wav", "old/sad/s%FC%DF.wav", "old/sad/c.wav"}
    assert all(Path(path).is_file() for path in corpus.clips["path"])
    assert durations.of(corpus).min() > 0
    assert "v%E4" in printed(capsys, "corpora", "list", "--json")
    printed(capsys, "corpora", "list")


def test_an_evaluation_and_a_joined_corpus_take_them(
    voices: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "corpora", "register", "old", "--data", voices, "--label", "%C4rger=anger,sad=sadness")
    found = json.loads(printed(capsys, "evaluate", "paper", "--corpus", "old", "--keep", "--json"))
    assert (found["n"], found["failed"]) == (3, {})
    (table,) = (home / "evaluations").rglob("predictions.csv")
    assert "old/sad/s%FC%DF.wav" in table.read_text(encoding="utf-8")
    registry.register("crema-d", made.crema_d(tmp_path / "c", ("2001",), ("IEO",), seconds=0.3))
    both = registry.load("crema-d+old")
    assert len(both.clips) == 5 and len(both.fingerprint()) == 16


def test_a_training_writes_its_run(voices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place, emotion in enumerate((b"\xc4rger", b"calm", b"sad")):
        for number in range(8):
            write(voices / os.fsdecode(emotion) / os.fsdecode(b"\xe9%d.wav" % number), 10 * place + number)
    printed(capsys, "corpora", "register", "old", "--data", voices)
    words = (
        "train",
        "logreg",
        "--set",
        "corpus=old",
        "--set",
        'labels=["%C4rger","calm","sad"]',
        "--set",
        "features=mfcc-20",
    )
    printed(capsys, *words, "--split", "clips", "--run", tmp_path / "r")
    run = runs.Run(tmp_path / "r")
    assert run.problems(hashes=True) == [] and run.split["clip"].str.contains("%E9", regex=False).sum() == 24
