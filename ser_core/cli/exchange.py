"""`runs export`, `runs import`, `runs log`, `runs report`: runs in and out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ser_core import exchange, runs
from ser_core.cli import output
from ser_core.corpora import registry
from ser_core.exchange import terms, trackers


def add(actions: Any) -> None:
    giving = actions.add_parser("export", help="a run as one zip")
    giving.add_argument("name", metavar="RUN")
    giving.add_argument("-o", "--out", type=Path, required=True, metavar="FILE.zip")
    giving.add_argument(
        "--model", action="store_true", help="the model alone, with an example that runs without this program"
    )
    giving.add_argument(
        "--joined", action="store_true", help="the model, behind the pretrained encoder that it is fed by as one graph"
    )
    giving.add_argument("--json", action="store_true")
    giving.set_defaults(handler=export)
    taking = actions.add_parser("import", help="a run from a zip, or another system's predictions from a CSV")
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.add_argument("--corpus", help="of predictions: the corpus that they are on")
    taking.add_argument("--data", type=Path, help="the corpus' folder; remembered where it has none yet")
    taking.add_argument("--json", action="store_true")
    taking.set_defaults(handler=import_)
    logging = actions.add_parser("log", help="a run as a lab's tracker keeps it")
    logging.add_argument("name", metavar="RUN")
    logging.add_argument("--to", required=True, choices=trackers.NAMES)
    logging.add_argument(
        "--into",
        metavar="PLACE",
        help="a folder, for mlflow a tracking URI too; SER_HOME/mlflow, SER_HOME/tensorboard, SER_HOME/wandb where none is named",
    )
    logging.add_argument("--json", action="store_true")
    logging.set_defaults(handler=log)
    reporting = actions.add_parser("report", help="a run as a page that needs nothing else")
    reporting.add_argument("name", metavar="RUN")
    reporting.add_argument("-o", "--out", type=Path, required=True, metavar="FILE.html")
    reporting.add_argument("--json", action="store_true")
    reporting.set_defaults(handler=write_report)


def export(stated: argparse.Namespace) -> int:
    """Write a run's folder into a zip, or its model."""
    run = runs.find(stated.name)
    alone = stated.model or stated.joined
    path = exchange.model_zip(run, stated.out, joined=stated.joined) if alone else exchange.export(run, stated.out)
    if bound := terms.sentence(run):
        print(bound, file=sys.stderr)
    return _told(stated, {"run": run.name, "file": str(path), "bytes": path.stat().st_size}, f"{path}")


def import_(stated: argparse.Namespace) -> int:
    """Take a run in: a zip without --corpus, predictions with it."""
    if not stated.file.is_file():
        raise runs.RunError(f"There is no file {stated.file}.")
    if stated.corpus is None:
        if stated.file.suffix.lower() in (".csv", ".tsv"):
            raise runs.RunError(
                f"{stated.file.name} is a table of predictions: name the corpus that they are on with --corpus."
            )
        run = exchange.import_zip(stated.file)
    else:
        run = exchange.import_predictions(stated.file, registry.load(stated.corpus, stated.data))
    return _told(stated, runs.summary(run), f"{run.name}  {run.path}")


def log(stated: argparse.Namespace) -> int:
    """Tell a tracker all of a run."""
    run = runs.find(stated.name)
    place = trackers.log(run, stated.to, stated.into)
    return _told(stated, {"run": run.name, "to": stated.to, "place": place}, place)


def write_report(stated: argparse.Namespace) -> int:
    """Write a run's report."""
    # Imported here: the drawing takes a while to load, which the other commands do without.
    from ser_core import report

    run = runs.find(stated.name)
    path = report.write(run, stated.out)
    return _told(stated, {"run": run.name, "file": str(path), "bytes": path.stat().st_size}, f"{path}")


def _told(stated: argparse.Namespace, value: dict[str, Any], line: str) -> int:
    if stated.json:
        output.print_json(value)
    else:
        print(line)
    return 0
