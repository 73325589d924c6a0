"""`splits`: audit somebody's split of train and test clips."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ser_core import files, recipes
from ser_core.cli import output
from ser_core.evaluation import split_audit, split_clips, split_report
from ser_core.evaluation.split_audit import Audit
from ser_core.evaluation.split_worth import Worth

#: Speakers and pairs that are printed.
NAMED = 12


def add(commands: Any) -> None:
    parser = commands.add_parser("splits", help="splits of others: audit")
    actions = parser.add_subparsers(dest="action", required=True)
    auditing = actions.add_parser(
        "audit",
        help="who and what stands on both sides of a split",
        description="Audit a split: speakers, sentences and recordings on both sides. Exit status 0 where it could be audited, leaky or not.",
    )
    auditing.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="a table (CSV, TSV, Parquet, JSON, JSON Lines) with a clip or path and a part, split or fold; or a list a part: train.txt test.txt",
    )
    auditing.add_argument("--corpus", help="whose clips they are; default: as the files' names tell")
    auditing.add_argument("--data", type=Path, help="the corpus' folder; remembered where it has none yet")
    auditing.add_argument(
        "--no-sound", action="store_true", help="go by names and the carried index alone; no sound is compared"
    )
    auditing.add_argument(
        "--worth",
        action="store_true",
        help="measure what the leak is worth: a quick recipe on this split, and on as many clips of other speakers",
    )
    auditing.add_argument(
        "--recipe", metavar="RECIPE", help="which quick recipe (a classifier; default: whisper-logreg)"
    )
    auditing.add_argument("-o", "--out", type=Path, metavar="REPORT.md", help="write a report in Markdown")
    auditing.add_argument("--badge", type=Path, metavar="FILE.svg", help="write a badge")
    auditing.add_argument("--json", action="store_true")
    auditing.set_defaults(handler=audit)


def audit(stated: argparse.Namespace) -> int:
    """Print what stands on both sides; what is leaky is the answer, not the exit status."""
    with output.bar("clips heard") as told:
        audited = split_audit.audit(
            stated.files, stated.corpus, folder=stated.data, sound=not stated.no_sound, progress=told
        )
    worth = _worth(audited, stated.recipe) if stated.worth else None
    if stated.out:
        files.write_text(stated.out, split_report.markdown(audited, worth))
    if stated.badge:
        files.write_text(stated.badge, split_report.badge(audited))
    if stated.json:
        output.print_json({**audited.to_dict(), **({"worth": worth.to_dict()} if worth else {})})
    else:
        _print(audited, worth)
    return 0


def _worth(audited: Audit, recipe: str | None) -> Worth:
    # Imported here: every other audit does without it.
    from ser_core.training import split_worth

    quick = recipes.named(recipe or split_worth.QUICK)
    with output.bar("clips heard") as heard, output.bar("fits") as fitted:
        return split_worth.measure(audited, quick, heard=heard, fitted=fitted)


def _print(audited: Audit, worth: Worth | None) -> None:
    print(audited.verdict)
    if worth:
        print(worth.sentence)
    whose = f" of {audited.corpus}" if audited.corpus else ""
    print(
        f"  {audited.title}: {sum(audited.parts.values()):,} clips{whose}; speakers {split_clips.FROM[audited.speakers_from]}"
    )
    emotions = [str(name) for name in audited.emotions.columns]
    output.print_table(
        ["part", "clips", "speakers", *emotions],
        [[part, n, audited.speakers[part], *audited.emotions.loc[part]] for part, n in audited.parts.items()],
    )
    for what, values in (
        ("speakers", audited.speakers_shared),
        ("sentences", audited.sentences_shared),
        ("sessions", audited.sessions_shared),
    ):
        if values:
            print(f"  {len(values)} {what} on both sides: {_some(values)}")
    for what, pairs in (
        ("the same samples", audited.duplicates),
        ("one recording in two forms", audited.near_duplicates),
    ):
        if pairs:
            print(f"  {len(pairs)} pairs are {what}: {_some([f'{first} = {second}' for first, second in pairs])}")
    if audited.duplicates or audited.near_duplicates:
        print(f"  {audited.copies or 'None'} of these pairs on both sides.")
    if audited.heard is not None:
        print(f"  The sound of {audited.heard:,} clips was compared.")
    for note in audited.notes:
        print(f"  {note}")


def _some(values: Any) -> str:
    return ", ".join(values[:NAMED]) + (f" and {len(values) - NAMED:,} more" if len(values) > NAMED else "")
