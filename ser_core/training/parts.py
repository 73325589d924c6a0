"""The parts of a divided corpus with their features: what is fitted on, chosen by and tested on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ser_core.corpora import splits
from ser_core.features import profile, sets, store
from ser_core.recipes import planning

#: Bytes of vectors, as 64-bit numbers, that a shard has of a part that is read in shards.
SHARD = 32_000_000
#: Windows that a network answers at once.
BATCH = 256


def corpus_weights(clips: pd.DataFrame) -> np.ndarray:
    """Return a weight a clip (mean 1) by which every corpus of a table counts the same."""
    sources = splits.corpus_of(clips)
    counts = sources.map(sources.value_counts()).to_numpy(float)
    return len(clips) / (sources.nunique() * counts)


@dataclass(frozen=True, eq=False)
class Part:
    """The clips of one part: their table, their label numbers, and the features of every input.

    with_profile: whether the network takes a voice profile. Windows, on which is validated and tested, hold none: what a new
    user has. taught: what teachers say of every clip (clips × labels), where there are any. voices: by clip the profile by
    which its features are normalised, where they are (`training.normalisation`).
    """

    clips: pd.DataFrame
    labels: tuple[str, ...]
    inputs: tuple[sets.Input, ...]
    features: Mapping[str, store.Features | store.Together]
    with_profile: bool = False
    taught: np.ndarray | None = None
    voices: Mapping[str, profile.VoiceProfile] | None = None

    @property
    def targets(self) -> np.ndarray:
        """One row a clip, 1 in the column of its label."""
        number = {label: k for k, label in enumerate(self.labels)}
        return np.eye(len(self.labels), dtype=np.float32)[[number[emotion] for emotion in self.clips["emotion"]]]

    @cached_property
    def windows(self) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Every window of every clip (inputs by name, `n_frames`), and to which clip (row) each belongs.

        Cut once: a fit validates on the same windows after every epoch.
        """
        arrays: dict[str, list[np.ndarray]] = {one.name: [] for one in self.inputs}
        n_frames: list[np.ndarray] = []
        rows: list[int] = []
        for row, clip in enumerate(self.clips["clip"]):
            for one in self.inputs:
                cut = one.windows(np.asarray(self.features[one.name][clip]))
                arrays[one.name].append(cut.features)
            n_frames.append(cut.n_frames)
            rows += [row] * len(cut.n_frames)
        joined = {name: np.concatenate(parts) for name, parts in arrays.items()}
        if not all(one.is_vector for one in self.inputs):
            joined["n_frames"] = np.concatenate(n_frames)
        if self.with_profile:
            (one,) = self.inputs
            joined["profile"] = np.zeros((len(rows), 2, one.source.dims), np.float32)
            joined["profile_weight"] = np.zeros(len(rows), np.float32)
        if self.voices is not None:
            joined |= self.voices_of(self.clips["clip"].iloc[rows])
        return joined, np.array(rows)

    @property
    def large(self) -> bool:
        """Whether its vectors are more than are held in memory at once."""
        (given, *more) = self.inputs
        return given.is_vector and not more and 8 * given.source.dims * len(self.clips) > planning.IN_MEMORY

    def in_pieces(self, clips: int = 0) -> Iterator[Part]:
        """Give it piece by piece, so many clips each; 0: shards where it is large, else itself."""
        size = clips or (self._shard if self.large else 0)
        if not size:
            yield self
            return
        for first in range(0, len(self.clips), size):
            yield replace(self, clips=self.clips.iloc[first : first + size], taught=None)

    def answered(self, logits: Callable[[dict[str, np.ndarray]], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return what `logits` says of the windows, and to which clip (row) each belongs; of a large part shard by shard, and of vectors
        that are scaled by their voices, each of which is two vectors more.
        """
        if not self.large and (self.voices is None or not self.inputs[0].is_vector):
            windows, rows = self.windows
            return logits(windows), rows
        # A vector is one window a clip.
        shards = self.in_pieces(self._shard)
        return np.concatenate([logits(one.windows[0]) for one in shards]), np.arange(len(self.clips))

    @property
    def _shard(self) -> int:
        """How many clips' vectors SHARD bytes hold, whole batches of a network's answers where there are several."""
        found = max(1, SHARD // (8 * self.inputs[0].source.dims))
        return found - found % BATCH if found > BATCH else found

    def voices_of(self, clips: Iterable[str]) -> dict[str, np.ndarray]:
        """Return the inputs of a graph that normalises by voice: the profiles of these clips and their weights."""
        assert self.voices is not None
        given = [self.voices[clip] for clip in clips]
        return {
            "profile": np.stack([voice.statistics for voice in given]),
            "profile_weight": np.array([voice.weight for voice in given], np.float32),
        }

    @cached_property
    def band_sums(self) -> profile.BandSums | profile.VectorSums:
        """What each clip adds to a voice profile of its speaker, as it was recorded: of frames summed up once, of vectors when asked for."""
        (given,) = self.inputs
        features, clips = self.features[given.name], list(self.clips["clip"])
        if given.is_vector:
            seconds = features.seconds
            counts = np.array([seconds.get(clip, 0.0) for clip in clips])
            return profile.VectorSums(counts, lambda row: features[clips[row]], given.source)
        return profile.sums(((features[clip], 0.0) for clip in clips), given.source)
