"""Evaluations of runs on corpora that are kept: SER_HOME/evaluations/<run>/<corpus>/<condition>/, a folder each.

evaluation.json says what was evaluated, predictions.csv has the rows, metrics.json their scores. They lie beside the run, not in it:
a shipped run stays as it is. What ships is artifacts/evaluations/<run>.json, all of a run in one file, without rows:
`<corpus>/<condition>` → {evaluation, metrics}.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ser_core import files, runs, settings
from ser_core.corpora.base import Corpus
from ser_core.evaluation.on_corpus import Evaluation
from ser_core.runs import Run


@dataclass(frozen=True)
class Kept:
    """One kept evaluation: the folder at `path`, or what the file there has at the place `inside`, `<corpus>/<condition>`.

    Reading a damaged one raises OSError or ValueError.
    """

    path: Path
    inside: str = ""

    @property
    def run(self) -> str:
        return self.path.stem if self.inside else self.path.parent.parent.name

    @property
    def corpus(self) -> str:
        return self.inside.partition("/")[0] or self.path.parent.name

    @property
    def condition(self) -> str:
        return self.inside.partition("/")[2] or self.path.name

    @cached_property
    def stated(self) -> dict[str, Any]:
        """What was evaluated: run, model's hash, corpus, speakers, whether seen clips were kept, the enrolment, when."""
        return self._json("evaluation")

    @cached_property
    def metrics(self) -> dict[str, Any]:
        return self._json("metrics")

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """The rows; of one that ships, which has none, FileNotFoundError."""
        return pd.read_csv(self.path / "predictions.csv", keep_default_na=False, dtype={"speaker": str})

    def _json(self, name: str) -> dict[str, Any]:
        if self.inside:
            return dict(_published(self.path)[self.inside][name])
        content: dict[str, Any] = json.loads((self.path / f"{name}.json").read_text(encoding="utf-8"))
        return content


def keep(
    run: Run,
    corpus: Corpus,
    evaluation: Evaluation,
    *,
    speakers: list[str] | None = None,
    include_seen: bool = False,
    top: Path | None = None,
    name: str = "",
) -> Kept:
    """Write an evaluation into its folder, in place of an earlier one of the same condition, and return it.

    top, name: below which folder and for which run it is kept, by default SER_HOME/evaluations and the run's own.
    """
    condition = _condition(evaluation, speakers, include_seen)
    path = (top or settings.home().evaluations) / (name or run.name) / corpus.name / condition
    path.mkdir(parents=True, exist_ok=True)
    stated = {
        "run": name or run.name,
        "model_sha256": files.sha256(run.model_path()),
        "corpus": corpus.name,
        "title": corpus.card.title,
        "speakers": speakers,
        "include_seen": include_seen,
        "enrolment": evaluation.enrolment and evaluation.enrolment.to_dict(),
        "degradation": evaluation.degradation and evaluation.degradation.name,
        "adaptation": evaluation.adaptation,
        "unreadable": evaluation.unreadable.to_dict(),
        "created": runs.now(),
    }
    files.write_text(path / "predictions.csv", evaluation.predictions.to_csv(index=False, float_format="%.6g"))
    files.write_json(path / "metrics.json", evaluation.to_dict())
    # Written last: a folder with it is whole.
    files.write_json(path / "evaluation.json", stated)
    return Kept(path)


def publish(top: Path, name: str) -> list[Kept]:
    """Put what is kept below `top` of the run called `name` with what ships, in place of what ships of it, and return that."""
    held = _in(top / name)
    path = settings.ARTIFACTS / "evaluations" / f"{name}.json"
    files.write_entries(
        path,
        {f"{kept.corpus}/{kept.condition}": {"evaluation": kept.stated, "metrics": kept.metrics} for kept in held},
    )
    return _in(path)


def of_run(name: str) -> list[Kept]:
    """Return what is kept of the run called `name`, by corpus and condition, what ships first."""
    published, own = _tops()
    return [*_in(published / f"{name}.json"), *_in(own / name)]


def everything() -> list[Kept]:
    """Return every kept evaluation, by run, corpus and condition."""
    return [evaluation for top in _tops() for evaluation in _below(top)]


def shipped() -> list[Kept]:
    """Return the evaluations that ship."""
    return _below(_tops()[0])


def _below(top: Path) -> list[Kept]:
    paths = sorted(top.iterdir(), key=lambda path: path.stem) if top.is_dir() else []
    return [evaluation for path in paths for evaluation in _in(path)]


def _tops() -> tuple[Path, Path]:
    return settings.ARTIFACTS / "evaluations", settings.home().evaluations


def _in(path: Path) -> list[Kept]:
    """What is kept in a run's folder or, of what ships, in its file."""
    if not path.is_file():
        return [Kept(file.parent) for file in sorted(path.glob("*/*/evaluation.json"))]
    try:
        return [Kept(path, inside) for inside in sorted(_published(path), key=lambda inside: inside.split("/"))]
    except ValueError:
        # Whoever reads it says that it is damaged.
        return [Kept(path, "?/?")]


def _published(path: Path) -> dict[str, Any]:
    return _read(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: str, changed: int) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return content


def _condition(evaluation: Evaluation, speakers: list[str] | None, include_seen: bool) -> str:
    parts = ["seen-too" if include_seen else "unseen"]
    if speakers is not None:
        parts.append("speakers-" + hashlib.sha256(",".join(sorted(speakers)).encode()).hexdigest()[:8])
    if evaluation.enrolment is not None:
        asked = evaluation.enrolment.asked
        # Of no clips there is no emotion.
        parts.append(f"enrol-{asked.clips}" + (f"-{asked.emotion}" if asked.clips else ""))
    if evaluation.adaptation != "none":
        parts.append(f"adapted-{evaluation.adaptation}")
    if evaluation.degradation is not None:
        parts.append(evaluation.degradation.name)
    return "-".join(parts)
