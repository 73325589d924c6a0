"""Starting a study: one queue of trainings with an estimate of them all; going on with it, and doing it once more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ser_core import recipes, runs
from ser_core.corpora import folds, registry, schemes, splits
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.jobs import ACTIVE, Job
from ser_core.jobs.orders import Training
from ser_core.recipes import Recipe
from ser_core.recipes.planning import with_labels
from ser_core.runs import Run, RunError, expected, measured
from ser_core.studies import members as networks
from ser_core.studies import state
from ser_core.studies.study import MOST_SEEDS, Member, Study, StudyError, new_folder


@dataclass(frozen=True)
class Estimate:
    """How long the trainings of a study may take.

    trainings: how many there are. each: the seconds of every member that is to be trained, None where nothing tells. ready: those
    that are trained already.
    """

    trainings: int
    each: tuple[tuple[str, float | None], ...] = ()
    ready: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """All of them, one after the other, as far as anything tells."""
        return sum(seconds for _, seconds in self.each if seconds is not None)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The members of which nothing tells."""
        return tuple(name for name, seconds in self.each if seconds is None)


def estimate(
    members: Sequence[Member], corpus: Corpus, *, seeds: int, n_folds: int = folds.FOLDS, anew: bool = False
) -> Estimate:
    """Return how long it takes to train members that `members.on` prepared; what they read of the corpus is computed once.

    anew: whether what is trained already is trained once more.
    """
    known = measured.finished()
    read: set[str] = set()
    each: list[tuple[str, float | None]] = []
    ready, trainings = [], 0
    speakers = int(splits.speaker_key(corpus.clips).nunique())
    for member in members:
        recipe = member.recipe
        if not anew and trained_before(recipe, corpus, seeds, n_folds) is not None:
            ready.append(member.name)
            continue
        number = Training(recipe, n_folds, seeds).trainings(speakers)
        trainings += number
        needed = expected.of(recipe, corpus, number, known)
        if needed is None:
            each.append((member.name, None))
            continue
        # The first that reads something computes it for those after it.
        each.append((member.name, needed.fit_s if _reads(recipe) in read else needed.seconds))
        read.add(_reads(recipe))
    return Estimate(trainings, tuple(each), tuple(ready))


def start(
    name: str,
    members: Sequence[Member],
    corpus: Corpus,
    *,
    seeds: int,
    n_folds: int = folds.FOLDS,
    varied: str = "",
    repeats: str = "",
    anew: bool = False,
    queued: bool = True,
) -> Study:
    """Write a study of members that `members.on` prepared, and queue their trainings, one network after the other.

    A run of one's own that was trained just so counts as a member's, unless all is to be trained `anew`. corpus: a registered one.
    queued: False where whoever starts it trains what is `missing`. Raises StudyError for a name that is taken and for too many
    seeds, and what `go_on` does.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise StudyError(f"A study trains each network 1 to {MOST_SEEDS} times; {seeds} seeds were asked for.")
    path = new_folder(name)
    given = []
    for number, member in enumerate(members, start=1):
        before = None if anew else trained_before(member.recipe, corpus, seeds, n_folds)
        run = before.name if before is not None else runs.new_path(f"{path.name}-{number}-{member.recipe.name}").name
        given.append(replace(member, run=run))
    split = given[0].recipe.split
    study = Study(
        path, " ".join(name.split()), runs.now(), corpus.name, split, n_folds, seeds, tuple(given), varied, repeats
    )
    study.write()
    if queued:
        go_on(study, corpus)
    return study


def missing(study: Study) -> list[Member]:
    """Return the members that neither are trained nor wait in the queue."""
    return [stage.member for stage in state.of(study) if stage.state not in (*ACTIVE, "done", state.DAMAGED)]


def go_on(study: Study, corpus: Corpus | None = None) -> list[Job]:
    """Queue the trainings of the members that are `missing`; return their jobs.

    Those that failed or were cancelled go on from where they ended. corpus: to tell how long each may take. Raises JobError where
    no more can be queued; what was queued before stays.
    """
    todo = missing(study)
    told = dict(estimate(todo, corpus, seeds=study.seeds, n_folds=study.folds, anew=True).each) if corpus else {}
    return [again(study, member, told.get(member.name)) for member in todo]


def again(study: Study, member: Member, expected_s: float | None = None) -> Job:
    """Queue the training of one member in its run's folder. Raises JobError where it is trained, or waits already."""
    order = Training(member.recipe, study.folds, study.seeds, run=study.run(member).path)
    seeds = f", {study.seeds} seeds" if study.seeds > 1 else ""
    return order.queue(f"{study.name}: {member.name}{seeds}", expected_s=expected_s)


