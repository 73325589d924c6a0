"""What commands print: JSON on stdout, tables for people, progress on stderr."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
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

from ser_core import fanout, files, jobs


class _Told(Progress):
    """A progress bar that tells a job's queue, too, how far it is."""

    def update(self, task_id: TaskID, **changes: Any) -> None:
        super().update(task_id, **changes)
        task = next(task for task in self.tasks if task.id == task_id)
        share = min(1.0, task.completed / task.total) if task.total else None
        of = f" {int(task.completed):,} of {int(task.total):,}" if task.total else ""
        jobs.progress(share, f"{task.description}{of}  {task.fields.get('note', '')}".rstrip())


def print_json(value: Any) -> None:
    """Print one JSON value on stdout."""
    print(files.utf8(json.dumps(value, ensure_ascii=False)))


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


@contextlib.contextmanager
def bar(what: str) -> Iterator[fanout.Progress]:
    """Give a function to tell progress to; its bar is drawn with the first call, so that an early error stands alone."""
    shown = progress()
    tasks: list[Any] = []

    def update(done: int, total: int) -> None:
        if not tasks:
            shown.start()
            tasks.append(shown.add_task(what, total=total, note=""))
        shown.update(tasks[0], completed=done, total=total)

    try:
        yield update
    finally:
        if tasks:
            shown.stop()
