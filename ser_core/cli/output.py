"""What commands print: JSON on stdout, tables for people, progress on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from ser_core import jobs


class _Told(Progress):
    """A progress bar that tells a job's queue, too, how far it is."""

    def update(self, task_id: TaskID, **changes: Any) -> None:
        super().update(task_id, **changes)
        task = next(one for one in self.tasks if one.id == task_id)
        share = min(1.0, task.completed / task.total) if task.total else None
        of = f" {int(task.completed):,} of {int(task.total):,}" if task.total else ""
        jobs.progress(share, f"{task.description}{of}  {task.fields.get('note', '')}".rstrip())


def print_json(value: Any) -> None:
    """Print one JSON value on stdout.

    What of a file's name is not UTF-8 (Python's lone surrogates) is written as JSON's escapes for them, from which Python reads the
    same name.
    """
    text = json.dumps(value, ensure_ascii=False)
    print(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a plain table on stdout."""
    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(soft_wrap=True).print(table)


def percent(share: float) -> str:
    """Return a share as whole per cent: 71 %."""
    return f"{100 * share:.0f} %"


def progress() -> Progress:
    """Return a progress bar on stderr with count, elapsed and remaining time."""
    return _Told(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
    )
