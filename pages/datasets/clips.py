"""The clips: filter, select one, hear and see it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ser_core import audio, figures
from ser_core.corpora.base import Corpus
from ser_core.corpora.reading import ClipReader
from ser_core.features import logmel

FILTERS = ("emotion", "speaker", "sentence", "intensity", "sex")
SHOWN = ("clip", "emotion", "speaker", "sentence", "intensity", "sex", "age", "flag")


def show(corpus: Corpus) -> None:
    """Draw the filters, the table, and the selected clip."""
    table = _filtered(corpus)
    st.caption(f"{len(table):,} of {len(corpus.clips):,} clips. Select a row to hear and see it.")
    columns = [name for name in SHOWN if name in table and table[name].replace("", pd.NA).notna().any()]
    chosen = st.dataframe(
        table[columns], hide_index=True, on_select="rerun", selection_mode="single-row", key="clips", height=320
    )
    rows = chosen["selection"]["rows"]
    if rows and rows[0] < len(table):
        _clip(table.iloc[rows[0]])


def _filtered(corpus: Corpus) -> pd.DataFrame:
    table = corpus.clips
    present = [name for name in FILTERS if corpus.clips[name].replace("", pd.NA).nunique() > 1]
    for name, column in zip(present, st.columns(max(1, len(present))), strict=False):
        wanted = column.multiselect(name.capitalize(), sorted(set(corpus.clips[name]) - {""}), key=f"filter-{name}")
        if wanted:
            table = table[table[name].isin(wanted)]
    return table


def _clip(row: pd.Series) -> None:
    try:
        clip = ClipReader().read(row["path"], row["start"], row["end"])
    except (audio.AudioError, OSError) as error:
        st.error(str(error))
        return
    said = f" “{row['sentence']}”" if row["sentence"] else ""
    st.markdown(f"**{row['clip']}** · {row['emotion']} · speaker {row['speaker']}{said}")
    st.audio(audio.encode_wav(clip.samples), format="audio/wav")
    spec = logmel.LogMelSpec()
    figure = figures.wave_and_mel(
        clip.samples, clip.sample_rate, logmel.extract(clip.samples, spec), logmel.mel_hz(spec), spec.hop_s
    )
    st.plotly_chart(figure, key="clip-pictures", alt="Waveform above mel-spectrogram of the selected clip")
    for finding in audio.findings(clip):
        st.caption(f":material/warning: {finding.message}")
