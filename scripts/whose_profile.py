"""Measure what profiles do that are not as they should be: of one emotion alone, of another speaker; on the clips outside the pools.

Run: python -m scripts.whose_profile MODEL [--data FOLDER-OF-CREMA-D] [--clips N]

Prints JSON: the accuracy without a profile and by another speaker's, and of each emotion its recall without and with a profile of that emotion
alone. Each speaker's profile is of the first N clips of the emotion by name, which are left out of all figures, as are the pools of
`evaluate --enrol`. And what the synthetic voices of the samples are taken for once they have read the ten-second passage, where espeak-ng is installed.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pages.widgets.voice_profile import PASSAGE
from scripts import make_samples
from ser_core import audio, runs, settings
from ser_core.corpora import registry
from ser_core.evaluation import on_corpus
from ser_core.features import store
from ser_core.features.profile import VoiceProfile
from ser_core.predictor import Predictor


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--clips", type=int, default=5)
    stated = parser.parse_args()
    print(json.dumps(measured(stated.model, stated.data, stated.clips), indent=2))
    return 0


def measured(name: str, data: Path | None, n: int) -> dict[str, Any]:
    """Return what is printed, of CREMA-D's speakers that the model has not heard."""
    model, corpus = Predictor(runs.find(name)), registry.load("crema-d", data)
    given = model.inputs[0]
    clips = corpus.clips[~on_corpus.seen_by(model.run, corpus.clips)].sort_values("clip")
    features = store.load(corpus, given.source)

    def profile(rows: pd.DataFrame) -> VoiceProfile:
        return model.profile_of_features((features[clip], features.seconds[clip]) for clip in rows["clip"])

    by = {
        (speaker, emotion): rows["clip"].head(n)
        for (speaker, emotion), rows in clips.groupby(["speaker", "emotion"], sort=True)
    }
    tested = clips[~clips["clip"].isin([clip for names in by.values() for clip in names])]
    speakers = sorted(tested["speaker"].unique())

    def right(rows: pd.DataFrame, voices: dict[str, VoiceProfile]) -> np.ndarray:
        said = []
        for clip, speaker in zip(rows["clip"], rows["speaker"], strict=True):
            probabilities, _ = model.with_voice(voices.get(speaker)).windows_of(
                {given.name: np.asarray(features[clip])}
            )
            said.append(model.labels[int(probabilities.mean(axis=0).argmax())])
        return np.array(said) == rows["emotion"].to_numpy()

    plain = right(tested, {})
    figures: dict[str, Any] = {
        "model": name,
        "clips": n,
        "n": len(tested),
        "accuracy": float(plain.mean()),
        "emotions": {},
    }
    of_all = {
        speaker: profile(clips[clips["clip"].isin([c for (s, _), names in by.items() if s == speaker for c in names])])
        for speaker in speakers
    }
    # Each speaker is judged by the next one's.
    others = {speaker: of_all[speakers[(k + 1) % len(speakers)]] for k, speaker in enumerate(speakers)}
    figures["own"] = float(right(tested, of_all).mean())
    figures["another_speaker"] = float(right(tested, others).mean())
    for emotion in model.labels:
        voices = {speaker: profile(clips[clips["clip"].isin(by[speaker, emotion])]) for speaker in speakers}
        hits = right(tested, voices)
        its = (tested["emotion"] == emotion).to_numpy()
        figures["emotions"][emotion] = {
            "recall": float(plain[its].mean()),
            "recall_with_its_own": float(hits[its].mean()),
            "accuracy": float(hits.mean()),
        }
    return figures | ({"synthetic": synthetic(model)} if shutil.which("espeak-ng") else {})


def synthetic(model: Predictor) -> dict[str, str]:
    """Return what each synthetic voice of the samples is taken for by a profile of the same voice, which reads the passage."""
    answers = {}
    for voice in make_samples.VOICES:
        reading = make_samples.speak(dataclasses.replace(voice, text=PASSAGE))
        read = audio.decode(audio.encode_wav(reading), name=voice.name)
        sample = audio.decode((settings.ARTIFACTS / "samples" / f"{voice.name}.flac").read_bytes(), name=voice.name)
        answer = model.with_voice(model.profile_of([read])).predict(sample)
        answers[voice.name] = f"{answer.label} {answer.confidence:.0%}, {answer.decision}"
    return answers


if __name__ == "__main__":
    sys.exit(main())
