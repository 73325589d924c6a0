"""The run folder: what a training leaves behind, readable without this program. Nothing else touches these files.

The package can be called, too: `runs()` is `all_runs()`.
"""

from ser_core.callable_module import make_callable
from ser_core.runs.alive import born, process_lives
from ser_core.runs.folders import PIECES, create, pieces
from ser_core.runs.listing import all_runs, find, new_path, own, shipped, summary, whole
from ser_core.runs.publishing import publish, split_id, weightless
from ser_core.runs.run import ALWAYS, STATES, Run, RunError, now
from ser_core.runs.tables import prediction_rows
from ser_core.runs.trainings import Training, training, trainings

__all__ = [
    "ALWAYS",
    "PIECES",
    "STATES",
    "Run",
    "RunError",
    "Training",
    "all_runs",
    "born",
    "create",
    "find",
    "new_path",
    "now",
    "own",
    "pieces",
    "prediction_rows",
    "process_lives",
    "publish",
    "shipped",
    "split_id",
    "summary",
    "training",
    "trainings",
    "weightless",
    "whole",
]

make_callable(__name__, all_runs)
