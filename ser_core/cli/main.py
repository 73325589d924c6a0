"""The command line: `python -m ser_core COMMAND`. One module a group of commands.

Exit status: 0 done, 1 failed with a one-line reason, 2 wrong usage. With `--json` one JSON value on stdout and nothing
else there; logs and progress go to stderr.
"""

from __future__ import annotations

import argparse
import io
import sys

from ser_core import fanout, graphs, jobs, recipes, runs, settings, studies
from ser_core.audio import AudioError
from ser_core.augment.waveform import AugmentationError
from ser_core.cli import corpora, encoders, evaluate, features, find_rate, hub, predict, search, select, splits, train
from ser_core.cli import jobs as jobs_command
from ser_core.cli import recipes as recipes_command
from ser_core.cli import runs as runs_command
from ser_core.cli import studies as studies_command
from ser_core.corpora.base import CorpusError
from ser_core.encoders import EncoderError
from ser_core.features.sources import FeatureError

#: Errors whose message is for the reader; anything else is a fault of the program.
EXPECTED = (
    AudioError,
    AugmentationError,
    CorpusError,
    EncoderError,
    fanout.FanoutError,
    FeatureError,
    graphs.GraphError,
    jobs.JobError,
    recipes.RecipeError,
    runs.RunError,
    settings.SettingsError,
    studies.StudyError,
    OSError,
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    top = argparse.ArgumentParser(prog="python -m ser_core", description="Speech emotion recognition from a shell.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in (
        corpora,
        splits,
        encoders,
        features,
        select,
        find_rate,
        train,
        search,
        evaluate,
        predict,
        runs_command,
        studies_command,
        hub,
        recipes_command,
        jobs_command,
    ):
        group.add(commands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; a job's process tells it to the queue, too."""
    status = 1
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name need not be UTF-8; what cannot be printed is escaped, as stderr does.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = _run(arguments)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
        raise
    finally:
        jobs.ended(status)
    return status


def _run(arguments: list[str] | None) -> int:
    stated = parser().parse_args(arguments)
    try:
        return int(stated.handler(stated) or 0)
    except EXPECTED as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Cancelled.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
