"""On which terms a run's weights may be passed on: those of every corpus of which it learned, and of what computes its features."""

from __future__ import annotations

from ser_core.corpora import own, registry
from ser_core.runs import Run, RunError, pieces

#: Corpora whose terms let everybody pass on what was learned of them, with attribution, and what the Hugging Face Hub calls these terms.
#: No others: SAVEE, IEMOCAP, MSP-Podcast and ESD are given to who asked for them, TESS' and MELD's terms leave it open, and voices of
#: one's own are somebody's.
OPEN = {"crema-d": "odbl", "emodb": "other", "ravdess": "cc-by-nc-sa-4.0"}
WEIGHTS = ("model.onnx", "model.keras")


def corpora(run: Run) -> list[str]:
    """Return the names of the corpora that the run learned from; none where its recipe names none."""
    try:
        return [name for name in str(run.recipe["recipe"]["corpus"]).split(registry.PLUS) if name]
    except (RunError, KeyError, TypeError):
        return []


def of(run: Run) -> list[str]:
    """Return the licence of each corpus that the run learned from, a sentence each; none where its recipe names none."""
    return [
        registry.MODULES[name].card.terms[0] if name in registry.MODULES else f"{name}: {own.OWN_LICENCE}."
        for name in corpora(run)
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


def reserved(run: Run) -> str:
    """Return why the run's weights may be passed on by those alone who have the right to, a sentence or more; '' where everybody may.

    A run without weights says nothing of a voice, and is free.
    """
    if not _has_weights(run):
        return ""
    names = corpora(run)
    if not names:
        return "Its recipe does not say what it learned from."
    if len(names) > 1 or of_features(run):
        return sentence(run)
    if names[0] not in OPEN:
        return f"It is bound by the terms of what it learned from. {of(run)[0]}"
    return ""


def _has_weights(run: Run) -> bool:
    return any(run.has(name) for name in WEIGHTS) or any(_has_weights(piece) for piece in pieces(run))
