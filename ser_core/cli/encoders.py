"""`encoders`: the pretrained encoders that are here, made of published weights, and checked."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ser_core import encoders
from ser_core.cli import output
from ser_core.encoders import making


def add(commands: Any) -> None:
    group = commands.add_parser("encoders", help="pretrained encoders: which are here, making and checking one")
    actions = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the encoders that are here, and those that can be made")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(handler=list_)
    makes = actions.add_parser("make", help="make an encoder of Whisper's weights")
    makes.add_argument(
        "name", metavar="NAME", help=f"{', '.join(making.ORIGINS)}, or a name of your own with --weights"
    )
    makes.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="CTranslate2's model.bin; default: fetched from where it is published",
    )
    makes.add_argument("--out", type=Path, metavar="DIR", help="default: SER_HOME/encoders/NAME")
    makes.add_argument(
        "--blocks", type=int, default=making.BLOCKS, choices=range(1, 33), metavar="N", help="default: %(default)s"
    )
    makes.add_argument("--json", action="store_true")
    makes.set_defaults(handler=make)
    checks = actions.add_parser("check", help="whether an encoder is whole and computes its golden numbers")
    checks.add_argument("name", nargs="?", metavar="NAME", help="default: all that are here")
    checks.add_argument("--json", action="store_true")
    checks.set_defaults(handler=check)


def list_(stated: argparse.Namespace) -> int:
    """Print every encoder that is here, and what can be made."""
    here = encoders.installed()
    if stated.json:
        output.print_json([_entry(found) for found in here])
        return 0
    for found in here:
        print(f"{found.name}: {found.title}, {found.width} values every {1000 * found.hop_s:g} ms, {found.folder}")
    for name in sorted(making.ORIGINS.keys() - {found.name for found in here}):
        print(f"{name}: not here; python -m ser_core encoders make {name}")
    return 0


def make(stated: argparse.Namespace) -> int:
    """Make an encoder, check it, and say where it lies."""
    made = making.make(stated.name, stated.weights, target=stated.out, blocks=stated.blocks)
    if stated.json:
        output.print_json(_entry(made))
    else:
        print(f"{made.title}: {made.graph.stat().st_size:,} bytes in {made.folder}")
    return 0


def check(stated: argparse.Namespace) -> int:
    """Check one encoder or all; the first that is not right ends it with exit status 1."""
    chosen = [encoders.find(stated.name)] if stated.name else encoders.installed()
    entries = [{**_entry(found), "difference": making.check(found)} for found in chosen]
    if stated.json:
        output.print_json(entries)
        return 0
    for entry in entries:
        known = (
            f"{entry['difference']:.1e} from its golden numbers at most"
            if entry["name"] in making.ORIGINS
            else "no golden numbers are known"
        )
        print(f"{entry['name']}: whole; {known}")
    return 0


def _entry(found: encoders.Encoder) -> dict[str, Any]:
    return {**found.to_json(), "path": str(found.folder), "bytes": found.graph.stat().st_size}
