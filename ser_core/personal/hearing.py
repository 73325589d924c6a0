"""One's own clips as a shipped model hears them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ser_core import audio
from ser_core.fanout import Progress
from ser_core.features import extraction
from ser_core.personal.collected import ENOUGH
from ser_core.predictor import Predictor

#: Clips whose features are kept, to try the finished graph on.
TRIED = 8


@dataclass(frozen=True, eq=False)
class Heard:
    """Clips as the model below hears them: their table with `hash`, every window's embedding, and its clip's row."""

    clips: pd.DataFrame
    embeddings: np.ndarray
    rows: np.ndarray
    features: list[dict[str, np.ndarray]]
    """The features of the first clips, on which the finished graph is tried."""
    remarks: tuple[str, ...]
    """Which clips were left out or are doubtful, and why, a sentence each."""


def hear(clips: pd.DataFrame, base: Predictor, progress: Progress | None = None) -> Heard:
    """Embed clips (columns clip, emotion, path). What cannot be read is left out.

    A sound that is in its class already is left out too where the class has clips enough for a figure: in another fold it
    would be learned and then asked for. One that stands in two classes stays, and is remarked on.
    """
    kept: list[int] = []
    hashes: list[str] = []
    embeddings: list[np.ndarray] = []
    features: list[dict[str, np.ndarray]] = []
    remarks: list[str] = []
    counted = clips["emotion"].value_counts()
    known: dict[str, tuple[str, str]] = {}
    for number, (clip, emotion, path) in enumerate(zip(clips["clip"], clips["emotion"], clips["path"], strict=True)):
        if progress:
            progress(number, len(clips))
        try:
            sound = audio.decode(Path(path), name=clip)
        except audio.AudioError as error:
            remarks.append(f"{clip} is left out: {error}")
            continue
        digest = sound.pcm16_sha256_16
        first, of_class = known.setdefault(digest, (clip, emotion)) if digest else (clip, emotion)
        if of_class != emotion:
            remarks.append(f"{clip} ({emotion}) is the same sound as {first} ({of_class}); delete one of the two.")
        elif first != clip and counted[emotion] >= ENOUGH:
            remarks.append(f"{clip} is left out: it is the same sound as {first}.")
            continue
        of_clip = extraction.of_sound(base.inputs, sound.samples)
        embeddings.append(base.windows_of(of_clip)[1])
        hashes.append(digest)
        kept.append(number)
        if len(features) < TRIED:
            features.append(of_clip)
    if progress:
        progress(len(clips), len(clips))
    table = clips.iloc[kept].reset_index(drop=True).assign(hash=hashes)
    together = np.concatenate(embeddings).astype(np.float64) if embeddings else np.zeros((0, 0))
    rows = np.repeat(np.arange(len(kept)), [len(windows) for windows in embeddings])
    return Heard(table, together, rows, features, tuple(remarks))
