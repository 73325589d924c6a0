"""Personal models: from one's own recordings to an ordinary run, with a figure that says what it is worth."""

import json
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ser_core import audio, files, graphs, runs
from ser_core.corpora.recordings import Recordings
from ser_core.evaluation import metrics
from ser_core.personal import collected, fitting, head, worth
from ser_core.predictor import Predictor
from ser_core.runs import overview
from tests import made

#: Class → the voice that stands for it.
VOICES = {"anger": made.CODES["ANG"], "sadness": made.CODES["SAD"], "fear": made.CODES["FEA"]}
ODD = ('1, "two" | <b>`x`*', "0012", "background")


@pytest.fixture(scope="module")
def base() -> Predictor:
    return Predictor(runs.find("accurate"))


def record(
    clips: int, sittings: tuple[str, ...] = ("one",), names: tuple[str, ...] = ("anger", "sadness")
) -> Recordings:
    """Keep so many clips a class, in the sittings by turns."""
    kept = Recordings()
    for name, (pitch, level, rhythm) in zip(names, VOICES.values(), strict=False):
        for number in range(clips):
            random = np.random.default_rng([number, *name.encode()])
            voice = made.voice(pitch * random.uniform(0.95, 1.05), level, rhythm, 0.7, random)
            kept.add(audio.encode_wav(voice), name, sitting=sittings[number % len(sittings)])
    return kept


def test_a_model_is_a_run_like_any_other(base: Predictor, home: Path) -> None:
    kept = record(10, ("one", "two"))
    run = fitting.fit(kept.load(), base, seed=3)
    assert run.path.parent == home / "runs" and run.problems(hashes=True) == []
    assert run.servable and runs.find(run.name).path == run.path and runs.summary(run)["status"] == "done"
    assert not [path for path in home.iterdir() if path.name.endswith(".making")]
    stated = run.recipe
    assert stated["personal"]["base"] == "accurate" and stated["seed"] == 3
    assert stated["personal"]["base_model_sha256"] == files.sha256(base.run.model_path())
    assert stated["recipe"]["labels"] == ["anger", "sadness"]
    assert set(run.split["part"]) == {"train"} and set(run.predictions["part"]) == {"validation"}
    assert sorted(run.predictions["clip"]) == sorted(run.split["clip"]) == sorted(one.clip for one in kept.list_all())
    assert run.split["pcm16_sha256_16"].str.fullmatch("[0-9a-f]{16}").all()
    # Whoever reads predictions.csv finds the same numbers.
    assert json.loads(json.dumps(metrics.parts(run.predictions, ("anger", "sadness")))) == run.metrics
    predictor = Predictor(run)
    right = [predictor.predict(audio.decode(kept.path(one.file))).label == one.emotion for one in kept.list_all()]
    assert np.mean(right) >= 0.9
    assert run.layers[-1]["shape"] == [2] and "embedding" in [layer["name"] for layer in run.layers]
    assert run.feature["inputs"] == base.run.feature["inputs"]
    assert run.feature["audio_version"] == audio.VERSION


def test_the_graph_has_the_ordinary_contract(base: Predictor) -> None:
    run = fitting.fit(record(3, names=("anger", "sadness", "fear")).load(), base)
    model = onnx.load(run.model_path())
    onnx.checker.check_model(model, full_check=True)
    opened = graphs.session(run.model_path())
    assert {one.name: one.shape[-1] for one in opened.get_outputs()} == {
        "probabilities": 3,
        "embedding": base.windows(np.zeros(16_000, np.float32))[1].shape[1],
    }
    assert graphs.signature(opened) == graphs.signature(base.session)
    voice = audio.decode(Recordings().path(Recordings().list_all()[0].file)).samples
    probabilities, embedding = Predictor(run).windows(voice)
    assert np.array_equal(embedding, base.windows(voice)[1])
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_sittings_are_left_out_one_at_a_time(base: Predictor) -> None:
    run = fitting.fit(record(12, ("monday", "tuesday", "friday")).load(), base)
    by_clip = {one.clip: one.sitting for one in Recordings().list_all()}
    assert run.predictions["fold"].tolist() == [by_clip[clip] for clip in run.predictions["clip"]]
    own = worth.of(run)
    assert own is not None and own.label == "by sitting" and "by sitting" in run.card
    assert runs.summary(run)["split"] == "sittings"


