"""Search of a recipe's settings: trials by Optuna, side by side, chosen by the validation part alone; then the best is trained."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ser_core import files, runs
from ser_core.corpora import unreadable
from ser_core.corpora.base import Corpus
from ser_core.evaluation import writing
from ser_core.exchange import extras
from ser_core.recipes import Plan, Recipe, RecipeError, plan, search_ranges
from ser_core.recipes.search_ranges import SearchRange
from ser_core.runs import Run, RunError, leagues
from ser_core.training import side_by_side
from ser_core.training import train as single
from ser_core.training.reporter import Reporter
from ser_core.training.side_by_side import Piece

#: In the run's folder: the trials, each a whole run; what Optuna keeps of them; and of what they are.
TRIALS, STORED, STATED = "trials", "trials/search.db", "trials/search.json"
#: The score by which is chosen.
SCORE = "uar"


def check(recipe: Recipe, ranges: Sequence[SearchRange], corpus: Corpus) -> Plan:
    """Return how the recipe is trained; raise RunError, RecipeError or CorpusError where it, or its ranges, cannot be searched."""
    extras.needed("optuna", "search")
    planned = plan(recipe, corpus)
    if len(planned.divisions) > 1:
        raise RecipeError(
            "A search chooses on one validation part; a cross-validation has several: state --split speakers."
        )
    search_ranges.checked(planned.recipe, ranges)
    for end in (0, -1):
        single.check_network(search_ranges.with_values(planned.recipe, {one.key: one.ends[end] for one in ranges}))
    return planned


def search(
    recipe: Recipe,
    ranges: Sequence[SearchRange],
    trials: int,
    corpus: Corpus,
    run: Run,
    reporter: Reporter,
    *,
    workers: int = side_by_side.WORKERS,
    test: bool = True,
    allow_unreadable: bool = False,
    done: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Try `trials` settings of `recipe` within `ranges`, train the best in the run's folder, and return that run.

    Every trial is trained without test rows and kept as a whole run in trials/<number>/; the one of the best validation UAR counts.
    `workers` trials go on at a time, on what the ones before them found. A search that was interrupted goes on. `done(done, total)` is
    called when trials have ended. `test`: whether the best reads the test part, once. Raises RunError where Optuna is not installed, the
    folder holds another search, or no trial succeeds; else as `train.train`.
    """
    with single.reported(run):
        found = _Search(recipe, tuple(ranges), corpus, run, reporter, workers, allow_unreadable)
        best, notes = found.best(trials, done)
    return single.train(best, corpus, run, reporter, test=test, notes=notes, allow_unreadable=allow_unreadable)


