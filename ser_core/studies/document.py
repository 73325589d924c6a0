"""A study as a document of headings, paragraphs, tables and pictures, before it is written in any format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ser_core import recipes
from ser_core.corpora import schemes
from ser_core.evaluation.compare import p_value
from ser_core.studies import pictures, words
from ser_core.studies.outcome import Outcome, Trained
from ser_core.studies.pictures import Picture
from ser_core.studies.study import StudyError

#: In which formats a study is given away, and how they are called.
FORMATS = {"docx": "Word", "latex": "LaTeX", "markdown": "Markdown", "figures": "Figures"}
#: What XML and LaTeX cannot hold.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; strong: it says what matters most."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table: what stands above it, its columns' names, its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class Document:
    """A title, what stands below it, and the blocks."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...] = field(repr=False)

    @property
    def pictures(self) -> list[Picture]:
        """Its pictures, in their order."""
        return [block for block in self.blocks if isinstance(block, Picture)]


def of(outcome: Outcome) -> Document:
    """Return the study as a document. Raises StudyError before a network is trained."""
    if not outcome.trained:
        raise StudyError(f"No network of {outcome.study.name} is trained yet, so there is nothing to write down.")
    blocks: list[Block] = []
    if said := words.verdict(outcome):
        blocks.append(Paragraph(_clean(said), strong=True))
    drawn = pictures.all_of(outcome)
    blocks += [networks(outcome), scores(outcome), *(picture for picture in drawn if picture.name == "uar")]
    blocks += [Heading("Learning"), *(picture for picture in drawn if picture.name == "curves")]
    blocks += [
        Heading("Emotion by emotion"),
        classes(outcome),
        *(picture for picture in drawn if picture.name == "f1-by-class"),
    ]
    blocks += [
        Heading("What is taken for what"),
        *(picture for picture in drawn if picture.name.startswith(("matrix", "difference"))),
    ]
    if outcome.comparison is not None:
        settings = configuration(outcome)
        blocks += [Heading("Differences"), tests(outcome), *([settings] if settings else [])]
    blocks += [Heading("Method"), Paragraph(_clean(words.method(outcome)))]
    blocks += [Paragraph(_clean(note)) for note in words.notes(outcome)]
    card = words.card_of(outcome.study.corpus)
    if card is not None and card.citation:
        blocks.append(Paragraph(_clean(f"Corpus: {card.citation}")))
    return Document(_clean(outcome.study.name), subtitle(outcome), tuple(blocks))


def subtitle(outcome: Outcome) -> str:
    """Return `CREMA-D · by speaker · 2 seeds · 2026-11-29`."""
    study, card = outcome.study, words.card_of(outcome.study.corpus)
    seeds = f"{study.seeds} seed{'' if study.seeds == 1 else 's'}"
    title = card.title if card else study.corpus
    return _clean(" · ".join([title, schemes.of(study.split).title.lower(), seeds, study.created[:10]]))


def networks(outcome: Outcome) -> Table:
    """Return what each network is: layers, parameters, time of a training."""
    rows = [
        (network.name, network.title, _number(network.layers), _number(network.parameters), words.took(network.seconds))
        for network in outcome.trained
    ]
    return _table(
        "The networks; time: the fit of one training", ("network", "what it is", "layers", "parameters", "time"), rows
    )


def scores(outcome: Outcome) -> Table:
    """Return the scores of each network with their intervals, and how far its seeds lie apart."""
    several = outcome.study.seeds > 1
    columns = ("network", "UAR", "accuracy", "macro-F1", *(("UAR of its seeds",) if several else ()))
    rows = []
    for network in outcome.trained:
        row = [network.name, *(words.with_span(network, metric) for metric in ("uar", "accuracy", "macro_f1"))]
        rows.append((*row, *([_spread(network)] if several else [])))
    return _table(f"Scores on {outcome.clips:,} test clips, in brackets their 95 % intervals", columns, rows)


def classes(outcome: Outcome) -> Table:
    """Return F1 of each emotion."""
    rows = [
        (network.name, *(f"{value:.2f}" for value in pictures.by_class(outcome, network)))
        for network in outcome.trained
    ]
    return _table("F1 of each emotion", ("network", *outcome.labels), rows)


def tests(outcome: Outcome) -> Table:
    """Return by how much any two differ, and whether that is more than chance."""
    rows = []
    for pair in outcome.comparison.pairs if outcome.comparison is not None else ():
        span = pair.span
        rows.append(
            (
                f"{pair.first}, {pair.second}",
                f"{100 * span.difference:+.1f} ({100 * span.low:+.1f} to {100 * span.high:+.1f})",
                p_value(pair.p).removeprefix("= "),
                "" if pair.seeds is None else f"{100 * pair.seeds:.1f}",
            )
        )
    columns = ("networks", "difference in accuracy, points", "p over speakers", "seeds apart, points")
    return _table("The first minus the second of each two", columns, rows)


def configuration(outcome: Outcome) -> Table | None:
    """Return the settings in which the networks differ; None where they differ in none, or fewer than two are trained."""
    if outcome.comparison is None:
        return None
    names = tuple(outcome.comparison.names)
    rows = [
        (field, *(_short(values[name]) for name in names))
        for field, values in outcome.comparison.differences.items()
        if field not in ("name", "title", "seed_row", "parameters")
    ]
    return _table("In what the networks' settings differ", ("setting", *names), rows) if rows else None


def _spread(network: Trained) -> str:
    between = network.spread()
    return "" if between is None else f"{100 * between[0]:.1f} to {100 * between[1]:.1f} %"


def _short(value: object) -> str:
    text = recipes.in_words(value)
    return text if len(text) <= 120 else f"{text[:117]}…"


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    return Table(caption, tuple(map(_clean, columns)), tuple(tuple(map(_clean, row)) for row in rows))


def _clean(text: str) -> str:
    return _CONTROLS.sub(" ", text)
