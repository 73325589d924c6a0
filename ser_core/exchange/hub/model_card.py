"""A run's card as the Hub reads it: its data in front, in the Hub's own terms, then card.md."""

from __future__ import annotations

import re
from typing import Any

from ser_core.corpora import registry
from ser_core.exchange import terms
from ser_core.exchange.hub import client
from ser_core.runs import Run, split_id

#: Languages as the cards of corpora name them → ISO 639-1.
LANGUAGES = {"English": "en", "German": "de", "Mandarin": "zh"}
#: A score of metrics.json → the Hub's type of metric, and its name.
METRICS = {"accuracy": ("accuracy", "Accuracy"), "uar": ("recall", "UAR"), "macro_f1": ("f1", "Macro-F1")}


def text(run: Run) -> str:
    """Return README.md of the run's repository."""
    lines = ["---", _data(run).to_yaml().rstrip(), "---", "", run.card if run.has("card.md") else f"# {run.name}", ""]
    lines += ["## Files", "", f"`{client.RUN}/` is the run's folder: recipe, split, predictions, metrics."]
    if run.has("model.onnx"):
        lines += [
            f"`{client.MODEL}` is the model, which gives calibrated probabilities; `{client.ONNX}/example.py` runs it without this program."
        ]
    lines += ["`python -m ser_core hub pull OWNER/NAME` brings it all back, checked.", ""]
    return "\n".join(lines)


def _data(run: Run) -> Any:
    from huggingface_hub import ModelCardData

    corpora = terms.corpora(run)
    cards = [registry.MODULES[name].card for name in corpora if name in registry.MODULES]
    spoken = {code for card in cards for word, code in LANGUAGES.items() if re.search(rf"\b{word}\b", card.language)}
    return ModelCardData(
        model_name=run.name,
        language=sorted(spoken) or None,
        library_name="ser-core",
        pipeline_tag="audio-classification",
        tags=["audio-classification", "speech-emotion-recognition", *(["onnx"] if run.has("model.onnx") else [])],
        datasets=corpora or None,
        eval_results=_results(run, " + ".join(card.title for card in cards) or "unknown"),
        ser=_own(run),
        **_licence(run, corpora),
    )


def _licence(run: Run, corpora: list[str]) -> dict[str, str]:
    """The terms of the one corpus, under the Hub's name where it has one; of several, of others, and of features on others' terms, in their
    own words.
    """
    if terms.of_features(run):
        return {"license": "other", "license_name": "terms-of-the-corpora-and-of-what-computes-its-features"}
    name = terms.OPEN.get(corpora[0], "other") if len(corpora) == 1 else "other"
    if name != "other":
        return {"license": name}
    card = registry.MODULES[corpora[0]].card if len(corpora) == 1 and corpora[0] in registry.MODULES else None
    return {
        "license": "other",
        "license_name": "terms-of-the-corpora",
        **({"license_link": card.licence_url} if card else {}),
    }


def _results(run: Run, corpus: str) -> list[Any]:
    from huggingface_hub import EvalResult

    results = []
    for part, scores in run.metrics.items():
        on = {
            "task_type": "audio-classification",
            "task_name": "Speech emotion recognition",
            "dataset_type": "+".join(terms.corpora(run)) or "unknown",
            "dataset_name": corpus,
            "dataset_split": part,
            "dataset_args": {"split": run.recipe.get("split_name", ""), "split_sha256_16": split_id(run.split)},
        }
        for name, (kind, title) in METRICS.items():
            span = scores.get("intervals", {}).get(name)
            said = f"{title}, 95 % interval {span['low']:.3f} to {span['high']:.3f}" if span else title
            results.append(
                EvalResult(metric_type=kind, metric_name=said, metric_value=scores[name], metric_args=span, **on)
            )
        if "ece" in scores:
            results.append(
                EvalResult(metric_type="ece", metric_name="Calibration error", metric_value=scores["ece"], **on)
            )
    return results


def _own(run: Run) -> dict[str, Any]:
    """What the Hub has no word for: the split, who speaks in it, what makes the probabilities calibrated, and all terms."""
    split = run.split
    speakers = {part: int(rows["speaker"].nunique()) for part, rows in split.groupby("part")}
    found = run.recipe.get("found", {})
    return {
        "recipe": str(run.recipe.get("recipe", {}).get("name", "")),
        "seed": run.recipe.get("seed"),
        "split": run.recipe.get("split_name", ""),
        "split_sha256_16": split_id(split),
        "corpus_fingerprint": run.recipe.get("corpus_fingerprint", ""),
        "speakers": speakers,
        "clips": {part: len(rows) for part, rows in split.groupby("part")},
        "calibration": {name: found[name] for name in ("temperature", "threshold") if name in found},
        "attribution": [
            *terms.of(run),
            *terms.of_features(run),
            *(registry.MODULES[corpus].card.citation for corpus in terms.corpora(run) if corpus in registry.MODULES),
        ],
    }
