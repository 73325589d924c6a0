"""What a study says in sentences: the verdict with its seeds and speakers, and the method as it stands in a paper."""

from __future__ import annotations

from ser_core.corpora import registry, schemes
from ser_core.corpora.base import Card
from ser_core.corpora.schemes import Scheme
from ser_core.evaluation.compare import ALPHA, Pair, p_value
from ser_core.runs import Run, pieces
from ser_core.studies.outcome import Outcome, Trained


def verdict(outcome: Outcome) -> str:
    """Return which network is best, by how much, and whether chance or the seeds alone would do that; '' before two are trained."""
    if outcome.comparison is None or len(outcome.trained) < 2:
        return ""
    if not outcome.comparison.pairs:
        return f"Nothing can be said of which is better: {outcome.comparison.why}"
    best, second, *others = outcome.trained
    pair = outcome.pair(best.name, second.name)
    assert pair is not None
    begun = "" if outcome.whole else "so far, "
    said = f"{begun}over {_count(outcome.study.seeds, 'seed')} and {_count(pair.permutation.speakers, 'speaker')}, {_between(best, second, pair)}."
    said = said[0].upper() + said[1:]
    if others:
        said += f" {_others(outcome, best, others)}"
    test = pair.permutation
    if test.smallest >= ALPHA:
        said += f" With {_count(test.speakers, 'speaker')} no p can be smaller than {test.smallest:.2g}: more speakers are needed to tell."
    if outcome.study.seeds == 1:
        said += " One seed each: how far two trainings of one network lie apart is not known."
    return said


def method(outcome: Outcome) -> str:
    """Return how the study was made, in sentences that can stand in a paper."""
    study = outcome.study
    card, scheme = card_of(study.corpus), schemes.of(study.split)
    seeds = (
        f"{'twice' if study.seeds == 2 else f'{study.seeds} times'}, with the seeds {_listed(_seeds(outcome))}"
        if study.seeds > 1
        else f"once, with the seed {_seeds(outcome)[0]}"
    )
    said = [
        f"Each network was trained {seeds}, on {card.title if card else study.corpus}, divided {scheme.title.lower()}{_voices(scheme)}{_parts(outcome)}.",
    ]
    if _anew(outcome):
        said.append("This corpus has no public split, so each seed divided it in its own way.")
    if any(network.histories for network in outcome.trained):
        said.append("The epoch with the best unweighted average recall (UAR) on the validation part was kept.")
    said.append("No choice was made on the test part.")
    if outcome.trained:
        how = outcome.trained[0].scores["intervals"]["uar"]["method"]
        said.append(f"Intervals are 95 % intervals: {how}.")
    if outcome.comparison is not None and outcome.comparison.pairs:
        number = len(outcome.comparison.pairs)
        corrected = f", corrected for {number} pairs (Holm)" if number > 1 else ""
        said.append(
            f"Differences in accuracy were tested on the {outcome.clips:,} common test clips with a sign-flip permutation test over the "
            f"{_count(outcome.speakers, 'speaker')}{corrected}."
        )
    if outcome.comparison is not None and outcome.comparison.heard:
        said.append("The networks were trained on other clips of the tested speakers.")
    versions = _versions(outcome)
    return " ".join([*said, versions]) if versions else " ".join(said)


def notes(outcome: Outcome) -> list[str]:
    """Return what a reader must know besides: whose ear was pretrained, what is said of the corpus, which networks are missing."""
    said = [f"{network.name}: {network.ear}" for network in outcome.trained if network.ear]
    card = card_of(outcome.study.corpus)
    if card is not None and card.honesty:
        said.append(card.honesty)
    missing = [f"{state.member.name} ({state.state})" for state in outcome.states if state.state != "done"]
    if missing:
        said.append(f"Not trained: {', '.join(missing)}.")
    return said


def card_of(corpus: str) -> Card | None:
    """Return an official corpus' card, None for any other."""
    return registry.MODULES[corpus].card if corpus in registry.MODULES else None


def percent(share: float) -> str:
    """`52 %`"""
    return f"{100 * share:.0f} %"


def with_span(network: Trained, metric: str) -> str:
    """`52 % (47 to 57)`; of macro-F1 `0.52 (0.47 to 0.57)`"""
    value, span = network.scores[metric], network.scores["intervals"][metric]
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


def _others(outcome: Outcome, best: Trained, others: list[Trained]) -> str:
    above: list[str] = []
    alike: list[str] = []
    for other in others:
        pair = outcome.pair(best.name, other.name)
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


def _seeds(outcome: Outcome) -> list[str]:
    first = outcome.study.members[0].recipe.seed
    return [str(first + k) for k in range(outcome.study.seeds)]


def _voices(scheme: Scheme) -> str:
    if scheme.both_sides is None:
        return ""
    return (
        ", so that the tested voices were heard in training, in other clips"
        if scheme.both_sides
        else ", so that no tested voice was heard in training"
    )


def _anew(outcome: Outcome) -> bool:
    return any(network.divided_anew for network in outcome.trained)


def _parts(outcome: Outcome) -> str:
    """` (5,000 clips to train on, 656 to choose by, 738 to test)`, of a split that has one division."""
    if not outcome.trained or _anew(outcome) or schemes.of(outcome.study.split).folds:
        return ""
    run: Run = (pieces(outcome.trained[0].run) or [outcome.trained[0].run])[0]
    parts = run.split["part"].value_counts()
    if not {"train", "validation", "test"} <= set(parts.index):
        return ""
    return f" ({parts['train']:,} clips to train on, {parts['validation']:,} to choose by, {parts['test']:,} to test)"


def _versions(outcome: Outcome) -> str:
    stated = outcome.trained[0].run.recipe if outcome.trained else {}
    packages = stated.get("packages", {})
    named = [
        f"{title} {packages[name]}"
        for name, title in (("keras", "Keras"), ("tensorflow", "TensorFlow"))
        if name in packages
    ]
    commit = stated.get("git_commit")
    program = f"SER Dashboard{f' (commit {commit[:9]})' if commit else ''}"
    return f"Made with {program}{f', {_listed(named)}' if named else ''}."
