"""Whether the model's confidence is to be believed, and what a threshold makes of its answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.results import clips
from pages.results.shown_run import Shown
from pages.widgets import foreign, numbers
from ser_core.evaluation import calibration, groups, metrics
from ser_core.figures import trust

NO_PROBABILITIES = "This run states answers without probabilities, so nothing can be said of how sure it was."


def show(shown: Shown) -> None:
    """Draw the reliability diagram with its error, and answered and right at every threshold."""
    said = calibration.confidence(shown.predictions, shown.labels)
    if said is None:
        st.info(NO_PROBABILITIES)
        return
    hits = calibration.right(shown.predictions)
    left, right = st.columns(2, gap="large")
    with left:
        _reliability(shown, said, hits)
    with right:
        _thresholds(shown, said, hits)


def mistakes(shown: Shown) -> None:
    """Draw the wrong answers of which the model was surest."""
    wrong = calibration.mistakes(shown.predictions, shown.labels)
    if calibration.confidence(shown.predictions, shown.labels) is None:
        st.info(NO_PROBABILITIES)
    elif wrong.empty:
        st.caption("Not one answer is wrong.")
    else:
        st.markdown(f"##### The {len(wrong)} wrong answers of which it was surest")
        st.caption(f"{foreign.plain(shown.words)}. Select a row to hear its clip.")
        clips.show(
            shown, wrong.drop(columns="confidence").reset_index(drop=True), f"mistakes-{shown.link}-{shown.part}"
        )


def _reliability(shown: Shown, said: np.ndarray, hits: np.ndarray) -> None:
    table = metrics.reliability(said, hits)
    spans = [groups.wilson(share, n) for share, n in zip(table["right"], table["n"], strict=True)]
    st.plotly_chart(
        trust.reliability(
            table["confidence"],
            table["right"],
            [low for low, _ in spans],
            [high for _, high in spans],
            table["n"],
            shown.title("Reliability"),
        ),
        key="reliability",
        config={"displayModeBar": False},
        alt=f"Share right against confidence in {len(table)} bins: {shown.words}",
    )
    error = _error(shown.key, said, hits, shown.predictions["speaker"])
    temperature = shown.run.recipe.get("found", {}).get("temperature")
    fitted = (
        f" The temperature, {temperature:.2f}, was fitted on validation and lies in the model." if temperature else ""
    )
    st.caption(
        f"Below the diagonal the model is surer than it may be. Expected calibration error {100 * error['ece']:.1f} % "
        f"({100 * error['low']:.1f} to {100 * error['high']:.1f}; {error['method']}), {len(table)} bins of equal mass, corrected for its "
        f"bias. Bars: Wilson's 95 % interval over clips, which is too narrow.{fitted}"
    )


def _thresholds(shown: Shown, said: np.ndarray, hits: np.ndarray) -> None:
    table = metrics.answered(said, hits)
    threshold = shown.run.contract.threshold if shown.run.has("feature.json") else None
    st.plotly_chart(
        trust.thresholds(
            table["threshold"], table["coverage"], table["right"], threshold, shown.title("Answers at a threshold")
        ),
        key="thresholds",
        config={"displayModeBar": False},
        alt=f"Share of clips answered and share of answers right at every threshold: {shown.words}",
    )
    if threshold is None:
        st.caption("Below the threshold the answer is “uncertain”. This run states no threshold.")
        return
    at = calibration.at_threshold(said, hits, threshold)
    right = (
        f"{at['right']:,} of these rightly ({numbers.percent(at['accuracy'])})" if at["answered"] else "none of these"
    )
    st.caption(
        f"Below the threshold the answer is “uncertain”. At this run's, {numbers.percent(threshold)}, chosen on validation, "
        f"{at['answered']:,} of {at['n']:,} clips are answered ({numbers.percent(at['coverage'])}), {right}."
    )


@st.cache_data(max_entries=32, show_spinner="Drawing speakers …")
def _error(key: tuple[str, int, str], _said: np.ndarray, _hits: np.ndarray, _speakers: pd.Series) -> dict[str, Any]:
    return calibration.error(_said, _hits, _speakers)
