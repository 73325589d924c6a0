"""What a model's figure and its confidence are worth, said with the split that they were measured under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.widgets import foreign, numbers
from ser_core.corpora import schemes
from ser_core.corpora.schemes import Scheme
from ser_core.evaluation import metrics
from ser_core.personal import worth as personal
from ser_core.runs import Run, RunError, leagues

if TYPE_CHECKING:
    from ser_core.predictor import Prediction

#: Clips among which answers at a confidence are counted.
NEAREST = 150


def of_model(run: Run) -> str:
    """Say how often the model is right, and on whose voices. Raises RunError or KeyError for a damaged run."""
    own = personal.of(run)
    if own is None:
        ear = leagues.sentence(run)
        return f"**{foreign.plain(run.name)}** tells the emotion right in {numbers.score(run.metrics)}: {_voices(run)}.{ear and f' {ear}'}"
    of_what = f"**{foreign.plain(run.name)}** is a model of your own, a head on {foreign.plain(own.base)}."
    if not own.enough:
        return f"{of_what} How often it is right: **{own.label}**. {foreign.plain(own.sentence)}"
    found = run.metrics["validation"]
    span = found["intervals"]["accuracy"]
    return (
        f"{of_what} Right in {numbers.percent(found['accuracy'])} ({numbers.percent(span['low'])} to {numbers.percent(span['high'])}) of "
        f"{found['n']} clips, **{own.label}**. {foreign.plain(own.sentence)}"
    )


def of_answer(run: Run, found: Prediction) -> str:
    """Say how often answers at this confidence were right, and on whose voices; nothing where nobody spoke."""
    if found.decision == "no-speech":
        return ""
    own = personal.of(run)
    if own is not None and not own.enough:
        return f"What this confidence is worth: {own.label}. {foreign.plain(own.sentence)}"
    table = run.predictions
    part = "test" if (table["part"] == "test").any() else "validation"
    rows = table[table["part"] == part]
    labels = run.metrics[part]["labels"]
    # A third of few clips is near enough, where the usual number would be all of them.
    near = metrics.right_near(rows, labels, found.confidence, min(NEAREST, len(rows) // 3) if own else NEAREST)
    if near is None:
        return "How much this confidence is worth was not measured for this model."
    right, n = near
    often = f"answers at this confidence were right {100 * right:.0f} times in 100"
    if own is not None:
        return f"On your own recordings, cross-validated ({own.label}), {often} (the {n} nearest clips). {foreign.plain(own.sentence)}"
    without = ", without a voice profile" if found.profile else ""
    return (
        f"{_whose(run)}{without}, {often} (the {n} nearest clips of the {part} part). Not measured on your microphone or language. "
        "It tells the emotion a voice was acted with; it reads no minds."
    )


def label(run: Run) -> str:
    """Return how a picker calls the model: its name, and of one's own model what its figure is worth."""
    try:
        own = personal.of(run)
    except RunError:
        own = None
    return f"{run.name} · {own.label}" if own is not None else run.name


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
