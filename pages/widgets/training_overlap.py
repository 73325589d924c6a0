"""Whether a model met a clip in its training, said wherever a clip and a model stand together."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.widgets import foreign
from ser_core.evaluation import seen
from ser_core.runs import Run, RunError

#: Most models that are asked about one clip: each has a table of thousands of rows.
MOST = 8


def words(run: Run, *, clip: str = "", digest: str = "", speaker: str = "") -> str:
    """Return `trained on this clip` or the like, '' where the model did not meet it or its split cannot be read."""
    try:
        overlap = seen.of(run, clip=clip, digest=digest, speaker=speaker)
    except RunError:
        return ""
    return overlap.words if overlap else ""


def show(models: Iterable[Run], *, clip: str = "", digest: str = "", speaker: str = "", named: bool) -> None:
    """Draw a warning where one of the models met the clip; `named`: say which model."""
    met: dict[str, list[str]] = {}
    for run in list(models)[:MOST]:
        said = words(run, clip=clip, digest=digest, speaker=speaker)
        if said:
            met.setdefault(said, []).append(run.name)
    for said, names in met.items():
        who = "This model" if not named else names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        were = "was" if len(names) == 1 or not named else "were"
        # Short words, so that the warning is read beside the answer.
        st.caption(
            f":material/warning: **{foreign.plain(who)} {were} {foreign.plain(said)}**, so an answer on it proves little."
        )
