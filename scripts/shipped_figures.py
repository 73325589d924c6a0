"""What a shipped model's card states of it as it ships: with voice profiles, on another corpus, calibration, what it leaves open."""

from __future__ import annotations

from typing import Any

from scripts.scores import with_interval
from ser_core.evaluation import kept
from ser_core.runs import Run

TITLE = "## As it ships"
#: Condition of an evaluation → how it is called.
CONDITIONS = {
    "unseen": "all clips",
    "unseen-enrol-0": "clips outside the pools, no profile",
    "unseen-enrol-5-neutral": "profile of 5 neutral clips",
    "unseen-enrol-10-any": "profile of 10 clips of any emotion",
    "unseen-enrol-20-any": "profile of 20 clips of any emotion",
    "unseen-noise-20": "pink noise at 20 dB",
    "unseen-noise-10": "pink noise at 10 dB",
    "unseen-telephone": "on the telephone",
    "unseen-room-large": "in a large room",
}


def state(run: Run) -> None:
    """Write the section anew at the end of the card, and seal the run."""
    before = run.card.split(f"\n{TITLE}\n")[0].rstrip()
    run.write_text("card.md", "\n".join([before, "", TITLE, "", *_lines(run.name), ""]))
    run.seal()


def _lines(name: str) -> list[str]:
    rows = {(evaluation.corpus, evaluation.condition): evaluation.metrics for evaluation in kept.of_run(name)}
    lines = [
        "Speakers that no part of the training held; of a pool of 20 clips a speaker, which is left out of the test, profiles are made. SAVEE was looked at "
        "while the form was chosen. Calibration error: 10 bins of equal mass, less what chance adds. A set is to hold the right emotion in 80 % of clips.",
        "",
        "| corpus | condition | clips | accuracy | calibration error | answered | right of these | sets right |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for corpus in dict.fromkeys(corpus for corpus, _ in rows):
        for condition, title in CONDITIONS.items():
            if (corpus, condition) in rows:
                lines.append(_row(corpus, title, rows[corpus, condition]))
    return lines


def _row(corpus: str, title: str, scores: dict[str, Any]) -> str:
    answered, sets = scores.get("answered") or {}, scores.get("sets") or {}

    def share(held: dict[str, Any], name: str) -> str:
        return f"{100 * held[name]:.0f} %" if held.get(name) is not None else "-"

    cells = [corpus, title, str(scores["n"]), with_interval(scores, "accuracy"), f"{scores['ece']:.3f}"]
    cells += [share(answered, "coverage"), share(answered, "accuracy"), share(sets, "coverage")]
    return "| " + " | ".join(cells) + " |"
