"""The clip: what every later step sees of a recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

#: Every clip has this sample rate, in Hz.
SAMPLE_RATE = 16_000
#: What is done to a sound on its way from the file to features: how channels become one, and what `centred` takes out. Part of every
#: cache's key, of voice profiles and of a run's feature.json, so that what was made of other samples is not used.
VERSION = 1

Severity = Literal["info", "warning", "error"]


class AudioError(ValueError):
    """A recording that cannot be used; the message is one sentence for the reader and names the file."""


@dataclass(frozen=True)
class Finding:
    """One remark on a recording's quality.

    Attributes
    ----------
    code : str
        One of no-speech, too-short, clipped, quiet, dc-offset, truncated, non-finite, channels (not all were used), two-speakers (one on
        each channel); a model adds unlike-training.
    severity : {"error", "warning", "info"}
        What follows from it: there is nothing to judge, the result is worth less, worth knowing.
    message : str
        A sentence for the reader.

    Examples
    --------
    >>> import ser_core as ser
    >>> [(one.code, one.severity) for one in ser.load("fast").predict("silence.wav").findings]
    [('no-speech', 'error')]
    """

    code: str
    severity: Severity
    message: str


@dataclass(frozen=True, eq=False)
class Clip:
    """A decoded recording, as every later step sees it.

    Attributes
    ----------
    samples : numpy.ndarray
        (n,), float32 in [-1, 1], one channel at 16 kHz.
    original_rate : int
        The file's rate, Hz.
    channels : int
        The file's channels.
    pcm16_sha256_16 : str
        The first 16 hex digits of the SHA-256 of the file's samples as little-endian 16-bit integers, all channels interleaved, before
        downmix and resampling; empty where the file is lossy or finer than 16 bit.
    name : str
        Where it came from, for display.
    findings : tuple of Finding
        What only the decoder could see (truncated, non-finite, clipped before downmix and resampling); `ser_core.audio.findings` gives all.
    apart : tuple of numpy.ndarray
        The samples of each channel, where they were not mixed; `samples` are then those of the louder one.

    Examples
    --------
    >>> import ser_core as ser
    >>> clip = ser.read("voice.wav")
    >>> clip.name, clip.samples.dtype, clip.sample_rate, clip.duration == len(clip.samples) / 16000
    ('voice.wav', dtype('float32'), 16000, True)
    """

    samples: NDArray[np.float32]
    original_rate: int
    channels: int
    pcm16_sha256_16: str
    name: str
    findings: tuple[Finding, ...] = ()
    apart: tuple[NDArray[np.float32], ...] = ()

    @property
    def sample_rate(self) -> int:
        """The rate of `samples` in Hz: 16000, always."""
        return SAMPLE_RATE

    @property
    def duration(self) -> float:
        """The length in seconds."""
        return len(self.samples) / SAMPLE_RATE

    def each(self) -> dict[str, Clip]:
        """Return the clip of each channel, where they were not mixed.

        Returns
        -------
        dict of str to Clip
            By the channel's name: left and right, or channel 1, channel 2 and so on; empty where there is one signal.
        """
        kept = tuple(finding for finding in self.findings if finding.code != "two-speakers")
        name = channel_name(len(self.apart))
        return {
            name(k): replace(self, samples=samples, findings=kept, apart=()) for k, samples in enumerate(self.apart)
        }


def channel_name(count: int) -> Callable[[int], str]:
    """Return the function that gives a channel's name among `count`: left, right; channel 1, 2, … of more than two."""
    return (lambda k: ("left", "right")[k]) if count == 2 else (lambda k: f"channel {k + 1}")


def louder(channels: Sequence[NDArray[np.float32]]) -> int:
    """Return which of the channels holds the most energy."""
    return int(np.argmax([float(np.dot(channel, channel)) for channel in channels]))


def segment(clip: Clip, start_s: float, end_s: float) -> Clip:
    """Return the stretch of a clip between two times in seconds.

    Of channels that were not mixed the samples are those of the one that is the louder in this stretch.
    An end beyond the clip is cut to it, with the finding 'truncated'. The segment is called
    `<name>#<start>-<end>` and has no hash, which is the whole file's. Raises AudioError when the stretch is
    empty or starts beyond the clip.
    """
    if not 0 <= start_s < end_s:
        raise AudioError(f"{clip.name}: a segment from {start_s:g} s to {end_s:g} s is empty.")
    if start_s >= clip.duration:
        raise AudioError(f"{clip.name}: a segment starts at {start_s:g} s, but the clip is {clip.duration:.2f} s long.")
    first, last = (
        round(start_s * SAMPLE_RATE),
        max(round(end_s * SAMPLE_RATE), round(start_s * SAMPLE_RATE) + 1),
    )
    # Clipping is measured anew on the segment; the other findings hold for the file, wherever they lie in it.
    kept = tuple(finding for finding in clip.findings if finding.code != "clipped")
    if last > len(clip.samples) + SAMPLE_RATE // 100 and all(finding.code != "truncated" for finding in kept):
        message = f"The segment ends at {end_s:g} s, but the clip lasts {clip.duration:.2f} s; that much is used."
        kept += (Finding("truncated", "warning", message),)
    apart = tuple(channel[first:last] for channel in clip.apart)
    return replace(
        clip,
        samples=apart[louder(apart)] if apart else clip.samples[first:last],
        apart=apart,
        pcm16_sha256_16="",
        name=f"{clip.name}#{start_s:g}-{end_s:g}",
        findings=kept,
    )
