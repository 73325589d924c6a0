"""Results: can I trust it? All runs, one of them, comparisons, listeners, and what leaks."""

from collections.abc import Callable

import streamlit as st

from pages.results import guess, lesson, listeners, msf, run_comparison, run_view, table
from pages.widgets import in_url

#: Name in the URL → what the view is called, and what draws it.
VIEWS: dict[str, tuple[str, Callable[[], None]]] = {
    "runs": (":material/table_rows: Runs", lambda: table.show(go)),
    "run": (":material/grid_on: One run", run_view.show),
    "compare": (":material/compare: Compare", run_comparison.show),
    "listeners": (":material/hearing: Listeners", listeners.show),
    "guess": (":material/quiz: Listen and guess", guess.show),
    "lesson": (":material/school: Leakage lesson", lesson.show),
    "msf": (":material/science: MSF or the split?", msf.show),
}
TITLES = {name: title for name, (title, _) in VIEWS.items()}


def go(view: str, runs: list[str]) -> None:
    """Open a view with these runs; what the URL said of another view is taken away."""
    named = {"runs": ",".join(runs)} if len(runs) > 1 else {"run": runs[0]} if runs else {}
    in_url.leave(view=view, **named)


def _switched() -> None:
    run = st.query_params.get("run")
    go(st.session_state["view"], [run] if run else [])


# A link that names a run and no view means that run.
view = in_url.segmented("view", "View", TITLES, "run" if "run" in st.query_params else "runs", on_change=_switched)
VIEWS[view][1]()