def test_what_is_left_out_teaches_nothing() -> None:
    """Two sittings whose labels contradict each other: what answers the one has learned the other's alone."""
    true = ["a", "b"] * 10
    side = np.array([1.0, -1.0] * 10)
    folds = np.array(["one"] * 10 + ["two"] * 10)
    side[10:] *= -1
    scores = head.cross_validated(np.c_[side, np.zeros(20)], np.arange(20), true, folds, ("a", "b"))
    assert (scores.argmax(axis=1) != np.array([0, 1] * 10)).all()


@pytest.mark.parametrize("labels", [("a", "b"), ("a", "b", "c")])
def test_a_head_is_scikit_learns_pipeline(labels: tuple[str, ...]) -> None:
    random = np.random.default_rng(len(labels))
    true = [labels[k % len(labels)] for k in range(30)]
    embeddings = random.normal(size=(30, 6)) + np.array([labels.index(name) for name in true])[:, None]
    expected = make_pipeline(StandardScaler(), LogisticRegression(C=head.C)).fit(embeddings, true)
    found = head.fit(embeddings, np.arange(30), true, labels)
    exp = np.exp(found.scores(embeddings))
    assert exp / exp.sum(axis=1, keepdims=True) == pytest.approx(expected.predict_proba(embeddings), abs=1e-4)


def test_a_clip_of_many_windows_counts_once() -> None:
    random = np.random.default_rng(1)
    embeddings, true = random.normal(size=(6, 3)), ["a", "a", "a", "b", "b", "b"]
    once = head.fit(embeddings, np.arange(6), true, ("a", "b"))
    rows = np.array([0] * 10 + [1, 2, 3, 4, 5])
    many = head.fit(embeddings[rows], rows, true, ("a", "b"))
    for name in ("mean", "deviation", "weights", "bias"):
        assert getattr(many, name) == pytest.approx(getattr(once, name), abs=1e-4)


def test_a_rare_class_weighs_as_much() -> None:
    """One sort of voice, labelled eight times a and twice b: neither is more likely."""
    embeddings = np.ones((10, 3))
    found = head.fit(embeddings, np.arange(10), ["a"] * 8 + ["b"] * 2, ("a", "b"))
    first, second = found.scores(embeddings[:1])[0]
    assert first == pytest.approx(second, abs=1e-3)


@pytest.mark.parametrize(
    ("clips", "sittings", "label"),
    [
        (3, ("one",), "too few to say"),
        (9, ("one", "two"), "too few to say"),
        (10, ("one",), "same sitting: optimistic"),
    ],
)
def test_the_figure_says_what_it_is_worth(base: Predictor, clips: int, sittings: tuple[str, ...], label: str) -> None:
    run = fitting.fit(record(clips, sittings).load(), base)
    own = worth.of(run)
    assert own is not None and own.label == label
    assert f"## Measured: {label}" in run.card
    # A figure of a handful of clips is not printed where people read.
    assert ("| clips | accuracy" in run.card) == (clips >= 10)
    assert (overview.row(run)["accuracy"] is not None) == (clips >= 10)
    if clips < 10:
        assert run.recipe["found"]["temperature"] == 1.0


def test_a_class_of_one_sitting_alone_is_not_measured_by_sitting() -> None:
    clips = pd.DataFrame({"emotion": ["a", "a", "b", "b"], "sitting": ["1", "2", "1", "1"]})
    division = collected.divide(clips)
    assert division.by == collected.BY_CLIP
    assert "Recorded in one sitting only: b." in " ".join(collected.missing(clips))
    clips["sitting"] = ["1", "2", "2", "1"]
    assert collected.divide(clips).by == collected.BY_SITTING


