"""What real microphones, lines and rooms do to a voice, done to a corpus' clips, so that it is seen what a model makes of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import av
import numpy as np
import scipy

from ser_core import audio

RATE = audio.SAMPLE_RATE
#: Highest frequency and slope of a telephone band's edges, Hz and order.
TELEPHONE_HZ, TELEPHONE_ORDER = (300.0, 3400.0), 6
#: Above this frequency, Hz, a bright or a dull microphone differs from the one of the recording.
TURN_HZ = 500.0
#: How many times the noise's power is subtracted, and by how many dB a frequency is lowered at most.
SUBTRACTED, SUPPRESSED_DB = 3.0, 20.0


@dataclass(frozen=True)
class Degradation:
    """One way in which 16 kHz samples get worse.

    Attributes
    ----------
    name : str
        What it is called in commands.
    title : str
        What is done, in words.
    change : callable
        From samples and a generator that draws what is random to samples.
    """

    name: str
    title: str
    change: Callable[[np.ndarray, np.random.Generator], np.ndarray] = field(repr=False)

    def apply(self, samples: np.ndarray, key: str) -> np.ndarray:
        """Return the degraded samples, float32; the same `key` (a clip's id) always gives the same."""
        digest = hashlib.sha256(f"{self.name}|{key}".encode()).digest()
        random = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        changed: np.ndarray = self.change(np.asarray(samples, np.float64), random).astype(np.float32)
        return changed


def noise(snr_db: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Pink noise (power falls with frequency, as in most rooms), `snr_db` below the clip's mean power."""

    def change(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
        spectrum = np.fft.rfft(random.normal(size=len(samples)))
        pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1.0)), len(samples))
        power = np.mean(samples**2) * 10.0 ** (-snr_db / 10.0)
        return samples + pink * np.sqrt(power / max(np.mean(pink**2), 1e-20))

    return change


