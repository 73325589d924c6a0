"""What a leak is worth: the same tested clips, answered by a model of the split and by models that never heard their speakers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ser_core.evaluation.significance import Span


def added(span: Span, *, unclear: str, lower: str = ".") -> str:
    """Say what a leak adds to a figure, with its interval; unclear, lower: how that ends where it may be nothing, and where it is less."""
    gap, low, high = (100 * value for value in (span.difference, span.low, span.high))
    interval = f"95 % interval {low:+.1f} to {high:+.1f}; {span.method}"
    if low > 0:
        return f"the leak adds {gap:.1f} points ({interval})."
    if high < 0:
        return f"the leaky figure is even {-gap:.1f} points lower ({interval}){lower}"
    return f"a gap of {gap:+.1f} points whose interval includes 0 ({interval}){unclear}"


@dataclass(frozen=True)
class Worth:
    """How often one quick recipe is right on the tested clips, trained on the split (`leaky`) and on as many clips of other speakers
    (`honest`); from 0 to 1.

    span: by how much the leaky figure is higher, with its 95 % interval over speakers. learned: clips of a fit; fits: how many there were.
    """

    recipe: str
    leaky: float
    honest: float
    span: Span
    clips: int
    speakers: int
    learned: int
    fits: int

    @property
    def sentence(self) -> str:
        """Say how large the gap is, and whether it is more than chance."""
        return (
            f"{self.recipe}, trained on this split, is right on {100 * self.leaky:.1f} % of the {self.clips:,} tested clips; trained on as many "
            f"clips of other speakers, on {100 * self.honest:.1f} %: "
            + added(self.span, unclear=", so this recipe shows no clear gain from the leak.")
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, and the sentence, as JSON holds them."""
        return {**asdict(self), "sentence": self.sentence}
