"""Train a model that ships, from the data given to its folder in artifacts: one command, unattended; called again it goes on.

Run: python -m scripts.make_models NAME [NAME ...] [--data FOLDER-OF-CREMA-D] [--savee FOLDER-OF-SAVEE]

Seeds are trained on the train part alone; their test part is read once; the recipe is refitted on train and validation part with what
they found; the model is measured as it ships and moved to artifacts/models, the seeds without weights to artifacts/results, the
measurements to artifacts/evaluations.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import shipped_figures
from ser_core import runs, settings
from ser_core.augment import waveform
from ser_core.augment.degradation import DEGRADATIONS, Degradation
from ser_core.cli.main import main as command
from ser_core.corpora import registry
from ser_core.corpora.base import Corpus
from ser_core.evaluation import kept, on_corpus
from ser_core.evaluation.enrolment import Enrolment
from ser_core.predictor import Predictor
from ser_core.runs import Run

#: With how many clips of each speaker a model that takes a voice profile is measured.
ENROLMENTS = (
    Enrolment(0),
    *(Enrolment(n, "neutral") for n in (3, 5)),
    *(Enrolment(n, "any") for n in (5, 10, 20)),
)
#: The same on another corpus, where a profile counts most.
ELSEWHERE = (Enrolment(0), Enrolment(5, "neutral"), Enrolment(10, "any"))


@dataclass(frozen=True)
class Shipped:
    """What ships under a name: the recipe, what of it is set otherwise (`--set`), with how many copies of every clip as other
    microphones would have it, with how many seeds its figure is taken, and which run in SER_HOME has taught it.
    """

    recipe: str
    changed: tuple[str, ...] = ()
    copies: int = 0
    seeds: int = 1
    teacher: str = ""


#: Other microphones in some noise, for networks whose features are made from the sound itself.
MICROPHONES = dataclasses.replace(waveform.NONE, equalizer_db=12.0, noise_snr_db=(10.0, 40.0), p=0.7)

SHIPPED = {
    "accurate": Shipped("voice", seeds=3),
    "scratch": Shipped("crnn", seeds=3),
    "fast": Shipped("crnn-small", ("fit.taught=0.7",), teacher="accurate-trained"),
    # Theirs hold level and colour of the recording, which are the microphone's.
    "cnn1d": Shipped(
        "cnn1d-model3", ("features=seed-frames-conditioned", "network_params.mean_subtraction=true"), copies=1
    ),
    "paper": Shipped("paper-crema-d", ("features=msf-mfcc-levelled",), copies=1),
}


def main() -> int:
    """Make the models that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=list(SHIPPED), metavar="NAME", help=", ".join(SHIPPED))
    parser.add_argument("--data", type=Path, help="CREMA-D's folder; remembered")
    parser.add_argument(
        "--measure",
        action="store_true",
        help="train nothing: measure the models as they ship again, where what is done to a sound has changed",
    )
    parser.add_argument("--savee", type=Path, help="SAVEE's folder, for the figure on another corpus; remembered")
    stated = parser.parse_args()
    for name in stated.names:
        if stated.measure:
            _measure_again(name, registry.load("crema-d", stated.data), registry.load("savee", stated.savee))
        elif not _make(name, stated.data, stated.savee):
            return 1
    return 0


def _make(name: str, data: Path | None, savee: Path | None) -> bool:
    """Take the steps that are not done yet; False where one failed, which has said why."""
    shipped, chosen = SHIPPED[name], _trained(name)
    refitted = Run(settings.home().runs / "refitted" / name)
    corpus = ["--data", str(data)] if data else []
    done = _taught(shipped.teacher)
    if done and not chosen.has("files.json"):
        seeds = ["--seeds", str(shipped.seeds)] if shipped.seeds > 1 else []
        fields = ["--set", f'teachers=["{shipped.teacher}"]'] if shipped.teacher else []
        for field in shipped.changed:
            fields += ["--set", field]
        if shipped.copies:
            microphones = json.dumps(dataclasses.asdict(MICROPHONES))
            fields += ["--set", f"copies={shipped.copies}", "--set", f"waveform={microphones}"]
        done = _run("train", shipped.recipe, *fields, *seeds, "--no-test", "--run", str(chosen.path), *corpus)
    if done and not (chosen.predictions["part"] == "test").any():
        done = _run("runs", "read-test", str(chosen.path), *corpus)
    if done and not refitted.has("files.json"):
        done = _run("train", str(chosen.path), "--refit", "--run", str(refitted.path), *corpus)
    if not done:
        return False
    _publish(name, Run(chosen.path), Run(refitted.path))
    corpora = registry.load("crema-d", data), registry.load("savee", savee)
    measure(name, *corpora)
    shipped_figures.state(Run(settings.ARTIFACTS / "models" / name))
    if shipped.seeds > 1:
        # The form that stands among the ablations.
        measure_form(Run(chosen.path), f"{name}-seeds", *corpora)
    return True


