"""MSF or the split: which of the two makes the paper's figure on SAVEE, from published runs."""

import pandas as pd
import streamlit as st

from pages.widgets import numbers
from ser_core.evaluation import msf_or_split
from ser_core.recipes import seed_rows


def show() -> None:
    """Draw the table of feature sets and splits, and what follows from it."""
    seed = seed_rows.SEED_ROWS["Paper implementation on SAVEE"].test_accuracy
    st.markdown(
        f"The paper states {numbers.percent(seed_rows.PAPER_ON_SAVEE)} on SAVEE, the original notebooks reached {numbers.percent(seed)}. "
        "Five feature sets into one support vector machine, divided in two ways:"
    )
    cells = msf_or_split.cells()
    if not cells:
        st.info("The runs of this study are not here: `artifacts/results/savee-…` is missing.", icon=":material/info:")
        return
    rows: dict[str, dict[str, str]] = {title: {} for title in msf_or_split.ROWS.values()}
    for cell in cells:
        title = msf_or_split.SPLITS[cell.split]
        row = rows[msf_or_split.ROWS[cell.features]]
        row[f"{title}: accuracy"] = f"{numbers.percent(cell.accuracy)} ± {100 * cell.deviation:.0f}"
        row[f"{title}: UAR"] = numbers.percent(cell.uar)
    st.dataframe(pd.DataFrame.from_dict(rows, orient="index").rename_axis("features").fillna("not run"))
    cell = cells[0]
    st.caption(
        f"Test part, {cell.n} clips of 4 men. Mean and deviation of {cell.seeds} seeds; four men are too few for an interval."
    )
    with st.expander("What follows"):
        st.markdown(msf_or_split.conclusion(cells))
