"""`runs resume`, `runs cancel`, `runs delete`: what can be done with a run besides reading it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ser_core import runs
from ser_core.cli.jobs import followed
from ser_core.jobs import trainings
from ser_core.runs.deleting import delete as delete_run


def add(actions: Any) -> None:
    resuming = actions.add_parser("resume", help="queue an interrupted, cancelled or failed training again")
    resuming.add_argument("name", metavar="RUN")
    resuming.add_argument("--data", type=Path, help="the corpus' folder, where it is not registered")
    resuming.set_defaults(handler=resume)
    ending = actions.add_parser("cancel", help="end a training that waits or runs; it can be resumed")
    ending.add_argument("name", metavar="RUN")
    ending.set_defaults(handler=cancel)
    deleting = actions.add_parser("delete", help="delete one of your own runs; its folder goes")
    deleting.add_argument("name", metavar="RUN")
    deleting.set_defaults(handler=delete)


def resume(stated: argparse.Namespace) -> int:
    print(followed(trainings.resume(trainings.find_run(stated.name), stated.data)))
    return 0


def cancel(stated: argparse.Namespace) -> int:
    print(trainings.cancel(trainings.find_run(stated.name)))
    return 0


def delete(stated: argparse.Namespace) -> int:
    run = trainings.find_run(stated.name)
    delete_run(runs.Run(run.path))
    print(f"{run.name} is deleted.")
    return 0
