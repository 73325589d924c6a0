"""The tables of docs/results.md on noise, lines, rooms and levels, on another corpus, on made sounds, and on voices that a model was
introduced to.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import numpy as np

from ser_core import audio, runs, settings
from ser_core.augment.degradation import DEGRADATIONS
from ser_core.evaluation import kept
from ser_core.evaluation.kept import Kept
from ser_core.features import extraction
from ser_core.predictor import Predictor


def lines() -> list[str]:
    """Return the tables, from artifacts/evaluations."""
    shipped = [run.name for run in runs.shipped()]
    held = kept.shipped()
    own = [evaluation for evaluation in held if evaluation.run in shipped]
    return [*_degraded(own, shipped), "", *_elsewhere(own), "", *_made(), *_enrolled(own, shipped)]


def _degraded(held: list[Kept], names: list[str]) -> list[str]:
    scores: dict[str, dict[str | None, dict[str, Any]]] = defaultdict(dict)
    for evaluation in held:
        if evaluation.corpus == "crema-d" and not evaluation.stated["enrolment"]:
            scores[evaluation.run][evaluation.stated["degradation"]] = evaluation.metrics
    names = [name for name in names if None in scores[name]]
    if not names:
        return ["Not measured."]
    first = scores[names[0]][None]
    table = [
        f"Accuracy on the test part ({first['n']} clips of {first['speakers']} unheard speakers of CREMA-D) as it is, and by how many points it "
        "changes when every clip is degraded (`evaluate NAME --corpus crema-d --degradation all`).",
        "",
        "| the clips | " + " | ".join(f"`{name}`" for name in names) + " |",
        "|---|" + "---|" * len(names),
        "| as they are | " + " | ".join(f"{scores[name][None]['accuracy']:.3f}" for name in names) + " |",
    ]
    for key, degradation in DEGRADATIONS.items():
        cells = [_points(scores[name], key) for name in names]
        table.append(f"| {degradation.title} | " + " | ".join(cells) + " |")
    return table


def _points(scores: dict[str | None, dict[str, Any]], key: str) -> str:
    if key not in scores:
        return "-"
    return f"{100 * (scores[key]['accuracy'] - scores[None]['accuracy']):+.1f}"


def _elsewhere(held: list[Kept]) -> list[str]:
    table = [
        "Trained on CREMA-D, tested on another corpus, its clips of the common emotions; beside it the answer that is given most often, and how "
        "often the clips are of it:",
        "",
        "| model | corpus | clips | speakers | emotions | accuracy | UAR | most often | unlike the training |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for evaluation in held:
        if evaluation.corpus == "crema-d" or evaluation.stated["enrolment"]:
            continue
        metrics = evaluation.metrics
        far = "-" if metrics["unlike_training"] is None else f"{100 * metrics['unlike_training'] / metrics['n']:.0f} %"
        cells = [
            f"`{evaluation.run}`",
            evaluation.stated["title"],
            metrics["n"],
            metrics["speakers"],
            len(metrics["labels"]),
        ]
        scores = [_with_interval(metrics, name) for name in ("accuracy", "uar")]
        table.append("| " + " | ".join(map(str, [*cells, *scores, _most_often(metrics), far])) + " |")
    return table


def _made() -> list[str]:
    """What the models say of the samples that ship, asked while the page is made."""
    models = [Predictor(run) for run in runs.shipped()]
    folder = settings.ARTIFACTS / "samples"
    table = [
        "What they say of sounds that nobody made in an emotion, the samples of the Analyze page: the most probable emotion and its confidence, "
        "whether that is too little for an answer (uncertain), and whether the sound is found to be unlike the voices of the training.",
        "",
        "| the sound | heard as | " + " | ".join(f"`{model.run.name}`" for model in models) + " |",
        "|---|---|" + "---|" * len(models),
    ]
    for sample in json.loads((folder / "samples.json").read_text(encoding="utf-8")):
        clip = audio.decode(folder / sample["file"])
        heard = "no speech" if any(finding.code == "no-speech" for finding in audio.findings(clip)) else "speech"
        table.append("| " + " | ".join([sample["title"], heard, *(_said(model, clip) for model in models)]) + " |")
    return table


def _said(model: Predictor, clip: audio.Clip) -> str:
    prediction = model.predict(clip)
    features = extraction.of_sound(model.inputs, clip.samples)
    # The prediction does not say it of what it takes for no speech.
    unlike = model.unlike(prediction.embedding[None], features)
    notes = ["uncertain"] * (prediction.confidence < model.threshold) + ["unlike"] * unlike
    return ", ".join([f"{prediction.label} {prediction.confidence:.0%}".replace("%", " %"), *notes])


def _most_often(metrics: dict[str, Any]) -> str:
    counts = np.array(metrics["confusion"])
    label = int(counts.sum(axis=0).argmax())
    answered, true = (100 * totals[label] / counts.sum() for totals in (counts.sum(axis=0), counts.sum(axis=1)))
    return f"{metrics['labels'][label]}: {answered:.0f} % of the answers, {true:.0f} % of the clips"


def _with_interval(metrics: dict[str, Any], name: str) -> str:
    span = metrics["intervals"][name]
    return f"{metrics[name]:.3f} ({span['low']:.2f} to {span['high']:.2f})"


def _enrolled(held: list[Kept], names: list[str]) -> list[str]:
    """What a voice profile gains, corpus by corpus."""
    scores: dict[str, dict[str, dict[tuple[int, str], dict[str, Any]]]] = defaultdict(lambda: defaultdict(dict))
    titles = {}
    for evaluation in held:
        if asked := evaluation.stated["enrolment"]:
            scores[evaluation.corpus][evaluation.run][asked["clips"], asked["emotion"] if asked["clips"] else ""] = (
                evaluation.metrics
            )
            titles[evaluation.corpus] = evaluation.stated["title"]
    table = []
    for corpus, models in scores.items():
        by_name = [name for name in names if name in models]
        if not by_name:
            continue
        rows = sorted(
            {key for name in by_name for key in models[name]}, key=lambda key: (key[0] > 0, key[1] == "any", key[0])
        )
        first = next(iter(models[by_name[0]].values()))
        table += [
            "",
            f"What a voice profile is worth on {titles[corpus]}: accuracy and UAR on the same {first['n']} clips of {first['speakers']} "
            "unheard speakers, whose 20 other clips are set aside for it. What a user has is an everyday voice: the neutral rows.",
            "",
            "| clips of the speaker that it is given | "
            + " | ".join(f"`{name}`: accuracy | UAR" for name in by_name)
            + " |",
            "|---|" + "---|---|" * len(by_name),
        ]
        for key in rows:
            title = f"{key[0]} {'neutral' if key[1] == 'neutral' else 'of any emotion'}" if key[0] else "none"
            cells = [
                f"{models[name][key][what]:.3f}" if key in models[name] else "-"
                for name in by_name
                for what in ("accuracy", "uar")
            ]
            table.append(f"| {title} | " + " | ".join(cells) + " |")
    return table
