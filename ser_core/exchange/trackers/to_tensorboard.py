"""TensorBoard: an event file in a folder of the run's name, with TensorBoard's own messages and without TensorFlow."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from ser_core import settings
from ser_core.exchange.naming import numbered
from ser_core.exchange.trackers.base import Value


def opened(run: str, into: str | None) -> TensorBoard:
    """Return an open event file in a new folder, called like the run, of `into`, by default SER_HOME/tensorboard."""
    return TensorBoard(Path(into) if into else settings.home().path / "tensorboard", run)


class TensorBoard:
    """A folder of TensorBoard's; numbers have 32 bits there."""

    def __init__(self, logs: Path, run: str) -> None:
        self.folder = numbered(logs, run)
        self.folder.mkdir(parents=True)
        self.logs = logs
        # The name that TensorBoard looks for; the machine's, which its own writer puts last, is left out.
        stream = (self.folder / f"events.out.tfevents.{int(time.time()):010d}.ser.{os.getpid()}").open("wb")
        self.stream, self.records = stream, RecordWriter(stream)
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))

    @property
    def place(self) -> str:
        return f"{self.folder} (tensorboard --logdir {self.logs})"

    def parameters(self, values: Mapping[str, Value]) -> None:
        self._add(hparams_pb(dict(values), trial_id=self.folder.name), 0)

    def point(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._add(scalar_pb(name, value), step)
        self.records.flush()

    def scores(self, values: Mapping[str, float]) -> None:
        self.point(0, values)

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
        lines = [columns, ["---"] * len(columns), *rows]
        self.text(name, "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines))

    def text(self, name: str, text: str) -> None:
        self._add(text_pb(name, text), 0)

    def file(self, path: Path) -> None:
        shutil.copyfile(path, self.folder / path.name)

    def close(self, *, failed: bool = False) -> None:
        self.records.flush()
        self.stream.close()

    def _add(self, summary: Summary, step: int) -> None:
        self._write(Event(wall_time=time.time(), step=step, summary=summary))

    def _write(self, event: Event) -> None:
        self.records.write(event.SerializeToString())
