"""`runs compare`: two to four runs on the clips that none of them saw."""

from __future__ import annotations

import argparse
from typing import Any

from ser_core import runs
from ser_core.cli import output
from ser_core.evaluation import compare as comparison
from ser_core.evaluation.compare import p_value


def add(actions: Any) -> None:
    parser = actions.add_parser("compare", help="two to four runs on the clips that none of them saw")
    parser.add_argument("names", metavar="RUN", nargs="+")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(handler=compare)


def compare(stated: argparse.Namespace) -> int:
    compared = comparison.compare({name: runs.find(name) for name in stated.names})
    if stated.json:
        output.print_json(compared.to_dict())
        return 0
    if not compared.pairs:
        print(f"No clip is unseen by all of them: {compared.why}")
    else:
        columns = ("run", "accuracy", "UAR", "macro-F1")
        scores = compared.scores().items()
        output.print_table(
            columns,
            [(name, *(f"{summary[key]:.3f}" for key in ("accuracy", "uar", "macro_f1"))) for name, summary in scores],
        )
        print(f"{compared.n} clips of {compared.speakers} speakers that none of them saw.")
        for name in compared.heard:
            print(f"{name} was trained on other clips of its test speakers.")
    for pair in compared.pairs:
        print(pair.sentence)
        if pair.mcnemar is not None:
            print(
                f"  McNemar's test over clips: p {p_value(pair.mcnemar.p)} ({pair.mcnemar.method}); clips of one speaker are not "
                "independent, so it finds too much."
            )
    if compared.differences:
        print("Their configurations differ in:")
    for field, values in compared.differences.items():
        print(f"  {field}: " + ", ".join(f"{name} {value}" for name, value in values.items()))
    return 0
