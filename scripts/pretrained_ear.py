"""The table of docs/results.md on recipes with a pretrained ear, beside the best that learned from nothing."""

from __future__ import annotations

import json

from scripts.make_ears import EARS, NOISES
from scripts.scores import with_interval
from ser_core import settings
from ser_core.augment.degradation import DEGRADATIONS
from ser_core.evaluation import from_how_many, kept
from ser_core.runs import Run, leagues

#: The best network that learned here from nothing, before its refit.
BESIDE = "scratch-seeds"


def lines(published: dict[str, Run]) -> list[str]:
    """Return the section, from the published runs and their evaluations."""
    heads = " | ".join(DEGRADATIONS[name].title for name in NOISES)
    table = [
        "All above learned what voices are like from 47 actors (refits: 55). These are fed with the hidden states of the first three blocks of "
        "Whisper tiny.en (5.9 million parameters, trained by its makers on some 438,000 hours of English from the web), which stay as they are; "
        f"only the decision is learned, on the same 47 actors. {leagues.SENTENCES['frozen'].split('. ')[-1]} CREMA-D, by speaker (the `dev` "
        "split), and by how many points the test part's accuracy changes when every clip is degraded; SAVEE is a development corpus.",
        "",
        f"| recipe | set otherwise | validation acc | test acc | test UAR | SAVEE acc | {heads} |",
        "|---|---|---|---|---|---|" + "---|" * len(NOISES),
    ]
    for name in EARS:
        if name in published:
            table.append(_row(name, published[name], EARS[name]))
    beside = published.get(BESIDE)
    if beside:
        table.append(
            f"| `crnn`, learned here, 3 seeds | | {_validation(beside)} | {with_interval(beside.metrics['test'], 'accuracy')} "
            f"| {with_interval(beside.metrics['test'], 'uar')} | {_savee(BESIDE)} | "
            + " | ".join(["-"] * len(NOISES))
            + " |"
        )
    return [
        *table,
        "",
        "Recipes learn from every clip and from a copy of it with noise, one in a room and one on the telephone; `copies=0` shows what becomes "
        "of them without. `normalise=speaker` scales by the mean and deviation of all of a speaker's clips, tested ones included, without "
        "labels: what a perfect profile of the voice would be worth, not what a new voice gets.",
        *_frames(published),
        "",
        *people(published),
        *blocks(),
    ]


def _frames(published: dict[str, Run]) -> list[str]:
    """Return what a network over the frames brings beside the linear one on their mean and deviation, by the validation part."""
    names = ("whisper-cnn-speakers", "whisper-logreg-speakers")
    if not all(name in published for name in names):
        return []
    network, linear = (published[name].metrics["validation"] for name in names)
    epochs = published[names[0]].history
    return [
        "",
        "`whisper-cnn`, a network with attention over all frames, is "
        f"{'better' if network['accuracy'] > linear['accuracy'] else 'not better'} on the validation part than `whisper-logreg` on their mean and "
        f"deviation: {network['accuracy']:.3f} against {linear['accuracy']:.3f} (UAR {network['uar']:.3f} against {linear['uar']:.3f}; "
        f"{network['n']} clips of 8 speakers). After its last epoch it is right on {epochs['accuracy'].iloc[-1]:.2f} of what it learns from, and on "
        f"{epochs['val_accuracy'].iloc[-1]:.2f} of the validation part.",
    ]


def people(published: dict[str, Run]) -> list[str]:
    """Return how much is learned from how many people: a network that begins from nothing beside one with the ear."""
    measured = {(score.recipe, score.people): score for score in from_how_many.found(published)}
    if not measured:
        return []
    table = [
        "From how many people is learned, three draws of people each (of all 47 three seeds): accuracy on the test part's nine other speakers, mean "
        "and deviation.",
        "",
        "| recipe | " + " | ".join(f"{n} people" for n in from_how_many.PEOPLE) + " |",
        "|---|" + "---|" * len(from_how_many.PEOPLE),
    ]
    for recipe, changed in from_how_many.LEARNERS.items():
        of = [measured.get((recipe, n)) for n in from_how_many.PEOPLE]
        cells = [f"{score.accuracy:.3f} ± {score.deviation:.3f}" if score else "not run" for score in of]
        table.append("| " + " | ".join([", ".join(f"`{word}`" for word in (recipe, *changed)), *cells]) + " |")
    return table


def blocks() -> list[str]:
    """Return what each block of an encoder knows, where it was probed (`scripts.probe_blocks`)."""
    lines = []
    for path in sorted((settings.ARTIFACTS / "results" / "probes").glob("*.json")):
        probe = json.loads(path.read_text(encoding="utf-8"))
        lines += [
            "",
            f"What each block of {probe['encoder']} knows: a linear probe on it alone, fitted on the train part of {probe['split']}, accuracy on the "
            f"{probe['n']} clips of its test part and on SAVEE's six common emotions (`scripts.probe_blocks`).",
            "",
            "| block | emotion | emotion, SAVEE | which of 12 sentences | sex |",
            "|---|---|---|---|---|",
            *(
                f"| {row['block'].removeprefix('block')} | {row['emotion']:.3f} | {row['savee']:.3f} | {row['sentence']:.3f} | {row['sex']:.3f} |"
                for row in probe["blocks"]
            ),
        ]
    return lines


def _row(name: str, run: Run, made: tuple[str, ...]) -> str:
    conditions = {
        evaluation.stated["degradation"]: evaluation.metrics
        for evaluation in kept.of_run(name)
        if evaluation.corpus == "crema-d"
    }
    plain = conditions.get(None)
    points = [
        f"{100 * (conditions[noise]['accuracy'] - plain['accuracy']):+.1f}" if plain and noise in conditions else "-"
        for noise in NOISES
    ]
    test = run.metrics["test"]
    cells = [
        f"`{made[0]}`",
        ", ".join(f"`{field}`" for field in made[1:]),
        _validation(run),
    ]
    return (
        "| "
        + " | ".join([*cells, with_interval(test, "accuracy"), with_interval(test, "uar"), _savee(name), *points])
        + " |"
    )


def _validation(run: Run) -> str:
    """Its accuracy on the part by which it was chosen; `-` of seeds that have read the test part since."""
    scores = run.metrics.get("validation")
    return f"{scores['accuracy']:.3f}" if scores else "-"


def _savee(name: str) -> str:
    scores = next((evaluation.metrics for evaluation in kept.of_run(name) if evaluation.corpus == "savee"), None)
    return f"{scores['accuracy']:.3f}" if scores else "-"
