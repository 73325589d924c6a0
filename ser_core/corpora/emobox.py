"""Lists of clips as EmoBox publishes them: JSON Lines, an object a clip, read like a table.

    {"key": "casia-239-wangzhe-neutral", "dataset": "casia", "wav": "downloads/casia/wangzhe/neutral/239.wav", "emo": "neutral", ...}

`wav` counts from the folder above the lists in which the sounds lie, so the folders above the list are looked through for the first
that holds them. Source: Ma et al.: EmoBox: Multilingual Multi-corpus Speech Emotion Recognition Toolkit and Benchmark. Interspeech 2024.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ser_core import files
from ser_core.corpora.base import CorpusError, Problem
from ser_core.corpora.tables import Table

ENDINGS = (".jsonl", ".ndjson")
#: A manifest's column → the fields that say it, the first that a list has.
FIELDS = {
    "file": ("wav", "file", "path", "audio"),
    "emotion": ("emo", "emotion", "label"),
    "speaker": ("speaker", "spk", "speaker_id"),
    "gender": ("sex", "gender"),
    "sentence": ("text", "sentence", "transcript"),
    "start": ("start",),
    "end": ("end",),
    "split": ("split", "part"),
}


def objects(path: Path) -> tuple[dict[int, dict[str, object]], list[Problem]]:
    """Return the objects of JSON Lines by line, and a problem for every line that is none. Raises CorpusError where it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeError as error:
        raise CorpusError(f"{path} is not in UTF-8, as JSON Lines are.") from error
    except OSError as error:
        raise CorpusError(f"The list {path} cannot be read: {error.strerror}.") from error
    by_line: dict[int, dict[str, object]] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            parsed = files.from_json(line)
        except ValueError:
            parsed = None
        if isinstance(parsed, dict):
            by_line[number] = parsed
        else:
            problems.append(Problem(f"row {number}", "is no JSON object"))
    return by_line, problems


def read(path: Path) -> Table:
    """Return the list's fields under a manifest's column names, indexed by line, and a problem for every line that is no JSON object.

    Raises CorpusError where it cannot be read.
    """
    rows, problems = objects(path)
    stated = {name for row in rows.values() for name in row}
    chosen = {column: next((name for name in names if name in stated), None) for column, names in FIELDS.items()}
    cells = {
        column: ["" if row.get(name) is None else str(row[name]).strip() for row in rows.values()]
        for column, name in chosen.items()
        if name is not None
    }
    return Table(pd.DataFrame(cells, index=list(rows), dtype=str), problems, "")


def folder(path: Path, first: str) -> Path:
    """Return the folder from which the list's sounds count: the nearest above the list that holds `first`, else the list's own."""
    return next((above for above in path.absolute().parents if (above / first).is_file()), path.absolute().parent)
