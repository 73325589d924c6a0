"""My recordings: labelled clips that a user makes class by class, kept as a corpus in SER_HOME/recordings.

The folder holds `recordings.csv`, which is a manifest like any other (file, emotion, speaker, sentence, sitting, recorded,
seconds), and one WAV a clip, 16 kHz mono, named by the program and never by the user.
"""

from __future__ import annotations

import csv
import io
import re
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import filelock
import pandas as pd

from ser_core import files, settings
from ser_core.corpora import own
from ser_core.corpora.base import Corpus, CorpusError, complete

if TYPE_CHECKING:
    from ser_core import audio

NAME = "recordings"
TABLE = "recordings.csv"
#: Longest name of a class, a sitting or a speaker, and longest sentence, in letters.
MAX_NAME, MAX_SENTENCE = 64, 500
_OUR_FILE = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}\.wav")


@dataclass(frozen=True)
class Recording:
    """One clip: its file's name, its class, who spoke, the sentence asked for, its sitting, when (UTC, ISO 8601), how long."""

    file: str
    emotion: str
    speaker: str
    sentence: str
    sitting: str
    recorded: str
    seconds: float

    @property
    def clip(self) -> str:
        """The clip's id."""
        return f"{NAME}/{self.file}"


class Recordings:
    """The recordings in one folder (default: SER_HOME/recordings). Several processes may use them at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or settings.home().recordings

    def new_sitting(self) -> str:
        """Return the id of a new sitting: what is recorded in one go, in one place; cross-validation leaves one out at a time."""
        return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"

    def add(
        self, sound: bytes | audio.Clip, emotion: str, *, sitting: str, sentence: str = "", speaker: str = "me"
    ) -> Recording:
        """Keep a clip under a class of any name.

        sound: a file's bytes in any format that can be read, or a decoded clip; the silence at its ends stays. Raises
        CorpusError for an empty or overlong name, AudioError for bytes that are no sound.
        """
        # Imported here: pages that only list corpora must not load the decoders.
        from ser_core import audio

        emotion, sitting = _named("class", emotion), _named("sitting", sitting)
        speaker, sentence = _named("speaker", speaker), _line(sentence)[:MAX_SENTENCE]
        clip = audio.decode(sound, name="The recording") if isinstance(sound, bytes) else sound
        now = datetime.now(UTC)
        made = Recording(
            f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.wav",
            emotion,
            speaker,
            sentence,
            sitting,
            now.isoformat(timespec="seconds"),
            round(clip.duration, 3),
        )
        with self._lock():
            with files.replacing(self.folder / made.file) as temporary:
                temporary.write_bytes(audio.encode_wav(clip.samples))
            self._write([*self._rows(), made])
        return made

    def list_all(self) -> list[Recording]:
        """Return the recordings in the order in which they were made."""
        return [made for made in self._rows() if (self.folder / made.file).is_file()]

    def path(self, file: str) -> Path:
        """Return where the recording called `file` lies. Raises CorpusError when there is none."""
        if not any(made.file == file for made in self.list_all()):
            raise CorpusError(f"There is no recording called {file}.")
        return self.folder / file

    def delete(self, file: str) -> None:
        """Remove one recording, its sound first. Raises CorpusError when there is none of this name."""
        with self._lock():
            self.path(file).unlink()
            self._write([made for made in self._rows() if made.file != file])

    def delete_all(self) -> int:
        """Remove every recording and return how many sound files went; other files in the folder stay."""
        with self._lock():
            sounds = [path for path in self.folder.iterdir() if _OUR_FILE.fullmatch(path.name)]
            for path in sounds:
                path.unlink()
            (self.folder / TABLE).unlink(missing_ok=True)
        return len(sounds)

    def export(self, target: Path | BinaryIO) -> int:
        """Write the table and the sound files as a zip to a path (whole or not at all) or an open file; return how many clips.

        Unpacked, its recordings.csv is a manifest that can be registered anywhere. Raises CorpusError when there is nothing.
        """
        if isinstance(target, Path):
            with files.replacing(target) as temporary, temporary.open("wb") as out:
                return self.export(out)
        with self._lock(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            made = self.list_all()
            if not made:
                raise CorpusError("There are no recordings yet.")
            archive.writestr(TABLE, _csv(made))
            for recording in made:
                archive.write(self.folder / recording.file, recording.file)
        return len(made)

    def load(self) -> Corpus:
        """Return the recordings as the corpus `recordings`, with the columns sitting and recorded. Raises CorpusError when empty."""
        made = self.list_all()
        if not made:
            raise CorpusError("There are no recordings yet; make some on the datasets page, under My recordings.")
        frame = pd.DataFrame([asdict(recording) for recording in made]).drop(columns="seconds")
        frame["clip"] = [recording.clip for recording in made]
        frame["path"] = [str(self.folder / recording.file) for recording in made]
        clips = complete(frame.drop(columns="file"))
        return own.corpus(NAME, self.folder, "your own recordings", clips)

    def _lock(self) -> filelock.FileLock:
        return filelock.FileLock(files.private_folder(self.folder) / ".lock", mode=0o600)

    def _rows(self) -> list[Recording]:
        table = self.folder / TABLE
        if not table.is_file():
            return []
        try:
            with table.open(newline="", encoding="utf-8") as lines:
                stated = list(csv.DictReader(lines))
            rows = [_recording(row) for row in stated]
        except (OSError, ValueError, KeyError) as error:
            raise CorpusError(f"{table} is damaged ({error}); the sound files beside it are whole.") from error
        if any(not _OUR_FILE.fullmatch(row.file) for row in rows):
            raise CorpusError(f"{table} names a file that is not one of its own; the sound files beside it are whole.")
        return rows

    def _write(self, rows: list[Recording]) -> None:
        files.write_text(self.folder / TABLE, _csv(rows))


def _csv(rows: list[Recording]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Recording)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return out.getvalue()


def _recording(row: Mapping[str, str]) -> Recording:
    text = {field.name: row[field.name] for field in fields(Recording) if field.name != "seconds"}
    return Recording(**text, seconds=float(row["seconds"]))


def _line(text: str) -> str:
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _named(what: str, text: str) -> str:
    name = _line(text)
    if not name:
        raise CorpusError(f"The {what} needs a name.")
    if len(name) > MAX_NAME:
        raise CorpusError(f"The {what}'s name is longer than {MAX_NAME} letters.")
    return name
