"""`predict`: what a model says of audio files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ser_core import audio, runs, settings
from ser_core.cli import output
from ser_core.predictor import Predictor


def add(commands: Any) -> None:
    parser = commands.add_parser("predict", help="what a model says of audio files")
    parser.add_argument("name", metavar="RUN", help="a shipped model, a run's name, or its folder")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--max-minutes",
        type=float,
        default=settings.MAX_MINUTES,
        help="longest clip that is read (default: %(default)g)",
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(handler=predict)


def predict(stated: argparse.Namespace) -> int:
    """Predict every file; one that cannot be read is named, and the others are still predicted."""
    predictor = Predictor(runs.find(stated.name))
    answers: list[dict[str, Any]] = []
    for name in stated.files:
        try:
            clip = audio.decode(Path(name), max_minutes=stated.max_minutes)
            answers.append({"file": name, **predictor.predict(clip).to_dict()})
        except (audio.AudioError, OSError) as error:
            answers.append({"file": name, "error": " ".join(str(error).split())})
    if stated.json:
        output.print_json(answers)
    else:
        for answer in answers:
            _print(answer)
    return 1 if any("error" in answer for answer in answers) else 0


def _print(answer: dict[str, Any]) -> None:
    if "error" in answer:
        print(answer["error"], file=sys.stderr)
        return
    ranked = sorted(answer["probabilities"].items(), key=lambda pair: -pair[1])
    said = ", ".join(f"{label} {output.percent(p)}" for label, p in ranked)
    decision = "" if answer["decision"] == "emotion" else f"  ({answer['decision']})"
    print(f"{answer['file']}: {said}{decision}")
    for finding in answer["quality"]:
        print(f"  {finding['severity']}: {finding['message']}")
