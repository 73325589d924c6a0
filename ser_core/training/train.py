"""One training from recipe to finished run folder."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import keras
import numpy as np
import pandas as pd

from ser_core import runs, settings
from ser_core.corpora import own, splits, unreadable
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.corpora.unreadable import Unreadable
from ser_core.evaluation import metrics
from ser_core.evaluation.temperature import clip_probabilities, fit_temperature
from ser_core.features import selection, store
from ser_core.networks import build
from ser_core.networks.classical import CLASSIFIERS
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import Run
from ser_core.training import classical, copies, export, fit, heard, novelty, preparation, profiles, start, teaching
from ser_core.training.batches import Part
from ser_core.training.card import card

PACKAGES = (
    "tensorflow",
    "keras",
    "numpy",
    "scikit-learn",
    "librosa",
    "onnx",
    "onnxruntime",
    "tf2onnx",
    "skl2onnx",
    "soxr",
)


class Fitted(Protocol):
    """What a fit leaves: scores of windows, and a graph of them."""

    @property
    def parameters(self) -> int: ...

    def window_logits(self, part: Part) -> tuple[np.ndarray, np.ndarray]:
        """Return the logits of every window of a part (windows × labels), and to which clip (row) each belongs."""

    def export(self, temperature: float, real: dict[str, np.ndarray], run: Run) -> float:
        """Write the run's model and layers.json; return the largest difference between the graph and its origin."""


class Reporter(Protocol):
    """Who is told how far a training is."""

    def features(self, done: int, total: int) -> None: ...

    def epoch(self, row: dict[str, Any], epochs: int) -> None: ...

    def batch(self, share_of_epoch: float) -> None: ...


@dataclass(frozen=True, eq=False)
class Division:
    """How a corpus is divided for one training: the split's name, and the part of every clip ('' for none)."""

    name: str
    parts: pd.Series


@contextmanager
def reported(run: Run) -> Iterator[None]:
    """Keep the run's status true while it is worked on: running, then cancelled or failed with the reason."""
    run.write_status("running", epoch=len(run.history), message="preparing")
    try:
        yield
    except KeyboardInterrupt:
        run.log_line("cancelled")
        run.write_status("cancelled", epoch=len(run.history), message="cancelled")
        raise
    except Exception as error:
        run.log_line(f"failed: {error}")
        run.write_status("failed", epoch=len(run.history), message=str(error) or type(error).__name__)
        raise


@dataclass(frozen=True)
class Settled:
    """What earlier trainings of a recipe found on their validation part, for one that trains on that part too.

    of: the run's name; trainings: how many it holds; before: its test scores, where it has read them. validation: the clips that
    were its validation part.
    """

    of: str
    trainings: int
    epochs: int
    temperature: float
    threshold: float
    validation: tuple[str, ...]
    before: dict[str, Any]


def train(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    reporter: Reporter,
    *,
    test: bool = True,
    division: Division | None = None,
    settled: Settled | None = None,
    allow_unreadable: bool = False,
) -> Run:
    """Train `recipe` on `corpus` in the run's folder, or go on with an interrupted one, and return the finished run.

    `test=False` writes no test rows (choices are made on validation). `division` stands in for the recipe's own split: one
    fold of a cross-validation. `settled`: nothing is chosen, and the division has no validation part. Clips that cannot be read
    are left out and named in log, card and recipe.json; a tenth or more of them end it, unless `allow_unreadable`. Raises
    CorpusError, RunError or KeyboardInterrupt; the run's status then says `failed` with the reason or `cancelled`.
    """
    started = time.monotonic()
    with reported(run):
        _train(recipe, corpus, run, reporter, test, division, settled, allow_unreadable, started)
    return run


