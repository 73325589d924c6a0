"""On which terms a run's weights may be passed on: those of every corpus of which it learned, and of what computes its features."""

from __future__ import annotations

from ser_core.corpora import own, registry
from ser_core.runs import Run, RunError


def of(run: Run) -> list[str]:
    """Return the licence of each corpus that the run learned from, a sentence each; none where its recipe names none."""
    try:
        names = str(run.recipe["recipe"]["corpus"]).split(registry.PLUS)
    except (RunError, KeyError, TypeError):
        return []
    return [
        registry.MODULES[name].card.terms[0] if name in registry.MODULES else f"{name}: {own.OWN_LICENCE}."
        for name in names
        if name
    ]


def of_features(run: Run) -> list[str]:
    """Return the terms of what computes the features of the run's model, a sentence each; none for this program's own."""
    try:
        inputs = run.contract.inputs
    except RunError:
        return []
    return list(dict.fromkeys(given.source.terms for given in inputs if given.source.terms))


def sentence(run: Run) -> str:
    """Return what whoever passes on a run of several corpora, or of features on others' terms, must know; '' for any other."""
    several, features = of(run), of_features(run)
    said = []
    if len(several) > 1:
        said = [
            "It learned from several corpora and is bound by the terms of each; keep it on this machine unless every one lets you pass it on.",
            *several,
        ]
    if features:
        said += ["Its features are computed on terms that bind it, too.", *features]
    return " ".join(said)
