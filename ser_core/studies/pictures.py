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


def all_of(found: Outcome) -> list[Picture]:
    """Return every figure of a study: scores, curves, F1 by class, each matrix, and how the best one's differs from the others'."""
    if not found.trained:
        return []
    best, *others = found.trained
    pictures = [scores(found), curves(found), classes(found), *(matrix(found, one) for one in found.trained)]
    return [one for one in [*pictures, *(difference(found, best, other) for other in others)] if one is not None]


def scores(found: Outcome) -> Picture:
    """Return UAR with its interval over speakers, and beside it each seed's own."""
    spans = [one.scores["intervals"]["uar"] for one in found.trained]
    figure = drawn.spread(
        [one.name for one in found.trained],
        [one.scores["uar"] for one in found.trained],
        [span["low"] for span in spans],
        [span["high"] for span in spans],
        [[seed["uar"] for seed in one.seeds] for one in found.trained],
    )
    seeds = " The small marks below are the seeds." if found.study.seeds > 1 else ""
    caption = f"UAR on {_where(found)}, with 95 % intervals ({spans[0]['method']}).{seeds}"
    return Picture("uar", caption, figure)


def curves(found: Outcome) -> Picture | None:
    """Return validation UAR over the epochs, of the trained and of those that still learn; None where none has an epoch."""
    tables = {one.member.name: state.histories(found.study.run(one.member)) for one in found.states}
    tables = {name: own for name, own in tables.items() if own}
    if not tables:
        return None
    several = found.study.seeds > 1 or any(len(own) > 1 for own in tables.values())
    each = {
        name: [(own["epoch"].tolist(), own["val_uar"].tolist()) for own in all_own]
        for name, all_own in tables.items()
        if len(all_own) > 1
    }
    figure = drawn.curves({name: state.course(own) for name, own in tables.items()}, "validation UAR", each=each)
    thin = " Thick: the mean of its trainings; thin: each of them." if several else ""
    return Picture("curves", f"Validation UAR after each epoch; the point marks the best.{thin}", figure)


def classes(found: Outcome) -> Picture:
    """Return F1 of each emotion, a bar a network."""
    # In the order of the study, so that a network has the colour that its curve has.
    ordered = sorted(found.trained, key=lambda one: _place(found, one))
    values = {one.name: by_class(found, one) for one in ordered}
    figure = drawn.class_bars(found.labels, values, "F1")
    return Picture("f1-by-class", f"F1 of each emotion on {_where(found)}.", figure)


def matrix(found: Outcome, one: Trained) -> Picture:
    """Return the confusion matrix of a network; of several seeds they are added up."""
    counted = f" ({found.study.seeds} seeds added up)" if one.seeds else ""
    caption = (
        f"{one.name}: confusion matrix on {_where(found)}{counted}. Rows: the intended emotion; columns: the answer."
    )
    return Picture(f"matrix-{_place(found, one)}", caption, figures.confusion(one.matrix, found.labels), MATRIX)


def difference(found: Outcome, first: Trained, second: Trained) -> Picture:
    """Return by how many points of each row the first answers more often so than the second."""
    figure = drawn.difference(first.matrix, second.matrix, found.labels)
    caption = f"{first.name} minus {second.name}, points of the row, on {_where(found)}. Blue: {first.name} answers so more often."
    return Picture(f"difference-{_place(found, first)}-{_place(found, second)}", caption, figure, MATRIX)


def by_class(found: Outcome, one: Trained) -> list[float]:
    """Return the F1 of each of the study's emotions."""
    return [float(value) for value in metrics.per_class(one.matrix, found.labels)["f1"]]


def _where(found: Outcome) -> str:
    card = words.card_of(found.study.corpus)
    title = card.title if card else found.study.corpus
    return f"{found.clips:,} test clips of {title}, {found.speakers} speaker{'' if found.speakers == 1 else 's'}"


def _place(found: Outcome, one: Trained) -> int:
    """The number of a member in the study: names may hold what no file's name can."""
    return next(k for k, member in enumerate(found.study.members, start=1) if member.name == one.name)
