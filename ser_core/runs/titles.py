"""What a run is called by those who do not know its folder."""

from __future__ import annotations

import re
from datetime import datetime

from ser_core.corpora import registry, schemes
from ser_core.runs.run import Run, RunError

#: What each shipped model is.
SHIPPED = {
    "accurate": "Best: a pretrained ear",
    "fast": "Small and fast",
    "scratch": "Best that learned here alone",
    "cnn1d": "1D CNN of the notebooks",
    "paper": "The paper's 1D CNN",
}
#: Names that the program gives, of a recipe and the moment (`listing.new_path`).
_GIVEN = re.compile(r".+-\d{8}-\d{6}(-\d+)?")


def of(run: Run) -> str:
    """Return what a run is: a shipped model's name for people; of a run that nobody named, its recipe, corpus, split and moment.

    Any other keeps its folder's name, which somebody chose; so does one whose recipe cannot be read.
    """
    if run.shipped:
        return SHIPPED.get(run.name, run.name)
    if not _GIVEN.fullmatch(run.name):
        return run.name
    try:
        stated = run.recipe
        recipe = stated.get("recipe", {})
        corpus, split = str(recipe.get("corpus") or ""), str(recipe.get("split") or "")
        module = registry.MODULES.get(corpus)
        made = datetime.fromisoformat(stated["created"]).astimezone() if stated.get("created") else None
    except (RunError, AttributeError, TypeError, ValueError):
        return run.name
    said = [
        str(recipe.get("name") or ""),
        module.card.title if module else corpus,
        schemes.of(split).title.lower() if split else "",
        f"{made:%d %b %H:%M}" if made else "",
    ]
    return " · ".join(part for part in said if part) if said[0] else run.name
