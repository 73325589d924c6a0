"""A training, told to a tracker as it goes; a tracker that fails ends its own part and no training."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ser_core.exchange.trackers import contents
from ser_core.exchange.trackers.base import Tracker
from ser_core.runs import Run


class Follower:
    """What a training's epochs are told to, and the finished run after them.

    say: told in a sentence when the tracker fails, once.
    """

    def __init__(self, tracker: Tracker, say: Callable[[str], None]) -> None:
        self.tracker, self.say = tracker, say
        self.last = 0
        self.lost = False

    def begins(self, run: Run) -> None:
        """Tell the epochs that a training which goes on has behind it."""
        for row in run.history.to_dict("records"):
            self.epoch({str(name): value for name, value in row.items()})

    def epoch(self, row: dict[str, Any]) -> None:
        """Tell an epoch's row of history.csv."""
        with self._alone():
            if not self.lost:
                self.tracker.point(int(row["epoch"]), contents.epoch(row))
                self.last = max(self.last, int(row["epoch"]))

    def ends(self, run: Run) -> None:
        """Tell the rest of the run, where it is finished, and that nothing more comes."""
        done = run.has("status.json") and run.status["state"] == "done"
        with self._alone():
            if done and not self.lost:
                contents.write(run, self.tracker, after=self.last)
        with self._alone():
            self.tracker.close(failed=not done)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # Of three libraries, whose errors share no base class.
            if not self.lost:
                self.say(
                    f"The tracker failed and is told no more; the training goes on: {' '.join(str(error).split())}"
                )
            self.lost = True
