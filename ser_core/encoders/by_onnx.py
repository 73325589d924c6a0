"""An encoder of samples as an ONNX graph, run by ONNX Runtime in a process of its own: it is a stranger's."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ser_core import confined
from ser_core.encoders.encoder import EncoderError
from ser_core.serving import GraphError

#: Where exporters put the graph, the first that is there counts.
FILES = ("model.onnx", "onnx/model.onnx")
#: Memory that its process may hold, bytes: a base model's 0.4 GB of weights are held twice while it is opened.
MEMORY = 4_000_000_000
_LAYER = re.compile(r"hidden_states?[._](\d+)")


def missing(name: str) -> str:
    """Return '': ONNX Runtime is always here."""
    return ""


def outputs(path: Path, sha256: str, depth: int) -> dict[int, str]:
    """Return the graph's output a layer: `hidden_states.N` is layer N, `last_hidden_state` the last of `depth` (0: not known).

    A graph whose outputs bear other names gives layers 1, 2, … in their order. Raises EncoderError for a graph that takes no samples or
    gives no frames.
    """
    opened = _session(path, sha256)
    _samples(opened, path)
    frames = [
        output.name for output in opened.get_outputs() if len(output.shape) == 3 and output.type == "tensor(float)"
    ]
    if not frames:
        raise EncoderError(f"{path.name} gives no hidden states: none of its outputs is batch × frames × values.")
    by_layer = {int(match[1]): name for name in frames if (match := _LAYER.fullmatch(name))}
    if "last_hidden_state" in frames:
        by_layer.setdefault(depth or max(by_layer, default=0) + 1, "last_hidden_state")
    return dict(sorted(by_layer.items())) or {k + 1: name for k, name in enumerate(frames)}


def states(
    path: Path, sha256: str, sound: np.ndarray, outputs: Sequence[str], places: Sequence[int]
) -> list[np.ndarray]:
    """Return the hidden states (frames × width) of the outputs at these places. Raises EncoderError where the graph fails."""
    opened = _session(path, sha256)
    feeds = {_samples(opened, path): sound[None]}
    feeds |= {given.name: np.ones((1, len(sound)), np.int64) for given in opened.get_inputs() if _is_mask(given)}
    names = [outputs[k] for k in places]
    try:
        by_name = dict(zip(dict.fromkeys(names), opened.run(list(dict.fromkeys(names)), feeds), strict=True))
    except GraphError as error:
        raise EncoderError(str(error)) from error
    return [by_name[name][0] for name in names]


@functools.lru_cache(maxsize=2)
def _session(path: Path, sha256: str) -> confined.Session:
    """One process a graph, whoever asks."""
    try:
        return confined.Session(path, MEMORY)
    except GraphError as error:
        raise EncoderError(str(error)) from error


def _samples(opened: confined.Session, path: Path) -> str:
    """The name of the one input that takes samples."""
    taken = [given for given in opened.get_inputs() if not _is_mask(given)]
    if len(taken) != 1 or taken[0].type != "tensor(float)" or len(taken[0].shape) != 2:
        raise EncoderError(
            f"{path.name} is not fed with samples (batch × samples, float32) alone; it asks for "
            f"{', '.join(f'{given.name} {given.shape}' for given in opened.get_inputs())}."
        )
    return taken[0].name


def _is_mask(given: confined.Taken) -> bool:
    return given.name == "attention_mask" and given.type == "tensor(int64)"
