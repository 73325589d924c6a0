"""`predict`: what a model says of audio files."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from ser_core import audio, runs, settings
from ser_core.cli import output
from ser_core.features import profile as profiles
from ser_core.features.profile import ProfileError, VoiceProfile
from ser_core.predictor import Predictor


def add(commands: Any) -> None:
    parser = commands.add_parser("predict", help="what a model says of audio files")
    parser.add_argument("name", metavar="RUN", help="a shipped model, a run's name, or its folder")
    parser.add_argument("files", nargs="+", metavar="FILE")
    voice = parser.add_mutually_exclusive_group()
    voice.add_argument(
        "--same-voice",
        action="store_true",
        help="all files are one speaker's, recorded alike: the answers go by a voice profile of all of them",
    )
    voice.add_argument(
        "--profile",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="sound files of the speaker, or a saved voice profile (.json): the answers go by their voice; for models that take one",
    )
    parser.add_argument(
        "--channel",
        choices=get_args(audio.Channel),
        help="of stereo: the channels' mean, one of them, or an answer for each (default: looked at, and mixed where that is right)",
    )
    parser.add_argument(
        "--max-minutes",
        type=_minutes,
        default=settings.MAX_MINUTES,
        metavar="N",
        help="longest clip that is read (default: %(default)g); more also lets larger files in",
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(handler=predict)


def predict(stated: argparse.Namespace) -> int:
    """Predict every file; one that cannot be read is named, and the others are still predicted."""
    predictor = Predictor(runs.find(stated.name))
    profile = _profile(predictor, stated) if stated.profile or stated.same_voice else None
    predictor = predictor.with_voice(profile)
    answers: list[dict[str, Any]] = []
    for name in stated.files:
        try:
            answers.append({"file": name, **predictor.predict(_decoded(name, stated)).to_dict()})
        except (audio.AudioError, OSError) as error:
            answers.append({"file": name, "error": _reason(error)})
    if stated.json:
        output.print_json(answers)
    else:
        if profile is not None:
            print(f"By a voice profile of {profile.seconds:.1f} s of speech.")
        for answer in answers:
            _print(answer)
    return 1 if any("error" in answer for answer in answers) else 0


def _decoded(name: str, stated: argparse.Namespace) -> audio.Clip:
    return audio.read(name, max_minutes=stated.max_minutes, channel=stated.channel)


def _profile(predictor: Predictor, stated: argparse.Namespace) -> VoiceProfile:
    """The profile of the files that --profile names, or of all with --same-voice. Raises RunError, ProfileError or AudioError; nothing is predicted then."""
    predictor.check_profile()
    if stated.same_voice:
        return predictor.profile_of(_readable(stated))
    saved = [name for name in stated.profile if Path(name).suffix.lower() == ".json"]
    if saved and len(stated.profile) > 1:
        raise ProfileError(
            f"{saved[0]} is a saved voice profile and stands alone: give it, or sound files of the speaker."
        )
    if not saved:
        return predictor.profile_of(_decoded(name, stated) for name in stated.profile)
    profile = profiles.load(Path(saved[0]))
    predictor.check_profile(profile)
    return profile


def _readable(stated: argparse.Namespace) -> Iterator[audio.Clip]:
    """The files that can be read; the others are named where they are judged."""
    for name in stated.files:
        try:
            yield _decoded(name, stated)
        except (audio.AudioError, OSError):
            continue


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of minutes above 0")
    return value


def _reason(error: Exception) -> str:
    reason = " ".join(str(error).split())
    limited = "more than the limit of" in reason or "files up to" in reason
    return f"{reason.rstrip('.')}, or raise the limit with --max-minutes." if limited else reason


def _print(answer: dict[str, Any]) -> None:
    if "error" in answer:
        print(answer["error"], file=sys.stderr)
        return
    if "channels" in answer:
        print(f"{answer['file']}:")
        for channel in answer["channels"]:
            print(f"  {channel['channel']}: {_said(channel)}")
    else:
        print(f"{answer['file']}: {_said(answer)}")
    for finding in answer["quality"]:
        print(f"  {finding['severity']}: {finding['message']}")


def _said(answer: dict[str, Any]) -> str:
    ranked = sorted(answer["probabilities"].items(), key=lambda pair: -pair[1])
    said = ", ".join(f"{label} {output.percent(p)}" for label, p in ranked)
    return said if answer["decision"] == "emotion" else f"{said}  ({answer['decision']})"
