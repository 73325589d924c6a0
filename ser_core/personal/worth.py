"""What the figure of a personal model is worth, as its run folder states it. Imports nothing heavy: every page asks."""

from __future__ import annotations

from dataclasses import dataclass

from ser_core.personal.collected import BY_SITTING, ENOUGH
from ser_core.runs import Run, RunError

TOO_FEW = "too few to say"
OPTIMISTIC = "same sitting: optimistic"
ACROSS = "by sitting"


@dataclass(frozen=True)
class Worth:
    """How a personal model was measured: the model below it, clips a class, and by what its clips were divided."""

    base: str
    clips: dict[str, int]
    by: str

    @property
    def enough(self) -> bool:
        """Whether every class has enough clips for a figure to say anything."""
        return min(self.clips.values()) >= ENOUGH

    @property
    def label(self) -> str:
        """What stands beside the figure, or in its place: `too few to say`, `same sitting: optimistic`, `by sitting`."""
        if not self.enough:
            return TOO_FEW
        return ACROSS if self.by == BY_SITTING else OPTIMISTIC

    @property
    def sentence(self) -> str:
        """The label explained."""
        if not self.enough:
            few = ", ".join(f"{name} {n}" for name, n in self.clips.items() if n < ENOUGH)
            return f"Under {ENOUGH} clips of a class no figure says anything: {few}."
        if self.by == BY_SITTING:
            return "Each sitting was answered by a head that had not heard it; the voices are those it was fitted on."
        return "Clips of one sitting stood on both sides of the cross-validation, so expect less in another room or on another day."


def of(run: Run) -> Worth | None:
    """Return what a personal model's figure is worth, or None for any other run. Raises RunError for a damaged one."""
    stated = run.recipe.get("personal")
    if stated is None:
        return None
    try:
        return Worth(str(stated["base"]), {str(name): int(n) for name, n in stated["clips"].items()}, str(stated["by"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"recipe.json of the run {run.name} does not say how it was measured: {error}") from error
