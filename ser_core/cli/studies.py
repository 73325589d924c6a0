"""`studies`: several networks trained alike, compared, and written up."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from ser_core import recipes, runs, studies
from ser_core.cli import output
from ser_core.cli import train as training
from ser_core.corpora import folds, registry
from ser_core.corpora.base import Corpus
from ser_core.recipes import Recipe
from ser_core.studies import Study, StudyError, document, outcome, starting, state, words
from ser_core.studies import members as networks


def add(commands: Any) -> None:
    parser = commands.add_parser("studies", help="networks trained alike, compared, and written up")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="a line a study")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(handler=list_studies)
    showing = actions.add_parser("show", help="what came of a study so far")
    showing.add_argument("name", metavar="STUDY")
    showing.add_argument("--json", action="store_true")
    showing.set_defaults(handler=show)
    starting_ = actions.add_parser("start", help="queue the trainings of two to six networks")
    starting_.add_argument(
        "name", metavar="NAME", help="of the new study; of one that is there: go on with what is not trained"
    )
    starting_.add_argument(
        "--recipes", metavar="A,B", help="recipes' names, runs' names or recipe.json files; one of them with --vary"
    )
    starting_.add_argument(
        "--vary", metavar="FIELD=V1,V2", help="one recipe with each of these values, e.g. fit.epochs=10,20"
    )
    starting_.add_argument("--corpus", help="the corpus; default: the first recipe's")
    starting_.add_argument("--data", type=Path, help="the corpus' folder; remembered where it has none yet")
    starting_.add_argument("--split", default="speakers", help="speakers, clips, kfold-speakers, kfold-clips, loso")
    starting_.add_argument("--folds", type=int, default=folds.FOLDS, help="folds of kfold-speakers and kfold-clips")
    starting_.add_argument("--seeds", type=int, default=1, help=f"trainings of each network, 1 to {studies.MOST_SEEDS}")
    starting_.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a field of every recipe, e.g. fit.epochs=10",
    )
    starting_.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="train here, so many trainings of all networks, seeds and folds at a time (with SER_DASK as many as there are workers); default: "
        "the queue, one network after the other",
    )
    starting_.add_argument("--repeat", metavar="STUDY", help="the networks of another study, all trained anew")
    starting_.add_argument("--json", action="store_true")
    starting_.set_defaults(handler=start)
    giving = actions.add_parser("export", help="a study as a document, or its figures")
    giving.add_argument("name", metavar="STUDY")
    giving.add_argument("--format", required=True, choices=document.FORMATS, dest="form")
    giving.add_argument("folder", type=Path, metavar="DIR")
    giving.set_defaults(handler=export)
    deleting = actions.add_parser("delete", help="delete a study; its runs stay")
    deleting.add_argument("name", metavar="STUDY")
    deleting.set_defaults(handler=delete)


def list_studies(stated: argparse.Namespace) -> int:
    rows = [
        {
            "id": study.id,
            "name": study.name,
            "corpus": study.corpus,
            "split": study.split,
            "seeds": study.seeds,
            "created": study.created,
            "networks": [member.name for member in study.members],
            "state": state.said(state.of(study)),
        }
        for study in studies.all_studies()
    ]
    if stated.json:
        output.print_json(rows)
    else:
        columns = ("id", "name", "corpus", "split", "seeds", "state")
        output.print_table(columns, [[row[name] for name in columns] for row in rows])
    return 0


def show(stated: argparse.Namespace) -> int:
    study = studies.find(stated.name)
    reached = outcome.of(study)
    if stated.json:
        output.print_json(_stated(study, reached))
        return 0
    print(f"{study.name}  {document.subtitle(reached)}")
    for stage in reached.states:
        print(
            f"  {stage.member.name}: {stage.state}{f' ({stage.message})' if stage.message not in ('', stage.state) else ''}, run {stage.member.run}"
        )
    if reached.trained:
        for table in (document.networks(reached), document.scores(reached), document.classes(reached)):
            output.print_table(table.columns, table.rows)
        for said in (words.verdict(reached), words.method(reached), *words.notes(reached)):
            if said:
                print(said)
    return 0


def start(stated: argparse.Namespace) -> int:
    if stated.jobs is not None and stated.jobs < 1:
        raise StudyError("--jobs must be at least 1.")
    study, corpus = _begun(stated)
    if stated.jobs is not None:
        return _trained(stated, study, corpus)
    starting.go_on(study, corpus)
    _say(stated, study)
    return 0


def _begun(stated: argparse.Namespace) -> tuple[Study, Corpus]:
    """The study that is to be trained, written where it is new, and its corpus."""
    if stated.repeat:
        before = studies.find(stated.repeat)
        corpus = registry.load(before.corpus, stated.data)
        return starting.repeat(before, stated.name, corpus, queued=False), corpus
    if not stated.recipes:
        study = studies.find(stated.name)
        return study, registry.load(study.corpus, stated.data)
    chosen = [_recipe(name).override(stated.set) for name in stated.recipes.split(",") if name.strip()]
    corpus = registry.load(stated.corpus or chosen[0].corpus, stated.data)
    if stated.data:
        starting.registered(corpus.name, stated.data)
    if stated.vary:
        field, equals, values = stated.vary.partition("=")
        if not equals or len(chosen) != 1:
            raise StudyError("--vary takes FIELD=V1,V2 and one recipe: --recipes NAME --vary fit.epochs=10,20.")
        members = networks.of_values(chosen[0], field, values)
    else:
        field, members = "", networks.of_recipes(chosen)
    prepared = networks.on(members, corpus, stated.split, stated.folds)
    study = starting.start(
        stated.name, prepared, corpus, seeds=stated.seeds, n_folds=stated.folds, varied=field, queued=False
    )
    return study, corpus


def _trained(stated: argparse.Namespace, study: Study, corpus: Corpus) -> int:
    """Train what is missing of a study in this process and those that it starts, holding the lock that keeps two trainings apart."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Imported here: every other command does without it.
    from ser_core.training import repeats

    try:
        with training.in_turn(), output.progress() as progress:
            bar = training.Bar(progress)
            todo = [(member.recipe, study.run(member)) for member in starting.missing(study)]
            repeats.each(
                todo, corpus, bar, n_folds=study.folds, seeds=study.seeds, workers=stated.jobs, go_on=True, piece_done=bar.piece
            )  # fmt: skip
    except KeyboardInterrupt:
        print(
            f"Cancelled; what is trained is kept, and the rest goes on: studies start {study.id} --jobs {stated.jobs}.",
            file=sys.stderr,
        )
        return 1
    for stage in state.of(study):
        if stage.state == "failed":
            print(f"{stage.member.name} failed: {stage.message}", file=sys.stderr)
    _say(stated, study)
    return 1 if starting.missing(study) else 0


