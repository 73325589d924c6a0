"""Results: can I trust it? All runs, one of them, comparisons, listeners, and what leaks."""

import streamlit as st

from pages.results import guess, lesson, listeners, msf, run_comparison, run_view, table
from pages.widgets import in_url

VIEWS = {
    "runs": ":material/table_rows: Runs",
    "run": ":material/grid_on: One run",
    "compare": ":material/compare: Compare",
    "listeners": ":material/hearing: Listeners",
    "guess": ":material/quiz: Listen and guess",
    "lesson": ":material/school: Leakage lesson",
    "msf": ":material/science: MSF or the split?",
}


def go(view: str, runs: list[str]) -> None:
    """Open a view with these runs; what the URL said of another view is taken away."""
    named = {"runs": ",".join(runs)} if len(runs) > 1 else {"run": runs[0]} if runs else {}
    in_url.leave(view=view, **named)


def _switched() -> None:
    run = st.query_params.get("run")
    go(st.session_state["view"], [run] if run else [])


# A link that names a run and no view means that run.
view = in_url.segmented("view", "View", VIEWS, "run" if "run" in st.query_params else "runs", on_change=_switched)
if view == "run":
    run_view.show()
elif view == "compare":
    run_comparison.show()
elif view == "listeners":
    listeners.show()
elif view == "guess":
    guess.show()
elif view == "lesson":
    lesson.show()
elif view == "msf":
    msf.show()
else:
    table.show(go)
