"""What the model looked at: maps of the real model that survive the sanity tests, and contributions that add up where they must."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from ser_core import audio, explain, graphs, settings
from ser_core.explain import ExplainError
from ser_core.features import sets, sources
from ser_core.graphs import scaling
from ser_core.predictor import Predictor
from ser_core.runs import Run

SHIPPED = Run(settings.ARTIFACTS / "models" / "scratch")
SAMPLES = settings.ARTIFACTS / "samples"
VOICES = ("voice-british", "voice-neutral", "voice-high-fast", "voice-scottish")


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(SHIPPED)


def features(predictor: Predictor, path: Path) -> np.ndarray:
    return predictor.inputs[0].source.extract(audio.decode(path).samples)


def randomised(folder: Path) -> Predictor:
    """The shipped model with every weight drawn anew, as large as before."""
    run = Run(Path(shutil.copytree(SHIPPED.path, folder)))
    model = onnx.load(run.path / "model.onnx")
    random = np.random.default_rng(0)
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 64:
            drawn = random.normal(values.mean(), values.std(), values.shape).astype(np.float32)
            tensor.CopyFrom(onnx.numpy_helper.from_array(drawn, tensor.name))
    onnx.save(model, run.path / "model.onnx")
    run.seal()
    return Predictor(run)


def test_the_map_changes_when_the_weights_are_randomised(predictor: Predictor, tmp_path: Path) -> None:
    other = randomised(tmp_path / "run")
    given = features(predictor, SAMPLES / "voice-british.flac")
    label = predictor.labels[int(predictor.windows_of({"logmel": given})[0].mean(axis=0).argmax())]
    own = explain.picture(predictor, given, masks=128)
    drawn = explain.picture(other, given, masks=128)
    again = explain.picture(predictor, given, masks=128, seed=1)
    inside = own.of(label) != 0

    def alike(one: explain.PictureMap) -> float:
        return float(np.corrcoef(own.of(label)[inside], one.of(label)[inside])[0, 1])

    # Other masks find much of the same map, another model does not.
    assert alike(again) > 0.4
    assert abs(alike(drawn)) < alike(again) - 0.2


def loss(predictor: Predictor, given: np.ndarray, label: str, hidden: np.ndarray) -> float:
    """How much less probable the label is with the hidden cells at their bands' means."""
    one = predictor.inputs[0]
    start, stop = one.source.bounds(given)
    changed = given.copy()
    level = np.broadcast_to(given[start:stop].mean(axis=0), given.shape)
    changed[hidden] = level[hidden]
    # Cut as before: hiding must not move the borders of what is fed.
    k = predictor.labels.index(label)
    windows, other = one.windows(given), np.zeros_like(one.windows(given).features)
    for row, (first, n) in enumerate(zip(windows.starts, windows.n_frames, strict=True)):
        other[row, :n] = changed[first : first + n]
    before, after = (
        predictor.run_graph({one.name: fed, "n_frames": windows.n_frames})[0].mean(axis=0)[k]
        for fed in (windows.features, other)
    )
    return float(before - after)


def losses(predictor: Predictor, path: Path) -> tuple[float, float]:
    """What is lost when the fifth that speaks most for the answer is hidden, and when the same shapes lie elsewhere."""
    given = features(predictor, path)
    found = explain.picture(predictor, given, masks=128)
    label = found.labels[int(found.probabilities.argmax())]
    start, stop = predictor.inputs[0].source.bounds(given)
    values = found.of(label)[start:stop]
    marked = np.zeros(given.shape, bool)
    marked[start:stop] = values >= np.quantile(values, 0.8)
    random = np.random.default_rng(0)
    elsewhere = []
    for _ in range(6):
        moved = np.zeros(given.shape, bool)
        shift = (int(random.integers(stop - start)), int(random.integers(given.shape[1])))
        moved[start:stop] = np.roll(marked[start:stop], shift, (0, 1))
        elsewhere.append(loss(predictor, given, label, moved))
    return loss(predictor, given, label, marked), float(np.mean(elsewhere))


def test_hiding_what_it_marks_costs_more_than_hiding_at_random(predictor: Predictor) -> None:
    found = np.array([losses(predictor, SAMPLES / f"{name}.flac") for name in VOICES])
    assert found[:, 0].mean() > found[:, 1].mean() + 0.1


def test_hiding_what_it_marks_costs_more_on_real_voices(predictor: Predictor, data: Path) -> None:
    clips = SHIPPED.split[SHIPPED.split["part"] == "test"]["clip"].sample(8, random_state=0)
    paths = [data / "crema-d" / "AudioWAV" / f"{clip.removeprefix('crema-d/')}.wav" for clip in clips]
    here = [path if path.is_file() else path.with_suffix(".flac") for path in paths]
    found = np.array([losses(predictor, path) for path in here if path.is_file()])
    assert len(found) >= 4
    assert found[:, 0].mean() > found[:, 1].mean() + 0.1
    assert (found[:, 0] > found[:, 1]).mean() >= 0.75


