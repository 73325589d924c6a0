"""The option that lets a command go on without the clips that cannot be read, and the line that names them."""

from __future__ import annotations

import argparse
import sys

from ser_core.corpora.unreadable import FLAG, Unreadable


def add(parser: argparse.ArgumentParser) -> None:
    """Add the option to a command that reads a corpus."""
    parser.add_argument(FLAG, action="store_true", help="go on where a tenth of the clips or more cannot be read")


def say(left_out: Unreadable) -> None:
    """Say on stderr which clips were left out, where some were."""
    if left_out:
        print(f"{left_out.sentence()}.", file=sys.stderr)
