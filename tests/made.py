"""Small made corpora, and another model: voices of harmonics and noise whose pitch, level and speed follow the emotion, so that models can learn them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import soundfile

from ser_core import runs
from ser_core.evaluation import metrics
from ser_core.runs import Run, epochs

RATE = 16000
CODES = {
    "ANG": (220.0, 0.6, 7.0),
    "DIS": (110.0, 0.4, 3.0),
    "FEA": (300.0, 0.3, 9.0),
    "HAP": (260.0, 0.5, 6.0),
    "NEU": (140.0, 0.3, 4.0),
    "SAD": (100.0, 0.15, 2.0),
}
SENTENCES = ("IEO", "TIE", "IOM", "IWW")
#: Speakers of all three parts of CREMA-D's `dev` split would be 64; corpora made here use ids outside it, cut by seed.
SPEAKERS = tuple(str(number) for number in range(2001, 2013))


def voice(pitch: float, level: float, rhythm: float, seconds: float, random: np.random.Generator) -> np.ndarray:
    """Harmonics of a wandering pitch under a syllable rhythm, with silence before and after: mono, 16 kHz."""
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * t + random.uniform(0, 6)))) / RATE
    sound = sum(np.sin(k * phase) / k for k in range(1, 12))
    sound = sound * (0.55 + 0.45 * np.sin(2 * np.pi * rhythm * t)) + 0.05 * random.standard_normal(n)
    sound = level * sound / np.abs(sound).max()
    quiet = 1e-4 * random.standard_normal(RATE // 5)
    return np.concatenate([quiet, sound, quiet]).astype(np.float32)


def crema_d(
    folder: Path, speakers: tuple[str, ...] = SPEAKERS, sentences: tuple[str, ...] = SENTENCES, seconds: float = 0.8
) -> Path:
    """Write a folder in CREMA-D's layout with a clip a speaker, sentence and emotion, and return it."""
    audio = folder / "AudioWAV"
    audio.mkdir(parents=True)
    rows = ["ActorID,Age,Sex,Race,Ethnicity"]
    for number, speaker in enumerate(speakers):
        random = np.random.default_rng(number)
        rows.append(f"{speaker},{20 + number},{'Female' if number % 2 else 'Male'},Caucasian,Not Hispanic")
        own = random.uniform(0.9, 1.1)
        for sentence in sentences:
            for code, (pitch, level, rhythm) in CODES.items():
                sound = voice(pitch * own, level, rhythm, seconds * random.uniform(0.8, 1.2), random)
                soundfile.write(audio / f"{speaker}_{sentence}_{code}_XX.wav", sound, RATE, subtype="PCM_16")
    (folder / "VideoDemographics.csv").write_text("\n".join(rows) + "\n")
    return folder


def other_model(path: Path, name: str = "accurate") -> Run:
    """A copy of a shipped model whose constants and stated predictions are others."""
    copy = Run(path)
    shutil.copytree(runs.find(name).path, path)
    model = onnx.load(copy.model_path())
    random = np.random.default_rng(0)
    for one in model.graph.initializer:
        values = onnx.numpy_helper.to_array(one)
        if values.ndim >= 2 and values.dtype == np.float32:
            changed = values * random.uniform(0.8, 1.2, values.shape).astype(np.float32)
            one.CopyFrom(onnx.numpy_helper.from_array(changed, one.name))
    onnx.save(model, copy.model_path())
    table = copy.predictions
    columns = [f"p_{label}" for label in copy.feature["labels"]]
    table[columns] = table[columns].to_numpy()[:, ::-1]
    copy.write_table("predictions.csv", table)
    copy.seal()
    return Run(path)


def filmed(run: Run, number: int = 3) -> epochs.Epochs:
    """Write an epochs.npz that fits the run's validation predictions: from no idea to what the run answers, and return it."""
    table = run.predictions
    table = table[table["part"] == "validation"]
    labels = [name.removeprefix("p_") for name in table.columns if name.startswith("p_")]
    answered = table[[f"p_{label}" for label in labels]].to_numpy(float)
    found = epochs.nothing_yet(labels, table["clip"], table["true"])
    for epoch in range(1, number + 1):
        share = epoch / number
        probabilities = share * answered + (1 - share) * np.eye(len(labels))[epoch % len(labels)]
        predicted = [labels[k] for k in probabilities.argmax(axis=1)]
        found = found.with_epoch(epoch, metrics.confusion(table["true"], predicted, labels), probabilities)
    epochs.write(run, found)
    return found