def _train(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    reporter: Reporter,
    test: bool,
    division: Division | None,
    settled: Settled | None,
    allow_unreadable: bool,
    started: float,
) -> None:
    keras.utils.set_random_seed(recipe.seed)
    clips, split_name = divided(recipe, corpus, division)
    inputs = recipe.feature_set.inputs
    features = {one.name: store.load(corpus, one.source, progress=reporter.features) for one in inputs}
    first = next(iter(features.values()))
    left_out = unreadable.among(
        clips["clip"], [one.failed for one in features.values()], corpus.card.title, allowed=allow_unreadable
    )
    clips = clips[~clips["clip"].isin(left_out.why)]
    if not (clips["part"] == "train").any():
        raise CorpusError(f"No clip of the train part of {corpus.card.title} is left: {left_out.sentence()}.")
    write_start(recipe, run, clips, split_name, first, test, allow_unreadable)
    if left_out:
        run.log_line(left_out.sentence())
    parts = {
        name: Part(clips[clips["part"] == name].reset_index(drop=True), recipe.labels, inputs, features, recipe.profile)
        for name in splits.PARTS
    }
    if recipe.copies:
        parts["train"] = copies.joined(parts["train"], features, recipe, corpus, reporter.features)
    run.log_line(
        f"{recipe.name}, {split_name}: " + ", ".join(f"{len(part.clips)} clips {name}" for name, part in parts.items())
    )
    if recipe.teachers:
        parts["train"] = replace(parts["train"], taught=teaching.answers(recipe, parts))
        run.log_line(f"taught by {', '.join(recipe.teachers)}")
    if recipe.network in CLASSIFIERS:
        fitted: Fitted = classical.fit(recipe, parts["train"])
    else:
        fitted = _fit_network(recipe, run, parts, reporter, settled)
    _finish(recipe, corpus, run, fitted, parts, split_name, test, settled, left_out, time.monotonic() - started)


def _fit_network(
    recipe: Recipe, run: Run, parts: dict[str, Part], reporter: Reporter, settled: Settled | None
) -> Fitted:
    prepared = preparation.prepare(parts["train"], recipe.lda)
    full = build.trainable(recipe.network, recipe.network_params, recipe.feature_set, len(recipe.labels), prepared)
    if recipe.start:
        begun = runs.find(recipe.start)
        heard.refuse(begun, parts)
        start.take_over(full, begun)

    last = settled.epochs if settled else recipe.fit.epochs
    validation = None if settled else parts["validation"]

    def epoch_done(row: dict[str, Any]) -> None:
        run.write_status("running", epoch=row["epoch"], message=f"epoch {row['epoch']} of {last}")
        run.log_line(f"epoch {row['epoch']} of {last}: {in_words(row)}, {row['seconds']:.1f} s")
        reporter.epoch(row, last)

    fit.fit(full, recipe, run, parts["train"], validation, epoch_done, reporter.batch, last=last)
    return export.FittedNetwork(full)


def in_words(row: dict[str, Any]) -> str:
    """Return what an epoch's row of history.csv says, in a line."""
    said = f"loss {row['loss']:.3f}"
    if "val_uar" in row:
        said += f", validation accuracy {row['val_accuracy']:.3f}, UAR {row['val_uar']:.3f}"
    return said


def labelled(recipe: Recipe, corpus: Corpus) -> pd.DataFrame:
    """Return the corpus' clips whose emotion is one of the recipe's labels. Raises CorpusError where a label has no clip."""
    absent = set(recipe.labels) - set(corpus.clips["emotion"])
    if absent:
        raise CorpusError(
            f"{corpus.card.title} has no clip of {', '.join(sorted(absent))}; the recipe asks for it. {own.labels_said(corpus)}"
        )
    return corpus.clips[corpus.clips["emotion"].isin(recipe.labels)].copy()


def divided(recipe: Recipe, corpus: Corpus, division: Division | None) -> tuple[pd.DataFrame, str]:
    """Return the recipe's clips with their part, and the split's name. Raises RecipeError for a selection made on others."""
    clips = labelled(recipe, corpus)
    if division is None:
        division = Division(*splits.assign(clips, corpus.name, recipe.split, recipe.seed))
    clips["part"] = division.parts
    if recipe.selected_on and recipe.selected_on != selection.train_digest(clips):
        raise RecipeError(
            f"The descriptors of this recipe were selected on another train part than that of {corpus.card.title}, split {division.name}: "
            "test clips may have helped to choose them. Select again on this split."
        )
    return clips[clips["part"] != ""], division.name


