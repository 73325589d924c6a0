"""Train the recipes on a pretrained ear, measure them, and publish them without weights: one command, unattended; called again it goes on.

Run: python -m scripts.make_ears [NAME ...] [--data FOLDER-OF-CREMA-D] [--savee FOLDER-OF-SAVEE]

Every choice was made on the validation part (`--no-test`); here the test part is read once, for the form that is published.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from ser_core import runs, settings
from ser_core.augment.degradation import DEGRADATIONS
from ser_core.cli.main import main as command
from ser_core.corpora import registry
from ser_core.evaluation import from_how_many, kept, on_corpus
from ser_core.predictor import Predictor
from ser_core.runs import Run

#: What is published: name → recipe and what of it is set otherwise.
EARS: dict[str, tuple[str, ...]] = {
    "whisper-logreg-speakers": ("whisper-logreg",),
    "whisper-logreg-clean": ("whisper-logreg", "copies=0"),
    "whisper-logreg-by-speaker": ("whisper-logreg", "normalise=speaker"),
    "whisper-svm-speakers": ("whisper-svm",),
    "whisper-mlp-speakers": ("whisper-mlp",),
    "whisper-cnn-speakers": ("whisper-cnn",),
}
#: How they are measured beside the test part as it is.
NOISES = ("noise-20", "noise-10", "telephone", "room-large")


def main() -> int:
    """Make the runs that the command line names, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EARS))
    parser.add_argument("--data", type=Path, help="CREMA-D's folder; remembered")
    parser.add_argument("--savee", type=Path, help="SAVEE's folder; remembered")
    stated = parser.parse_args()
    learners = from_how_many.LEARNERS
    by_people = {from_how_many.name(n, one): (one, *learners[one]) for one in learners for n in from_how_many.PEOPLE}
    known = {**EARS, **by_people}
    unknown = set(stated.names) - set(known)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; known are {', '.join(known)}")
    for name in stated.names or known:
        run = Run(settings.home().runs / name)
        if not run.has("files.json"):
            recipe, *fields = known[name]
            asked = ["--data", str(stated.data)] if stated.data else []
            if name not in EARS:
                fields.append(f"train_speakers={name.split('-')[1]}")
                asked += ["--seeds", str(from_how_many.DRAWS)]
            changed = [word for field in fields for word in ("--set", field)]
            if command(["train", recipe, *changed, "--split", "speakers", "--run", str(run.path), *asked]):
                return 1
        runs.publish(Run(run.path), settings.ARTIFACTS / "results" / name)
        if name in EARS:
            _measure(Run(run.path), stated.data, stated.savee)
    return 0


def _measure(run: Run, data: Path | None, savee: Path | None) -> None:
    """Keep what it makes of SAVEE and of degraded clips of the test part's speakers."""
    model, crema_d = Predictor(run), registry.load("crema-d", data)
    with tempfile.TemporaryDirectory() as place:
        elsewhere = registry.load("savee", savee)
        kept.keep(run, elsewhere, on_corpus.evaluate(model, elsewhere), top=Path(place))
        for degradation in (None, *(DEGRADATIONS[name] for name in NOISES)):
            found = on_corpus.evaluate(model, crema_d, degradation=degradation)
            kept.keep(run, crema_d, found, top=Path(place))
        kept.publish(Path(place), run.name)


if __name__ == "__main__":
    sys.exit(main())
