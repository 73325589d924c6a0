"""One training from recipe to finished run folder."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ser_core import runs, settings
from ser_core.corpora.base import Corpus
from ser_core.corpora.splits import Division
from ser_core.evaluation import conformal, metrics, writing
from ser_core.evaluation.temperature import clip_probabilities, fit_temperature
from ser_core.features import store
from ser_core.features.contract import Contract
from ser_core.networks.classical import CLASSIFIERS
from ser_core.recipes import Recipe, RecipeError
from ser_core.runs import Run, leagues
from ser_core.training import classical, emotion_means, novelty, profiles
from ser_core.training.card import card
from ser_core.training.parts import Part
from ser_core.training.reading import Reading
from ser_core.training.reporter import Reporter

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

    def logits(self, windows: dict[str, np.ndarray]) -> np.ndarray:
        """Return the logits of windows (inputs by name): windows × labels, float64."""

    def export(
        self, temperature: float, real: dict[str, np.ndarray], run: Run, with_voice: float | None = None
    ) -> float:
        """Write the run's model and layers.json; return the largest difference between the graph and its origin.

        with_voice: the temperature by a voice profile, where the model takes one and it was found.
        """


def check_network(recipe: Recipe) -> None:
    """Raise RecipeError where there is no such network, or it takes other features or parameters than the recipe's."""
    if recipe.network in CLASSIFIERS:
        classical.check(recipe)
        return
    # Imported here: a classical classifier is fitted without TensorFlow.
    from ser_core.networks import build

    if recipe.own_voice and recipe.picture.mixup:
        raise RecipeError(
            f"Clips of two speakers cannot be mixed where features are normalised by {recipe.normalise}: set picture.mixup=0."
        )
    build.check(recipe.network, recipe.network_params, recipe.feature_set)


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
    were its validation part. with_voice: the temperature by a voice profile.
    """

    of: str
    trainings: int
    epochs: int
    temperature: float
    threshold: float
    validation: tuple[str, ...]
    before: dict[str, Any]
    with_voice: float | None = None
    least: float | None = None


def train(
    recipe: Recipe,
    corpus: Corpus,
    run: Run,
    reporter: Reporter,
    *,
    test: bool = True,
    division: Division | None = None,
    settled: Settled | None = None,
    notes: Sequence[str] = (),
    allow_unreadable: bool = False,
) -> Run:
    """Train `recipe` on `corpus` in the run's folder, or go on with an interrupted one, and return the finished run.

    `test=False` writes no test rows (choices are made on validation). `division` stands in for the recipe's own split: one
    fold of a cross-validation. `settled`: nothing is chosen, and the division has no validation part. `notes`: what a reader must know
    beside. Clips that cannot be read are left out and named in log, card and recipe.json; a tenth or more of them end it, unless
    `allow_unreadable`. Raises CorpusError, RecipeError, RunError or KeyboardInterrupt; the run's status then says `failed` with the reason or `cancelled`.
    """
    with reported(run):
        _Training(recipe, corpus, run, reporter, test, settled, notes, allow_unreadable).work(division)
    return run


class _Training(Reading):
    """What the steps of one training share."""

    def __init__(
        self,
        recipe: Recipe,
        corpus: Corpus,
        run: Run,
        reporter: Reporter,
        test: bool,
        settled: Settled | None,
        notes: Sequence[str],
        allow_unreadable: bool,
    ) -> None:
        super().__init__(recipe, corpus, reporter, notes, validated=settled is None, allow_unreadable=allow_unreadable)
        self.run, self.test, self.settled = run, test, settled
        self.started = time.monotonic()

    def work(self, division: Division | None) -> None:
        self.divide(division)
        parts = self.read()
        self.write_start()
        self.run.log_line(
            f"{self.recipe.name}, {self.division.title}: "
            + ", ".join(f"{len(part.clips)} clips {name}" for name, part in parts.items())
        )
        if self.left_out:
            self.run.log_line(self.left_out.sentence())
        for note in self.notes:
            self.run.log_line(note)
        if self.recipe.teachers:
            self.run.log_line(f"taught by {', '.join(self.recipe.teachers)}")
        self.finish(self.fit(parts), parts)

    def write_start(self) -> None:
        """Write recipe.json and split.csv: what is trained, on which clips, with which versions."""
        hashes = next(iter(self.features.values())).hashes
        self.run.write_json(
            "recipe.json",
            {
                "recipe": self.recipe.to_dict(),
                "split_name": self.division.title,
                "seed": self.recipe.seed,
                "test": self.test,
                "ear": leagues.ear(self.recipe),
                "notes": self.notes,
                "allow_unreadable": self.allow_unreadable,
                "corpus_fingerprint": store.corpus_fingerprint(hashes, self.clips),
                "packages": writing.versions(PACKAGES),
                "git_commit": commit(),
                "created": runs.now(),
            },
        )
        table = self.clips[["clip", "speaker", "emotion", "part"]]
        self.run.write_table("split.csv", table.assign(pcm16_sha256_16=table["clip"].map(hashes)))

    def fit(self, parts: dict[str, Part]) -> Fitted:
        """Fit the classifier or the network on the train part."""
        if self.recipe.network in CLASSIFIERS:
            return classical.fit(self.recipe, parts["train"])
        # Imported here: a classical classifier is fitted without TensorFlow.
        from ser_core.training import network

        return network.fitted(self.recipe, self.run, parts, self.reporter, self.settled)

    def by_a_voice(self, fitted: Fitted, validation: Part, temperature: float) -> float | None:
        """Return the temperature by a voice profile of weight 1; None for networks that take none, or that look at pictures."""
        if not self.recipe.profile or not self.recipe.feature_set.is_vector:
            return None
        found = [
            (fitted.logits(windows), rows, windows["profile_weight"]) for windows, rows in profiles.drawn(validation)
        ]
        logits, rows, weights = (np.concatenate(each) for each in zip(*found, strict=True))
        return fit_temperature(logits, rows, validation.targets, plain=temperature, weights=weights)

    def finish(self, fitted: Fitted, parts: dict[str, Part]) -> None:
        """Calibrate, predict, measure, export, and seal the run."""
        recipe, run, settled = self.recipe, self.run, self.settled
        seconds = time.monotonic() - self.started
        train, validation = parts["train"], parts["validation"]
        tables = []
        if settled is None:
            logits, rows = validation.answered(fitted.logits)
            temperature = fit_temperature(logits, rows, validation.targets)
            with_voice = self.by_a_voice(fitted, validation, temperature)
            found = clip_probabilities(logits, rows, temperature)
            right = found.argmax(axis=1) == validation.targets.argmax(axis=1)
            threshold = metrics.choose_threshold(found.max(axis=1), right)
            tables.append(_rows(validation, "validation", found))
            least = conformal.least(tables[0], recipe.labels)
        else:
            temperature, threshold, with_voice = settled.temperature, settled.threshold, settled.with_voice
            least = settled.least
            # How far unheard voices lie is told by those that were unheard until now.
            train, validation = _apart(train, set(settled.validation))
        if self.test and len(parts["test"].clips):
            tables.append(
                _rows(parts["test"], "test", clip_probabilities(*parts["test"].answered(fitted.logits), temperature))
            )
        scores = writing.measure(run, pd.concat(tables, ignore_index=True), recipe.labels)
        real = {name: values[:32] for name, values in next(validation.in_pieces(32)).windows[0].items()}
        if recipe.profile:
            real = profiles.with_some(real, train.band_sums)
        parity = fitted.export(temperature, real, run, with_voice)
        contract = Contract.of(recipe.feature_set, recipe.labels, threshold, recipe.profile, recipe.normalise)
        run.write_json("feature.json", replace(contract, least=least).to_json())
        novelty.write(run, train, validation)
        if recipe.profile and recipe.feature_set.is_vector:
            emotion_means.write(run, train)
        facts: dict[str, Any] = {
            "temperature": temperature,
            **({} if with_voice is None else {"temperature_with_voice": with_voice}),
            "threshold": threshold,
            "parameters": fitted.parameters,
            "seconds": seconds,
            "features_s": self.features_s,
            "parity": parity,
            "unreadable": self.left_out.to_dict(),
        }
        if settled is not None:
            facts["refit"] = {key: value for key, value in asdict(settled).items() if key != "validation"}
        counts = {name: len(part.clips) for name, part in parts.items()}
        run.log_line(f"done in {seconds:.0f} s")
        writing.finish(
            run,
            "classical" if recipe.network in CLASSIFIERS else "network",
            {**Run(run.path).recipe, "found": facts},
            lambda: card(
                recipe, self.corpus.card, self.division.title, scores, counts, facts, self.notes, leagues.sentence(run)
            ),
            epoch=len(run.history),
            seconds=round(seconds, 1),
        )


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


def commit() -> str | None:
    """Return the git commit of this checkout; None for an installed copy, which may lie in somebody else's, and outside git."""
    if settings.INSTALLED:
        return None
    call: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    # A hook's variables would name the repository that the hook is run in.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    asked = ["git", "rev-parse", "--show-toplevel", "HEAD"]
    try:
        done = call(asked, cwd=settings.ROOT, env=environ, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    top, _, head = done.stdout.strip().rpartition("\n")
    return head if done.returncode == 0 and top and Path(top).resolve() == settings.ROOT else None
