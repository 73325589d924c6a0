"""`hub push`, `hub pull`: runs to and from the Hugging Face Hub."""

from __future__ import annotations

import argparse
from typing import Any

from ser_core import runs
from ser_core.cli import output
from ser_core.exchange import hub


def add(commands: Any) -> None:
    parser = commands.add_parser("hub", help="runs to and from the Hugging Face Hub")
    actions = parser.add_subparsers(dest="action", required=True)
    pushing = actions.add_parser("push", help="put a run into a repository, private unless --public")
    pushing.add_argument("name", metavar="RUN")
    pushing.add_argument("repo", metavar="OWNER/NAME")
    pushing.add_argument("--public", action="store_true", help="everybody may see it")
    pushing.add_argument(
        "--i-have-the-rights",
        dest="rights",
        action="store_true",
        help="you may pass on weights that are bound by terms of several corpora, of a research corpus or of your own",
    )
    pushing.add_argument("--json", action="store_true")
    pushing.set_defaults(handler=push)
    pulling = actions.add_parser("pull", help="take in the run of a repository, checked as an imported one is")
    pulling.add_argument("repo", metavar="OWNER/NAME")
    pulling.add_argument("--revision", help="a branch, tag or commit; main where none is named")
    pulling.add_argument("--json", action="store_true")
    pulling.set_defaults(handler=pull)


def push(stated: argparse.Namespace) -> int:
    """Put a run into a repository."""
    run = runs.find(stated.name)
    commit = hub.push(run, stated.repo, rights=stated.rights, public=stated.public)
    if stated.json:
        output.print_json({"run": run.name, "repo": stated.repo, "commit": commit})
    else:
        print(commit)
    return 0


def pull(stated: argparse.Namespace) -> int:
    """Take a run out of a repository."""
    run = hub.pull(stated.repo, revision=stated.revision)
    if stated.json:
        output.print_json(runs.summary(run))
    else:
        print(f"{run.name}  {run.path}")
    return 0
