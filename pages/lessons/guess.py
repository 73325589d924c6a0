"""Listen and guess: the visitor hears what the model heard, and sees how hard it is."""

from __future__ import annotations

import hashlib
import re

import pandas as pd
import streamlit as st

from pages.classroom import pooled
from pages.lessons import guess_outcome
from pages.widgets import actors, autoplay, foreign, in_url, listener_votes, numbers
from ser_core import audio, figures, runs, settings
from ser_core.classroom import guesses as class_guesses
from ser_core.corpora import samples
from ser_core.corpora.base import CorpusError
from ser_core.corpora.crema_d import EMOTION_CODES
from ser_core.corpora.splits import corpus_of
from ser_core.evaluation import guessing
from ser_core.evaluation.compare import COPY
from ser_core.runs import Run, overview

#: The round of the voices that ship, in the URL; and all rounds.
SHIPPED = "shipped"
SIZES = {SHIPPED: "The 12 that ship", **{str(size): str(size) for size in guessing.SIZES}}
_BEGUN = "guess-begun"
#: About what a clip of 2.5 s takes as WAV, in bytes.
CLIP_BYTES = 81_000


def show() -> None:
    """Draw the choice of a round, then its clips one by one, then what came of it; and the class' table below."""
    run = _run()
    if run is not None:
        _play(run)
    if not settings.school_class():
        guess_outcome.show_class()


def _run() -> Run | None:
    """The run against which is guessed: one that was tested on CREMA-D; None after saying that there is none."""
    table = overview.table()
    fits = (table["state"] == "done") & table["corpus"].fillna("").str.contains("crema-d", regex=False)
    table = table[fits & (table["part"] == "test") & (table["wrong_on_purpose"] == "")]
    if table.empty:
        st.info("This needs a run that was tested on CREMA-D; there is none.")
        return None
    titles = dict(zip(table["run"], table["name"], strict=True))
    in_url.begin("run", titles, next(iter(titles)), key="guess-run")
    with st.popover("Another round", icon=":material/tune:"):
        name = st.selectbox("Against", list(titles), format_func=titles.__getitem__, key="guess-run")
        _round()
    return overview.named()[name]


def _round() -> None:
    in_url.segmented("n", "Clips", SIZES, labelled=True)
    st.number_input(
        "Draw",
        1,
        10**6 - 1,
        key="seed",
        bind="query-params",
        help="Another number draws other clips.",
        disabled=st.session_state["n"] == SHIPPED,
    )


def _play(run: Run) -> None:
    size, seed = str(st.session_state["n"]), int(st.session_state["seed"])
    try:
        answers, labels = answers_of(run)
        drawn = _shipped(answers) if size == SHIPPED else guessing.draw(answers, labels, int(size), seed)
    except (runs.RunError, guessing.GuessError, KeyError) as error:
        st.error(f"No round can be drawn from this run: {foreign.plain(error)}")
        return
    guesses = _kept(run, size, seed)
    if not _here(drawn):
        return
    if not guesses and not st.session_state.get(_BEGUN):
        st.markdown(
            f"Hear {len(drawn)} actors whom no shipped model has heard, name what each was asked to play, and see who is right more "
            "often: you, the model, or the people who rated them."
        )
        st.button("Start", icon=":material/play_arrow:", type="primary", on_click=_begin)
        return
    if len(guesses) < len(drawn):
        _ask(drawn[len(guesses)], labels, guesses, len(drawn))
        return
    guess_outcome.show(run.name, guesses, answers, labels, listener_votes.here())
    if settings.school_class():
        # After one's own round alone: before it, it would tell.
        pooled.show(run.name, answers[answers["clip"].isin(guesses)], labels)
    with st.container(horizontal=True):
        st.button("Other clips", icon=":material/shuffle:", type="primary", on_click=_other, args=(size, seed))
        st.button("The same clips again", icon=":material/replay:", on_click=guesses.clear)


def _begin() -> None:
    st.session_state[_BEGUN] = True


def _other(size: str, seed: int) -> None:
    if size == SHIPPED:
        st.session_state["n"] = str(guessing.SIZES[0])
    else:
        st.session_state["seed"] = seed + 1


def _shipped(answers: pd.DataFrame) -> list[str]:
    """The twelve voices that ship, in an order that tells nothing. Raises GuessError where the run was not tested on all of them."""
    clips = sorted(
        (voice["clip"] for voice in actors.voices()), key=lambda clip: hashlib.sha256(clip.encode()).digest()
    )
    if not clips or set(clips) - set(answers["clip"]):
        raise guessing.GuessError(
            "it was not tested on the voices that ship; choose 12 or 24 clips under “Another round”."
        )
    return clips


def answers_of(run: Run) -> tuple[pd.DataFrame, list[str]]:
    """The run's test rows of CREMA-D, a row a clip, and its emotions among the corpus'."""
    labels = [label for label in run.metrics["test"]["labels"] if label in EMOTION_CODES.values()]
    rows = run.predictions
    rows = rows[(rows["part"] == "test") & rows["true"].isin(labels) & (corpus_of(rows) == "crema-d")]
    return rows[~rows["clip"].str.contains(COPY, regex=False)].drop_duplicates("clip"), labels


def _kept(run: Run, size: str, seed: int) -> dict[str, str]:
    """The guesses of this round, clip → emotion; kept for the visit."""
    rounds = st.session_state.setdefault("guesses", {})
    guesses: dict[str, str] = rounds.setdefault((str(run.path), size, seed), {})
    return guesses


def _here(drawn: list[str]) -> bool:
    """Tell whether the round's clips are on this machine; offer to fetch those that are not. No clip's name is shown."""
    missing = [clip for clip in drawn if actors.file_of(clip) is None]
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
        path = actors.file_of(clip)
        sound = audio.encode_wav(audio.decode(path).samples) if path else b""
    except (audio.AudioError, OSError):
        st.error("This clip cannot be read. Check the corpus on the datasets page, or draw other clips.")
        return
    st.markdown("##### Which emotion was the actor asked to play?")
    # It plays as it appears: nobody names what was not heard.
    autoplay.show(sound, "audio/wav")
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
        f"Keys 1 to {len(labels)} choose too. One has to be named, as CREMA-D's own listeners had to; the words mean nothing."
    )


def _guess(guesses: dict[str, str], clip: str, label: str) -> None:
    guesses[clip] = label
    if settings.school_class():
        class_guesses.keep(clip, label)


def _stem(clip: str) -> str:
    return clip.partition("/")[2]


def _key(label: str) -> str:
    # It names a class of the style sheet, too.
    return "guess-" + re.sub(r"\W", "-", label)
