"""A session to take away: the sound, the timeline, and what they mean, in one ZIP file."""

from __future__ import annotations

import csv
import io
import math
import tempfile
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

import soundfile

from ser_core import audio
from ser_core.streaming.judge import NO_SPEECH, Entry
from ser_core.streaming.session import Session

_README = """\
A live session of the SER dashboard, judged by the model '{model}'.

audio.wav     {seconds:.2f} s of sound as the model heard it: mono, 16 kHz, 32-bit float.
timeline.csv  one row a window, in order.

first_sample, last_sample  the window's first and last sample in audio.wav, counted from 0, both included
start_s, end_s             the same in seconds
label, decision, p_*       what the model says of exactly these samples, as `python -m ser_core predict` does for a file
                           that holds them: the most probable emotion; emotion, uncertain or no-speech; the probabilities
state                      what the page showed: no-speech where nobody spoke at the window's end, else emotion or
                           uncertain by the smoothed probabilities
smoothed_label, smoothed_* the probabilities smoothed from window to window (exponential, time constant 1 s; begun anew
                           after no-speech and after a gap in the stream); empty where nobody spoke
latency_s                  from the arrival of the window's last sample to the answer
speaker                    who spoke: 1, and one more whenever New speaker was pressed
profile_s                  seconds of speech of the voice profile that the row was judged by; 0: not tuned
in_profile                 1: the window is part of the profile of every later row of the same speaker that begins after its
                           last sample, and so are {begun}

In Python, the samples of a row: samples[first_sample : last_sample + 1].
Windows end every half second, are up to 3 s long, and none spans a gap in the stream of more than 0.2 s. Sound that
never arrived is not in the file (gaps of up to 0.2 s are filled with silence).{cut}
"""

_BEGUN = "the recordings before it (voice-profile.json), for speaker 1"
_BY_VOICE = "\nvoice-profile.json  the voice profile that it began with: `predict --profile voice-profile.json`.\n"


def save(session: Session, out: BinaryIO) -> None:
    """Write the session as a ZIP file: audio.wav, timeline.csv, README.txt. It may still be listening.

    A session longer than what is kept begins with the oldest kept sample, and samples are counted from there. Raises
    IndexError where the session is closed.
    """
    entries = session.entries()
    stop = session.recording.end
    # A second more: while this is written, the oldest sound may still be overwritten.
    start = session.recording.start
    start += audio.SAMPLE_RATE if start else 0
    kept = [entry for entry in entries if entry.first >= start and entry.last < stop]
    cut = "\nThe session was longer than what is kept; its beginning is not here." if start else ""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with tempfile.TemporaryFile() as wav:
            with soundfile.SoundFile(wav, "w", audio.SAMPLE_RATE, 1, "FLOAT", format="WAV") as sound:
                for block in session.recording.blocks(start, stop):
                    sound.write(block)
            wav.seek(0)
            with archive.open("audio.wav", "w", force_zip64=True) as target:
                while data := wav.read(1 << 20):
                    target.write(data)
        archive.writestr("timeline.csv", timeline_csv(session.labels, kept, start))
        by_voice = ""
        if session.voice is not None:
            archive.writestr("voice-profile.json", session.voice.to_json())
            by_voice = _BY_VOICE
        text = _README.format(
            model=session.model,
            begun=_BEGUN if session.voice else "no others",
            seconds=(stop - start) / audio.SAMPLE_RATE,
            cut=by_voice + cut,
        )
        archive.writestr("README.txt", text)


def timeline_csv(labels: tuple[str, ...], entries: list[Entry], start: int = 0) -> str:
    """Return the timeline as CSV, a row an entry; samples are counted from `start`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["first_sample", "last_sample", "start_s", "end_s", "state", "label", "decision"]
    shares = [f"p_{label}" for label in labels]
    smoothed = [f"smoothed_{label}" for label in labels]
    writer.writerow([*head, *shares, "smoothed_label", *smoothed, "latency_s", "speaker", "profile_s", "in_profile"])
    writer.writerows(_rows(labels, entries, start))
    return out.getvalue()


def _rows(labels: tuple[str, ...], entries: list[Entry], start: int) -> Iterator[list[object]]:
    for entry in entries:
        silent = entry.state == NO_SPEECH
        first, last = entry.first - start, entry.last - start
        yield [
            first,
            last,
            first / audio.SAMPLE_RATE,
            (last + 1) / audio.SAMPLE_RATE,
            entry.state,
            entry.label,
            entry.decision,
            *(f"{p:.7g}" for p in entry.probabilities),
            "" if silent else labels[int(entry.smoothed.argmax())],
            *("" if math.isnan(p) else f"{p:.7g}" for p in entry.smoothed),
            f"{entry.latency_s:.3f}",
            entry.speaker,
            f"{entry.profile_s:.7g}",
            int(entry.counts),
        ]
