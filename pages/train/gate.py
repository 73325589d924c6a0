"""Whether this visitor may start trainings here: the one place to ask."""

from __future__ import annotations

import importlib.util

from pages.server import visitor
from ser_core import classroom, settings

OFF = "Training is turned off on this machine (SER_TRAINING=off). Models that are here can be used as ever."
PAUSED = "Your teacher has paused training; what waits goes on."
NO_TENSORFLOW = (
    "Training needs TensorFlow, which is not installed here; everything else works without it. Add it with "
    "`make .venv/.installed`, or with `pip install -r requirements.txt -c constraints.txt` in this program's environment, "
    "and start the program again."
)


def reason_not_to_train() -> str | None:
    """Return why no training can be started, as a sentence with the next step, or None where one can."""
    if not visitor.may_train():
        return visitor.why_not("train models")
    lesson = classroom.here()
    if lesson is not None and lesson.goes_on and not lesson.state["training"] and not visitor.teaches():
        return PAUSED
    if not settings.training_allowed():
        return OFF
    # Looked for, never imported: the web process stays without it.
    if importlib.util.find_spec("tensorflow") is None:
        return NO_TENSORFLOW
    return None
