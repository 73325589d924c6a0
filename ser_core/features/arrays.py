"""A clip's features as named arrays with their axes and parameters: what `features` writes and pages offer to download."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np

from ser_core import audio, encoders
from ser_core.features import encoder, functionals, logmel, msf, sets, spectral
from ser_core.features.sources import FeatureError

#: Name of a set → preset of the modulation spectral features.
MSF_SETS = {"msf": "wu", "msf-srmr": "srmr", "msf-naive": "naive"}
#: Sets of openSMILE's functionals.
FUNCTIONALS = ("egemaps", "compare")
NAMES = (*MSF_SETS, "spectral", "logmel", "whisper", *FUNCTIONALS)


def extract(samples: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """Return the named arrays of a set for 16 kHz samples, its parameters as JSON under `spec`.

    Raises FeatureError, a sentence with the way out, for openSMILE's where it is not here or its licence not confirmed.
    """
    if name in MSF_SETS:
        preset = msf.PRESETS[MSF_SETS[name]]
        described = msf.describe(samples, spec=preset)
        arrays = {field.name: getattr(described, field.name) for field in dataclasses.fields(described)}
        return {**arrays, "spec": np.array(json.dumps(dataclasses.asdict(preset)))}
    if name == "spectral":
        descriptors = spectral.SpectralSpec()
        return {**spectral.extract(samples, spec=descriptors), "spec": np.array(json.dumps(descriptors.to_dict()))}
    if name == "whisper":
        return _whisper(samples)
    if name in FUNCTIONALS:
        return _functionals(samples, name)
    spec = logmel.LogMelSpec()
    frames = logmel.extract(samples, spec)
    return {
        "logmel": frames.T,
        "mel_hz": logmel.mel_hz(spec),
        "times_s": logmel.times_s(len(frames), spec),
        "spec": np.array(json.dumps(spec.to_dict())),
    }


def _whisper(samples: np.ndarray) -> dict[str, np.ndarray]:
    """What networks on the encoder are fed with: `vector`, the `block`s that it is made of, and the `logmel` that the encoder hears."""
    opened = encoders.find(sets.EAR.encoder)
    heard = encoder.heard(audio.centred(samples))
    states = encoder.hidden_states(heard.logmel, opened)
    return {
        **{f"block{k + 1}": block for k, block in enumerate(states)},
        "logmel": heard.logmel,
        "vector": sets.EAR.of_states(states)[0],
        "times_s": heard.start_s + opened.hop_s * np.arange(len(states[0])),
        "spec": np.array(json.dumps({**sets.EAR.to_dict(), "logmel": opened.logmel})),
    }


def _functionals(samples: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """openSMILE's `vector` of the sound as it is, and the `names` of its columns."""
    source = sets.named(name).inputs[0].source
    if source.missing:
        raise FeatureError(source.missing)
    stated = source.to_dict()
    vector = functionals.computed(stated["feature_set"], samples)
    return {
        "vector": vector,
        "names": np.array(functionals.names(stated["feature_set"])),
        "spec": np.array(json.dumps(stated)),
    }


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    """Return named arrays as the bytes of a compressed NPZ file."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()