def _measure_again(name: str, crema_d: Corpus, savee: Corpus) -> None:
    # Imported here: the module brings the training along.
    from ser_core.training import held_out

    held_out.read_again(Run(settings.ARTIFACTS / "models" / name), crema_d)
    measure(name, crema_d, savee)
    shipped_figures.state(Run(settings.ARTIFACTS / "models" / name))


def _trained(name: str) -> Run:
    """The run of a model's seeds, trained on the train part alone."""
    return Run(settings.home().runs / f"{name}-trained")


def _taught(teacher: str) -> bool:
    """Whether the teacher, which is another model's training, is there or none is needed."""
    if not teacher or Run(settings.home().runs / teacher).has("files.json"):
        return True
    print(f"There is no {teacher} yet: make the model that it belongs to first.", file=sys.stderr)
    return False


def _run(*arguments: str) -> bool:
    print("python -m ser_core", *arguments, file=sys.stderr)
    return command(list(arguments)) == 0


def _publish(name: str, chosen: Run, refitted: Run) -> None:
    model = settings.ARTIFACTS / "models" / name
    shutil.rmtree(model, ignore_errors=True)
    shutil.copytree(refitted.path, model, ignore=shutil.ignore_patterns("checkpoint.keras", "log.txt", "job.json"))
    Run(model).seal()
    runs.publish(chosen, settings.ARTIFACTS / "results" / f"{name}-seeds")


def measure(name: str, crema_d: Corpus, savee: Corpus) -> None:
    """Keep what a model makes, as it ships, of SAVEE, of degraded clips and of speakers whose voice profile it is given."""
    shipped = Run(settings.ARTIFACTS / "models" / name)
    measure_run(shipped, name, crema_d, savee, list(DEGRADATIONS.values()), ENROLMENTS)


def measure_form(chosen: Run, name: str, crema_d: Corpus, savee: Corpus) -> None:
    """Keep by what forms are compared in docs/results.md: the first seed in noise and with voice profiles, on the validation part's
    speakers, and on SAVEE.
    """
    first = (runs.pieces(chosen) or [chosen])[0]
    speakers = sorted(first.split.loc[first.split["part"] == "validation", "speaker"].unique())
    noises = [DEGRADATIONS[noise] for noise in ("noise-20", "noise-10")]
    enrolments = (*ELSEWHERE, Enrolment(20, "any"))
    measure_run(first, name, crema_d, savee, noises, enrolments, speakers=speakers, include_seen=True)


def measure_run(
    run: Run,
    name: str,
    crema_d: Corpus,
    savee: Corpus,
    degradations: Sequence[Degradation],
    enrolments: Sequence[Enrolment] = (),
    **whom: Any,
) -> None:
    """Keep what a run makes of SAVEE, of CREMA-D's clips as they are and degraded, and of speakers whose profile it is given.

    It stands under `name` in place of what was. whom: the speakers of CREMA-D, by default those that the model has not heard.
    """
    model = Predictor(run)
    conditions: list[dict[str, Any]] = [{}, *({"degradation": degradation} for degradation in degradations)]
    conditions += [{"enrolment": enrolment} for enrolment in enrolments] if model.takes_profile else []
    with tempfile.TemporaryDirectory() as place:
        top = Path(place)
        kept.keep(run, savee, on_corpus.evaluate(model, savee), top=top, name=name)
        for enrolment in ELSEWHERE if model.takes_profile else ():
            kept.keep(run, savee, on_corpus.evaluate(model, savee, enrolment=enrolment), top=top, name=name)
        for condition in conditions:
            evaluation = on_corpus.evaluate(model, crema_d, **whom, **condition)
            kept.keep(run, crema_d, evaluation, top=top, name=name, **whom)
        kept.publish(top, name)


if __name__ == "__main__":
    sys.exit(main())
