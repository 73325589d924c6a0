"""The leakage lesson: published runs in pairs, one that leaks and one that does not, and what their figures show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ser_core import settings
from ser_core.evaluation import compare, significance, split_worth
from ser_core.evaluation.significance import Span
from ser_core.runs import Run, RunError


@dataclass(frozen=True)
class Step:
    """One mistake: pairs of runs (leaky, honest) by name, what is done wrong, and what is done instead."""

    key: str
    title: str
    mistake: str
    instead: str
    leak: str
    """What the leak is, to stand after `The leak, ...`."""
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scored:
    """One run's accuracy on its test part, as its metrics.json states it, and how many clips and copies it was trained on."""

    name: str
    corpus: str
    accuracy: float
    low: float
    high: float
    n: int
    speakers: int
    split: str
    train: int
    """0 for a cross-validation, which trains several times."""


@dataclass(frozen=True)
class Outcome:
    """What one pair shows: both scores, and by how much the leaky one is higher, with an interval."""

    leaky: Scored
    honest: Scored
    span: Span
    same_clips: bool

    @property
    def sentence(self) -> str:
        """Say how large the gap is and whether it is more than chance."""
        said = split_worth.added(
            self.span,
            lower=", so these runs show no gain from the leak.",
            unclear=". These clips do not show that the leak raises the figure; nor do they show that it is harmless.",
        )
        return f"{_percent(self.leaky.accuracy)} instead of {_percent(self.honest.accuracy)}: {said}"


#: Recipes whose rows were run both ways on CREMA-D; cnn2d-model2 is the example that is drawn first.
_ROWS = (
    "cnn2d-model2", "cnn2d-model3", "cnn2d-initial", "cnn1d-model1", "cnn1d-model2", "cnn1d-model3", "cnn1d-model3-aug", "cnn1d-model4",
    "cnn1d-model5", "cnn1d-model6", "paper-crema-d", "mlp", "svm", "logreg",
)  # fmt: skip
STEPS = (
    Step(
        "savee",
        "The same four voices on both sides",
        "SAVEE has four speakers. A random split of its clips puts every speaker on both sides, so a model may know the voice, and even "
        "the sentence, of each test clip.",
        "Leave one speaker out: four trainings, each tested on the one voice that it never heard (`--split loso`).",
        "knowing the tested voices",
        (("savee-msf-mfcc-kfold-clips", "savee-msf-mfcc-loso"),),
    ),
    Step(
        "crema-d",
        "Many voices on both sides",
        "CREMA-D has many speakers. A random split of its clips still puts each of them on both sides, but a voice to be recognised is now "
        "one of dozens.",
        "Keep whole speakers out of training (`--split speakers`).",
        "knowing the tested voices",
        tuple((f"{recipe}-clips", f"{recipe}-speakers") for recipe in _ROWS),
    ),
    Step(
        "epoch",
        "The epoch chosen on the test clips",
        "`validation_data=(x_test, y_test)`, and then the best epoch's accuracy is reported. No weight was fitted to the test clips, but the "
        "luckiest of many epochs was picked on them. Here both runs are one and the same fit; only the epoch that is kept differs.",
        "Choose the epoch on validation clips, and read the test part once.",
        "choosing the epoch on the test clips",
        (("wrong-epoch-on-test", "right-epoch-on-validation"),),
    ),
    Step(
        "copies",
        "Copies made before the split",
        "Every clip is copied with some noise and another level to have more data, and then clips and copies are divided at random. Most "
        "test rows then have a copy of themselves in the train part.",
        "Divide first, then copy clips of the train part only. (Here both runs are divided by clip, so that the copies alone make the "
        "difference; a split by speakers would be better still.)",
        "having copies of the tested clips in the train part",
        (("wrong-copies-before-split", "right-copies-after-split"),),
    ),
)


def published() -> Path:
    """Return the folder of the runs that ship."""
    return settings.ARTIFACTS / "results"


def outcomes(step: Step, folder: Path | None = None) -> list[Outcome]:
    """Return what the step's pairs of runs show, those of which both are whole; `folder`: where they lie (default: as shipped)."""
    where = folder or published()
    shown = []
    for names in step.pairs:
        both = [Run(where / name) for name in names]
        if any(not run.has("files.json") or run.problems() for run in both):
            continue
        try:
            shown.append(outcome(*both))
        except (RunError, KeyError):
            continue
    return shown


def present(folder: Path | None = None) -> list[Step]:
    """Return the steps of which at least one pair of runs is here."""
    return [step for step in STEPS if outcomes(step, folder)]


def outcome(leaky: Run, honest: Run) -> Outcome:
    """Hold one pair against each other: clip by clip where both were tested on the same clips, else as they are.

    Raises RunError or KeyError for a run without test rows or scores.
    """
    tables = []
    for run in (leaky, honest):
        rows = run.predictions
        tables.append(compare.rightness(rows[rows["part"] == "test"]))
    one, other = tables
    same = one.index.equals(other.index)
    if same:
        span = significance.paired((one["right"] - other["right"]).to_numpy(), list(one["speaker"]))
    else:
        span = significance.unpaired(
            one["right"].to_numpy(), list(one["speaker"]), other["right"].to_numpy(), list(other["speaker"])
        )
    return Outcome(_scored(leaky), _scored(honest), span, same)


def together(outcomes: list[Outcome]) -> str:
    """Say what several pairs show together; '' for fewer than two."""
    if len(outcomes) < 2:
        return ""
    gaps = sorted(100 * outcome.span.difference for outcome in outcomes)
    clear = sum(outcome.span.low > 0 for outcome in outcomes)
    below = sum(gap < 0 for gap in gaps)
    said = (
        f"Over {len(outcomes)} recipes the leaky figure is higher by {sum(gaps) / len(gaps):.1f} points on average ({gaps[0]:+.1f} to {gaps[-1]:+.1f}); "
        f"in {clear or 'none'} of them the interval lies above 0"
    )
    said += f", in {below} the leaky figure is the lower one." if below else "."
    if clear == 0 and below == 0:
        said += " Each gap alone is within what chance would do; that all point the same way is what can be said."
    return said


def _scored(run: Run) -> Scored:
    scores = run.metrics["test"]
    span = scores["intervals"]["accuracy"]
    clips = int((run.split["part"] == "train").sum())
    stated = run.recipe.get("recipe", {})
    copies = int(stated.get("copies", 0))
    return Scored(
        run.name,
        str(stated.get("corpus", "")),
        scores["accuracy"],
        span["low"],
        span["high"],
        scores["n"],
        scores["speakers"],
        str(run.recipe.get("split_name", "")),
        0 if run.recipe.get("pooled") else clips * (1 + copies),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
