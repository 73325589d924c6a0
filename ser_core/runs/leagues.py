"""Two leagues of models, kept apart wherever models are compared: learned here, or with an ear that was pretrained elsewhere."""

from __future__ import annotations

from ser_core.recipes import Recipe
from ser_core.runs.listing import find
from ser_core.runs.run import Run

LEARNED_HERE, PRETRAINED = "learned here", "pretrained ear"
#: What recipe.json states under `ear` → what a reader must know of such a model.
SENTENCES = {
    "frozen": (
        "Its ear is three layers of Whisper, which learned to transcribe English from the web. Only the decision was learned here. Nobody "
        "can check whether that audio held these actors."
    ),
    "another": (
        "Its ear is an audio encoder that was made elsewhere, of other recordings. Only the decision was learned here. Nobody can check "
        "whether that audio held these actors."
    ),
    "taught": (
        "It learned here, also from the answers of a model whose ear is three layers of Whisper. Nobody can check whether the audio of "
        "which Whisper learned held these actors."
    ),
}


def of(run: Run) -> str:
    """Return the run's league."""
    return PRETRAINED if run.recipe.get("ear") else LEARNED_HERE


def sentence(run: Run) -> str:
    """Return what is to be known of where the model's ear comes from; '' for one that learned here."""
    return SENTENCES.get(str(run.recipe.get("ear") or ""), "")


def ear(recipe: Recipe) -> str | None:
    """Return what recipe.json states of a training: its features' ear is Whisper's (`frozen`) or another's
    (`another`), its teachers have one (`taught`), or None.

    Raises RunError where a teacher is not here.
    """
    own = next((given.source.ear for given in recipe.feature_set.inputs if given.source.ear), None)
    if own is not None:
        return own
    return "taught" if any(find(name).recipe.get("ear") for name in recipe.teachers) else None
