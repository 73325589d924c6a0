"""What a map is made of: a feature set's vector of every clip, or the embedding that a model has of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import filelock
import numpy as np
import pandas as pd

from ser_core import audio, files, settings
from ser_core.corpora.base import Corpus
from ser_core.fanout import Progress
from ser_core.features import extraction, sets, store
from ser_core.predictor import Predictor

#: Feature sets with a vector a clip that maps are offered of, and how they are called there.
FEATURE_SETS = {
    "whisper": "What a pretrained ear hears",
    "seed": "Ten spectral descriptors",
    "msf": "Modulation (MSF)",
    "msf-raw": "The 95 modulation energies",
}
#: Clips between two calls of progress.
_STEP = 64


@dataclass(frozen=True, eq=False)
class Vectors:
    """A vector a clip (clips × dims, float32), in the clips' order; clips that could not be read are left out and counted."""

    clips: tuple[str, ...]
    values: np.ndarray = field(repr=False)
    n_failed: int = 0

    def rows(self, clips: Sequence[str]) -> np.ndarray:
        """Return the row of every one of `clips` that has a vector, in their order."""
        place = {clip: row for row, clip in enumerate(self.clips)}
        return np.array([place[clip] for clip in clips if clip in place], dtype=int)


class Space(Protocol):
    """Where clips get their vectors from."""

    @property
    def key(self) -> str:
        """Stands for the space in caches: equal keys give equal vectors."""

    def ready(self, corpus: Corpus) -> bool:
        """Tell whether the corpus' vectors are on disk."""

    def of_corpus(self, corpus: Corpus, *, progress: Progress | None = None) -> Vectors:
        """Return the vectors of the corpus' clips, computing and keeping what is not on disk."""

    def of_samples(self, samples: np.ndarray) -> np.ndarray:
        """Return the vector of 16 kHz samples, computed as those of the corpus are."""


@dataclass(frozen=True)
class FeatureSpace:
    """The vectors of a named feature set, from the store of features. Raises FeatureError for a name that it does not know."""

    name: str

    def __post_init__(self) -> None:
        if not sets.named(self.name).is_vector:
            raise sets.FeatureError(f"The feature set {self.name} has no vector of a whole clip.")

    @property
    def key(self) -> str:
        return f"features-{self.name}"

    def ready(self, corpus: Corpus) -> bool:
        return all(
            (store.folder(corpus, given.source) / "index.csv").is_file() for given in sets.named(self.name).inputs
        )

    def of_corpus(self, corpus: Corpus, *, progress: Progress | None = None) -> Vectors:
        parts = [store.load(corpus, given.source, progress=progress) for given in sets.named(self.name).inputs]
        clips = tuple(clip for clip in corpus.clips["clip"] if all(clip in part for part in parts))
        values = [np.concatenate([part[clip][0] for part in parts]) for clip in clips]
        return Vectors(clips, np.array(values, np.float32), len(corpus.clips) - len(clips))

    def of_samples(self, samples: np.ndarray) -> np.ndarray:
        parts = [array[0] for array in extraction.of_sound(sets.named(self.name).inputs, samples).values()]
        return np.concatenate(parts).astype(np.float32)


@dataclass(frozen=True)
class ModelSpace:
    """The vector before the last layer of a run's model, mean over its windows; kept in SER_HOME/cache by model and corpus."""

    predictor: Predictor

    @cached_property
    def key(self) -> str:
        return f"model-{files.sha256(self.predictor.run.model_path())[:16]}-audio{audio.VERSION}"

    def ready(self, corpus: Corpus) -> bool:
        return self._file(corpus).is_file()

    def of_corpus(self, corpus: Corpus, *, progress: Progress | None = None) -> Vectors:
        path = self._file(corpus)
        path.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(path.with_suffix(".lock")):
            if not path.is_file():
                vectors = self._computed(corpus, progress)
                with files.replacing(path) as temporary, temporary.open("wb") as out:
                    np.savez(out, clips=np.array(vectors.clips, dtype=str), values=vectors.values)
        with np.load(path) as kept:
            clips = tuple(kept["clips"].tolist())
            return Vectors(clips, kept["values"], len(corpus.clips) - len(clips))

    def of_samples(self, samples: np.ndarray) -> np.ndarray:
        _, embedding = self.predictor.windows(samples)
        return embedding.mean(axis=0).astype(np.float32)

    def _file(self, corpus: Corpus) -> Path:
        return settings.home().cache / "embeddings" / self.key / f"{corpus.name}-{corpus.fingerprint()}.npz"

    def _computed(self, corpus: Corpus, progress: Progress | None) -> Vectors:
        total = len(corpus.clips)
        inputs = self.predictor.inputs

        # Extracting and embedding are one bar: the first half is reading the clips.
        def half(number: int) -> Progress:
            def tell(done: int, of: int) -> None:
                if progress:
                    progress((number * of + done) * total // (of * (len(inputs) + 1)), total)

            return tell

        stored = {given.name: store.load(corpus, given.source, progress=half(k)) for k, given in enumerate(inputs)}
        clips = [clip for clip in corpus.clips["clip"] if all(clip in features for features in stored.values())]
        values = []
        tell = half(len(inputs))
        for number, clip in enumerate(clips):
            _, embedding = self.predictor.windows_of(
                {name: np.asarray(features[clip]) for name, features in stored.items()}
            )
            values.append(embedding.mean(axis=0))
            if number % _STEP == 0:
                tell(number, len(clips))
        return Vectors(tuple(clips), np.array(values, np.float32))


def sampled(corpus: Corpus, most: int, seed: int = 0) -> Corpus:
    """Return the corpus with at most `most` of its clips, drawn by `seed`, in their order; a smaller corpus as it is."""
    if len(corpus.clips) <= most:
        return corpus
    return dataclasses.replace(corpus, clips=drawn(corpus.clips, most, seed))


def drawn(clips: pd.DataFrame, most: int, seed: int = 0) -> pd.DataFrame:
    """Return at most `most` rows, drawn by `seed`, in their order, numbered from 0."""
    if len(clips) > most:
        clips = clips.sample(most, random_state=seed).sort_index()
    return clips.reset_index(drop=True)
