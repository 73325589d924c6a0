"""Where independent pieces of work run: processes of this machine, or the workers of a Dask scheduler."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import joblib

#: Told how much of how much is done.
Progress = Callable[[int, int], None]

#: Address of a Dask scheduler (tcp://host:8786); unset: processes of this machine.
VARIABLE = "SER_DASK"
#: How long the scheduler may take to answer.
PATIENCE = "10s"
#: Asked of the scheduler and its workers in words that they know without this program.
_FOUND = "__import__('importlib.util').util.find_spec('ser_core') is not None"


class FanoutError(ValueError):
    """The stated scheduler cannot be used; the message says why."""


def each(tasks: Iterable[Callable[[], Any]], *, n_jobs: int = -1, ordered: bool = False) -> Iterator[Any]:
    """Run joblib's delayed tasks and give their results as they come, or in order.

    `n_jobs`: processes, -1 for one a core; with SER_DASK set the tasks go to that scheduler's workers, which must reach
    the same files. Raises FanoutError where the scheduler cannot be used.
    """
    with _backend():
        yield from joblib.Parallel(n_jobs=n_jobs, return_as="generator" if ordered else "generator_unordered")(tasks)


def scheduler() -> str:
    """Return the address of the Dask scheduler to whose workers tasks go; '' where they stay on this machine."""
    return os.environ.get(VARIABLE, "").strip()


@contextmanager
def _backend() -> Iterator[None]:
    address = scheduler()
    if not address:
        yield
        return
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise FanoutError(f"{VARIABLE} is set, but Dask is not installed: pip install 'dask[distributed]'.") from error
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=True)
    except OSError as error:
        raise FanoutError(f"No Dask scheduler answers at {address} ({VARIABLE}): {error}") from error
    with client:
        # Without it the scheduler cannot read what it is sent, and joblib waits for ever.
        if not client.run_on_scheduler(eval, _FOUND) or not all(client.run(eval, _FOUND).values()):
            raise FanoutError(
                f"The Dask scheduler at {address} or one of its workers does not find ser_core: install it there, or start them with "
                "PYTHONPATH set to its folder."
            )
        if max(client.ncores().values(), default=1) > 1:
            raise FanoutError(
                f"A worker of the Dask scheduler at {address} takes several tasks at a time, and trainings in one process draw from each "
                "other's random numbers: start workers with --nthreads 1, several of them on a machine with --nworkers."
            )
        with joblib.parallel_config(backend="dask"):
            yield
