"""What the model looked at: how much of an emotion's probability rests on each part of what it was fed with.

Pictures: randomised masking (RISE: Petsiuk, Das & Saenko 2018, arXiv:1806.07421), each mask with its opposite, and a ridge regression
of the answers on what was shown (as LIME: Ribeiro, Singh & Guestrin 2016, arXiv:1602.04938), which with the same masks varies less
than RISE's means: maps of two seeds on six clips of CREMA-D agree to r = 0.72 instead of 0.60 with 128 masks. Of a pretrained encoder the
same, on the picture that it hears. Vectors and other features: occlusion, one group of columns at a time. Nothing but the ONNX graph is asked.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ser_core import audio
from ser_core.fanout import Progress
from ser_core.features import sets
from ser_core.features.encoder import Heard
from ser_core.graphs import scaling
from ser_core.predictor import Predictor

#: Time that the masks of a clip may take, seconds; a slow model gets fewer of them.
BUDGET_S = 0.7
#: Fewest and most masks a window.
MASKS = (96, 256)
#: Masks in one call of the graph.
BATCH = 32
#: A mask's patches: seconds, and the share of the bands.
PATCH_S, PATCH_BANDS = 0.25, 1 / 5
#: The map's cells: seconds, and the share of the bands; patches lie anywhere, so the map is finer than they are.
CELL_S, CELL_BANDS = 0.1, 1 / 10
#: How much the ridge regression shrinks.
RIDGE = 20.0
#: Most windows that are explained at once (21 pieces of 2 s, half overlapping, are 22 s).
MOST_WINDOWS = 21
#: Longest sound of which is drawn what an encoder looked at, seconds.
LONGEST_LOOK_S = 10.0


class ExplainError(ValueError):
    """The model or the clip cannot be explained; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class PictureMap:
    """What speaks for and against each label in a picture.

    values: labels × frames × bands of the clip's features, or of what an encoder hears of it, in probability: how much more probable the label is with a patch
    (PATCH_S × PATCH_BANDS) shown there than with it hidden, 0 where the model was fed with nothing. masks: how many were tried a
    window.
    """

    labels: tuple[str, ...]
    values: np.ndarray = field(repr=False)
    probabilities: np.ndarray
    masks: int
    seconds: float

    def of(self, label: str) -> np.ndarray:
        """Return the label's map, frames × bands."""
        of_label: np.ndarray = self.values[self.labels.index(label)]
        return of_label


@dataclass(frozen=True, eq=False)
class Contributions:
    """How much of each label's probability each group of features brings: groups × labels, in probability."""

    labels: tuple[str, ...]
    groups: tuple[str, ...]
    values: np.ndarray
    probabilities: np.ndarray

    def of(self, label: str) -> np.ndarray:
        of_label: np.ndarray = self.values[:, self.labels.index(label)]
        return of_label


def is_picture(predictor: Predictor) -> bool:
    """Tell whether the model is fed with log-mel pictures, so that a map can be drawn; else groups of features contribute."""
    return len(predictor.inputs) == 1 and predictor.inputs[0].source.band_hz is not None


def looks(predictor: Predictor) -> bool:
    """Tell whether the model is fed with what an encoder makes of a picture, of which `looked` draws a map."""
    return len(predictor.inputs) == 1 and predictor.inputs[0].source.looks


