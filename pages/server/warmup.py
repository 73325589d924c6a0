"""Imports and first calls that take seconds, done in the background while the first page is read."""

from __future__ import annotations

import gc
import importlib
import threading

#: Imported here: the home page paints without them. Not streamlit_webrtc itself: its component is registered by an import in a
#: page's run alone.
HEAVY = (
    "aiortc",
    "librosa.effects",
    "scipy.fft",
    "scipy.signal",
    "scipy.stats",
    "sklearn.decomposition",
    "sklearn.discriminant_analysis",
    "sklearn.model_selection",
    "ser_core.figures",
    "ser_core.predictor",
)
#: A page does not wait longer for the imports, seconds.
PATIENCE_S = 60.0

_imported = threading.Event()
# Where no warm-up was started, nothing is to be waited for.
_imported.set()


def start() -> None:
    """Start the warm-up in a thread of its own."""
    _imported.clear()
    threading.Thread(target=_warm, name="warm-up", daemon=True).start()


def wait() -> None:
    """Wait until the imports of the warm-up are done, which a page's own would run into.

    Of two threads that import SciPy at the same time one can find half of it, and then every page that needs it fails until the server
    is started anew.
    """
    _imported.wait(PATIENCE_S)


def _warm() -> None:
    try:
        _imports()
    finally:
        _imported.set()
    _first_calls()
    # Streamlit collects garbage after every run of a script. What was imported stays anyway; looking through it took 0.13 s each time.
    gc.collect()
    gc.freeze()


def _imports() -> None:
    for name in HEAVY:
        importlib.import_module(name)


def _first_calls() -> None:
    import numpy as np

    from ser_core import audio, figures, runs
    from ser_core.graphs import GraphError
    from ser_core.predictor import Predictor
    from ser_core.runs import expected

    # While nobody is here: asked for beside a class that comes in, it would take the machine for a slow one for good.
    expected.slowness()
    second = audio.decode(audio.encode_wav(np.zeros(audio.SAMPLE_RATE, dtype=np.float32)), name="warm-up")
    figures.probabilities(["neutral"], np.ones(1))
    try:
        for run in runs.shipped()[:1]:
            Predictor(run).predict(second)
    except (runs.RunError, GraphError):
        # The pages say what is wrong with a damaged model; here nobody would read it.
        return
