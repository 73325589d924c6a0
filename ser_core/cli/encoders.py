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
        output.print_json([_entry(encoder) for encoder in here] + [_of_samples(encoder) for encoder in fetched])
        return 0
    for encoder in here:
        print(
            f"{encoder.name}: {encoder.title}, {encoder.width} values every {1000 * encoder.hop_s:g} ms, {encoder.folder}"
        )
    for name in sorted(making.ORIGINS.keys() - {encoder.name for encoder in here}):
        print(f"{name}: not here; python -m ser_core encoders make {name}")
    for taken in fetched:
        print(_said(taken))
    for name in sorted(of_samples.KNOWN.keys() - {taken.name for taken in fetched}):
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
        encoder = taking.take(stated.name, Path(stated.source), **how)
    else:
        encoder = hub.fetch(stated.name, stated.source, revision=stated.revision, **how)
    if stated.json:
        output.print_json(_of_samples(encoder))
    else:
        print(_said(encoder))
    return 0


def check(stated: argparse.Namespace) -> int:
    """Check one encoder or all; the first that is not right ends it with exit status 1."""
    fetched = [encoder for encoder in of_samples.installed() if stated.name in (None, encoder.name)]
    chosen = encoders.installed() if not stated.name else [] if fetched else [encoders.find(stated.name)]
    entries = [{**_entry(encoder), "difference": making.check(encoder)} for encoder in chosen]
    for encoder in fetched:
        taking.check(encoder)
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
    for encoder in fetched:
        print(f"{encoder.name}: whole; it gives {encoder.width} finite numbers a frame")
    return 0


def _entry(encoder: encoders.Encoder) -> dict[str, Any]:
    return {**encoder.to_json(), "path": str(encoder.folder), "bytes": encoder.graph.stat().st_size}


def _of_samples(encoder: of_samples.SamplesEncoder) -> dict[str, Any]:
    return {
        **encoder.to_json(),
        "path": str(encoder.folder),
        "bytes": (encoder.folder / encoder.file).stat().st_size,
        "missing": encoder.missing,
    }


def _said(encoder: of_samples.SamplesEncoder) -> str:
    origin = f"{encoder.repository}@{encoder.revision[:12]}" if encoder.repository else "a folder"
    first, last = encoder.layers[0], encoder.layers[-1]
    return (
        f"{encoder.name}: {origin} by {encoder.backend}, layers {first} to {last}, {encoder.width} values every {1000 * encoder.step_s:g} ms, "
        f"{encoder.folder}; features=hidden:{encoder.name}:{(first + last + 1) // 2}"
    )
