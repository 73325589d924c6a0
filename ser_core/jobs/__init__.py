"""Long work as processes of its own, one after the other; they outlive the page that asked for them, and the server."""

from ser_core.jobs.job import ACTIVE, SHORT_S, TRAINING, Job, JobError, all_jobs, find, in_state, queue
from ser_core.jobs.locks import training_lock
from ser_core.jobs.reporting import ended, progress
from ser_core.jobs.starting import start_runner

__all__ = [
    "ACTIVE",
    "SHORT_S",
    "TRAINING",
    "Job",
    "JobError",
    "all_jobs",
    "ended",
    "find",
    "in_state",
    "progress",
    "queue",
    "start_runner",
    "training_lock",
]
