"""Train the recipes on wav2vec 2.0, HuBERT and WavLM base, and publish them without weights; where the Hub can be reached. Called again it goes on.

Run: make hub-rows DATA=FOLDER-OF-CREMA-D, then make results
Of 20,000 sounds (clips of the `dev` split and three copies of each to learn from) each of the three encoders needs hours on two cores.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.scores import with_interval
from ser_core import runs, settings
from ser_core.cli.main import main as command
from ser_core.encoders import of_samples
from ser_core.recipes import RECIPES
from ser_core.runs import Run

#: By recipe its encoder.
ROWS = {f"{name.removesuffix('-base')}-logreg": name for name in of_samples.KNOWN}


def run_name(recipe: str) -> str:
    """Return what a row's published run is called."""
    return f"{recipe}-speakers"


def main() -> int:
    """Fetch what is not here, train what has not been, and publish it; the first that fails ends it with its sentence and status 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help=", ".join(ROWS))
    parser.add_argument("--data", type=Path, help="CREMA-D's folder; remembered")
    stated = parser.parse_args()
    unknown = set(stated.recipes) - set(ROWS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; known are {', '.join(ROWS)}")
    here = {encoder.name for encoder in of_samples.installed()}
    for recipe in stated.recipes or ROWS:
        if ROWS[recipe] not in here and command(["encoders", "fetch", ROWS[recipe]]):
            return 1
        run = Run(settings.home().runs / run_name(recipe))
        if not run.has("files.json"):
            asked = ["--data", str(stated.data)] if stated.data else []
            if command(["train", recipe, "--split", "speakers", "--run", str(run.path), *asked]):
                return 1
        runs.publish(Run(run.path), settings.ARTIFACTS / "results" / run.name)
    return 0


def lines(published: dict[str, Run]) -> list[str]:
    """Return the table of docs/results.md, a row of each that was not run included."""
    table = [
        "Other pretrained encoders, frozen, by one logistic regression on their middle layer, learning from copies as above. `make hub-rows` fetches "
        "them from the Hugging Face Hub in a fixed revision and trains them; where that was not done, it says so.",
        "",
        "| recipe | encoder | layer | validation acc | test acc | test UAR |",
        "|---|---|---|---|---|---|",
    ]
    for recipe, name in ROWS.items():
        known, run = of_samples.KNOWN[name], published.get(run_name(recipe))
        layer = RECIPES[recipe].features.rpartition(":")[2]
        scores = ["not run", "", ""]
        if run:
            test = run.metrics["test"]
            scores = [
                f"{run.metrics['validation']['accuracy']:.3f}",
                with_interval(test, "accuracy"),
                with_interval(test, "uar"),
            ]
        table.append(f"| `{recipe}` | {known.repository}@{known.revision[:8]} | {layer} | {' | '.join(scores)} |")
    return table


if __name__ == "__main__":
    sys.exit(main())
