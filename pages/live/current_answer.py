"""What is heard now: the answer, the probabilities, the level. Drawn as one piece of HTML, because it changes twice a second."""

from __future__ import annotations

import html
import math

import streamlit as st

from pages.live.microphone_stream import MicrophoneStream
from pages.widgets import numbers, words
from ser_core import figures, streaming
from ser_core.features import profile

#: The level meter's quiet end, in dBFS.
QUIET_DB = -60.0


def show(stream: MicrophoneStream, heard: streaming.Snapshot) -> None:
    """Draw the state of the newest window, its probabilities and the level."""
    entry = heard.entries[-1] if heard.entries else None
    said, bars = st.columns([2, 3], gap="large")
    with said:
        st.html(_headline(heard, entry) + _level(heard) + _tuning(entry))
        st.caption(_figures(stream, heard, entry))
    with bars:
        st.html(_bars(heard, entry))


def headline(labels: tuple[str, ...], entry: streaming.Entry | None) -> tuple[str, str]:
    """Return the answer in a few words, and what stands below it."""
    if entry is None:
        return "Listening …", "The first answer comes after two seconds."
    if entry.state == streaming.NO_SPEECH:
        return words.NO_SPEECH, "Nobody speaks, or not loud enough."
    (p, first), (q, second) = sorted(zip(entry.smoothed.tolist(), labels, strict=True), reverse=True)[:2]
    if entry.state == streaming.UNCERTAIN:
        return "Uncertain", f"Perhaps {first} ({numbers.percent(p)}), perhaps {second} ({numbers.percent(q)})."
    return f"{first.capitalize()} · {numbers.percent(p)}", f"Next comes {second} ({numbers.percent(q)})."


def _headline(heard: streaming.Snapshot, entry: streaming.Entry | None) -> str:
    above, below = headline(heard.labels, entry)
    emotion = "neutral"
    if entry is not None and entry.state == streaming.EMOTION:
        emotion = heard.labels[int(entry.smoothed.argmax())]
    last = -1 if entry is None else entry.last
    return (
        f'<div style="border-left:6px solid {figures.colour(emotion)};padding-left:.75rem">'
        f'<div style="font-size:2.1rem;font-weight:650;line-height:1.2" data-testid="live-answer" data-last="{last}">'
        f'{html.escape(above)}</div><div style="opacity:.8;min-height:1.5em">{html.escape(below)}</div></div>'
    )


def _bars(heard: streaming.Snapshot, entry: streaming.Entry | None) -> str:
    silent = entry is None or entry.state == streaming.NO_SPEECH
    rows = []
    for k, label in enumerate(heard.labels):
        share = 0.0 if silent or entry is None else float(entry.smoothed[k])
        rows.append(
            f"<div>{html.escape(label)}</div>"
            f'<div style="background:rgba(127,127,127,.15);border-radius:3px"><div style="width:{100 * share:.1f}%;height:1rem;'
            f'border-radius:3px;background:{figures.colour(label)}"></div></div>'
            f'<div style="text-align:right">{"" if silent else numbers.percent(share)}</div>'
        )
    return (
        '<div style="display:grid;grid-template-columns:max-content 1fr 3.2rem;gap:.3rem .6rem;align-items:center">'
        + "".join(rows)
        + "</div>"
    )


def _level(heard: streaming.Snapshot) -> str:
    width = 100 * _place(heard.level_db)
    peak = 100 * _place(heard.peak_db)
    colour = "#D55E00" if heard.peak_db > -1.0 else figures.WAVE_COLOUR
    said = "silence" if math.isinf(heard.level_db) else f"{heard.level_db:.0f} dBFS"
    return (
        f'<div style="display:flex;gap:.6rem;align-items:center;margin-top:.9rem" role="img" aria-label="Level: {said}">'
        '<div style="opacity:.8">Level</div>'
        '<div style="position:relative;flex:1;height:.6rem;border-radius:3px;background:rgba(127,127,127,.15)">'
        f'<div style="width:{width:.1f}%;height:100%;border-radius:3px;background:{colour}"></div>'
        f'<div style="position:absolute;top:0;left:{peak:.1f}%;width:2px;height:100%;background:{colour}"></div></div>'
        f'<div style="opacity:.8;min-width:4.6rem;text-align:right">{said}</div></div>'
    )


def _tuning(entry: streaming.Entry | None) -> str:
    """How far the model goes by the voice: a bar that grows with what was said."""
    if entry is None or not (entry.profile_s or entry.counts):
        return ""
    weight = float(profile.weight(entry.profile_s))
    said = f"{entry.profile_s:.0f} s of speaker {entry.speaker}"
    return (
        f'<div style="display:flex;gap:.6rem;align-items:center;margin-top:.5rem" role="img" aria-label="Tuned to {said}">'
        '<div style="opacity:.8">Tuned</div>'
        '<div style="flex:1;height:.6rem;border-radius:3px;background:rgba(127,127,127,.15)">'
        f'<div style="width:{100 * weight:.1f}%;height:100%;border-radius:3px;background:{figures.WAVE_COLOUR}"></div></div>'
        f'<div style="opacity:.8;min-width:4.6rem;text-align:right" data-testid="tuned-to">{said}</div></div>'
    )


def _place(level_db: float) -> float:
    return min(1.0, max(0.0, 1.0 - level_db / QUIET_DB))


def _figures(stream: MicrophoneStream, heard: streaming.Snapshot, entry: streaming.Entry | None) -> str:
    parts = [f"heard {numbers.seconds(heard.heard_s)}"]
    if entry is not None:
        parts.append(f"latency {1000 * stream.note_shown(entry):.0f} ms")
    parts.append(f"dropped {numbers.seconds(heard.dropped_s)}")
    if heard.skipped:
        parts.append(f"{heard.skipped} {'window' if heard.skipped == 1 else 'windows'} passed over")
    if heard.gaps:
        parts.append(f"{heard.gaps} gaps")
    return " · ".join(parts)
