"""Make the samples that ship with the application: synthetic voices, tones, chirp, noise.

Run from the repository's root as `python -m scripts.make_samples`; needs espeak-ng. Writes
artifacts/samples/*.flac (16 kHz, mono, 16 bit) and samples.json: a list of {name, title, file, kind, text,
how_to_read}, where kind is voice, tone, chirp or noise and text is what a voice says (else empty).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import chirp

from ser_core import audio, settings

FOLDER = settings.ARTIFACTS / "samples"
SECONDS = 2.0
PEAK = 0.5
CARRIER_HZ = 1000.0


@dataclass(frozen=True)
class Sample:
    """One entry of samples.json."""

    name: str
    title: str
    file: str
    kind: str
    text: str
    how_to_read: str


@dataclass(frozen=True)
class Voice:
    """What espeak-ng is told; pitch 0 to 99, speed in words a minute."""

    name: str
    title: str
    voice: str
    pitch: int
    speed: int
    text: str
    how_to_read: str


_SYNTHETIC = "A synthetic voice made by espeak-ng, no person and no emotion: a model's answer here is not evidence. "

VOICES = (
    Voice(
        "voice-neutral",
        "Synthetic voice, plain",
        "en-us",
        50,
        160,
        "The train to the coast leaves at a quarter past nine.",
        _SYNTHETIC
        + "Vowels show as stacks of harmonics, fricatives as clouds above 3 kHz, stops as gaps with a burst.",
    ),
    Voice(
        "voice-low-slow",
        "Synthetic voice, low and slow",
        "en-us+m3",
        20,
        115,
        "I have been waiting here since the morning.",
        _SYNTHETIC + "Harmonics lie close together because the pitch is low; syllables come about three a second.",
    ),
    Voice(
        "voice-high-fast",
        "Synthetic voice, high and fast",
        "en-us+f3",
        85,
        220,
        "Look at that, it really works, I can hardly believe it!",
        _SYNTHETIC + "Harmonics lie far apart because the pitch is high; the energy moves up and changes faster.",
    ),
    Voice(
        "voice-british",
        "Synthetic voice, British English",
        "en-gb+f2",
        55,
        165,
        "Please put the blue cup back on the kitchen table.",
        _SYNTHETIC + "Compare with the plain voice: the formants, broad bands of strong harmonics, lie elsewhere.",
    ),
    Voice(
        "voice-scottish",
        "Synthetic voice, Scottish English",
        "en-gb-scotland+m7",
        40,
        150,
        "There is a storm coming over the northern hills tonight.",
        _SYNTHETIC + "Follow the harmonics: their rise and fall over the sentence is its intonation.",
    ),
    Voice(
        "voice-whisper",
        "Synthetic voice, whispered",
        "en-us+whisper",
        50,
        150,
        "Be quiet, the children are sleeping next door.",
        _SYNTHETIC + "There are no harmonics: a whisper is noise, shaped by the mouth alone.",
    ),
)


def speak(voice: Voice) -> NDArray[np.float32]:
    """Return a voice's sentence at 16 kHz, peak 0.5. Raises CalledProcessError when espeak-ng fails."""
    options = ["-v", voice.voice, "-p", str(voice.pitch), "-s", str(voice.speed), "--stdout"]
    wav = subprocess.run(["espeak-ng", *options, voice.text], capture_output=True, check=True).stdout
    return to_peak(audio.decode(wav, name=voice.name).samples)


def to_peak(signal: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the signal scaled to a peak of 0.5."""
    return (signal * (PEAK / np.abs(signal).max())).astype(np.float32)


def am_tone(modulation_hz: float, depth: float = 0.8) -> NDArray[np.float32]:
    """Return (1 + depth sin 2 pi fm t) sin 2 pi 1000 t, 2 s at 16 kHz, peak 0.5."""
    t = _times()
    return to_peak((1 + depth * np.sin(2 * np.pi * modulation_hz * t)) * np.sin(2 * np.pi * CARRIER_HZ * t))


def noise(exponent: float, seed: int) -> NDArray[np.float32]:
    """Return noise of power 1 / f^exponent above 20 Hz (0 white, 1 pink), 2 s at 16 kHz, peak 0.5."""
    count = len(_times())
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=count))
    frequency = np.fft.rfftfreq(count, 1 / audio.SAMPLE_RATE)
    shaped = np.where(frequency < 20, 0.0, spectrum / np.maximum(frequency, 20) ** (exponent / 2))
    return to_peak(np.fft.irfft(shaped, count))


def click_train(rate_hz: int = 10) -> NDArray[np.float32]:
    """Return single-sample clicks, 10 a second for 2 s at 16 kHz, peak 0.5."""
    clicks = np.zeros(len(_times()), np.float32)
    clicks[:: audio.SAMPLE_RATE // rate_hz] = PEAK
    return clicks


def _times() -> NDArray[np.float64]:
    return np.arange(round(SECONDS * audio.SAMPLE_RATE)) / audio.SAMPLE_RATE


def sounds() -> Iterator[tuple[Sample, NDArray[np.float32]]]:
    """Yield every sample with its signal."""
    for voice in VOICES:
        sample = Sample(voice.name, voice.title, f"{voice.name}.flac", "voice", voice.text, voice.how_to_read)
        yield sample, speak(voice)
    for fm in (4, 8, 16):
        how = (
            f"A 1 kHz tone that swells {fm} times a second: in the modulation picture its energy sits near "
            f"1 kHz acoustic and {fm} Hz modulation frequency. Syllables come about 4 a second."
        )
        yield _signal(f"am-{fm}hz", f"1 kHz tone, modulated at {fm} Hz", "tone", how), am_tone(fm)
    how = "One horizontal line at 1 kHz in the spectrogram and no modulation: the steadiest sound there is."
    yield _signal("tone-1khz", "1 kHz tone", "tone", how), am_tone(4, depth=0.0)
    how = (
        "A tone that rises evenly from 100 Hz to 8 kHz in 2 s: a straight line on an axis in Hz, a curve on "
        "the mel axis, which gives low frequencies more room."
    )
    rising = to_peak(chirp(_times(), 100.0, SECONDS, 8000.0))
    yield _signal("chirp", "Chirp, 100 Hz to 8 kHz", "chirp", how), rising
    how = "Equal power at all frequencies: even in the spectrogram, brighter upwards in mel bands, which widen."
    yield _signal("noise-white", "White noise", "noise", how), noise(0.0, seed=1)
    how = "Power falls by 3 dB an octave: darker upwards in the spectrogram, even in mel bands above 1 kHz."
    yield _signal("noise-pink", "Pink noise", "noise", how), noise(1.0, seed=2)
    how = (
        "Ten clicks a second: each is a thin vertical line over all frequencies. A longer analysis window "
        "smears them in time; that is its price for finer frequencies."
    )
    yield _signal("clicks", "Click train, 10 a second", "noise", how), click_train()


def _signal(name: str, title: str, kind: str, how_to_read: str) -> Sample:
    return Sample(name, title, f"{name}.flac", kind, "", how_to_read)


def main(folder: Path = FOLDER) -> None:
    """Write all samples and samples.json to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for sample, signal in sounds():
        integers = np.rint(signal * 32767).astype(np.int16)
        soundfile.write(folder / sample.file, integers, audio.SAMPLE_RATE, subtype="PCM_16")
        entries.append(asdict(sample))
    text = json.dumps(entries, indent=2, ensure_ascii=False)
    (folder / "samples.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
