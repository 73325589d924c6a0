"""The board: what every pupil's last training found, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import settings
from ser_core.classroom import pupils
from ser_core.classroom.lesson import Lesson
from ser_core.runs import Run, RunError


@dataclass(frozen=True, eq=False)
class Found:
    """One run: whose, of what, its UAR on the part, and the confusion matrix in clips (rows true)."""

    who: str
    owner: str
    run: str
    corpus: str
    part: str
    uar: float
    n: int
    epochs: int
    labels: tuple[str, ...]
    confusion: np.ndarray = field(repr=False)


def last_of_each(lesson: Lesson) -> list[Found]:
    """Return the newest finished run of everybody who has one, the teacher's first, then in the order of joining."""
    everybody = [("", pupils.TEACHER), *((pupil.id, pupil.nickname) for pupil in pupils.listed(lesson))]
    newest = []
    for owner, who in everybody:
        own = _newest_first(settings.home(owner).runs)
        read = next((run for path in own if (run := _read(who, owner, path)) is not None), None)
        newest += [] if read is None else [read]
    return newest


def together(runs: Sequence[Found]) -> tuple[str, str, float, int] | None:
    """Return the mistake that the runs make most: (true, taken for, the mean share of its row, in how many runs it is the largest).

    None where no run makes one. Of runs with other emotions than the first's nothing is counted.
    """
    alike = [run for run in runs if run.labels == runs[0].labels]
    if not alike:
        return None
    labels = alike[0].labels
    shares = np.stack([_mistakes(run.confusion) for run in alike])
    mean = shares.mean(axis=0)
    i, j = np.unravel_index(int(mean.argmax()), mean.shape)
    if mean[i, j] == 0:
        return None
    largest = sum(bool(share.max() > 0 and share.argmax() == mean.argmax()) for share in shares)
    return labels[i], labels[j], float(mean[i, j]), largest


def _mistakes(confusion: np.ndarray) -> np.ndarray:
    share = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(share, 0.0)
    return share


def _newest_first(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    ended = [path for path in folder.iterdir() if (path / "files.json").is_file()]
    return sorted(ended, key=lambda path: path.stat().st_mtime, reverse=True)


def _read(who: str, owner: str, path: Path) -> Found | None:
    try:
        return _of(who, owner, str(path), (path / "files.json").stat().st_mtime_ns)
    except (RunError, OSError, KeyError, TypeError, ValueError):
        # A damaged run is for its owner's results to tell of.
        return None


@lru_cache(maxsize=256)
def _of(who: str, owner: str, path: str, changed: int) -> Found:
    run = Run(Path(path))
    part = "test" if "test" in run.metrics else "validation"
    scores: dict[str, Any] = run.metrics[part]
    recipe = run.recipe["recipe"]
    return Found(
        who,
        owner,
        run.name,
        str(recipe["corpus"]),
        part,
        float(scores["uar"]),
        int(scores["n"]),
        int(recipe["fit"]["epochs"]),
        tuple(scores["labels"]),
        np.array(scores["confusion"], dtype=int),
    )
