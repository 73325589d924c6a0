"""Weights & Biases: a run written to a folder, offline unless WANDB_MODE says otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import wandb

from ser_core import settings
from ser_core.exchange.trackers.base import Value

PROJECT = "ser"


def opened(run: str, into: str | None) -> WandB:
    """Return an open run in the folder `into`, by default WANDB_DIR, else SER_HOME/wandb. It is sent nowhere while WANDB_MODE is unset."""
    return WandB(Path(into or os.environ.get("WANDB_DIR") or settings.home().path / "wandb"), run)


class WandB:
    """A run of Weights & Biases': nothing about the machine, the checkout or its code goes along."""

    def __init__(self, folder: Path, run: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # What goes along lies beside the run until it is sent, not in the user's home folder.
        os.environ.setdefault("WANDB_DATA_DIR", str(folder))
        self.run = wandb.init(
            project=PROJECT,
            name=run,
            dir=str(folder),
            mode=os.environ.get("WANDB_MODE", "offline"),
            settings=wandb.Settings(
                console="off",
                host="",
                silent=True,
                disable_git=True,
                disable_code=True,
                x_disable_stats=True,
                x_disable_meta=True,
                x_disable_machine_info=True,
            ),
        )
        self.run.define_metric("epoch/*", step_metric="epoch")
        self.artifact = wandb.Artifact(f"run-{self.run.id}", type="model")
        self.folder = Path(self.run.dir).parent

    @property
    def place(self) -> str:
        return f"{self.folder} (wandb sync {self.folder} sends it to your account)"

    def parameters(self, values: Mapping[str, Value]) -> None:
        self.run.config.update(dict(values))

    def point(self, step: int, values: Mapping[str, float]) -> None:
        # Curves of several trainings begin anew: each has the epoch beside it, for steps of this tracker only rise.
        before = next(iter(values), "").partition("epoch/")[0]
        self.run.log({**values, f"{before}epoch": step})

    def scores(self, values: Mapping[str, float]) -> None:
        self.run.summary.update(dict(values))

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
        self.run.log({name: wandb.Table(columns=list(columns), data=[list(row) for row in rows])})

    def text(self, name: str, text: str) -> None:
        with self.artifact.new_file(f"{name}.md", encoding="utf-8") as out:
            out.write(text)

    def file(self, path: Path) -> None:
        self.artifact.add_file(str(path))

    def close(self, *, failed: bool = False) -> None:
        if not failed:
            self.run.log_artifact(self.artifact)
        self.run.finish(exit_code=int(failed))
        # The file is whole only when the process that writes it has ended.
        wandb.teardown()
