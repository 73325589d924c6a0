"""Two to four runs held against each other: is the one better, or only luckier?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.results import run_picker
from pages.server import visitor
from pages.widgets import cached, corpora, foreign, numbers
from ser_core import ensemble, figures, runs
from ser_core.corpora.base import CorpusError
from ser_core.corpora.splits import corpus_of
from ser_core.evaluation import compare, metrics, on_common_ground
from ser_core.evaluation.compare import Comparison, p_value
from ser_core.figures import comparison as drawn
from ser_core.graphs import GraphError
from ser_core.runs import Run

PLAIN = {"displayModeBar": False}
_ANEW = "judged-anew"


def show() -> None:
    """Draw the picker and, for two to four runs, everything that tells them apart; the URL names them (`runs=a,b`)."""
    picked = run_picker.several("runs", compare.FEWEST, compare.MOST)
    if not picked:
        return
    try:
        compared = _judged(picked) or compare.compare(picked)
        _verdict(compared, picked)
        _matrices(picked, compared)
        _classes(compared)
        _curves(picked)
        _configuration(compared)
        _together(picked)
    except (runs.RunError, KeyError) as error:
        st.error(f"These runs cannot be compared: {foreign.plain(error)}")


def _judged(picked: dict[str, Run]) -> Comparison | None:
    """What came of judging them anew in this visit, if that was asked for."""
    kept: dict[str, Comparison] = st.session_state.setdefault(_ANEW, {})
    return kept.get(_key(picked))


def _key(picked: dict[str, Run]) -> str:
    return "|".join(f"{run.path}@{run.changed('predictions.csv')}" for run in picked.values())


def _judge_anew(picked: dict[str, Run]) -> None:
    """Offer to have all of them answer the clips that none of them heard, where they can answer and such clips are here."""
    corpora_ = {str(run.recipe.get("recipe", {}).get("corpus") or "") for run in picked.values()}
    if len(corpora_) != 1 or not all(run.servable for run in picked.values()) or not visitor.may_train():
        return
    corpus = corpora.here(corpora_).get(next(iter(corpora_)))
    if corpus is None:
        return
    clips = on_common_ground.unheard(picked, corpus)
    if clips.empty:
        st.caption("On this machine is no clip that none of them heard.")
        return
    words = f"Let all answer the {len(clips):,} clips of {clips['speaker'].nunique()} speakers that none of them heard"
    if not st.button(words, icon=":material/balance:", type="primary", key="judge-anew"):
        return
    bar = st.progress(0.0, text="Listening …")

    def tell(done: int, of: int) -> None:
        bar.progress(min(1.0, done / max(1, of)), text="Reading the clips …")

    try:
        compared = on_common_ground.judged_anew(
            {name: cached.predictor(run) for name, run in picked.items()},
            corpus,
            progress=tell,
        )
    except (CorpusError, GraphError, OSError) as error:
        st.error(foreign.plain(error))
        return
    finally:
        bar.empty()
    st.session_state[_ANEW][_key(picked)] = compared
    st.rerun()


def _verdict(compared: Comparison, picked: dict[str, Run]) -> None:
    if not compared.pairs:
        st.info(
            f"{foreign.plain(compared.why)} So nothing can be said of which is better; below, each run on its own clips."
        )
        _judge_anew(picked)
        return
    for pair in compared.pairs:
        st.markdown(f"**{foreign.plain(pair.sentence)}**")
    words = f"On the {compared.n} clips of {compared.speakers} speakers that none of them saw."
    if compared.heard:
        words += f" Trained on other clips of these speakers, which helps: {foreign.plain(', '.join(compared.heard))}."
    st.caption(words)
    rows = []
    for name, scores in compared.scores().items():
        said = {"run": name}
        for label, key in (("accuracy", "accuracy"), ("UAR", "uar"), ("macro-F1", "macro_f1")):
            span = scores["intervals"][key]
            said[label] = f"{numbers.percent(scores[key])} ({numbers.span(span)})"
        rows.append(said)
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    with st.expander("The tests, and why one of them finds too much"):
        _tests(compared)


def _tests(compared: Comparison) -> None:
    rows = []
    for pair in compared.pairs:
        test, old = pair.permutation, pair.mcnemar
        rows.append(
            {
                "runs": f"{pair.first}, {pair.second}",
                "difference (points)": f"{100 * pair.span.difference:+.1f} ({100 * pair.span.low:+.1f} to {100 * pair.span.high:+.1f})",
                "interval": pair.span.method,
                "over speakers: p": p_value(pair.p),
                "flips": f"{test.flips:,} {'(all)' if test.exact else '(drawn)'}",
                "McNemar: p": p_value(old.p) if old else "several seeds a clip",
                "only the first / the second right": f"{old.only_first} / {old.only_second}" if old else "",
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    many = (
        f" With {len(compared.pairs)} pairs its p is corrected for their number (Holm)."
        if len(compared.pairs) > 1
        else ""
    )
    st.caption(
        "The test over speakers asks: if the two were alike, each speaker's difference could as well have the other sign; how often is "
        f"such a flipped difference as large as the one found?{many} McNemar's test looks at the clips on which only one of two is right and "
        "takes them for independent. Clips of one speaker are not: a voice that suits a model suits it in all of its clips. So McNemar's "
        "test calls chance a difference too often, and the sentence above follows the test over speakers."
    )


def _matrices(picked: dict[str, Run], compared: Comparison) -> None:
    st.subheader("Confusion matrices")
    drawings = []
    matrices = {}
    if compared.tables:
        for name, table in compared.tables.items():
            matrix = metrics.confusion(table["true"], table["predicted"], compared.labels)
            matrices[name] = matrix
            title = f"{name} · {_corpus(compared)}<br>test clips unseen by all · n = {matrix.sum()}"
            drawings.append((name, figures.confusion(matrix, compared.labels, title)))
    else:
        for name, run in picked.items():
            part = "test" if "test" in run.metrics else "validation"
            scores = run.metrics[part]
            corpus = run.recipe.get("recipe", {}).get("corpus", "")
            title = f"{name} · {corpus}<br>{part} part · n = {scores['n']}"
            drawings.append((name, figures.confusion(scores["confusion"], scores["labels"], title)))
    if len(matrices) == 2:
        (first, one), (second, other) = matrices.items()
        title = f"{first} minus {second}, points of the row<br>{_corpus(compared)} · test clips unseen by all · n = {one.sum()}"
        drawings.append(("difference", drawn.difference(one, other, compared.labels, title)))
    for row in range(0, len(drawings), 2):
        for column, (name, figure) in zip(st.columns(2), drawings[row : row + 2], strict=False):
            column.plotly_chart(figure, key=f"compare-{name}", config=PLAIN, alt=f"Confusion matrix: {name}")
    st.caption(
        "Rows: the intended emotion; columns: the answer. "
        + (
            "In the difference, blue cells are answers that the first gives more often, red ones the second."
            if len(matrices) == 2
            else ""
        )
    )


def _classes(compared: Comparison) -> None:
    if not compared.tables:
        return
    st.subheader("Class by class")
    tables = {
        name: metrics.per_class(metrics.confusion(table["true"], table["predicted"], compared.labels), compared.labels)
        for name, table in compared.tables.items()
    }
    for column, (measure, key) in zip(st.columns(2), (("recall", "recall"), ("F1", "f1")), strict=True):
        values = {name: table[key].tolist() for name, table in tables.items()}
        figure = drawn.class_bars(
            compared.labels,
            values,
            measure,
            f"{measure} · {_corpus(compared)}<br>test clips unseen by all · n = {compared.n}",
        )
        column.plotly_chart(figure, key=f"compare-{key}", config=PLAIN, alt=f"{measure} of each emotion, by run")


def _curves(picked: dict[str, Run]) -> None:
    histories = {name: run.history for name, run in picked.items()}
    courses = {
        name: (table["epoch"].tolist(), table["val_uar"].tolist())
        for name, table in histories.items()
        if {"epoch", "val_uar"} <= set(table.columns) and len(table)
    }
    if not courses:
        return
    st.subheader("Learning curves")
    figure = drawn.curves(courses, "validation UAR", "UAR on each run's own validation part")
    st.plotly_chart(figure, key="compare-curves", config=PLAIN, alt="Validation UAR over the epochs, by run")
    absent = [name for name in picked if name not in courses]
    st.caption(
        "The point marks the epoch that was kept."
        + (f" Without epochs: {foreign.plain(', '.join(absent))}." if absent else "")
    )


def _configuration(compared: Comparison) -> None:
    st.subheader("What differs in their configuration")
    if not compared.differences:
        st.caption("Nothing: the same recipe, split and packages.")
        return
    rows = [
        {"field": field, **{name: _said(value) for name, value in values.items()}}
        for field, values in compared.differences.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _together(picked: dict[str, Run]) -> None:
    if not visitor.may_train() or not all(run.servable for run in picked.values()):
        return
    st.subheader("All of them together")
    st.caption(
        "A model that answers with the mean of their probabilities is often better than each of them, and slower by as many times. It "
        "is a run like any other: pick it in analyze and live, and compare it here with its members."
    )
    if st.button("Make an ensemble of these", icon=":material/join_inner:", key="ensemble"):
        try:
            made = ensemble.combine(list(picked.values()))
        except (runs.RunError, GraphError) as error:
            st.error(foreign.plain(error))
        else:
            st.success(f"{foreign.plain(made.name)} is among the runs and can be picked in analyze.")


def _corpus(compared: Comparison) -> str:
    return ", ".join(sorted(set(corpus_of(next(iter(compared.tables.values()))))))


def _said(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)
