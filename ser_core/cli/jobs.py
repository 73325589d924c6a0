"""`jobs`: what waits and runs in the background, and the runner that works it off."""

from __future__ import annotations

import argparse
from typing import Any

from ser_core import jobs
from ser_core.cli import output
from ser_core.jobs import runner


def add(commands: Any) -> None:
    parser = commands.add_parser("jobs", help="what waits and runs in the background")
    actions = parser.add_subparsers(dest="action", required=True, metavar="{list,log,cancel,resume}")
    listing = actions.add_parser("list", help="a line a job, the newest first")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(handler=list_jobs)
    reading = actions.add_parser("log", help="what a job printed last")
    reading.add_argument("id", metavar="ID")
    reading.add_argument("--lines", type=int, default=40, metavar="N")
    reading.set_defaults(handler=log)
    ending = actions.add_parser("cancel", help="end a job that waits or runs")
    ending.add_argument("id", metavar="ID")
    ending.set_defaults(handler=cancel)
    going_on = actions.add_parser("resume", help="queue a job anew that was cancelled, interrupted or failed")
    going_on.add_argument("id", metavar="ID")
    going_on.set_defaults(handler=resume)
    # Without help, so that the list of actions does not name it: whoever queues starts it.
    running = actions.add_parser("run")
    running.set_defaults(handler=run)


def list_jobs(stated: argparse.Namespace) -> int:
    rows = []
    for job in jobs.all_jobs():
        status = job.status
        rows.append(
            {
                "id": job.id,
                "kind": job.kind,
                "title": job.title,
                "state": status["state"],
                "message": status["message"],
                "progress": status["progress"],
                "run": str(job.run) if job.run else None,
                "created": job.created,
                "arguments": list(job.arguments),
            }
        )
    if stated.json:
        output.print_json(rows)
    else:
        columns = ("id", "kind", "title", "state", "message")
        output.print_table(columns, [[row[name] for name in columns] for row in rows])
    return 0


def log(stated: argparse.Namespace) -> int:
    print(jobs.find(stated.id).log_tail(stated.lines))
    return 0


def cancel(stated: argparse.Namespace) -> int:
    job = jobs.find(stated.id)
    job.cancel()
    print(f"{job.id}: {job.state if job.state == 'cancelled' else 'will end in a moment'}.")
    return 0


def resume(stated: argparse.Namespace) -> int:
    print(followed(jobs.find(stated.id).resume()))
    return 0


def run(stated: argparse.Namespace) -> int:
    """Work the queue off in this process; returns at once where another runner does."""
    runner.run()
    return 0


def followed(job: jobs.Job) -> str:
    """Return the sentence that says where a queued job can be followed."""
    return f"Queued as {job.id}; follow it on the train page, or with: python -m ser_core jobs log {job.id}"
