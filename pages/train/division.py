"""The split, and what it means for the score."""

from __future__ import annotations

import dataclasses
import json

import streamlit as st

from pages.train.corpus import Chosen
from pages.train.recipe import Source
from pages.widgets import foreign, in_url, numbers
from pages.widgets.corpora import title
from ser_core.corpora import splits
from ser_core.corpora.base import Corpus
from ser_core.corpora.schemes import SCHEMES
from ser_core.recipes import Recipe, check_features, plan
from ser_core.runs import measured

#: From more speakers than this, leaving one out at a time is long enough for a word.
MANY_SPEAKERS = 12


def choose(chosen: Chosen, source: Source) -> Source:
    """Draw the splits with what they mean, and return the recipe with the picked one."""
    names = list(SCHEMES)
    default = source.recipe.split if source.recipe.split in names else names[0]
    titles = {name: scheme.title for name, scheme in SCHEMES.items()}
    in_url.begin("split", names, default, key="train-split")
    split = str(st.selectbox("Split", names, format_func=lambda name: titles[name], key="train-split"))
    st.caption(SCHEMES[split].tells)
    if SCHEMES[split].both_sides:
        _warn(source.recipe)
    elif split == "loso" and chosen.speakers > MANY_SPEAKERS:
        st.info(f"{chosen.speakers} speakers are {chosen.speakers} trainings; see the estimate below before you start.")
    return dataclasses.replace(
        source, recipe=source.recipe.with_(split=split, unknown_speakers=_unknown(chosen, split))
    )


def _unknown(chosen: Chosen, split: str) -> str:
    """What becomes of clips whose speaker nobody stated: asked for where that decides whether the corpus can be divided."""
    unknown = int((chosen.corpus.clips["speaker"] == "").sum())
    if SCHEMES[split].both_sides or unknown in (0, len(chosen.corpus.clips)):
        return "refuse"
    left_out = st.checkbox(f"Leave out the {unknown:,} clips whose speaker is not stated", key="train-unknown-speakers")
    return "leave-out" if left_out else "refuse"


def counted(chosen: Chosen, recipe: Recipe, n_folds: int) -> str:
    """Return how many clips fall into which part, in sentences. Raises CorpusError or RecipeError where the corpus cannot be divided so."""
    # Asked anew each time: a package is installed, a licence confirmed, while what was counted stays.
    check_features(recipe, chosen.corpus)
    return _counted(chosen.key, json.dumps(recipe.to_dict(), sort_keys=True), n_folds, recipe, chosen.corpus)


def _warn(recipe: Recipe) -> None:
    said = (
        "**The same speakers stand on both sides.** The model may know a test clip's voice from training, so the score says how it does "
        "on these people, not on a stranger."
    )
    pair = measured.gap(recipe, measured.finished())
    if pair is not None:
        clips, speakers = (run.score("accuracy") or 0.0 for run in pair)
        own = pair[0].recipe.name == recipe.name
        which = "this recipe" if own else f"the recipe {foreign.plain(pair[0].recipe.name)}"
        said += (
            f" Measured on {foreign.plain(title(recipe.corpus))}: {which} is right in {numbers.percent(clips)} by clip and in "
            f"{numbers.percent(speakers)} by speaker, a gap of {100 * (clips - speakers):.0f} points."
        )
    else:
        said += f" On {foreign.plain(title(recipe.corpus))} nothing was measured under both splits yet, so how much that is worth is not known here."
    st.warning(said, icon=":material/group:")


@st.cache_data(max_entries=64, show_spinner=False)
def _counted(key: str, stated: str, n_folds: int, _recipe: Recipe, _corpus: Corpus) -> str:
    planned = plan(_recipe, _corpus, n_folds)
    clips, made = len(planned.clips), planned.divisions
    if len(made) > 1:
        said = f"{len(made)} trainings, each tested on about {clips // len(made):,} of {clips:,} clips."
    else:
        part = made[0].parts
        counts = [f"{int((part == name).sum()):,} {name}" for name in splits.PARTS]
        out = int((part == "").sum())
        said = f"{', '.join(counts)} clips (split {made[0].title})" + (
            f"; {out:,} are in no part of it." if out else "."
        )
    return " ".join([said, *planned.notes])
