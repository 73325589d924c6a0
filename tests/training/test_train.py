"""A whole training on a small made corpus: run folder, parity, repetition, resume, cancel."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ser_core import audio, recipes, runs
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.evaluation import metrics, on_corpus
from ser_core.predictor import Predictor
from ser_core.runs import epochs, leagues
from ser_core.training import held_out, train
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")

SMALL = {"channels": [8, 16], "stem": 8, "gru": 8, "dropout": 0.2}
#: Epochs after which the small network has learned the made corpus.
LONG = 12


class Quiet:
    """A reporter that counts epochs, and may stop a training after one."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.epochs: list[dict[str, Any]] = []
        self.stop_after = stop_after

    def features(self, done: int, total: int) -> None:
        pass

    def epoch(self, row: dict[str, Any], epochs: int) -> None:
        self.epochs.append(row)
        if len(self.epochs) == self.stop_after:
            raise KeyboardInterrupt

    def batch(self, share_of_epoch: float) -> None:
        pass


def recipe(epochs: int = 3) -> recipes.Recipe:
    """A network that learns the corpus in LONG epochs; for less than that one that is sooner built."""
    changes = [f"fit.epochs={epochs}", "fit.batch_size=16", "fit.learning_rate=0.01", "fit.ema=0.9", "picture.mixup=0"]
    if epochs < LONG:
        return recipes.named("cnn1d-model5").with_(network_params={"channels": [8]}).override(changes)
    return recipes.named("crnn").with_(network_params=SMALL).override([*changes, "picture.shift_bands=0"])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return crema_d.MODULE.load(made.crema_d(tmp_path_factory.mktemp("corpus") / "c"))


Trained = Callable[..., runs.Run]


