"""The run folder: what a training leaves behind, readable without this program. Nothing else touches these files."""

from ser_core.runs.folders import PIECES, WEIGHTS, create, pieces, weightless
from ser_core.runs.listing import all_runs, find, new_path, own, shipped, summary, whole
from ser_core.runs.run import ALWAYS, STATES, Run, RunError, now, process_lives, sha256
from ser_core.runs.tables import prediction_rows

__all__ = [
    "ALWAYS",
    "PIECES",
    "STATES",
    "WEIGHTS",
    "Run",
    "RunError",
    "all_runs",
    "create",
    "find",
    "new_path",
    "now",
    "own",
    "pieces",
    "prediction_rows",
    "process_lives",
    "sha256",
    "shipped",
    "summary",
    "weightless",
    "whole",
]
