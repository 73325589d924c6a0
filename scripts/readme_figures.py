"""Write the figures of README.md, between its two markers, from the run folders in artifacts: every figure is read, none typed.

Run: make results
"""

from __future__ import annotations

from ser_core import files, runs, settings
from ser_core.evaluation import lesson
from ser_core.runs import Run, leagues

TARGET = settings.ROOT / "README.md"
BEGIN, END = "<!-- figures: written by make results -->", "<!-- end of figures -->"


def main() -> None:
    """Write the block."""
    files.write_text(TARGET, replaced(TARGET.read_text(encoding="utf-8")))
    print(TARGET.relative_to(settings.ROOT))


def replaced(readme: str) -> str:
    """Return the README with its block written anew. Raises ValueError where it lacks a marker."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md must hold the lines '{BEGIN}' and '{END}'.")
    return f"{before}{BEGIN}\n{text()}{END}{after}"


def text() -> str:
    """Return the block: a table of the shipped models, and what a split by clip makes of a figure."""
    lines = [
        "| model | what it is | league | accuracy on unseen speakers | UAR | tested on | model.onnx |",
        "|---|---|---|---|---|---|---|",
        *(_row(run) for run in runs.shipped()),
        "",
    ]
    gap = _gap()
    return "\n".join([*lines, *([gap, ""] if gap else [])])


def _row(run: Run) -> str:
    part = "test" if "test" in run.metrics else "validation"
    scores = run.metrics[part]
    span = scores["intervals"]["accuracy"]
    cells = [
        f"[`{run.name}`](artifacts/models/{run.name}/card.md)",
        str(run.recipe["recipe"]["title"]),
        leagues.of(run),
        f"**{scores['accuracy']:.0%}** ({100 * span['low']:.0f} to {span['high']:.0%})".replace("%", " %"),
        f"{scores['uar']:.0%}".replace("%", " %"),
        f"{scores['n']} clips, {scores['speakers']} speakers ({part} part)",
        f"{run.model_path().stat().st_size / 1e6:.1f} MB",
    ]
    return "| " + " | ".join(cells) + " |"


def _gap() -> str:
    """What the published pairs of one recipe by clip and by speaker show together; '' where there are fewer than two."""
    step = next(step for step in lesson.STEPS if step.key == "crema-d")
    said = lesson.together(lesson.outcomes(step))
    return (
        f"What a split is worth, the same recipes by clip (“leaky”) and by speaker: {said[0].lower()}{said[1:]}"
        if said
        else ""
    )


if __name__ == "__main__":
    main()
