"""What another run may pass on to a training: nothing of clips that are validated or tested on."""

from __future__ import annotations

from collections.abc import Mapping

from ser_core.recipes import RecipeError
from ser_core.runs import Run
from ser_core.training.parts import Part


def refuse(other: Run, parts: Mapping[str, Part]) -> None:
    """Raise RecipeError where a run has learned from a clip that is validated or tested on in these parts.

    For runs whose weights or answers a training takes over: its figures would be of clips that it knows by them.
    """
    learned, chosen_on = (set(other.split["clip"][other.split["part"] == part]) for part in ("train", "validation"))
    validated, tested = (set(parts[name].clips["clip"]) for name in ("validation", "test"))
    # Its epoch was chosen on its validation part: that must not be tested on either.
    known = (learned & validated) | ((learned | chosen_on) & tested)
    if known:
        raise RecipeError(
            f"The run {other.name} has learned from {len(known)} clips that are validated or tested on here, e.g. {min(known)}: it "
            "would pass on what it knows of them. Use a run that was trained on the same split."
        )
