"""A pretrained encoder that takes the samples themselves, as a folder: what it is, and the hidden states that it makes of a sound."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ser_core import settings
from ser_core.encoders import by_onnx, by_torch
from ser_core.encoders.encoder import STATED, EncoderError

#: What runs one: ONNX Runtime, or PyTorch by the package transformers, which are optional.
BACKENDS: dict[str, ModuleType] = {"onnx": by_onnx, "torch": by_torch}
SAMPLE_RATE = 16_000
#: Licences under which everybody may pass on what was made of the weights.
PERMISSIVE = ("apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0", "cc0-1.0")


@dataclass(frozen=True)
class Known:
    """An encoder that recipes name, as its makers published it: where, in which revision, how wide its frames and how many its layers are."""

    title: str
    repository: str
    revision: str
    licence: str
    layers: int = 12
    width: int = 768
    backend: str = "torch"
    file: str = "pytorch_model.bin"


#: Published with PyTorch's weights, so that is what runs them.
KNOWN = {
    "wav2vec2-base": Known(
        "wav2vec 2.0 base", "facebook/wav2vec2-base", "0b5b8e868dd84f03fd87d01f9c4ff0f080fecfe8", "apache-2.0"
    ),
    "hubert-base": Known(
        "HuBERT base", "facebook/hubert-base-ls960", "dba3bb02fda4248b6e082697eee756de8fe8aa8a", "apache-2.0"
    ),
    "wavlm-base": Known("WavLM base", "microsoft/wavlm-base", "efa81aae7ff777e464159e0f877d54eac5b84f81", ""),
}


@dataclass(frozen=True)
class SamplesEncoder:
    """What encoder.json says of an encoder that takes samples at 16 kHz.

    backend: what runs it (BACKENDS); repository, revision: where it is from, '' for a folder of one's own; file: its graph or weights, of
    the hash sha256. normalises: whether it wants samples of mean 0 and deviation 1. layers: whose hidden states it gives, 0 for what goes
    into the first. outputs: a graph's output a layer. width: values a frame; step_s: seconds from frame to frame. licence: of the weights,
    '' where nobody states it.
    """

    folder: Path
    name: str
    backend: str
    repository: str
    revision: str
    file: str
    sha256: str
    normalises: bool
    layers: tuple[int, ...]
    outputs: tuple[str, ...]
    width: int
    step_s: float
    licence: str

    @property
    def missing(self) -> str:
        """Why it cannot run on this machine, a sentence; '' where it can."""
        return str(BACKENDS[self.backend].missing(self.name))

    def prepared(self, sound: np.ndarray) -> np.ndarray:
        """Return a whole sound as the encoder wants it, float32."""
        x = np.asarray(sound, np.float64)
        if self.normalises and len(x):
            x = (x - x.mean()) / np.sqrt(x.var() + 1e-7)
        return x.astype(np.float32)

    def states(self, sound: np.ndarray, layers: Sequence[int]) -> list[np.ndarray]:
        """Return the hidden states of these layers (frames × width each, float32) of prepared samples.

        Raises EncoderError for layers that it does not have, and where it does not run or answers something else.
        """
        unknown = [layer for layer in layers if layer not in self.layers]
        if unknown:
            raise EncoderError(f"{self.name} has no layer {unknown[0]}; it gives {_spans(self.layers)}.")
        if self.missing:
            raise EncoderError(self.missing)
        places = [self.layers.index(layer) for layer in layers]
        path = self.folder / self.file
        states: list[np.ndarray] = BACKENDS[self.backend].states(path, self.sha256, sound, self.outputs, places)
        if any(state.ndim != 2 or state.shape[1] != self.width or not np.isfinite(state).all() for state in states):
            raise EncoderError(f"{self.name} does not give {self.width} finite values a frame.")
        return states

    def to_json(self) -> dict[str, Any]:
        """Return encoder.json."""
        return {key: value for key, value in vars(self).items() if key != "folder"}


def place(name: str) -> Path:
    """Return the folder of the encoder called `name`. Raises EncoderError for what is no name."""
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
        raise EncoderError(f"'{name}' is no name of an encoder: letters, digits and hyphens make one.")
    return _place() / name


def installed() -> list[SamplesEncoder]:
    """Return those that are on this machine, by name."""
    return [read(path.parent) for path in sorted(_place().glob(f"*/{STATED}"))]


def find(name: str) -> SamplesEncoder:
    """Return the encoder called `name`. Raises EncoderError where it is not here, with what brings it."""
    folder = place(name)
    if (folder / STATED).is_file():
        return read(folder)
    raise EncoderError(absent(name))


def absent(name: str) -> str:
    """Return that the encoder is not here, and what brings it, a sentence."""
    if name in KNOWN:
        how = f"with PyTorch and transformers (docs/features.md), `python -m ser_core encoders fetch {name}` brings it"
    else:
        how = f"`python -m ser_core encoders fetch {name} OWNER/NAME` brings it from the Hugging Face Hub, or from a folder"
    return f"The pretrained encoder {name} is not on this machine: {how}."


def read(folder: Path) -> SamplesEncoder:
    """Return the encoder in a folder. Raises EncoderError for one that is not whole."""
    path = folder / STATED
    try:
        encoder = _read(folder, path.stat().st_mtime_ns)
        if not (folder / encoder.file).is_file():
            raise ValueError(f"{encoder.file} is not there")
        return encoder
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EncoderError(
            f"{folder} is not a whole encoder ({error}). Bring it anew: python -m ser_core encoders fetch {folder.name} …"
        ) from error


@functools.lru_cache(maxsize=32)
def _read(folder: Path, changed: int) -> SamplesEncoder:
    stated = json.loads((folder / STATED).read_text(encoding="utf-8"))
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stated.items()}
    encoder = SamplesEncoder(folder, **fields)
    if encoder.backend not in BACKENDS or Path(encoder.file).name != encoder.file:
        raise ValueError("encoder.json states a backend or a file that there is not")
    return encoder


def _place() -> Path:
    # Beside those of Whisper, which are fed with pictures and named apart.
    return settings.home().encoders / "of-samples"


def _spans(layers: Sequence[int]) -> str:
    whole = list(layers) == list(range(layers[0], layers[-1] + 1))
    return f"{layers[0]} to {layers[-1]}" if whole and len(layers) > 1 else ", ".join(map(str, layers))
