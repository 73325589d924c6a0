"""`runs ensemble`: several runs as one that answers with their mean."""

from __future__ import annotations

import argparse
from typing import Any

from ser_core import ensemble, runs
from ser_core.cli import output


def add(actions: Any) -> None:
    parser = actions.add_parser(
        "ensemble", help="several runs, or the seeds of one, as a run that answers with their mean"
    )
    parser.add_argument("names", metavar="RUN", nargs="+")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(handler=combine)


def combine(stated: argparse.Namespace) -> int:
    made = ensemble.combine([runs.find(name) for name in stated.names])
    if stated.json:
        output.print_json(runs.summary(made))
    else:
        print(f"{made.name}  {made.path}\n\n{made.card}")
    return 0
