"""A new head on a shipped model's embedding: an ordinary graph with other classes."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from ser_core import audio, graphs, runs, settings
from ser_core.predictor import Predictor

MODEL = settings.ARTIFACTS / "models" / "scratch" / "model.onnx"
DIMS = 384


@pytest.fixture(scope="module")
def windows() -> dict[str, np.ndarray]:
    """Two windows of a voice, as the shipped model reads them."""
    predictor = Predictor(runs.find("scratch"))
    voice = audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac").samples
    (one,) = predictor.inputs
    cuts = [one.windows(one.source.extract(part)) for part in (voice, voice[: len(voice) // 3])]
    return {
        one.name: np.concatenate([cut.features[:1] for cut in cuts]),
        "n_frames": np.concatenate([cut.n_frames[:1] for cut in cuts]),
        "profile": np.zeros((2, 2, one.source.dims), np.float32),
        "profile_weight": np.zeros(2, np.float32),
    }


def head(classes: int, temperature: float = 1.0) -> graphs.Head:
    random = np.random.default_rng(classes)
    return graphs.Head(
        random.normal(size=DIMS),
        random.uniform(0.5, 2, DIMS),
        random.normal(size=(DIMS, classes)) / 20,
        random.normal(size=classes),
        temperature,
    )


@pytest.mark.parametrize(("classes", "temperature"), [(2, 1.0), (3, 0.5), (9, 3.0)])
def test_the_joined_graph_computes_the_head(
    tmp_path: Path, windows: dict[str, np.ndarray], classes: int, temperature: float
) -> None:
    joined = head(classes, temperature)
    onnx.save(graphs.with_head(MODEL, joined), tmp_path / "model.onnx")
    before, after = graphs.session(MODEL), graphs.session(tmp_path / "model.onnx")
    _, embedding = graphs.run(before, windows)
    probabilities, unchanged = graphs.run(after, windows)
    assert np.array_equal(unchanged, embedding)
    scores = ((embedding - joined.mean) / joined.deviation @ joined.weights + joined.bias) / temperature
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert probabilities == pytest.approx(expected, abs=1e-5)
    assert probabilities.shape == (2, classes)


def test_inputs_operators_and_ir_stay_and_the_old_head_goes() -> None:
    before, after = onnx.load(MODEL), graphs.with_head(MODEL, head(3))
    assert list(after.graph.input) == list(before.graph.input)
    assert list(after.opset_import) == list(before.opset_import) and after.ir_version == before.ir_version
    assert [output.name for output in after.graph.output] == ["probabilities", "embedding"]
    # Neither a matrix of the six old classes nor anything that nobody reads is carried along.
    assert not [one for one in after.graph.initializer if list(one.dims) == [DIMS, 6]]
    read = {name for node in after.graph.node for name in node.input}
    assert {one.name for one in after.graph.initializer} <= read


def test_a_head_replaces_a_head(tmp_path: Path, windows: dict[str, np.ndarray]) -> None:
    onnx.save(graphs.with_head(MODEL, head(2)), tmp_path / "first.onnx")
    onnx.save(graphs.with_head(tmp_path / "first.onnx", head(4)), tmp_path / "second.onnx")
    onnx.save(graphs.with_head(MODEL, head(4)), tmp_path / "direct.onnx")
    second, direct = (
        graphs.run(graphs.session(tmp_path / f"{name}.onnx"), windows)[0] for name in ("second", "direct")
    )
    assert np.array_equal(second, direct)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    narrow = graphs.Head(np.zeros(3), np.ones(3), np.zeros((3, 2)), np.zeros(2))
    with pytest.raises(graphs.GraphError, match="has 384 values, the head reads 3"):
        graphs.with_head(MODEL, narrow)
    other = onnx.load(MODEL)
    del other.graph.output[1:]
    onnx.save(other, tmp_path / "one.onnx")
    with pytest.raises(graphs.GraphError, match="needs probabilities and embedding"):
        graphs.with_head(tmp_path / "one.onnx", head(2))
