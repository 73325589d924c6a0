"""What an attack has to tell."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Told:
    """How much was tried, what of it did harm, and what was measured."""

    tried: int = 0
    lost: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def holds(self, good: bool, what: str) -> None:
        """Count one attempt; `what` happened where it was not `good`."""
        self.tried += 1
        if not good:
            self.lost.append(what)