def looked(
    predictor: Predictor,
    samples: np.ndarray,
    *,
    masks: int | None = None,
    budget_s: float = BUDGET_S,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[PictureMap, Heard]:
    """Return what speaks for each label in what a model's encoder hears of 16 kHz samples, and that picture.

    masks, seed: as of `picture`; fewer masks of a slow encoder, at least MASKS[0]. progress: called with (masks done, of how many).
    Raises ExplainError for a model without an encoder, and for more than LONGEST_LOOK_S of sound.
    """
    if not looks(predictor):
        raise ExplainError(f"{predictor.run.name} is not fed with what an encoder hears.")
    given = predictor.inputs[0]
    look = given.source.look(audio.centred(samples))
    if len(look.logmel) * look.hop_s > LONGEST_LOOK_S:
        raise ExplainError(f"A map is drawn of up to {LONGEST_LOOK_S:g} s; choose a part of the clip.")

    def answer(pictures: np.ndarray) -> np.ndarray:
        each = [predictor.windows_of({given.name: features})[0] for features in given.source.of_looks(pictures)]
        return np.stack([windows.mean(axis=0) for windows in each])

    started = time.monotonic()
    whole = answer(look.logmel[None])[0]
    random = np.random.default_rng(seed)
    values, number = _masked(look.logmel, look.hop_s, answer, random, masks, budget_s, progress)
    return PictureMap(predictor.labels, values.astype(np.float32), whole, number, time.monotonic() - started), look


def picture(
    predictor: Predictor, features: np.ndarray, *, masks: int | None = None, budget_s: float = BUDGET_S, seed: int = 0
) -> PictureMap:
    """Return what speaks for each label in a clip's log-mel spectrogram (frames × bands, as the input's source extracts it).

    What is hidden takes the mean of their band over the window. masks: how many a window; None: as many as take about `budget_s`,
    which is measured on the first ones. The same seed and number of masks give the same map. Raises ExplainError for a
    model that is not fed with log-mel pictures, and for a clip of more than MOST_WINDOWS windows.
    """
    if not is_picture(predictor):
        raise ExplainError(f"{predictor.run.name} is not fed with a picture.")
    given = predictor.inputs[0]
    cut = given.windows(features)
    if len(cut.features) > MOST_WINDOWS:
        length, hop = given.cut(len(given.sounding(features)))
        longest = ((MOST_WINDOWS - 1) * hop + length) * given.source.hop_s
        raise ExplainError(f"A map is drawn of up to {longest:.0f} s; choose a part of the clip.")
    started = time.monotonic()
    random = np.random.default_rng(seed)
    values = np.zeros((len(predictor.labels), *features.shape), np.float32)
    whole = np.concatenate(
        [_run(predictor, given, window[None], n) for window, n in zip(cut.features, cut.n_frames, strict=True)]
    )
    number = masks
    for window, n, start in zip(cut.features, cut.n_frames, cut.starts, strict=True):
        answer = functools.partial(_padded, predictor, given, window)
        share = budget_s / len(cut.features)
        of_window, number = _masked(window[: int(n)], given.source.hop_s, answer, random, number, share)
        values[:, start : start + int(n)] += of_window / len(cut.features)
    assert number is not None
    return PictureMap(predictor.labels, values, whole.mean(axis=0), number, time.monotonic() - started)


def contributions(predictor: Predictor, features: dict[str, np.ndarray]) -> Contributions:
    """Return what each group of features brings to each label's probability.

    features: by input, as the inputs' sources extract them. A group's columns are put to the mean of the train part, as the graph's
    scaling states it (vectors), or to their own mean over the clip (frames). Raises ExplainError for a model that is fed with
    one group alone.
    """
    whole = predictor.windows_of(features)[0].mean(axis=0)
    names, rows = [], []
    for taken in predictor.inputs:
        given = features[taken.name]
        level = (
            scaling.neutral(predictor.run.model_path(), taken.name, taken.source.dims)
            if taken.is_vector
            else given.mean(axis=0)
        )
        for group in taken.source.groups:
            hidden = given.copy()
            hidden[:, group.columns] = level[group.columns]
            names.append(group.title)
            rows.append(whole - predictor.windows_of({**features, taken.name: hidden})[0].mean(axis=0))
    if len(names) < 2:
        raise ExplainError(f"{predictor.run.name} is fed with one group of features alone, {', '.join(names)}.")
    return Contributions(predictor.labels, tuple(names), np.array(rows), whole)


def _masked(
    window: np.ndarray,
    hop_s: float,
    answer: Callable[[np.ndarray], np.ndarray],
    random: np.random.Generator,
    number: int | None,
    budget_s: float,
    progress: Progress | None = None,
) -> tuple[np.ndarray, int]:
    """The map of a picture (labels × frames × bands), and how many masks were tried; answer: of pictures of its size (× labels)."""
    n, bands = window.shape
    level = window.mean(axis=0)
    beyond = window - level
    patch, cell = (
        (max(2, round(seconds / hop_s)), max(2, round(share * bands)))
        for seconds, share in ((PATCH_S, PATCH_BANDS), (CELL_S, CELL_BANDS))
    )
    rows, columns = (_cells(length, step) for length, step in zip((n, bands), cell, strict=True))
    shown, answers = [], []
    done, limit = 0, number or MASKS[1]
    while done < limit:
        masks = _masks(min(BATCH, limit - done), n, bands, patch, random)
        begun = time.monotonic()
        answers.append(answer(level + masks * beyond))
        if number is None and done == 0:
            fits = budget_s / max((time.monotonic() - begun) / len(masks), 1e-6)
            limit = int(np.clip(BATCH * (fits // BATCH), *MASKS))
        # What of each cell was shown.
        shown.append((rows.T @ masks @ columns / (rows.sum(0)[:, None] * columns.sum(0))).reshape(len(masks), -1))
        done += len(masks)
        if progress:
            progress(done, limit)
    cells, said = np.concatenate(shown) - 0.5, np.concatenate(answers)
    weights = cells.T @ np.linalg.solve(cells @ cells.T + RIDGE * np.eye(done), said - said.mean(axis=0))
    grid = weights.T.reshape(-1, rows.shape[1], columns.shape[1])
    return (patch[0] * patch[1]) / (cell[0] * cell[1]) * (rows @ grid @ columns.T), done


def _cells(length: int, step: int) -> np.ndarray:
    """The matrix (length × cells) that interpolates linearly between the middles of cells of about `step`."""
    count = max(1, round(length / step))
    at = np.clip((np.arange(length) + 0.5) * count / length - 0.5, 0, count - 1)
    matrix: np.ndarray = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(count)))
    return matrix


def _masks(number: int, frames: int, bands: int, patch: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Smooth masks (number × frames × bands, 0 = hidden), half of the patches shown, every other the opposite of the one before."""
    masks = np.empty((number, frames, bands), np.float32)
    size = [math.ceil(length / step) + 2 for length, step in zip((frames, bands), patch, strict=True)]
    for k in range(0, number, 2):
        coarse = random.integers(0, 2, size).astype(np.float32)
        rows, columns = (
            _between(length, step, count, random.uniform(0, step))
            for length, step, count in zip((frames, bands), patch, size, strict=True)
        )
        masks[k] = rows @ coarse @ columns.T
        if k + 1 < number:
            masks[k + 1] = 1 - masks[k]
    return masks


def _between(length: int, step: int, count: int, shift: float) -> np.ndarray:
    """The matrix (length × count) that interpolates linearly between cells of `step`, moved by `shift`."""
    at = (np.arange(length) + shift) / step
    matrix: np.ndarray = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(count))).astype(np.float32)
    return matrix


def _padded(predictor: Predictor, given: sets.Input, window: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """What the model says of pictures as long as the window is filled, each in the window's place."""
    n = pictures.shape[1]
    batch = np.repeat(window[None], len(pictures), axis=0)
    batch[:, :n] = pictures
    return _run(predictor, given, batch, n)


def _run(predictor: Predictor, given: sets.Input, windows: np.ndarray, n: int) -> np.ndarray:
    feeds = {given.name: windows, "n_frames": np.full(len(windows), n, np.int32)}
    return predictor.run_graph(feeds)[0]
