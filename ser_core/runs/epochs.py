"""What a network answered to the validation part after every epoch: epochs.npz of a run folder, written while it trains.

    labels   the emotions              clip, true   the validation part's clips, what each is
    epoch    which epochs are kept     matrix       epochs × labels × labels, counts, rows true and columns predicted
    answer   epochs × clips × labels, probabilities in half per cent (0 to 200), before the temperature

A published run has none, nor has one that was trained before there was such a file.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ser_core import files, plain_arrays
from ser_core.runs.run import Run, RunError
from ser_core.serving import GraphError

FILE = "epochs.npz"
#: Steps of a probability in the file.
STEPS = 200
#: From more epochs on every second one is left out, so that a long training writes no more every time.
MOST = 160


@dataclass(frozen=True, eq=False)
class Epochs:
    """The validation part after every kept epoch.

    epochs: their numbers, from 1. matrices: epochs × labels × labels, counts. answers: epochs × clips × labels, as the file has them.
    """

    labels: tuple[str, ...]
    clips: tuple[str, ...]
    true: tuple[str, ...]
    epochs: np.ndarray = field(repr=False)
    matrices: np.ndarray = field(repr=False)
    answers: np.ndarray = field(repr=False)

    @property
    def recall(self) -> np.ndarray:
        """Which share of each emotion's clips was found: epochs × labels, not a number where there is no clip."""
        of = self.matrices.sum(axis=2)
        hits = np.diagonal(self.matrices, axis1=1, axis2=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            share: np.ndarray = np.where(of > 0, hits / of, np.nan)
        return share

    @property
    def uar(self) -> np.ndarray:
        """Unweighted average recall after each epoch, over the emotions that have clips."""
        return np.asarray(np.nanmean(self.recall, axis=1)) if len(self.epochs) else np.zeros(0)

    def of_clip(self, clip: str) -> np.ndarray:
        """Return the clip's probabilities after each epoch: epochs × labels. Raises RunError for one that is not of the validation part."""
        if clip not in self.clips:
            raise RunError(f"{clip} is no clip of the validation part of this training.")
        return np.asarray(self.answers[:, self.clips.index(clip)] / STEPS)

    def with_epoch(self, epoch: int, matrix: np.ndarray, probabilities: np.ndarray) -> Epochs:
        """Return these with one more epoch: its matrix (labels × labels) and the clips' probabilities (clips × labels)."""
        answer = np.round(np.asarray(probabilities) * STEPS).astype(np.uint8)
        return replace(
            self,
            epochs=np.append(self.epochs, np.int32(epoch)),
            matrices=np.concatenate([self.matrices, np.asarray(matrix, np.int32)[None]]),
            answers=np.concatenate([self.answers, answer[None]]),
        ).thinned()

    def until(self, epoch: int) -> Epochs:
        """Return those up to this epoch."""
        return self._of(self.epochs <= epoch)

    def thinned(self, most: int = MOST) -> Epochs:
        """Return at most so many: while there are more every second one is left out, but for the first, the best and the last."""
        thinned = self
        while len(thinned.epochs) > max(4, most):
            kept = np.arange(len(thinned.epochs)) % 2 == 0
            kept[[int(thinned.uar.argmax()), -1]] = True
            thinned = thinned._of(kept)
        return thinned

    def _of(self, kept: np.ndarray) -> Epochs:
        return replace(self, epochs=self.epochs[kept], matrices=self.matrices[kept], answers=self.answers[kept])


def nothing_yet(labels: Sequence[str], clips: Sequence[str], true: Sequence[str]) -> Epochs:
    """Return what is known before the first epoch: nothing, of these labels and clips."""
    size = len(labels)
    return Epochs(
        tuple(labels),
        tuple(files.utf8(clip) for clip in clips),
        tuple(true),
        np.zeros(0, np.int32),
        np.zeros((0, size, size), np.int32),
        np.zeros((0, len(clips), size), np.uint8),
    )


def write(run: Run, epochs: Epochs) -> None:
    """Write the run's epochs.npz, whole or not at all."""
    arrays = {
        "labels": np.array(epochs.labels),
        "clip": np.array(epochs.clips),
        "true": np.array(epochs.true),
        "epoch": epochs.epochs,
        "matrix": epochs.matrices,
        "answer": epochs.answers,
    }
    with files.replacing(run.path / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read(run: Run) -> Epochs | None:
    """Return what a run's epochs.npz holds, None where there is none. Raises RunError for one that is damaged."""
    if not (run.path / FILE).is_file():
        return None
    try:
        arrays = plain_arrays.read(run.path / FILE, ("labels", "clip", "true", "epoch", "matrix", "answer"))
    except (GraphError, zlib.error) as error:
        raise RunError(f"{FILE} of the run {run.name} cannot be read: {error}") from error
    names = [tuple(str(entry) for entry in arrays[name].ravel()) for name in ("labels", "clip", "true")]
    labels, clips, true = names
    epochs, matrices, answers = (arrays[name] for name in ("epoch", "matrix", "answer"))
    n, size = len(epochs.ravel()), len(labels)
    shaped = epochs.shape == (n,) and matrices.shape == (n, size, size) and answers.shape == (n, len(clips), size)
    whole = all(array.dtype.kind in "iu" for array in (epochs, matrices, answers)) and (matrices >= 0).all()
    if not (shaped and whole and size and len(true) == len(clips) and set(true) <= set(labels)):
        raise RunError(f"{FILE} of the run {run.name} has another form than a training's.")
    return Epochs(labels, clips, true, epochs, matrices, answers)
