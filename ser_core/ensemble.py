"""Several trained models as one that answers with the mean of their probabilities: an ordinary run with one graph."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import onnx
import pandas as pd

from ser_core import files, graphs, runs
from ser_core.evaluation import metrics, writing
from ser_core.graphs import novelty
from ser_core.predictor import Predictor
from ser_core.recipes import Recipe
from ser_core.runs import Run, RunError

PACKAGES = ("numpy", "onnx", "onnxruntime", "soxr")
#: Fields of a recipe that an ensemble has: of one fit there is nothing to say.
STATED = ("name", "title", "corpus", "labels", "split", "features", "network", "seed")


def combine(members: Sequence[Run]) -> Run:
    """Return a new run in SER_HOME/runs: the members' mean. Several seeds of one training are as many members.

    Its predictions are the mean of theirs on the clips that all of them were validated or tested on; its threshold is chosen on
    the validation clips, and is the median of theirs where a refit left none. Remarks on strange clips are the first one's. Raises RunError
    for fewer than two members, and for those that differ in labels, inputs or split; GraphError where their graphs do.
    """
    members = [piece for member in members for piece in runs.pieces(member) or [member]]
    if len({member.path for member in members}) < max(2, len(members)):
        raise RunError("An ensemble takes two different runs or more.")
    for member in members:
        Predictor(member)
        _check_alike(members[0], member)
    return runs.whole("ensemble", lambda run: _write(run, members))


def _write(run: Run, members: Sequence[Run]) -> None:
    first = members[0]
    onnx.save(graphs.mean_of([member.model_path() for member in members]), run.path / "model.onnx")
    labels = first.contract.labels
    run.write_table("split.csv", first.split)
    scores = writing.measure(run, _mean_predictions(members, labels), labels)
    threshold = _threshold(members, run.predictions)
    run.write_json("feature.json", replace(first.contract, threshold=threshold).to_json())
    run.write_json(
        "layers.json",
        [{**layer, "name": f"{_name(member)}/{layer['name']}"} for member in members for layer in member.layers],
    )
    if first.has(novelty.FILE):
        shutil.copyfile(first.path / novelty.FILE, run.path / novelty.FILE)
    writing.finish(run, "ensemble", _stated(members, labels, threshold), lambda: _card(members, scores, threshold))


def _check_alike(first: Run, other: Run) -> None:
    own, theirs = first.contract, other.contract
    alike = {
        "labels": own.labels == theirs.labels,
        "inputs": own.signature == theirs.signature and own.inputs == theirs.inputs,
    }
    for name, same in alike.items():
        if not same:
            raise RunError(f"{_name(first)} and {_name(other)} differ in their {name}, so they have no mean.")
    parts = [run.split.set_index("clip")["part"].sort_index() for run in (first, other)]
    if not parts[0].equals(parts[1]):
        raise RunError(
            f"{_name(first)} and {_name(other)} were trained on different parts of a corpus, so no clip tells what their mean is worth."
        )


def _mean_predictions(members: Sequence[Run], labels: Sequence[str]) -> pd.DataFrame:
    """The rows of the clips that every member has: the mean of its probabilities."""
    columns = [f"p_{label}" for label in labels]
    tables = [member.predictions.set_index(["clip", "part"]) for member in members]
    rows = tables[0].index
    for table in tables[1:]:
        rows = rows.intersection(table.index)
    if rows.empty:
        raise RunError(
            "These runs have no validated or tested clip in common, so nothing tells what their mean is worth."
        )
    mean = sum(table.loc[rows, columns].to_numpy() for table in tables) / len(tables)
    known = tables[0].loc[rows].reset_index()
    return runs.prediction_rows(list(known["clip"]), known["part"], known["speaker"], known["true"], mean, labels)


def _threshold(members: Sequence[Run], predictions: pd.DataFrame) -> float:
    validation = predictions[predictions["part"] == "validation"]
    if validation.empty:
        return float(median(member.contract.threshold for member in members))
    confidence = validation.filter(like="p_").max(axis=1).to_numpy()
    return metrics.choose_threshold(confidence, (validation["predicted"] == validation["true"]).to_numpy())


def _stated(members: Sequence[Run], labels: tuple[str, ...], threshold: float) -> dict[str, Any]:
    first = members[0].recipe
    strange = {"of_strangers": True} if any(member.of_a_stranger for member in members) else {}
    recipe = Recipe(
        name="ensemble",
        title=f"Mean of {_names(members)}",
        corpus=first["recipe"]["corpus"],
        labels=labels,
        split=first["recipe"]["split"],
        features=first["recipe"]["features"],
        network="ensemble",
        seed=int(first["seed"]),
    ).to_dict()
    found = [member.recipe["found"] for member in members]
    return {
        "recipe": {name: recipe[name] for name in STATED},
        "ensemble": [{"run": _name(member), "model_sha256": files.sha256(member.model_path())} for member in members],
        "ear": next((member.recipe["ear"] for member in members if member.recipe.get("ear")), None),
        **strange,
        "split_name": first["split_name"],
        "seed": recipe["seed"],
        "test": all(member.recipe["test"] for member in members),
        "corpus_fingerprint": first["corpus_fingerprint"],
        "packages": writing.versions(PACKAGES),
        "created": runs.now(),
        "found": {
            "threshold": threshold,
            "parameters": sum(int(facts["parameters"]) for facts in found),
            "seconds": sum(float(facts["seconds"]) for facts in found),
        },
    }


def _name(run: Run) -> str:
    """The run's name, with its parent's where it is one of several seeds."""
    return f"{run.path.parents[1].name}/{run.name}" if run.path.parent.name in runs.PIECES else run.name


def _names(members: Sequence[Run]) -> str:
    *others, last = (_name(member) for member in members)
    return f"{', '.join(others)} and {last}"


def _card(members: Sequence[Run], measured: dict[str, Any], threshold: float) -> str:
    lines = [
        f"# Mean of {_names(members)}",
        "",
        "Every one of these models answers, and the mean of their probabilities is the answer. It is slower than one of them by "
        f"{len(members)} times. Their own cards say on what they were trained and what they must not be used for.",
        "",
        "## Measured",
        "",
        "| part | clips | accuracy | UAR | macro-F1 | calibration error |",
        "|---|---|---|---|---|---|",
    ]
    for part, scores in measured.items():
        cells = [f"{scores[name]:.3f}" for name in ("accuracy", "uar", "macro_f1", "ece")]
        lines.append(f"| {part} | {scores['n']} | {' | '.join(cells)} |")
    lines += [
        "",
        f'Below a confidence of {100 * threshold:.0f} % the answer is "uncertain".',
        "",
        *(
            f"- `{_name(member)}`: {member.recipe['recipe']['title']}, seed {member.recipe['seed']}"
            for member in members
        ),
        "",
    ]
    return "\n".join(lines)
