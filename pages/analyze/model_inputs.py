"""What the picked models are fed with, so that a picture can say whether it is what a model sees."""

from __future__ import annotations

from typing import TypeVar

from ser_core.features import logmel, msf, spectral
from ser_core.runs import Run, RunError

Spec = TypeVar("Spec")


def logmel_spec(models: list[Run]) -> tuple[str | None, logmel.LogMelSpec]:
    """Return the first picked model that is fed with a log-mel spectrogram and its parameters, or None and ours."""
    return _first(models, "logmel", logmel.LogMelSpec())


def spectral_spec(models: list[Run]) -> tuple[str | None, spectral.SpectralSpec]:
    """Return the first picked model that is fed with spectral descriptors and their parameters, or None and ours."""
    return _first(models, "spectral", spectral.SpectralSpec())


def msf_spec(models: list[Run]) -> tuple[str | None, msf.MsfSpec]:
    """Return the first picked model that is fed with modulation features and their preset, or None and ours."""
    return _first(models, "msf", msf.PRESETS["wu"])


def _first(models: list[Run], picture: str, ours: Spec) -> tuple[str | None, Spec]:
    for run in models:
        try:
            drawn = [given.source.pictures for given in run.contract.inputs]
        except RunError:
            # The answer above has said what is wrong with the model.
            continue
        for pictures in drawn:
            if picture in pictures:
                return run.name, pictures[picture]
    return None, ours