def repeat(study: Study, name: str, corpus: Corpus, *, queued: bool = True) -> Study:
    """Start the study anew under another name: every network is trained again. `queued` and what is raised: as in `start`."""
    blank = [replace(member, run="") for member in study.members]
    unknown = study.members[0].recipe.unknown_speakers
    prepared = networks.on(blank, corpus, study.split, study.folds, unknown)
    return start(
        name,
        prepared,
        corpus,
        seeds=study.seeds,
        n_folds=study.folds,
        varied=study.varied,
        repeats=study.id,
        anew=True,
        queued=queued,
    )


def trained_before(recipe: Recipe, corpus: Corpus, seeds: int, n_folds: int) -> Run | None:
    """Return the newest run of one's own that was trained by this recipe on this corpus, divided alike, with as many seeds; else None."""
    planned = None
    for run in runs.own():
        try:
            if not _same(run, recipe, corpus, seeds, n_folds):
                continue
            planned = planned or _planned(recipe, corpus, seeds, n_folds)
            rows = run.split
            # A parent run lists what its trainings tested.
            parts = ("test",) if run.recipe.get("pooled") else splits.PARTS
            listed = set(zip(rows["clip"], rows["part"], strict=True))
            if listed == {(clip, part) for clip, part in planned if part in parts}:
                return run
        except (CorpusError, RunError, recipes.RecipeError, KeyError, TypeError, AttributeError):
            continue
    return None


def _same(run: Run, recipe: Recipe, corpus: Corpus, seeds: int, n_folds: int) -> bool:
    stated = run.recipe
    if not stated.get("test", False) or run.status["state"] != "done":
        return False
    if any(stated.get(name) for name in ("wrong_on_purpose", "imported")) or "refit" in stated.get("found", {}):
        return False
    asked = stated.get("asked", {})
    if int(asked.get("seeds", 1)) != seeds:
        return False
    if schemes.of(recipe.split).folds and int(asked.get("folds", n_folds)) != n_folds:
        return False
    before = recipes.from_dict(stated["recipe"])
    alike = before.corpus == recipe.corpus and networks.alike(with_labels(before, corpus), recipe)
    return alike and not run.problems()


def _planned(recipe: Recipe, corpus: Corpus, seeds: int, n_folds: int) -> set[tuple[str, str]]:
    """Clips and the parts that they are in; where no split is given, each seed divides a corpus in its own way."""
    pairs = set()
    for seed in range(recipe.seed, recipe.seed + seeds):
        planned = recipes.plan(recipe.with_(seed=seed), corpus, n_folds)
        for division in planned.divisions:
            pairs |= {(clip, part) for clip, part in zip(planned.clips["clip"], division.parts, strict=True) if part}
    return pairs


def _reads(recipe: Recipe) -> str:
    """What tells the features of recipes apart that are computed once each."""
    stated = recipe.to_dict()
    copies = [stated["waveform"], recipe.seed] if recipe.copies else None
    return json.dumps([recipe.features, recipe.descriptors, recipe.copies, copies], sort_keys=True, default=str)


def registered(corpus: str, data: Path) -> None:
    """Raise StudyError where a corpus that was named with its folder is not the registered one, which is what jobs read."""
    entry = registry.entries().get(corpus)
    if entry is None or entry.path.resolve() != data.resolve():
        here = "is not registered" if entry is None else f"is registered in {entry.path}"
        raise StudyError(
            f"Trainings in the queue read registered corpora, and {corpus} {here}: corpora register {corpus} --data {data}."
        )
