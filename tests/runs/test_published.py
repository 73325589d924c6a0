"""The published form of a run: it weighs little, reads as the plain one does, and becomes the plain one again."""

import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from ser_core import encoders, exchange, runs, settings
from ser_core.evaluation import pooling
from ser_core.exchange import schema
from ser_core.runs import Run, RunError, overview, published

RESULTS = settings.ARTIFACTS / "results"
PUBLISHED = [Run(path) for path in sorted(RESULTS.iterdir()) if (path / "recipe.json").is_file()]
LABELS = ["anger", "neutral"]
TABLES = ("predictions.csv", "split.csv")


def trained(path: Path, seed: int, test: str) -> Run:
    """One training on clips of three speakers, of whom one is tested and one validated on."""
    run = runs.create(path)
    random = np.random.default_rng(seed)
    speakers = [f"00{k % 3}" for k in range(12)]
    parts = ["test" if one == test else "validation" if one == "001" else "train" for one in speakers]
    first = random.uniform(0, 1, 12)
    table = runs.prediction_rows(
        [f"crema-d/{k}" for k in range(12)],
        parts,
        speakers,
        [LABELS[k % 2] for k in range(12)],
        np.stack([first, 1 - first], axis=1),
        LABELS,
    )
    split = table[["clip", "speaker", "true", "part"]].rename(columns={"true": "emotion"})
    run.write_table("split.csv", split.assign(pcm16_sha256_16="00ab"))
    run.write_table("predictions.csv", table[table["part"] != "train"])
    stated = {"name": "mlp", "title": "x", "corpus": "crema-d", "labels": LABELS, "split": "speakers"}
    run.write_json("recipe.json", {"recipe": stated, "found": {"temperature": 1.0 + seed / 3, "parameters": 7}})
    run.write_json("metrics.json", schema.writing.scores(Run(path).predictions, LABELS))
    run.write_json("layers.json", [{"name": "a", "kind": "Dense", "shape": [2], "parameters": 7 + seed}])
    for epoch in (1, 2):
        run.append_history({"epoch": epoch, "loss": random.uniform(), "val_uar": random.uniform()})
    run.log_line("done")
    run.write_text("card.md", "# A card\n")
    (run.path / "model.onnx").write_bytes(b"weights")
    run.write_status("done", seconds=3.0)
    run.seal()
    return Run(path)


@pytest.fixture
def parent(tmp_path: Path) -> Run:
    """Two seeds, pooled; each knew clips of nobody it was tested on."""
    run = runs.create(tmp_path / "own" / "parent")
    made = [trained(run.path / "seeds" / str(seed), seed, "002") for seed in range(2)]
    rows = pd.concat([one.predictions.query("part == 'test'").assign(fold=one.name) for one in made])
    run.write_table("predictions.csv", rows)
    run.write_table("split.csv", pd.concat([one.split.query("part == 'test'").assign(fold=one.name) for one in made]))
    run.write_json("metrics.json", pooling.parts(Run(run.path).predictions, LABELS))
    run.write_json("recipe.json", {**made[0].recipe, "pooled": "seeds"})
    run.write_text("card.md", "# Both\n")
    run.write_status("done")
    run.seal()
    return Run(run.path)


def plain_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_what_is_published_reads_as_it_was_and_becomes_plain_again(tmp_path: Path) -> None:
    run = trained(tmp_path / "own" / "one", 0, "002")
    light = runs.publish(run, tmp_path / "results" / "one")
    names = {path.name for path in light.path.iterdir()}
    assert {"predictions.parquet", "small.json"} < names and not names & {"model.onnx", "log.txt", *TABLES}
    for name in ("predictions", "split", "history"):
        pd.testing.assert_frame_equal(getattr(light, name), getattr(run, name), check_exact=True)
    assert (light.metrics, light.layers, light.log, light.card) == (run.metrics, run.layers, run.log, run.card)
    assert light.rows("split.csv") == 12 and not light.has("model.onnx") and not light.has("feature.json")
    assert light.problems(hashes=True) == [] and overview.row(light)["state"] == "done"
    before, again = plain_files(run.path), plain_files(runs.weightless(light, tmp_path / "again").path)
    unlike = {name for name in before if again.get(name) != before[name].replace(b"\r\n", b"\n")}
    assert unlike == {"model.onnx", "files.json"} and set(again) < set(before)


