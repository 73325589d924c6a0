"""What augmentation does to a clip: each change alone, to be heard and seen, and what the models say then."""

from __future__ import annotations

import dataclasses

import numpy as np
import streamlit as st

from pages.analyze import answer, computed, player
from pages.analyze.pictures import CAMERA
from pages.widgets import cached, foreign, words
from ser_core import audio, figures
from ser_core.augment import picture, waveform
from ser_core.augment.picture import PictureAugmentation
from ser_core.features import logmel, sources
from ser_core.runs import Run, RunError

SOUND, PICTURE = "On the sound", "On the picture"
#: Longest stretch that is changed, in seconds.
CHANGED_S = 10.0
SOUNDS = {
    "noise": ("Noise", "White noise is added, {0:g} to {1:g} dB below the voice: as in a room or a cheap microphone."),
    "pitch": ("Pitch", "The voice moves up or down by up to {0:g} semitones at the same speed: as another speaker."),
    "stretch": (
        "Speed",
        "The clip gets slower or faster by up to {0:.0%} at the same pitch: as a calmer or a hastier speaker.",
    ),
    "gain": ("Gain", "The clip gets louder or softer by up to {0:g} dB: as another distance from the microphone."),
    "equalizer": (
        "Equalizer",
        "Seven broad bands are raised or lowered by up to {0:g} dB each: as another microphone.",
    ),
    "shift": ("Shift", "The clip moves in time by up to {0:.0%} of its length; silence takes its place."),
}
_VALUES = {
    "noise": "noise_snr_db",
    "pitch": "pitch_semitones",
    "stretch": "stretch",
    "gain": "gain_db",
    "equalizer": "equalizer_db",
    "shift": "shift",
}
PICTURES: dict[str, tuple[str, str, PictureAugmentation]] = {
    "masks": (
        "Masks",
        "SpecAugment hides some bands and some moments: the model must not rest on any of them alone.",
        dataclasses.replace(picture.NONE, mel_masks=1, time_masks=2, mask_by_band=False),
    ),
    "stretch": (
        "Speed",
        "The picture is squeezed or stretched in time by up to 15 %: as a hastier or a calmer speaker.",
        dataclasses.replace(picture.NONE, stretch=0.15),
    ),
    "bands": (
        "Pitch",
        "The picture moves up or down by up to three mel bands: as another speaker.",
        dataclasses.replace(picture.NONE, shift_bands=3),
    ),
    "tilt": (
        "Tilt",
        "High frequencies are raised against low ones, or the other way round, by up to 12 dB: as another microphone.",
        dataclasses.replace(picture.NONE, tilt_db=12.0),
    ),
    "noise": (
        "Noise",
        "Steady noise of a random colour is added, 0 to 20 dB below the voice: as another room.",
        dataclasses.replace(picture.NONE, noise=1.0, noise_snr_db=(0.0, 20.0)),
    ),
    "room": (
        "Room",
        "The tail of a room is added, that decays by 60 dB in 0.5 to 1 s.",
        dataclasses.replace(picture.NONE, reverb=1.0, reverb_s=(0.5, 1.0), reverb_db=(-6.0, 0.0)),
    ),
    "line": (
        "Line",
        "The lowest and the highest bands are taken away, as a telephone or a codec does.",
        dataclasses.replace(picture.NONE, band_limit=1.0),
    ),
}


@st.fragment
def show(key: str, clip: audio.Clip, models: list[Run]) -> None:
    """Draw the choice of one change, and the clip before and after it."""
    st.markdown("##### What augmentation does")
    st.caption(
        "In training clips are changed a little, so that a model learns the emotion and not the recording. Here each change "
        "stands alone and is strong enough to be noticed."
    )
    clip = player.beginning(clip, CHANGED_S, said=True)
    kind = st.segmented_control(
        "What is changed",
        [SOUND, PICTURE],
        default=SOUND,
        required=True,
        key="augment-kind",
        label_visibility="collapsed",
    )
    if kind == SOUND:
        _sound(key, clip, models)
    else:
        _picture(key, clip, models)


