"""Imports and first calls that take seconds, done in the background while the first page is read."""

from __future__ import annotations

import gc
import threading


def start() -> None:
    """Start the warm-up in a thread of its own."""
    threading.Thread(target=_warm, name="warm-up", daemon=True).start()


def _warm() -> None:
    _first_calls()
    # Streamlit collects garbage after every run of a script. What was imported stays anyway; looking through it took 0.13 s each time.
    gc.collect()
    gc.freeze()


def _first_calls() -> None:
    # Imported here: the home page paints without librosa, ONNX Runtime and WebRTC. Not streamlit_webrtc itself: its component
    # is registered by an import in a page's run alone.
    import aiortc  # noqa: F401
    import numpy as np

    from ser_core import audio, figures, runs
    from ser_core.graphs import GraphError
    from ser_core.predictor import Predictor

    second = audio.decode(audio.encode_wav(np.zeros(audio.SAMPLE_RATE, dtype=np.float32)), name="warm-up")
    figures.probabilities(["neutral"], np.ones(1))
    try:
        for run in runs.shipped()[:1]:
            Predictor(run).predict(second)
    except (runs.RunError, GraphError):
        # The pages say what is wrong with a damaged model; here nobody would read it.
        return
