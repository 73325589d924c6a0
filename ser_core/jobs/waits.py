"""How long what waits will wait: by what is before it, and by how long jobs here really took."""

from __future__ import annotations

import statistics
import time
from datetime import datetime

from ser_core.corpora import classmates
from ser_core.jobs import job as job_folder
from ser_core.jobs import orders, runner
from ser_core.jobs.job import ACTIVE, TRAINING, Job, JobError
from ser_core.recipes import Recipe

#: Ended jobs by which expectations are corrected.
LAST = 8
#: Seconds that a running job is taken to need yet at the least.
LEAST_S = 5.0


def starts_in() -> dict[str, float | None]:
    """Return for every waiting job, by its id, in how many seconds it is expected to begin; None where nothing tells.

    What jobs were expected to take is multiplied by what the last ones that ended took of what had been expected of them, processes'
    start and end included.
    """
    return _ahead()[0]


def until_next() -> float | None:
    """Return in how many seconds a job that is queued now would begin, behind all that waits; None where nothing tells."""
    return _ahead()[1]


def _ahead() -> tuple[dict[str, float | None], float | None]:
    waits: dict[str, float | None] = {}
    factor = slower()
    ahead: float | None = 0.0
    for job in job_folder.in_state("running", everyone=True):
        ahead = _plus(ahead, _left(job, factor))
    for job in runner.waiting(everyone=True):
        waits[job.id] = ahead
        ahead = _plus(ahead, None if job.expected_s is None else job.expected_s * factor)
    return waits, ahead


def features_before(recipe: Recipe) -> bool:
    """Tell whether a training that waits or runs reads the same features of the same corpus: then they are in the store when one that is
    queued now begins. A corpus of somebody's own is another than anybody else's of that name.
    """
    return any(
        (recipe.corpus == classmates.NAME or job.mine)
        and job.kind == TRAINING
        and (other := orders.recipe_of(job)) is not None
        and _read(other) == _read(recipe)
        for job in job_folder.in_state(*ACTIVE, everyone=recipe.corpus == classmates.NAME)
    )


def slower() -> float:
    """Return how many times longer the last jobs that ended took than was expected of them, the median; 1 where none tells."""
    ratios = []
    for job in job_folder.in_state("done", everyone=True)[:LAST]:
        seconds = took(job)
        if seconds is not None and job.expected_s:
            ratios.append(seconds / job.expected_s)
    return statistics.median(ratios) if ratios else 1.0


def took(job: Job) -> float | None:
    """Return how many seconds an ended job ran, its process' start and end included; None where that is not known."""
    try:
        ended = datetime.fromisoformat(str(job.status["heartbeat"])).timestamp()
    except (JobError, ValueError):
        return None
    began = job.began
    return None if began is None else max(0.0, ended - began)


def _left(job: Job, factor: float) -> float | None:
    began = job.began
    if job.expected_s is None or began is None:
        return None
    return max(LEAST_S, job.expected_s * factor - (time.time() - began))


def _read(recipe: Recipe) -> tuple[object, ...]:
    """What a recipe's features depend on."""
    copied = (recipe.copies, recipe.waveform, recipe.seed) if recipe.copies else ()
    return recipe.corpus, recipe.features, recipe.descriptors, copied


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