def write_start(
    recipe: Recipe,
    run: Run,
    clips: pd.DataFrame,
    split_name: str,
    features: store.Features,
    test: bool,
    allow_unreadable: bool,
) -> None:
    """Write recipe.json and split.csv: what is trained, on which clips, with which versions."""
    run.write_json(
        "recipe.json",
        {
            "recipe": recipe.to_dict(),
            "split_name": split_name,
            "seed": recipe.seed,
            "test": test,
            "corpus_fingerprint": store.corpus_fingerprint(features.hashes, clips),
            "allow_unreadable": allow_unreadable,
            "packages": versions(),
            "git_commit": commit(),
            "created": runs.now(),
        },
    )
    table = clips[["clip", "speaker", "emotion", "part"]].assign(pcm16_sha256_16=clips["clip"].map(features.hashes))
    run.write_table("split.csv", table)


def _finish(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    fitted: Fitted,
    parts: dict[str, Part],
    split_name: str,
    test: bool,
    settled: Settled | None,
    left_out: Unreadable,
    seconds: float,
) -> None:
    train, validation = parts["train"], parts["validation"]
    tables = []
    if settled is None:
        logits, rows = fitted.window_logits(validation)
        temperature = fit_temperature(logits, rows, validation.targets)
        found = clip_probabilities(logits, rows, temperature)
        right = found.argmax(axis=1) == validation.targets.argmax(axis=1)
        threshold = metrics.choose_threshold(found.max(axis=1), right)
        tables.append(_rows(validation, "validation", found))
    else:
        temperature, threshold = settled.temperature, settled.threshold
        # How far unheard voices lie is told by those that were unheard until now.
        train, validation = _apart(train, set(settled.validation))
    if test:
        tables.append(
            _rows(parts["test"], "test", clip_probabilities(*fitted.window_logits(parts["test"]), temperature))
        )
    predictions = pd.concat(tables, ignore_index=True)
    run.write_table("predictions.csv", predictions)
    # Computed from the file as written, so that anyone who reads it finds the same numbers.
    found_metrics = metrics.parts(Run(run.path).predictions, recipe.labels)
    run.write_json("metrics.json", found_metrics)
    real = {name: values[:32] for name, values in validation.windows[0].items()}
    if recipe.profile:
        real = profiles.with_some(real, train.band_sums)
    parity = fitted.export(temperature, real, run)
    run.write_json("feature.json", export.feature_json(recipe.feature_set, recipe.labels, threshold, recipe.profile))
    novelty.write(run, train, validation)
    facts: dict[str, Any] = {
        "temperature": temperature,
        "threshold": threshold,
        "parameters": fitted.parameters,
        "seconds": seconds,
        "parity": parity,
        "unreadable": left_out.to_dict(),
    }
    if settled is not None:
        facts["refit"] = {key: value for key, value in asdict(settled).items() if key != "validation"}
    counts = {name: len(part.clips) for name, part in parts.items()}
    run.write_text("card.md", card(recipe, corpus.card, split_name, found_metrics, counts, facts))
    run.write_json("recipe.json", {**Run(run.path).recipe, "found": facts})
    run.log_line(f"done in {seconds:.0f} s")
    run.write_status("done", epoch=len(run.history), message="done", seconds=round(seconds, 1))
    run.seal()


def _apart(part: Part, clips: set[str]) -> tuple[Part, Part]:
    """Return the part without these clips, and of them alone."""
    chosen = part.clips["clip"].isin(clips)
    both = [replace(part, clips=part.clips[one].reset_index(drop=True), taught=None) for one in (~chosen, chosen)]
    return both[0], both[1]


def _rows(part: Part, name: str, probabilities: np.ndarray) -> pd.DataFrame:
    clips = part.clips
    parts = [name] * len(clips)
    return runs.prediction_rows(
        list(clips["clip"]), parts, clips["speaker"], clips["emotion"], probabilities, part.labels
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in PACKAGES}}


def commit() -> str | None:
    """Return the git commit of this checkout, or None outside one."""
    call: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    try:
        done = call(["git", "rev-parse", "HEAD"], cwd=settings.ROOT, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
