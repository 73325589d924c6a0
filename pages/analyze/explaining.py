"""What the model looked at: which part of the picture speaks for an emotion, or what each group of features brings."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.analyze import answer, computed
from pages.server.turns import in_turn
from pages.widgets import cached, foreign, in_url, numbers, voice_profile
from ser_core import audio, explain, figures
from ser_core.encoders import whisper
from ser_core.features import encoder, extraction, logmel
from ser_core.figures import explained
from ser_core.graphs import GraphError
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError

_HIDING = "Hiding parts of what the pretrained ear hears …"
#: Maps of pretrained ears that a visit keeps: of as many models as are compared.
_MAPS = 4


def show(key: str, clip: audio.Clip, start_s: float, models: list[Run]) -> None:
    """Draw the switch and, once it is on, the map of every picked model; `start_s`: where the clip begins on the page's time axis."""
    if not models:
        return
    in_url.begin("looked", in_url.SWITCH, "off", values=in_url.SWITCH, quiet=True)
    if st.toggle(
        "Show what the model looked at",
        key="looked",
        help="Hides parts of what the model is fed with, many times, and sees what becomes of its answer",
    ):
        _draw(key, clip, start_s, models)


@st.fragment
def _draw(key: str, clip: audio.Clip, start_s: float, models: list[Run]) -> None:
    # A fragment: another emotion redraws the map and nothing else on the page.
    predictions = {run.name: (run, answer.prediction_of(key, clip, run)) for run in models}
    answers = {name: (run, said) for name, (run, said) in predictions.items() if said is not None}
    labels = list(dict.fromkeys(label for _, said in answers.values() for label in said.labels))
    if not labels:
        return
    first = next(iter(answers.values()))[1].label
    # Another clip begins with its own answer; only the first follows the URL.
    if st.session_state.get("looked-at", key) != key:
        st.session_state["looked-for"] = first
    st.session_state["looked-at"] = key
    in_url.begin("looked-for", labels, first)
    label = str(st.pills("What speaks for", labels, required=True, key="looked-for", format_func=foreign.plain))
    for name, (run, said) in answers.items():
        if label not in said.labels:
            st.caption(f"{foreign.plain(name)} does not know {foreign.plain(label)}.")
            continue
        try:
            predictor = voice_profile.judge(run, key)
            if explain.is_picture(predictor):
                _map(key, clip, start_s, predictor, label)
            elif explain.looks(predictor):
                _looked(key, clip, start_s, predictor, label)
            else:
                _bars(key, clip, predictor, label)
        except (explain.ExplainError, RunError, GraphError, OSError) as error:
            st.info(f"{foreign.plain(name)}: {foreign.plain(error)}")


def _map(key: str, clip: audio.Clip, start_s: float, predictor: Predictor, label: str) -> None:
    picture_map = _picture(key, *cached.judge_key(predictor), clip.samples, predictor)
    spec = predictor.inputs[0].source.pictures["logmel"]
    drawn = computed.picture(f"{key}-{predictor.run.name}", spec, clip.samples)
    row = explained.explained_picture(drawn, logmel.mel_hz(spec), spec.hop_s, picture_map.of(label), label)
    _show(row, picture_map, clip, start_s, predictor, label, ("the mel-spectrogram", "masks a window"))


def _looked(key: str, clip: audio.Clip, start_s: float, predictor: Predictor, label: str) -> None:
    """The map of what an encoder heard; its masks take seconds, so their progress is shown."""
    kept = st.session_state.setdefault("looked-maps", {})
    asked = (key, *cached.judge_key(predictor))
    if asked not in kept:
        bar = st.progress(0.0, _HIDING)
        while len(kept) >= _MAPS:
            kept.pop(next(iter(kept)))

        def progress(done: int, total: int) -> None:
            bar.progress(done / total, _HIDING)

        kept[asked] = in_turn(explain.looked)(predictor, clip.samples, progress=progress)
        bar.empty()
    picture_map, heard = kept[asked]
    n = len(clip.samples)
    marks = encoder.on_its_axis(heard, picture_map.of(label), n, 0.0)
    row = explained.explained_picture(encoder.picture(heard, n), whisper.mel_hz(), heard.hop_s, marks, label)
    _show(row, picture_map, clip, start_s, predictor, label, ("what the pretrained ear hears", "masks"))


def _show(
    row: explained.ExplainedPicture,
    picture_map: explain.PictureMap,
    clip: audio.Clip,
    start_s: float,
    predictor: Predictor,
    label: str,
    words: tuple[str, str],
) -> None:
    """Draw a map and say how to read it; words: in what it is drawn, and what was tried `picture_map.masks` times."""
    place, masks = words
    probability = picture_map.probabilities[picture_map.labels.index(label)]
    st.plotly_chart(
        figures.stacked([row], start_s=start_s, span_s=clip.duration),
        key=f"looked-{predictor.run.name}",
        config={"displayModeBar": False},
        alt=f"What speaks for {label} in {place}, by {predictor.run.name}",
    )
    st.caption(
        f"**{foreign.plain(predictor.run.name)}** · {foreign.plain(label)} {numbers.percent(probability)} · "
        f"Orange: hidden, the model would think {foreign.plain(label)} less probable; blue: more. "
        f"In points of probability that a patch of {explain.PATCH_S:g} s and a fifth of the bands brings, from {picture_map.masks} random {masks}. "
        "It tells what this model used, not what makes a voice sound that way."
    )


def _bars(key: str, clip: audio.Clip, predictor: Predictor, label: str) -> None:
    contributions = _groups(key, *cached.judge_key(predictor), clip.samples, predictor)
    probability = contributions.probabilities[contributions.labels.index(label)]
    title = f"What each group of features brings<br><sub>{predictor.run.name} · {label} {numbers.percent(probability)}</sub>"
    st.plotly_chart(
        explained.contributions(contributions.groups, contributions.of(label), label, title),
        key=f"looked-{predictor.run.name}",
        config={"displayModeBar": False},
        alt=f"How much of {label} each group of features brings, by {predictor.run.name}",
    )
    st.caption(
        "How many points of probability are lost when a group is put to the mean of the training's clips (of frames: to its mean over "
        "this clip). Groups that say the same share their part, so the bars need not add up."
    )


@st.cache_resource(max_entries=2 * cached.CLIPS, ttl=cached.KEPT, show_spinner="Hiding parts of the picture …")
@in_turn
def _picture(
    key: str, run_path: str, changed: int, voice: str, _samples: np.ndarray, _predictor: Predictor
) -> explain.PictureMap:
    return explain.picture(_predictor, extraction.of_source(_predictor.inputs[0].source, _samples))


@st.cache_resource(max_entries=2 * cached.CLIPS, ttl=cached.KEPT, show_spinner="Leaving features out …")
@in_turn
def _groups(
    key: str, run_path: str, changed: int, voice: str, _samples: np.ndarray, _predictor: Predictor
) -> explain.Contributions:
    return explain.contributions(_predictor, extraction.of_sound(_predictor.inputs, _samples))