def _sound(key: str, clip: audio.Clip, models: list[Run]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        name = _one("augment-sound", {name: title for name, (title, _) in SOUNDS.items()})
        seed = _draw_again("sound")
    augmentation = waveform.SINGLE[name]
    value = getattr(augmentation, _VALUES[name])
    st.caption(SOUNDS[name][1].format(*(value if isinstance(value, tuple) else (value,))))
    try:
        changed = computed.changed(f"{key}@{clip.duration:g}", augmentation, seed, clip.samples)
    except waveform.AugmentationError:
        st.info(
            "Changing sounds needs the package audiomentations, which this installation lacks. The changes of the picture work."
        )
        return
    before, after = st.columns(2, gap="large")
    before.caption("Before")
    before.audio(audio.encode_wav(clip.samples), format="audio/wav")
    after.caption("After")
    after.audio(audio.encode_wav(changed), format="audio/wav")
    for run in models:
        _answers(key, f"{name}-{seed}", clip, dataclasses.replace(clip, samples=changed), run)
    spec = logmel.LogMelSpec()
    pictures = [logmel.extract(samples, spec) for samples in (clip.samples, changed)]
    loudest = max(float(mel.max()) for mel in pictures)
    peak = float(max(np.abs(clip.samples).max(initial=0.0), np.abs(changed).max(initial=0.0)))
    rows: list[figures.Row] = []
    for when, samples, mel in zip(("before", "after"), (clip.samples, changed), pictures, strict=True):
        rows.append(figures.Wave(samples, audio.SAMPLE_RATE, f"Waveform {when}", peak, height=80))
        rows.append(_mel(mel, f"Mel-spectrogram {when}", loudest, spec))
    _chart(rows, key)


def _picture(key: str, clip: audio.Clip, models: list[Run]) -> None:
    trained = _trained_with(models)
    titles = {name: title for name, (title, _, _) in PICTURES.items()}
    with st.container(horizontal=True, vertical_alignment="center"):
        name = _one("augment-picture", titles | {run: f"As {run} in training" for run in trained})
        seed = _draw_again("picture")
    if name in PICTURES:
        _, says, augmentation = PICTURES[name]
    else:
        augmentation = trained[name]
        says = (
            f"All changes together, each as strong as in the training of {name}; mixing with another clip is left out."
        )
    st.caption(says)
    spec = logmel.LogMelSpec()
    before = cached.logmel_of(f"{key}@{clip.duration:g}", clip)
    random = np.random.default_rng(seed)
    after = augmentation.mask(augmentation.change(before, random), random)
    loudest = float(max(before.max(), after.max()))
    _chart([_mel(before, "Before", loudest, spec, 180), _mel(after, "After", loudest, spec, 180)], key)


def _one(key: str, titles: dict[str, str]) -> str:
    names = list(titles)
    picked = st.segmented_control(
        "Change",
        names,
        default=names[0],
        format_func=lambda name: titles[name],
        required=True,
        key=key,
        label_visibility="collapsed",
    )
    return picked if picked in titles else names[0]


def _draw_again(kind: str) -> int:
    state = f"augment-{kind}-seed"
    if st.button(
        "Draw again", icon=":material/casino:", key=f"augment-{kind}-again", help="Another draw from the same range"
    ):
        st.session_state[state] = st.session_state.get(state, 0) + 1
    return int(st.session_state.get(state, 0))


def _answers(key: str, change: str, before: audio.Clip, after: audio.Clip, run: Run) -> None:
    first = answer.prediction_of(f"{key}@{before.duration:g}", before, run)
    second = answer.prediction_of(f"{key}+{change}", after, run)
    if first is not None and second is not None:
        st.markdown(f"**{foreign.plain(run.name)}** before: {words.headline(first)}, after: {words.headline(second)}")


def _trained_with(models: list[Run]) -> dict[str, PictureAugmentation]:
    changes = {}
    for run in models:
        try:
            recipe = run.trained_by
        except RunError:
            continue
        # Changes of other features cannot be drawn on a mel-spectrogram.
        if [one.source for one in recipe.feature_set.inputs] == [sources.LogMelSource()] and recipe.picture is not None:
            changes[run.name] = recipe.picture
    return changes


def _mel(values: np.ndarray, title: str, loudest: float, spec: logmel.LogMelSpec, height: int = 160) -> figures.Picture:
    return figures.mel_picture(values, logmel.mel_hz(spec), spec.hop_s, title=title, loudest_db=loudest, height=height)


def _chart(rows: list[figures.Row], key: str) -> None:
    span = max(row.span_s for row in rows)
    st.plotly_chart(
        figures.stacked(rows, span_s=span),
        key=f"augment-{key}",
        config=CAMERA,
        alt="The clip before and after the change",
    )
