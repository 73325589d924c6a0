"""Inside a network: what each layer of a convolutional one makes of a clip, the filters that make it, and what a pretrained ear attends to.

Asks the ONNX graphs, never Keras.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

from ser_core import encoders
from ser_core.features import encoder, extraction
from ser_core.predictor import Predictor

#: Operations between a convolution and the ReLU behind it: they move, scale or add, and mix no channels.
_BETWEEN = frozenset(
    (
        "Add",
        "Mul",
        "Sub",
        "Div",
        "Squeeze",
        "Unsqueeze",
        "Transpose",
        "BatchNormalization",
        "Identity",
        "Reshape",
        "Expand",
    )
)


class InsideError(ValueError):
    """A network has no such layers, or its graph is not opened; the message says why."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a network for one window of a clip.

    maps: units × frames × bands of the clip, what each unit answers, at least 0; not a number where the network was fed with nothing.
    A layer with fewer steps than the clip has frames, or fewer bands, repeats them; bands is 1 behind a convolution over time alone.
    filters: units × inputs × steps × bands, the convolution's weights (inputs × steps × bands of a 1D one: bands 1).
    """

    name: str
    maps: np.ndarray = field(repr=False)
    filters: np.ndarray = field(repr=False)
    steps: int
    bands: int

    @property
    def strength(self) -> np.ndarray:
        """How far each unit's answers vary over the clip: units."""
        deviations: np.ndarray = np.nanstd(self.maps, axis=(1, 2))
        return deviations

    def strongest(self, number: int) -> list[int]:
        """Return the units whose answers vary most over the clip, the most first."""
        return [int(unit) for unit in np.argsort(-self.strength, kind="stable")[:number]]


@dataclass(frozen=True, eq=False)
class Attention:
    """How much a pretrained ear attends to each moment of a sound.

    blocks: a block each, heads × frames of the sound (of `hop_s` seconds), the mean over all moments that look; 1: as much as to any
    other, not a number where it hears nothing.
    """

    blocks: tuple[np.ndarray, ...] = field(repr=False)
    hop_s: float


def attention(predictor: Predictor, samples: np.ndarray) -> Attention:
    """Return what the model's pretrained ear attends to in 16 kHz samples.

    Raises InsideError for a model without one, and for more than `encoder.PIECE_S` of sound; EncoderError where it is not here.
    """
    source = predictor.inputs[0].source
    name = source.pictures.get("encoder")
    if len(predictor.inputs) > 1 or not name:
        raise InsideError(f"{predictor.run.name} has no pretrained ear.")
    heard = encoder.heard(samples)
    if len(heard.logmel) * heard.hop_s > encoder.PIECE_S:
        raise InsideError(
            f"What the ear attends to is shown for up to {encoder.PIECE_S:g} s; choose a part of the clip."
        )
    graph = onnx.load(encoders.find(name).graph)
    names = [node.output[0] for node in graph.graph.node if node.op_type == "Softmax"]
    picture = np.pad(heard.logmel, ((0, len(heard.logmel) % 2), (0, 0)), mode="edge")
    blocks = []
    for shares in _asking(graph, names)({"logmel": picture[None]}):
        # Heads × moments that look × moments that are looked at; each of these is two frames of the picture.
        received = shares.reshape(-1, *shares.shape[-2:]).mean(axis=1) * shares.shape[-1]
        on_axis = encoder.on_its_axis(heard, np.repeat(received, 2, axis=1).T, len(samples), np.nan)
        blocks.append(on_axis.T)
    return Attention(tuple(blocks), heard.hop_s)


def layers(predictor: Predictor, samples: np.ndarray, window: int = 0) -> list[Layer]:
    """Return the layers of the model's network for one window of 16 kHz samples, from the input on.

    Raises InsideError for a model without convolutions over time, for one that came from elsewhere, and where it judges no clip
    without a profile.
    """
    return _Opened(predictor).layers(samples, window)


@dataclass(frozen=True, eq=False)
class Peaks:
    """How strongly the units of every layer answer clips at most. values, at_s: a layer each, clips × units; at_s: where in the clip."""

    clips: tuple[str, ...]
    values: tuple[np.ndarray, ...] = field(repr=False)
    at_s: tuple[np.ndarray, ...] = field(repr=False)

    def most(self, layer: int, unit: int, number: int) -> list[tuple[str, float, float]]:
        """Return the clips that a unit of a layer answers most: clip, how strongly, at which second."""
        values, at = self.values[layer][:, unit], self.at_s[layer][:, unit]
        order = np.argsort(-values, kind="stable")[:number]
        return [(self.clips[k], float(values[k]), float(at[k])) for k in order]


def peaks(
    predictor: Predictor, sounds: Iterable[tuple[str, np.ndarray]], progress: Callable[[int], None] | None = None
) -> Peaks:
    """Return how strongly every unit answers each sound (a name and 16 kHz samples), in its first window. Raises InsideError as `layers`.

    progress: called with how many sounds are done.
    """
    opened = _Opened(predictor)
    hop_s = predictor.inputs[0].source.hop_s
    names: list[str] = []
    answers: list[list[tuple[np.ndarray, np.ndarray]]] = []
    for name, samples in sounds:
        each = []
        for layer in opened.layers(samples):
            # Bands and frames: the strongest answer anywhere, and when it was.
            over_time = np.nan_to_num(layer.maps.max(axis=2), nan=-1.0)
            each.append((over_time.max(axis=1), over_time.argmax(axis=1) * hop_s))
        names.append(name)
        answers.append(each)
        if progress:
            progress(len(names))
    by_layer = list(zip(*answers, strict=True))
    return Peaks(
        tuple(names),
        tuple(np.stack([values for values, _ in each]) for each in by_layer),
        tuple(np.stack([at for _, at in each]) for each in by_layer),
    )


