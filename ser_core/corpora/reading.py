"""A row of the table of clips to its sound: a whole file, or a segment of one."""

from __future__ import annotations

from pathlib import Path

from ser_core import audio, settings


class ClipReader:
    """Decodes clips; the last file that gave a segment is kept, as the segments of a file follow each other in the table."""

    def __init__(self) -> None:
        self._path = ""
        self._whole: audio.Clip | None = None

    def read(self, path: str, start: float, end: float) -> audio.Clip:
        """Return the clip that lies in the file `path` from `start` to `end` seconds; NaN = the file's own start and end.

        A segment may lie in a file of up to an hour (settings.MAX_SOURCE_MINUTES); it has no hash, which is the whole
        file's. Raises AudioError with what is wrong with the file, or with the segment.
        """
        if start != start and end != end:
            return audio.decode(Path(path))
        if self._whole is None or self._path != path:
            self._whole = None
            self._whole = audio.decode(
                Path(path), max_minutes=settings.MAX_SOURCE_MINUTES, max_bytes=settings.MAX_SOURCE_BYTES
            )
            self._path = path
        first = 0.0 if start != start else start
        last = max(self._whole.duration, first + 1 / audio.SAMPLE_RATE) if end != end else end
        return audio.segment(self._whole, first, last)
