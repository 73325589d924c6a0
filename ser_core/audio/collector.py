"""Decoded blocks on their way to a clip: checked, hashed, resampled, and at the end downmixed, in little memory."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from ser_core import settings
from ser_core.audio.channels import Channel, downmix
from ser_core.audio.clip import SAMPLE_RATE, AudioError, Clip, Finding
from ser_core.audio.clipping import CLIPPED_SHARE, FULL_SCALE, clipped_finding
from ser_core.audio.resample import BlockResampler

MIN_RATE, MAX_RATE = 8_000, 192_000
MAX_CHANNELS = 8


class Collector:
    """Takes one file's blocks of samples and makes the clip.

    lossless: whether the samples are the file's own, so that a hash of them means something. bits: of one
    sample in the file; eight-bit files reach full scale at 127/128. max_seconds: more sound than that raises
    AudioError. channel: which to use, see `downmix`; every channel is kept at 16 kHz until the end, when all of it can be looked at.
    """

    def __init__(
        self,
        name: str,
        rate: int,
        channels: int,
        max_seconds: float,
        *,
        lossless: bool = False,
        bits: int = 16,
        channel: Channel | None = None,
    ) -> None:
        if not MIN_RATE <= rate <= MAX_RATE:
            raise AudioError(f"{name} has a sample rate of {rate / 1000:g} kHz; 8 to 192 kHz can be read.")
        if not 1 <= channels <= MAX_CHANNELS:
            raise AudioError(f"{name} has {channels} channels; 1 to {MAX_CHANNELS} can be read.")
        self.name, self.rate, self.channels, self.max_seconds = name, rate, channels, max_seconds
        self.channel = channel
        self.frames = 0
        self._most = settings.max_samples()
        self._full_scale = 127 / 128 if bits == 8 else FULL_SCALE
        self._clipped = self._non_finite = 0
        self._hash = hashlib.sha256() if lossless else None
        self._resampler = BlockResampler(rate, SAMPLE_RATE, channels)
        self._parts: list[list[NDArray[np.float32]]] = [[] for _ in range(channels)]

    def check_length(self, frames: float) -> None:
        """Raise AudioError when so many samples a channel exceed the limits, before any is decoded."""
        if frames > self.max_seconds * self.rate:
            minutes = frames / self.rate / 60
            raise AudioError(f"{self.name} lasts {minutes:.1f} min, {self._limit}.")
        if frames * self.channels > self._most:
            raise AudioError(
                f"{self.name} holds {frames * self.channels / 1e6:.0f} million samples in {self.channels} channels at {self.rate / 1000:g} kHz; "
                f"up to {self._most / 1e6:.0f} million are read here. Make it mono, or its rate lower."
            )

    @property
    def _limit(self) -> str:
        return f"more than the limit of {self.max_seconds / 60:g} min; cut out the part of interest"

    def add(self, block: NDArray[np.float64]) -> None:
        """Take the next samples, float64 of shape (frames, channels); the array is changed in place."""
        self.frames += len(block)
        if self.frames > self.max_seconds * self.rate:
            raise AudioError(f"{self.name} lasts {self._limit}.")
        if self.frames * self.channels > self._most:
            self.check_length(self.frames)
        if not np.isfinite(block.sum()):
            finite = np.isfinite(block)
            if not finite.all():
                self._hash = None
                self._non_finite += int(block.size - finite.sum())
                block[~finite] = 0.0
        self._update_hash(block)
        self._clipped += int(np.count_nonzero(np.abs(block) >= self._full_scale))
        np.clip(block, -1.0, 1.0, out=block)
        self._keep(self._resampler.push(block.astype(np.float32)))

    def _keep(self, resampled: NDArray[np.float32]) -> None:
        for parts, column in zip(self._parts, resampled.T, strict=True):
            parts.append(np.ascontiguousarray(column))

    def _update_hash(self, block: NDArray[np.float64]) -> None:
        if self._hash is None:
            return
        scaled = block * 32768.0
        integers = np.rint(scaled)
        if (integers == scaled).all() and integers.min() >= -32768 and integers.max() <= 32767:
            self._hash.update(integers.astype("<i2").tobytes())
        else:
            self._hash = None

    def clip(self, truncated: str = "") -> Clip:
        """Return the clip of all samples taken.

        truncated: what is missing, in a sentence; empty when nothing is. Raises AudioError when there is no
        sound in it, or none that can be used.
        """
        total = self.frames * self.channels
        if not total:
            raise AudioError(f"{self.name} is a bare header: it holds no sound.")
        if self._non_finite * 2 > total:
            share = "all" if self._non_finite == total else "most"
            raise AudioError(f"{self.name} cannot be used: {share} of its samples are not numbers (NaN or infinite).")
        self._keep(self._resampler.push(np.zeros((0, self.channels), np.float32), last=True))
        channels = []
        for parts in self._parts:
            channels.append(np.concatenate(parts))
            parts.clear()
            np.clip(channels[-1], -1.0, 1.0, out=channels[-1])
        if not len(channels[0]):
            raise AudioError(f"{self.name} is too short: it holds less than one sample at 16 kHz.")
        mixed = downmix(channels, self.channel)
        return Clip(
            samples=mixed.samples,
            apart=mixed.apart,
            original_rate=self.rate,
            channels=self.channels,
            pcm16_sha256_16=self._hash.hexdigest()[:16] if self._hash else "",
            name=self.name,
            findings=(*self._findings(truncated, total), *mixed.findings),
        )

    def _findings(self, truncated: str, total: int) -> tuple[Finding, ...]:
        findings = []
        if truncated:
            findings.append(Finding("truncated", "warning", truncated))
        if self._non_finite:
            message = f"{self._non_finite} samples are not numbers (NaN or infinite); they were set to 0."
            findings.append(Finding("non-finite", "warning", message))
        if self._clipped / total > CLIPPED_SHARE:
            findings.append(clipped_finding(self._clipped / total))
        return tuple(findings)
