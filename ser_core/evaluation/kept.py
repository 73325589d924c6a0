"""Evaluations of runs on corpora that are kept: SER_HOME/evaluations/<run>/<corpus>/<condition>/, a folder each.

Those of the shipped models ship with them, in artifacts/evaluations. evaluation.json says what was evaluated, predictions.csv
has the rows, metrics.json their scores. They lie beside the run, not in it: a shipped run stays as it is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ser_core import files, runs, settings
from ser_core.corpora.base import Corpus
from ser_core.evaluation.on_corpus import Evaluation
from ser_core.runs import Run


@dataclass(frozen=True)
class Kept:
    """One kept evaluation at `path`. Reading a damaged one raises OSError or ValueError."""

    path: Path

    @property
    def run(self) -> str:
        return self.path.parent.parent.name

    @property
    def corpus(self) -> str:
        return self.path.parent.name

    @property
    def condition(self) -> str:
        return self.path.name

    @cached_property
    def stated(self) -> dict[str, Any]:
        """What was evaluated: run, model's hash, corpus, speakers, whether seen clips were kept, the enrolment, when."""
        return json.loads((self.path / "evaluation.json").read_text(encoding="utf-8"))

    @cached_property
    def metrics(self) -> dict[str, Any]:
        return json.loads((self.path / "metrics.json").read_text(encoding="utf-8"))

    @cached_property
    def predictions(self) -> pd.DataFrame:
        return pd.read_csv(self.path / "predictions.csv", keep_default_na=False, dtype={"speaker": str})


def keep(
    run: Run,
    corpus: Corpus,
    found: Evaluation,
    *,
    speakers: list[str] | None = None,
    include_seen: bool = False,
    top: Path | None = None,
    name: str = "",
    rows: bool = True,
) -> Kept:
    """Write an evaluation into its folder, in place of an earlier one of the same condition, and return it.

    top, name: below which folder and for which run it is kept, by default SER_HOME/evaluations and the run's own; rows: whether
    predictions.csv is written too.
    """
    condition = _condition(found, speakers, include_seen)
    path = (top or settings.home().evaluations) / (name or run.name) / corpus.name / condition
    path.mkdir(parents=True, exist_ok=True)
    stated = {
        "run": name or run.name,
        "model_sha256": runs.sha256(run.model_path()),
        "corpus": corpus.name,
        "title": corpus.card.title,
        "speakers": speakers,
        "include_seen": include_seen,
        "enrolment": found.enrolment and found.enrolment.to_dict(),
        "degradation": found.degradation and found.degradation.name,
        "adaptation": found.adaptation,
        "unreadable": found.unreadable.to_dict(),
        "created": runs.now(),
    }
    if rows:
        files.write_text(path / "predictions.csv", found.predictions.to_csv(index=False, float_format="%.6g"))
    files.write_json(path / "metrics.json", found.to_dict())
    # Written last: a folder with it is whole.
    files.write_json(path / "evaluation.json", stated)
    return Kept(path)


def of_run(name: str) -> list[Kept]:
    """Return what is kept of the run called `name`, by corpus and condition, what ships first."""
    return [one for top in _tops() for one in _in(top / name)]


def everything() -> list[Kept]:
    """Return every kept evaluation, by run, corpus and condition."""
    return [one for top in _tops() for one in _below(top)]


def shipped() -> list[Kept]:
    """Return the evaluations that ship."""
    return _below(_tops()[0])


def _below(top: Path) -> list[Kept]:
    return [one for folder in sorted(top.iterdir()) for one in _in(folder)] if top.is_dir() else []


def _tops() -> tuple[Path, Path]:
    return settings.ARTIFACTS / "evaluations", settings.home().evaluations


def _in(folder: Path) -> list[Kept]:
    return [Kept(path.parent) for path in sorted(folder.glob("*/*/evaluation.json"))]


def _condition(found: Evaluation, speakers: list[str] | None, include_seen: bool) -> str:
    parts = ["seen-too" if include_seen else "unseen"]
    if speakers is not None:
        parts.append("speakers-" + hashlib.sha256(",".join(sorted(speakers)).encode()).hexdigest()[:8])
    if found.enrolment is not None:
        asked = found.enrolment.asked
        # Of no clips there is no emotion.
        parts.append(f"enrol-{asked.clips}" + (f"-{asked.emotion}" if asked.clips else ""))
    if found.adaptation != "none":
        parts.append(f"adapted-{found.adaptation}")
    if found.degradation is not None:
        parts.append(found.degradation.name)
    return "-".join(parts)
