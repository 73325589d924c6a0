"""Getting a corpus into a folder: CREMA-D over the network, whole or clip by clip, the others from what the user fetched."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from ser_core import audio
from ser_core.corpora import archives, crema_d, fetching, kaggle, registry
from ser_core.corpora.base import CorpusError, index
from ser_core.fanout import Progress

#: Clips fetched at a time.
THREADS = 6
#: So many failures before any success mean that the network, not a clip, is at fault.
GIVE_UP_AFTER = 8
#: What CREMA-D's folder holds besides sound: who the actors are, and what listeners heard.
TABLES = {"VideoDemographics.csv": "ActorID", "processedResults/tabulatedVotes.csv": "fileName"}


@dataclass(frozen=True)
class Got:
    """What getting a corpus did: clips fetched or unpacked, clips that were here and right, and what failed."""

    name: str
    folder: Path
    fetched: int
    present: int
    failed: dict[str, str]
    """Clip or table → why it could not be fetched."""

    @property
    def whole(self) -> bool:
        """Whether every clip that was asked for is here; the tables are welcome but not needed."""
        return all(name in TABLES for name in self.failed)


def get(
    name: str,
    folder: Path,
    *,
    n_speakers: int | None = None,
    archive: Path | None = None,
    progress: Progress | None = None,
) -> Got:
    """Get an official corpus into `folder` and register it there where it has no folder yet.

    crema-d: all of it from Kaggle; with `n_speakers` the first so many speakers clip by clip from the official repository
    (`progress` in clips). The others are not fetched: `archive` is the zip that the user has, or `folder` holds them already. What
    is here and right is not fetched again. Raises CorpusError with what to do; single clips that fail are in `failed`.
    """
    module = registry.module(name)
    if n_speakers is not None and name != crema_d.CARD.name:
        raise CorpusError(
            f"Speakers can be chosen for crema-d alone; {module.card.title} comes whole. {module.card.how_to_get}"
        )
    if folder.is_file():
        raise CorpusError(
            f"{folder} is a file; name the folder for {module.card.title}, and a zip that you have with --zip."
        )
    if archive is not None:
        got = _unpacked(name, archive, folder)
    elif name == crema_d.CARD.name:
        got = _crema_d(folder, n_speakers, progress)
    else:
        got = _here(name, folder)
    registry.load(name, got.folder)
    return got


def _here(name: str, folder: Path) -> Got:
    module = registry.module(name)
    try:
        clips = module.load(folder).clips
    except CorpusError as error:
        raise CorpusError(
            f"{module.card.title} is not fetched from here, and {folder} does not hold it. {module.card.how_to_get} "
            f"Or give the zip: corpora get {name} --data DIR --zip FILE. Its terms: {module.card.licence} ({module.card.licence_url})."
        ) from error
    return Got(name, folder, 0, len(clips), {})


def _unpacked(name: str, archive: Path, folder: Path) -> Got:
    """Unpack the user's zip; one that holds nothing of the corpus leaves nothing behind."""
    module = registry.module(name)
    made = not folder.exists()
    unpacked = archives.extract(archive, folder)
    inside = {folder / path.relative_to(folder).parts[0] for path in unpacked}
    for root in (folder, *(place for place in inside if len(inside) == 1 and place.is_dir())):
        try:
            return Got(name, root, len(module.load(root).clips), 0, {})
        except CorpusError:
            continue
    for path in [folder] if made else unpacked:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    raise CorpusError(f"{archive.name} holds no clip of {module.card.title}; nothing was kept.")


def _crema_d(folder: Path, n_speakers: int | None, progress: Progress | None) -> Got:
    folder.mkdir(parents=True, exist_ok=True)
    stems = sorted(index("crema-d"))
    if n_speakers is not None:
        speakers = sorted({stem[:4] for stem in stems})
        if not 1 <= n_speakers <= len(speakers):
            raise CorpusError(f"CREMA-D has {len(speakers)} speakers; {n_speakers} cannot be fetched.")
        chosen = set(speakers[:n_speakers])
        fetched, present, failed = _clip_by_clip([stem for stem in stems if stem[:4] in chosen], folder, progress)
    else:
        here = {clip.removeprefix("crema-d/") for clip in crema_d.read(folder)["clip"]}
        present = len(here & set(stems))
        fetched, failed = 0, {}
        if present < len(stems):
            fetched, present = kaggle.fetch(folder), 0
    for table in TABLES:
        try:
            _table(table, folder)
        except CorpusError as error:
            failed[table] = str(error)
    return Got("crema-d", folder, fetched, present, failed)


def _clip_by_clip(stems: Sequence[str], folder: Path, progress: Progress | None) -> tuple[int, int, dict[str, str]]:
    """Fetch the clips that are not here, several at a time; return how many came, how many were here, and what failed."""
    place = crema_d.audio_folder(folder)
    place = folder / "AudioWAV" if place == folder and folder.name != "AudioWAV" else place
    place.mkdir(parents=True, exist_ok=True)
    fetched, present, failed = 0, 0, {}
    with ThreadPoolExecutor(THREADS) as pool:
        waiting = {pool.submit(_clip, stem, place): stem for stem in stems}
        try:
            for done, future in enumerate(as_completed(waiting), start=1):
                try:
                    came = future.result()
                    fetched, present = fetched + came, present + (not came)
                except CorpusError as error:
                    failed[waiting[future]] = str(error)
                if len(failed) >= GIVE_UP_AFTER and not fetched:
                    raise CorpusError(f"{next(iter(failed.values()))} Nothing could be fetched; check the network.")
                if progress:
                    progress(done, len(stems))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return fetched, present, failed


def _clip(stem: str, place: Path) -> bool:
    """Make sure that a clip is in `place`; return whether it had to be fetched."""
    digest = index("crema-d")[stem].pcm16_sha256_16
    for path in (place / f"{stem}.{ending}" for ending in ("wav", "flac")):
        if path.is_file() and _digest(path) == digest:
            return False
    fetching.fetch_clip(crema_d.clip_url(stem), place / f"{stem}.wav", digest)
    return True


def _digest(path: Path) -> str:
    try:
        return audio.decode(path).pcm16_sha256_16
    except audio.AudioError:
        return ""


def _table(name: str, folder: Path) -> None:
    def check(path: Path) -> str:
        first = path.read_bytes()[:1000].decode("utf-8", errors="replace").partition("\n")[0]
        return "" if TABLES[name] in first else "is not the official table"

    target = folder / name
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        fetching.fetch(crema_d.table_url(name), target, check)
    except CorpusError:
        with contextlib.suppress(OSError):
            target.parent.rmdir()
        raise
