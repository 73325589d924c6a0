"""The run folder of a personal model: one like any other, with a graph and no network in Keras."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx

from ser_core import audio, files, graphs, runs
from ser_core.evaluation import writing
from ser_core.evaluation.temperature import clip_probabilities
from ser_core.features import store
from ser_core.graphs import parity
from ser_core.personal.card import card
from ser_core.personal.collected import BY_SITTING, Division
from ser_core.personal.hearing import Heard
from ser_core.personal.worth import of
from ser_core.predictor import Predictor
from ser_core.recipes import Recipe
from ser_core.runs import Run

PACKAGES = ("numpy", "scikit-learn", "librosa", "onnx", "onnxruntime", "soxr")
#: Fields of a recipe that a head has.
STATED = ("name", "title", "corpus", "labels", "split", "features", "network", "seed")


@dataclass(frozen=True, eq=False)
class Fitted:
    """A head, and what heads that had not heard a clip's fold say of it (clips × classes, calibrated)."""

    labels: tuple[str, ...]
    head: graphs.Head
    division: Division
    probabilities: np.ndarray
    threshold: float


def write(run: Run, heard: Heard, fitted: Fitted, base: Predictor, seed: int, started: float) -> None:
    """Write the whole run folder; `started`: time.monotonic() when the work began.

    Raises RunError where the written graph answers differently from the head.
    """
    clips, labels = heard.clips, fitted.labels
    for line in heard.remarks:
        run.log_line(line)
    table = clips[["clip", "speaker", "emotion"]].assign(part="train", pcm16_sha256_16=clips["hash"])
    run.write_table("split.csv", table)
    parts = ["validation"] * len(clips)
    predictions = runs.prediction_rows(
        clips["clip"].tolist(), parts, clips["speaker"], clips["emotion"], fitted.probabilities, labels
    )
    scores = writing.measure(run, predictions.assign(fold=fitted.division.folds), labels)
    onnx.save(graphs.with_head(base.run.model_path(), fitted.head), run.path / "model.onnx")
    run.write_json(
        "feature.json",
        replace(base.run.contract, audio_version=audio.VERSION, labels=labels, threshold=fitted.threshold).to_json(),
    )
    run.write_json("layers.json", _layers(base.run.layers, fitted.head))
    seconds = time.monotonic() - started
    facts = {
        "temperature": fitted.head.temperature,
        "threshold": fitted.threshold,
        "parameters": _parameters(fitted.head),
        "seconds": seconds,
    }
    run.log_line(f"{len(clips)} clips, {len(labels)} classes, on {base.run.name}: done in {seconds:.1f} s")

    def text() -> str:
        worth = of(run)
        assert worth is not None
        return card(worth, clips["sitting"].nunique(), scores, facts)

    stated = {**_recipe(heard, fitted, base.run, seed), "found": facts}
    writing.finish(run, "personal", stated, text, seconds=round(seconds, 1))
    _check(run, heard, fitted.head, base)


def _recipe(heard: Heard, fitted: Fitted, base: Run, seed: int) -> dict[str, Any]:
    clips = heard.clips
    counted = clips["emotion"].value_counts()
    recipe = Recipe(
        name="personal",
        title=f"Logistic regression on the embedding of {base.name}",
        corpus=str(clips["clip"].iloc[0]).split("/")[0],
        labels=fitted.labels,
        split=fitted.division.by,
        features=base.contract.feature_set,
        network="head",
        seed=seed,
    ).to_dict()
    # Of a fit in epochs and of augmentation there is nothing to say.
    stated = {name: recipe[name] for name in STATED}
    return {
        "recipe": stated,
        "personal": {
            "base": base.name,
            "base_model_sha256": files.sha256(base.model_path()),
            "clips": {label: int(counted[label]) for label in fitted.labels},
            "sittings": int(clips["sitting"].nunique()),
            "by": fitted.division.by,
            "remarks": list(heard.remarks),
        },
        **({"of_strangers": True} if base.of_a_stranger else {}),
        "ear": base.recipe.get("ear"),
        "split_name": "by sitting" if fitted.division.by == BY_SITTING else "by clip, same sitting on both sides",
        "seed": seed,
        "test": False,
        "corpus_fingerprint": store.corpus_fingerprint(dict(zip(clips["clip"], clips["hash"], strict=True)), clips),
        "packages": writing.versions(PACKAGES),
        "created": runs.now(),
    }


def _parameters(head: graphs.Head) -> int:
    return int(head.mean.size + head.deviation.size + head.weights.size + head.bias.size)


def _layers(below: list[dict[str, Any]], head: graphs.Head) -> list[dict[str, Any]]:
    """The layers of the model below up to its embedding, then the head's."""
    names = [layer["name"] for layer in below]
    kept = below[: names.index("embedding") + 1] if "embedding" in names else below[: names.index("classifier")]
    dims, classes = head.weights.shape
    steps = [
        ("head_scaling", "StandardScaler", dims, 2 * dims),
        ("head_scores", "LogisticRegression", classes, dims * classes + classes),
        ("head_temperature", "Temperature", classes, 0),
        ("probabilities", "Softmax", classes, 0),
    ]
    return kept + [{"name": n, "kind": kind, "shape": [width], "parameters": p} for n, kind, width, p in steps]


def _check(run: Run, heard: Heard, head: graphs.Head, base: Predictor) -> None:
    """Hold the written graph against the head on the first clips, as anyone would use it."""
    made = Predictor(Run(run.path))
    for features in heard.features:
        _, embedding = base.windows_of(features)
        expected = clip_probabilities(head.scores(embedding), np.arange(len(embedding)), head.temperature)
        probabilities, unchanged = made.windows_of(features)
        difference = max(float(np.abs(probabilities - expected).max()), float(np.abs(unchanged - embedding).max()))
        parity.checked(difference, "model.onnx", "the fitted head")
