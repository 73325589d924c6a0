"""What a study says in sentences: the verdict with its seeds and speakers, and the method as it stands in a paper."""

from __future__ import annotations

from ser_core.corpora import registry, schemes
from ser_core.corpora.base import Card
from ser_core.corpora.schemes import Scheme
from ser_core.evaluation.compare import ALPHA, Pair, p_value
from ser_core.runs import Run, pieces
from ser_core.studies.outcome import Outcome, Trained


def verdict(found: Outcome) -> str:
    """Return which network is best, by how much, and whether chance or the seeds alone would do that; '' before two are trained."""
    if found.comparison is None or len(found.trained) < 2:
        return ""
    if not found.comparison.pairs:
        return f"Nothing can be said of which is better: {found.comparison.why}"
    best, second, *others = found.trained
    pair = found.pair(best.name, second.name)
    assert pair is not None
    begun = "" if found.whole else "so far, "
    said = f"{begun}over {_count(found.study.seeds, 'seed')} and {_count(pair.permutation.speakers, 'speaker')}, {_between(best, second, pair)}."
    said = said[0].upper() + said[1:]
    if others:
        said += f" {_others(found, best, others)}"
    test = pair.permutation
    if test.smallest >= ALPHA:
        said += f" With {_count(test.speakers, 'speaker')} no p can be smaller than {test.smallest:.2g}: more speakers are needed to tell."
    if found.study.seeds == 1:
        said += " One seed each: how far two trainings of one network lie apart is not known."
    return said


def method(found: Outcome) -> str:
    """Return how the study was made, in sentences that can stand in a paper."""
    study = found.study
    card, scheme = card_of(study.corpus), schemes.of(study.split)
    seeds = (
        f"{'twice' if study.seeds == 2 else f'{study.seeds} times'}, with the seeds {_listed(_seeds(found))}"
        if study.seeds > 1
        else f"once, with the seed {_seeds(found)[0]}"
    )
    said = [
        f"Each network was trained {seeds}, on {card.title if card else study.corpus}, divided {scheme.title.lower()}{_voices(scheme)}{_parts(found)}.",
    ]
    if _anew(found):
        said.append("This corpus has no public split, so each seed divided it in its own way.")
    if any(one.histories for one in found.trained):
        said.append("The epoch with the best unweighted average recall (UAR) on the validation part was kept.")
    said.append("No choice was made on the test part.")
    if found.trained:
        how = found.trained[0].scores["intervals"]["uar"]["method"]
        said.append(f"Intervals are 95 % intervals: {how}.")
    if found.comparison is not None and found.comparison.pairs:
        number = len(found.comparison.pairs)
        corrected = f", corrected for {number} pairs (Holm)" if number > 1 else ""
        said.append(
            f"Differences in accuracy were tested on the {found.clips:,} common test clips with a sign-flip permutation test over the "
            f"{_count(found.speakers, 'speaker')}{corrected}."
        )
    if found.comparison is not None and found.comparison.heard:
        said.append("The networks were trained on other clips of the tested speakers.")
    versions = _versions(found)
    return " ".join([*said, versions]) if versions else " ".join(said)


def notes(found: Outcome) -> list[str]:
    """Return what a reader must know besides: whose ear was pretrained, what is said of the corpus, which networks are missing."""
    said = [f"{one.name}: {one.ear}" for one in found.trained if one.ear]
    card = card_of(found.study.corpus)
    if card is not None and card.honesty:
        said.append(card.honesty)
    missing = [f"{one.member.name} ({one.state})" for one in found.states if one.state != "done"]
    if missing:
        said.append(f"Not trained: {', '.join(missing)}.")
    return said


def card_of(corpus: str) -> Card | None:
    """Return an official corpus' card, None for any other."""
    return registry.MODULES[corpus].card if corpus in registry.MODULES else None


def percent(share: float) -> str:
    """`52 %`"""
    return f"{100 * share:.0f} %"


def with_span(one: Trained, metric: str) -> str:
    """`52 % (47 to 57)`; of macro-F1 `0.52 (0.47 to 0.57)`"""
    value, span = one.scores[metric], one.scores["intervals"][metric]
    if metric == "macro_f1":
        return f"{value:.2f} ({span['low']:.2f} to {span['high']:.2f})"
    return f"{percent(value)} ({100 * span['low']:.0f} to {100 * span['high']:.0f})"


def took(seconds: float) -> str:
    """`43 s`, `12 min`"""
    return (
        f"{seconds:.0f} s"
        if seconds < 100
        else f"{seconds / 60:.0f} min"
        if seconds < 5400
        else f"{seconds / 3600:.1f} h"
    )


def _between(best: Trained, second: Trained, pair: Pair) -> str:
    points = 100 * abs(pair.span.difference)
    if round(points, 1) == 0:
        return f"{best.name} and {second.name} are right equally often on the {pair.n:,} test clips"
    chance = "more than" if pair.more_than_chance else "not more than"
    said = (
        f"{best.name} is right on {points:.1f} points more of the {pair.n:,} test clips than {second.name}, which is {chance} chance would do "
        f"(p {p_value(pair.p)})"
    )
    if pair.seeds is None:
        return said
    less = abs(pair.span.difference) < pair.seeds
    joined = "and" if less != pair.more_than_chance else "but"
    return f"{said}, {joined} {'less' if less else 'more'} than the {100 * pair.seeds:.1f} points by which seeds of one network differ"


def _others(found: Outcome, best: Trained, others: list[Trained]) -> str:
    above: list[str] = []
    alike: list[str] = []
    for other in others:
        pair = found.pair(best.name, other.name)
        (above if pair is not None and pair.more_than_chance else alike).append(other.name)
    said = []
    if above:
        said.append(f"it is better than {_listed(above)} by more than chance")
    if alike:
        said.append(
            f"{'not' if above else 'it is not better'} than {_listed(alike)}{'' if above else ' by more than chance'}"
        )
    words = ", ".join(said)
    return f"{words[0].upper()}{words[1:]}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _seeds(found: Outcome) -> list[str]:
    first = found.study.members[0].recipe.seed
    return [str(first + k) for k in range(found.study.seeds)]


def _voices(scheme: Scheme) -> str:
    if scheme.both_sides is None:
        return ""
    return (
        ", so that the tested voices were heard in training, in other clips"
        if scheme.both_sides
        else ", so that no tested voice was heard in training"
    )


def _anew(found: Outcome) -> bool:
    return any(one.divided_anew for one in found.trained)


def _parts(found: Outcome) -> str:
    """` (5,000 clips to train on, 656 to choose by, 738 to test)`, of a split that has one division."""
    if not found.trained or _anew(found) or schemes.of(found.study.split).folds:
        return ""
    run: Run = (pieces(found.trained[0].run) or [found.trained[0].run])[0]
    parts = run.split["part"].value_counts()
    if not {"train", "validation", "test"} <= set(parts.index):
        return ""
    return f" ({parts['train']:,} clips to train on, {parts['validation']:,} to choose by, {parts['test']:,} to test)"


def _versions(found: Outcome) -> str:
    stated = found.trained[0].run.recipe if found.trained else {}
    packages = stated.get("packages", {})
    named = [
        f"{title} {packages[name]}"
        for name, title in (("keras", "Keras"), ("tensorflow", "TensorFlow"))
        if name in packages
    ]
    commit = stated.get("git_commit")
    program = f"SER Dashboard{f' (commit {commit[:9]})' if commit else ''}"
    return f"Made with {program}{f', {_listed(named)}' if named else ''}."
