"""Whose voice it is: the profile that grows from recording to recording, and the passage that begins it.

Kept for the visit are averages, no sound. Nothing guesses who speaks: a recording is of the speaker who is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from pages.server import visitor
from pages.widgets import cached, foreign, in_url, microphone, numbers
from pages.widgets.audio_source import DIGEST, ENDINGS, Sound
from ser_core import audio, settings
from ser_core.features.profile import ProfileError, VoiceProfile
from ser_core.graphs import GraphError
from ser_core.personal import kept_profiles
from ser_core.personal.speaker import Speaker
from ser_core.predictor import LEAST_CLIPS, Prediction, Predictor
from ser_core.runs import Run, RunError

#: Some ten seconds; Aesop's fable by which the International Phonetic Association shows how a language sounds.
PASSAGE = (
    "The North Wind and the Sun were disputing which was the stronger, when a traveller came along wrapped in a warm cloak. They agreed "
    "that the one who first made him take his cloak off should be considered stronger than the other."
)
_SPEAKERS, _CURRENT, _CHOSEN, _TUNED = "speakers", "speaker", "speaker-chosen", "tuned"
_FILES, _GROUPS = "speakers-of-files", "speakers-of-groups"
_KEPT, _ROUND = "voice-kept", "voice-round"
#: Speakers of many files whose averages a visit holds.
MOST_GROUPS = 200


def begin() -> None:
    """Follow the URL in whether answers are tuned: on one's own machine they are, on a shared server once that is switched on."""
    in_url.begin(_TUNED, in_url.SWITCH, "on" if settings.mode() == "local" else "off", values=in_url.SWITCH, quiet=True)


def judge(run: Run, key: str = "") -> Predictor:
    """Return the run's model, judging the sound that `key` stands for as its speaker's; without a key, whatever the current speaker says.

    It judges as anybody's where the model takes no profile, the sound is of nobody who is here, or tuning is off. Raises RunError for
    a damaged run.
    """
    predictor = cached.predictor(run)
    profile = _profile(predictor, _name(key)) if predictor.takes_profile and tuned() else None
    enough = profile is not None and (profile.clips >= LEAST_CLIPS or not predictor.needs_voice)
    return predictor.with_voice(profile if enough else None)


def tuned() -> bool:
    """Whether answers are tuned to who speaks; never in a lesson."""
    return bool(st.session_state.get(_TUNED)) and not settings.school_class()


def meet(sound: Sound) -> None:
    """Fix by what one sound is judged: the recordings of its speaker before it. A sample is of nobody who is here."""
    st.session_state.pop(_FILES, None)
    if sound.of_visitor and not settings.school_class() and _whose(_name(sound.digest)) is None:
        _current().begin(_name(sound.digest))


def meet_all(
    speakers: Mapping[str, list[Sound]], read: Callable[[Sound], audio.Clip | None], models: list[Run]
) -> None:
    """Judge many files by their speakers (name → sounds): each by all of its speaker's, as `predict --same-voice` does.

    Those of no name are judged as anybody's. read: gives a sound's clip; None where it cannot be read.
    """
    if settings.school_class():
        return
    groups: dict[tuple[str, ...], Speaker] = st.session_state.setdefault(_GROUPS, {})
    takes = _that_take_one(models)
    by_file: dict[str, Speaker | None] = {}
    for who, sounds in speakers.items():
        names = {_name(sound.digest): sound for sound in sounds}
        if not who:
            by_file |= dict.fromkeys(names, None)
            continue
        speaker = groups.setdefault(tuple(names), Speaker())
        for name, sound in names.items():
            if any(speaker.lacks(name, predictor) for predictor in takes) and (clip := read(sound)) is not None:
                _add(speaker, name, clip, takes)
        by_file |= dict.fromkeys(names, speaker)
    while len(groups) > MOST_GROUPS:
        del groups[next(iter(groups))]
    st.session_state[_FILES] = by_file


def heard(sound: Sound, clip: audio.Clip, models: list[Run]) -> None:
    """Let a sound count for the recordings after it."""
    name = _name(sound.digest)
    speaker = _whose(name)
    if speaker is not None:
        _add(speaker, name, clip, _that_take_one(models))


