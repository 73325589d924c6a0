"""Where a network's numbers come from: 16 kHz samples in, features out, described by a value that survives JSON."""

from ser_core.features.sources.base import KINDS, FeatureError, Group, Source, extracted, from_dict, spec_hash
from ser_core.features.sources.encoder import EncoderSource
from ser_core.features.sources.external import ExternalSource
from ser_core.features.sources.functionals import FunctionalsSource
from ser_core.features.sources.joined import JoinedSource
from ser_core.features.sources.logmel import LogMelSource
from ser_core.features.sources.msf import MsfSource
from ser_core.features.sources.of_samples import SamplesEncoderSource
from ser_core.features.sources.spectral import SpectralSource

#: Adding a source is adding a file beside this one, and its name here.
KINDS |= {
    source.kind: source.from_fields
    for source in (
        LogMelSource,
        SpectralSource,
        MsfSource,
        JoinedSource,
        ExternalSource,
        EncoderSource,
        FunctionalsSource,
        SamplesEncoderSource,
    )
}

__all__ = [
    "EncoderSource",
    "ExternalSource",
    "FeatureError",
    "FunctionalsSource",
    "Group",
    "JoinedSource",
    "LogMelSource",
    "MsfSource",
    "SamplesEncoderSource",
    "Source",
    "SpectralSource",
    "extracted",
    "from_dict",
    "spec_hash",
]
