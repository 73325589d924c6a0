"""One place that decodes, downmixes and resamples; from here on everything sees the same samples."""

from ser_core.audio.clip import SAMPLE_RATE, AudioError, Clip, Finding, segment
from ser_core.audio.decode import decode
from ser_core.audio.encode import encode_wav
from ser_core.audio.quality import findings, is_speech, trim_bounds
from ser_core.audio.resample import resample

__all__ = [
    "SAMPLE_RATE",
    "AudioError",
    "Clip",
    "Finding",
    "decode",
    "encode_wav",
    "findings",
    "is_speech",
    "resample",
    "segment",
    "trim_bounds",
]
