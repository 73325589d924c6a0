"""Trained here, tested there: which run answers for a corpus that it never heard, and the table of all that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ser_core.corpora import joined, schemes
from ser_core.corpora.base import Corpus
from ser_core.corpora.registry import PLUS
from ser_core.evaluation import kept
from ser_core.evaluation.kept import Kept
from ser_core.runs import Run, RunError, overview


@dataclass(frozen=True)
class Cell:
    """How often a run is right on a corpus (0 to 1), with its 95 % interval.

    trained: the corpora of which it learned. adapted: whether it was given the mean of each speaker's tested clips, without labels.
    """

    run: str
    trained: tuple[str, ...]
    tested: str
    adapted: bool
    accuracy: float
    uar: float
    low: float
    high: float
    n: int
    speakers: int
    method: str

    @property
    def unheard(self) -> bool:
        """Whether the corpus is none of those that it learned from."""
        return self.tested not in self.trained


def judge(run: Run, corpus: str) -> Run:
    """Return the run that answers for a corpus: of one that left each corpus out in turn, the training that left out this one."""
    if not _by_corpus(run):
        return run
    training = Run(run.path / "folds" / corpus)
    if not training.has("files.json"):
        raise RunError(
            f"{run.name} left each of {', '.join(_corpora(run))} out in turn; none of its trainings is for {corpus}. Name one of them: "
            f"{run.path / 'folds'}."
        )
    return training


def as_trained(corpus: Corpus, run: Run) -> Corpus:
    """Return the corpus with its emotions under the names that they had in the run's training, where that joined several corpora."""
    if len(_corpora(run)) < 2 or PLUS in corpus.name:
        return corpus
    return joined.renamed(corpus, run.recipe["recipe"].get("mapping"))


def cells() -> list[Cell]:
    """Return every cell of the table train x test: runs that left a corpus out, and runs that were evaluated on another corpus.

    Of the latter what is kept of unseen clips as they are, and the run's own test part. What is damaged is left out.
    """
    named = overview.named()
    measured = [cell for run in named.values() if _by_corpus(run) for cell in _left_out(run)]
    evaluated: dict[str, list[Kept]] = {}
    for evaluation in kept.everything():
        evaluated.setdefault(evaluation.run, []).append(evaluation)
    for name, held in evaluated.items():
        run = named.get(name)
        if run is None:
            continue
        measured += [cell for evaluation in held if (cell := _elsewhere(run, evaluation)) is not None]
        if not _by_corpus(run):
            measured += _own(run)
    # What was measured last stands.
    return list({(cell.run, cell.tested, cell.adapted): cell for cell in measured}.values())


def _corpora(run: Run) -> tuple[str, ...]:
    try:
        return tuple(str(run.recipe["recipe"]["corpus"]).split(PLUS))
    except (RunError, KeyError, TypeError):
        return ()


def _by_corpus(run: Run) -> bool:
    try:
        stated = run.recipe
        return bool(stated.get("pooled") == "folds" and stated["recipe"]["split"] == schemes.CORPORA.name)
    except (RunError, KeyError, TypeError, AttributeError):
        return False


def _by_speaker(run: Run) -> bool:
    """Whether a run's features are scaled by each speaker's own statistics: its scores are with their means taken out."""
    return bool(run.recipe["recipe"].get("normalise") == "speaker")


def _trained(run: Run, tested: str) -> tuple[str, ...]:
    corpora = _corpora(run)
    return tuple(corpus for corpus in corpora if corpus != tested) if _by_corpus(run) else corpora


def _left_out(run: Run) -> list[Cell]:
    measured = []
    for corpus in _corpora(run):
        try:
            scores = Run(run.path / "folds" / corpus).metrics["test"]
            measured.append(_cell(run, corpus, scores, adapted=_by_speaker(run)))
        except (RunError, KeyError, TypeError):
            continue
    return measured


def _own(run: Run) -> list[Cell]:
    corpora = _corpora(run)
    try:
        return [_cell(run, corpora[0], run.metrics["test"], adapted=_by_speaker(run))] if len(corpora) == 1 else []
    except (RunError, KeyError, TypeError):
        return []


def _elsewhere(run: Run, evaluation: Kept) -> Cell | None:
    try:
        stated = evaluation.stated
        plain = not (stated["include_seen"] or stated["enrolment"] or stated["degradation"] or stated["speakers"])
        adaptation = stated.get("adaptation", "none")
        return (
            _cell(run, evaluation.corpus, evaluation.metrics, adapted=adaptation == "speaker")
            if plain and adaptation != "corpus"
            else None
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _cell(run: Run, tested: str, scores: Mapping[str, Any], *, adapted: bool) -> Cell:
    span = scores["intervals"]["accuracy"]
    return Cell(
        run.name,
        _trained(run, tested),
        tested,
        adapted,
        scores["accuracy"],
        scores["uar"],
        span["low"],
        span["high"],
        scores["n"],
        scores["speakers"],
        span["method"],
    )