def telephone(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Sampled at 8 kHz and cut to a telephone's band."""
    narrow = scipy.signal.resample_poly(samples, 1, 2)
    bands = scipy.signal.butter(TELEPHONE_ORDER, TELEPHONE_HZ, "bandpass", fs=RATE / 2, output="sos")
    wide: np.ndarray = scipy.signal.resample_poly(scipy.signal.sosfilt(bands, narrow), 2, 1)[: len(samples)]
    return wide


def microphone(db_an_octave: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Another microphone: every frequency above TURN_HZ raised (lowered, where negative) by so many dB an octave, without delay."""

    def change(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
        octaves = np.log2(np.maximum(np.fft.rfftfreq(len(samples), 1.0 / RATE) / TURN_HZ, 1.0))
        return np.fft.irfft(np.fft.rfft(samples) * 10.0 ** (db_an_octave * octaves / 20.0), len(samples))

    return change


def suppressed(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Noise taken off, as browsers and calls do: spectral subtraction (Boll 1979; Berouti et al. 1979).

    The quietest tenth of the frames is taken for noise.
    """
    spectrum = scipy.signal.stft(samples, RATE, nperseg=512, noverlap=384)[2]
    power = np.abs(spectrum) ** 2
    frames = power.sum(axis=0)
    # Digital silence tells nothing of the noise.
    sounding = frames > 1e-9 * frames.max()
    if not sounding.any():
        return samples
    quiet = sounding & (frames <= np.quantile(frames[sounding], 0.1))
    noise_power = SUBTRACTED * power[:, quiet].mean(axis=1, keepdims=True)
    left = 1.0 - noise_power / np.maximum(power, 1e-20)
    gain = np.sqrt(np.maximum(left, 10.0 ** (-SUPPRESSED_DB / 10.0)))
    cleaned: np.ndarray = scipy.signal.istft(spectrum * gain, RATE, nperseg=512, noverlap=384)[1][: len(samples)]
    return cleaned


def coded(codec: str, format_: str, kbit_s: int) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Compressed by FFmpeg's encoder `codec` to a file of `format_` at a constant rate, and decoded again."""

    def change(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return audio.decode(encoded(samples, codec, format_, kbit_s)).samples

    return change


def encoded(samples: np.ndarray, codec: str, format_: str, kbit_s: int) -> bytes:
    """Return the compressed file."""
    target = io.BytesIO()
    with av.open(target, "w", format=format_) as file:
        stream = cast(av.AudioStream, file.add_stream(codec, rate=RATE, layout="mono"))
        stream.bit_rate = 1000 * kbit_s
        whole = np.clip(samples, -1.0, 1.0).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(whole, format="fltp", layout="mono")
        frame.sample_rate = RATE
        for packets in (stream.encode(frame), stream.encode(None)):
            file.mux(packets)
    return target.getvalue()


def room(rt60_s: float, direct_db: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """A simulated room: the direct sound and a tail of noise that decays by 60 dB in `rt60_s` (Polack 1988, statistical model).

    direct_db: energy of the direct sound over the tail's.
    """

    def change(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
        n = round(rt60_s * RATE)
        tail = random.normal(size=n) * 10.0 ** (-3.0 * np.arange(n) / n)
        # What comes back first has gone some metres more than the direct sound: 5 ms.
        tail[: round(0.005 * RATE)] = 0.0
        tail *= np.sqrt(10.0 ** (-direct_db / 10.0) / np.sum(tail**2))
        tail[0] = 1.0
        wet: np.ndarray = scipy.signal.fftconvolve(samples, tail)
        return wet

    return change


def level(peak_db: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """The clip's peak at `peak_db` dBFS, as 16 bits hold it."""

    def change(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
        scaled = samples * 10.0 ** (peak_db / 20.0) / max(np.abs(samples).max(), 1e-9)
        return np.clip(np.rint(scaled * 32768.0), -32768, 32767) / 32768.0

    return change


def silence(seconds: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Digital silence of so many seconds in front and behind."""

    def change(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return np.pad(samples, round(seconds * RATE))

    return change


def noisy(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Pink noise, 3 to 20 dB below the clip."""
    return noise(random.uniform(3.0, 20.0))(samples, random)


def in_a_room(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A room that decays in 0.2 to 1 s, the direct sound 3 dB below to 6 dB above its tail."""
    return room(random.uniform(0.2, 1.0), random.uniform(-3.0, 6.0))(samples, random)


#: Those that copies of a train part are made with, drawn anew for every copy.
DRAWN: dict[str, Degradation] = {
    degradation.name: degradation
    for degradation in (
        Degradation("noise", "pink noise, 3 to 20 dB below", noisy),
        Degradation("room", "a room: decay 0.2 to 1 s, direct sound -3 to 6 dB", in_a_room),
        Degradation("telephone", "telephone: 8 kHz, 300 to 3400 Hz", telephone),
    )
}

DEGRADATIONS: dict[str, Degradation] = {
    degradation.name: degradation
    for degradation in (
        Degradation("noise-20", "pink noise, 20 dB below the voice", noise(20.0)),
        Degradation("noise-10", "pink noise, 10 dB below", noise(10.0)),
        Degradation("noise-0", "pink noise, as loud as the voice", noise(0.0)),
        Degradation("suppressed", "noise suppressed by up to 20 dB, as in calls", suppressed),
        Degradation("bright", "brighter microphone: +3 dB an octave from 500 Hz", microphone(3.0)),
        Degradation("dull", "duller microphone: -3 dB an octave from 500 Hz", microphone(-3.0)),
        Degradation("telephone", "telephone: 8 kHz, 300 to 3400 Hz", telephone),
        Degradation("mp3", "MP3, 24 kbit/s", coded("libmp3lame", "mp3", 24)),
        Degradation("opus", "Opus, 12 kbit/s", coded("libopus", "ogg", 12)),
        Degradation("room-small", "small room: decay 0.3 s, direct sound 3 dB above", room(0.3, 3.0)),
        Degradation("room-large", "large room: decay 0.8 s, direct sound as loud as the tail", room(0.8, 0.0)),
        Degradation("level-0", "peak at 0 dBFS", level(0.0)),
        Degradation("level-20", "peak at -20 dBFS", level(-20.0)),
        Degradation("level-40", "peak at -40 dBFS, 16 bits", level(-40.0)),
        Degradation("silence", "1 s of silence in front and behind", silence(1.0)),
    )
}
