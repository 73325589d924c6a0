"""The model card of a personal model."""

from __future__ import annotations

from typing import Any

from ser_core.personal.worth import Worth


def card(worth: Worth, sittings: int, metrics: dict[str, Any], facts: dict[str, Any]) -> str:
    """Return card.md. `metrics`: metrics.json; `facts`: temperature, threshold, parameters, seconds."""
    scores = metrics["validation"]
    counted = ", ".join(f"{_code(name)} {n}" for name, n in worth.clips.items())
    clips, below = sum(worth.clips.values()), facts["threshold"]
    lines = [
        f"# A model of one's own, on `{worth.base}`",
        "",
        f"The model `{worth.base}` up to its embedding, unchanged, and on it a scaling and a logistic regression for these classes.",
        "",
        "## Trained on",
        "",
        f"{clips} of the user's own recordings, {sittings} sitting{'s' if sittings > 1 else ''}: {counted}. All of them train the head; "
        "the figures are cross-validated.",
        "",
        f"## Measured: {worth.label}",
        "",
        worth.sentence,
        "",
    ]
    if worth.enough:
        lines += ["| clips | accuracy | UAR | macro-F1 | calibration error |", "|---|---|---|---|---|"]
        cells = [str(scores["n"]), *(_with_interval(scores, name) for name in ("accuracy", "uar", "macro_f1"))]
        lines += ["| " + " | ".join([*cells, f"{scores['ece']:.3f}"]) + " |", ""]
        lines += [f"95 % intervals: {scores['intervals']['accuracy']['method']}.", ""]
    lines += [
        "## How it answers",
        "",
        f"Temperature {facts['temperature']:.3f}"
        + (", fitted on the cross-validated scores" if worth.enough else ": too few clips to fit one")
        + (
            f'; below a confidence of {100 * below:.0f} % the answer is "uncertain".'
            if below
            else "; it always answers."
        ),
        f"The head has {facts['parameters']:,} parameters and was fitted in {facts['seconds']:.1f} s.",
        "",
        "## Limits",
        "",
        "- It knows these classes only, and names one of them whatever it hears.",
        "- It was measured on the voices, the rooms and the microphones of these recordings alone.",
        "- In the EU, inferring emotions at work and in schools is prohibited except for medical or safety reasons "
        "(AI Act, Art. 5(1)(f)).",
        f"- What the card of `{worth.base}` says of its data and their licence holds for this model too.",
        "",
    ]
    return "\n".join(lines)


def _code(name: str) -> str:
    # Classes may be called anything; a card is Markdown.
    fence = "``" if "`" in name else "`"
    return f"{fence}{name}{fence}"


def _with_interval(scores: dict[str, Any], name: str) -> str:
    span = scores["intervals"][name]
    return f"{scores[name]:.3f} ({span['low']:.3f} to {span['high']:.3f})"
