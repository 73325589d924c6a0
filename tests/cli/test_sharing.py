"""`runs log`, `train --log-to`, `hub`: where their packages are not installed, and what stays here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ser_core.cli.main import main

REPO = "somebody/run"


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that a command says before it exits 1."""
    capsys.readouterr()
    assert main([*words]) == 1
    told = capsys.readouterr()
    said = told.err.strip().splitlines()
    assert told.out == "" and len(said) == 1 and said[0].startswith("Error: ")
    return said[0]


@pytest.mark.parametrize(
    ("package", "extra", "words"),
    [
        ("mlflow", "mlflow", ["runs", "log", "accurate", "--to", "mlflow"]),
        ("tensorboard", "tensorboard", ["runs", "log", "accurate", "--to", "tensorboard"]),
        ("wandb", "wandb", ["runs", "log", "accurate", "--to", "wandb"]),
        ("tensorboard", "tensorboard", ["train", "mlp", "--log-to", "tensorboard"]),
        ("huggingface_hub", "hub", ["hub", "push", "accurate", REPO]),
        ("huggingface_hub", "hub", ["hub", "pull", REPO]),
    ],
)
def test_a_package_that_is_absent_is_named_with_its_extra(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    package: str,
    extra: str,
    words: list[str],
) -> None:
    # None stands for a package that cannot be imported, whatever is installed.
    monkeypatch.setitem(sys.modules, package, None)
    said = refused(capsys, *words)
    assert f"The package {package} is not installed here" in said and f"pip install '.[{extra}]'" in said
    assert not list(home.glob("runs/*"))


def test_a_run_that_is_not_there_and_a_tracker_that_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere" in refused(capsys, "hub", "push", "nowhere", REPO)
    assert "nowhere" in refused(capsys, "runs", "log", "nowhere", "--to", "tensorboard")
    for wrong in (["runs", "log", "accurate", "--to", "neptune"], ["train", "mlp", "--log-to", "mlflow"], ["hub"]):
        with pytest.raises(SystemExit) as stopped:
            main(wrong)
        assert stopped.value.code == 2
