"""`evaluate`: a run on a corpus' clips that it has not seen."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ser_core import runs
from ser_core.augment import degradation
from ser_core.cli import output, unreadable_clips
from ser_core.corpora import registry
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.evaluation import across, enrolment, kept, on_corpus
from ser_core.predictor import Predictor


def add(commands: Any) -> None:
    parser = commands.add_parser("evaluate", help="score a run on clips that it has not seen")
    parser.add_argument("name", metavar="RUN")
    parser.add_argument(
        "--corpus",
        required=True,
        metavar="A,B,C",
        help="one, or several; a run that left each out in turn answers for each by that training",
    )
    parser.add_argument("--data", type=Path, help="the corpus' folder; remembered where it has none yet")
    parser.add_argument("--speakers", help="only these, separated by commas")
    parser.add_argument(
        "--enrol",
        type=int,
        metavar="N",
        help="set 20 clips of every speaker aside, and give the model a voice profile of N of them (0: none)",
    )
    parser.add_argument(
        "--enrol-emotion",
        choices=enrolment.EMOTIONS,
        default="any",
        help="of which of the clips set aside: the 5 neutral ones, or all of them (default)",
    )
    parser.add_argument(
        "--adapt",
        choices=("none", "speaker"),
        default="none",
        help="speaker: give the model a voice profile of each speaker's tested clips themselves, without labels",
    )
    parser.add_argument(
        "--degradation",
        choices=[*degradation.DEGRADATIONS, "all"],
        help="do this to every clip first: what noise, lines, rooms and levels cost; all: one after another",
    )
    parser.add_argument(
        "--include-seen", action="store_true", help="keep clips and speakers of the run's train and validation part"
    )
    unreadable_clips.add(parser)
    parser.add_argument(
        "--keep", action="store_true", help="keep it in SER_HOME/evaluations, where the results page shows it"
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(handler=evaluate)


def evaluate(stated: argparse.Namespace) -> int:
    run = runs.find(stated.name)
    names = [name.strip() for name in stated.corpus.split(",") if name.strip()]
    if len(names) > 1 and stated.data is not None:
        raise CorpusError("--data is the folder of one corpus; several are taken from where they are registered.")
    said = [_on(stated, run, name) for name in names]
    if stated.json and len(names) > 1:
        output.print_json(dict(zip(names, said, strict=True)))
    elif stated.json:
        output.print_json(said[0])
    return 0


def _on(stated: argparse.Namespace, run: runs.Run, name: str) -> Any:
    """Evaluate on one corpus, print it for people, and return what `--json` prints of it."""
    predictor = Predictor(across.judge(run, name))
    enrolled = None if stated.enrol is None else enrolment.Enrolment(stated.enrol, stated.enrol_emotion)
    if stated.adapt != "none" or (enrolled is not None and enrolled.clips):
        predictor.check_profile()
    if stated.adapt != "none" and enrolled is not None and enrolled.clips:
        raise runs.RunError(
            "A voice profile is of the tested clips (--adapt) or of clips set aside (--enrol N); state one of them."
        )
    corpus = across.as_trained(registry.load(name, stated.data), run)
    for problem in corpus.problems:
        print(f"{corpus.name}, {problem.where}: {problem.message}; it is left out.", file=sys.stderr)
    for note in corpus.notes:
        print(note, file=sys.stderr)
    speakers = [name.strip() for name in stated.speakers.split(",") if name.strip()] if stated.speakers else None
    wanted: list[degradation.Degradation | None] = [None]
    if stated.degradation is not None:
        every = stated.degradation == "all"
        wanted = [None, *degradation.DEGRADATIONS.values()] if every else [degradation.DEGRADATIONS[stated.degradation]]
    evaluations = []
    with output.progress() as progress:
        task = progress.add_task("features", total=None, note="")
        for asked in wanted:
            evaluation = on_corpus.evaluate(
                predictor,
                corpus,
                speakers=speakers,
                include_seen=stated.include_seen,
                enrolment=enrolled,
                degradation=asked,
                adapt=stated.adapt,
                allow_unreadable=stated.allow_unreadable,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
            if stated.keep:
                kept.keep(
                    predictor.run,
                    corpus,
                    evaluation,
                    speakers=speakers,
                    include_seen=stated.include_seen,
                    name=run.name,
                )
            evaluations.append(evaluation)
    unreadable_clips.say(evaluations[0].unreadable)
    scores = [evaluation.to_dict() for evaluation in evaluations]
    if not stated.json and len(evaluations) > 1:
        _print_all(evaluations, scores)
    elif not stated.json:
        _print(stated, corpus, evaluations[0])
    return scores if len(evaluations) > 1 else scores[0]


def _print_all(evaluations: list[on_corpus.Evaluation], scores: list[dict[str, Any]]) -> None:
    """Print every degradation's scores, and what it costs against the clips as they are."""
    plain = scores[0]
    print(f"{plain['n']} clips of {plain['speakers']} speakers")
    rows = [
        [
            evaluation.degradation.title if evaluation.degradation else "as they are",
            f"{score['accuracy']:.3f}",
            f"{score['uar']:.3f}",
            f"{100 * (score['accuracy'] - plain['accuracy']):+.1f}",
        ]
        for evaluation, score in zip(evaluations, scores, strict=True)
    ]
    output.print_table(["the clips", "accuracy", "UAR", "points"], rows)


def _print(stated: argparse.Namespace, corpus: Corpus, evaluation: on_corpus.Evaluation) -> None:
    scores = evaluation.to_dict()
    done = "kept" if stated.include_seen else "left out"
    print(
        f"{stated.name} on {corpus.card.title}: {scores['n']} clips of {scores['speakers']} speakers; {scores['seen']} seen clips {done}"
    )
    for name, title in (("accuracy", "accuracy"), ("uar", "UAR"), ("macro_f1", "macro-F1")):
        span = scores["intervals"][name]
        print(f"  {title} {scores[name]:.3f}  95 %: {span['low']:.3f} to {span['high']:.3f} ({span['method']})")
    if evaluation.degradation is not None:
        print(f"  every clip: {evaluation.degradation.title}")
    if evaluation.adaptation != "none":
        whose = "each speaker's" if evaluation.adaptation == "speaker" else "all"
        print(f"  by a voice profile of {whose} tested clips themselves, without labels")
    if evaluation.enrolment is not None:
        print(f"  {_aside(evaluation.enrolment)}")
    if evaluation.unlike is not None:
        print(f"  unlike the voices of the training: {evaluation.unlike} of {scores['n']} clips")
    output.print_table(
        ["true \\ predicted", *scores["labels"]],
        [[label, *row] for label, row in zip(scores["labels"], scores["confusion"], strict=True)],
    )


def _aside(enrolled: on_corpus.Enrolled) -> str:
    """Say how many clips were set aside and what the model was given of them."""
    aside = f"{len(enrolled.set_aside)} clips of {len(enrolled.pools)} speakers were set aside; "
    if not enrolled.profiles:
        return aside + "the model was given none of them"
    seconds = sum(profile.seconds for profile in enrolled.profiles.values()) / len(enrolled.profiles)
    kind = "neutral" if enrolled.asked.emotion == "neutral" else "of any emotion"
    return (
        aside
        + f"the model was given a voice profile of {enrolled.asked.clips} of each, {kind} ({seconds:.1f} s of speech on average)"
    )
