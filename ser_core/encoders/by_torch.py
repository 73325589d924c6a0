"""An encoder of samples with PyTorch's weights, run by the packages torch and transformers, which are optional."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ser_core.encoders.encoder import EncoderError

PACKAGES = ("torch", "transformers")
#: What weights are called, the first that is there counts. The second is unpickled by PyTorch's own loader of nothing but weights.
FILES = ("model.safetensors", "pytorch_model.bin")


def missing(name: str) -> str:
    """Return which of the packages is not here, a sentence with the way out; '' where both are."""
    absent = [package for package in PACKAGES if importlib.util.find_spec(package) is None]
    if not absent:
        return ""
    return (
        f"The pretrained encoder {name} runs on PyTorch, and {' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed here; "
        "in this project's folder, pip install '.[transformers]' brings both (docs/features.md)."
    )


def outputs(path: Path, sha256: str, depth: int) -> dict[int, str]:
    """Return the layers that the model gives, each without a name. Raises EncoderError for a model that takes no samples."""
    model = _model(path, sha256)
    taken = getattr(model, "main_input_name", "")
    if taken != "input_values":
        raise EncoderError(f"{type(model).__name__} is fed with {taken or 'something else'}, not with samples.")
    return dict.fromkeys(range(depth + 1), "")


def states(
    path: Path, sha256: str, sound: np.ndarray, outputs: Sequence[str], places: Sequence[int]
) -> list[np.ndarray]:
    """Return the hidden states (frames × width) of the layers at these places. Raises EncoderError where the model fails."""
    import torch

    model = _model(path, sha256)
    try:
        with torch.inference_mode():
            hidden = model(torch.from_numpy(np.array(sound[None], np.float32)), output_hidden_states=True).hidden_states
    except (RuntimeError, TypeError, AttributeError) as error:
        raise EncoderError(f"{type(model).__name__} does not answer: {error}") from error
    return [hidden[k][0].float().numpy() for k in places]


@functools.lru_cache(maxsize=2)
def _model(path: Path, sha256: str) -> Any:
    """One model a process, as `transformers.AutoModel` makes it of the folder; code of the repository's own is never run."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    # One thread, as ONNX Runtime has: every process gives the same numbers.
    torch.set_num_threads(1)
    try:
        return transformers.AutoModel.from_pretrained(
            path.parent, local_files_only=True, trust_remote_code=False, dtype=torch.float32
        ).eval()
    except Exception as error:  # The package's errors share no base class.
        raise EncoderError(f"transformers cannot open {path.name}: {' '.join(str(error).split())}") from error