def export(stated: argparse.Namespace) -> int:
    # Imported here: what writes documents is loaded for nothing else.
    from ser_core.studies import exporting

    print(exporting.write(studies.find(stated.name), stated.form, stated.folder))
    return 0


def delete(stated: argparse.Namespace) -> int:
    study = studies.find(stated.name)
    study.delete()
    print(f"{study.name} is deleted; its runs stay.")
    return 0


def _recipe(name: str) -> Recipe:
    """A recipe by its name or file, or that of a run."""
    try:
        return recipes.named(name.strip())
    except recipes.RecipeError:
        try:
            return runs.find(name.strip()).trained_by
        except runs.RunError:
            pass
        raise


def _say(stated: argparse.Namespace, study: Study) -> None:
    states = state.of(study)
    if stated.json:
        output.print_json({"id": study.id, "name": study.name, "members": _members(states)})
        return
    print(f"{study.name}: {state.said(states)}, {sum(stage.active for stage in states)} in the queue.")
    print(f"It fills on the results page, or: python -m ser_core studies show {study.id}")


def _members(states: list[state.State]) -> list[dict[str, Any]]:
    return [
        {"name": stage.member.name, "run": stage.member.run, "state": stage.state, "message": stage.message}
        for stage in states
    ]


def _stated(study: Study, reached: outcome.Outcome) -> dict[str, Any]:
    kept = ("accuracy", "uar", "macro_f1", "confusion", "intervals")
    return {
        "id": study.id,
        "name": study.name,
        "corpus": study.corpus,
        "split": study.split,
        "seeds": study.seeds,
        "varied": study.varied,
        "repeats": study.repeats,
        "members": _members(list(reached.states)),
        "labels": list(reached.labels),
        "n": reached.clips,
        "speakers": reached.speakers,
        "networks": [
            {
                "name": network.name,
                "layers": network.layers,
                "parameters": network.parameters,
                "seconds": network.seconds,
                "scores": {name: network.scores[name] for name in kept},
                "seeds": [dict(seed) for seed in network.seeds],
            }
            for network in reached.trained
        ],
        "pairs": [pair.to_dict() for pair in reached.comparison.pairs] if reached.comparison is not None else [],
        "verdict": words.verdict(reached),
        "method": words.method(reached),
        "notes": words.notes(reached),
    }
