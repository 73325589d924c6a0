"""Two to four runs held against each other, on the clips that none of them saw."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ser_core import recipes, runs
from ser_core.corpora.splits import corpus_of, speaker_key
from ser_core.evaluation import metrics, significance
from ser_core.evaluation.significance import McNemar, SignFlip, Span
from ser_core.runs import Run, RunError
from ser_core.runs.tables import parts_share_speakers

FEWEST, MOST = 2, 4
#: Below this p a difference is called more than chance.
ALPHA = 0.05
#: Between a clip's id and the number of a changed copy of it.
COPY = "#copy"
NEEDED = ("clip", "part", "speaker", "true", "predicted")


@dataclass(frozen=True)
class Pair:
    """Two runs on the same unseen clips: by how much the first is right more often, and whether chance would do that."""

    first: str
    second: str
    n: int
    span: Span
    permutation: SignFlip
    p: float
    """The permutation test's p, corrected (Holm) for the number of pairs."""
    mcnemar: McNemar | None
    """None where a run is of several seeds: a clip then is neither right nor wrong."""
    seeds: float | None
    """How far the seeds of one run lie apart (largest minus smallest accuracy on these clips); None without seeds."""

    @property
    def more_than_chance(self) -> bool:
        return self.p < ALPHA

    @property
    def sentence(self) -> str:
        """Say which is better, and whether that is more than chance would do; it follows the test over speakers."""
        points = 100 * self.span.difference
        better, other = (self.first, self.second) if points >= 0 else (self.second, self.first)
        if round(abs(points), 1) == 0:
            return f"{self.first} and {self.second} are right equally often on the {self.n} clips."
        test = self.permutation
        verdict = "more than" if self.more_than_chance else "not more than"
        said = (
            f"{better} is right on {abs(points):.1f} points more of the {self.n} clips than {other}; over "
            f"{_speakers(test.speakers)} that is {verdict} chance would do, p {p_value(self.p)}."
        )
        if test.smallest >= ALPHA:
            said += f" With {_speakers(test.speakers)} no p can be smaller than {test.smallest:.2g}: these clips cannot tell."
        if self.seeds is not None:
            less = abs(self.span.difference) < self.seeds
            said += f" The seeds of one recipe alone lie {100 * self.seeds:.1f} points apart, " + (
                "so the two differ by less than the seeds do." if less else "less than the two do."
            )
        return said

    def to_dict(self) -> dict[str, Any]:
        """Return what `runs compare --json` prints of a pair."""
        return {**asdict(self), "more_than_chance": self.more_than_chance, "sentence": self.sentence}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs on the clips that none of them saw: their rows, and every pair's tests; no rows and `why` where there are none."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    tables: dict[str, pd.DataFrame] = field(repr=False)
    """Run → its rows of predictions on the common clips (several a clip where it has several seeds)."""
    n: int
    speakers: int
    heard: tuple[str, ...]
    """Runs divided by clip: they knew other clips of the same speakers."""
    pairs: tuple[Pair, ...]
    differences: dict[str, dict[str, Any]]
    """Field of the configuration → run → value; only the fields that differ."""
    why: str = ""

    def scores(self) -> dict[str, dict[str, Any]]:
        """Return every run's summary on the common clips (metrics.summary)."""
        return {name: metrics.summary(table, self.labels) for name, table in self.tables.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return what `runs compare --json` prints."""
        kept = ("accuracy", "uar", "macro_f1", "confusion", "intervals")
        return {
            "runs": list(self.names),
            "labels": list(self.labels),
            "n": self.n,
            "speakers": self.speakers,
            "why_none": self.why,
            "knew_the_speakers": list(self.heard),
            "scores": {name: {key: scores[key] for key in kept} for name, scores in self.scores().items()},
            "pairs": [pair.to_dict() for pair in self.pairs],
            "differences": self.differences,
        }


def compare(
    named: Mapping[str, Run], answers: Mapping[str, pd.DataFrame] | None = None, *, most: int = MOST
) -> Comparison:
    """Compare runs, by the names they are to be called, on the clips that none of them saw.

    answers: what each of them says of other clips (as predictions.csv, part test), instead of its own test rows. most: how many runs
    may be compared; every pair of them is tested.

    A clip counts where it is in every run's test rows, in no run's train or validation part (nor is a changed copy of it),
    and its speaker in none of these of a run divided by speakers. Where label sets differ, only clips whose emotion is in
    all count, and the most probable of the common labels is the answer. Raises RunError for fewer than two or more than
    `most` runs, runs on different corpora, and damaged ones.
    """
    if not FEWEST <= len(named) <= most:
        raise RunError(f"{FEWEST} to {most} different runs can be compared; {len(named)} were named.")
    rows = dict(answers) if answers else {name: _test_rows(run) for name, run in named.items()}
    labels = _common_labels(named)
    heard = tuple(name for name, run in named.items() if knows_speakers(run))
    clips, why = _unseen(named, rows, heard)
    tables = {
        name: _among(table[table["clip"].isin(clips) & table["true"].isin(labels)], labels)
        for name, table in rows.items()
    }
    if any(table.empty for table in tables.values()):
        tables, why = {}, why or "No clip of an emotion that all of them know was left unseen by all of them."
    first = next(iter(tables.values()), pd.DataFrame(columns=["clip", "speaker"]))
    pairs = _pairs(tables) if tables else ()
    return Comparison(
        tuple(named),
        labels,
        tables,
        first["clip"].nunique(),
        metrics.speakers(first),
        heard,
        pairs,
        differences(named),
        "" if tables else why,
    )


def knows_speakers(run: Run) -> bool:
    """Tell whether the run, or a fold or seed of it, was trained on other clips of the speakers that it is tested on."""
    return parts_share_speakers(run.split) or any(training.knew_speakers for training in runs.trainings(run))


def rightness(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a clip, sorted: its speaker, and how often it was answered rightly (0 or 1; between, of several seeds)."""
    right = table.assign(right=(table["true"] == table["predicted"]).astype(float))
    return right.groupby("clip", sort=True).agg(speaker=("speaker", "first"), right=("right", "mean"))


def differences(named: Mapping[str, Run]) -> dict[str, dict[str, Any]]:
    """Return the fields of the runs' configuration that differ, each with every run's value ('' where it has none)."""
    flat = {name: recipes.flat(_configuration(run)) for name, run in named.items()}
    keys = dict.fromkeys(key for fields in flat.values() for key in fields)
    table = {key: {name: fields.get(key, "") for name, fields in flat.items()} for key in keys}
    return {key: values for key, values in table.items() if len({repr(value) for value in values.values()}) > 1}


def p_value(p: float) -> str:
    """Return p as it is said: `= 0.03`, `< 0.001`."""
    if p < 0.001:
        return "< 0.001"
    return f"= {p:.3f}" if p < 0.01 else f"= {p:.2f}"


def _speakers(count: int) -> str:
    return f"{count} speaker{'s' if count != 1 else ''}"


def _test_rows(run: Run) -> pd.DataFrame:
    table = run.predictions
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise RunError(f"predictions.csv of the run {run.name} has no column '{missing[0]}'.")
    return table[table["part"] == "test"]


def _common_labels(named: Mapping[str, Run]) -> tuple[str, ...]:
    lists: list[list[str]] = []
    for run in named.values():
        if not run.metrics:
            raise RunError(f"The run {run.name} has no scores.")
        lists.append(next(iter(run.metrics.values()))["labels"])
    return tuple(label for label in lists[0] if all(label in labels for labels in lists))


def _unseen(named: Mapping[str, Run], rows: Mapping[str, pd.DataFrame], heard: tuple[str, ...]) -> tuple[set[str], str]:
    """The common unseen clips, and why there are none."""
    without = [name for name, table in rows.items() if table.empty]
    if without:
        return set(), f"{' and '.join(without)} {'has' if len(without) == 1 else 'have'} no test rows."
    corpora = [set(corpus_of(table)) for table in rows.values()]
    if not set.intersection(*corpora):
        raise RunError(f"{' and '.join(named)} were not tested on the same corpus, so they cannot be compared.")
    clips = set.intersection(*(set(table["clip"]) for table in rows.values()))
    if not clips:
        return set(), "Their test parts have no clip in common."
    table = next(iter(rows.values())).drop_duplicates("clip")
    table = table[table["clip"].isin(clips)]
    for name, run in named.items():
        used = run.split[run.split["part"].isin(["train", "validation"])]
        if used.empty:
            # A cross-validation lists test rows alone: each was answered by a fold that had not seen it.
            continue
        seen = table["clip"].str.partition(COPY)[0].isin(set(used["clip"].str.partition(COPY)[0]))
        if name not in heard:
            seen |= speaker_key(table).isin(set(speaker_key(used)))
        table = table[~seen]
    return set(table["clip"]), "Each clip that all of them were tested on was seen by one of them in training."


def _among(table: pd.DataFrame, labels: tuple[str, ...]) -> pd.DataFrame:
    columns = [f"p_{label}" for label in labels]
    if table.empty or table["predicted"].isin(labels).all() or not set(columns) <= set(table.columns):
        return table
    best = table[columns].to_numpy(float).argmax(axis=1)
    return table.assign(predicted=[labels[k] for k in best])


def _pairs(tables: Mapping[str, pd.DataFrame]) -> tuple[Pair, ...]:
    hits = {name: rightness(table) for name, table in tables.items()}
    spreads = {name: _seed_spread(table) for name, table in tables.items()}
    made = []
    for first, second in itertools.combinations(tables, 2):
        one, other = hits[first], hits[second]
        gap, speakers = (one["right"] - other["right"]).to_numpy(), list(one["speaker"])
        whole = all(table["right"].isin((0.0, 1.0)).all() for table in (one, other))
        seeds = [spread for name in (first, second) if (spread := spreads[name]) is not None]
        made.append(
            Pair(
                first,
                second,
                len(one),
                significance.paired(gap, speakers),
                test := significance.sign_flip(gap, speakers),
                test.p,
                significance.mcnemar(one["right"].to_numpy() > 0, other["right"].to_numpy() > 0) if whole else None,
                max(seeds) if seeds else None,
            )
        )
    corrected = significance.holm([pair.p for pair in made])
    return tuple(Pair(**{**pair.__dict__, "p": p}) for pair, p in zip(made, corrected, strict=True))


def _seed_spread(table: pd.DataFrame) -> float | None:
    """Largest minus smallest accuracy of the seeds that answered every clip; None where each clip was answered once."""
    if not table["clip"].duplicated().any():
        return None
    right = table["true"] == table["predicted"]
    each = right.groupby(table["fold"]).mean()
    return float(np.ptp(each.to_numpy()))


def _configuration(run: Run) -> dict[str, Any]:
    stated = run.recipe
    recipe = stated.get("recipe", {})
    # Older runs lack fields that came later; the defaults are what they were made with. An imported run has no recipe.
    with contextlib.suppress(recipes.RecipeError, TypeError):
        recipe = recipes.from_dict(recipe).to_dict()
    return {
        **recipe,
        "split_name": stated.get("split_name", ""),
        "parameters": stated.get("found", {}).get("parameters", ""),
        "wrong_on_purpose": stated.get("wrong_on_purpose", ""),
        "packages": stated.get("packages", {}),
    }
