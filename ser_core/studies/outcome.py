"""What came of a study: each trained network's size, time, scores and spread over seeds, all on the clips that none of them saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ser_core import runs
from ser_core.evaluation import compare, metrics
from ser_core.evaluation.compare import Comparison, Pair
from ser_core.runs import Run, RunError, leagues
from ser_core.studies import state
from ser_core.studies.state import State
from ser_core.studies.study import MOST, Study


@dataclass(frozen=True, eq=False)
class Trained:
    """A network of the study that is trained.

    layers, parameters: of the network, None where it has no table of layers. seconds: one training's fit, the mean of its seeds.
    scores: metrics.summary on the common clips. seeds: accuracy, uar and macro_f1 of each seed on them, empty with one seed.
    divided_anew: each seed divided the corpus in its own way, so that not every clip was answered by all. ear: leagues.sentence.
    """

    name: str
    title: str
    run: Run = field(repr=False)
    layers: int | None
    parameters: int | None
    seconds: float
    scores: Mapping[str, Any] = field(repr=False)
    seeds: tuple[Mapping[str, float], ...] = field(repr=False)
    divided_anew: bool
    histories: tuple[pd.DataFrame, ...] = field(repr=False)
    ear: str

    @property
    def matrix(self) -> np.ndarray:
        """Counts on the common clips, rows true and columns predicted; of several seeds their sum."""
        return np.array(self.scores["confusion"])

    def spread(self, metric: str = "uar") -> tuple[float, float] | None:
        """Return the least and the largest score of the seeds; None with one seed."""
        scores = [seed[metric] for seed in self.seeds]
        return (min(scores), max(scores)) if len(scores) > 1 else None


@dataclass(frozen=True, eq=False)
class Outcome:
    """A study as far as it has come: its members' states, and those that are trained, the best first.

    labels: the emotions that all of them know. comparison: None before two are trained.
    """

    study: Study
    states: tuple[State, ...]
    trained: tuple[Trained, ...]
    labels: tuple[str, ...]
    comparison: Comparison | None

    @property
    def whole(self) -> bool:
        """Whether every member is trained."""
        return len(self.trained) == len(self.study.members)

    @property
    def clips(self) -> int:
        """How many clips all of them were tested on."""
        return self.comparison.n if self.comparison is not None else self._first("n") // max(1, self._seeds)

    @property
    def speakers(self) -> int:
        """How many people speak them."""
        return self.comparison.speakers if self.comparison is not None else self._first("speakers")

    def pair(self, first: str, second: str) -> Pair | None:
        """Return what was found of two members, in whichever order; None where they were not compared."""
        pairs = self.comparison.pairs if self.comparison is not None else ()
        return next((pair for pair in pairs if {pair.first, pair.second} == {first, second}), None)

    @property
    def _seeds(self) -> int:
        return len(self.trained[0].seeds) if self.trained else 1

    def _first(self, key: str) -> int:
        return int(self.trained[0].scores[key]) if self.trained else 0


def of(study: Study) -> Outcome:
    """Return what came of a study so far; a member whose run cannot be read counts as damaged."""
    states = state.of(study)
    named: dict[str, Run] = {}
    for k, stage in enumerate(states):
        if stage.state != "done":
            continue
        run = study.run(stage.member)
        try:
            # All that is read of it below.
            _ = run.metrics["test"]["labels"], run.predictions["fold"], run.split, run.recipe["recipe"]
            named[stage.member.name] = run
        except (RunError, KeyError, TypeError) as error:
            states[k] = State(stage.member, state.DAMAGED, str(error))
    comparison = compare.compare(named, most=MOST) if len(named) > 1 else None
    labels = (
        comparison.labels
        if comparison
        else tuple(next(iter(named.values())).metrics["test"]["labels"])
        if named
        else ()
    )
    titles = {member.name: member.recipe.title for member in study.members}
    trained = [_trained(name, titles[name], run, _rows(run, comparison, name), labels) for name, run in named.items()]
    trained.sort(key=lambda network: network.scores["accuracy"], reverse=True)
    return Outcome(study, tuple(states), tuple(trained), labels, comparison)


def _rows(run: Run, comparison: Comparison | None, name: str) -> pd.DataFrame:
    """Its rows on the common clips; on its own test part where there are none."""
    if comparison is not None and name in comparison.tables:
        return comparison.tables[name]
    table = run.predictions
    return table[table["part"] == "test"]


def _trained(name: str, title: str, run: Run, rows: pd.DataFrame, labels: tuple[str, ...]) -> Trained:
    pieces = runs.trainings(run) or [runs.training(run)]
    found = [piece.found for piece in pieces]
    layers = pieces[0].layers
    seeds = []
    if run.recipe.get("pooled") == "seeds":
        for _, own in rows.groupby("fold", sort=True):
            seeds.append(metrics.scores(metrics.confusion(own["true"], own["predicted"], labels)))
    return Trained(
        name,
        title,
        run,
        len(layers) or None,
        int(found[0]["parameters"]) if found[0].get("parameters") else None,
        float(np.mean([facts.get("seconds", 0.0) - facts.get("features_s", 0.0) for facts in found])),
        metrics.summary(rows, labels),
        tuple(seeds),
        len(seeds) > 1 and int(rows["clip"].value_counts().min()) < len(seeds),
        tuple(state.histories(run)),
        leagues.sentence(run),
    )
