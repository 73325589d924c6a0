"""What is done to a sound before descriptors are computed of it, so that microphone and room decide less."""

from __future__ import annotations

import math

import numpy as np
import scipy

from ser_core import audio

#: Order of the high-pass filter, which runs forwards and backwards.
_ORDER = 4
#: Below this frequency a room's noise has the same power at every frequency; above, it falls by 6 dB an octave.
_BROWN_ABOVE_HZ = 70.0


def conditioned(
    samples: np.ndarray,
    trim_db: float,
    *,
    highpass_hz: float | None = None,
    room_snr_db: float | None = None,
    hiss_snr_db: float | None = None,
    level_dbfs: float | None = None,
) -> np.ndarray:
    """Return 16 kHz samples without the silence at both ends, `trim_db` below the loudest frame.

    Each of the others is left out where it is None, and all leave digital silence as it is. highpass_hz: first everything below is
    taken off, a sound that is off centre too. room_snr_db, hiss_snr_db: how far below the sound brown noise, as rooms have it, and
    white noise, as microphones do, are added; the same for every sound of one length. Logarithms follow what is quiet as closely as what
    is loud, so without noise they tell how well a recording was made, and bands that a codec took away lie anywhere. level_dbfs: the
    RMS to which the sound is brought, before its silence is cut and once more at the end, dB of full scale. The level tells an emotion
    where one microphone recorded all, as in a corpus, and elsewhere how far away the microphone was.
    """
    if highpass_hz is not None:
        samples = _above(samples, highpass_hz)
    if level_dbfs is not None:
        # What counts as silence must not hang on how loud the recording is.
        samples = levelled(samples, level_dbfs)
    start, stop = audio.trim_bounds(samples, top_db=trim_db)
    sound = samples[start:stop] if stop > start else samples
    if not sound.any() or (room_snr_db is None and hiss_snr_db is None and level_dbfs is None):
        return sound
    rms = _rms(sound)
    for noise, snr_db in ((_brown, room_snr_db), (_white, hiss_snr_db)):
        if snr_db is not None:
            added = noise(len(sound))
            sound = sound + added * (rms * 10.0 ** (-snr_db / 20.0) / _rms(added))
    return sound.astype(np.float32) if level_dbfs is None else levelled(sound, level_dbfs)


#: RMS of digital silence, of which nothing can be heard.
_SILENT = 1e-10


def _above(samples: np.ndarray, hz: float) -> np.ndarray:
    sections = scipy.signal.butter(_ORDER, hz, "highpass", fs=audio.SAMPLE_RATE, output="sos")
    # Ends are mirrored for two of the filter's periods, where the sound is that long.
    mirrored = min(len(samples) - 1, round(2 * audio.SAMPLE_RATE / hz))
    filtered: np.ndarray = scipy.signal.sosfiltfilt(sections, samples, padlen=max(0, mirrored)).astype(np.float32)
    return filtered


def levelled(samples: np.ndarray, dbfs: float) -> np.ndarray:
    """Return samples brought to an RMS of so many dB of full scale, float32; digital silence as it is.

    So are sounds below -200 dB of full scale, which no recorder makes: their gain is more than a float holds.
    """
    rms = _rms(samples)
    level = 1.0 if rms < _SILENT else 10.0 ** (dbfs / 20.0) / rms
    return (samples * level).astype(np.float32)


def _white(n: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=n)


def _brown(n: int) -> np.ndarray:
    pole = math.exp(-2.0 * math.pi * _BROWN_ABOVE_HZ / audio.SAMPLE_RATE)
    noise: np.ndarray = scipy.signal.lfilter([1.0], [1.0, -pole], np.random.default_rng(1).normal(size=n))
    return noise


def _rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
