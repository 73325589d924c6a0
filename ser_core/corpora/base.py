"""What every corpus gives: a card that says what it is, and a table with one row a clip."""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pandas as pd

from ser_core import threads
from ser_core.corpora import links

#: One row a clip. `clip` is the id that runs, votes and players join on; empty text where the corpus states nothing.
#: `start` and `end` (seconds, NaN = the file's) tell a segment of a file. Own corpora may add columns: split, sitting, recorded.
TEXT_COLUMNS = ["clip", "path", "speaker", "emotion", "intensity", "sentence", "sex", "race", "ethnicity", "flag"]
NUMBER_COLUMNS = ["age", "start", "end"]
COLUMNS = [*TEXT_COLUMNS[:7], "age", *TEXT_COLUMNS[7:], "start", "end"]

#: The emotions that the library knows by name, in the order in which corpora list them.
EMOTIONS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "calm", "boredom")

#: Endings that a folder is searched for; what is inside decides how it is read.
VIDEO_ENDINGS = (".mp4", ".m4v", ".mov", ".mkv", ".avi")
LOSSY_ENDINGS = (
    ".mp3",
    ".ogg",
    ".oga",
    ".opus",
    ".m4a",
    ".aac",
    ".amr",
    ".awb",
    ".3gp",
    ".wma",
    ".webm",
    *VIDEO_ENDINGS,
)
AUDIO_ENDINGS = (".wav", ".flac", ".aif", ".aiff", ".au", ".snd", ".caf", ".w64", ".sph", *LOSSY_ENDINGS)

INDEX_FOLDER = Path(__file__).parent / "index"


class CorpusError(ValueError):
    """A corpus cannot be read; the message says which, where, and what to do."""


