"""Publish runs: put them into artifacts/results without weights, in the form that weighs little; in place of those of the same names.

Run: python -m scripts.publish RUN [RUN ...] [--as NAME]
"""

from __future__ import annotations

import argparse
import sys

from ser_core import runs, settings


def main() -> int:
    """Publish the runs that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="a folder, or the name of a run")
    parser.add_argument(
        "--as", dest="name", metavar="NAME", help="what the one run is to be called; by default as it is"
    )
    stated = parser.parse_args()
    if stated.name and len(stated.runs) > 1:
        parser.error("--as names one run.")
    try:
        for asked in stated.runs:
            run = runs.find(asked)
            print(runs.publish(run, settings.ARTIFACTS / "results" / (stated.name or run.name)).path)
    except runs.RunError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
