"""Runs in and out: a run as one zip, its model as ONNX with an example, a zip from elsewhere, another system's predictions."""

from ser_core.exchange.exporting import export, model_zip
from ser_core.exchange.importing import import_zip
from ser_core.exchange.parity import Parity, on_real_clips
from ser_core.exchange.predictions import import_predictions

__all__ = ["Parity", "export", "import_predictions", "import_zip", "model_zip", "on_real_clips"]
