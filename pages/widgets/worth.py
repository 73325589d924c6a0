"""What a model's figure and its confidence are worth, said with the split that they were measured under."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pages.widgets import foreign, numbers, words
from ser_core.corpora import schemes
from ser_core.corpora.schemes import Scheme
from ser_core.evaluation import conformal, kept, metrics
from ser_core.personal import worth as personal
from ser_core.runs import Run, RunError, leagues, titles

if TYPE_CHECKING:
    from ser_core.predictor import Prediction

#: Clips among which answers at a confidence are counted.
NEAREST = 150
#: Of how many of a speaker's clips the profile was with which answers elsewhere were measured.
ENROLLED = 10


def of_model(run: Run) -> str:
    """Say how often the model is right, and on whose voices. Raises RunError or KeyError for a damaged run."""
    own = personal.of(run)
    if own is None:
        ear = leagues.sentence(run)
        return f"**{foreign.plain(run.name)}** tells the emotion right in {numbers.score(run.metrics)}: {_voices(run)}.{ear and f' {ear}'}"
    of_what = f"**{foreign.plain(run.name)}** is a model of your own, a head on {foreign.plain(own.base)}."
    if not own.enough:
        return f"{of_what} How often it is right: **{own.label}**. {foreign.plain(own.sentence)}"
    scores = run.metrics["validation"]
    span = scores["intervals"]["accuracy"]
    return (
        f"{of_what} Right in {numbers.percent(scores['accuracy'])} ({numbers.percent(span['low'])} to {numbers.percent(span['high'])}) of "
        f"{scores['n']} clips, **{own.label}**. {foreign.plain(own.sentence)}"
    )


def of_answer(run: Run, prediction: Prediction, *, elsewhere: bool = False) -> tuple[str, str]:
    """Say of which emotions one is right 8 times in 10, and how often answers at this confidence were right, on whose voices.

    The first is empty where it is one alone, or where that did not hold when it was measured; both where nobody spoke. elsewhere: of a
    voice on a microphone that is not the corpus' own. Then it is told of another corpus, where that was measured.
    """
    if prediction.decision == "no-speech":
        return "", ""
    told = _elsewhere(run, prediction) if elsewhere else None
    return _one_of(run, prediction, elsewhere, told), _often(run, prediction, told)


def _often(run: Run, prediction: Prediction, told: kept.Kept | None) -> str:
    own = personal.of(run)
    if own is not None and not own.enough:
        return f"What this confidence is worth: {own.label}. {foreign.plain(own.sentence)}"
    if own is None and told is not None:
        bins = told.metrics["reliability"]
        near = int(np.abs(np.array(bins["confidence"]) - prediction.confidence).argmin())
        return (
            f"On another corpus, {foreign.plain(told.stated['title'])}, with microphones and accents that it did not know, answers at this confidence were "
            f"right {100 * bins['right'][near]:.0f} times in 100 ({bins['n'][near]} clips)."
        )
    table = _unheard(run)
    labels = run.metrics[_part(run)]["labels"]
    # A third of few clips is near enough, where the usual number would be all of them.
    near_ones = metrics.right_near(
        table, labels, prediction.confidence, min(NEAREST, len(table) // 3) if own else NEAREST
    )
    if near_ones is None:
        return "How much this confidence is worth was not measured for this model."
    right, n = near_ones
    often = f"answers at this confidence were right {100 * right:.0f} times in 100"
    if own is not None:
        return f"On your own recordings, cross-validated ({own.label}), {often} (the {n} nearest clips). {foreign.plain(own.sentence)}"
    without = ", without a voice profile" if prediction.profile else ""
    return f"{_whose(run)}{without}, {often} (the {n} nearest clips of the {_part(run)} part). Not measured on your microphone or language."


def _one_of(run: Run, prediction: Prediction, elsewhere: bool, told: kept.Kept | None) -> str:
    least = run.contract.least if run.has("feature.json") else None
    if least is None:
        return ""
    if elsewhere:
        measured = told.metrics.get("sets") if told else None
    else:
        labels = run.metrics[_part(run)]["labels"]
        measured = conformal.measured(_unheard(run), labels, least)
    inside = conformal.members(prediction.probabilities, least)
    if not conformal.holds(measured) or inside.sum() < 2:
        return ""
    ranked = [prediction.labels[k] for k in np.argsort(-prediction.probabilities) if inside[k]]
    return f"{words.either(ranked)}: one of these is right {10 * conformal.COVERAGE:.0f} times in 10."


def _elsewhere(run: Run, prediction: Prediction) -> kept.Kept | None:
    """What was measured of a shipped model on a corpus that it did not learn from, with a voice profile where the answer has one."""
    learned_from = run.recipe.get("recipe", {}).get("corpus")
    condition = "unseen" if prediction.profile is None else f"unseen-enrol-{ENROLLED}-any"
    for evaluation in kept.of_run(run.name):
        try:
            if (
                evaluation.corpus != learned_from
                and evaluation.condition == condition
                and evaluation.metrics.get("reliability")
            ):
                return evaluation
        except (OSError, ValueError, KeyError):
            # Its page in Results says that it is damaged.
            continue
    return None


def _part(run: Run) -> str:
    return "test" if (run.predictions["part"] == "test").any() else "validation"


def _unheard(run: Run) -> pd.DataFrame:
    return run.predictions[run.predictions["part"] == _part(run)]


def label(run: Run) -> str:
    """Return how a picker calls the model: what it is, and of one's own model what its figure is worth."""
    try:
        own = personal.of(run)
    except RunError:
        own = None
    return f"{run.name} · {own.label}" if own is not None else titles.of(run)


def _split(run: Run) -> Scheme:
    return schemes.of(str(run.recipe.get("recipe", {}).get("split") or ""))


def _voices(run: Run) -> str:
    split = _split(run)
    if split.both_sides is None:
        return f"a split of its maker's own ({foreign.plain(split.name or 'not stated')}), so whether it had heard the voices is not known"
    return "voices that it had heard in training, in other clips" if split.both_sides else "voices it had never heard"


def _whose(run: Run) -> str:
    both_sides = _split(run).both_sides
    if both_sides is None:
        return "On clips of its maker's own split"
    return (
        "On other clips of the voices that it was trained on"
        if both_sides
        else "On acted, unheard voices of its corpus"
    )
