"""Studies whose networks are trained already: copies of runs that ship."""

from __future__ import annotations

from collections.abc import Sequence

from ser_core import recipes, runs, settings
from ser_core.studies import Member, Study

#: Three seeds each on CREMA-D, by speaker; the last one has a pretrained ear.
SEEDED = ("voices-47-cnn1d-model3", "scratch-seeds", "voices-47-whisper-logreg")


def study(
    sources: Sequence[str] = SEEDED, *, name: str = "Ready made", seeds: int = 3, waiting: Sequence[str] = ()
) -> Study:
    """Write a study of copies of these shipped runs, and of recipes (`waiting`) of which no run is there yet."""
    home = settings.home()
    members = []
    for number, source in enumerate(sources, start=1):
        run = runs.weightless(runs.find(source), home.runs / f"{name.split()[0].lower()}-{number}")
        members.append(Member(source, run.trained_by, run.name))
    members += [Member(one, recipes.named(one), f"to-come-{k}") for k, one in enumerate(waiting)]
    made = Study(
        home.studies / name.replace(" ", "-").lower(),
        name,
        runs.now(),
        "crema-d",
        "speakers",
        5,
        seeds,
        tuple(members),
    )
    made.write()
    return made
