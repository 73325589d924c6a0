"""The figures of a study, as the page draws them and as they are written into files."""

from __future__ import annotations

from dataclasses import dataclass, field

import plotly.graph_objects as go

from ser_core import figures
from ser_core.evaluation import metrics
from ser_core.figures import comparison as drawn
from ser_core.studies import state, words
from ser_core.studies.outcome import Outcome, Trained

#: Share of a page's width that a matrix wants: two stand on a page.
MATRIX = 0.72


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure: the name of its file, what stands below it, the figure, and which share of a page's width it wants."""

    name: str
    caption: str
    figure: go.Figure = field(repr=False)
    width: float = 1.0


def all_of(outcome: Outcome) -> list[Picture]:
    """Return every figure of a study: scores, curves, F1 by class, each matrix, and how the best one's differs from the others'."""
    if not outcome.trained:
        return []
    best, *others = outcome.trained
    pictures = [
        scores(outcome),
        curves(outcome),
        classes(outcome),
        *(matrix(outcome, network) for network in outcome.trained),
    ]
    return [
        picture
        for picture in [*pictures, *(difference(outcome, best, other) for other in others)]
        if picture is not None
    ]


def scores(outcome: Outcome) -> Picture:
    """Return UAR with its interval over speakers, and beside it each seed's own."""
    spans = [network.scores["intervals"]["uar"] for network in outcome.trained]
    figure = drawn.spread(
        [network.name for network in outcome.trained],
        [network.scores["uar"] for network in outcome.trained],
        [span["low"] for span in spans],
        [span["high"] for span in spans],
        [[seed["uar"] for seed in network.seeds] for network in outcome.trained],
    )
    seeds = " The small marks below are the seeds." if outcome.study.seeds > 1 else ""
    caption = f"UAR on {_where(outcome)}, with 95 % intervals ({spans[0]['method']}).{seeds}"
    return Picture("uar", caption, figure)


def curves(outcome: Outcome) -> Picture | None:
    """Return validation UAR over the epochs, of the trained and of those that still learn; None where none has an epoch."""
    tables = {stage.member.name: state.histories(outcome.study.run(stage.member)) for stage in outcome.states}
    tables = {name: own for name, own in tables.items() if own}
    if not tables:
        return None
    several = outcome.study.seeds > 1 or any(len(own) > 1 for own in tables.values())
    each = {
        name: [(own["epoch"].tolist(), own["val_uar"].tolist()) for own in all_own]
        for name, all_own in tables.items()
        if len(all_own) > 1
    }
    figure = drawn.curves({name: state.course(own) for name, own in tables.items()}, "validation UAR", each=each)
    thin = " Thick: the mean of its trainings; thin: each of them." if several else ""
    return Picture("curves", f"Validation UAR after each epoch; the point marks the best.{thin}", figure)


def classes(outcome: Outcome) -> Picture:
    """Return F1 of each emotion, a bar a network."""
    # In the order of the study, so that a network has the colour that its curve has.
    ordered = sorted(outcome.trained, key=lambda network: _place(outcome, network))
    values = {network.name: by_class(outcome, network) for network in ordered}
    figure = drawn.class_bars(outcome.labels, values, "F1")
    return Picture("f1-by-class", f"F1 of each emotion on {_where(outcome)}.", figure)


def matrix(outcome: Outcome, network: Trained) -> Picture:
    """Return the confusion matrix of a network; of several seeds they are added up."""
    counted = f" ({outcome.study.seeds} seeds added up)" if network.seeds else ""
    caption = f"{network.name}: confusion matrix on {_where(outcome)}{counted}. Rows: the intended emotion; columns: the answer."
    return Picture(
        f"matrix-{_place(outcome, network)}", caption, figures.confusion(network.matrix, outcome.labels), MATRIX
    )


def difference(outcome: Outcome, first: Trained, second: Trained) -> Picture:
    """Return by how many points of each row the first answers more often so than the second."""
    figure = drawn.difference(first.matrix, second.matrix, outcome.labels)
    caption = f"{first.name} minus {second.name}, points of the row, on {_where(outcome)}. Blue: {first.name} answers so more often."
    return Picture(f"difference-{_place(outcome, first)}-{_place(outcome, second)}", caption, figure, MATRIX)


def by_class(outcome: Outcome, network: Trained) -> list[float]:
    """Return the F1 of each of the study's emotions."""
    return [float(value) for value in metrics.per_class(network.matrix, outcome.labels)["f1"]]


def _where(outcome: Outcome) -> str:
    card = words.card_of(outcome.study.corpus)
    title = card.title if card else outcome.study.corpus
    return f"{outcome.clips:,} test clips of {title}, {outcome.speakers} speaker{'' if outcome.speakers == 1 else 's'}"


def _place(outcome: Outcome, network: Trained) -> int:
    """The number of a member in the study: names may hold what no file's name can."""
    return next(k for k, member in enumerate(outcome.study.members, start=1) if member.name == network.name)
