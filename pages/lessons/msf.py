"""MSF or the split: which of the two makes the paper's figure on SAVEE, from published runs."""

import pandas as pd
import streamlit as st

from ser_core.evaluation import msf_or_split
from ser_core.recipes import seed_rows


def show() -> None:
    """Draw the table of feature sets and splits, and what follows from it."""
    st.subheader("MSF or the split?")
    seed = seed_rows.SEED_ROWS["Paper implementation on SAVEE"].test_accuracy
    st.markdown(
        f"The paper behind the original notebooks states an accuracy of {seed_rows.PAPER_ON_SAVEE:.3f} on SAVEE, their re-implementation reached "
        f"{seed:.2f}; how they divided the clips is not known. Five feature sets into the same support vector machine, two ways to divide:"
    )
    found = msf_or_split.cells()
    if not found:
        st.info("The runs of this study are not here: `artifacts/results/savee-…` is missing.", icon=":material/info:")
        return
    rows: dict[str, dict[str, str]] = {title: {} for title in msf_or_split.ROWS.values()}
    for cell in found:
        title = msf_or_split.SPLITS[cell.split]
        row = rows[msf_or_split.ROWS[cell.features]]
        row[f"{title}: accuracy"] = f"{cell.accuracy:.2f} ± {cell.deviation:.2f}"
        row[f"{title}: UAR"] = f"{cell.uar:.2f}"
    st.table(pd.DataFrame.from_dict(rows, orient="index").rename_axis("features").fillna("not run"))
    cell = found[0]
    st.caption(
        f"Test part, SAVEE, {cell.n} clips of 4 men, seven emotions. Mean over {cell.seeds} seeds and their deviation, which says nothing of "
        "other speakers: four are too few for an interval."
    )
    st.markdown(msf_or_split.conclusion(found))
