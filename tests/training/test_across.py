"""Several corpora: each left out once, each weighing the same, labels read as stated; measured on one another, and shown."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_core import recipes, runs
from ser_core.augment import picture
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.cli.main import main
from ser_core.corpora import folds, registry, schemes, splits
from ser_core.corpora.base import CorpusError
from ser_core.evaluation import across
from ser_core.exchange import terms
from ser_core.features import sets, store
from ser_core.jobs.orders import Training
from ser_core.training import batches, parts
from tests import made, opened

#: SAVEE's letters of emotions whose voices are made → the made voice.
LETTERS = {"a": "ANG", "h": "HAP", "n": "NEU", "sa": "SAD", "su": "FEA"}
RECIPE = ["logreg", "--set", "features=mfcc-20"]


def savee(folder: Path) -> Path:
    """A folder in SAVEE's flat layout: four speakers, two clips of five emotions, surprise among them."""
    folder.mkdir()
    for number, speaker in enumerate(("DC", "JE", "JK", "KL")):
        random = np.random.default_rng(number)
        for letter, code in LETTERS.items():
            for take in (1, 2):
                sound = made.voice(*made.CODES[code], 0.5, random)
                soundfile.write(folder / f"{speaker}_{letter}{take:02}.wav", sound, made.RATE, subtype="PCM_16")
    return folder


def mine(folder: Path) -> Path:
    """A folder of one's own, whose speakers nobody states: `angry` and `Trauer`, six clips each."""
    random = np.random.default_rng(7)
    for name, code in (("angry", "ANG"), ("Trauer", "SAD"), ("odd", "DIS")):
        (folder / name).mkdir(parents=True)
        for number in range(6):
            sound = made.voice(*made.CODES[code], 0.5, random)
            soundfile.write(folder / name / f"{number}.wav", sound, made.RATE, subtype="PCM_16")
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("corpora")
    crema_d = made.crema_d(top / "c", made.SPEAKERS[:9], ("IEO", "TIE"), seconds=0.5)
    return {"crema-d": crema_d, "savee": savee(top / "s"), "mine": mine(top / "m")}


