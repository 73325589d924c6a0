"""Real clips among the samples: twelve of CREMA-D, from this machine or, on click, from the official repository."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.server import visitor
from pages.widgets import foreign
from ser_core.corpora import crema_d, samples
from ser_core.corpora.base import CorpusError


def listed() -> dict[str, dict[str, Any]]:
    """Return the clips that are here, as the other samples are listed."""
    found = {}
    for stem, path in samples.present().items():
        speaker, sentence, emotion, _ = stem.split("_")
        found[stem] = {
            "title": f"CREMA-D, speaker {speaker}, acted {crema_d.EMOTION_CODES[emotion]}: “{crema_d.SENTENCES[sentence]}”",
            "kind": "corpus",
            "path": str(path),
            "how_to_read": f"An actor of CREMA-D whom no shipped model has heard. {crema_d.CARD.licence}. {crema_d.CARD.citation}",
        }
    return found


def offer() -> None:
    """Draw the button that fetches what is not here; nothing is fetched before it is pressed."""
    present = samples.present()
    missing = [stem for stem in samples.stems() if stem not in present]
    if not missing or not visitor.may_register():
        return
    if st.button(f"Fetch {len(missing)} real clips of CREMA-D (about 1 MB)", icon=":material/cloud_download:"):
        bar = st.progress(0.0, text="Fetching …")
        try:
            for number, stem in enumerate(missing, start=1):
                samples.fetch(stem)
                bar.progress(number / len(missing), text=f"{number} of {len(missing)} clips")
        except CorpusError as error:
            bar.empty()
            st.error(f"{foreign.plain(error)} Check the network and press again; what was fetched is kept.")
            return
        st.rerun()
    st.caption(
        "They come from the official repository on GitHub (Open Database License 1.0); nothing is fetched before you press."
    )