def test_folds_of_clips_hold_every_class_on_both_sides() -> None:
    clips = pd.DataFrame({"emotion": ["a"] * 7 + ["b"] * 3, "sitting": "1"})
    division = collected.divide(clips, seed=1)
    assert set(division.folds) == {"1", "2", "3"}
    for fold in set(division.folds):
        assert set(clips["emotion"][division.folds != fold]) == {"a", "b"}
    assert (collected.divide(clips, seed=1).folds == division.folds).all()


def test_classes_may_be_called_anything(base: Predictor) -> None:
    run = fitting.fit(record(3, names=ODD).load(), base)
    assert tuple(run.metrics["validation"]["labels"]) == ("0012", '1, "two" | <b>`x`*', "background")
    assert set(run.predictions["true"]) == set(ODD) and set(run.split["emotion"]) == set(ODD)
    assert Predictor(run).labels == ("0012", '1, "two" | <b>`x`*', "background")
    own = worth.of(run)
    assert own is not None and own.clips == dict.fromkeys(ODD, 3)


def test_classes_are_chosen(base: Predictor) -> None:
    kept = record(3, names=("anger", "sadness", "fear"))
    run = fitting.fit(kept.load(), base, classes=("anger", "fear"))
    assert Predictor(run).labels == ("anger", "fear") and len(run.split) == 6


def test_too_little_is_refused_and_leaves_nothing(base: Predictor, home: Path) -> None:
    kept = record(3)
    with pytest.raises(collected.PersonalError, match="record clips of a second class"):
        fitting.fit(kept.load(), base, classes=("anger",))
    single = np.random.default_rng(5).normal(scale=0.1, size=12000).astype(np.float32)
    kept.add(audio.encode_wav(single), "fear", sitting="one")
    with pytest.raises(collected.PersonalError, match="record more of fear"):
        fitting.fit(kept.load(), base)
    assert not (home / "runs").exists()


def test_the_same_sound_twice_counts_once_where_a_figure_is_given(base: Predictor) -> None:
    kept = record(11)
    twin = kept.list_all()[0]
    again = kept.add(kept.path(twin.file).read_bytes(), twin.emotion, sitting="one")
    run = fitting.fit(kept.load(), base)
    assert len(run.split) == 22 and len({again.clip, twin.clip} & set(run.split["clip"])) == 1
    assert "is left out: it is the same sound as" in run.log
    assert run.split["pcm16_sha256_16"].is_unique


def test_a_sound_in_two_classes_is_remarked_on(base: Predictor) -> None:
    kept = record(2)
    first = kept.list_all()[0]
    kept.add(kept.path(first.file).read_bytes(), "sadness", sitting="one")
    run = fitting.fit(kept.load(), base)
    assert len(run.split) == 5
    (remark,) = run.recipe["personal"]["remarks"]
    assert "is the same sound as" in remark and "delete one of the two" in remark and remark in run.log


def test_a_microphone_that_plays_one_sound_gives_a_model_that_claims_nothing(base: Predictor) -> None:
    kept = record(1)
    sound = kept.path(kept.list_all()[0].file).read_bytes()
    for name in ("anger", "sadness") * 2:
        kept.add(sound, name, sitting="one")
    run = fitting.fit(kept.load(), base)
    assert len(run.split) == 6
    own = worth.of(run)
    assert own is not None and own.label == worth.TOO_FEW


def test_what_single_precision_cannot_tell_apart_decides_nothing() -> None:
    """Embeddings of a looped microphone differ by rounding alone: the graph's arithmetic must give the same scores."""
    random = np.random.default_rng(2)
    embeddings = 1 + 1e-7 * random.normal(size=(12, 50))
    found = head.fit(embeddings, np.arange(12), ["a", "b"] * 6, ("a", "b"))
    rounded = found.scores(embeddings.astype(np.float32).astype(np.float64))
    assert rounded == pytest.approx(found.scores(embeddings), abs=1e-4)


def test_the_same_recordings_give_the_same_figures(base: Predictor) -> None:
    corpus = record(5).load()
    first, second = (fitting.fit(corpus, base, seed=7) for _ in range(2))
    assert first.path != second.path and first.metrics == second.metrics
    assert files.sha256(first.model_path()) == files.sha256(second.model_path())


def test_other_runs_are_no_personal_models() -> None:
    assert worth.of(runs.find("accurate")) is None
