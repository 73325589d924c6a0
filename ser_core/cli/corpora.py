"""`corpora`: which corpora there are, how to get one, and what is wrong with a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ser_core import files
from ser_core.cli import output
from ser_core.corpora import (
    audformat_database,
    emotion_names,
    own,
    recordings,
    registry,
    speaker_guess,
    splits,
    validation,
)
from ser_core.corpora.base import CorpusError
from ser_core.corpora.findings import Report


def add(commands: Any) -> None:
    parser = commands.add_parser("corpora", help="corpora: list, get, validate, register, export, forget")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="a line a corpus")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(handler=list_corpora)
    getting = actions.add_parser("get", help="fetch CREMA-D, or unpack and register another official corpus")
    getting.add_argument("name", metavar="CORPUS")
    getting.add_argument("--data", type=Path, required=True, help="the folder in which it shall lie, or lies")
    getting.add_argument("--n-speakers", type=int, metavar="N", help="crema-d: only its first N speakers, clip by clip")
    getting.add_argument("--zip", type=Path, metavar="FILE", help="unpack this archive of it, which you have fetched")
    getting.set_defaults(handler=get)
    checking = actions.add_parser(
        "validate", help="hold a folder against the official corpus, or check one of your own"
    )
    checking.add_argument("name", metavar="CORPUS", help="a corpus' name, or folder or manifest with --data")
    checking.add_argument("--data", type=Path, help="its folder, or your table; default: where it is registered")
    checking.add_argument("--json", action="store_true")
    checking.set_defaults(handler=validate)
    keeping = actions.add_parser("register", help="remember a corpus of your own under a name")
    keeping.add_argument("name", metavar="NAME")
    keeping.add_argument(
        "--data",
        type=Path,
        required=True,
        help="a folder with a folder an emotion, a CSV or TSV table, or an audformat database",
    )
    keeping.add_argument(
        "--label",
        "--labels",
        action="append",
        default=[],
        metavar="OWN=NEW",
        help="rename emotions, e.g. --label angry=anger,happy=happiness; OWN= leaves one out",
    )
    keeping.add_argument(
        "--suggested", action="store_true", help="rename emotions as is suggested; --label goes before it"
    )
    keeping.add_argument(
        "--guess-speakers", action="store_true", help="take the speakers of clips without one from their files' names"
    )
    keeping.set_defaults(handler=register)
    giving = actions.add_parser("export", help="write a corpus for other programs")
    giving.add_argument("name", metavar="CORPUS", help="a corpus' name, recordings, or folder or manifest with --data")
    giving.add_argument("--data", type=Path, help="its folder, or your table; default: where it is registered")
    giving.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="the new folder")
    giving.add_argument(
        "--format",
        choices=["audformat"],
        default="audformat",
        help="an audformat database, with copies of the sound files",
    )
    giving.add_argument(
        "--split",
        metavar="SPLIT",
        help="its parts: speakers, clips or a FILE, as for train; default: as the corpus states them",
    )
    giving.set_defaults(handler=export)
    forgetting = actions.add_parser("forget", help="take a corpus off the register; its files stay")
    forgetting.add_argument("name", metavar="NAME")
    forgetting.set_defaults(handler=forget)


def list_corpora(stated: argparse.Namespace) -> int:
    """Print every official corpus, the user's own, and the recordings."""
    entries = registry.entries()
    rows: list[dict[str, Any]] = []
    for name, module in registry.MODULES.items():
        entry = entries.get(name)
        rows.append(
            {
                "name": name,
                "title": module.card.title,
                "kind": "official",
                "emotions": list(module.card.emotions),
                "licence": module.card.licence,
                "folder": files.utf8(str(entry.path)) if entry else None,
                "present": entry is not None and entry.present,
            }
        )
    for name, entry in entries.items():
        if name not in registry.MODULES:
            rows.append(
                {
                    "name": name,
                    "title": name,
                    "kind": entry.kind,
                    "emotions": None,
                    "licence": "as its owner says",
                    "folder": files.utf8(str(entry.path)),
                    "present": entry.present,
                }
            )
    mine = recordings.Recordings()
    rows.append(
        {
            "name": recordings.NAME,
            "title": "My recordings",
            "kind": "recordings",
            "emotions": None,
            "licence": "yours",
            "folder": str(mine.folder),
            "present": bool(mine.list_all()),
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


def get(stated: argparse.Namespace) -> int:
    """Print terms and citation, get the corpus, and check what came; exit status 0 when nothing is wrong with it."""
    # Imported here: its clients take a second to load, and no other command uses the network.
    from ser_core.corpora import download

    card = registry.module(stated.name).card
    print(f"{card.title}: {card.licence}\n  {card.licence_url}\n  Cite: {card.citation}")
    with output.bar("fetching") as progress:
        got = download.get(
            stated.name, stated.data, n_speakers=stated.n_speakers, archive=stated.zip, progress=progress
        )
    print(f"{got.folder}: {got.fetched} clips came, {got.present} were here already.")
    for name, reason in got.failed.items():
        print(f"  {name}: {reason}")
    if not got.whole:
        print("Some clips are missing; give the same command again to fetch them.")
    report = _check(stated.name, got.folder)
    _print(report)
    return 0 if got.whole and report.sound else 1


def validate(stated: argparse.Namespace) -> int:
    """Print counts and findings; exit status 0 when every finding is known of the official corpus."""
    report = _check(stated.name, stated.data)
    if stated.json:
        output.print_json(report.to_dict())
        for note in report.notes:
            print(note, file=sys.stderr)
    else:
        _print(report)
    return 0 if report.sound else 1


def register(stated: argparse.Namespace) -> int:
    """Read the corpus, say what of it does not fit and what is offered, and remember it.

    One that is registered in the same place keeps the names and speakers that were confirmed; `forget` drops them.
    """
    labels = {}
    for label in [label for said in stated.label for label in said.split(",")]:
        old, equals, new = label.partition("=")
        if not equals:
            raise CorpusError(f"'{label}' is not of the form OWN=NEW.")
        labels[files.utf8(old.strip())] = new.strip()
    known = registry.entries().get(stated.name)
    # What was confirmed before stays, so that one may follow the other.
    same = known is not None and known.path == stated.data.expanduser().resolve()
    reading = known.reading if known is not None and same else own.Reading()
    corpus = registry.open_own(stated.data, stated.name, reading=reading)
    if stated.suggested:
        reading = reading.renamed(emotion_names.suggested(corpus.emotions))
    reading = own.Reading({**reading.labels, **labels}, reading.speakers)
    if stated.guess_speakers:
        guess = speaker_guess.guess(corpus.clips)
        if guess is None:
            why = "their files' names do not tell them" if corpus.unknown_speakers else "every clip has one already"
            raise CorpusError(f"No speakers can be guessed in {stated.data}: {why}.")
        reading = own.Reading(reading.labels, guess.rule)
    corpus = registry.open_own(stated.data, stated.name, reading=reading)
    entry = registry.register(stated.name, stated.data, reading=reading)
    counts = corpus.clips["emotion"].value_counts()
    print(
        f"{entry.name}: {len(corpus.clips)} clips; {', '.join(f'{emotion} {counts[emotion]}' for emotion in corpus.emotions)}"
    )
    for problem in corpus.problems:
        print(f"  {problem.where}: {problem.message}")
    if corpus.unknown_speakers:
        print(f"  {_without_speaker(corpus.unknown_speakers)}")
    for note in (*corpus.notes, own.label_offer(corpus), own.speaker_offer(corpus)):
        if note:
            print(f"  {note}")
    return 0


def _without_speaker(n: int) -> str:
    return f"{n} clips state no speaker" if n > 1 else "1 clip states no speaker"


def export(stated: argparse.Namespace) -> int:
    """Write the corpus as an audformat database and print where; reads back with `register NAME --data DIR`."""
    corpus = registry.load(stated.name, stated.data)
    division = splits.assign(corpus.clips, corpus.name, stated.split, 0) if stated.split else None
    with output.bar("files") as progress:
        folder = audformat_database.write(corpus, stated.out, division.parts if division else None, progress)
    print(f"{folder}: {len(corpus.clips)} clips of {corpus.card.title}")
    for terms in corpus.card.terms:
        print(f"  {terms}")
    return 0


def forget(stated: argparse.Namespace) -> int:
    registry.forget(stated.name)
    print(f"{stated.name} is no longer registered; its files stay.")
    return 0


def _check(name: str, path: Path | None) -> Report:
    with output.bar("clips") as progress:
        return validation.check(name, path, progress=progress)


def _print(report: Report) -> None:
    print(f"{report.corpus}: {report.clips} clips, {len(report.speakers)} speakers")
    print("  " + ", ".join(f"{emotion} {count}" for emotion, count in report.emotions.items()))
    if report.absent_speakers:
        print(
            f"  {len(report.absent_speakers)} speakers of the official corpus are not here: {', '.join(report.absent_speakers)}"
        )
    if report.unknown_speakers:
        print(f"  {_without_speaker(report.unknown_speakers)}")
    for note in report.notes:
        print(f"  {note}")
    for finding in report.findings:
        known = " (the official corpus has it too)" if finding.known else ""
        print(f"  {finding.clip}: {finding.fault}, {finding.message}{known}")
    if not report.findings:
        print("  no faults found")
