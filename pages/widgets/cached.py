"""What is computed once and kept: opened models, decoded clips, their features, and predictions, all by content."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.server.turns import in_turn
from ser_core import audio
from ser_core.features import logmel
from ser_core.predictor import Prediction, Predictor, Timeline
from ser_core.runs import Run

#: Decoded clips that are kept; one of ten minutes holds 38 MB.
CLIPS = 12
KEPT = "30m"


def predictor(run: Run) -> Predictor:
    """Return the run's opened model, shared by all visitors. Raises RunError for a damaged run."""
    return _predictor(*model_key(run))


@st.cache_resource(max_entries=6, show_spinner="Opening the model …")
def _predictor(path: str, changed: int) -> Predictor:
    from pathlib import Path

    return Predictor(Run(Path(path)))


@st.cache_resource(max_entries=CLIPS, ttl=KEPT, show_spinner="Reading the clip …")
@in_turn
def clip(data: bytes, name: str, channel: audio.Channel | None = None) -> audio.Clip:
    """Return the decoded clip, of the channel that was asked for. Raises AudioError with the sentence to show."""
    return audio.decode(data, name=name, channel=channel)


@st.cache_resource(max_entries=CLIPS, ttl=KEPT, show_spinner=False)
@in_turn
def logmel_of(digest: str, _clip: audio.Clip) -> np.ndarray:
    """Return the clip's log-mel spectrogram, frames × bands."""
    return logmel.extract(_clip.samples)


@st.cache_resource(max_entries=256, ttl=KEPT, show_spinner="Listening …")
@in_turn
def prediction(
    digest: str, run_path: str, changed: int, voice: str, _clip: audio.Clip, _judge: Predictor
) -> Prediction:
    """Return what the model says of the clip; `digest` and `judge_key` stand for both in the cache."""
    return _judge.predict(_clip)


@st.cache_resource(max_entries=CLIPS, ttl=KEPT, show_spinner="Listening along the clip …")
@in_turn
def timeline(digest: str, run_path: str, changed: int, voice: str, _clip: audio.Clip, _judge: Predictor) -> Timeline:
    """Return the model's predictions along the clip; keys as `prediction`."""
    return _judge.timeline(_clip)


def model_key(run: Run) -> tuple[str, int]:
    """Return what stands for a run's model in the caches."""
    return str(run.path), (run.path / "files.json").stat().st_mtime_ns


def judge_key(judge: Predictor) -> tuple[str, int, str]:
    """Return what stands in the caches for a model and the voice that it judges by."""
    return (*model_key(judge.run), "" if judge.voice is None else judge.voice.digest)