def of_somebody(key: str) -> bool:
    """Return whether a sound is of somebody who is here, and not a sample; in a lesson nobody is told from anybody."""
    if settings.school_class():
        return False
    return _name(key) in st.session_state.get(_FILES, {}) or _whose(_name(key)) is not None


def takes_one(models: list[Run]) -> bool:
    """Return whether one of the models can be tuned to a speaker."""
    return bool(_that_take_one(models))


def show(key: str, clip: audio.Clip, run: Run, prediction: Prediction) -> None:
    """Draw whose voice an answer goes by and what it would be without; nothing for sounds of nobody who is here."""
    name, predictor = _name(key), cached.predictor(run)
    speaker = _whose(name)
    if clip.apart or not predictor.takes_profile or not of_somebody(key):
        return
    used = prediction.profile
    if used is not None:
        plain = cached.prediction(key, *cached.judge_key(predictor), clip, predictor)
        by = f"{_of(used)} of this speaker and microphone" if speaker else f"the {used.clips} files of this speaker"
        st.markdown(f"**Tuned** to {by} · untuned: {foreign.plain(plain.label)} {numbers.percent(plain.confidence)}")
    elif not tuned():
        st.caption("Not tuned to the speaker.")
    elif prediction.decision != "no-speech":
        st.markdown("**New voice and microphone: less sure.**")
    if speaker is None:
        return
    if prediction.decision != "no-speech":
        speaker.note(name, prediction.label)
    if speaker.alike and tuned():
        st.caption("These sound alike to the model; read the passage in your ordinary voice.")
    _steer(name, speaker, predictor)


