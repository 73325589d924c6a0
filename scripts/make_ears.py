"""Train the recipes on a pretrained ear, measure them, and publish them without weights: one command, unattended; called again it goes on.

Run: python -m scripts.make_ears [NAME ...] [--data FOLDER-OF-CREMA-D] [--savee FOLDER-OF-SAVEE]

Every choice was made on the validation part (`--no-test`); here the test part is read once, for the form that is published, and never for
the forms of `voice`.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from scripts import make_models
from ser_core import runs, settings
from ser_core.augment import waveform
from ser_core.augment.degradation import DEGRADATIONS
from ser_core.cli.main import main as command
from ser_core.corpora import registry
from ser_core.evaluation import from_how_many
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
#: The vector that `voice` was fed with while most of its forms were compared.
_DEVIATION = "features=whisper"
#: Forms of `voice` by the validation part alone, beside the one that ships: name → what is set otherwise.
FORMS: dict[str, tuple[str, ...]] = {
    "voice-deviation": (_DEVIATION,),
    "voice-own-voices": (_DEVIATION, f"waveform={json.dumps(dataclasses.asdict(waveform.DEGRADED))}", "copies=3"),
    "voice-unmixed": (_DEVIATION, "picture.mixup=0"),
    "voice-half-2s": (_DEVIATION, "network_params.half_s=2.5"),
    "voice-half-10s": (_DEVIATION, "network_params.half_s=10"),
    "voice-hidden": (_DEVIATION, "network_params.hidden=192", "network_params.l2=0"),
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
    by_people = {
        from_how_many.name(n, recipe): (recipe, *learners[recipe]) for recipe in learners for n in from_how_many.PEOPLE
    }
    forms = {name: ("voice", *fields) for name, fields in FORMS.items()}
    known = {**EARS, **by_people, **forms}
    unknown = set(stated.names) - set(known)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; known are {', '.join(known)}")
    for name in stated.names or known:
        run = Run(settings.home().runs / name)
        if not run.has("files.json"):
            recipe, *fields = known[name]
            asked = ["--data", str(stated.data)] if stated.data else []
            if name in FORMS:
                asked.append("--no-test")
            elif name in by_people:
                fields.append(f"train_speakers={name.split('-')[1]}")
                asked += ["--seeds", str(from_how_many.DRAWS)]
            changed = [word for field in fields for word in ("--set", field)]
            if command(["train", recipe, *changed, "--split", "speakers", "--run", str(run.path), *asked]):
                return 1
        runs.publish(Run(run.path), settings.ARTIFACTS / "results" / name)
        if name in by_people:
            continue
        corpora = registry.load("crema-d", stated.data), registry.load("savee", stated.savee)
        if name in FORMS:
            make_models.measure_form(Run(run.path), name, *corpora)
        else:
            make_models.measure_run(Run(run.path), name, *corpora, [DEGRADATIONS[noise] for noise in NOISES])
    return 0


if __name__ == "__main__":
    sys.exit(main())
