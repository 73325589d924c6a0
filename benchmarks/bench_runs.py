"""How long the table of 300 runs of 7,442 predictions each takes: `python -m benchmarks.bench_runs`.

300 run folders are made below a temporary SER_HOME. Timed in turn, in one run: the table for a server that has just started
(nothing read yet), the table once it was read (files asked for their state alone), sorting it, and reading the predictions of one of
them: what a table that read predictions would pay 300 times. Prints a line of JSON and the same in words.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.timing import median_milliseconds
from ser_core import runs
from ser_core.evaluation import metrics
from ser_core.runs import overview

RUNS = 300
CLIPS = 7442
ROUNDS = 5
LABELS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")


def make(folder: Path) -> None:
    """Write the runs: the predictions of one, made by chance, under 300 names."""
    random = np.random.default_rng(0)
    true = random.integers(0, len(LABELS), CLIPS)
    logits = random.normal(size=(CLIPS, len(LABELS))) + 1.5 * np.eye(len(LABELS))[true]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    speakers = [str(1001 + number % 91) for number in range(CLIPS)]
    table = runs.prediction_rows(
        [f"crema-d/clip-{number:05d}" for number in range(CLIPS)],
        ["test"] * CLIPS,
        speakers,
        [LABELS[k] for k in true],
        shares,
        LABELS,
    )
    scores = metrics.parts(table, LABELS)
    for number in range(RUNS):
        run = runs.create(folder / f"run-{number:03d}")
        recipe = {"name": "crnn", "title": "made", "corpus": "crema-d", "split": "loso", "labels": LABELS}
        found = {"parameters": 583_379, "seconds": 60.0 * number}
        run.write_json("recipe.json", {"recipe": recipe, "created": runs.now(), "found": found})
        run.write_table("predictions.csv", table)
        run.write_table("split.csv", table[["clip", "speaker", "part"]])
        run.write_json("metrics.json", scores)
        run.write_status("done")
        run.seal()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SER_HOME"] = folder
        make(Path(folder) / "runs")
        table = overview.table()
        assert (table["state"] == "done").sum() >= RUNS
        run = runs.find("run-000")

        def fresh() -> None:
            overview.forget_rows()
            overview.table()

        times = median_milliseconds(
            {
                "first": fresh,
                "again": overview.table,
                "sort": lambda: table.sort_values("accuracy"),
                "predictions": lambda: runs.Run(run.path).predictions,
            },
            ROUNDS,
        )
    result = {
        "benchmark": "runs",
        "runs": RUNS,
        "predictions_a_run": CLIPS,
        "first_ms": times["first"],
        "again_ms": times["again"],
        "sort_ms": times["sort"],
        "one_predictions_csv_ms": times["predictions"],
    }
    print(json.dumps({key: round(value, 3) if isinstance(value, float) else value for key, value in result.items()}))
    print(
        f"The table of {RUNS} runs of {CLIPS:,} predictions takes {times['first'] / 1000:.2f} s on a server that has just started and "
        f"{times['again'] / 1000:.2f} s after that; sorting {times['sort']:.1f} ms. Reading the predictions of one run takes "
        f"{times['predictions']:.0f} ms, so of all {RUNS} it would be {RUNS * times['predictions'] / 1000:.1f} s."
    )


if __name__ == "__main__":
    main()
