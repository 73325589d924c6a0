"""Look closer: the parameters of a picture as sliders, marked as picture only, and one click back to what a model sees."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import streamlit as st

from pages.analyze import model_inputs
from ser_core.features import logmel, msf, spectral
from ser_core.runs import Run

#: Interpolates the spectrum of any window here, so that narrow bands are not empty.
FINE_N_FFT = 2048


@dataclass(frozen=True)
class Knob:
    """One slider: its name in the state, label, range and step, and where the model has it."""

    name: str
    label: str
    low: float
    high: float
    step: float
    standard: float

    @property
    def key(self) -> str:
        # The standard is part of it: another model brings another one, and its slider begins there.
        return f"closer-{self.name}-{self.standard:g}"

    @property
    def _whole(self) -> bool:
        return all(float(number).is_integer() for number in (self.low, self.high, self.step, self.standard))

    def _number(self, value: float) -> float:
        return int(value) if self._whole else float(value)

    def draw(self) -> float:
        """Draw the slider and return where it stands; at first, and after a while unseen, where the model has it."""
        st.session_state.setdefault(self.key, self._number(self.standard))
        low, high, step = (self._number(number) for number in (self.low, self.high, self.step))
        return st.slider(self.label, low, high, step=step, format=None if self._whole else "%g", key=self.key)

    def back(self) -> None:
        """Put the slider to where the model has it."""
        st.session_state[self.key] = self._number(self.standard)


def mel(models: list[Run]) -> tuple[logmel.LogMelSpec, str]:
    """Draw the sliders of the mel-spectrogram; return its parameters and what marks the picture (empty: as the model)."""
    name, spec = model_inputs.logmel_spec(models)
    per_ms = spec.sample_rate / 1000
    window, hop, bands = _panel(
        "mel",
        "Mel-spectrogram",
        f"{_who(name)} a window of {spec.win_length / per_ms:g} ms every {spec.hop_length / per_ms:g} ms and {spec.n_mels} bands.",
        Knob("mel-window", "Window (ms)", 4, 100, 0.5, spec.win_length / per_ms),
        Knob("mel-hop", "Hop (ms)", 2.5, 50, 0.5, spec.hop_length / per_ms),
        Knob("mel-bands", "Bands", 16, 160, 1, spec.n_mels),
    )
    chosen = dataclasses.replace(
        spec, win_length=round(window * per_ms), hop_length=round(hop * per_ms), n_mels=round(bands)
    )
    if chosen == spec:
        return spec, ""
    if chosen.win_length > spec.n_fft or chosen.n_mels > spec.n_mels:
        chosen = dataclasses.replace(chosen, n_fft=FINE_N_FFT)
    return chosen, f"picture only: {window:g} ms every {hop:g} ms, {bands:g} bands"


def descriptors(models: list[Run]) -> tuple[spectral.SpectralSpec, str]:
    """Draw the sliders of MFCC, chroma and descriptors; return their parameters and what marks the pictures."""
    name, spec = model_inputs.spectral_spec(models)
    per_ms = spec.sample_rate / 1000
    window, hop, bands, coefficients = _panel(
        "spectral",
        "MFCC, chroma, descriptors",
        f"{_who(name)} a window of {spec.win_length / per_ms:g} ms every {spec.hop_length / per_ms:g} ms, {spec.n_mels} mel "
        f"bands and {spec.n_mfcc} coefficients.",
        Knob("spectral-window", "Window (ms)", 32, 128, 1, spec.win_length / per_ms),
        Knob("spectral-hop", "Hop (ms)", 4, 64, 1, spec.hop_length / per_ms),
        Knob("spectral-bands", "Mel bands", 20, 128, 1, spec.n_mels),
        Knob("spectral-coefficients", "MFCC coefficients", 5, 100, 1, spec.n_mfcc),
    )
    kept = min(coefficients, bands)
    window_length = round(window * per_ms)
    chosen = dataclasses.replace(
        spec,
        n_fft=window_length if window_length != spec.win_length else spec.n_fft,
        win_length=window_length,
        hop_length=round(hop * per_ms),
        n_mels=round(bands),
        n_mfcc=round(kept),
    )
    if chosen == spec:
        return spec, ""
    return chosen, f"picture only: {window:g} ms every {hop:g} ms, {bands:g} bands, {kept:g} coefficients"


def modulation(models: list[Run]) -> tuple[msf.MsfSpec, str]:
    """Draw the sliders of the modulation spectrum; return its parameters and what marks the picture."""
    name, spec = model_inputs.msf_spec(models)
    frame_ms, bands, rates = _panel(
        "msf",
        "Modulation (MSF)",
        f"{_who(name)} the preset {spec.name}: frames of {1000 * spec.frame_s:g} ms, {spec.bands} acoustic and {spec.modulations} modulation bands.",
        Knob("msf-frame", "Frame (ms)", 128, 1024, 64, 1000 * spec.frame_s),
        Knob("msf-bands", "Acoustic bands", 8, 40, 1, spec.bands),
        Knob("msf-rates", "Modulation bands", 3, 12, 1, spec.modulations),
    )
    chosen = dataclasses.replace(spec, frame_s=frame_ms / 1000, bands=round(bands), modulations=round(rates))
    if chosen == spec:
        return spec, ""
    # Groups and columns serve measures that are not drawn; they must fit the bands all the same.
    return (
        dataclasses.replace(chosen, name="picture", group_ends=(chosen.bands,), columns=(1,)),
        f"picture only: frames of {frame_ms:g} ms, {bands:g} × {rates:g} bands",
    )


def _who(name: str | None) -> str:
    if name is None:
        return "Picture only; no picked model is fed with it. This program's own choice is"
    return f"Picture only; **{name}** uses"


def _panel(name: str, title: str, says: str, *knobs: Knob) -> list[float]:
    st.markdown(f"**{title}**")
    values = [knob.draw() for knob in knobs]
    st.caption(says)
    moved = any(value != knob.standard for value, knob in zip(values, knobs, strict=True))
    st.button(
        "As the model sees it",
        key=f"closer-{name}-back",
        icon=":material/undo:",
        on_click=_back,
        args=(knobs,),
        disabled=not moved,
    )
    return values


def _back(knobs: tuple[Knob, ...]) -> None:
    for knob in knobs:
        knob.back()
