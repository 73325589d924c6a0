"""MLflow: a run of the experiment `ser`, in a local store or at a tracking server."""

from __future__ import annotations

import csv
import io
import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

from ser_core import settings
from ser_core.exchange.trackers.base import Value

EXPERIMENT = "ser"
#: What MLflow takes at a time (its own limits: 100 parameters, 1,000 metrics), and the longest value.
PARAMETERS, METRICS, LONGEST = 100, 1000, 6000


def opened(run: str, into: str | None) -> MLflow:
    """Return an open run at the tracking URI or in the folder `into`, by default at MLFLOW_TRACKING_URI, else in SER_HOME/mlflow."""
    stated = os.environ.get("MLFLOW_TRACKING_URI")
    if into is None and stated:
        return MLflow(stated, None, run)
    where = into or str(settings.home().path / "mlflow")
    if "://" in where:
        return MLflow(where, None, run)
    # As MLflow's own default: a SQLite file, for its stores of plain files take no new runs.
    folder = Path(where).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return MLflow(f"sqlite:///{(folder / 'mlflow.db').as_posix()}", (folder / "artifacts").as_uri(), run)


class MLflow:
    """A run of MLflow's at the tracking URI `uri`; `artifacts`: where a new experiment keeps files, None for the store's own place."""

    def __init__(self, uri: str, artifacts: str | None, run: str) -> None:
        self.uri = uri
        self.client = MlflowClient(tracking_uri=uri)
        existing = self.client.get_experiment_by_name(EXPERIMENT)
        experiment = existing.experiment_id if existing else self.client.create_experiment(EXPERIMENT, artifacts)
        self.run_id = self.client.create_run(experiment, run_name=run).info.run_id

    @property
    def place(self) -> str:
        # Without the name and password that an address may hold.
        return f"run {self.run_id} of the experiment {EXPERIMENT} in {re.sub(r'//[^/@]*@', '//', self.uri)}"

    def parameters(self, values: Mapping[str, Value]) -> None:
        stated = [Param(_named(name), str(value)[:LONGEST]) for name, value in values.items()]
        for k in range(0, len(stated), PARAMETERS):
            self.client.log_batch(self.run_id, params=stated[k : k + PARAMETERS])

    def point(self, step: int, values: Mapping[str, float]) -> None:
        now = round(1000 * time.time())
        stated = [Metric(_named(name), value, now, step) for name, value in values.items()]
        for k in range(0, len(stated), METRICS):
            self.client.log_batch(self.run_id, metrics=stated[k : k + METRICS])

    def scores(self, values: Mapping[str, float]) -> None:
        self.point(0, values)

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
        written = io.StringIO()
        csv.writer(written).writerows([columns, *rows])
        self.client.log_text(self.run_id, written.getvalue(), f"{name}.csv")

    def text(self, name: str, text: str) -> None:
        self.client.log_text(self.run_id, text, f"{name}.md")

    def file(self, path: Path) -> None:
        self.client.log_artifact(self.run_id, str(path))

    def close(self, *, failed: bool = False) -> None:
        self.client.set_terminated(self.run_id, "FAILED" if failed else "FINISHED")


def _named(name: str) -> str:
    """A name as MLflow allows it: a speaker's or a class' may have any letter."""
    return re.sub(r"[^\w\-. :/]", "_", name)
