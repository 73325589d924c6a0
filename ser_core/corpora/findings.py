"""What checking a corpus' folder finds: a report with a finding for every fault of a clip."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """A fault of one clip; `known`: the official corpus has it too."""

    clip: str
    fault: str
    """missing | extra | renamed | swapped | truncated | altered | silent | duplicate | unreadable | label"""
    known: bool
    message: str


@dataclass(frozen=True)
class Report:
    """What a folder holds and what is wrong with it."""

    corpus: str
    clips: int
    speakers: dict[str, int]
    emotions: dict[str, int]
    absent_speakers: list[str]
    findings: list[Finding] = field(default_factory=list)
    unknown_speakers: int = 0
    """How many clips state no speaker."""
    notes: tuple[str, ...] = ()
    """What else its reader must know, and what is offered: sentences for people."""

    @property
    def sound(self) -> bool:
        """Whether every finding is one that the official corpus has too; absent speakers are no fault."""
        return all(finding.known for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return what `corpora validate --json` prints: the fields, without the notes."""
        stated = asdict(self)
        del stated["notes"]
        return stated
