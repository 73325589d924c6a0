"""A corpus whose labels have other names: `evaluate` and `train` say which it has, and the command that brings them to known ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from ser_core.cli.main import main
from ser_core.corpora import registry
from tests import made


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    """A folder of `Wut` and `Trauer`, two clips each."""
    source = made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO",), seconds=0.4) / "AudioWAV"
    for code, emotion in (("ANG", "Wut"), ("SAD", "Trauer")):
        (tmp_path / "v" / emotion).mkdir(parents=True)
        for path in source.glob(f"*_{code}_*"):
            path.rename(tmp_path / "v" / emotion / path.name)
    return tmp_path / "v"


def test_the_way_out_is_said_and_works(voices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    way = f"python -m ser_core corpora register NAME --data {voices} --suggested"
    evaluate = ["evaluate", "paper", "--corpus", "folder", "--data", str(voices)]
    train = ["train", "logreg", "--data", str(voices), "--set", "corpus=folder", "--set", 'labels=["anger","sadness"]']
    for words in (evaluate, train):
        assert main(words) == 1
        (said,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Error: ")]
        assert "Its labels are Trauer, Wut. These labels may mean" in said and "Wut = anger" in said and way in said
    assert main(["corpora", "register", "mine", "--data", str(voices), "--suggested"]) == 0
    assert registry.load("mine").emotions == ("anger", "sadness")
    assert main(["evaluate", "paper", "--corpus", "mine"]) == 0
    assert "4 clips" in capsys.readouterr().out


def test_labels_that_mean_nothing_here_are_renamed_by_hand(voices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (voices / "Wut").rename(voices / "Neugier")
    (voices / "Trauer").rename(voices / "Stolz")
    assert main(["evaluate", "paper", "--corpus", "folder", "--data", str(voices)]) == 1
    said = capsys.readouterr().err
    assert "Its labels are Neugier, Stolz. To rename them: python -m ser_core corpora register NAME" in said
    assert "--label Neugier=anger" in said
