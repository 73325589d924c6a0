"""Many files: a table of answers, a CSV of it, and the row that is looked at."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.analyze import answer
from pages.widgets import cached, spreadsheet, training_overlap, words
from pages.widgets.audio_source import Sound
from ser_core import audio
from ser_core.runs import Run


def choose(sounds: list[Sound], models: list[Run]) -> Sound:
    """Draw the table of all files and return the one whose row is selected (the first until then)."""
    rows = []
    bar = st.progress(0.0, text="Listening …") if len(sounds) > 3 else None
    for number, sound in enumerate(sounds, start=1):
        rows.append(_row(sound, models))
        if bar:
            bar.progress(number / len(sounds), text=f"{number} of {len(sounds)} files")
    if bar:
        bar.empty()
    table = pd.DataFrame(rows)
    st.markdown(f"##### {len(sounds)} files")
    shares = [column for column in table.columns if " p " in f" {column} " or column.startswith("p ")]
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="files",
        column_config={
            column: st.column_config.ProgressColumn(column, min_value=0, max_value=1, format="percent")
            for column in shares
        },
    )
    st.caption("Select a row for its player and pictures.")
    st.download_button(
        "Table (CSV)",
        spreadsheet.csv(table),
        "answers.csv",
        "text/csv",
        help=spreadsheet.SAID,
        icon=":material/download:",
        on_click="ignore",
    )
    selected = chosen["selection"]["rows"]
    return sounds[selected[0]] if selected and selected[0] < len(sounds) else sounds[0]


def _row(sound: Sound, models: list[Run]) -> dict[str, object]:
    try:
        clip = cached.clip(sound.data, sound.name)
    except audio.AudioError as error:
        return {"file": sound.name, "findings": str(error)}
    # Findings stand beside the name: an unreadable file's sentence must not lie off screen.
    said = "; ".join(finding.message for finding in audio.findings(clip))
    row: dict[str, object] = {"file": sound.name, "findings": said, "duration (s)": round(clip.duration, 2)}
    for run in models:
        prediction = answer.prediction_of(sound.digest, clip, run)
        if prediction is None:
            continue
        named = f"{run.name}: " if len(models) > 1 else ""
        apart = "; ".join(f"{name}: {words.headline(channel)}" for name, channel in prediction.channels.items())
        row[f"{named}answer"] = apart or words.headline(prediction)
        row[f"{named}label"] = prediction.label
        if len(models) == 1:
            row |= {
                f"p {label}": float(p) for label, p in zip(prediction.labels, prediction.probabilities, strict=True)
            }
        else:
            row[f"{named}p"] = prediction.confidence
        met = training_overlap.words(run, digest=clip.pcm16_sha256_16)
        if met:
            row[f"{named}model was"] = met
    return row
