"""Many files: a table of answers, a CSV of it, and the row that is looked at."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from pages.analyze import answer
from pages.widgets import cached, foreign, in_url, spreadsheet, training_overlap, voice_profile, words
from pages.widgets.audio_source import Sound
from ser_core import audio
from ser_core.runs import Run

#: How many files are told apart by who speaks in them.
WHO = {
    "each": "One speaker each, not tuned",
    "one": "All of one speaker",
    "name": "By the start of the name",
    "table": "By a column",
}


def choose(sounds: list[Sound], models: list[Run]) -> Sound:
    """Draw the table of all files and return the one whose row is selected (the first until then)."""
    _speakers(sounds, models)
    rows = []
    bar = st.progress(0.0, text="Listening …") if len(sounds) > 3 else None
    for number, sound in enumerate(sounds, start=1):
        rows.append(_row(sound, models))
        if bar:
            bar.progress(number / len(sounds), text=f"{number} of {len(sounds)} files")
    if bar:
        bar.empty()
    # The columns in the order of a file that could be read.
    order = dict.fromkeys(column for row in sorted(rows, key=len, reverse=True) for column in row)
    table = pd.DataFrame(rows, columns=list(order))
    st.markdown(f"##### {len(sounds)} files")
    # The answer says the label; where nobody speaks no emotion has a bar.
    shares = [column for column in table.columns if column.startswith("p ") or column.split(": ")[-1] == "p"]
    drawn = table[[column for column in table.columns if column.split(": ")[-1] != "label"]].copy()
    silent = table.filter(regex="answer$").eq(words.NO_SPEECH).any(axis=1)
    drawn[shares] = (100 * drawn[shares].astype(float)).mask(silent)
    chosen = st.dataframe(
        drawn,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="files",
        column_config={
            column: st.column_config.ProgressColumn(
                foreign.plain(re.sub(r"p$", "probability", column.removeprefix("p "))),
                min_value=0,
                max_value=100,
                format="%.0f %%",
            )
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


def _speakers(sounds: list[Sound], models: list[Run]) -> None:
    """Ask who speaks in which file, where a model can be tuned to it; every file is then judged by all of its speaker's."""
    if not voice_profile.takes_one(models):
        return
    who = in_url.segmented("speakers", "Who speaks", WHO, labelled=True)
    named = [_start(sound.name) for sound in sounds]
    if who == "table":
        table = pd.DataFrame({"file": [sound.name for sound in sounds], "speaker": named})
        edited = st.data_editor(table, disabled=["file"], hide_index=True, key="speakers-table")
        named = [str(name or "").strip() for name in edited["speaker"]]
    groups: dict[str, list[Sound]] = {}
    for sound, name in zip(sounds, named, strict=True):
        groups.setdefault({"each": "", "one": "all"}.get(who, name), []).append(sound)
    if who in ("name", "table"):
        said = ", ".join(f"{foreign.plain(name)} ({len(theirs)})" for name, theirs in groups.items() if name)
        st.caption(f"Speakers: {said or 'none'}")
    voice_profile.meet_all(groups, _clip, models)


def _start(name: str) -> str:
    """What a file's name says before the first `_`, `-`, `.` or blank."""
    return re.split(r"[_\-.\s]", name, maxsplit=1)[0]


def _clip(sound: Sound) -> audio.Clip | None:
    try:
        return cached.clip(sound.data, sound.name)
    except audio.AudioError:
        # Its row says what is wrong with it.
        return None


def _row(sound: Sound, models: list[Run]) -> dict[str, object]:
    try:
        clip = cached.clip(sound.data, sound.name)
    except audio.AudioError as error:
        # Beside the name: an unreadable file's sentence must not lie off screen.
        return {"file": sound.name, "answer": f"Cannot be read: {error}"}
    row: dict[str, object] = {"file": sound.name}
    more: dict[str, object] = {"duration (s)": round(clip.duration, 2)}
    if voice_profile.takes_one(models):
        more["tuned to (s)"] = 0.0
    for run in models:
        prediction = answer.prediction_of(sound.digest, clip, run)
        if prediction is None:
            continue
        named = f"{run.name}: " if len(models) > 1 else ""
        apart = "; ".join(f"{name}: {words.headline(channel)}" for name, channel in prediction.channels.items())
        row[f"{named}answer"] = apart or words.headline(prediction)
        row[f"{named}p"] = prediction.confidence
        more[f"{named}label"] = prediction.label
        if prediction.profile is not None:
            more["tuned to (s)"] = round(prediction.profile.seconds, 2)
        if len(models) == 1:
            more |= {
                f"p {label}": float(p) for label, p in zip(prediction.labels, prediction.probabilities, strict=True)
            }
        met = training_overlap.words(run, digest=clip.pcm16_sha256_16)
        if met:
            more[f"{named}model was"] = met
    findings = "; ".join(finding.message for finding in audio.findings(clip))
    return {**row, **more, "findings": findings}
