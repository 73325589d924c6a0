"""Clips that cannot be read: how many of a corpus a training or an evaluation may do without, and what it says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ser_core.corpora.base import CorpusError

#: From this share of unreadable clips on, what is left is another corpus than the one that was asked for.
TOO_MANY = 0.1
#: Clips that a line names.
NAMED = 10
#: What `train` and `evaluate` are told to go on without them.
FLAG = "--allow-unreadable"


@dataclass(frozen=True)
class Unreadable:
    """The clips that could not be read.

    Attributes
    ----------
    why : mapping of str to str
        Of every clip, by its id, why.
    asked : int
        Of how many clips they are.
    """

    why: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0

    def __bool__(self) -> bool:
        return bool(self.why)

    def sentence(self) -> str:
        """Return how many of how many clips were left out and which, with why the first cannot be read; no full stop at its end."""
        first = next(iter(self.why))
        named = list(self.why)[1:NAMED]
        more = len(self.why) - 1 - len(named)
        others = f"; the others: {', '.join(named)}" + (f" and {more:,} more" if more else "") if named else ""
        of = f"{len(self.why):,} of {self.asked:,} clips cannot be read and {'was' if len(self.why) == 1 else 'were'} left out"
        return f"{of}: {first} ({self.why[first].rstrip('.')}){others}"

    def to_dict(self) -> dict[str, Any]:
        """Return {n, asked, clips}: how many, of how many, and the ids of all of them."""
        return {"n": len(self.why), "asked": self.asked, "clips": sorted(self.why)}


def among(
    clips: Iterable[str], failed: Iterable[Mapping[str, str]], corpus: str, *, allowed: bool = False
) -> Unreadable:
    """Return which of `clips` (ids) cannot be read.

    failed: of every source of features, clip → why it has none. corpus: its title, for the message. Raises CorpusError where
    TOO_MANY of them are unreadable, unless that is `allowed`, and where all of them are.
    """
    asked = list(clips)
    known = {clip: reason for reasons in failed for clip, reason in reasons.items()}
    unreadable = Unreadable({clip: known[clip] for clip in asked if clip in known}, len(asked))
    every = len(unreadable.why) == unreadable.asked
    if not unreadable or (not every and (allowed or len(unreadable.why) < TOO_MANY * unreadable.asked)):
        return unreadable
    clip, reason = next(iter(unreadable.why.items()))
    if every:
        raise CorpusError(f"None of the {unreadable.asked:,} clips of {corpus} can be read; {clip}: {reason}")
    raise CorpusError(
        f"{len(unreadable.why):,} of the {unreadable.asked:,} clips of {corpus} cannot be read; {clip}: {reason} "
        f"Mend them, or leave them out with {FLAG}."
    )
