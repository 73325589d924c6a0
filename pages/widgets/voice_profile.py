"""My voice: a passage read in an everyday voice, by which models that take a voice profile then judge."""

from __future__ import annotations

import streamlit as st

from pages.server import visitor
from pages.widgets import cached, foreign, microphone, numbers
from pages.widgets.audio_source import ENDINGS, Sound
from ser_core import audio
from ser_core.features.profile import ProfileError, VoiceProfile
from ser_core.features.sources import spec_hash
from ser_core.graphs import GraphError
from ser_core.personal import kept_profiles
from ser_core.predictor import Predictor
from ser_core.runs import Run, RunError

#: Some 30 seconds; Aesop's fable by which the International Phonetic Association shows how a language sounds.
PASSAGE = (
    "The North Wind and the Sun were disputing which was the stronger, when a traveller came along wrapped in a warm cloak. They agreed "
    "that the one who first succeeded in making the traveller take his cloak off should be considered stronger than the other. Then the "
    "North Wind blew as hard as he could, but the more he blew the more closely did the traveller fold his cloak around him; and at last "
    "the North Wind gave up the attempt."
)
_VOICE, _USED, _KEPT, _ROUND = "voice", "voice-used", "voice-kept", "voice-round"


def judge(run: Run) -> Predictor:
    """Return the run's model, judging by the visitor's voice where there is one, it is in use and the model takes it.

    Raises RunError for a damaged run.
    """
    predictor = cached.predictor(run)
    if not predictor.takes_profile or not st.session_state.get(_USED, True):
        return predictor
    return predictor.with_voice(_for(predictor))


def choose(models: list[Run], sounds: list[Sound] | None = None, *, disabled: bool = False) -> None:
    """Draw “My voice” where one of the models takes a voice profile; `sounds`: past clips that can be used for it."""
    takes = _that_take_one(models)
    if not takes:
        return
    here = next((found for one in takes if (found := _for(one)) is not None), None)
    label = "My voice" if here is None else f"My voice: {numbers.seconds(here.seconds)}"
    with st.popover(label, icon=":material/record_voice_over:", disabled=disabled):
        st.markdown(
            "Voices differ even when nothing in particular is felt. Read this in your **everyday voice**, with the microphone that you "
            "use for your clips, and the model compares each clip with it. Other clips of the same voice do as well."
        )
        if here is None and visitor.may_keep() and kept_profiles.refused():
            st.info(
                "The voice that was kept is damaged or of another version of this program, and is not used. Read the passage again."
            )
        _enrol(takes, sounds or [])
        if here is not None:
            _kept_and_used()


def said(profile: VoiceProfile | None) -> str:
    """Return what an answer by a voice is called under it; nothing without one."""
    return "" if profile is None else f"Judged by your voice profile ({numbers.seconds(profile.seconds)} of speech)."


def _enrol(takes: list[Predictor], sounds: list[Sound]) -> None:
    st.markdown("> " + PASSAGE)
    # Another key empties the recorder and the uploader once they were used.
    number = st.session_state.setdefault(_ROUND, 0)
    why = microphone.trouble("microphone-voice")
    if why:
        st.info(why, icon=":material/mic_off:")
    recording = st.audio_input("Your everyday voice", key=f"voice-read-{number}", disabled=why is not None)
    uploads = st.file_uploader(
        "Or clips of the same voice", type=ENDINGS, accept_multiple_files=True, key=f"voice-clips-{number}"
    )
    given = [Sound("passage.wav", recording.getvalue())] if recording else []
    given += [Sound(one.name, one.getvalue()) for one in uploads]
    # Above the buttons: what stands below them is out of sight in a short window.
    trouble = st.container()
    with st.container(horizontal=True):
        if st.button("Use it", type="primary", icon=":material/check:", disabled=not given, key="voice-use"):
            _take(takes, given, trouble)
        many = f"the {len(sounds)} clips" if len(sounds) > 1 else "the clip"
        if sounds and st.button(f"Use {many} of this page", key="voice-page"):
            _take(takes, sounds, trouble)


def _take(takes: list[Predictor], sounds: list[Sound], trouble: st.delta_generator.DeltaGenerator) -> None:
    try:
        made = {}
        for predictor in takes:
            key = spec_hash(predictor.inputs[0].source)
            # Models that are fed alike share a profile.
            if key not in made:
                made[key] = predictor.profile_of(cached.clip(one.data, one.name) for one in sounds)
    except (audio.AudioError, ProfileError) as error:
        trouble.error(foreign.plain(error))
        return
    st.session_state[_VOICE] = made
    st.session_state[_ROUND] += 1
    if st.session_state.get(_KEPT):
        kept_profiles.keep(list(made.values()))
    st.rerun()


def _kept_and_used() -> None:
    st.toggle("Judge by my voice", value=True, key=_USED)
    if visitor.may_keep():
        kept = bool(kept_profiles.kept())
        keep = st.toggle("Keep it for my next visit", value=kept, key=_KEPT)
        st.caption("Kept are levels of bands, no sound; switched off, or forgotten, it is deleted.")
        if keep != kept:
            kept_profiles.keep(list(_of_this_visit().values())) if keep else kept_profiles.forget()
    else:
        st.caption("It is forgotten when you close the page.")
    if st.button("Forget my voice", icon=":material/delete:", type="tertiary", key="voice-forget"):
        if visitor.may_keep():
            kept_profiles.forget()
        st.session_state[_VOICE] = {}
        st.session_state.pop(_KEPT, None)
        st.rerun()


def _for(predictor: Predictor) -> VoiceProfile | None:
    return _of_this_visit().get(spec_hash(predictor.inputs[0].source))


def _of_this_visit() -> dict[str, VoiceProfile]:
    """The visitor's voice: a profile by the kind of log-mel frames that it is of."""
    if _VOICE not in st.session_state:
        found = kept_profiles.kept() if visitor.may_keep() else []
        st.session_state[_VOICE] = {one.source: one for one in found}
    mine: dict[str, VoiceProfile] = st.session_state[_VOICE]
    return mine


def _that_take_one(models: list[Run]) -> list[Predictor]:
    found = []
    for run in models:
        try:
            predictor = cached.predictor(run)
        except (RunError, GraphError, OSError):
            # Its answer says what is wrong with it.
            continue
        if predictor.takes_profile:
            found.append(predictor)
    return found
