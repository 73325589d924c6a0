"""On which terms a run's weights may be passed on: those of every corpus of which it learned."""

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


def sentence(run: Run) -> str:
    """Return what whoever passes on a run of several corpora must know; '' for a run of one."""
    terms = of(run)
    if len(terms) < 2:
        return ""
    return (
        "It learned from several corpora and is bound by the terms of each; keep it on this machine unless every one lets you pass it on. "
        + " ".join(terms)
    )
