"""The end of a training: the calibrated network as model.keras and model.onnx, held against each other."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ser_core import files, graphs
from ser_core.audio import RUMBLE_HZ, SAMPLE_RATE, VERSION
from ser_core.features import profile, sets
from ser_core.networks import build
from ser_core.runs import Run, RunError
from ser_core.training import fit
from ser_core.training.batches import Part

#: Largest difference between Keras' and ONNX Runtime's probabilities that an export may show.
PARITY = 1e-4
#: What feature.json says of the two inputs.
PROFILE = (
    "mean and deviation in dB of each band over the speaker's frames of speech (at most trim_db below their clip's loudest; values "
    f"more than {profile.RANGE_DB:g} dB below its largest raised to that; deviations of at least {profile.LEAST_DEVIATION_DB:g} dB); "
    f"profile_weight is s / (s + {profile.HALF_WEIGHT_S:g}) for s seconds of it; without a profile both are 0"
)

#: What feature.json says is done to a sound before its features.
SOUND = f"offset and rumble taken out: a Butterworth high-pass of order 2 at {RUMBLE_HZ:g} Hz, forwards and backwards"


class FittedNetwork:
    """A fitted Keras network (outputs logits and embedding)."""

    def __init__(self, full: keras.Model) -> None:
        self.full = full

    @property
    def parameters(self) -> int:
        return int(self.full.count_params())

    def window_logits(self, part: Part) -> tuple[np.ndarray, np.ndarray]:
        return fit.window_logits(self.full, part)

    def export(self, temperature: float, real: dict[str, np.ndarray], run: Run) -> float:
        """Write model.keras, model.onnx and layers.json, and return the largest difference between the two graphs.

        `real`: windows of real clips (inputs by name) on which both must give the same probabilities. Raises RunError
        when they do not.
        """
        serving = build.serving(self.full, temperature)
        expected = np.asarray(serving.predict(real, batch_size=64, verbose=0)["probabilities"])
        with tempfile.TemporaryDirectory(dir=run.path) as folder:
            keras_file, onnx_file = Path(folder) / "model.keras", Path(folder) / "model.onnx"
            serving.save(keras_file)
            reloaded = keras.models.load_model(keras_file)
            reloaded({name: values[:1] for name, values in real.items()})
            reloaded.export(onnx_file, format="onnx", verbose=False)
            _name_outputs(onnx_file, expected.shape[1])
            difference = checked(onnx_file, real, expected)
            os.replace(keras_file, run.path / "model.keras")
            os.replace(onnx_file, run.path / "model.onnx")
        files.write_json(run.path / "layers.json", layer_table(serving))
        return difference


def checked(path: Path, real: dict[str, np.ndarray], expected: np.ndarray) -> float:
    """Return the largest difference of the graph's probabilities from `expected`. Raises RunError above PARITY."""
    probabilities, _ = graphs.run(graphs.session(path), real)
    difference = float(np.abs(probabilities - expected).max())
    if difference > PARITY:
        raise RunError(
            f"model.onnx differs from its origin by {difference:.1e} in a probability (allowed: {PARITY:.0e})."
        )
    return difference


def feature_json(
    features: sets.FeatureSet, labels: tuple[str, ...], threshold: float, with_profile: bool = False
) -> dict[str, Any]:
    """Return feature.json: what a program must compute and feed to run model.onnx on a clip.

    with_profile: the graph takes a voice profile too. audio_version: what was done to the sound before its features (`audio.VERSION`).
    """
    inputs: list[dict[str, Any]] = [
        {
            "name": one.name,
            "shape": list(one.shape),
            "dtype": "float32",
            "source": one.source.to_dict(),
            "frames": one.frames,
            "hop": one.hop,
            "piece": one.piece,
            "beyond": one.beyond,
        }
        for one in features.inputs
    ]
    if not features.is_vector:
        inputs.append({"name": "n_frames", "shape": [], "dtype": "int32", "source": None})
    first = features.inputs[0]
    stated = {}
    if with_profile:
        inputs.append({"name": "profile", "shape": [2, first.source.dims], "dtype": "float32", "source": None})
        inputs.append({"name": "profile_weight", "shape": [], "dtype": "float32", "source": None})
        stated["profile"] = PROFILE
    return {
        "sample_rate": SAMPLE_RATE,
        "audio_version": VERSION,
        "sound": SOUND,
        "feature_set": features.name,
        "inputs": inputs,
        "window_s": first.frames * first.source.hop_s,
        "hop_s": first.hop * first.source.hop_s,
        "long": "what is longer than `beyond` frames is cut into pieces of `piece` frames, half overlapping (piece 0: never)",
        "pad": "zeros after the last frame; n_frames says how many frames are not padding",
        "pooling": "mean of the windows' probabilities",
        "labels": list(labels),
        "threshold": threshold,
        **stated,
    }


def layer_table(model: keras.Model) -> list[dict[str, Any]]:
    """Return a row a layer: name, kind, output shape without the batch, parameters."""
    rows = []
    for layer in model.layers:
        shape = getattr(layer.output, "shape", None) if not isinstance(layer.output, (list, dict)) else None
        rows.append(
            {
                "name": layer.name,
                "kind": type(layer).__name__,
                "shape": list(shape[1:]) if shape is not None else None,
                "parameters": int(layer.count_params()),
            }
        )
    return rows


def _name_outputs(path: Path, n_labels: int) -> None:
    opened = graphs.session(path)
    widths = [output.shape[-1] for output in opened.get_outputs()]
    names = ["probabilities" if "probabilities" in output.name else "" for output in opened.get_outputs()]
    if "probabilities" not in names:
        names = ["probabilities" if width == n_labels else "" for width in widths]
    graphs.rename_outputs(path, [name or "embedding" for name in names])
