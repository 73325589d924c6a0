"""Taking in an encoder of samples: files as the Hugging Face Hub keeps them become a folder of SER_HOME/encoders, measured once."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import files
from ser_core.encoders import of_samples
from ser_core.encoders.encoder import STATED, EncoderError
from ser_core.encoders.of_samples import BACKENDS, SAMPLE_RATE, SamplesEncoder

CONFIG, PREPROCESSOR = "config.json", "preprocessor_config.json"


def wanted(there: Collection[str], backend: str | None, file: str | None) -> tuple[str, str]:
    """Return what runs an encoder, and its file, of the names that a folder or repository holds.

    backend: asked for; default: what the files tell, a graph before weights. file: asked for by name. Raises EncoderError where there is none.
    """
    if backend is not None and backend not in BACKENDS:
        raise EncoderError(f"{backend} runs no encoder; known are {', '.join(BACKENDS)}.")
    tried = [backend] if backend else list(BACKENDS)
    if file is not None:
        if file not in there:
            raise EncoderError(f"There is no {file} among its files.")
        return backend or ("onnx" if file.endswith(".onnx") else "torch"), file
    for candidate in tried:
        present = next((name for name in BACKENDS[candidate].FILES if name in there), None)
        if present:
            return candidate, present
    looked = ", ".join(name for candidate in tried for name in BACKENDS[candidate].FILES)
    raise EncoderError(f"It holds no encoder that can be run here: none of {looked} is among its files.")


def take(
    name: str,
    folder: Path,
    *,
    backend: str | None = None,
    file: str | None = None,
    repository: str = "",
    revision: str = "",
    licence: str = "",
) -> SamplesEncoder:
    """Take the encoder in `folder` in under `name`, in place of one of that name, and return it.

    The folder is laid out as a repository of the Hub: preprocessor_config.json, config.json, and a graph or weights (`wanted`). It is run
    on two sounds, which tell its width and its step. Raises EncoderError; nothing is left behind then.
    """
    target = of_samples.place(name)
    if not folder.is_dir():
        raise EncoderError(f"{folder} is no folder.")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    backend, file = wanted(there, backend, file)
    if why := BACKENDS[backend].missing(name):
        raise EncoderError(why)
    normalises = _normalises(folder)
    config = _json(folder / CONFIG) if CONFIG in there else {}
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary) / name
        made.mkdir()
        for copied in (*({CONFIG, PREPROCESSOR} & there), file):
            shutil.copyfile(folder / copied, made / Path(copied).name)
        path = made / Path(file).name
        sha256 = files.sha256(path)
        layers = BACKENDS[backend].outputs(path, sha256, _depth(config))
        unmeasured = SamplesEncoder(
            made, name, backend, repository, revision, path.name, sha256, normalises, tuple(layers), tuple(layers.values()), 0, 0.0, licence
        )  # fmt: skip
        width, step_s = _measured(unmeasured, layers)
        stated = {**unmeasured.to_json(), "width": width, "step_s": step_s}
        files.write_text(made / STATED, json.dumps(stated, indent=1) + "\n")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(made, target)
    return of_samples.read(target)


def check(encoder: SamplesEncoder) -> None:
    """Raise EncoderError where an encoder's file is another than encoder.json says, or it does not run."""
    held = files.sha256(encoder.folder / encoder.file)
    if held != encoder.sha256:
        raise EncoderError(
            f"{encoder.folder / encoder.file} is damaged: its SHA-256 is {held[:12]}…, encoder.json says {encoder.sha256[:12]}…. Bring it anew: "
            f"python -m ser_core encoders fetch {encoder.name} …"
        )
    encoder.states(encoder.prepared(_sound(1)), encoder.layers)


def _measured(encoder: SamplesEncoder, layers: Collection[int]) -> tuple[int, float]:
    """The values a frame, and the seconds from frame to frame, of what an encoder makes of one and of two seconds."""
    shapes = []
    for seconds in (1, 2):
        sound = encoder.prepared(_sound(seconds))
        places = list(range(len(layers)))
        states = BACKENDS[encoder.backend].states(
            encoder.folder / encoder.file, encoder.sha256, sound, encoder.outputs, places
        )
        if len({state.shape for state in states}) != 1 or not all(np.isfinite(state).all() for state in states):
            raise EncoderError(f"The layers of {encoder.name} differ in frames or width, or are not finite numbers.")
        shapes.append(states[0].shape)
    more = shapes[1][0] - shapes[0][0]
    if more < 1:
        raise EncoderError(
            f"{encoder.name} gives {shapes[1][0]} frames of 2 s and {shapes[0][0]} of 1 s: no frames in time."
        )
    return int(shapes[0][1]), round(1.0 / more, 4)


def _sound(seconds: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0.0, 0.05, seconds * SAMPLE_RATE)


def _normalises(folder: Path) -> bool:
    """Whether it wants normalised samples. Raises EncoderError for one that is fed with something else than samples at 16 kHz."""
    path = folder / PREPROCESSOR
    if not path.is_file():
        raise EncoderError(f"{PREPROCESSOR} is not among its files; it says how the encoder wants its samples.")
    stated = _json(path)
    if stated.get("sampling_rate", SAMPLE_RATE) != SAMPLE_RATE:
        raise EncoderError(
            f"It wants {stated['sampling_rate']} samples a second; encoders are fed with {SAMPLE_RATE} here."
        )
    if int(stated.get("feature_size", 1)) != 1:
        raise EncoderError(f"It is fed with {stated['feature_size']} values a frame, not with samples.")
    return stated.get("do_normalize", False) is True


def _depth(config: dict[str, Any]) -> int:
    depth = config.get("num_hidden_layers", 0)
    return depth if isinstance(depth, int) and 0 <= depth <= 1000 else 0


def _json(path: Path) -> dict[str, Any]:
    try:
        settings = files.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EncoderError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(settings, dict):
        raise EncoderError(f"{path.name} is no table of settings.")
    return settings
