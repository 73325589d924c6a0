"""One clip: the answer first, then the evidence, then what can be tried with it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.analyze import (
    answer,
    augmentation,
    channels,
    choice,
    clip_comparison,
    downloads,
    explaining,
    layers,
    msf,
    pictures,
    player,
    resynthesis,
    selection_path,
)
from pages.server import turns
from pages.widgets import cached, foreign, training_overlap, voice_profile
from pages.widgets.audio_source import Sound
from ser_core import audio
from ser_core.runs import Run

#: Clips longer than this get the emotion over time.
LONG_S = 4.0


def show(
    sound: Sound, models: list[Run], others: list[Sound], player_at: DeltaGenerator, answer_at: DeltaGenerator
) -> None:
    """Draw everything about one clip; `others` are the sounds that were given together with it.

    player_at, answer_at: where player and answer stand, side by side; answers of several models, or of channels, need the whole width.
    """
    # What is not drawn because the page's run ends closes both, too.
    with turns.answering():
        heard = _answered(sound, models, others, player_at, answer_at)
    if heard is not None:
        with turns.behind_answers():
            _evidence(*heard, models, others)


def _answered(
    sound: Sound, models: list[Run], others: list[Sound], player_at: DeltaGenerator, answer_at: DeltaGenerator
) -> tuple[Sound, audio.Clip, tuple[float, float] | None, audio.Clip, str] | None:
    """Draw player and answer; return the sound, the whole clip, the part that was asked about, in seconds and as a clip, and its key."""
    try:
        whole = cached.clip(sound.data, sound.name)
    except audio.AudioError as error:
        st.error(foreign.plain(error), icon=":material/error:")
        return None
    wide = st.container()
    with player_at:
        sound = channels.choose(sound, whole)
        if sound.channel:
            whole = cached.clip(sound.data, sound.name, sound.channel)
        player.show(sound, whole)
    region = player.region(sound, whole)
    part = whole if region is None else audio.segment(whole, *region)
    key = sound.digest if region is None else f"{sound.digest}#{region[0]:.2f}-{region[1]:.2f}"
    if len(others) == 1:
        voice_profile.meet(sound)
    with answer_at if len(models) < 2 and not part.apart else wide:
        answer.show(key, part, models, region)
        training_overlap.show(models, digest=whole.pcm16_sha256_16, named=len(models) > 1)
    voice_profile.heard(sound, whole, models)
    return sound, whole, region, part, key


def _evidence(
    sound: Sound,
    whole: audio.Clip,
    region: tuple[float, float] | None,
    part: audio.Clip,
    key: str,
    models: list[Run],
    others: list[Sound],
) -> None:
    """Draw the pictures, what else is said of the answer, and what can be tried with the clip."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        shown = choice.pictures()
        look_closer = choice.look_closer()
    descriptors = choice.descriptors() if choice.DESCRIPTORS in shown else []
    pictures.show(sound, whole, region, shown, descriptors, models, look_closer=look_closer)
    explaining.show(key, part, region[0] if region else 0.0, models)
    layers.show(key, part, region[0] if region else 0.0, models)
    if choice.DESCRIPTORS in shown:
        selection_path.show()
    if choice.MSF in shown:
        msf.show(key, part, region[0] if region else 0.0, models, look_closer=look_closer)
    if part.duration > LONG_S:
        for run in models:
            answer.over_time(key, part, run, named=len(models) > 1)
    downloads.show(sound, key, part, models, shown, descriptors)

    trials = choice.trials()
    if choice.AUGMENTATION in trials:
        augmentation.show(key, part, models)
    if choice.RESYNTHESIS in trials:
        resynthesis.show(key, part)
    if choice.COMPARISON in trials:
        clip_comparison.show(sound, key, part, models, others)
