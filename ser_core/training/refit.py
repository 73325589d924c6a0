"""Training the chosen form once more, on its train and validation part: no clip that may be learned from is left unused."""

from __future__ import annotations

from statistics import median
from typing import Any

from ser_core import runs
from ser_core.corpora.base import Corpus
from ser_core.corpora.splits import Division
from ser_core.evaluation import conformal
from ser_core.runs import Run, RunError
from ser_core.training.reporter import Reporter
from ser_core.training.train import Settled, train


def refit(chosen: Run, corpus: Corpus, run: Run, reporter: Reporter, *, allow_unreadable: bool = False) -> Run:
    """Train the recipe of `chosen` anew in the run's folder, on its train and validation part, and read its test part.

    `chosen` is a finished training or several seeds of one; epochs, temperature and threshold are those that it found on its
    validation part (of several seeds the medians), as nothing is left to find them on. Raises RunError where it did not;
    `allow_unreadable` and what else is raised: as in `train.train`.
    """
    settled = settled_by(chosen)
    first = (runs.pieces(chosen) or [chosen])[0]
    split = first.split
    parts = split.set_index("clip")["part"].replace("validation", "train")
    known = corpus.clips["clip"].map(parts)
    absent = set(parts.index) - set(corpus.clips["clip"])
    if absent:
        raise RunError(f"{len(absent)} clips of the run {chosen.name} are not in {corpus.root}, e.g. {min(absent)}.")
    division = Division(f"{first.recipe['split_name']}, validation trained on too", known.fillna(""))
    recipe = first.trained_by
    return train(recipe, corpus, run, reporter, division=division, settled=settled, allow_unreadable=allow_unreadable)


def settled_by(chosen: Run) -> Settled:
    """Return what a finished run, or the seeds below it, found on the validation part. Raises RunError for other runs."""
    trained = runs.pieces(chosen) or [chosen]
    chosen.checked()
    if chosen.recipe.get("pooled") == "folds":
        raise RunError(f"The run {chosen.name} is a cross-validation: its folds have no validation part in common.")
    try:
        best = [int(one.history["val_uar"].idxmax()) + 1 for one in trained]
        found: list[dict[str, Any]] = [one.recipe["found"] for one in trained]
        split = trained[0].split
        return Settled(
            of=chosen.name,
            epochs=round(median(best)),
            temperature=median(float(one["temperature"]) for one in found),
            threshold=median(float(one["threshold"]) for one in found),
            validation=tuple(split["clip"][split["part"] == "validation"]),
            before={part: _plain(scores) for part, scores in chosen.metrics.items() if part == "test"},
            trainings=len(trained),
            with_voice=median(float(one["temperature_with_voice"]) for one in found)
            if "temperature_with_voice" in found[0]
            else None,
            least=_least(trained),
        )
    except (KeyError, ValueError) as error:
        raise RunError(f"The run {chosen.name} holds no fit with a validation part that could be refitted.") from error


def _least(trained: list[Run]) -> float | None:
    """Of the sets beside an answer, by what each training said of the validation part's clips."""
    found = []
    for one in trained:
        rows = one.predictions[one.predictions["part"] == "validation"]
        found.append(conformal.least(rows, one.metrics["validation"]["labels"]))
    known = [value for value in found if value is not None]
    return median(known) if known else None


def _plain(scores: dict[str, Any]) -> dict[str, Any]:
    names = ("accuracy", "uar", "macro_f1")
    return {
        **{name: scores[name] for name in (*names, "n", "speakers")},
        "intervals": {name: scores["intervals"][name] for name in names},
        **({"deviation": scores["deviation"]} if "deviation" in scores else {}),
    }