def test_of_the_trainings_that_are_pooled_their_scores_layers_and_curves_stay(parent: Run, tmp_path: Path) -> None:
    light = runs.publish(parent, tmp_path / "results" / "parent")
    assert not (light.path / "seeds").exists() and runs.pieces(light) == []
    back = exchange.import_zip(exchange.export(light, tmp_path / "parent.zip"))
    for run in (light, runs.publish(light, light.path), back):
        pd.testing.assert_frame_equal(run.predictions, parent.predictions, check_exact=True)
        pd.testing.assert_frame_equal(run.split, parent.split, check_exact=True)
        assert run.metrics["test"]["mean"] == parent.metrics["test"]["mean"]
        for one, was in zip(runs.trainings(run), runs.trainings(parent), strict=True):
            assert one.name == was.name and one.name.startswith("seeds/")
            assert (one.found, one.metrics, one.layers) == (was.found, was.metrics, was.layers)
            assert one.knew_speakers is was.knew_speakers is False
            pd.testing.assert_frame_equal(one.history, was.history, check_exact=True)
    assert not published.is_published(back.path) and set(TABLES) < {path.name for path in back.path.iterdir()}


def test_runs_share_the_split_that_they_have_in_common(tmp_path: Path) -> None:
    results = tmp_path / "results"
    made = [trained(tmp_path / "own" / str(k), k, test) for k, test in enumerate(("002", "002", "000"))]
    light = [runs.publish(run, results / run.name) for run in made]
    assert len(list((results / "splits").iterdir())) == 2
    assert published.split(light[0].path) == published.split(light[1].path) != published.split(light[2].path)
    runs.publish(made[0], results / "2")
    assert len(list((results / "splits").iterdir())) == 1


def test_a_damaged_one_is_named(tmp_path: Path) -> None:
    light = runs.publish(trained(tmp_path / "own" / "one", 0, "002"), tmp_path / "results" / "one")
    split = published.split(light.path)
    assert split is not None and overview.problems(light) == []
    whole = split.read_bytes()
    split.write_bytes(whole[:-1] + b"?")
    assert "was altered" in overview.problems(light)[0]
    split.write_bytes(b"none")
    with pytest.raises(RunError, match="damaged"):
        exchange.export(light, tmp_path / "x.zip")
    with pytest.raises(RunError, match=r"split\.csv of the run one is not a table"):
        _ = Run(light.path).split
    split.unlink()
    with pytest.raises(RunError, match=r"has no split\.csv"):
        _ = Run(light.path).split
    assert "is missing" in overview.row(light)["problem"]
    split.write_bytes(whole)
    (light.path / "small.json").write_text("{")
    assert any("small.json" in one for one in light.problems(hashes=True))


def test_an_unfinished_or_damaged_run_is_not_published(parent: Run, tmp_path: Path) -> None:
    (parent.path / "seeds" / "1" / "card.md").write_text("another")
    with pytest.raises(RunError, match="damaged"):
        runs.publish(parent, tmp_path / "results" / "parent")
    assert not (tmp_path / "results").exists()


@given_settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.booleans())
def test_every_number_is_read_back_to_the_digit(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float], six_digits: bool
) -> None:
    values = [float(f"{one:.6g}") if six_digits else one for one in numbers]
    file = tmp_path_factory.mktemp("numbers") / "t.parquet"
    table = pd.DataFrame({"p": values, "clip": "a"})
    published.write_parquet(table, file)
    pd.testing.assert_frame_equal(published.read_parquet(file), table, check_exact=True)


@pytest.mark.parametrize("run", PUBLISHED, ids=[run.name for run in PUBLISHED])
def test_every_published_run_is_whole_and_light(run: Run) -> None:
    assert published.is_published(run.path) and run.problems(hashes=True) == []
    assert len(run.predictions) == run.rows("predictions.csv") and len(run.split) == run.rows("split.csv")
    assert bool(run.recipe.get("pooled")) == bool(runs.trainings(run))
    stated = {
        "card.md",
        "files.json",
        "metrics.json",
        "predictions.parquet",
        "recipe.json",
        "small.json",
        "status.json",
    }
    assert {path.name for path in run.path.iterdir()} == stated


def test_no_split_is_left_over() -> None:
    assert {published.split(run.path) for run in PUBLISHED} == set((RESULTS / "splits").iterdir())


def test_what_ships_is_few_files_and_little_beside_the_models_weights() -> None:
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "artifacts"]
    listed = subprocess.run(asked, cwd=settings.ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout of git")
    paths = [settings.ROOT / name for name in dict.fromkeys(listed.stdout.decode().split("\0")) if name]
    paths = [path for path in paths if path.is_file()]
    assert 0 < len(paths) <= 700
    weights = {run.path / name for run in runs.shipped() for name in ("model.onnx", "model.keras")}
    weights |= {found.graph for found in encoders.installed()}
    assert sum(path.stat().st_size for path in paths if path not in weights) <= 12e6
