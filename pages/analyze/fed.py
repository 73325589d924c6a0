"""What the picked models are fed with, so that a picture can say whether it is what a model sees."""

from __future__ import annotations

from ser_core.features import logmel, msf, spectral
from ser_core.features.sources import (
    JoinedSource,
    LogMelSource,
    MsfSource,
    Source,
    SpectralSource,
)
from ser_core.runs import Run, RunError


def logmel_spec(models: list[Run]) -> tuple[str | None, logmel.LogMelSpec]:
    """Return the first picked model that is fed with a log-mel spectrogram and its parameters, or None and ours."""
    for run, source in _sources(models):
        if isinstance(source, LogMelSource):
            return run.name, source.spec
    return None, logmel.LogMelSpec()


def spectral_spec(models: list[Run]) -> tuple[str | None, spectral.SpectralSpec]:
    """Return the first picked model that is fed with spectral descriptors and their parameters, or None and ours."""
    for run, source in _sources(models):
        if isinstance(source, SpectralSource):
            return run.name, source.spec
    return None, spectral.SpectralSpec()


def msf_spec(models: list[Run]) -> tuple[str | None, msf.MsfSpec]:
    """Return the first picked model that is fed with modulation features and their preset, or None and ours."""
    for run, source in _sources(models):
        if isinstance(source, MsfSource):
            return run.name, source.spec
    return None, msf.PRESETS["wu"]


def _sources(models: list[Run]) -> list[tuple[Run, Source]]:
    found: list[tuple[Run, Source]] = []
    for run in models:
        try:
            stated = [one.source for one in run.contract.inputs]
        except RunError:
            # The answer above has said what is wrong with the model.
            continue
        for source in stated:
            parts = source.sources if isinstance(source, JoinedSource) else (source,)
            found += [(run, part) for part in parts]
    return found
