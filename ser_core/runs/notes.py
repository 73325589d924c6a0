"""What a reader says of runs: another name, a note, tags; kept in SER_HOME/notes.json, so that run folders stay untouched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock

from ser_core import files, settings
from ser_core.runs import titles
from ser_core.runs.run import Run, RunError


@dataclass(frozen=True)
class Note:
    """What is said of one run: the name that is shown instead of its folder's ('' = the folder's), a note, tags."""

    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()


def key(run: Run) -> str:
    """Return what stands for a run in notes.json: its folder and the one above, `models/accurate`, `runs/crnn-1`."""
    return f"{run.path.parent.name}/{run.name}"


def name_of(run: Run, said: Mapping[str, Note]) -> str:
    """Return what a run is called: the name that its reader gave it, else what it is (titles.of). said: what `read` returned."""
    return said.get(key(run), Note()).name or titles.of(run)


def read() -> dict[str, Note]:
    """Return every note by the run's key. Raises RunError for a damaged file."""
    path = _file()
    if not path.is_file():
        return {}
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
        return {
            run: Note(str(entry["name"]), str(entry["note"]), tuple(str(tag) for tag in entry["tags"]))
            for run, entry in stated.items()
        }
    except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
        raise RunError(
            f"{path} is damaged ({error}); mend or delete it. Runs are not touched by it, only their notes."
        ) from error


def write(run: Run, *, name: str = "", note: str = "", tags: Iterable[str] = ()) -> Note:
    """Keep what is said of a run, in place of what was; tags lose blanks and repeats. Raises RunError for a damaged file."""
    clean = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    made = Note(name.strip(), note.strip(), clean)
    with _lock():
        known = read()
        known[key(run)] = made
        _write(known)
    return made


def forget(run: Run) -> None:
    """Take away what is said of a run. Raises RunError for a damaged file."""
    with _lock():
        known = read()
        if known.pop(key(run), None) is not None:
            _write(known)


def _write(known: dict[str, Note]) -> None:
    # A run of which nothing is said any more takes no place.
    files.write_json(
        _file(), {run: asdict(note) for run, note in sorted(known.items()) if note != Note()}, private=True
    )


def _file() -> Path:
    return settings.home().own / "notes.json"


def _lock() -> filelock.FileLock:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(path.with_suffix(".lock"))
