"""`runs`: the run folders on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ser_core import runs
from ser_core.cli import compare, ensemble, exchange, output, steering
from ser_core.corpora import registry


def add(commands: Any) -> None:
    parser = commands.add_parser("runs", help="the runs on this machine")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="a line a run")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(handler=list_runs)
    showing = actions.add_parser("show", help="one run with its recipe")
    showing.add_argument("name", metavar="RUN")
    showing.add_argument("--json", action="store_true")
    showing.set_defaults(handler=show)
    compare.add(actions)
    ensemble.add(actions)
    steering.add(actions)
    exchange.add(actions)
    final = actions.add_parser("read-test", help="add the test rows to the chosen form, trained with --no-test")
    final.add_argument("name", metavar="RUN")
    final.add_argument("--data", type=Path, help="the corpus' folder; remembered where it has none yet")
    final.set_defaults(handler=read_test)


def read_test(stated: argparse.Namespace) -> int:
    """Read the test part once, for the form that was chosen on validation."""
    # Imported here: it belongs to the training, which the other commands do without.
    from ser_core.training import held_out

    run = runs.find(stated.name)
    done = held_out.read_test(
        run, registry.load(run.recipe["recipe"]["corpus"], stated.data, run.recipe["recipe"].get("mapping"))
    )
    print(done.card)
    return 0


def list_runs(stated: argparse.Namespace) -> int:
    rows = []
    for run in runs.all_runs():
        try:
            rows.append(runs.summary(run))
        except runs.RunError as error:
            rows.append(
                {"name": run.name, "path": str(run.path), "status": "damaged", "reason": str(error), "metrics": {}}
            )
    if stated.json:
        output.print_json(rows)
        return 0
    cells = []
    for row in rows:
        scored = row["metrics"].get("test") or row["metrics"].get("validation")
        score = f"{scored['accuracy']:.3f}" if scored else ""
        part = "test" if "test" in row["metrics"] else "validation" if row["metrics"] else ""
        cells.append(
            (
                row["name"],
                row.get("recipe", ""),
                row.get("corpus", ""),
                row.get("split", ""),
                row["status"],
                part,
                score,
            )
        )
    output.print_table(("run", "recipe", "corpus", "split", "status", "part", "accuracy"), cells)
    return 0


def show(stated: argparse.Namespace) -> int:
    run = runs.find(stated.name)
    summary = {**runs.summary(run), "recipe": run.recipe}
    if stated.json:
        output.print_json(summary)
        return 0
    problems = run.problems(hashes=True) if run.has("files.json") else []
    print(f"{run.name}  {summary['status']}  {run.path}")
    for problem in problems:
        print(f"damaged: {problem}")
    if run.has("card.md"):
        print(run.card)
    return 0
