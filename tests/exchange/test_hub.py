"""Runs to the Hub and back: its real client, a stand-in server on loopback."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import yaml

from ser_core import files, runs, settings
from ser_core.cli.main import main
from ser_core.exchange import hub
from ser_core.runs import Run, RunError
from tests.exchange import stand_in_hub
from tests.exchange.folders import nothing_came

SHIPPED = Run(settings.ARTIFACTS / "models" / "accurate")
REPO = "somebody/accurate"
CHANGED_BY_IMPORT = {"recipe.json", "metrics.json", "files.json"}


def test_a_run_comes_back_as_it_went(server: stand_in_hub.Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hub", "push", "accurate", REPO, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    there = server.repositories[REPO]
    assert told == {"run": "accurate", "repo": REPO, "commit": f"{server.url}/{REPO}/commit/{there.sha}"}
    assert there.private and there.commits == 1
    for path in SHIPPED.path.iterdir():
        kept = there.files["onnx/model.onnx" if path.name == "model.onnx" else f"run/{path.name}"]
        assert hashlib.sha256(kept).hexdigest() == files.sha256(path), path.name
    assert {"README.md", "onnx/example.py", "onnx/feature.json"} < set(there.files)
    assert main(["hub", "pull", REPO, "--json"]) == 0
    back = Run(Path(json.loads(capsys.readouterr().out)["path"]))
    assert back.name == "accurate-2" and back.path.parent == settings.home().runs
    assert back.recipe["imported"]["file"] == f"{REPO}@{there.sha[:12]}"
    assert back.recipe["imported"]["left_out"] == ["model.keras"] and back.of_a_stranger
    for path in SHIPPED.path.iterdir():
        if path.name not in CHANGED_BY_IMPORT | {"model.keras"}:
            assert files.sha256(back.path / path.name) == files.sha256(path), path.name
    assert back.metrics["test"]["confusion"] == SHIPPED.metrics["test"]["confusion"]
    assert not back.problems(hashes=True)


def test_a_later_push_takes_the_place_of_the_former(server: stand_in_hub.Hub, tmp_path: Path) -> None:
    hub.push(SHIPPED, REPO)
    hub.push(Run(settings.ARTIFACTS / "results" / "svm-clips"), REPO)
    there = server.repositories[REPO]
    assert "onnx/model.onnx" not in there.files and "run/novelty.npz" not in there.files
    back = hub.pull(REPO)
    assert back.predictions.equals(Run(settings.ARTIFACTS / "results" / "svm-clips").predictions)


def test_the_card_says_in_the_hubs_words_what_was_measured(server: stand_in_hub.Hub) -> None:
    hub.push(SHIPPED, REPO, public=True)
    assert not server.repositories[REPO].private
    text = server.repositories[REPO].files["README.md"].decode()
    _, header, body = text.split("---\n", 2)
    stated, test = yaml.safe_load(header), SHIPPED.metrics["test"]
    assert stated["license"] == "odbl" and stated["language"] in ("en", ["en"])
    assert {"audio-classification", "speech-emotion-recognition", "onnx"} <= set(stated["tags"])
    assert stated["datasets"] == ["crema-d"]
    (result,) = stated["model-index"][0]["results"]
    assert (
        result["dataset"]["args"]["split_sha256_16"] == runs.split_id(SHIPPED.split) == stated["ser"]["split_sha256_16"]
    )
    found = {one["type"]: one for one in result["metrics"]}
    for name, kind in (("accuracy", "accuracy"), ("uar", "recall"), ("macro_f1", "f1")):
        assert found[kind]["value"] == test[name] and found[kind]["args"] == test["intervals"][name]
    assert found["ece"]["value"] == test["ece"]
    assert stated["ser"]["calibration"] == {
        name: SHIPPED.recipe["found"][name] for name in ("temperature", "threshold")
    }
    split = SHIPPED.split
    assert stated["ser"]["speakers"] == {"test": 9, "train": split[split["part"] == "train"]["speaker"].nunique()}
    assert "Cao" in " ".join(stated["ser"]["attribution"]) and body.strip().startswith(SHIPPED.card.splitlines()[0])


def _of(corpus: str, path: Path) -> Run:
    """The shipped model, said to have learned from another corpus."""
    run = Run(Path(shutil.copytree(SHIPPED.path, path)))
    run.write_json("recipe.json", {**run.recipe, "recipe": {**run.recipe["recipe"], "corpus": corpus}})
    run.seal()
    return Run(path)


@pytest.mark.parametrize("corpus", ["savee", "crema-d+ravdess", "tess", "recordings", ""])
def test_weights_that_may_not_leave_stay_until_somebody_says_so(
    server: stand_in_hub.Hub, tmp_path: Path, corpus: str
) -> None:
    run = _of(corpus, tmp_path / "bound")
    with pytest.raises(RunError, match=r"stay here\. .*--i-have-the-rights"):
        hub.push(run, REPO)
    assert server.asked == []
    assert hub.push(run, REPO, rights=True)
    header = yaml.safe_load(server.repositories[REPO].files["README.md"].decode().split("---\n")[1])
    assert header["license"] == "other"


def test_a_run_without_weights_is_bound_by_no_ones_terms(server: stand_in_hub.Hub) -> None:
    assert hub.push(Run(settings.ARTIFACTS / "results" / "savee-cnn-clips"), "somebody/savee")


def test_nobody_elses_repository_is_written_over_and_nothing_made_public_unasked(server: stand_in_hub.Hub) -> None:
    server.repositories[REPO] = stand_in_hub.Repository(True, {"weights.bin": b"theirs"})
    with pytest.raises(RunError, match="holds something else"):
        hub.push(SHIPPED, REPO)
    server.repositories[REPO] = stand_in_hub.Repository(False, {"README.md": b"mine"})
    with pytest.raises(RunError, match="is public"):
        hub.push(SHIPPED, REPO)
    assert server.repositories[REPO].commits == 0
    with pytest.raises(RunError, match="OWNER/NAME"):
        hub.push(SHIPPED, "accurate")


def test_what_was_tampered_with_stays_out(server: stand_in_hub.Hub, home: Path) -> None:
    hub.push(SHIPPED, REPO)
    there = server.repositories[REPO].files
    whole = dict(there)
    for name, data, why in (
        ("run/card.md", whole["run/card.md"].replace(b"#", b"##", 1), "card.md has"),
        (
            "run/predictions.csv",
            whole["run/predictions.csv"].replace(b"anger", b"angst", 1),
            "predictions.csv was altered",
        ),
        ("onnx/model.onnx", whole["onnx/model.onnx"][:-1], "model.onnx has"),
        ("run/../../escaped.csv", b"out", "is no name of a run's file"),
    ):
        there.clear()
        there.update({**whole, name: data})
        with pytest.raises(RunError, match="was not imported") as error:
            hub.pull(REPO)
        assert why in str(error.value)
    assert nothing_came(home) and not list(home.parent.rglob("escaped.csv"))


def test_what_is_too_large_is_not_fetched_and_what_is_no_run_is_said(
    server: stand_in_hub.Hub, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.repositories[REPO] = stand_in_hub.Repository(True, {"run/recipe.json": b"{}", "run/large.csv": b"1" * 2000})
    monkeypatch.setattr("ser_core.exchange.importing.MAX_BYTES", 1000)
    with pytest.raises(RunError, match="more than a run has"):
        hub.pull(REPO)
    assert not [one for one in server.asked if "/resolve/" in one]
    server.repositories[REPO].files.clear()
    assert main(["hub", "pull", REPO]) == 1
    assert "holds no run" in capsys.readouterr().err
    assert main(["hub", "pull", "nobody/nothing"]) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1 and said[0].startswith("Error: The Hub did not give or take nobody/nothing: ")
    assert nothing_came(home)
