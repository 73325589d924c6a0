"""`corpora`: which corpora there are, and what is wrong with a folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ser_core.cli import output
from ser_core.corpora import registry, validation


def add(commands: Any) -> None:
    parser = commands.add_parser("corpora", help="corpora: list, validate")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="a line a corpus")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(handler=list_corpora)
    checking = actions.add_parser("validate", help="hold a folder against the official corpus")
    checking.add_argument("name", metavar="CORPUS")
    checking.add_argument("--data", type=Path, required=True, help="the corpus' folder")
    checking.add_argument("--json", action="store_true")
    checking.set_defaults(handler=validate)


def list_corpora(stated: argparse.Namespace) -> int:
    folders = registry.folders()
    rows = []
    for name, module in registry.MODULES.items():
        folder = folders.get(name)
        rows.append(
            {
                "name": name,
                "title": module.card.title,
                "emotions": list(module.card.emotions),
                "licence": module.card.licence,
                "folder": str(folder) if folder else None,
                "present": bool(folder and folder.is_dir()),
            }
        )
    if stated.json:
        output.print_json(rows)
    else:
        cells = [
            (r["name"], r["title"], r["licence"], r["folder"] if r["present"] else "not on this machine") for r in rows
        ]
        output.print_table(("corpus", "title", "licence", "folder"), cells)
    return 0


def validate(stated: argparse.Namespace) -> int:
    """Print counts and findings; exit status 0 when every finding is known of the official corpus."""
    module = registry.module(stated.name)
    with output.progress() as progress:
        task = progress.add_task("clips", total=None, note="")
        report = validation.validate(
            module, stated.data, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
    if stated.json:
        output.print_json(report.to_dict())
    else:
        _print(report)
    return 0 if report.sound else 1


def _print(report: validation.Report) -> None:
    print(f"{report.corpus}: {report.clips} clips, {len(report.speakers)} speakers")
    print("  " + ", ".join(f"{emotion} {count}" for emotion, count in report.emotions.items()))
    if report.absent_speakers:
        print(
            f"  {len(report.absent_speakers)} speakers of the official corpus are not here: {', '.join(report.absent_speakers)}"
        )
    for finding in report.findings:
        known = " (the official corpus has it too)" if finding.known else ""
        print(f"  {finding.clip}: {finding.fault}, {finding.message}{known}")
    if not report.findings:
        print("  no faults found")
