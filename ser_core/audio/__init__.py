"""One place that decodes, downmixes and resamples; from here on everything sees the same samples."""

from ser_core.audio.centre import RUMBLE_HZ, centred
from ser_core.audio.channels import Channel
from ser_core.audio.clip import SAMPLE_RATE, VERSION, AudioError, Clip, Finding, segment
from ser_core.audio.decode import READABLE, decode
from ser_core.audio.encode import encode_wav
from ser_core.audio.quality import findings, is_speech, trim_bounds
from ser_core.audio.reading import read
from ser_core.audio.resample import resample

__all__ = [
    "READABLE",
    "RUMBLE_HZ",
    "SAMPLE_RATE",
    "VERSION",
    "AudioError",
    "Channel",
    "Clip",
    "Finding",
    "centred",
    "decode",
    "encode_wav",
    "findings",
    "is_speech",
    "read",
    "resample",
    "segment",
    "trim_bounds",
]
