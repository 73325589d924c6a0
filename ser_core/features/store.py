"""Features of a whole corpus on disk, computed once, in parallel, and read memory-mapped."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import filelock
import joblib
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ser_core import audio, fanout, files, settings
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.corpora.base import Corpus, index
from ser_core.corpora.reading import ClipReader
from ser_core.fanout import Progress
from ser_core.features import compiled, profile, sources

#: Clips a task: large enough to hide a process' start, small enough that an interruption loses seconds.
CHUNK = 128
#: Of index.csv: how many frames a clip has, its hash, why it has none, and how many seconds of it are speech.
COLUMNS = ["clip", "length", "hash", "error", "seconds"]


class _Damaged(Exception):
    """What lies in the store is not what was written there."""


@contextmanager
def _noticing_damage() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, EOFError, FileNotFoundError) as error:
        raise _Damaged from error


@dataclass(frozen=True, eq=False)
class Features:
    """One source's features of many clips: all frames in one memory-mapped array (frames × dims), and where each clip lies."""

    frames: np.ndarray = field(repr=False)
    starts: dict[str, tuple[int, int]] = field(repr=False)
    hashes: dict[str, str] = field(repr=False)
    """Clip → the index's hash of its decoded samples; '' for lossy files."""
    failed: dict[str, str]
    """Clip → why it has no features."""
    seconds: dict[str, float] = field(repr=False)
    """Clip → seconds of speech."""

    def __contains__(self, clip: str) -> bool:
        return clip in self.starts

    def __getitem__(self, clip: str) -> np.ndarray:
        start, length = self.starts[clip]
        return self.frames[start : start + length]


@dataclass(frozen=True, eq=False)
class Together:
    """Features of clips that lie in several places of the store, such as a part and its changed copies, or joined corpora."""

    members: tuple[Features | Together, ...]

    def __contains__(self, clip: str) -> bool:
        return any(clip in member for member in self.members)

    def __getitem__(self, clip: str) -> np.ndarray:
        return next(member[clip] for member in self.members if clip in member)

    @property
    def seconds(self) -> dict[str, float]:
        """Clip → seconds of speech."""
        return {clip: value for member in self.members for clip, value in member.seconds.items()}

    @property
    def hashes(self) -> dict[str, str]:
        """Clip → the index's hash of its decoded samples."""
        return {clip: value for member in self.members for clip, value in member.hashes.items()}

    @property
    def failed(self) -> dict[str, str]:
        """Clip → why it has no features."""
        return {clip: why for member in self.members for clip, why in member.failed.items()}