@dataclass(frozen=True)
class Card:
    """What a corpus is, who made it, and on which terms it may be used.

    Attributes
    ----------
    name : str
        What it is called in commands, clip ids and runs.
    title : str
        Its name for readers.
    emotions : tuple of str
        Its emotions, in its own order.
    language : str
        What is spoken.
    licence, licence_url : str
        The terms, and where they stand.
    citation, url : str
        Whom to cite, and its home.
    how_to_get : str
        A sentence for whoever has it not.
    honesty : str
        One sentence that a reader of any score on this corpus must know.
    joined : tuple of Card
        Those of the corpora that are joined in this one. Default: none are.
    """

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
    joined: tuple[Card, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Each corpus' licence, a sentence."""
        return tuple(
            f"{card.title}: {card.licence}{f' ({card.licence_url})' if card.licence_url else ''}."
            for card in self.joined or (self,)
        )


@dataclass(frozen=True)
class Problem:
    """A row of a table, or a file, that does not fit and was left out.

    Attributes
    ----------
    where : str
        "row 7" as a spreadsheet counts (the header is row 1), or the file.
    message : str
        What is wrong with it.
    """

    where: str
    message: str


@dataclass(frozen=True, eq=False)
class Corpus:
    """A corpus as it lies on this machine.

    Attributes
    ----------
    card : Card
        What it is, who made it, on which terms.
    root : Path
        Its folder.
    clips : pandas.DataFrame
        A row a clip, sorted by `clip`, its id: `path`, `speaker`, `emotion`, `intensity`, `sentence`, `sex`, `age`, `race`, `ethnicity`,
        `flag`, `start`, `end`. Text is empty and a number NaN where the corpus states nothing; `start` and `end` (seconds) tell a segment
        of a file. Corpora of one's own may have further columns.
    problems : sequence of Problem
        What was left out.
    notes : sequence of str
        What its reader must know of how it was read, a sentence each.
    members : sequence of Corpus
        Those that are joined in this one, as each is read by itself. Default: none are.

    Examples
    --------
    >>> import ser_core as ser
    >>> voices = ser.corpus("folder", "voices")
    >>> voices.name, voices.emotions, voices.clips["emotion"].value_counts().to_dict()
    ('folder', ('anger', 'sadness'), {'anger': 24, 'sadness': 24})
    """

    card: Card
    root: Path
    clips: pd.DataFrame = field(repr=False)
    problems: Sequence[Problem] = field(default=(), repr=False)
    notes: Sequence[str] = field(default=(), repr=False)
    members: Sequence[Corpus] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        threads.shareable(self.clips)

    @property
    def name(self) -> str:
        """What it is called in commands, clip ids and runs."""
        return self.card.name

    @property
    def emotions(self) -> tuple[str, ...]:
        """The emotions present, in the card's order; others follow by name."""
        present = set(self.clips["emotion"])
        known = [emotion for emotion in self.card.emotions if emotion in present]
        return tuple(known + sorted(present - set(known)))

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers that are stated; clips without one are of nobody in particular."""
        return tuple(sorted(set(self.clips["speaker"]) - {""}))

    @property
    def unknown_speakers(self) -> int:
        """How many clips state no speaker."""
        return int((self.clips["speaker"] == "").sum())

    @property
    def hours(self) -> float | None:
        """Hours of sound of the clips that are here, as the official index states them; None for a corpus without one."""
        official = index(self.name)
        if not official:
            return None
        stems = self.clips["clip"].str.split("/", n=1).str[1]
        return sum(official[stem].samples / official[stem].sample_rate for stem in stems if stem in official) / 3600

    def of(self, clips: Iterable[str]) -> Corpus:
        """Return the corpus with these of its clips alone, each of its members with theirs."""
        wanted = set(clips)
        return replace(
            self,
            clips=self.clips[self.clips["clip"].isin(wanted)].reset_index(drop=True),
            members=tuple(member.of(wanted) for member in self.members),
        )

    def fingerprint(self) -> str:
        """Return 16 hex digits that change with any clip's id, label, file size or time of change; a missing file counts too."""
        digest = hashlib.sha256()
        ordered = self.clips.sort_values("clip")
        states = {path: _state(path) for path in ordered["path"].unique().tolist()}
        rows = zip(*(ordered[name].tolist() for name in ("clip", "emotion", "speaker", "path")), strict=True)
        for clip, emotion, speaker, path in rows:
            digest.update(f"{clip}|{emotion}|{speaker}|{states[path]}\n".encode())
        return digest.hexdigest()[:16]


def _state(path: str) -> str:
    try:
        stat = Path(path).stat()
    except OSError:
        return "missing"
    return f"{stat.st_size}|{stat.st_mtime_ns}"


@dataclass(frozen=True)
class CorpusModule:
    """How one corpus is read: its card, and a function from its folder to its table of clips."""

    card: Card
    read: Callable[[Path], pd.DataFrame | tuple[pd.DataFrame, list[Problem]]]
    """From its folder to its clips, with what was left out where something is."""
    speaker_of: Callable[[str], str]
    """From an official clip's stem to its speaker."""
    home: Callable[[Path], Path] = lambda root: root
    """From the folder that is named to the one that is this corpus' own (in a bundle of several, its part)."""
    passed_over: re.Pattern[str] | None = None
    """Stems of files that belong to the official corpus, but not to what is read of it."""
    stated: Callable[[str], dict[str, object] | None] | None = None
    """From a clip's stem to the columns that its name alone states, None for another name; not for corpora whose names say less."""

    def load(self, root: Path) -> Corpus:
        """Read the corpus that lies in `root`. Raises CorpusError when nothing of it is there."""
        root = Path(root)
        if not root.is_dir():
            raise CorpusError(f"{self.card.title}: the folder {root} does not exist. {self.card.how_to_get}")
        contents = self.read(root)
        clips, problems = contents if isinstance(contents, tuple) else (contents, [])
        if clips.empty:
            raise CorpusError(f"{self.card.title}: no clip of it lies in {root}. {self.card.how_to_get}")
        return Corpus(self.card, root, links.refused(clips.reset_index(drop=True), root), problems)


def table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return the table of clips of these rows, every column of COLUMNS present, sorted by clip."""
    return complete(pd.DataFrame(rows, columns=COLUMNS))


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` as a table of clips: every column of COLUMNS, others behind them, sorted by clip, each clip once.

    Of a clip that lies there twice (WAV and FLAC, a folder copied into itself) the first path stands.
    """
    frame = frame.reindex(columns=[*COLUMNS, *(name for name in frame.columns if name not in COLUMNS)])
    numbers = {name: pd.to_numeric(frame[name]) for name in NUMBER_COLUMNS}
    text = {name: frame[name].fillna("").astype(str) for name in frame.columns if name not in (*NUMBER_COLUMNS, "path")}
    text["path"] = paths_column(frame["path"].fillna(""))
    frame = pd.DataFrame({name: numbers[name] if name in numbers else text[name] for name in frame.columns})
    if not frame["clip"].is_monotonic_increasing:
        frame = frame.sort_values("clip", kind="stable")
    return frame.drop_duplicates("clip").reset_index(drop=True)


def paths_column(paths: Sequence[str] | pd.Series) -> pd.Series:
    """Return paths as a column: of pandas' text where they are UTF-8, else of objects, as its text holds nothing else."""
    try:
        return pd.Series(paths, dtype=str)
    except UnicodeEncodeError:
        return pd.Series(paths, dtype=object)


def audio_paths(folder: Path | str, *, below: bool = False) -> list[str]:
    """Return the files in `folder` (and, with `below`, in its subfolders) that have an audio ending, sorted.

    Hidden files and folders are passed over, and videos beside a sound file of the same name. No file is opened or asked for its
    state, so that 50,000 take a moment.
    """
    paths: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if below and not name.startswith(".")]
        heard = [name for name in names if name.lower().endswith(AUDIO_ENDINGS) and not name.startswith(".")]
        videos = {name for name in heard if name.lower().endswith(VIDEO_ENDINGS)}
        sounds = {name.rpartition(".")[0] for name in heard if name not in videos} if videos else set()
        paths += [
            f"{place.rstrip(os.sep)}{os.sep}{name}"
            for name in heard
            if name not in videos or name.rpartition(".")[0] not in sounds
        ]
    return sorted(paths)


def audio_files(folder: Path, *, below: bool = False) -> list[Path]:
    """Return what `audio_paths` finds, as paths."""
    return [Path(path) for path in audio_paths(folder, below=below)]


def folder_with(root: Path, child: re.Pattern[str]) -> Path:
    """Return the folder that holds a folder of such a name: `root`, else the first that does below it, or one further down."""
    around = [root, *sorted(root.glob("*/")), *sorted(root.glob("*/*/"))]
    return next((folder for folder in around if any(child.fullmatch(inner.name) for inner in folder.glob("*/"))), root)


def part_of_bundle(root: Path, name: str) -> Path:
    """Return the folder called `name` (in any case) in `root`, as Kaggle's bundle of four corpora has it, else `root`."""
    if not root.is_dir():
        return root
    parts = [child for child in root.iterdir() if child.name.casefold() == name and child.is_dir()]
    return parts[0] if parts else root


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
