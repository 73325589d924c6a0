"""Augmentation of log-mel pictures (frames × bands, dB), drawn anew for every clip in every epoch."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import scipy
from pydantic import NonNegativeFloat, NonNegativeInt
from pydantic.dataclasses import dataclass as checked_dataclass

from ser_core.ranges import CHECKED, PositiveSpan, Share, Span, Stretch

#: Seconds from one frame to the next, as the log-mel sets have it.
HOP_S = 0.0125
#: How much lower a line leaves what it does not pass.
STOPPED_DB = 60.0


@checked_dataclass(frozen=True, config=CHECKED)
class PictureAugmentation:
    """How strongly pictures are changed; 0 turns a part off.

    stretch: time stretched or squeezed by up to this share. shift_frames: most frames that the picture moves in its
    window. shift_bands: most mel bands that it moves up or down. mel_masks × mel_mask_bands and time_masks ×
    time_mask_frames: SpecAugment (Park et al. 2019, arXiv:1904.08779), masks of up to that width. tilt_db: most dB by
    which the top band is raised against the lowest, a straight line between. equalizer_db: deviation of the dB
    by which five points of the bands are raised, straight lines between. noise: share of clips that get noise of
    a random colour added in power, noise_snr_db its range of signal-to-noise ratios. reverb: share of clips that sound in
    a room, whose tail decays by 60 dB in a time drawn from reverb_s and has the direct sound's power times one of reverb_db.
    band_limit: share of clips that have passed a line or a codec: nothing below or above a band drawn anew. mixup: alpha of Beta(alpha, alpha)
    by which two pictures and their labels are mixed (Zhang et al. 2018, arXiv:1710.09412). mask_by_band: masks hold
    each band's own mean, for descriptors whose rows have different units.
    """

    stretch: Stretch = 0.15
    shift_frames: NonNegativeInt = 20
    shift_bands: NonNegativeInt = 3
    mel_masks: NonNegativeInt = 1
    mel_mask_bands: NonNegativeInt = 8
    time_masks: NonNegativeInt = 2
    time_mask_frames: NonNegativeInt = 24
    tilt_db: NonNegativeFloat = 0.0
    equalizer_db: NonNegativeFloat = 0.0
    noise: Share = 0.0
    noise_snr_db: Span = (0.0, 40.0)
    reverb: Share = 0.0
    reverb_s: PositiveSpan = (0.1, 1.0)
    reverb_db: Span = (-12.0, 0.0)
    band_limit: Share = 0.0
    mixup: NonNegativeFloat = 0.3
    mask_by_band: bool = False

    def change(self, frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Return a changed copy of a clip's picture (n × bands); its length changes with the stretch."""
        nothing = np.empty((0, frames.shape[1]), dtype=np.float32)
        return self.change_with_profile(frames, nothing, random)[0]

    def change_with_profile(
        self, frames: np.ndarray, profile: np.ndarray, random: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return a changed copy of a clip's picture (n × bands), and its speaker's profile (means, deviations; 2 × bands) to it.

        A shift of bands is another voice, a tilt another microphone, a band another line: the profile has them too. Stretch
        changes no level. Room and noise came into this one recording, so the profile stays without them.
        """
        frames = np.array(frames, dtype=np.float32)
        if self.reverb and random.random() < self.reverb:
            frames = add_reverb(frames, random.uniform(*self.reverb_s), random.uniform(*self.reverb_db))
        if self.noise and random.random() < self.noise:
            frames = add_noise(frames, random.uniform(*self.noise_snr_db), random)
        if self.stretch:
            frames = stretched(frames, 1.0 + random.uniform(-self.stretch, self.stretch))
        if self.shift_bands:
            bands = int(random.integers(-self.shift_bands, self.shift_bands + 1))
            frames, profile = shifted_bands(frames, bands), shifted_bands(profile, bands)
        if self.tilt_db:
            tilt = random.uniform(-self.tilt_db, self.tilt_db) * np.linspace(
                -0.5, 0.5, frames.shape[1], dtype=np.float32
            )
            frames, profile = frames + tilt, _raised(profile, tilt)
        if self.equalizer_db:
            curve = smooth_curve(frames.shape[1], self.equalizer_db, random)
            frames, profile = frames + curve, _raised(profile, curve)
        if self.band_limit and random.random() < self.band_limit:
            frames, profile = limited(frames, profile, random)
        return frames, profile

    def mask(self, frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Return a copy of the picture in which SpecAugment's masks hold the picture's mean, which the network takes for nothing."""
        frames = frames.copy()
        mean = frames.mean(axis=0) if self.mask_by_band else np.full(frames.shape[1], frames.mean())
        for _ in range(self.mel_masks):
            start, stop = _stretch_of(frames.shape[1], self.mel_mask_bands, random)
            frames[:, start:stop] = mean[start:stop]
        for _ in range(self.time_masks):
            start, stop = _stretch_of(len(frames), min(self.time_mask_frames, len(frames) // 4), random)
            frames[start:stop] = mean
        return frames


def stretched(frames: np.ndarray, factor: float) -> np.ndarray:
    """Return the picture with `factor` times as many frames, linearly interpolated."""
    n = max(2, round(len(frames) * factor))
    position = np.linspace(0, len(frames) - 1, n)
    left = np.minimum(position.astype(int), max(0, len(frames) - 2))
    share = (position - left).astype(np.float32)[:, None]
    right = np.minimum(left + 1, len(frames) - 1)
    return frames[left] * (1 - share) + frames[right] * share


def shifted_bands(frames: np.ndarray, bands: int) -> np.ndarray:
    """Return the picture moved up by `bands` mel bands (down when negative); the edge band is repeated."""
    source = np.clip(np.arange(frames.shape[1]) - bands, 0, frames.shape[1] - 1)
    return frames[:, source]


def add_noise(frames: np.ndarray, snr_db: float, random: np.random.Generator) -> np.ndarray:
    """Return the picture with steady noise of a random smooth colour, `snr_db` below the clip's mean power."""
    power = np.power(10.0, frames / 10.0)
    spectrum = np.power(10.0, smooth_curve(frames.shape[1], 6.0, random) / 10.0)
    spectrum *= power.sum(axis=1).mean() / spectrum.sum() * 10.0 ** (-snr_db / 10.0)
    # The power of noise in a narrow band is nearly exponentially distributed from frame to frame.
    noise = spectrum * random.gamma(2.0, 0.5, frames.shape)
    return (10.0 * np.log10(power + noise)).astype(np.float32)


def smooth_curve(n: int, deviation_db: float, random: np.random.Generator) -> np.ndarray:
    """Return a value for each of `n` bands, dB: five points drawn with this deviation, straight lines between."""
    knots = random.normal(0.0, deviation_db, 5)
    return np.interp(np.linspace(0, 4, n), np.arange(5), knots).astype(np.float32)


def add_reverb(frames: np.ndarray, rt60_s: float, tail_db: float) -> np.ndarray:
    """Return the picture with the tail of a room added in power: it decays by 60 dB in `rt60_s`, its power is `tail_db` over the direct
    sound's (Polack 1988). A frame is taken for HOP_S.
    """
    power = np.power(10.0, frames / 10.0)
    decay = 10.0 ** (-6.0 * HOP_S / rt60_s)
    # A frame's tail reaches the next one first; its powers sum to `tail_db`.
    gain = 10.0 ** (tail_db / 10.0) * (1.0 - decay) / decay
    tail = scipy.signal.lfilter([0.0, gain * decay], [1.0, -decay], power, axis=0)
    return (10.0 * np.log10(power + tail)).astype(np.float32)


def limited(frames: np.ndarray, profile: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the picture and the profile with the bands below a low and above a high one STOPPED_DB lower, as a line or a codec passes them.

    Half of the lines have a lower edge, three of four an upper one, drawn evenly from the lowest eighth and the upper half of the bands.
    """
    n = frames.shape[1]
    stopped = np.zeros(n, dtype=np.float32)
    if random.random() < 0.5:
        stopped[: int(random.integers(0, n // 8 + 1))] = STOPPED_DB
    if random.random() < 0.75:
        stopped[int(random.integers(n // 2, n)) :] = STOPPED_DB
    return frames - stopped, _raised(profile, -stopped)


def placed(frames: np.ndarray, size: int, shift: int, random: np.random.Generator) -> tuple[np.ndarray, int]:
    """Return the picture in a window of `size` frames (zeros behind it), and how many frames are not padding.

    A longer picture is cut at a random place. In a shorter one up to `shift` leading frames are cut off.
    """
    window = np.zeros((size, frames.shape[1]), dtype=np.float32)
    if len(frames) > size:
        start = int(random.integers(0, len(frames) - size + 1))
        window[:] = frames[start : start + size]
        return window, size
    start = int(random.integers(0, min(shift, len(frames) // 4) + 1)) if shift else 0
    kept = frames[start:]
    window[: len(kept)] = kept
    return window, len(kept)


@dataclass(frozen=True, eq=False)
class Mix:
    """With which clip (`other`, a row) each clip of a batch is mixed, and how large its own share stays (0.5 to 1)."""

    share: np.ndarray
    other: np.ndarray


def mix(count: int, alpha: float, random: np.random.Generator) -> Mix:
    """Draw how a batch of `count` clips is mixed: shares from Beta(alpha, alpha), of which each clip's own is the larger."""
    share = random.beta(alpha, alpha, count).astype(np.float32)
    return Mix(np.maximum(share, 1.0 - share), random.permutation(count))


def mixed(
    pictures: np.ndarray, n_frames: np.ndarray, labels: np.ndarray, drawn: Mix
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mix every picture of a batch and its label row with another one's.

    The larger share keeps its length: the other picture is cut or, behind its end, passed over.
    """
    share, other = drawn.share, drawn.other
    frame = np.arange(pictures.shape[1])
    both = (frame < n_frames[:, None]) & (frame < n_frames[other][:, None])
    weight = np.where(both, share[:, None], 1.0)[:, :, None].astype(np.float32)
    return (
        pictures * weight + pictures[other] * (1.0 - weight),
        n_frames,
        labels * share[:, None] + labels[other] * (1.0 - share[:, None]),
    )


def mixed_profiles(profiles: np.ndarray, seconds: np.ndarray, drawn: Mix) -> tuple[np.ndarray, np.ndarray]:
    """Mix the voice profiles (batch × 2 × bands) and their seconds (batch; 0 for none) as their clips' pictures are mixed.

    Frames of two clips are mixed in dB, so the means mix by the shares and, as the two do not know of each other, the
    variances by the squares of the shares. Where one of the two has no profile, the mixture has none.
    """
    share, other = drawn.share[:, None], drawn.other
    means = share * profiles[:, 0] + (1.0 - share) * profiles[other, 0]
    deviations = np.hypot(share * profiles[:, 1], (1.0 - share) * profiles[other, 1])
    both = (seconds > 0) & (seconds[other] > 0)
    mixed = drawn.share * seconds + (1.0 - drawn.share) * seconds[other]
    return np.stack([means, deviations], axis=1), np.where(both, mixed, 0.0)


def mixed_vectors(vectors: np.ndarray, labels: np.ndarray, drawn: Mix) -> tuple[np.ndarray, np.ndarray]:
    """Mix every vector of a batch and its label row with another one's."""
    share, other = drawn.share[:, None], drawn.other
    return vectors * share + vectors[other] * (1.0 - share), labels * share + labels[other] * (1.0 - share)


def _raised(profile: np.ndarray, by_db: np.ndarray) -> np.ndarray:
    """The profile with its means raised band by band; deviations stay."""
    return np.concatenate([profile[:1] + by_db, profile[1:]])


def _stretch_of(length: int, widest: int, random: np.random.Generator) -> tuple[int, int]:
    width = int(random.integers(0, widest + 1))
    start = int(random.integers(0, max(1, length - width + 1)))
    return start, start + width


#: Nothing is changed.
NONE = PictureAugmentation(
    stretch=0.0, shift_frames=0, shift_bands=0, mel_masks=0, time_masks=0, mixup=0.0, mask_by_band=True
)
#: For descriptors frame by frame: what makes sense whatever the rows are.
FRAMES = dataclasses.replace(NONE, stretch=0.1, shift_frames=10, time_masks=1, time_mask_frames=12, mixup=0.2)
