"""How well copies are told from other takes: `python -m scripts.near_copies --data FOLDER-OF-CREMA-D`.

Clips of the train part are copied in the forms in which recordings are passed on; each copy is asked for its clip among all of the part.
The limits of `features.near_duplicates` were chosen by what this prints of the train part; of the test part it prints false alarms alone.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from ser_core import audio
from ser_core.corpora import registry, splits
from ser_core.corpora.reading import ClipReader
from ser_core.features import near_duplicates, sets, store
from ser_core.features.profile import speech_s
from ser_core.features.sources import extracted


def through(kind: str, subtype: str | None = None, *, gain_db: float = 0.0) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that writes samples as a file of that kind, louder by `gain_db`, and reads them again."""

    def changed(samples: np.ndarray) -> np.ndarray:
        data = io.BytesIO()
        soundfile.write(data, 10 ** (gain_db / 20) * samples, audio.SAMPLE_RATE, format=kind, subtype=subtype)
        return audio.read(data.getvalue()).samples

    return changed


def at(rate: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that brings samples to another rate and back."""
    return lambda samples: audio.resample(audio.resample(samples, audio.SAMPLE_RATE, rate), rate, audio.SAMPLE_RATE)


FORMS = {
    "MP3, 1 dB louder": through("MP3", gain_db=1.0),
    "Ogg Vorbis": through("OGG", "VORBIS"),
    "Opus": through("OGG", "OPUS"),
    "44.1 kHz": at(44100),
    "8 kHz": at(8000),
    "6 dB softer": lambda samples: 0.5 * samples,
}


def measured(data: Path, n: int) -> dict[str, object]:
    """Return what is found of `n` train clips in every form, and pairs that are found in train and test part as they are."""
    corpus = registry.load("crema-d", data)
    (source,) = (given.source for given in sets.named(near_duplicates.FEATURES).inputs)
    features = store.load(corpus, source)
    of = {speaker: part for part in splits.PARTS for speaker in splits.published_speakers("crema-d", "dev", part)}
    parts = corpus.clips["speaker"].map(of)
    reader = ClipReader()
    said: dict[str, object] = {}
    for part in ("train", "test"):
        rows = corpus.clips[(parts == part) & ~splits.dropped(corpus.clips)].reset_index(drop=True)
        vectors = np.stack([features[clip][0] for clip in rows["clip"]])
        seconds = np.array([features.seconds[clip] for clip in rows["clip"]])
        paths = list(rows["path"])
        samples = [reader.read(path, np.nan, np.nan).samples for path in paths]
        candidates = near_duplicates.candidates(vectors, seconds, paths)
        agreed = sorted(((near_duplicates.agree(samples[a], samples[b]), a, b) for a, b in candidates), reverse=True)
        pairs = [[rows["clip"][a], rows["clip"][b], round(r, 3)] for r, a, b in agreed if r >= near_duplicates.AGREE]
        below = next((round(r, 3) for r, _, _ in agreed if r < near_duplicates.AGREE), 0.0)
        said[part] = {"clips": len(rows), "candidates": len(candidates), "pairs": pairs, "next agree by": below}
        if part != "train":
            continue
        chosen = np.sort(np.random.default_rng(0).choice(len(rows), n, replace=False))
        for name, form in FORMS.items():
            copies = [form(samples[row]) for row in chosen]
            theirs = np.stack([extracted(source, copy)[0] for copy in copies])
            both = near_duplicates.candidates(
                np.concatenate([vectors, theirs]),
                np.concatenate([seconds, [speech_s(copy) for copy in copies]]),
                [*paths, *(f"copy {k}" for k in range(n))],
            )
            asked = {(int(row), len(rows) + k) for k, row in enumerate(chosen)} & set(both)
            agree = [near_duplicates.agree(samples[row], copies[place - len(rows)]) for row, place in asked]
            hits = sum(r >= near_duplicates.AGREE for r in agree)
            said[name] = {"found": hits, "of": n, "least agreement": round(min(agree, default=0.0), 3)}
    return said


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=100)
    stated = parser.parse_args()
    print(json.dumps(measured(stated.data, stated.clips), indent=2))