@pytest.fixture(scope="module")
def trained(
    folders: dict[str, Path], one_home: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> runs.Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_HOME", str(one_home))
        for name, folder in folders.items():
            registry.register(name, folder)
        path = one_home / "runs" / "left-out"
        words = ["train", *RECIPE, "--corpora", "crema-d,savee,mine", "--split", "corpora", "--run", str(path)]
        assert main([*words, "--label", "savee:surprise=", "--json"]) == 0
    return runs.Run(path)


pytestmark = pytest.mark.usefixtures("shared_home")


def test_each_corpus_is_tested_once_by_a_model_of_the_others(trained: runs.Run) -> None:
    assert {piece.name for piece in runs.pieces(trained)} == {"crema-d", "savee", "mine"}
    assert trained.metrics["test"]["labels"] == ["anger", "sadness"]
    assert {one["fold"] for one in trained.metrics["test"]["folds"]} == {"crema-d", "savee", "mine"}
    for piece in runs.pieces(trained):
        sources = piece.split.groupby("part")["clip"].agg(lambda clips: set(clips.str.partition("/")[0]))
        others = {"crema-d", "savee", "mine"} - {piece.name}
        assert sources["test"] == {piece.name} and sources["train"] == sources["validation"] == others
    assert trained.recipe["recipe"]["mapping"] == {"savee": {"surprise": ""}}
    assert trained.recipe["recipe"]["fit"]["corpus_weights"] is True


def test_the_card_and_whoever_exports_name_every_licence(trained: runs.Run, capsys: pytest.CaptureFixture[str]) -> None:
    piece = next(one for one in runs.pieces(trained) if one.name == "mine")
    for said in (trained.card, terms.sentence(piece)):
        assert "Open Database License" in said and "University of Surrey" in said and "as its owner says" in said
    assert "keep them on this machine" in trained.card
    # And under which names emotions were read.
    assert "mine: Trauer as sadness, angry as anger; left out: odd." in trained.card
    assert main(["runs", "export", str(piece.path), "-o", str(trained.path.parent / "piece.zip")]) == 0
    assert "University of Surrey" in capsys.readouterr().err


def test_each_corpus_is_answered_by_the_training_that_left_it_out(
    trained: runs.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["evaluate", "left-out", "--corpus", "savee,mine", "--json", "--keep"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["savee", "mine"]
    folds_said = {one["fold"]: one for one in trained.metrics["test"]["folds"]}
    # `angry` and `Trauer` are read as they were in the training.
    assert said["mine"]["n"] == 12 and said["mine"]["labels"] == ["anger", "sadness"]
    for name in said:
        assert said[name]["accuracy"] == pytest.approx(folds_said[name]["accuracy"]) and said[name]["seen"] == 0
    assert main(["evaluate", "left-out", "--corpus", "emodb", "--json"]) == 1
    assert "none of its trainings is for emodb" in capsys.readouterr().err


def test_the_table_holds_every_corpus_left_out_and_the_mean_of_speakers_where_it_was_taken_out(
    trained: runs.Run, folders: dict[str, Path], one_home: Path
) -> None:
    path = str(one_home / "runs" / "by-voice")
    assert main(["train", *RECIPE, "--set", "normalise=speaker", "--data", str(folders["crema-d"]), "--run", path]) == 0
    assert main(["evaluate", path, "--corpus", "savee", "--keep"]) == 0
    found = {(cell.run, cell.tested, cell.adapted): cell for cell in across.cells()}
    assert {key for key in found if key[0] == "left-out"} == {("left-out", name, False) for name in folders}
    assert (
        found["left-out", "savee", False].trained == ("crema-d", "mine") and found["left-out", "savee", False].unheard
    )
    assert found["by-voice", "savee", True].trained == ("crema-d",)
    # Its own test figure is with the means of speakers taken out, too.
    assert not found["by-voice", "crema-d", True].unheard
    at = opened.page("results")
    assert not at.exception
    (table,) = [one.value for one in at.dataframe if "trained on" in one.value.columns]
    row = table.set_index("run").loc["left-out"]
    assert row["trained on"] == "all of CREMA-D + mine + SAVEE but the tested one"
    assert row["SAVEE"] == "{:.0f} % ({:.0f} to {:.0f})".format(
        *(100 * getattr(found["left-out", "savee", False], name) for name in ("accuracy", "low", "high"))
    )
    at = at.toggle(key="across-adapted").set_value(True).run()
    (table,) = [one.value for one in at.dataframe if "trained on" in one.value.columns]
    assert "by-voice" in set(table["run"]) and "left-out" not in set(table["run"])


def test_features_of_joined_corpora_are_those_of_each(trained: runs.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    both = registry.load("crema-d+savee")
    (source,) = (one.source for one in sets.named("mfcc-20").inputs)
    # Kept with each corpus since the training, so nothing is extracted.
    monkeypatch.setattr(store, "_compute", None)
    found = store.load(both, source)
    assert all(clip in found for clip in both.clips["clip"]) and not found.failed
    alone = store.load(registry.load("savee"), source)
    assert np.array_equal(found["savee/DC_a01"], alone["savee/DC_a01"])
    assert set(alone.hashes.items()) <= set(found.hashes.items())


def test_copies_of_joined_corpora_are_made_of_the_clips_that_are_asked_for(folders: dict[str, Path]) -> None:
    for name in ("crema-d", "savee"):
        registry.register(name, folders[name])
    both = registry.load("crema-d+savee")
    few = dataclasses.replace(both, clips=both.clips.groupby(splits.corpus_of(both.clips)).head(2))
    (source,) = (one.source for one in sets.named("mfcc-20").inputs)
    told: list[tuple[int, int]] = []
    copies = store.Copies(WaveformAugmentation(), 2)
    found = store.load(few, source, copies=copies, progress=lambda done, of: told.append((done, of)))
    assert all(copies.name(clip, k) in found for clip in few.clips["clip"] for k in range(2))
    assert told[-1] == (8, 8)


def test_the_largest_corpus_does_not_decide() -> None:
    clips = pd.DataFrame({"clip": [*(f"big/{k}" for k in range(30)), *(f"small/{k}" for k in range(10))]})
    weights = parts.corpus_weights(clips)
    assert weights.mean() == pytest.approx(1.0) and weights[:30].sum() == pytest.approx(weights[30:].sum())


def test_a_networks_batches_weigh_corpora_alike() -> None:
    clips = pd.DataFrame(
        {"clip": [*(f"big/{k}" for k in range(6)), "small/0", "small/1"], "emotion": ["anger", "fear"] * 4}
    )
    inputs = sets.named("mfcc-20").inputs
    vectors = {clip: np.zeros((1, 40), np.float32) for clip in clips["clip"]}
    part = parts.Part(clips, ("anger", "fear"), inputs, {inputs[0].name: vectors})  # type: ignore[dict-item]
    weights = [
        batches.AugmentedBatches(part, picture.NONE, recipes.Fit(corpus_weights=one), 0).weights
        for one in (False, True)
    ]
    assert weights[0].tolist() == [1.0] * 8
    assert weights[1].tolist() == pytest.approx([8 / 12] * 6 + [2.0] * 2)


def test_what_several_corpora_take_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for words, said in (
        (["--corpora", "crema-d"], "two or more different corpora"),
        (["--corpora", "crema-d,savee", "--data", str(tmp_path)], "NAME=DIR"),
        (["--label", "savee:surprise="], "renames emotions of several corpora"),
        (["--corpora", "crema-d,savee", "--label", "surprise"], "not of the form CORPUS:OWN=NEW"),
        (["--corpora", "crema-d,savee", "--label", "emodb:a=b"], "not among crema-d, savee"),
    ):
        assert main(["train", "logreg", *words]) == 1
        assert said in capsys.readouterr().err


def test_one_corpus_cannot_be_left_out_and_speakers_keep_validation_apart() -> None:
    rows = [(f"a/{s}{k}", str(s), ("anger", "fear")[k % 2], "") for s in range(9) for k in range(4)]
    one = pd.DataFrame(rows, columns=["clip", "speaker", "emotion", "flag"])
    with pytest.raises(CorpusError, match="needs two corpora at least; here is a"):
        folds.divide(one, "corpora", 5, 0)
    both = pd.concat([one, one.assign(clip=one["clip"].str.replace("a/", "b/"))], ignore_index=True)
    for fold in folds.divide(both, "corpora", 5, 0):
        rest = both.assign(part=fold.parts)[fold.parts != "test"]
        speakers = rest.groupby("part")["speaker"].agg(set)
        assert not speakers["train"] & speakers["validation"] and splits.corpus_of(rest).nunique() == 1
    recipe = recipes.named("logreg").on_corpora(["a", "b", "c"]).with_(split="corpora")
    assert Training(recipe, seeds=2).trainings(40) == 6 and schemes.of("corpora").both_sides is False
