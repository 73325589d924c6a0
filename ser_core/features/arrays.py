"""A clip's features as named arrays with their axes and parameters: what `features` writes and pages offer to download."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np

from ser_core.features import logmel, msf, spectral

#: Name of a set → preset of the modulation spectral features.
MSF_SETS = {"msf": "wu", "msf-srmr": "srmr", "msf-naive": "naive"}
NAMES = (*MSF_SETS, "spectral", "logmel")


def extract(samples: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """Return the named arrays of a set for 16 kHz samples, its parameters as JSON under `spec`."""
    if name in MSF_SETS:
        preset = msf.PRESETS[MSF_SETS[name]]
        found = msf.describe(samples, spec=preset)
        arrays = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
        return {**arrays, "spec": np.array(json.dumps(dataclasses.asdict(preset)))}
    if name == "spectral":
        descriptors = spectral.SpectralSpec()
        return {**spectral.extract(samples, spec=descriptors), "spec": np.array(json.dumps(descriptors.to_dict()))}
    spec = logmel.LogMelSpec()
    frames = logmel.extract(samples, spec)
    return {
        "logmel": frames.T,
        "mel_hz": logmel.mel_hz(spec),
        "times_s": logmel.times_s(len(frames), spec),
        "spec": np.array(json.dumps(spec.to_dict())),
    }


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    """Return named arrays as the bytes of a compressed NPZ file."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()
