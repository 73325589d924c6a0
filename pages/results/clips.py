"""Clips of a run: a table with the model's probabilities, and the player of the selected one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.results.shown_run import Shown
from pages.widgets import clip_player, foreign, numbers
from ser_core import figures
from ser_core.evaluation import calibration


def show(shown: Shown, rows: pd.DataFrame, key: str) -> None:
    """Draw the table of these predictions and hear and see the selected one, the first until one is selected."""
    said = calibration.confidence(rows, shown.labels)
    table = rows[["clip", "speaker", "true", "predicted"]].copy()
    # What all of them have in common stands above the table.
    table = table[[name for name in table if name == "clip" or table[name].nunique() > 1 or len(table) == 1]]
    if said is not None:
        table.insert(1, "confidence", 100 * said)
    if rows["fold"].astype(str).nunique() > 1:
        table["fold"] = rows["fold"]
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [0]}},
        key=f"clips-{key}",
        height=min(38 + 35 * len(table), 248),
        column_config={"confidence": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.0f %%")},
        alt=f"Clips with the model's probabilities: {shown.words}",
    )
    selected = chosen["selection"]["rows"]
    _clip(shown, rows.iloc[selected[0] if selected and selected[0] < len(rows) else 0], key)


def _clip(shown: Shown, row: pd.Series, key: str) -> None:
    said = f" ({numbers.percent(row[f'p_{row.predicted}'])})" if f"p_{row['predicted']}" in row else ""
    st.markdown(
        f"**{foreign.plain(row['clip'])}** · "
        f"{foreign.plain(f'speaker {row.speaker} · true {row.true}, predicted {row.predicted}')}{said}"
    )
    clip_player.show(row["clip"], key)
    if said:
        values = row[[f"p_{label}" for label in shown.labels]].to_numpy(float)
        spoken = ", ".join(f"{label} {numbers.percent(p)}" for label, p in zip(shown.labels, values, strict=True))
        st.plotly_chart(
            figures.probabilities(shown.labels, values),
            key=f"bars-{key}",
            config={"displayModeBar": False},
            alt=f"Probabilities of {row['clip']}: {spoken}",
        )