def test_a_seed_gives_the_same_map_and_silence_around_the_voice_is_no_part_of_it(predictor: Predictor) -> None:
    samples = audio.decode(SAMPLES / "voice-british.flac").samples
    given = predictor.inputs[0].source.extract(np.concatenate([np.zeros(16000, np.float32), samples]))
    one, other = (explain.picture(predictor, given, masks=64) for _ in range(2))
    np.testing.assert_array_equal(one.values, other.values)
    start, stop = predictor.inputs[0].source.bounds(given)
    assert one.values.shape == (6, *given.shape)
    assert not one.values[:, :start].any() and not one.values[:, stop:].any() and start > 50
    # What speaks for one emotion speaks against the others: probabilities sum to 1.
    np.testing.assert_allclose(one.values.sum(axis=0), 0, atol=1e-4)


def test_a_long_clip_is_explained_window_by_window_and_a_very_long_one_refused(predictor: Predictor) -> None:
    samples = np.tile(audio.decode(SAMPLES / "voice-british.flac").samples, 2)
    found = explain.picture(predictor, predictor.inputs[0].source.extract(samples), masks=64)
    assert found.masks == 64 and np.abs(found.values[:, -40:]).max() > 0
    with pytest.raises(ExplainError, match="choose a part"):
        explain.picture(predictor, predictor.inputs[0].source.extract(np.tile(samples, 6)), masks=64)


@pytest.mark.parametrize("name", ["seed", "msf", "msf-raw", "msf-mfcc", "seed-frames", "all"])
def test_groups_hold_every_column_once(name: str) -> None:
    source = sets.named(name).inputs[0].source
    assert len(source.groups) > 1
    columns = np.concatenate([group.columns for group in source.groups])
    np.testing.assert_array_equal(np.sort(columns), np.arange(source.dims))


def vector_model(folder: Path) -> tuple[Run, np.ndarray]:
    """A real linear classifier of scikit-learn on modulation and cepstral features, of which only the MFCC decide."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    (one,) = sets.named("msf-mfcc").inputs
    assert isinstance(one.source, sources.JoinedSource)
    random = np.random.default_rng(0)
    x = random.normal(3.0, 2.0, (400, one.source.dims)).astype(np.float32)
    mfcc = next(group.columns for group in one.source.groups if group.title == "MFCC")
    score = x[:, mfcc].sum(axis=1)
    y = np.where(score > np.median(score), "anger", "sadness")
    y[score > np.quantile(score, 0.85)] = "fear"
    steps = [("scaling", StandardScaler()), ("classifier", LogisticRegression(max_iter=2000))]
    fitted = Pipeline(steps).fit(x, y)
    fitted.named_steps["classifier"].coef_[:, np.setdiff1d(np.arange(one.source.dims), mfcc)] = 0
    run = Run(Path(shutil.copytree(SHIPPED.path, folder)))
    placed = graphs.Placed.of(fitted.named_steps["classifier"].classes_, ("anger", "fear", "sadness"))
    graph = graphs.from_scikit_learn(fitted, one.source.dims, 1.0, one.name, placed)
    onnx.save(graph, run.path / "model.onnx")
    stated = {"name": one.name, "shape": [one.source.dims], "dtype": "float32", "frames": 0, "hop": 0}
    feature = {**run.feature, "labels": list(fitted.classes_), "inputs": [{**stated, "source": one.source.to_dict()}]}
    (run.path / "feature.json").write_text(json.dumps(feature))
    run.seal()
    return Run(run.path), fitted.named_steps["scaling"].mean_


def test_only_the_groups_that_decide_contribute(tmp_path: Path) -> None:
    run, mean = vector_model(tmp_path / "run")
    predictor = Predictor(run)
    one = predictor.inputs[0]
    np.testing.assert_allclose(scaling.neutral(run.model_path(), one.name, one.source.dims), mean, rtol=1e-3)
    assert not explain.is_picture(predictor)
    given = {one.name: np.random.default_rng(1).normal(3.0, 2.0, (1, one.source.dims)).astype(np.float32)}
    found = explain.contributions(predictor, given)
    mfcc = found.groups.index("MFCC")
    assert np.abs(found.values[mfcc]).max() > 0.05
    assert np.abs(np.delete(found.values, mfcc, axis=0)).max() < 1e-4
    # Without the only group that counts, the model says what it says of the training's mean.
    level = {one.name: mean[None].astype(np.float32)}
    without = predictor.windows_of(level)[0][0]
    np.testing.assert_allclose(found.probabilities - found.values[mfcc], without, atol=1e-3)
    with pytest.raises(ExplainError, match="is not fed with a picture"):
        explain.picture(predictor, given[one.name])
