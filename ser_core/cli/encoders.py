"""`encoders`: the pretrained encoders that are here, made of published weights or fetched, and checked."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ser_core import encoders
from ser_core.cli import output
from ser_core.encoders import making, of_samples, taking
from ser_core.exchange import hub


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
    fetches = actions.add_parser("fetch", help="take in an audio encoder of the Hugging Face Hub, or a folder of one")
    fetches.add_argument("name", metavar="NAME", help=f"{', '.join(of_samples.KNOWN)}, or a name of your own")
    fetches.add_argument(
        "source", nargs="?", metavar="OWNER/NAME|FOLDER", help="default: where the known one is published"
    )
    fetches.add_argument("--revision", help="a branch, tag or commit; its commit is kept")
    fetches.add_argument(
        "--backend",
        choices=list(of_samples.BACKENDS),
        help="what runs it; default: ONNX Runtime where there is a graph",
    )
    fetches.add_argument("--file", help="the graph or weights among its files")
    fetches.add_argument("--json", action="store_true")
    fetches.set_defaults(handler=fetch)
    checks = actions.add_parser("check", help="whether an encoder is whole and computes its golden numbers")
    checks.add_argument("name", nargs="?", metavar="NAME", help="default: all that are here")
    checks.add_argument("--json", action="store_true")
    checks.set_defaults(handler=check)


def list_(stated: argparse.Namespace) -> int:
    """Print every encoder that is here, and what can be made."""
    here, fetched = encoders.installed(), of_samples.installed()
    if stated.json:
        output.print_json([_entry(found) for found in here] + [_of_samples(found) for found in fetched])
        return 0
    for found in here:
        print(f"{found.name}: {found.title}, {found.width} values every {1000 * found.hop_s:g} ms, {found.folder}")
    for name in sorted(making.ORIGINS.keys() - {found.name for found in here}):
        print(f"{name}: not here; python -m ser_core encoders make {name}")
    for one in fetched:
        print(_said(one))
    for name in sorted(of_samples.KNOWN.keys() - {one.name for one in fetched}):
        print(f"{name}: not here; python -m ser_core encoders fetch {name}")
    return 0


def make(stated: argparse.Namespace) -> int:
    """Make an encoder, check it, and say where it lies."""
    made = making.make(stated.name, stated.weights, target=stated.out, blocks=stated.blocks)
    if stated.json:
        output.print_json(_entry(made))
    else:
        print(f"{made.title}: {made.graph.stat().st_size:,} bytes in {made.folder}")
    return 0


def fetch(stated: argparse.Namespace) -> int:
    """Take in an encoder that takes samples, and say what it is."""
    how = {"backend": stated.backend, "file": stated.file}
    if stated.source is not None and Path(stated.source).is_dir():
        found = taking.take(stated.name, Path(stated.source), **how)
    else:
        found = hub.fetch(stated.name, stated.source, revision=stated.revision, **how)
    if stated.json:
        output.print_json(_of_samples(found))
    else:
        print(_said(found))
    return 0


def check(stated: argparse.Namespace) -> int:
    """Check one encoder or all; the first that is not right ends it with exit status 1."""
    fetched = [found for found in of_samples.installed() if stated.name in (None, found.name)]
    chosen = encoders.installed() if not stated.name else [] if fetched else [encoders.find(stated.name)]
    entries = [{**_entry(found), "difference": making.check(found)} for found in chosen]
    for one in fetched:
        taking.check(one)
    if stated.json:
        output.print_json([*entries, *map(_of_samples, fetched)])
        return 0
    for entry in entries:
        known = (
            f"{entry['difference']:.1e} from its golden numbers at most"
            if entry["name"] in making.ORIGINS
            else "no golden numbers are known"
        )
        print(f"{entry['name']}: whole; {known}")
    for one in fetched:
        print(f"{one.name}: whole; it gives {one.width} finite numbers a frame")
    return 0


def _entry(found: encoders.Encoder) -> dict[str, Any]:
    return {**found.to_json(), "path": str(found.folder), "bytes": found.graph.stat().st_size}


def _of_samples(found: of_samples.SamplesEncoder) -> dict[str, Any]:
    return {
        **found.to_json(),
        "path": str(found.folder),
        "bytes": (found.folder / found.file).stat().st_size,
        "missing": found.missing,
    }


def _said(found: of_samples.SamplesEncoder) -> str:
    origin = f"{found.repository}@{found.revision[:12]}" if found.repository else "a folder"
    first, last = found.layers[0], found.layers[-1]
    return (
        f"{found.name}: {origin} by {found.backend}, layers {first} to {last}, {found.width} values every {1000 * found.step_s:g} ms, "
        f"{found.folder}; features=hidden:{found.name}:{(first + last + 1) // 2}"
    )
