"""A pretrained encoder as a folder: its graph, what it is, and the sessions that run it."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from ser_core import serving, settings

GRAPH, CARD, STATED = "encoder.onnx", "card.md", "encoder.json"


class EncoderError(ValueError):
    """An encoder is unknown, not here, or damaged; the message says which and what brings it."""


@dataclass(frozen=True)
class Encoder:
    """What encoder.json says of an encoder.

    blocks: how many of its blocks' hidden states the graph gives, `block1` on; width: values a frame of each. hop_s: seconds from
    frame to frame. longest_s: the longest sound that it takes. sha256: of encoder.onnx. source: where the weights come from (url,
    revision, sha256). logmel: the specification of what it is fed with.
    """

    folder: Path
    name: str
    title: str
    sample_rate: int
    logmel: dict[str, Any]
    blocks: int
    width: int
    hop_s: float
    longest_s: float
    sha256: str
    licence: str
    source: dict[str, Any]

    @property
    def graph(self) -> Path:
        return self.folder / GRAPH

    def run(self, logmel: np.ndarray) -> list[np.ndarray]:
        """Return the hidden states of each block (batch × frames × width) of log-mel pictures of one length (batch × frames × bands)."""
        opened = _session(self.graph, self.sha256)
        states: list[np.ndarray] = opened.run(
            [f"block{k + 1}" for k in range(self.blocks)], {"logmel": np.asarray(logmel, np.float32)}
        )
        return states

    def to_json(self) -> dict[str, Any]:
        """Return encoder.json."""
        return {key: value for key, value in vars(self).items() if key != "folder"}


def folders() -> list[Path]:
    """Return the folders that may hold encoders: those that ship, and what was made on this machine."""
    return [settings.ARTIFACTS / "encoders", settings.home().encoders]


def installed() -> list[Encoder]:
    """Return the encoders that are here, those that ship first."""
    stated = (path for folder in folders() if folder.is_dir() for path in sorted(folder.glob(f"*/{STATED}")))
    return list({path.parent.name: read(path.parent) for path in stated}.values())


def find(name: str) -> Encoder:
    """Return the encoder called `name`. Raises EncoderError where it is not here, with what brings it."""
    for folder in folders():
        if (folder / name / STATED).is_file():
            return read(folder / name)
    raise EncoderError(
        f"The pretrained encoder {name} is not on this machine. It comes with `python -m ser_core encoders make {name}`."
    )


def read(folder: Path) -> Encoder:
    """Return the encoder in a folder. Raises EncoderError for one that is not whole."""
    path = folder / STATED
    try:
        return _read(folder, path.stat().st_mtime_ns, (folder / GRAPH).stat().st_size)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EncoderError(
            f"{folder} is not a whole encoder ({error}). Make it anew: python -m ser_core encoders make {folder.name}."
        ) from error


@functools.lru_cache(maxsize=32)
def _read(folder: Path, changed: int, size: int) -> Encoder:
    return Encoder(folder, **json.loads((folder / STATED).read_text(encoding="utf-8")))


@functools.lru_cache(maxsize=4)
def _session(graph: Path, sha256: str) -> onnxruntime.InferenceSession:
    """One session a process and graph: the weights lie in memory once, whoever asks."""
    return serving.session(graph)
