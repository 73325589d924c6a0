"""With whom, and with what, the model is right: accuracy of each speaker, sex, age group, race, intensity, sentence."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.results.shown_run import Shown
from pages.widgets import corpora, foreign, in_url, numbers
from ser_core.corpora import details
from ser_core.evaluation import groups
from ser_core.figures import trust


def show(shown: Shown) -> None:
    """Draw the choice of attribute and the accuracy of its groups."""
    rows = shown.predictions
    stated = groups.stated(rows, corpora.here(details.corpus_of(clip) for clip in rows["clip"]))
    present = list(stated)
    if not present:
        st.caption("Nothing is known of these clips that would divide them.")
        return
    in_url.begin("by", present, present[0])
    chosen = str(st.pills("Accuracy by", present, required=True, key="by", format_func=foreign.plain))
    table = _by_group(shown.key, chosen, rows, stated[chosen], shown.labels)
    overall = shown.summary()["accuracy"]
    st.plotly_chart(
        trust.by_group(table, overall, shown.title(f"Accuracy by {chosen}")),
        key="groups",
        config={"displayModeBar": False},
        alt=f"Accuracy by {chosen} with 95 % intervals: {shown.words}",
    )
    methods = ", ".join(dict.fromkeys(table["method"]))
    st.caption(f"Dotted: all clips together, {numbers.percent(overall)}. 95 % intervals: {methods}.")
    with st.expander("Numbers"):
        share = st.column_config.NumberColumn(format="%.3f")
        st.dataframe(table, hide_index=True, column_config=dict.fromkeys(("accuracy", "low", "high"), share))
    if "sex" not in present and any(clip.startswith("crema-d/") for clip in shown.predictions["clip"].head(1)):
        st.caption(
            "Sex, age and race stand in CREMA-D's own table of actors (VideoDemographics.csv), which is not on this machine: "
            "`corpora get crema-d` fetches it, or add the corpus on the datasets page."
        )


@st.cache_data(max_entries=64, show_spinner=False)
def _by_group(
    key: tuple[str, int, str], by: str, _predictions: pd.DataFrame, groups_: pd.Series, labels: tuple[str, ...]
) -> pd.DataFrame:
    return groups.by_group(_predictions, groups_, labels)