def before_live(run: Run, *, disabled: bool) -> None:
    """Draw whose voice live begins with; the profile grows while one speaks."""
    takes = _that_take_one([run])
    if not takes:
        return
    profile = _current().profile(takes[0]) if tuned() else None
    if profile is not None:
        st.caption(f"Begins tuned to {_of(profile)}, and goes on learning the voice as you speak.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle("Tune to the speaker", key=_TUNED, disabled=disabled)
        _read(takes[0], disabled=disabled)


def _steer(name: str, speaker: Speaker, predictor: Predictor) -> None:
    everyone = _speakers()
    st.session_state[_CHOSEN] = everyone.index(speaker)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.pills(
            "Who speaks",
            range(len(everyone)),
            format_func=lambda k: f"Speaker {k + 1}",
            key=_CHOSEN,
            required=True,
            label_visibility="collapsed",
            on_change=_given_to,
            args=(name,),
        )
        st.button("New speaker", icon=":material/add:", key="speaker-new", on_click=_new_speaker, args=(name,))
        later = speaker.later(name) if tuned() else 0
        if later:
            st.button(
                "Judge again",
                icon=":material/replay:",
                key="judge-again",
                on_click=speaker.judge_again,
                args=(name,),
                help=f"By all other recordings of this speaker; {later} of them came later.",
            )
        _read(predictor)
        with st.popover("More"):
            st.toggle("Tune to the speaker", key=_TUNED)
            _keep(predictor)


def _new_speaker(name: str) -> None:
    _speakers().append(Speaker())
    st.session_state[_CHOSEN] = len(_speakers()) - 1
    _given_to(name)


def _given_to(name: str) -> None:
    """The recording that is looked at is the chosen speaker's, and so are those that follow."""
    chosen = st.session_state[_CHOSEN]
    st.session_state[_CURRENT] = chosen
    for speaker in _speakers():
        speaker.drop(name)
    _speakers()[chosen].begin(name)


def _read(predictor: Predictor, *, disabled: bool = False) -> None:
    with st.popover("Read 10 s", icon=":material/record_voice_over:", disabled=disabled):
        st.markdown(f"In your **ordinary voice**, with the microphone that you use:\n\n> {PASSAGE}")
        # Another key empties the recorder and the uploader once they were used.
        number = st.session_state.setdefault(_ROUND, 0)
        why = microphone.trouble("microphone-voice")
        if why:
            st.info(why, icon=":material/mic_off:")
        recording = st.audio_input("Your ordinary voice", key=f"voice-read-{number}", disabled=why is not None)
        uploads = st.file_uploader(
            "Or clips of the same voice", type=ENDINGS, accept_multiple_files=True, key=f"voice-clips-{number}"
        )
        given = [Sound("passage.wav", recording.getvalue())] if recording else []
        given += [Sound(upload.name, upload.getvalue()) for upload in uploads]
        # Above the button: what stands below it is out of sight in a short window.
        trouble = st.container()
        if st.button("Use it", type="primary", icon=":material/check:", disabled=not given, key="voice-use"):
            _take(predictor, given, trouble)


def _take(predictor: Predictor, sounds: list[Sound], trouble: st.delta_generator.DeltaGenerator) -> None:
    try:
        speech = {_name(sound.digest): predictor.speech_of(cached.clip(sound.data, sound.name)) for sound in sounds}
        predictor.profile_of_sums(speech.values())
    except (audio.AudioError, ProfileError) as error:
        trouble.error(foreign.plain(error))
        return
    for name, added in speech.items():
        _current().add(name, predictor, added)
    st.session_state[_ROUND] += 1
    if st.session_state.get(_KEPT):
        _write(predictor)
    st.rerun()


def _keep(predictor: Predictor) -> None:
    if not visitor.may_keep():
        st.caption("Of every recording averages are held, no sound; they are forgotten when you close the page.")
    else:
        if kept_profiles.refused():
            st.info("The voice that was kept is damaged or of another version of this program, and is not used.")
        kept = bool(kept_profiles.kept())
        keep = st.toggle("Keep this speaker for my next visit", value=kept, key=_KEPT)
        st.caption("Kept are averages, no sound; switched off, they are deleted.")
        if keep != kept:
            _write(predictor) if keep else kept_profiles.forget()
    if st.button("Forget all speakers", icon=":material/delete:", type="tertiary", key="voice-forget"):
        if visitor.may_keep():
            kept_profiles.forget()
        for key in (_SPEAKERS, _CURRENT, _FILES, _GROUPS, _KEPT):
            st.session_state.pop(key, None)
        st.rerun()


def _write(predictor: Predictor) -> None:
    profile = _current().profile(predictor)
    if profile is not None:
        kept_profiles.keep([profile])


def _of(profile: VoiceProfile) -> str:
    return "1 earlier recording" if profile.clips == 1 else f"{profile.clips} earlier recordings"


def _add(speaker: Speaker, name: str, clip: audio.Clip, takes: list[Predictor]) -> None:
    # Two people on two channels are no speaker's.
    for predictor in [] if clip.apart else takes:
        if speaker.lacks(name, predictor):
            speaker.add(name, predictor, predictor.speech_of(clip))


def _name(key: str) -> str:
    """A recording's name, of the key of it, of a part, of a channel or of a changed form of it."""
    return key[:DIGEST]


def _profile(predictor: Predictor, name: str) -> VoiceProfile | None:
    if not name:
        return _current().profile(predictor)
    files: dict[str, Speaker | None] = st.session_state.get(_FILES, {})
    if name in files:
        together = files[name]
        return None if together is None else together.profile(predictor)
    speaker = _whose(name)
    return None if speaker is None else speaker.profile(predictor, name)


def _whose(name: str) -> Speaker | None:
    """The speaker whose recording it is; None where it is of nobody who is here, or one of many files."""
    if _FILES in st.session_state:
        return None
    return next((speaker for speaker in _speakers() if speaker.knows(name)), None)


def _speakers() -> list[Speaker]:
    """Everyone who spoke in this visit, at least one; the first begins with what was kept."""
    if _SPEAKERS not in st.session_state:
        st.session_state[_SPEAKERS] = [Speaker(kept_profiles.kept() if visitor.may_keep() else ())]
    everyone: list[Speaker] = st.session_state[_SPEAKERS]
    return everyone


def _current() -> Speaker:
    return _speakers()[st.session_state.get(_CURRENT, 0)]


def _that_take_one(models: list[Run]) -> list[Predictor]:
    predictors: list[Predictor] = []
    if settings.school_class():
        return predictors
    for run in models:
        try:
            predictor = cached.predictor(run)
        except (RunError, GraphError, OSError):
            # Its answer says what is wrong with it.
            continue
        if predictor.takes_profile:
            predictors.append(predictor)
    return predictors
