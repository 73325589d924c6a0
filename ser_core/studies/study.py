"""A study on disk: SER_HOME/studies/<folder>/study.json says which networks are compared, on what, and which run each writes.

name, created (UTC)   corpus, split, folds, seeds   what every member is trained on, and how often
varied                the setting in which members differ alone (a recipe's dotted field), or ''
repeats               the folder of the study that it repeats, or ''
members               name, recipe (its labels stated), run (a folder's name below SER_HOME/runs)
"""

from __future__ import annotations

import re
import shutil
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ser_core import files, recipes, settings
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import Run

FILE = "study.json"
#: Longest name, in signs.
LONGEST = 80
#: How many networks a study compares, and most trainings of each, with seeds of their own.
FEWEST, MOST, MOST_SEEDS = 2, 6, 5
#: Most folds: a corpus of a thousand speakers, one left out at a time.
MOST_FOLDS = 1000


class StudyError(ValueError):
    """A study is missing, damaged, or cannot do what was asked; the message says which and why."""


@dataclass(frozen=True)
class Member:
    """A network of a study: what it is called there, its recipe, and the name of the run that its training writes ('' before that)."""

    name: str
    recipe: Recipe = field(repr=False)
    run: str = ""


@dataclass(frozen=True)
class Study:
    """A study in the folder `path`."""

    path: Path
    name: str = field(compare=False)
    created: str = field(compare=False)
    corpus: str = field(compare=False)
    split: str = field(compare=False)
    folds: int = field(compare=False)
    seeds: int = field(compare=False)
    members: tuple[Member, ...] = field(compare=False, repr=False)
    varied: str = field(compare=False, default="")
    repeats: str = field(compare=False, default="")

    @property
    def id(self) -> str:
        """What links and commands call it: its folder's name."""
        return self.path.name

    def run(self, member: Member) -> Run:
        """Return the run of a member, whether it is there or not."""
        # Not by who asks: what is written for a download is written by a thread that knows nobody.
        return Run(self.path.parent.parent / "runs" / member.run)

    def write(self) -> None:
        """Write study.json, whole or not at all. Raises StudyError for what could not be read again."""
        _check(self)
        stated = asdict(self)
        del stated["path"]
        files.write_json(self.path / FILE, stated)

    def delete(self) -> None:
        """Remove the study; the runs of its members stay. Raises StudyError where its folder cannot be removed."""
        # Moved out first: nobody sees half of it.
        away = settings.home().own / f".{uuid.uuid4().hex}.deleted"
        try:
            self.path.rename(away)
        except OSError as error:
            raise StudyError(f"{self.path} cannot be deleted: {error}") from error
        shutil.rmtree(away, ignore_errors=True)


def read(path: Path) -> Study:
    """Return the study in a folder. Raises StudyError for one that is missing or damaged."""
    try:
        stated = files.from_json((path / FILE).read_text(encoding="utf-8"))
        members = tuple(
            Member(str(member["name"]), recipes.from_dict(member["recipe"]), _plain(member["run"]))
            for member in stated["members"]
        )
        texts = {name: str(stated[name]) for name in ("name", "created", "corpus", "split", "varied", "repeats")}
        study = Study(path, **texts, folds=stated["folds"], seeds=stated["seeds"], members=members)
        _check(study)
        return study
    except FileNotFoundError as error:
        raise StudyError(f"There is no study in {path}. `studies list` names them all.") from error
    except (OSError, ValueError, RecipeError, KeyError, TypeError) as error:
        raise StudyError(f"{path / FILE} is damaged ({error}). Its runs are not touched by it.") from error


def all_studies() -> list[Study]:
    """Return the studies of whoever asks, the newest first; damaged ones are left out."""
    folder = settings.home().studies
    studies = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if (path / FILE).is_file():
            try:
                studies.append(read(path))
            except StudyError:
                continue
    return sorted(studies, key=lambda study: (study.created, study.id), reverse=True)


def find(name: str) -> Study:
    """Return the study of that name or in the folder of that name. Raises StudyError where there is none, or a damaged one."""
    for study in all_studies():
        if name in (study.id, study.name):
            return study
    if re.fullmatch(r"[\w-]+", name) and (settings.home().studies / name / FILE).is_file():
        return read(settings.home().studies / name)
    raise StudyError(f"There is no study called '{name}'. `studies list` names them all.")


def new_folder(name: str) -> Path:
    """Return a free folder below SER_HOME/studies for a study of this name.

    Raises StudyError for a name that is empty, too long, or another study's.
    """
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST:
        raise StudyError(f"A study needs a name of at most {LONGEST} signs.")
    if any(study.name == clean for study in all_studies()):
        raise StudyError(f"There is a study called “{clean}” already. Go on with it, or give another name.")
    folder = settings.home().studies
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", clean).strip("-").lower() or "study"
    path, number = folder / stem, 2
    while path.exists():
        path, number = folder / f"{stem}-{number}", number + 1
    return path


def _check(study: Study) -> None:
    """Raise StudyError for what no study has; somebody may have edited it by hand."""
    names = [member.name for member in study.members]
    if not FEWEST <= len(set(names)) == len(names) <= MOST:
        raise StudyError(f"its members are not {FEWEST} to {MOST} of different names")
    if not (isinstance(study.seeds, int) and 1 <= study.seeds <= MOST_SEEDS):
        raise StudyError(f"seeds is {study.seeds}, not 1 to {MOST_SEEDS}")
    if not (isinstance(study.folds, int) and 2 <= study.folds <= MOST_FOLDS):
        raise StudyError(f"folds is {study.folds}, not 2 to {MOST_FOLDS}")
    # Half of a sign that is written in two, which no page can show.
    "".join([study.name, study.created, study.corpus, study.split, study.varied, study.repeats, *names]).encode()


def _plain(run: Any) -> str:
    """The name of a run's folder. Raises ValueError for what would lead elsewhere."""
    if not re.fullmatch(r"[\w.-]+", str(run)) or set(str(run)) == {"."}:
        raise ValueError(f"'{run}' is no run's name")
    return str(run)
