"""How far each network of a study is, and its learning curves so far."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ser_core import runs
from ser_core.jobs import ACTIVE
from ser_core.runs import Run, RunError
from ser_core.studies.study import Member, Study

#: What is said of a member whose run is not there: it was never queued, or somebody deleted it.
ABSENT = "absent"
#: Of one whose run is finished and has lost a file: to be deleted before it is trained again.
DAMAGED = "damaged"


@dataclass(frozen=True)
class State:
    """A member's training: absent | queued | running | done | failed | cancelled | interrupted | damaged, and what was said of it last."""

    member: Member
    state: str
    message: str = ""

    @property
    def active(self) -> bool:
        """Whether it waits or trains."""
        return self.state in ACTIVE


def of(study: Study) -> list[State]:
    """Return the state of every member, in their order."""
    return [_of(member, study.run(member)) for member in study.members]


def said(states: list[State]) -> str:
    """Return what a line says of a study: `2 of 3 trained`, and what became of the others."""
    done = sum(state.state == "done" for state in states)
    words = [f"{done} of {len(states)} trained"]
    words += [f"{state.member.name} {state.state}" for state in states if state.state not in ("done", "queued", ABSENT)]
    return ", ".join(words)


def histories(run: Run) -> list[pd.DataFrame]:
    """Return a table an epoch (epoch, val_uar, …) of each training of a run that has begun: its seeds' and folds', or its own."""
    try:
        pieces = [training.history for training in runs.trainings(run)] or [run.history]
    except (RunError, OSError):
        return []
    return [history for history in pieces if {"epoch", "val_uar"} <= set(history.columns) and len(history)]


def course(tables: list[pd.DataFrame]) -> tuple[list[float], list[float]]:
    """Return the epochs of several trainings and the mean of their validation UAR after each, over those that came so far."""
    mean = pd.concat(tables).groupby("epoch")["val_uar"].mean().dropna()
    return [float(epoch) for epoch in mean.index], [float(uar) for uar in mean]


def _of(member: Member, run: Run) -> State:
    if not (run.path / "status.json").is_file():
        return State(member, ABSENT)
    try:
        status = run.status
        state, message = str(status["state"]), str(status.get("message") or "")
        if state == "done" and (wrong := run.problems()):
            return State(member, DAMAGED, wrong[0])
        return State(member, state, message)
    except (RunError, KeyError, TypeError) as error:
        return State(member, DAMAGED, str(error))
