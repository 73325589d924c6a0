"""Train: one question a view. A network from a corpus; one that somebody builds; several compared; the original ones; which features help; one's own voice."""

from collections.abc import Callable

import streamlit as st

from pages.classroom import training
from pages.train import building, comparing, gate, live, new, original_networks, personal, selecting, several_corpora
from pages.widgets import in_url
from ser_core import settings
from ser_core.jobs import runner

#: Name in the URL → what the view is called, and what draws it.
VIEWS: dict[str, tuple[str, Callable[[], None]]] = {
    "new": ("New", new.show),
    "build": ("Build a network", building.show),
    "compare": ("Compare networks", comparing.show),
    "originals": ("The twelve originals", lambda: original_networks.show(startable=not gate.reason_not_to_train())),
    "features": ("Which features help?", selecting.show),
    "several": ("Several corpora", several_corpora.show),
    "personal": ("My own model", personal.show),
}
if settings.school_class():
    VIEWS = training.VIEWS
TITLES = {name: title for name, (title, _) in VIEWS.items()}


def _switched() -> None:
    in_url.leave(view=st.session_state["train-view"])


st.title("Train", anchor=False)
st.markdown("Make a network, watch it learn, hear where it errs.")
# Links of before there were views name what stands in one of them.
view = in_url.segmented(
    "view",
    "What to train",
    TITLES,
    "personal" if "own" in st.query_params and "personal" in VIEWS else "new",
    key="train-view",
    on_change=_switched,
)
runner.wake()
live.card()
VIEWS[view][1]()
live.queue()
