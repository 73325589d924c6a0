"""Batches of a train part, read from the memory-mapped store and augmented anew in every epoch."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import keras
import numpy as np

from ser_core.augment import picture
from ser_core.features import profile, sets
from ser_core.recipes import Fit
from ser_core.training.parts import Part, corpus_weights
from ser_core.training.profiles import Drawn, Profiles


class AugmentedBatches(keras.utils.PyDataset):
    """Shuffled, augmented batches of a train part; the same seed gives the same batches, whatever the order of asking."""

    def __init__(
        self,
        part: Part,
        augmentation: picture.PictureAugmentation,
        fit: Fit,
        seed: int,
        first_epoch: int = 0,
    ) -> None:
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        self.part = part
        self.augmentation = augmentation
        self.batch_size = fit.batch_size
        self.seed = seed
        self.epoch = first_epoch
        targets = part.targets
        self.targets = targets * (1.0 - fit.label_smoothing) + fit.label_smoothing / len(part.labels)
        if part.taught is not None:
            self.targets = self.targets * (1.0 - fit.taught) + part.taught * fit.taught
        weight = len(targets) / (len(part.labels) * np.maximum(targets.sum(axis=0), 1.0))
        weights = targets @ weight if fit.class_weights else np.ones(len(targets))
        if fit.corpus_weights:
            weights = weights * corpus_weights(part.clips)
        self.weights = weights.astype(np.float32)
        self.clips: Sequence[str] = list(part.clips["clip"])
        self.profiles: Profiles | None = None
        if part.with_profile:
            self.profiles = Profiles(part.clips, part.band_sums, seed)
        self.order, self.turns = self._shuffled(), self._turns()

    def __len__(self) -> int:
        return int(np.ceil(len(self.clips) / self.batch_size))

    def on_epoch_end(self) -> None:
        self.epoch += 1
        self.order, self.turns = self._shuffled(), self._turns()

    def __getitem__(self, turn: int) -> tuple[dict[str, Any], Any, Any]:
        index = self.turns[turn]
        random = np.random.default_rng((self.seed, self.epoch, index))
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        (one,) = self.part.inputs
        clips = [self.part.features[one.name][self.clips[row]] for row in rows]
        drawn = [self.profiles.draw(int(row), self.epoch) for row in rows] if self.profiles else []
        targets, mixup = self.targets[rows], self.augmentation.mixup
        statistics = np.stack([voice.statistics for voice in drawn]) if drawn else np.empty(0, np.float32)
        seconds = np.array([voice.seconds for voice in drawn], np.float32)
        if one.is_vector:
            inputs: dict[str, Any] = {one.name: np.stack([clip[0] for clip in clips])}
        else:
            pictures, n_frames, statistics = self._windows(one, clips, drawn, random)
            inputs = {one.name: pictures, "n_frames": n_frames}
        if mixup:
            mix = picture.mix(len(rows), mixup, random)
            if one.is_vector:
                inputs[one.name], targets = picture.mixed_vectors(inputs[one.name], targets, mix)
            else:
                inputs[one.name], inputs["n_frames"], targets = picture.mixed(pictures, n_frames, targets, mix)
            if drawn:
                statistics, seconds = picture.mixed_profiles(statistics, seconds, mix)
        if drawn:
            weight = profile.weight(seconds) * np.array([voice.given for voice in drawn])
            inputs |= {"profile": statistics, "profile_weight": weight.astype(np.float32)}
        return {**inputs, **self._voices(rows)}, targets, self.weights[rows]

    def _windows(
        self, one: sets.Input, clips: list[np.ndarray], drawn: list[Drawn], random: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The clips' changed pictures, their frames, and their profiles, changed alike (none without `drawn`)."""
        pictures = np.empty((len(clips), *one.shape), dtype=np.float32)
        n_frames = np.empty(len(clips), dtype=np.int32)
        statistics = np.empty((len(drawn), 2, one.shape[-1]), dtype=np.float32)
        for k, clip in enumerate(clips):
            if drawn:
                frames, statistics[k] = self.augmentation.change_with_profile(clip, drawn[k].statistics, random)
            else:
                frames = self.augmentation.change(clip, random)
            frames = self.augmentation.mask(one.sounding(frames), random)
            pictures[k], n_frames[k] = picture.placed(frames, one.frames, self.augmentation.shift_frames, random)
        return pictures, n_frames, statistics

    def _voices(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """The profiles by which features are normalised, where they are."""
        return {} if self.part.voices is None else self.part.voices_of(self.clips[row] for row in rows)

    def _shuffled(self) -> np.ndarray:
        return np.random.default_rng((self.seed, self.epoch)).permutation(len(self.clips))

    def _turns(self) -> list[int]:
        """In which order the epoch's batches are given.

        As Keras draws it with this seed, but by epoch: its own draws begin anew where a resumed fit begins.
        """
        turns, random = list(range(len(self))), Random(self.seed)
        for _ in range(self.epoch):
            turns = list(range(len(self)))
            random.shuffle(turns)
        return turns
