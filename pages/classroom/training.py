"""Train, in a lesson: act six emotions, and train the quick network on what the class acted, each in turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import streamlit as st

from pages.server import visitor
from pages.train import gate, starting
from pages.train.corpus import Chosen
from pages.widgets import collecting, corpora, foreign, in_url
from ser_core import recipes
from ser_core.corpora import classmates
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.jobs.orders import Training
from ser_core.recipes import Recipe

QUICK = "quick-cnn"
#: Below so many clips a corpus is one of a class: smaller batches, and every clip is heard more often.
FEW, BATCH, EMA = 1500, 6, 0.97
#: Steps of a fit on few clips, and the bounds of how often each of them is heard.
STEPS, LEAST, MOST = 240, 6, 12
#: From so many voices on, some are kept for the test alone.
VOICES = 4
LONG = {"short": ("Half as long", 0.5), "usual": ("Usual", 1.0), "long": ("Twice as long", 2.0)}


def show() -> None:
    """Draw what can be trained on, for how long, when its turn comes, and the button."""
    reason = gate.reason_not_to_train()
    if reason:
        st.info(reason, icon=":material/block:")
        return
    titles = corpora.choices()
    if not titles:
        st.info("Nothing to train on yet. Act some emotions first.", icon=":material/mic:")
        return
    with st.container(border=True):
        left, right = st.columns(2, gap="large")
        with left:
            in_url.begin("corpus", titles, next(iter(titles)), key="train-corpus")
            name = st.selectbox("It learns from", list(titles), format_func=lambda key: titles[key], key="train-corpus")
            try:
                opened = corpora.opened(name)
            except (CorpusError, OSError) as error:
                st.error(foreign.plain(error))
                return
            chosen = Chosen(opened.corpus, opened.key)
            st.caption(f"{len(chosen.corpus.clips):,} clips of {chosen.speakers} voices. {_tested(chosen)}")
        with right:
            length = in_url.segmented(
                "length",
                "How long it practises",
                {key: said for key, (said, _) in LONG.items()},
                "usual",
                labelled=True,
            )
            recipe = quick(chosen.corpus, chosen.speakers, LONG[length][1], _seed())
            st.caption(f"It hears every clip {recipe.fit.epochs} times. It begins from numbers drawn for you alone.")
        starting.show(chosen, Training(recipe))


def quick(corpus: Corpus, voices: int, longer: float, seed: int) -> Recipe:
    """Return the quick network on a corpus. longer: how much longer than usual it is trained; seed: what its draws begin from."""
    recipe = recipes.named(QUICK)
    fit, clips = recipe.fit, len(corpus.clips)
    if clips < FEW:
        usual = STEPS * BATCH / (0.7 * clips)
        fit = dataclasses.replace(fit, batch_size=BATCH, ema=EMA)
    else:
        usual = fit.epochs
    epochs = round(min(max(usual * longer, LEAST * longer), MOST * longer))
    labels = tuple(label for label in recipe.labels if label in corpus.emotions) if recipe.corpus == corpus.name else ()
    return recipe.with_(
        corpus=corpus.name,
        labels=labels,
        split=_split(voices),
        seed=seed,
        fit=dataclasses.replace(fit, epochs=max(2, epochs)),
    )


def _split(voices: int) -> str:
    return "speakers" if voices >= VOICES else "clips"


def _tested(chosen: Chosen) -> str:
    if _split(chosen.speakers) == "speakers":
        return "It is tested on voices that it has not heard."
    return "Too few voices to keep some apart: it is tested on other clips of the same ones, which is easier."


def _seed() -> int:
    owner = visitor.owner()
    return int(owner[:6], 16) % 1000 if owner else 0


def _record() -> None:
    st.caption(
        "Act; nobody is asked what they feel. You alone hear your clips, networks learn from them, and all of it is deleted after the lesson."
    )
    collecting.show()
    clips, voices = classmates.counts()
    st.caption(f"Clips of the class so far: {clips}, by {voices} of you.")


#: Name in the URL → what the view is called, and what draws it.
VIEWS: dict[str, tuple[str, Callable[[], None]]] = {"record": ("Act", _record), "new": ("Train", show)}
