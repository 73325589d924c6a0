"""What every corpus gives: a card that says what it is, and a table with one row a clip."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

#: One row a clip. `clip` is the id that runs, votes and players join on; empty text where the corpus states nothing.
COLUMNS = ["clip", "path", "speaker", "emotion", "intensity", "sentence", "sex", "age", "race", "ethnicity", "flag"]

#: The emotions that the library knows by name, in the order in which corpora list them.
EMOTIONS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "calm", "boredom")

#: Endings that a folder is searched for; what is inside decides how it is read.
AUDIO_ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".webm", ".aif", ".aiff")
LOSSY_ENDINGS = (".mp3", ".ogg", ".opus", ".m4a", ".aac", ".webm")

INDEX_FOLDER = Path(__file__).parent / "index"


class CorpusError(ValueError):
    """A corpus cannot be read; the message says which, where, and what to do."""


@dataclass(frozen=True)
class Card:
    """What a corpus is, who made it, and on which terms it may be used."""

    name: str
    title: str
    emotions: tuple[str, ...]
    language: str
    licence: str
    licence_url: str
    citation: str
    url: str
    how_to_get: str
    honesty: str
    """One sentence that a reader of any score on this corpus must know."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """A corpus as it lies on this machine: its card and its table of clips (COLUMNS)."""

    card: Card
    root: Path
    clips: pd.DataFrame = field(repr=False)

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def emotions(self) -> tuple[str, ...]:
        """The emotions present, in the card's order; others follow by name."""
        present = set(self.clips["emotion"])
        known = [emotion for emotion in self.card.emotions if emotion in present]
        return tuple(known + sorted(present - set(known)))

    @property
    def speakers(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.clips["speaker"])))

    def fingerprint(self) -> str:
        """Return 16 hex digits that change with any clip's id, label, file size or time of change."""
        digest = hashlib.sha256()
        for row in self.clips.sort_values("clip").itertuples():
            stat = Path(row.path).stat()
            digest.update(f"{row.clip}|{row.emotion}|{row.speaker}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
        return digest.hexdigest()[:16]


@dataclass(frozen=True)
class CorpusModule:
    """How one corpus is read: its card, and a function from its folder to its table of clips."""

    card: Card
    read: Callable[[Path], pd.DataFrame]
    speaker_of: Callable[[str], str]
    """From an official clip's stem to its speaker."""

    def load(self, root: Path) -> Corpus:
        """Read the corpus that lies in `root`. Raises CorpusError when nothing of it is there."""
        root = Path(root)
        if not root.is_dir():
            raise CorpusError(f"{self.card.title}: the folder {root} does not exist. {self.card.how_to_get}")
        clips = self.read(root)
        if clips.empty:
            raise CorpusError(f"{self.card.title}: no clip of it lies in {root}. {self.card.how_to_get}")
        return Corpus(self.card, root, clips.reset_index(drop=True))


def table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return the table of clips of these rows, every column of COLUMNS present, sorted by clip."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    text = [column for column in COLUMNS if column not in ("path", "age")]
    frame[text] = frame[text].fillna("").astype(str)
    return frame.sort_values("clip", ignore_index=True)


def audio_files(folder: Path, pattern: str = "*") -> list[Path]:
    """Return the files below `folder` that have an audio ending, sorted; hidden ones are passed over."""
    return sorted(
        path
        for path in folder.glob(pattern)
        if path.suffix.lower() in AUDIO_ENDINGS and not path.name.startswith(".") and path.is_file()
    )


@dataclass(frozen=True)
class IndexEntry:
    """One clip of the official corpus: its length, rate, channels, and the hash of its decoded samples."""

    samples: int
    sample_rate: int
    channels: int
    pcm16_sha256_16: str


@cache
def index(name: str) -> dict[str, IndexEntry]:
    """Return the official corpus' index, clip stem → entry; empty for a corpus that has none."""
    path = INDEX_FOLDER / f"{name}.csv"
    if not path.is_file():
        return {}
    with path.open(newline="") as lines:
        return {
            row["clip"]: IndexEntry(
                int(row["samples"]), int(row["sample_rate"]), int(row["channels"]), row["pcm16_sha256_16"]
            )
            for row in csv.DictReader(lines)
        }