@dataclass(frozen=True)
class Copies:
    """Changed copies of every clip: `number` of them, each drawn by `seed`, the clip's id and its number."""

    augmentation: WaveformAugmentation
    number: int = 3
    seed: int = 0

    def name(self, clip: str, number: int) -> str:
        """Return the id of a copy: `<clip>#copy<number>`."""
        return f"{clip}#copy{number}"

    def changed(self, samples: np.ndarray, copy: str) -> np.ndarray:
        """Return the samples of the copy with this id."""
        drawn = hashlib.sha256(f"{self.seed}|{copy}".encode()).digest()
        return self.augmentation.apply(
            samples, audio.SAMPLE_RATE, int.from_bytes(drawn[:4], "big"), int(copy.rpartition("#copy")[2])
        )

    @property
    def key(self) -> str:
        return hashlib.sha256(json.dumps(dataclasses.asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def folder(corpus: Corpus, source: sources.Source, copies: Copies | None = None) -> Path:
    """Return the folder in SER_HOME/cache that holds the features of `source` for `corpus` (or its copies) as it is now.

    Another for every `audio.VERSION`, but for features that were computed elsewhere.
    """
    key = f"{corpus.name}-{corpus.fingerprint()}" + (f"-copies-{copies.key}" if copies else "")
    version = f"-audio{audio.VERSION}" if source.hears_sound else ""
    return settings.home().cache / "features" / f"{source.kind}-{sources.spec_hash(source)}{version}" / key


def lacking(corpus: Corpus, source: sources.Source, copies: Copies | None = None) -> str:
    """Return why a corpus' features can be had neither of this machine nor of the store, a sentence; '' where they can."""
    missing = source.missing
    if missing and corpus.members and source.hears_sound:
        return next((why for member in corpus.members if (why := lacking(member, source, copies))), "")
    return missing if missing and not (folder(corpus, source, copies) / "index.csv").is_file() else ""


def load(
    corpus: Corpus,
    source: sources.Source,
    *,
    copies: Copies | None = None,
    progress: Progress | None = None,
    n_jobs: int = -1,
) -> Features | Together:
    """Return the features of every clip of `corpus`, computing what is not on disk yet.

    With `copies` those of its changed copies instead, by the copies' ids.
    Work fans out over `n_jobs` processes (-1: one a core), or over a Dask scheduler's workers (see `fanout`).
    `progress(done, total)` is called in clips. An interrupted call goes on where it stopped; a second
    process waits for the first and then reads its result. A clip that cannot be decoded is named in `failed`. What is damaged
    on disk is computed again. Raises FeatureError for features that this machine cannot compute and that are not, or not whole, in
    the store, and where the corpus' files are gone or go meanwhile. Of joined corpora each one's are kept with its own.
    """
    if corpus.members and source.hears_sound:
        return _of_members(corpus, source, copies, progress, n_jobs)
    where = folder(corpus, source, copies)
    if why := lacking(corpus, source, copies):
        raise sources.FeatureError(why)
    where.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(where / "lock"):
        try:
            if not (where / "index.csv").is_file():
                _compute(corpus, source, where, copies, progress, n_jobs)
            with _noticing_damage():
                return _open(where)
        except _Damaged as error:
            if source.missing:
                raise sources.FeatureError(f"What the store holds of them is damaged. {source.missing}") from error
            _clear(where)
        _compute(corpus, source, where, copies, progress, n_jobs)
        return _open(where)


def _of_members(
    corpus: Corpus, source: sources.Source, copies: Copies | None, progress: Progress | None, n_jobs: int
) -> Together:
    # Of a corpus' clips all features are kept; copies are made of those that are learned from.
    members = corpus.of(corpus.clips["clip"]).members if copies else corpus.members
    counts = [len(member.clips) * (copies.number if copies else 1) for member in members]
    loaded = []
    for number, member in enumerate(members):
        before = sum(counts[:number])

        def told(done: int, of: int, before: int = before) -> None:
            if progress:
                progress(before + done, sum(counts))

        if len(member.clips):
            loaded.append(load(member, source, copies=copies, progress=told, n_jobs=n_jobs))
    return Together(tuple(loaded))


def put(corpus: Corpus, source: sources.ExternalSource, vectors: dict[str, np.ndarray]) -> Features:
    """Keep vectors that were computed elsewhere (by clip id) as the store's features of `source`, and return them.

    Clips of `corpus` without a vector are named in `failed`. The hash of a clip is the index's where its corpus has one.
    """
    where = folder(corpus, source)
    where.mkdir(parents=True, exist_ok=True)
    official = index(corpus.name)
    rows, arrays = [], []
    for clip in corpus.clips["clip"]:
        entry = official.get(clip.partition("/")[2])
        vector = vectors.get(clip)
        rows.append(
            (
                clip,
                0 if vector is None else 1,
                entry.pcm16_sha256_16 if entry else "",
                "" if vector is not None else "has no row in the file",
                0.0,
            )
        )
        if vector is not None:
            arrays.append(vector[None].astype(np.float32))
    with filelock.FileLock(where / "lock"):
        with files.replacing(where / "frames.npy") as temporary, temporary.open("wb") as out:
            np.save(out, np.concatenate(arrays) if arrays else np.zeros((0, source.dims), np.float32))
        files.write_text(where / "index.csv", pd.DataFrame(rows, columns=COLUMNS).to_csv(index=False))
    return _open(where)


def corpus_fingerprint(hashes: dict[str, str], clips: pd.DataFrame) -> str:
    """Return 16 hex digits of what these clips say and are called, equal on every machine that has the same corpus."""
    digest = hashlib.sha256()
    for row in clips.sort_values("clip").itertuples():
        digest.update(f"{row.clip}|{row.emotion}|{row.speaker}|{hashes.get(row.clip, '')}\n".encode())
    return digest.hexdigest()[:16]


def _compute(
    corpus: Corpus,
    source: sources.Source,
    where: Path,
    copies: Copies | None,
    progress: Progress | None,
    n_jobs: int,
) -> None:
    clips = list(zip(*(corpus.clips[name] for name in ("clip", "path", "start", "end")), strict=True))
    if copies:
        clips = [(copies.name(clip, k), *place) for clip, *place in clips for k in range(copies.number)]
    chunks = [clips[start : start + CHUNK] for start in range(0, len(clips), CHUNK)]
    parts = where / "parts"
    parts.mkdir(exist_ok=True)
    todo = [number for number in range(len(chunks)) if not (parts / f"{number}.csv").is_file()]
    done = sum(len(chunks[number]) for number in range(len(chunks)) if number not in set(todo))
    tasks = (joblib.delayed(_chunk)(chunks[number], source, copies, parts, number) for number in todo)
    # A file that is missing from the start fails alone; one that goes meanwhile takes its corpus along.
    there = [path for _, path, *_ in clips if Path(path).exists()]
    if clips and not there:
        raise sources.FeatureError(
            f"None of the files of {corpus.name} is there, {clips[0][1]} for one. Bring them back and start again."
        )
    compiled.ensure([source])
    for size in fanout.each(tasks, n_jobs=n_jobs):
        done += size
        if progress:
            progress(done, len(clips))
    gone = next((path for path in there if not Path(path).exists()), None)
    if gone is not None:
        # Kept as failed, these clips would stay so once the files are back.
        _clear(where)
        raise sources.FeatureError(
            f"{gone} went away while {corpus.name} was read. Bring its files back and start again."
        )
    with _noticing_damage():
        _join(where, parts, len(chunks))


def _chunk(
    clips: Sequence[tuple[str, str, float, float]],
    source: sources.Source,
    copies: Copies | None,
    parts: Path,
    number: int,
) -> int:
    # A product of matrices is rounded by how many threads share it: with one, every process gives the same numbers.
    with threadpool_limits(limits=1, user_api="blas"):
        rows, arrays = _extract(clips, source, copies)
    with files.replacing(parts / f"{number}.npy") as temporary, temporary.open("wb") as out:
        np.save(out, np.concatenate(arrays) if arrays else np.zeros((0, source.dims), _kept_as(source)))
    # The table is written after the numbers: where it stands, the chunk is whole.
    frame = pd.DataFrame(rows, columns=COLUMNS)
    files.write_text(parts / f"{number}.csv", frame.to_csv(index=False))
    return len(clips)


def _extract(
    clips: Sequence[tuple[str, str, float, float]], source: sources.Source, copies: Copies | None
) -> tuple[list[tuple[str, int, str, str, float]], list[np.ndarray]]:
    rows, arrays = [], []
    reader = ClipReader()
    for clip, path, start, end in clips:
        try:
            decoded = reader.read(path, start, end)
            samples = copies.changed(decoded.samples, clip) if copies else decoded.samples
            features = np.atleast_2d(sources.extracted(source, samples)).astype(_kept_as(source))
            if not np.isfinite(features).all():
                raise ValueError("its features are not finite numbers")
        except (audio.AudioError, OSError, ValueError) as error:
            rows.append((clip, 0, "", f"{error}", 0.0))
            continue
        # A copy's samples are not those of any file.
        digest = "" if copies else decoded.pcm16_sha256_16
        rows.append((clip, len(features), digest, "", round(profile.speech_s(samples), 3)))
        arrays.append(features)
    return rows, arrays


def _kept_as(source: sources.Source) -> type[np.floating]:
    return np.float16 if source.half_precision else np.float32


def _clear(where: Path) -> None:
    (where / "index.csv").unlink(missing_ok=True)
    (where / "frames.npy").unlink(missing_ok=True)
    shutil.rmtree(where / "parts", ignore_errors=True)


def _join(where: Path, parts: Path, n_chunks: int) -> None:
    tables = [
        pd.read_csv(parts / f"{number}.csv", keep_default_na=False, dtype={"hash": str}) for number in range(n_chunks)
    ]
    index = pd.concat(tables, ignore_index=True)
    arrays = [np.load(parts / f"{number}.npy", mmap_mode="r") for number in range(n_chunks)]
    dims, kind = max(array.shape[1] for array in arrays), arrays[0].dtype.newbyteorder("<")
    shape = (int(index["length"].sum()), dims)
    if sum(len(array) for array in arrays) != shape[0]:
        raise ValueError("the parts do not fit their tables")
    # Written, not mapped: on a full disk a mapped page ends the process without a word.
    with files.replacing(where / "frames.npy") as temporary, temporary.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, {"descr": kind.str, "fortran_order": False, "shape": shape})
        for array in arrays:
            out.write(np.ascontiguousarray(array, kind).data)
    files.write_text(where / "index.csv", index.to_csv(index=False))
    shutil.rmtree(parts)


def _open(where: Path) -> Features:
    index = pd.read_csv(where / "index.csv", keep_default_na=False, dtype={"hash": str, "error": str})
    ends = index["length"].cumsum()
    whole = index["length"] > 0
    starts = {
        clip: (int(end - length), int(length))
        for clip, end, length in zip(index["clip"][whole], ends[whole], index["length"][whole], strict=True)
    }
    frames = np.load(where / "frames.npy", mmap_mode="r")
    if frames.ndim != 2 or len(frames) != index["length"].sum():
        raise ValueError(f"{where / 'frames.npy'} does not fit its table")
    bad = index[index["error"] != ""]
    return Features(
        frames,
        starts,
        dict(zip(index["clip"], index["hash"], strict=True)),
        dict(zip(bad["clip"], bad["error"], strict=True)),
        dict(zip(index["clip"], index["seconds"], strict=True)),
    )
