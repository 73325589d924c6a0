"""One run as a page that needs nothing else: no server, no network, no other file."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from ser_core import figures, files, recipes, runs
from ser_core.corpora import details, registry
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.evaluation import calibration, groups, metrics, pooling
from ser_core.figures import curves, trust
from ser_core.runs import Run, RunError, cards, epochs

PARTS = ("test", "validation")
#: Matrices of a film.
FRAMES = 40

#: The page asks nobody for anything, whatever stands in a run's texts.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2430; background: #fff; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #d8dce6; } .quiet { color: #5b6272; }
table { border-collapse: collapse; margin: .5rem 0; } td, th { padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid #d8dce6; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; } .warn { border-left: 6px solid #d55e00; padding-left: .75rem; } @media print { body { max-width: none; } }
"""


def write(run: Run, path: Path) -> Path:
    """Write the run's report to `path` and return it. Raises RunError for a run that is damaged or has no predictions."""
    files.write_text(path, page(run))
    return path


def page(run: Run) -> str:
    """Return the run's report as one HTML page: scores, matrix, classes, groups, calibration, thresholds, curves, card, configuration.

    Every part that has predictions is reported, test first. What the corpus tells of speakers is used where it is on this machine.
    Raises RunError for a run that is damaged or has no predictions.
    """
    run.checked()
    try:
        table = run.predictions
        present = [part for part in PARTS if (table["part"] == part).any()]
        if not present:
            raise RunError(f"The run {run.name} has no predictions of a validation or test part.")
        body = [_opening(run)]
        for part in present:
            body += _part(run, part, table[table["part"] == part].reset_index(drop=True))
        body += [_learning(run), *_films(run), _card(run), _configuration(run)]
    except (KeyError, TypeError, AttributeError) as error:
        raise RunError(f"A file of the run {run.name} does not state {error}.") from error
    title = html.escape(f"{run.name} · report")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{title}</title><style>{_STYLE}</style>'
        f"<script>{get_plotlyjs()}</script></head>\n<body>\n{''.join(body)}\n</body></html>\n"
    )


def _opening(run: Run) -> str:
    recipe = run.recipe.get("recipe", {})
    wrong = run.recipe.get("wrong_on_purpose")
    said = "" if not wrong else "<p class=warn>Wrong on purpose, for the leakage lesson; never to be believed.</p>"
    facts = [
        recipe.get("title") or recipe.get("name"),
        _corpus_title(run),
        f"split: {recipe.get('split') or 'not stated'}",
    ]
    if run.recipe.get("created"):
        facts.append(str(run.recipe["created"])[:10])
    return f"<h1>{html.escape(run.name)}</h1><p class=quiet>{html.escape(' · '.join(str(fact) for fact in facts if fact))}</p>{said}"


def _part(run: Run, part: str, rows: pd.DataFrame) -> Iterable[str]:
    labels = tuple(run.metrics[part]["labels"])
    words = " · ".join(word for word in (run.name, _corpus_title(run), f"{part} part", f"n = {len(rows):,}") if word)
    several = rows["fold"].astype(str).nunique() > 1
    scores = pooling.parts(rows, labels)[part] if several else metrics.summary(rows, labels)
    matrix = np.array(scores["confusion"])

    def title(what: str) -> str:
        return f"{what}<br><sub>{html.escape(words)}</sub>"

    yield f"<h2>{part.capitalize()} part</h2>{_scores(scores, matrix, words)}"
    yield _figure(figures.confusion(matrix, labels, title("Confusion matrix")))
    yield f"<h3>Each class</h3><p class=quiet>{html.escape(words)}</p>"
    yield _table(metrics.per_class(matrix, labels).rename(columns={"f1": "F1"}))
    if several:
        yield f"<h3>{len(scores['folds'])} trainings, pooled above</h3><p class=quiet>{html.escape(words)}</p>"
        yield _table(pd.DataFrame(scores["folds"]).rename(columns={"uar": "UAR", "macro_f1": "macro-F1"}))
    yield from _groups(rows, labels, scores["accuracy"], title, words)
    said = calibration.confidence(rows, labels)
    if said is None:
        yield "<p>This run states answers without probabilities, so nothing can be said of how sure it was.</p>"
        return
    yield from _confidence(run, rows, said, title)


def _scores(scores: Mapping[str, Any], matrix: np.ndarray, words: str) -> str:
    rows = []
    for name, said in (("accuracy", "Accuracy"), ("uar", "UAR"), ("macro_f1", "Macro-F1")):
        span = scores["intervals"][name]
        say = (lambda score: f"{score:.2f}") if name == "macro_f1" else _percent
        rows.append(
            {"score": said, "value": say(scores[name]), "95 % interval": f"{say(span['low'])} to {say(span['high'])}"}
        )
    rows.append({"score": "Majority class", "value": _percent(metrics.majority(matrix)), "95 % interval": ""})
    method = scores["intervals"]["accuracy"]["method"]
    return (
        f"<p class=quiet>{html.escape(words)} clips of {scores['speakers']} speakers. 95 % intervals: {html.escape(method)}.</p>"
        + _table(pd.DataFrame(rows))
    )


def _groups(rows: pd.DataFrame, labels: tuple[str, ...], overall: float, title: Any, words: str) -> Iterable[str]:
    for by, values in groups.stated(rows, _here(rows)).items():
        table = groups.by_group(rows, values, labels)
        yield _figure(trust.by_group(table, overall, title(f"Accuracy by {by}")))
        yield f"<p class=quiet>{html.escape(words)}. 95 % intervals: {html.escape(', '.join(dict.fromkeys(table['method'])))}.</p>"


