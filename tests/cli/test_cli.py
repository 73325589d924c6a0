"""The command line: exit codes, one JSON value on stdout, and no TensorFlow where nothing is trained."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ser_core import settings
from ser_core.cli.main import main

VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
DEV_TEST = "1015,1020,1021,1030,1050,1070,1079,1089,1090"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> Any:
    """Run a command in this process and return the JSON value that is all of its stdout."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == status
    return json.loads(capsys.readouterr().out)


def test_recipes_and_runs_and_corpora_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    recipes = printed(capsys, "recipes", "list")
    assert {"name", "title", "corpus", "network", "features", "seed_row"} == set(recipes[0])
    assert {"cnn1d-model1", "cnn2d-model2", "paper-savee", "crnn", "svm"} <= {one["name"] for one in recipes}
    runs = {one["name"]: one for one in printed(capsys, "runs", "list")}
    assert runs["accurate"]["status"] == "done" and runs["accurate"]["metrics"]["test"]["n"] == 738
    assert printed(capsys, "runs", "show", "accurate")["recipe"]["recipe"]["name"] == "voice"
    corpora = {one["name"]: one for one in printed(capsys, "corpora", "list")}
    assert not corpora["crema-d"]["present"]


def test_predict_prints_one_value_and_exits_1_when_a_file_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = tmp_path / "b.wav"
    broken.write_bytes(b"nothing")
    good, bad = printed(capsys, "predict", "accurate", str(VOICE), str(broken), status=1)
    assert sum(good["probabilities"].values()) == pytest.approx(1.0) and good["label"] in good["probabilities"]
    assert good["decision"] in ("emotion", "uncertain")
    assert set(bad) == {"file", "error"} and "b.wav" in bad["error"]


def test_wrong_usage_is_2_and_what_is_not_there_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["nothing"], ["predict"], ["features", "x.wav", "--set", "none", "--out", "o.npz"]):
        with pytest.raises(SystemExit) as stopped:
            main(wrong)
        assert stopped.value.code == 2
    for absent in (
        ["predict", "no-such-run", str(VOICE)],
        ["train", "no-such-recipe"],
        ["evaluate", "accurate", "--corpus", "crema-d"],
    ):
        capsys.readouterr()
        assert main(absent) == 1
        error = capsys.readouterr().err.strip().splitlines()
        assert len(error) == 1 and error[0].startswith("Error: ")


def test_nothing_but_training_imports_tensorflow(home: Path) -> None:
    code = (
        "import sys\nfrom ser_core.cli.main import main\n"
        f"assert main(['predict', 'accurate', {str(VOICE)!r}]) == 0\nassert main(['runs', 'list']) == 0\n"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'tf2onnx', 'streamlit')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=settings.ROOT, capture_output=True).returncode == 0


def test_the_shipped_models_card_states_what_evaluate_finds(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The tested speakers' clips alone: what the ear makes of all 7,442 takes minutes.
    few = tmp_path / "crema-d"
    (few / "AudioWAV").mkdir(parents=True)
    for path in (data / "crema-d" / "AudioWAV").iterdir():
        if path.name[:4] in DEV_TEST.split(","):
            shutil.copyfile(path, few / "AudioWAV" / path.name)
    for name in ("VideoDemographics.csv", "SentenceFilenames.csv"):
        shutil.copyfile(data / "crema-d" / name, few / name)
    found = printed(capsys, "evaluate", "accurate", "--corpus", "crema-d", "--data", str(few), "--speakers", DEV_TEST)
    card = (settings.ARTIFACTS / "models" / "accurate" / "card.md").read_text()
    assert found["seen"] == 0 and found["n"] == 738
    assert f"| test | 738 | 9 | {found['accuracy']:.3f} (" in card
    assert found["accuracy"] >= 0.55
