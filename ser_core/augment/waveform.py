"""Augmentation of sounds: noise, pitch, speed, gain, equalizer, shift, other voices; the same seed gives the same sound."""

from __future__ import annotations

import dataclasses
import random
import threading
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, NonNegativeFloat
from pydantic.dataclasses import dataclass as checked_dataclass

from ser_core import audio
from ser_core.ranges import CHECKED, Share, Span, Stretch

if TYPE_CHECKING:
    import audiomentations

#: audiomentations draws from the process-wide generators; whoever seeds them must be alone.
_ALONE = threading.Lock()


class AugmentationError(RuntimeError):
    """Sounds cannot be changed here; the message says what to do."""


@checked_dataclass(frozen=True, config=CHECKED)
class WaveformAugmentation:
    """Which transforms a sound goes through, each with probability `p`; 0 or None leaves one out.

    stretch: slower or faster by up to this share, pitch kept; the length changes. pitch_semitones: voice moved up or
    down by up to this many semitones, speed kept. shift: moved in time by up to this share of its length, silence
    follows. gain_db: louder or softer by up to this many dB; samples may leave [-1, 1]. equalizer_db: seven broad bands
    raised or lowered by up to this many dB each, as another microphone would. noise_snr_db: range of the signal-to-noise ratio
    of added white noise. All are drawn evenly from their ranges and applied in this order. degraded, speeds: what becomes of the
    copies of a clip afterwards, always, one kind a copy in turn: it gets worse (`degradation.DRAWN`), or is played so many times as
    fast, and so is of another voice, as much higher and of a vocal tract as much shorter (Ko et al. 2015, Audio Augmentation for
    Speech Recognition). All copies of one number of a speaker are of one such voice.
    """

    stretch: Stretch = 0.1
    pitch_semitones: Annotated[float, Field(ge=0.0, le=24.0)] = 2.0
    shift: Share = 0.1
    gain_db: NonNegativeFloat = 6.0
    equalizer_db: NonNegativeFloat = 0.0
    noise_snr_db: Span | None = (10.0, 40.0)
    p: Share = 0.5
    degraded: tuple[Literal["noise", "room", "telephone"], ...] = ()
    speeds: tuple[Annotated[float, Field(ge=0.5, le=2.0)], ...] = ()

    def apply(self, samples: np.ndarray, rate: int, seed: int, number: int = 0) -> np.ndarray:
        """Return a changed copy of mono `samples` at `rate` Hz, float32; the same `seed` always changes them alike.

        number: which of a clip's copies it is; 16 kHz is what copies in turn are for. Raises AugmentationError where audiomentations is not installed.
        """
        changed = np.array(samples, dtype=np.float32)
        transforms = self._transforms() if self.shakes else []
        with _ALONE:
            before = random.getstate(), np.random.get_state()
            random.seed(seed)
            np.random.seed(seed % 2**32)
            try:
                for transform in transforms:
                    changed = transform(changed, rate)
            finally:
                random.setstate(before[0])
                np.random.set_state(before[1])
        if self.kinds:
            kind = self.kinds[number % len(self.kinds)]
            if isinstance(kind, float):
                return audio.resample(changed, round(kind * rate), rate)
            # Imported here: it brings FFmpeg's libraries along.
            from ser_core.augment.degradation import DRAWN

            return DRAWN[kind].apply(changed, str(seed))
        return np.asarray(changed, dtype=np.float32)

    @property
    def kinds(self) -> tuple[str | float, ...]:
        """What becomes of a clip's copies, in turn: how they get worse, and how fast they are played."""
        return (*self.degraded, *self.speeds)

    @property
    def shakes(self) -> bool:
        """Whether any transform of audiomentations is asked for."""
        asked = (self.stretch, self.pitch_semitones, self.shift, self.gain_db, self.equalizer_db, self.noise_snr_db)
        return any(asked)

    def _transforms(self) -> list[audiomentations.core.transforms_interface.BaseWaveformTransform]:
        # Imported where it is used: recipes name augmentations, and it brings librosa and Numba along.
        try:
            import audiomentations
        except ImportError as error:
            raise AugmentationError(
                "Changing sounds needs the package audiomentations, which is not installed here (for Linux on arm64 it has "
                "no wheel). Install it with `pip install audiomentations`, or train without copies (`--set copies=0`)."
            ) from error

        transforms: list[audiomentations.core.transforms_interface.BaseWaveformTransform] = []
        if self.stretch:
            transforms.append(
                audiomentations.TimeStretch(
                    1.0 - self.stretch, 1.0 + self.stretch, leave_length_unchanged=False, p=self.p
                )
            )
        if self.pitch_semitones:
            transforms.append(audiomentations.PitchShift(-self.pitch_semitones, self.pitch_semitones, p=self.p))
        if self.shift:
            transforms.append(audiomentations.Shift(-self.shift, self.shift, rollover=False, p=self.p))
        if self.gain_db:
            transforms.append(audiomentations.Gain(-self.gain_db, self.gain_db, p=self.p))
        if self.equalizer_db:
            transforms.append(audiomentations.SevenBandParametricEQ(-self.equalizer_db, self.equalizer_db, p=self.p))
        if self.noise_snr_db:
            transforms.append(audiomentations.AddGaussianSNR(*self.noise_snr_db, p=self.p))
        return transforms


#: Nothing is changed.
NONE = WaveformAugmentation(stretch=0.0, pitch_semitones=0.0, shift=0.0, gain_db=0.0, noise_snr_db=None, p=1.0)
#: One copy of each clip with noise, one in a room, one on the telephone.
DEGRADED = dataclasses.replace(NONE, degraded=("noise", "room", "telephone"))
#: The same, and two copies that other voices might have said.
OTHER_VOICES = dataclasses.replace(DEGRADED, speeds=(1.15, 0.87))
#: Each transform alone, always applied and strong enough to be heard.
SINGLE: dict[str, WaveformAugmentation] = {
    "noise": dataclasses.replace(NONE, noise_snr_db=(5.0, 20.0)),
    "pitch": dataclasses.replace(NONE, pitch_semitones=4.0),
    "stretch": dataclasses.replace(NONE, stretch=0.25),
    "gain": dataclasses.replace(NONE, gain_db=12.0),
    "equalizer": dataclasses.replace(NONE, equalizer_db=12.0),
    "shift": dataclasses.replace(NONE, shift=0.3),
}
