"""Which trackers there are, and opening one for a run."""

from __future__ import annotations

import importlib
import os

from ser_core.exchange import extras
from ser_core.exchange.trackers.base import Tracker
from ser_core.runs import RunError

#: Name → the package that it needs and the adapter's module; the extra has the tracker's name.
KNOWN = {
    "mlflow": ("mlflow", "to_mlflow"),
    "tensorboard": ("tensorboard", "to_tensorboard"),
    "wandb": ("wandb", "to_wandb"),
}
NAMES = tuple(KNOWN)
#: Their libraries tell their makers of their use and faults unless they are told not to, before they are imported.
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "WANDB_ERROR_REPORTING": "false"}
#: Those that live in one environment with what trains.
LIVE = ("tensorboard", "wandb")


def opened(name: str, run: str, into: str | None = None) -> Tracker:
    """Return the tracker `name` (of NAMES), open for a run called `run`.

    into: where it keeps it, as the tracker understands it: a folder, for MLflow a tracking URI too. Default: a folder of SER_HOME, or what
    the tracker's own environment variable names. Raises RunError where its package is not installed, in one sentence, and where it cannot be opened.
    """
    needed(name)
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    adapter = importlib.import_module(f"ser_core.exchange.trackers.{KNOWN[name][1]}")
    try:
        tracker: Tracker = adapter.opened(run, into)
    except Exception as error:  # Of three libraries, whose errors share no base class.
        raise RunError(f"{name} cannot keep the run {run}: {error}") from error
    return tracker


def needed(name: str) -> None:
    """Raise RunError where the tracker's package is not installed, in one sentence."""
    extras.needed(KNOWN[name][0], name)
