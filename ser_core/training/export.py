"""The end of a training: the calibrated network as model.keras and model.onnx, held against each other."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ser_core import files, graphs
from ser_core.graphs import parity
from ser_core.networks import build
from ser_core.runs import Run
from ser_core.training import fit

_WITHOUT_COPIES = "TF2ONNX_CATCH_ERRORS"


class FittedNetwork:
    """A fitted Keras network (outputs logits and embedding)."""

    def __init__(self, full: keras.Model) -> None:
        self.full = full

    @property
    def parameters(self) -> int:
        return int(self.full.count_params())

    def logits(self, windows: dict[str, np.ndarray]) -> np.ndarray:
        return fit.logits(self.full, windows)

    def export(
        self, temperature: float, real: dict[str, np.ndarray], run: Run, with_voice: float | None = None
    ) -> float:
        """Write model.keras, model.onnx and layers.json, and return the largest difference between the two graphs.

        `real`: windows of real clips (inputs by name) on which both must give the same probabilities. Raises RunError
        when they do not.
        """
        serving = build.serving(self.full, temperature, with_voice)
        expected = np.asarray(serving.predict(real, batch_size=64, verbose=0)["probabilities"])
        with tempfile.TemporaryDirectory(dir=run.path) as folder:
            keras_file, onnx_file = Path(folder) / "model.keras", Path(folder) / "model.onnx"
            serving.save(keras_file)
            reloaded = keras.models.load_model(keras_file)
            reloaded({name: values[:1] for name, values in real.items()})
            _write_onnx(reloaded, onnx_file)
            _name_outputs(onnx_file, expected.shape[1])
            difference = parity.of_graph(onnx_file, real, expected)
            os.replace(keras_file, run.path / "model.keras")
            os.replace(onnx_file, run.path / "model.onnx")
        files.write_json(run.path / "layers.json", layer_table(serving))
        return difference


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


def _write_onnx(model: keras.Model, path: Path) -> None:
    # tf2onnx keeps a copy of the graph before each of its simplifications, for one that fails: a fifth of the export's time. So without
    # them at first, which the name alone in the environment says, whatever its value.
    stated = os.environ.get(_WITHOUT_COPIES)
    os.environ[_WITHOUT_COPIES] = "FALSE"
    try:
        model.export(path, format="onnx", verbose=False)
        return
    except Exception:
        logging.getLogger(__name__).info("A simplification failed; the graph is exported without it.", exc_info=True)
    finally:
        del os.environ[_WITHOUT_COPIES]
        if stated is not None:
            os.environ[_WITHOUT_COPIES] = stated
    model.export(path, format="onnx", verbose=False)


def _name_outputs(path: Path, n_labels: int) -> None:
    opened = graphs.session(path)
    widths = [output.shape[-1] for output in opened.get_outputs()]
    names = ["probabilities" if "probabilities" in output.name else "" for output in opened.get_outputs()]
    if "probabilities" not in names:
        names = ["probabilities" if width == n_labels else "" for width in widths]
    graphs.rename_outputs(path, [name or "embedding" for name in names])
