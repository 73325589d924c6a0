"""Listen and guess: the visitor hears what the model heard, and sees how hard it is."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from pages.results import guess_outcome, listener_votes, run_picker
from pages.widgets import foreign, numbers
from ser_core import audio, figures, runs
from ser_core.corpora import samples
from ser_core.corpora.base import CorpusError
from ser_core.corpora.crema_d import EMOTION_CODES
from ser_core.corpora.splits import corpus_of
from ser_core.evaluation import guessing
from ser_core.evaluation.compare import COPY
from ser_core.runs import Run

#: About what a clip of 2.5 s takes as WAV, in bytes.
CLIP_BYTES = 81_000


def show() -> None:
    """Draw the choice of a round, then its clips one by one, then what came of it; and the class' table below."""
    run = run_picker.one_on_crema_d("run")
    if run is not None:
        _play(run)
    guess_outcome.show_class()


def _play(run: Run) -> None:
    n, seed = _round()
    try:
        answers, labels = _answers(run)
        drawn = guessing.draw(answers, labels, n, seed)
    except (runs.RunError, guessing.GuessError, KeyError) as error:
        st.error(f"No round can be drawn from this run: {foreign.plain(error)}")
        return
    guesses = _kept(run, n, seed)
    if not _here(drawn):
        return
    if len(guesses) < len(drawn):
        _ask(drawn[len(guesses)], labels, guesses, len(drawn))
        return
    guess_outcome.show(run.name, guesses, answers, labels, listener_votes.here())
    with st.container(horizontal=True):
        st.button("Other clips", icon=":material/shuffle:", type="primary", on_click=_next_seed, args=(seed,))
        st.button("The same clips again", icon=":material/replay:", on_click=guesses.clear)


def _round() -> tuple[int, int]:
    left, right = st.columns([2, 1])
    sizes = [str(size) for size in guessing.SIZES]
    size = left.segmented_control("Clips", sizes, default=sizes[0], required=True, key="n", bind="query-params")
    seed = right.number_input(
        "Draw", 1, 10**6 - 1, key="seed", bind="query-params", help="Another number draws other clips."
    )
    return int(str(size)), int(seed)


def _next_seed(seed: int) -> None:
    st.session_state["seed"] = seed + 1


def _answers(run: Run) -> tuple[pd.DataFrame, list[str]]:
    """The run's test rows of CREMA-D, a row a clip, and its emotions among the corpus'."""
    labels = [label for label in run.metrics["test"]["labels"] if label in EMOTION_CODES.values()]
    rows = run.predictions
    rows = rows[(rows["part"] == "test") & rows["true"].isin(labels) & (corpus_of(rows) == "crema-d")]
    return rows[~rows["clip"].str.contains(COPY, regex=False)].drop_duplicates("clip"), labels


def _kept(run: Run, n: int, seed: int) -> dict[str, str]:
    """The guesses of this round, clip → emotion; kept for the visit."""
    rounds = st.session_state.setdefault("guesses", {})
    found: dict[str, str] = rounds.setdefault((str(run.path), n, seed), {})
    return found


def _here(drawn: list[str]) -> bool:
    """Tell whether the round's clips are on this machine; offer to fetch those that are not. No clip's name is shown."""
    missing = [clip for clip in drawn if samples.on_disk(_stem(clip)) is None]
    if not missing:
        return True
    st.info(
        f"{len(missing)} of the {len(drawn)} clips are not on this machine. Fetch them from CREMA-D's official repository on GitHub (Open "
        "Database License 1.0), or name the folder of CREMA-D on the datasets page."
    )
    if not st.button(
        f"Fetch {len(missing)} clips (about {numbers.megabytes(len(missing) * CLIP_BYTES)})",
        icon=":material/cloud_download:",
    ):
        return False
    bar = st.progress(0.0, text="Fetching …")
    try:
        for number, clip in enumerate(missing, start=1):
            samples.fetch(_stem(clip))
            bar.progress(number / len(missing), text=f"{number} of {len(missing)} clips")
    except CorpusError as error:
        bar.empty()
        # The whole message names the clip, and with it the answer.
        reason = str(error).rpartition(": ")[2]
        st.error(
            f"A clip could not be fetched: {foreign.plain(reason)} Check the network and press again; what was fetched is kept."
        )
        return False
    st.rerun()


def _ask(clip: str, labels: list[str], guesses: dict[str, str], n: int) -> None:
    number = len(guesses) + 1
    st.progress(len(guesses) / n, text=f"Clip {number} of {n}")
    try:
        path = samples.on_disk(_stem(clip))
        sound = audio.encode_wav(audio.decode(path).samples) if path else b""
    except (audio.AudioError, OSError):
        st.error("This clip cannot be read. Check the corpus on the datasets page, or draw other clips.")
        return
    st.markdown("##### Which emotion was the actor asked to play?")
    st.audio(sound, format="audio/wav")
    styles = "".join(
        f".st-key-{_key(label)} button {{ border-left: 8px solid {figures.colour(label)}; min-width: 8.5rem; }}"
        for label in labels
    )
    st.html(f"<style>{styles}</style>")
    with st.container(horizontal=True):
        for key, label in enumerate(labels, start=1):
            # Keyed by the label alone, so that the keyboard's focus stays on it from clip to clip.
            st.button(
                foreign.plain(label.capitalize()),
                key=_key(label),
                on_click=_guess,
                args=(guesses, clip, label),
                shortcut=str(key),
            )
    st.caption(
        f"Keys 1 to {len(labels)} choose too. One of these has to be named, as CREMA-D's own listeners had to; listen as often as you "
        "like. The actors' sentences mean nothing: only the voice counts."
    )


def _guess(guesses: dict[str, str], clip: str, label: str) -> None:
    guesses[clip] = label


def _stem(clip: str) -> str:
    return clip.partition("/")[2]


def _key(label: str) -> str:
    # It names a class of the style sheet, too.
    return "guess-" + re.sub(r"\W", "-", label)
