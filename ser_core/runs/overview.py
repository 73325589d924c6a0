"""The table of runs: a row a run from its small files alone, read again only where a file of the run has changed."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ser_core import files
from ser_core.runs import leagues, listing, notes, published
from ser_core.runs.folders import pieces
from ser_core.runs.run import Run, RunError

#: Columns of the table, in the order in which they are exported.
COLUMNS = (
    "run", "name", "state", "problem", "recipe", "title", "corpus", "split", "league", "part", "n", "speakers",
    "accuracy", "accuracy_low", "accuracy_high", "uar", "uar_low", "uar_high", "macro_f1", "macro_f1_low", "macro_f1_high",
    "parameters", "bytes", "seconds", "created", "wrong_on_purpose", "shipped", "note", "tags",
)  # fmt: skip
METRICS = ("accuracy", "uar", "macro_f1")
SCORES = tuple(f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high"))
#: What the table itself reads: checked by content, the others by presence and size, until a run is opened.
READ = ("recipe.json", "status.json", "metrics.json")
#: Below this many clips of a class the figure of a personal model says nothing.
ENOUGH = 10
#: Rows that are kept: more runs than a table of them is of use for.
KEPT = 20_000

Stamp = tuple[tuple[str, int, int], ...]


def named() -> dict[str, Run]:
    """Return every run by the name that links use: its folder's; of two alike the later one is `runs/<name>` or the like."""
    by_name: dict[str, Run] = {}
    for run in listing.all_runs():
        by_name[notes.key(run) if run.name in by_name else run.name] = run
    return by_name


def table() -> pd.DataFrame:
    """Return a row a run (COLUMNS), in the order of `named`; scores are of the test part, of validation where there is no test.

    A damaged run has state `damaged` and the reason in `problem`; what could not be read is missing (None, NaN). Sizes are of
    the whole folder and of the split that a published run shares with others, `seconds` of the training, `created` UTC. Raises
    RunError for damaged notes.
    """
    said = notes.read()
    rows = []
    for name, run in named().items():
        note = said.get(notes.key(run), notes.Note())
        own = {
            "run": name,
            "name": notes.name_of(run, said),
            "note": note.note,
            "tags": list(note.tags),
            "shipped": run.shipped,
        }
        rows.append({**row(run), **own})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def row(run: Run) -> dict[str, Any]:
    """Return what the table says of a run, without its name and notes."""
    cells = dict(_row(str(run.path), stamp(run.path)))
    if cells["state"] == "running":
        # Whether its process lives cannot be seen in its files.
        cells["state"] = run.status["state"]
    return cells


def problems(run: Run) -> list[str]:
    """Return what is wrong with the run after every file was held against its hash; read again only where a file changed."""
    return list(_problems(str(run.path), stamp(run.path)))


def stamp(path: Path) -> Stamp:
    """Return name, size and time of change of every file of the run: when it is the same, so is what was read."""
    stats = []
    folders = [str(path)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    stat = entry.stat(follow_symlinks=False)
                    stats.append((entry.path, stat.st_size, stat.st_mtime_ns))
    beside = published.split(path) if published.is_published(path) else None
    if beside is not None and beside.is_file():
        stat = beside.stat()
        stats.append((str(beside), stat.st_size, stat.st_mtime_ns))
    return tuple(sorted(stats))


@lru_cache(maxsize=KEPT)
def _row(path: str, stamp: Stamp) -> dict[str, Any]:
    run = Run(Path(path))
    empty: dict[str, Any] = dict.fromkeys(COLUMNS)
    empty |= {"bytes": sum(size for _, size, _ in stamp), "problem": "", "state": "damaged"}
    try:
        return empty | _read(run)
    except RunError as error:
        return empty | {"problem": str(error)}
    except (KeyError, TypeError, AttributeError) as error:
        return empty | {"problem": f"A file of the run {run.name} does not state {error}."}


def _read(run: Run) -> dict[str, Any]:
    state = run.status["state"]
    stated = run.recipe
    recipe, found = stated.get("recipe", {}), stated.get("found", {})
    read: dict[str, Any] = {
        "state": state,
        "recipe": recipe.get("name"),
        "title": recipe.get("title"),
        "corpus": recipe.get("corpus"),
        "split": _split(recipe.get("split"), stated.get("split_name")),
        "league": leagues.of(run),
        "parameters": found.get("parameters"),
        "seconds": found.get("seconds", run.status.get("seconds")),
        "created": stated.get("created"),
        "wrong_on_purpose": stated.get("wrong_on_purpose") or "",
    }
    if state == "done" or run.has("files.json"):
        wrong = run.problems() or _altered(run)
        if wrong:
            return read | {"state": "damaged", "problem": " ".join(wrong)}
    if run.has("metrics.json"):
        read |= _scores(run.metrics)
    clips = stated.get("personal", {}).get("clips")
    if clips and min(clips.values()) < ENOUGH:
        # Of so few clips a score says nothing; a table that shows one is believed.
        read |= dict.fromkeys(SCORES)
    return read


def _split(kind: str | None, name: str | None) -> str | None:
    return f"{kind} ({name})" if kind and name and name != kind else name or kind


def _altered(run: Run) -> list[str]:
    listed = json.loads((run.path / "files.json").read_text(encoding="utf-8"))
    return [
        f"{name} was altered: its SHA-256 is not the one in files.json."
        for name in READ
        if name in listed and files.sha256(run.path / name) != listed[name]["sha256"]
    ]


def _scores(metrics: dict[str, Any]) -> dict[str, Any]:
    part = "test" if "test" in metrics else "validation"
    if part not in metrics:
        return {}
    summary = metrics[part]
    scores: dict[str, Any] = {"part": part, "n": summary["n"], "speakers": summary.get("speakers")}
    for metric in METRICS:
        span = summary.get("intervals", {}).get(metric, {})
        scores |= {metric: summary[metric], f"{metric}_low": span.get("low"), f"{metric}_high": span.get("high")}
    return scores


@lru_cache(maxsize=256)
def _problems(path: str, stamp: Stamp) -> list[str]:
    run = Run(Path(path))
    inside = [
        f"{piece.path.relative_to(run.path)}: {problem}"
        for piece in pieces(run)
        for problem in piece.problems(hashes=True)
    ]
    return run.problems(hashes=True) + inside


def forget_rows() -> None:
    """Forget what was read, as a server that has just started: every row is read again."""
    _row.cache_clear()