@pytest.fixture(scope="module")
def trained(corpus: Corpus, one_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train runs that are shared by the tests that only read them."""

    def run(epochs: int = 3, test: bool = True) -> runs.Run:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SER_HOME", str(one_home))
            return train.train(
                recipe(epochs), corpus, runs.create(tmp_path_factory.mktemp("runs") / "r"), Quiet(), test=test
            )

    return run


@pytest.fixture(scope="module")
def done(trained: Trained) -> runs.Run:
    """A run that has learned."""
    return trained(LONG)


@pytest.fixture(scope="module")
def short(trained: Trained) -> runs.Run:
    """A run of three epochs."""
    return trained()


@pytest.fixture(scope="module")
def unread(trained: Trained) -> runs.Run:
    """The same run, whose test part was not read."""
    return trained(test=False)


def test_it_learns_what_can_be_learned(done: runs.Run) -> None:
    assert done.metrics["test"]["uar"] > 0.5
    assert done.status["state"] == "done"
    assert done.problems(hashes=True) == []


def test_the_run_folder_is_whole(done: runs.Run) -> None:
    names = {path.name for path in done.path.iterdir()}
    assert names == {
        "recipe.json",
        "status.json",
        "history.csv",
        "epochs.npz",
        "split.csv",
        "predictions.csv",
        "metrics.json",
        "model.keras",
        "model.onnx",
        "novelty.npz",
        "feature.json",
        "layers.json",
        "card.md",
        "log.txt",
        "files.json",
    }
    assert done.trained_by == recipe(LONG).with_(labels=tuple(done.feature["labels"]))
    assert done.recipe["packages"]["tensorflow"]
    assert len(done.history) == LONG


def test_no_speaker_stands_in_two_parts_and_scaling_saw_none_of_the_test(done: runs.Run) -> None:
    split = done.split
    assert split.groupby("speaker")["part"].nunique().max() == 1
    assert set(done.predictions[done.predictions["part"] == "test"]["clip"]) == set(
        split[split["part"] == "test"]["clip"]
    )
    assert split["pcm16_sha256_16"].str.fullmatch("[0-9a-f]{16}").all()


def test_metrics_are_those_of_the_predictions_file(done: runs.Run) -> None:
    assert done.metrics == json.loads(json.dumps(metrics.parts(done.predictions, done.feature["labels"])))


def test_the_onnx_graph_answers_as_the_predictions_say(done: runs.Run, corpus: Corpus) -> None:
    predictor = Predictor(done)
    rows = done.predictions.set_index("clip")
    paths = corpus.clips.set_index("clip")["path"]
    for clip in rows.index[::7]:
        found = predictor.predict(audio.decode(Path(paths[clip])))
        expected = rows.loc[clip, [f"p_{label}" for label in predictor.labels]].to_numpy(float)
        np.testing.assert_allclose(found.probabilities, expected, atol=1e-4)
        assert found.label == rows.loc[clip, "predicted"]


def test_evaluate_leaves_seen_speakers_out_and_repeats_the_test_figure(done: runs.Run, corpus: Corpus) -> None:
    found = on_corpus.evaluate(Predictor(done), corpus)
    assert found.to_dict()["accuracy"] == pytest.approx(done.metrics["test"]["accuracy"])
    assert found.seen == int(done.split["part"].isin(["train", "validation"]).sum())
    with_seen = on_corpus.evaluate(Predictor(done), corpus, include_seen=True)
    assert len(with_seen.predictions) == len(corpus.clips) and with_seen.seen == found.seen
    train_speaker = done.split[done.split["part"] == "train"]["speaker"].iloc[0]
    with pytest.raises(CorpusError, match="Nothing unseen is left"):
        on_corpus.evaluate(Predictor(done), corpus, speakers=[train_speaker])
    with pytest.raises(CorpusError, match="no speaker 9999"):
        on_corpus.evaluate(Predictor(done), corpus, speakers=["9999"])


def test_gain_and_silence_around_a_clip_change_little(done: runs.Run, corpus: Corpus) -> None:
    predictor = Predictor(done)
    clip = audio.decode(Path(corpus.clips["path"][0]))
    plain = predictor.windows(clip.samples)[0].mean(axis=0)
    padded = np.concatenate([np.zeros(12400, np.float32), clip.samples, np.zeros(23400, np.float32)])
    np.testing.assert_allclose(predictor.windows(padded)[0].mean(axis=0), plain, atol=0.05)
    np.testing.assert_allclose(predictor.windows(clip.samples * 0.1)[0].mean(axis=0), plain, atol=0.05)


def _trained(corpus: Corpus, path: Path, reporter: Quiet | None = None) -> runs.Run:
    return train.train(recipe(), corpus, runs.create(path), reporter or Quiet())


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def test_the_same_seed_gives_the_same_metrics_also_after_interruptions(
    corpus: Corpus, short: runs.Run, unread: runs.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = short
    validated = first.predictions[first.predictions["part"] == "validation"].reset_index(drop=True)
    pd.testing.assert_frame_equal(validated, unread.predictions.reset_index(drop=True))
    with pytest.raises(KeyboardInterrupt):
        _trained(corpus, tmp_path / "third", Quiet(stop_after=2))
    stopped = runs.Run(tmp_path / "third")
    assert stopped.status["state"] == "cancelled" and len(stopped.history) == 2
    reporter = Quiet()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        # Ended between the fit and the seal.
        patch.setattr("ser_core.training.novelty.write", interrupted)
        train.train(recipe(), corpus, stopped, reporter)
    assert [row["epoch"] for row in reporter.epochs] == [3]
    resumed = train.train(recipe(), corpus, runs.Run(stopped.path), Quiet())
    assert resumed.status["state"] == "done" and not {"best.weights.h5", "checkpoint.keras"} & set(
        resumed.json("files.json")
    )
    history = runs.Run(resumed.path).history
    assert list(history["loss"][:2]) == list(first.history["loss"][:2])
    # The same batches in the same order and the same optimizer; kernels may be chosen anew, which changes last digits.
    assert history["loss"][2] == pytest.approx(first.history["loss"][2], rel=1e-4)
    assert history["learning_rate"][2] == first.history["learning_rate"][2]
    film, gone_on = epochs.read(first), epochs.read(resumed)
    assert film is not None and gone_on is not None
    np.testing.assert_array_equal(gone_on.epochs, [1, 2, 3])
    np.testing.assert_array_equal(gone_on.matrices[:2], film.matrices[:2])


def test_every_epochs_answers_are_kept_and_fit_the_history_and_the_predictions(done: runs.Run) -> None:
    found = epochs.read(done)
    assert found is not None
    np.testing.assert_array_equal(found.epochs, done.history["epoch"])
    np.testing.assert_allclose(found.uar, done.history["val_uar"])
    # The temperature moves no answer of a clip of one window.
    kept = found.matrices[int(found.uar.argmax())]
    np.testing.assert_array_equal(kept, done.metrics["validation"]["confusion"])
    rows = done.predictions[done.predictions["part"] == "validation"]
    assert (list(found.clips), list(found.true)) == (list(rows["clip"]), list(rows["true"]))
    assert (done.path / epochs.FILE).stat().st_size < 20_000


@pytest.mark.parametrize("name", ["svm", "logreg"])
def test_scikit_learns_classifiers_keep_the_same_contract(corpus: Corpus, tmp_path: Path, name: str) -> None:
    run = train.train(recipes.named(name), corpus, runs.create(tmp_path / "r"), Quiet())
    assert run.metrics["test"]["uar"] > 0.6
    assert not run.has("model.keras") and not run.has("history.csv")
    assert run.problems(hashes=True) == []
    found = on_corpus.evaluate(Predictor(run), corpus)
    assert found.to_dict()["accuracy"] == pytest.approx(run.metrics["test"]["accuracy"])
    with pytest.raises(recipes.RecipeError, match="needs a vector"):
        train.train(recipes.named(name).with_(features="seed-frames"), corpus, runs.create(tmp_path / "s"), Quiet())


def test_no_test_writes_no_test_rows(unread: runs.Run) -> None:
    assert set(unread.predictions["part"]) == {"validation"} and set(unread.metrics) == {"validation"}


def test_the_chosen_form_reads_the_test_part_once(
    corpus: Corpus, short: runs.Run, unread: runs.Run, tmp_path: Path
) -> None:
    place = Path(shutil.copytree(unread.path, tmp_path / "chosen"))
    (place / "recipe.json").write_text(json.dumps({**unread.recipe, "ear": "taught"}))
    runs.Run(place).seal()
    chosen = held_out.read_test(runs.Run(place), corpus)
    assert leagues.SENTENCES["taught"] in chosen.card
    assert chosen.problems(hashes=True) == []
    assert chosen.metrics["test"]["confusion"] == short.metrics["test"]["confusion"]
    assert f"{chosen.metrics['test']['accuracy']:.3f}" in chosen.card
    with pytest.raises(runs.RunError, match="test is read once"):
        held_out.read_test(chosen, corpus)


def test_a_network_of_margins_learns_and_its_test_part_by_clip_is_read_later(corpus: Corpus, tmp_path: Path) -> None:
    changes = ["fit.loss=hinge", "fit.label_smoothing=0", "fit.epochs=12", "fit.ema=0", "network_params.limit=2.5"]
    margins = recipes.named("paper-crema-d").with_(features="mfcc-20", split="clips").override(changes)
    run = train.train(margins, corpus, runs.create(tmp_path / "r"), Quiet(), test=False)
    assert run.metrics["validation"]["uar"] > 0.5
    # The same speakers stand on both sides, so every one of them was heard; the tested clips were not.
    chosen = held_out.read_test(run, corpus)
    tested = chosen.predictions[chosen.predictions["part"] == "test"]
    assert set(tested["clip"]) == set(run.split[run.split["part"] == "test"]["clip"])
    assert chosen.metrics["test"]["uar"] > 0.5


def test_a_failure_is_written_into_the_run(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs.Run, "write_table", full_disk)
    with pytest.raises(OSError, match="No space left"):
        _trained(corpus, tmp_path / "r")
    status = runs.Run(tmp_path / "r").status
    assert status["state"] == "failed" and "No space left on device" in status["message"]


def test_a_train_part_of_which_nothing_can_be_read_is_refused(tmp_path: Path) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", made.SPEAKERS[:3], ("IEO",), seconds=0.3))
    split = tmp_path / "split.csv"
    parts = corpus.clips["speaker"].map(dict(zip(made.SPEAKERS, ("test", "validation", "train"), strict=False)))
    corpus.clips[["clip"]].assign(part=parts).to_csv(split, index=False)
    for path in corpus.clips["path"][parts == "train"]:
        Path(path).write_bytes(b"RIFF")
    recipe = recipes.named("logreg").with_(split=str(split), features="mfcc-20")
    broken = crema_d.MODULE.load(tmp_path / "c")
    with pytest.raises(CorpusError, match="6 of the 18 clips of CREMA-D cannot be read"):
        train.train(recipe, broken, runs.create(tmp_path / "run"), Quiet())
    assert runs.Run(tmp_path / "run").status["state"] == "failed"
    with pytest.raises(CorpusError, match=r"No clip of the train part .* is left: 6 of 18 clips cannot be read"):
        train.train(recipe, broken, runs.create(tmp_path / "again"), Quiet(), allow_unreadable=True)


def test_a_label_that_the_corpus_lacks_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    wrong = recipe().override(['labels=["anger","boredom"]'])
    with pytest.raises(CorpusError, match="no clip of boredom"):
        train.train(wrong, corpus, runs.create(tmp_path / "r"), Quiet())


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(path.read_bytes()[:-10]), lambda path: path.unlink()])
def test_a_damaged_model_is_refused(done: runs.Run, tmp_path: Path, change: Callable[[Path], Any]) -> None:
    copy = Path(shutil.copytree(done.path, tmp_path / "copy"))
    change(copy / "model.onnx")
    with pytest.raises(runs.RunError, match=r"damaged: model\.onnx"):
        Predictor(runs.Run(copy))