class _Search:
    """What the steps of one search share."""

    def __init__(
        self,
        recipe: Recipe,
        ranges: tuple[SearchRange, ...],
        corpus: Corpus,
        run: Run,
        reporter: Reporter,
        workers: int,
        allow_unreadable: bool,
    ) -> None:
        planned = check(recipe, ranges, corpus)
        self.recipe, self.division, self.clips = planned.recipe, planned.divisions[0], planned.clips
        self.ranges, self.corpus, self.run, self.reporter = ranges, corpus, run, reporter
        self.workers, self.allow_unreadable = workers, allow_unreadable

    def best(self, trials: int, done: Callable[[int, int], None]) -> tuple[Recipe, list[str]]:
        """Return the recipe of the best of so many trials, and what a reader of its run must know."""
        self.state()
        failed = side_by_side.features_first(self.recipe, self.corpus, self.reporter.features, [self.division])
        unreadable.among(self.clips["clip"], failed, self.corpus.card.title, allowed=self.allow_unreadable)
        study = self.study()
        while len(self.ended(study)) < trials:
            self.batch(study, trials - len(self.ended(study)))
            done(len(self.ended(study)), trials)
            self.run.write_status("running", message=f"{len(self.ended(study))} of {trials} trials")
        if not any(one.value is not None for one in self.ended(study)):
            raise RunError(f"None of {trials} trials succeeded; the first says in {self.run.path / TRIALS / '0'} why.")
        chosen = study.best_trial
        values = _rounded(chosen.params)
        said = ", ".join(f"{key}={json.dumps(value)}" for key, value in values.items())
        note = (
            f"Settings chosen by search: {said}, the best of {len(self.ended(study))} trials by the validation part's UAR ({chosen.value:.3f}), "
            f"which is therefore too high as a forecast. Searched: {'; '.join(map(str, self.ranges))}."
        )
        self.run.log_line(note)
        return search_ranges.with_values(self.recipe, values), [note]

    def state(self) -> None:
        """Write what is searched, or hold it against what the folder holds. Raises RunError for another search."""
        stated = {"recipe": self.recipe.to_dict(), "ranges": [str(one) for one in self.ranges]}
        path = self.run.path / STATED
        if path.is_file():
            if json.loads(path.read_text(encoding="utf-8")) != json.loads(json.dumps(stated)):
                raise RunError(
                    f"{self.run.path} holds another search; go on with its recipe and ranges, or name another folder."
                )
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_json(path, stated)
        # Until the best is trained: what a run must say to be listed.
        begun = {
            "recipe": self.recipe.to_dict(),
            "split_name": self.division.title,
            "seed": self.recipe.seed,
            "ear": leagues.ear(self.recipe),
            "packages": writing.versions(single.PACKAGES),
            "git_commit": single.commit(),
            "created": runs.now(),
        }
        self.run.write_json("recipe.json", begun)

    def study(self) -> Any:
        """Optuna's study of the folder, as far as it has come."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        storage = optuna.storages.RDBStorage(f"sqlite:///{self.run.path / STORED}")
        study = optuna.create_study(study_name="search", storage=storage, direction="maximize", load_if_exists=True)
        # Trials side by side do not know of each other's ends: each counts as a bad one until it has ended. Optuna warns that this is new.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.sampler = optuna.samplers.TPESampler(seed=self.recipe.seed + len(study.trials), constant_liar=True)
        return study

    def batch(self, study: Any, most: int) -> None:
        """Train trials side by side, those first that an interruption left, and tell the study how they went."""
        from optuna.trial import TrialState

        asked = {one.number: one.params for one in study.get_trials(states=(TrialState.RUNNING,))}
        for number, params in list(asked.items()):
            if params.keys() != {one.key for one in self.ranges}:
                # Interrupted while it was drawn.
                study.tell(number, state=TrialState.FAIL)
                del asked[number]
        while len(asked) < min(self.workers, most):
            trial = study.ask({one.key: _distribution(one) for one in self.ranges})
            asked[trial.number] = trial.params
        pieces = {self.run.path / TRIALS / str(number): (number, params) for number, params in sorted(asked.items())}
        trained = side_by_side.train(
            [
                Piece(search_ranges.with_values(self.recipe, _rounded(params)), path)
                for path, (_, params) in pieces.items()
            ],
            self.corpus,
            test=False,
            allow_unreadable=self.allow_unreadable,
            workers=self.workers,
            go_on=True,
        )
        whys = {piece.path: why for piece, why in trained}
        # In their order, so that a search finds the same whichever ends first.
        for path, (number, params) in pieces.items():
            if whys[path]:
                study.tell(number, state=TrialState.FAIL)
                self.run.log_line(f"trial {number} failed: {whys[path]}")
                continue
            score = float(Run(path).metrics["validation"][SCORE])
            study.tell(number, score)
            self.run.log_line(f"trial {number}: {json.dumps(_rounded(params))}, validation UAR {score:.4f}")

    def ended(self, study: Any) -> list[Any]:
        """The trials that have ended, well or not."""
        return [one for one in study.trials if one.state.is_finished()]


def _distribution(one: SearchRange) -> Any:
    from optuna import distributions

    if one.choices:
        return distributions.CategoricalDistribution(one.choices)
    if one.whole:
        return distributions.IntDistribution(int(one.low), int(one.high), log=one.log)
    return distributions.FloatDistribution(float(one.low), float(one.high), log=one.log)


def _rounded(params: dict[str, Any]) -> dict[str, Any]:
    """Values as a recipe states them: four digits tell settings apart."""
    return {
        key: float(f"{value:.4g}") if isinstance(value, float) and math.isfinite(value) else value
        for key, value in params.items()
    }