class _Opened:
    """A network whose layers answer too."""

    def __init__(self, predictor: Predictor) -> None:
        run = predictor.run
        if run.of_a_stranger:
            raise InsideError(f"{run.name} came from elsewhere: its graph runs by itself, bounded, and is not opened.")
        if predictor.needs_voice:
            raise InsideError(f"{run.name} judges no clip without a profile, so it is not opened here.")
        if any(given.is_vector for given in predictor.inputs):
            raise InsideError(f"{run.name} reads one vector a clip, so nothing in it lies on a time axis.")
        (self._given,) = predictor.inputs
        self._takes_profile = predictor.takes_profile
        graph = onnx.load(run.model_path())
        self._found = _behind_convolutions(graph.graph)
        if not self._found:
            raise InsideError(f"{run.name} has no convolutions to look into.")
        self._ask = _asking(graph, [name for name, _ in self._found])

    def layers(self, samples: np.ndarray, window: int = 0) -> list[Layer]:
        given = self._given
        features = extraction.of_sound([given], samples)[given.name]
        cut = given.windows(features)
        at = min(window, len(cut.features) - 1)
        feeds: dict[str, Any] = {given.name: cut.features[at : at + 1], "n_frames": cut.n_frames[at : at + 1]}
        if self._takes_profile:
            feeds |= {
                "profile": np.zeros((1, 2, given.source.dims), np.float32),
                "profile_weight": np.zeros(1, np.float32),
            }
        start, filled = int(cut.starts[at]), int(cut.n_frames[at])
        made: list[Layer] = []
        for (_, weights), values in zip(self._found, self._ask(feeds), strict=True):
            maps = _channels_first(values[0], len(weights))
            if maps is not None and maps.shape[1] > 1:
                placed = _on_clip(maps, given.frames, filled, start, len(features))
                kernel = " × ".join(str(n) for n in weights.shape[2:] if n > 1) or "1"
                name = f"{len(made) + 1} · {len(weights)} filters of {kernel}"
                made.append(Layer(name, placed, weights, maps.shape[1], maps.shape[2]))
        return made


def _behind_convolutions(graph: onnx.GraphProto) -> list[tuple[str, np.ndarray]]:
    """The outputs of the ReLUs that follow a convolution, in the graph's order, each with that convolution's weights."""
    producers = {name: node for node in graph.node for name in node.output}
    weights = {tensor.name: tensor for tensor in graph.initializer}
    outputs = []
    for node in graph.node:
        if node.op_type != "Relu":
            continue
        kernel = _nearest(node, producers, weights)
        if kernel is not None:
            outputs.append((node.output[0], kernel))
    return outputs


def _nearest(
    node: onnx.NodeProto, producers: Mapping[str, onnx.NodeProto], weights: Mapping[str, onnx.TensorProto]
) -> np.ndarray | None:
    """The weights of the largest of the nearest convolutions in front of a node: beside a block's own there may be the one that leads around it."""
    wanted, seen, kernels = deque(node.input), set(), []
    while wanted:
        name = wanted.popleft()
        before = producers.get(name)
        if before is None or name in seen:
            continue
        seen.add(name)
        if before.op_type == "Conv" and before.input[1] in weights:
            kernels.append(numpy_helper.to_array(weights[before.input[1]]))
        elif before.op_type in _BETWEEN:
            wanted.extend(before.input)
    return max(kernels, key=lambda kernel: int(np.prod(kernel.shape[2:])), default=None)


def _asking(graph: onnx.ModelProto, names: list[str]) -> Callable[[dict[str, Any]], list[np.ndarray]]:
    """What asks the graph for what it gives at these places, which become outputs of a copy in memory."""
    there = {output.name for output in graph.graph.output}
    graph.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in there)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    opened = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda feeds: [np.asarray(answer) for answer in opened.run(names, feeds)]


def _channels_first(values: np.ndarray, units: int) -> np.ndarray | None:
    """Units × steps × bands of what a layer gives for one window; None for another form."""
    if values.ndim == 2:
        values = values[..., None] if values.shape[0] == units else values.T[..., None]
    elif values.ndim == 3 and values.shape[0] != units and values.shape[-1] == units:
        values = values.transpose(2, 0, 1)
    if values.ndim != 3 or values.shape[0] != units:
        return None
    # Of a convolution over time alone some exporters leave an axis of one in front.
    return values.transpose(0, 2, 1) if values.shape[1] == 1 < values.shape[2] else values


def _on_clip(maps: np.ndarray, frames: int, filled: int, start: int, length: int) -> np.ndarray:
    """Return a window's maps (units × steps × bands) frame by frame of the clip."""
    step = np.minimum(np.arange(filled) * maps.shape[1] // frames, maps.shape[1] - 1)
    placed = np.full((len(maps), length, maps.shape[2]), np.nan, np.float32)
    placed[:, start : start + filled] = maps[:, step]
    return placed
