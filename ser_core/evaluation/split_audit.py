"""Is this split leaky? Who and what stands on both sides of somebody else's split of train and test clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from ser_core.corpora import split_tables
from ser_core.corpora.base import CorpusError
from ser_core.corpora.splits import PARTS
from ser_core.evaluation import split_clips
from ser_core.evaluation.metrics import SPEAKERS_FOR_T
from ser_core.evaluation.split_clips import SplitClips
from ser_core.fanout import Progress

#: A part of fewer clips tells little: at 100 clips a score's 95 % interval is 20 points wide, were they independent.
TINY = 100
#: From this difference of an emotion's share between learned and tested clips on, it is said.
UNBALANCED = 0.1
#: Of more clips with the same samples (silence) each is held against the first alone.
MOST_ALIKE = 20

Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Audit:
    """What stands on both sides of a split, as `ser_core.audit` finds it.

    Attributes
    ----------
    title : str
        The files that state the split.
    corpus : str
        The corpus that its clips are of; empty for none that is known.
    parts : dict of str to int
        Part (or fold) to its number of clips.
    folds : bool
        Whether the parts are folds, of which each is tested once by a model of the others.
    speakers : dict of str to int
        Part to its number of speakers.
    speakers_from : {"corpus", "table", "names", ""}
        How speakers are known; empty where they are not.
    speakers_shared, sentences_shared, sessions_shared : tuple of str
        Those that are learned from (or chosen on) and tested on; of folds, those that stand in more than one.
    duplicates : tuple of tuple of str
        Clips with the same decoded samples, by the names that the files give them, those on both sides first.
    near_duplicates : tuple of tuple of str
        Clips that are one recording by sound and length: resampled, re-encoded, louder.
    copies : int
        How many of these pairs stand on both sides.
    heard : int or None
        Of how many clips the sound was compared; None where it was not asked for.
    emotions : pandas.DataFrame
        Clips by part (rows) and emotion (columns).
    notes : tuple of str
        What else a reader should know, a sentence each.
    clips : SplitClips
        What is known of every clip.

    Examples
    --------
    >>> import ser_core as ser
    >>> from pathlib import Path
    >>> _ = Path("split.csv").write_text("clip;speaker;part\\na;kim;train\\nb;kim;test\\nc;lee;train")
    >>> found = ser.audit("split.csv")
    >>> found.parts, found.speakers, found.to_dict()["leaky"]
    ({'train': 2, 'test': 1}, {'train': 2, 'test': 1}, True)
    """

    title: str
    corpus: str
    parts: dict[str, int]
    folds: bool
    speakers: dict[str, int]
    speakers_from: str
    speakers_shared: tuple[str, ...]
    sentences_shared: tuple[str, ...]
    sessions_shared: tuple[str, ...]
    duplicates: tuple[Pair, ...]
    near_duplicates: tuple[Pair, ...]
    copies: int
    heard: int | None
    emotions: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = field(repr=False)
    clips: SplitClips = field(repr=False)

    @property
    def leaky(self) -> bool | None:
        """Whether a speaker or a recording stands on both sides; None where no copy was found and nobody states who speaks."""
        if self.speakers_shared or self.copies:
            return True
        return False if self.speakers_from else None

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        if self.leaky is None:
            return (
                "Nobody states who speaks these clips, so whether the same voices stand on both sides cannot be told: add a column "
                "speaker, or name the corpus."
            )
        where = "in several folds" if self.folds else "on both sides"
        of = len(set(self.clips.rows["speaker"]) - {""})
        if not self.leaky:
            counts = ", ".join(f"{n} in {part}" for part, n in self.speakers.items())
            speakers = (
                "each of the speakers stands in one fold alone"
                if self.folds
                else f"no speaker stands {where} ({counts})"
            )
            copies = "" if self.heard is None else ", and no recording does"
            return f"Not leaky: {speakers}{copies}."
        n, said = len(self.speakers_shared), []
        if n:
            said.append(("the one speaker" if n == 1 else f"all {n} speakers") if n == of else f"{n} of {of} speakers")
        if self.copies:
            said.append(f"{self.copies} {'recording' if self.copies == 1 else 'recordings'}")
        stand = "stands" if len(said) == 1 and max(n, self.copies) == 1 else "stand"
        return f"Leaky: {' and '.join(said)} {stand} {where}, so a score on it is not one of unheard {'voices' if n else 'clips'}."

    def to_dict(self) -> dict[str, Any]:
        """Return what `splits audit --json` prints."""
        return {
            "leaky": self.leaky,
            "verdict": self.verdict,
            "corpus": self.corpus or None,
            "parts": self.parts,
            "folds": self.folds,
            "speakers": self.speakers,
            "speakers_from": self.speakers_from,
            "speakers_shared": list(self.speakers_shared),
            "sentences_shared": list(self.sentences_shared),
            "sessions_shared": list(self.sessions_shared),
            "duplicates": [list(pair) for pair in self.duplicates],
            "near_duplicates": [list(pair) for pair in self.near_duplicates],
            "copies_on_both_sides": self.copies,
            "sound_compared": self.heard,
            "emotions": {str(part): row.to_dict() for part, row in self.emotions.iterrows()},
            "notes": list(self.notes),
        }


def audit(
    split: str | Path | Sequence[str | Path],
    corpus: str | None = None,
    *,
    folder: str | Path | None = None,
    sound: bool = True,
    progress: Progress | None = None,
) -> Audit:
    """Say who and what stands on both sides of a split of train and test clips.

    Parameters
    ----------
    split : str, Path or sequence of str
        A table with a row a clip (`clip` or `path`, and `part`, `split` or `fold`; further columns where there are any): CSV, TSV, Parquet,
        JSON or JSON Lines. Or a list a part, as ``["train.txt", "test.txt"]``.
    corpus : str, optional
        Whose clips they are, a name that `corpus` knows. Default: as the files' names tell.
    folder : str or Path, optional
        Where the corpus lies. Default: where it is registered; of those whose index is carried nothing needs to lie here.
    sound : bool, default True
        Whether the sound that is here is compared, too: copies are found though they were resampled, re-encoded or made louder.
    progress : callable, optional
        Called with (clips done, clips in all) while sound is read.

    Returns
    -------
    Audit
        `leaky` (None where nobody states who speaks), `verdict`, `speakers_shared`, `duplicates`, `near_duplicates` and more.

    Raises
    ------
    CorpusError
        The split cannot be read, has one part alone, or the corpus is unknown.

    Examples
    --------
    >>> import ser_core as ser
    >>> from pathlib import Path
    >>> _ = Path("train.txt").write_text("1001_IEO_ANG_HI.wav\\n1002_IEO_SAD_LO.wav")
    >>> _ = Path("test.txt").write_text("1001_TIE_ANG_XX.wav")
    >>> found = ser.audit(["train.txt", "test.txt"], "crema-d", sound=False)
    >>> found.leaky, found.speakers_shared
    (True, ('1001',))
    """
    table = split_tables.read([split] if isinstance(split, str | Path) else list(split))
    place = None if folder is None else Path(folder)
    whose, here = split_clips.corpus_of(table, corpus, place)
    return of(split_clips.of(table, whose, here=here, folder=place), sound=sound, progress=progress)


def of(clips: SplitClips, *, sound: bool = True, progress: Progress | None = None) -> Audit:
    """Return the audit of clips that are known; see `audit`."""
    rows = clips.rows
    side = sides(clips)
    notes = [clips.note] if clips.note else []
    near: list[tuple[int, int]] = []
    heard = None
    if sound and (rows["path"] != "").any():
        # Imported here: a table alone is audited without what computes features.
        from ser_core.evaluation import split_sound

        compared = split_sound.compared(clips, progress)
        rows, near, heard = rows.assign(digest=compared.digests), compared.near, compared.heard
        notes += compared.notes
    same = _same(rows)
    crossing = [pair for pair in (*same, *near) if side[pair[0]] != side[pair[1]]]

    def named(pairs: Iterable[tuple[int, int]]) -> tuple[Pair, ...]:
        names = rows["name"].tolist()
        ordered = sorted(pairs, key=lambda pair: side[pair[0]] == side[pair[1]])
        return tuple((names[a], names[b]) for a, b in ordered)

    parts = (
        [part for part in PARTS if (rows["part"] == part).any()] if not clips.table.folds else sorted(set(rows["part"]))
    )
    counts = pd.crosstab(rows["part"], rows["emotion"].replace("", "not stated")).reindex(parts)
    known = rows[rows["speaker"] != ""].groupby("part")["speaker"].nunique()
    return Audit(
        title=clips.table.title,
        corpus=clips.corpus.name if clips.corpus is not None else "",
        parts={part: int((rows["part"] == part).sum()) for part in parts},
        folds=clips.table.folds,
        speakers={part: int(known.get(part, 0)) for part in parts},
        speakers_from=clips.speakers,
        speakers_shared=_shared(rows["speaker"], side),
        sentences_shared=_shared(rows["sentence"], side),
        sessions_shared=_shared(rows["session"], side),
        duplicates=named(same),
        near_duplicates=named(near),
        copies=len(crossing),
        heard=heard,
        emotions=counts,
        notes=(*notes, *_notes(clips, rows, side, counts)),
        clips=SplitClips(clips.table, rows, clips.corpus, clips.here, clips.speakers, clips.note),
    )


def sides(clips: SplitClips) -> list[str]:
    """Return the side of every clip: learned (train, and validation, by which is chosen) or tested; of folds each is a side.

    Where there is no test part the validation part is what is tested. Raises CorpusError where nothing is learned from or tested.
    """
    parts = clips.rows["part"]
    if clips.table.folds:
        return parts.tolist()
    tested = "test" if (parts == "test").any() else "validation"
    of_clips = parts.map(lambda part: "tested" if part == tested else "learned").tolist()
    if len(set(of_clips)) < 2:
        raise CorpusError(f"{clips.table.title} has no train part: {', '.join(sorted(set(parts)))} alone.")
    return of_clips


def _shared(values: pd.Series, side: list[str]) -> tuple[str, ...]:
    """The values that stand on more than one side, in order."""
    pairs = pd.DataFrame({"value": values.to_numpy(), "side": side}).drop_duplicates()
    pairs = pairs[pairs["value"] != ""]
    return tuple(sorted(pairs["value"][pairs["value"].duplicated()].unique()))


def _same(rows: pd.DataFrame) -> list[tuple[int, int]]:
    """Pairs of rows that are one recording: the same samples, or the same clip named twice."""
    found: dict[tuple[int, int], None] = {}
    # Segments of a file have no hash of their own samples.
    whole = rows["start"].isna() & rows["end"].isna()
    for keys in (rows["digest"].where(whole, ""), split_clips.places(rows)):
        for _, alike in rows.index[keys != ""].groupby(keys[keys != ""]).items():
            pairs = combinations(alike, 2) if len(alike) <= MOST_ALIKE else ((alike[0], row) for row in alike[1:])
            found.update(dict.fromkeys(pairs))
    return list(found)


def _notes(clips: SplitClips, rows: pd.DataFrame, side: list[str], counts: pd.DataFrame) -> list[str]:
    """What a reader should know beside the verdict: who is not known, parts that tell little, what is chosen on, balance, sentences."""
    notes = []
    unknown = int((rows["speaker"] == "").sum())
    if clips.speakers and unknown:
        notes.append(f"Of {unknown:,} of {len(rows):,} clips nobody states who speaks.")
    if clips.corpus is not None and (strange := int((rows["clip"] == "").sum())):
        notes.append(
            f"{strange:,} of {len(rows):,} clips are none of {clips.corpus.card.title}, as far as their names tell."
        )
    for problem in clips.table.problems[:10]:
        notes.append(f"{problem.where} {problem.message}.")
    tested = [part for part in counts.index if clips.table.folds or part != "train"]
    speakers = rows[rows["speaker"] != ""].groupby("part")["speaker"].nunique()
    for part in tested:
        n = int((rows["part"] == part).sum())
        if n < TINY:
            notes.append(f"The part {part} has {n} clips: a score on it is hardly more than chance.")
        if clips.speakers and speakers.get(part, 0) < SPEAKERS_FOR_T:
            n = int(speakers.get(part, 0))
            notes.append(
                f"The part {part} has {n} {'speaker' if n == 1 else 'speakers'}: under {SPEAKERS_FOR_T} no interval over speakers can be given."
            )
    if not clips.table.folds and {"train", "validation", "test"} <= set(counts.index):
        chosen = _shared(rows["speaker"][rows["part"] != "test"], rows["part"][rows["part"] != "test"].tolist())
        if chosen:
            notes.append(
                f"{len(chosen)} speakers stand in train and validation: what is chosen there is chosen on voices that were heard."
            )
    notes += _balance(rows, side) if not clips.table.folds else []
    shared, of = len(_shared(rows["sentence"], side)), len(set(rows["sentence"]) - {""})
    if shared:
        notes.append(f"{shared} of {of} sentences stand on both sides, so what is said was heard in training.")
    return notes


def _balance(rows: pd.DataFrame, side: list[str]) -> list[str]:
    stated = rows[rows["emotion"] != ""].assign(side=pd.Series(side, index=rows.index))
    shares = pd.crosstab(stated["side"], stated["emotion"], normalize="index")
    if len(shares) < 2:
        return []
    said = []
    for emotion in shares.columns:
        learned, tested = shares.at["learned", emotion], shares.at["tested", emotion]
        if min(learned, tested) == 0.0:
            said.append(f"{emotion} is {'never learned' if learned == 0.0 else 'never tested'}.")
        elif abs(learned - tested) >= UNBALANCED:
            said.append(
                f"{emotion} is {learned:.0%} of the learned and {tested:.0%} of the tested clips.".replace("%", " %")
            )
    return said
