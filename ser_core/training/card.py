"""The model card: what a run's model is, on what it was trained and measured, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ser_core.corpora.base import Card
from ser_core.corpora.unreadable import NAMED
from ser_core.encoders.whisper import LICENCE
from ser_core.recipes import Recipe


def card(
    recipe: Recipe,
    corpus: Card,
    split: str,
    metrics: dict[str, Any],
    counts: dict[str, int],
    facts: dict[str, Any],
    notes: Sequence[str] = (),
    ear: str = "",
) -> str:
    """Return card.md. `counts`: clips a part; `facts`: temperature, threshold, parameters, seconds, parity, unreadable; refit of a refitted one.

    notes: what a reader must know of how the corpus was divided; ear: of where its ear comes from.
    """
    lines = [
        f"# {recipe.title}",
        "",
        f"Recipe `{recipe.name}`, seed {recipe.seed}; features: {recipe.feature_set.title}.",
        *(["", ear] if ear else []),
        "",
        "## Trained on",
        "",
        f"{corpus.title} ({corpus.language}), split `{split}`: {counts.get('train', 0)} clips to train{_copies(recipe, counts)}, "
        f"{counts.get('validation', 0)} to choose epoch, temperature and threshold, {counts.get('test', 0)} to test.",
        *_unreadable(facts.get("unreadable")),
        *_refitted(facts.get("refit")),
        *_taught(recipe),
        *(line for note in notes for line in ("", note)),
        "",
        f"{corpus.honesty}",
        "",
        *_measured(metrics),
        *_before(facts.get("refit")),
        "",
        "## How it answers",
        "",
        f"Probabilities are calibrated on the validation part (temperature {facts['temperature']:.3f}); below a confidence of "
        f'{100 * facts["threshold"]:.0f} % the answer is "uncertain".',
        *_profile(recipe),
        f"{facts['parameters']:,} parameters; {facts['seconds'] / 60:.0f} min to train. model.onnx and model.keras differ by at "
        f"most {facts['parity']:.1e} in a probability.",
        "",
        *_limits(corpus),
        *_licence_of_ear(recipe, ear),
        *_terms_of_features(recipe),
    ]
    return "\n".join(lines)


def parent_card(
    recipe: Recipe,
    corpus: Card,
    split: str,
    metrics: dict[str, Any],
    facts: dict[str, Any],
    notes: Sequence[str] = (),
    ear: str = "",
) -> str:
    """Return card.md of a parent run: several trainings pooled. `metrics`: with `folds`, `mean`, `deviation` a part; `notes`, `ear`: as of `card`."""
    lines = [
        f"# {recipe.title}",
        "",
        f"Recipe `{recipe.name}`, seed {recipe.seed}; features: {recipe.feature_set.title}. {len(facts['pieces'])} trainings, "
        f"pooled; each is a run of its own below this folder. There is no model here to predict with.",
        *(["", ear] if ear else []),
        "",
        f"{corpus.title} ({corpus.language}), {split}.",
        *(line for note in notes for line in ("", note)),
        *_unreadable(facts.get("unreadable")),
        "",
        f"{corpus.honesty}",
        "",
        *_measured(metrics),
        "",
        "| part | fold or seed | clips | accuracy | UAR | macro-F1 |",
        "|---|---|---|---|---|---|",
    ]
    for part, found in metrics.items():
        for one in found["folds"]:
            lines.append(f"| {part} | {one['fold']} | {one['n']} | {_three(one)} |")
        lines.append(f"| {part} | mean | | {_three(found['mean'])} |")
        lines.append(f"| {part} | deviation | | {_three(found['deviation'])} |")
    lines += [
        "",
        f"{facts['parameters']:,} parameters; {facts['seconds_of_pieces'] / 60:.0f} min to train them all, one after another.",
        "",
        *_limits(corpus),
        *_licence_of_ear(recipe, ear),
        *_terms_of_features(recipe),
    ]
    return "\n".join(lines)


def _unreadable(left_out: dict[str, Any] | None) -> list[str]:
    """What of the corpus could not be read; runs of before it was counted do not know."""
    if not left_out or not left_out["n"]:
        return []
    named, more = left_out["clips"][:NAMED], left_out["n"] - NAMED
    others = f" and {more:,} more" if more > 0 else ""
    return [
        f"{left_out['n']:,} of {left_out['asked']:,} clips could not be read and are in no part: {', '.join(named)}{others}."
    ]


def _copies(recipe: Recipe, counts: dict[str, int]) -> str:
    if not recipe.copies:
        return ""
    changed = "1 changed copy" if recipe.copies == 1 else f"{recipe.copies} changed copies"
    return f" ({counts.get('train', 0) // (recipe.copies + 1)} recordings, and {changed} of each)"


def _taught(recipe: Recipe) -> list[str]:
    if not recipe.teachers:
        return []
    by = ", ".join(f"`{name}`" for name in recipe.teachers)
    return [
        f"{recipe.fit.taught:.0%} of a training clip's label is what other networks, trained on the same part, say of it: {by}."
    ]


def _measured(metrics: dict[str, Any]) -> list[str]:
    lines = [
        "## Measured",
        "",
        "| part | clips | speakers | accuracy | UAR | macro-F1 | calibration error |",
        "|---|---|---|---|---|---|---|",
    ]
    for part, found in metrics.items():
        cells = [part, str(found["n"]), str(found["speakers"])]
        cells += [_with_interval(found, name) for name in ("accuracy", "uar", "macro_f1")]
        lines.append("| " + " | ".join([*cells, f"{found['ece']:.3f}" if "ece" in found else "-"]) + " |")
    if metrics:
        method = next(iter(metrics.values()))["intervals"]["accuracy"]["method"]
        lines += ["", f"95 % intervals: {method}. The validation figures are those on which choices were made."]
    return lines


def _refitted(settled: dict[str, Any] | None) -> list[str]:
    if not settled:
        return []
    trainings = "a training" if settled["trainings"] == 1 else f"{settled['trainings']} trainings"
    return [
        "",
        f"Refitted: the clips on which choices are made are trained on too. Its {settled['epochs']} epochs, temperature and threshold are "
        f"those that {trainings} of the same recipe on the train part alone found on the validation part (`{settled['of']}`).",
    ]


def _before(settled: dict[str, Any] | None) -> list[str]:
    """What was measured on the same test part before the refit."""
    if not settled or "test" not in settled["before"]:
        return []
    found = settled["before"]["test"]
    whose = "one training" if settled["trainings"] == 1 else f"mean of {settled['trainings']} seeds"
    spread = {name: f" ± {value:.3f}" for name, value in found.get("deviation", {}).items()}
    cells = [
        f"{name} {found[key]:.3f}{spread.get(key, '')} ({found['intervals'][key]['low']:.3f} to {found['intervals'][key]['high']:.3f})"
        for key, name in (("accuracy", "accuracy"), ("uar", "UAR"), ("macro_f1", "macro-F1"))
    ]
    return ["", f"Trained on the train part alone, {whose}, same test part: {', '.join(cells)}."]


def _limits(corpus: Card) -> list[str]:
    return [
        "## Limits",
        "",
        "- It tells the emotion that an actor was asked for, in acted speech; it does not read minds.",
        "- It was not measured on your microphone, your language or spontaneous speech.",
        "- In the EU, inferring emotions at work and in schools is prohibited except for medical or safety reasons "
        "(AI Act, Art. 5(1)(f)).",
        "",
        "## Licence of the data",
        "",
        *_terms(corpus),
        "",
        f"{corpus.citation}",
        "",
    ]


def _terms(corpus: Card) -> list[str]:
    """The licence of the corpus, or of each that is joined, and what follows for the weights."""
    if not corpus.joined:
        return list(corpus.terms)
    return [
        *(f"- {terms}" for terms in corpus.terms),
        "",
        "The weights were made of all of them and are bound by the terms of each: keep them on this machine unless every one of them lets you "
        "pass them on.",
    ]


def _licence_of_ear(recipe: Recipe, ear: str) -> list[str]:
    """Whose weights the ear has; of those on terms of their own the terms say it."""
    sources = [given.source for given in recipe.feature_set.inputs if given.source.credit]
    if sources:
        return [line for source in sources if source.credit not in source.terms for line in (source.credit, "")]
    # Of a network that was taught by one with that ear.
    return [f"Whisper: {LICENCE}.", ""] if ear else []


def _terms_of_features(recipe: Recipe) -> list[str]:
    terms = dict.fromkeys(given.source.terms for given in recipe.feature_set.inputs if given.source.terms)
    return [line for one in terms for line in (one, "")]


def _profile(recipe: Recipe) -> list[str]:
    if not recipe.profile:
        return []
    return [
        "It takes a voice profile: the mean and deviation of each feature over some clips of the speaker, without labels. All figures "
        "above, the temperature and the threshold are without one, as for a new speaker."
    ]


def _three(scores: dict[str, float]) -> str:
    return " | ".join(f"{scores[name]:.3f}" for name in ("accuracy", "uar", "macro_f1"))


def _with_interval(found: dict[str, Any], name: str) -> str:
    span = found["intervals"][name]
    return f"{found[name]:.3f} ({span['low']:.3f} to {span['high']:.3f})"
