"""Whether a run's model.onnx says of real clips what the run's predictions.csv says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ser_core import audio
from ser_core.corpora import details, registry, samples
from ser_core.corpora.base import CorpusError
from ser_core.corpora.reading import ClipReader
from ser_core.graphs import parity
from ser_core.predictor import Predictor
from ser_core.runs import Run

#: Clips on which it is tried.
CLIPS = 8


@dataclass(frozen=True)
class Parity:
    """On how many clips the model was tried, the largest difference of a probability, and what is to be said of it."""

    clips: int
    difference: float | None
    sentence: str


def on_real_clips(run: Run, most: int = CLIPS) -> Parity:
    """Run model.onnx on up to `most` clips of predictions.csv that are on this machine and compare the probabilities.

    Test rows are taken where there are any; none where the rows are not the model's own (several folds), or were
    made through another `audio.VERSION`. Raises RunError where
    a probability differs by more than `graphs.parity.PARITY`, and for a run without a model.
    """
    predictor = Predictor(run)
    rows = run.predictions
    columns = [f"p_{label}" for label in predictor.labels]
    if rows["fold"].astype(str).nunique() > 1 or not set(columns) <= set(rows.columns):
        return Parity(
            0,
            None,
            "Not checked on real clips: the run's predictions are not those of this model alone (several folds).",
        )
    part = "test" if (rows["part"] == "test").any() else "validation"
    here = _here(rows[rows["part"] == part], most)
    if not here:
        return Parity(
            0, None, "Not checked on real clips: none of the clips that the run was measured on is on this machine."
        )
    if run.contract.audio_version != audio.VERSION:
        return Parity(
            0,
            None,
            "Not checked on real clips: the run was measured by another version of this program, which heard sound differently.",
        )
    worst = max(
        float(np.abs(predictor.predict(clip).probabilities - row[columns].to_numpy(float)).max()) for clip, row in here
    )
    parity.checked(worst, f"model.onnx of the run {run.name}", "predictions.csv")
    return Parity(
        len(here),
        worst,
        f"Checked on {len(here)} real clips: the same probabilities to {parity.PARITY:.0e} (largest difference {worst:.0e}).",
    )


def _here(rows: pd.DataFrame, most: int) -> list[tuple[audio.Clip, pd.Series]]:
    """Clips of these rows that can be read here, spread over the rows."""
    reader, readable = ClipReader(), []
    tables: dict[str, pd.DataFrame] = {}
    # A spread over emotions and speakers, the same at every call.
    for _, row in rows.sample(frac=1.0, random_state=0).iterrows():
        clip = details.original(str(row["clip"]))
        try:
            sound = _sound(clip, tables, reader)
        except (audio.AudioError, CorpusError, OSError):
            continue
        if sound is not None:
            readable.append((sound, row))
        if len(readable) == most:
            break
    return readable


def _sound(clip: str, tables: dict[str, pd.DataFrame], reader: ClipReader) -> audio.Clip | None:
    corpus = details.corpus_of(clip)
    if corpus == "crema-d":
        path = samples.on_disk(clip.removeprefix("crema-d/"))
        return audio.decode(path) if path is not None else None
    if corpus not in tables:
        entry = registry.entries().get(corpus)
        known = entry is not None and entry.present
        tables[corpus] = registry.load(corpus).clips.set_index("clip") if known else pd.DataFrame()
    if clip not in tables[corpus].index:
        return None
    row = tables[corpus].loc[clip]
    return reader.read(row["path"], float(row["start"]), float(row["end"]))
