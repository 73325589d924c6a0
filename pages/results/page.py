"""Results: can this model be trusted? All runs, one of them, some side by side, studies of networks."""

from collections.abc import Callable

import streamlit as st

from pages.classroom import board
from pages.results import run_comparison, run_view, studies, table
from pages.widgets import in_url
from ser_core import settings

#: Name in the URL → what the view is called, and what draws it.
VIEWS: dict[str, tuple[str, Callable[[], None]]] = {
    "runs": (":material/table_rows: Runs", lambda: table.show(go)),
    "run": (":material/grid_on: One run", run_view.show),
    "compare": (":material/compare: Compare", run_comparison.show),
    "studies": (":material/science: Studies", studies.show),
}
if settings.school_class():
    VIEWS = {"board": (":material/grid_view: The board", board.show)} | {
        name: VIEWS[name] for name in ("run", "compare")
    }
TITLES = {name: title for name, (title, _) in VIEWS.items()}
#: Views that have moved to the lessons, under what name; links of before lead there.
MOVED = {"guess": "guess", "lesson": "leakage", "msf": "msf"}


def go(view: str, runs: list[str]) -> None:
    """Open a view with these runs; what the URL said of another view is taken away."""
    named = {"runs": ",".join(runs)} if len(runs) > 1 else {"run": runs[0]} if runs else {}
    in_url.leave(view=view, **named)


def _switched() -> None:
    run = st.query_params.get("run")
    go(st.session_state["view"], [run] if run else [])


asked = st.query_params.get("view", "")
if asked in MOVED:
    st.switch_page("pages/lessons/page.py", query_params={**st.query_params, "view": MOVED[asked]})
if asked == "listeners":
    # What people heard is a tab of the run that is held against them.
    st.query_params.update(view="run", tab="listeners")

st.title("Results", anchor=False)
st.markdown("How often is a model right, where does it err, and on whose voices?")
# A link that names a run and no view means that run.
view = in_url.segmented(
    "view", "View", TITLES, "run" if "run" in st.query_params else next(iter(VIEWS)), on_change=_switched
)
VIEWS[view][1]()