def _confidence(run: Run, rows: pd.DataFrame, said: np.ndarray, title: Any) -> Iterable[str]:
    hits = calibration.right(rows)
    table = metrics.reliability(said, hits)
    spans = [groups.wilson(share, n) for share, n in zip(table["right"], table["n"], strict=True)]
    low, high = [low for low, _ in spans], [high for _, high in spans]
    yield _figure(trust.reliability(table["confidence"], table["right"], low, high, table["n"], title("Reliability")))
    error = calibration.error(said, hits, rows["speaker"])
    yield (
        f"<p class=quiet>Expected calibration error {100 * error['ece']:.1f} % ({100 * error['low']:.1f} to {100 * error['high']:.1f}; "
        f"{html.escape(error['method'])}), {len(table)} bins of equal mass, corrected for its bias.</p>"
    )
    threshold = run.contract.threshold if run.has("feature.json") else None
    swept = metrics.answered(said, hits)
    yield _figure(
        trust.thresholds(
            swept["threshold"], swept["coverage"], swept["right"], threshold, title("Answers at a threshold")
        )
    )
    if threshold is not None:
        at = calibration.at_threshold(said, hits, threshold)
        right = f", {at['right']:,} of these rightly ({_percent(at['accuracy'])})" if at["answered"] else ""
        yield (
            f"<p class=quiet>At this run's threshold, {_percent(threshold)}, chosen on validation, {at['answered']:,} of {at['n']:,} "
            f"clips are answered ({_percent(at['coverage'])}){right}.</p>"
        )


def _learning(run: Run) -> str:
    drawn = []
    named = {run.name: run.history} | {
        f"{run.name}, {training.name}": training.history for training in runs.trainings(run)
    }
    for name, history in named.items():
        if not history.empty:
            figure = curves.learning(history)
            title = f"Learning curves<br><sub>{html.escape(f'{name} · {_corpus_title(run)} · n = {len(history)} epochs')}</sub>"
            figure.update_layout(title=title, margin_t=96, height=510)
            drawn.append(_figure(figure))
    return f"<h2>Learning curves</h2>{''.join(drawn)}" if drawn else ""


def _films(run: Run) -> Iterable[str]:
    """The validation matrices epoch by epoch, of the run or of the first training that it pools."""
    filmed = [piece for piece in (run, *runs.pieces(run)) if piece.has(epochs.FILE)]
    recorded = epochs.read(filmed[0]) if filmed else None
    if recorded is None or not len(recorded.epochs):
        return
    shown = recorded.thinned(FRAMES)
    words = " · ".join(
        word for word in (filmed[0].name, _corpus_title(run), f"validation part, n = {len(recorded.clips):,}") if word
    )
    titles = [
        f"Epoch {epoch}: UAR {_percent(uar)}<br><sub>{html.escape(words)}</sub>"
        for epoch, uar in zip(shown.epochs, shown.uar, strict=True)
    ]
    numbers = [int(epoch) for epoch in shown.epochs]
    yield "<h2>Epoch by epoch</h2>"
    yield _figure(figures.film(shown.matrices, shown.labels, numbers, titles, shown=int(shown.uar.argmax())))
    yield _figure(
        figures.over_epochs(
            recorded.recall,
            recorded.labels,
            [int(epoch) for epoch in recorded.epochs],
            f"Recall of each emotion<br><sub>{html.escape(words)}</sub>",
            of="found in",
        )
    )


def _card(run: Run) -> str:
    if not run.has("card.md"):
        return ""
    return f"<h2>Model card</h2><div class=wide>{cards.as_html(run.card)}</div>"


def _configuration(run: Run) -> str:
    flat = recipes.flat(run.recipe)
    table = pd.DataFrame({"setting": list(flat), "value": [recipes.in_words(value) for value in flat.values()]})
    return f"<h2>Configuration</h2>{_table(table)}"


def _figure(figure: go.Figure) -> str:
    drawn: str = figure.update_layout(template="plotly_white").to_html(
        full_html=False,
        include_plotlyjs=False,
        include_mathjax=False,
        auto_play=False,
        config={"displayModeBar": False, "responsive": True},
    )
    return f"<div class=wide>{drawn}</div>"


def _table(table: pd.DataFrame) -> str:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in table.columns)
    lines = []
    for row in table.itertuples(index=False):
        cells = (
            f"<td class=n>{cell:.2f}</td>"
            if isinstance(cell, float)
            else f"<td{' class=n' if isinstance(cell, int) else ''}>{html.escape(str(cell))}</td>"
            for cell in row
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"


def _here(rows: pd.DataFrame) -> dict[str, Corpus]:
    """The clips' corpora that are registered on this machine and can be read."""
    corpora = {}
    for name in dict.fromkeys(details.corpus_of(clip) for clip in rows["clip"]):
        try:
            entry = registry.entries().get(name)
            if entry is not None and entry.present:
                corpora[name] = registry.load(name)
        except CorpusError:
            continue
    return corpora


def _corpus_title(run: Run) -> str:
    name = str(run.recipe.get("recipe", {}).get("corpus") or "")
    return registry.MODULES[name].card.title if name in registry.MODULES else name


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
