"""What a file is by its content, and how much sound its header promises."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import BinaryIO

from ser_core.audio.riff import chunks

# A program that writes to a pipe cannot know the length and states (nearly) the largest 31- or 32-bit number.
_PLACEHOLDER = 0x7F00_0000
_HEAD = 1 << 16

_MAGIC = {
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"\x1aE\xdf\xa3": "matroska",
    b"caff": "caf",
    b".snd": "au",
    b"#!AMR": "amr",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c": "asf",
    b"riff\x2e\x91\xcf\x11": "w64",
    b"NIST_1A\n": "nistsphere",
}
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"

_MP3_KBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def sniff(file: BinaryIO) -> str | None:
    """Return the container by its content, as FFmpeg calls it: wav, mp3, mov (M4A, MP4, 3GP), asf (WMA), …; else None."""
    head = _after_id3(file)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return "mov"
    if _run_of_frames(head, 0, _adts_frame_length):
        return "aac"
    # An MP3 cut out of a stream starts inside a frame, so the first full one is looked for.
    if any(_run_of_frames(head, at, _mp3_frame_length) for at in range(min(len(head), 4096))):
        return "mp3"
    return None


def is_lfs_pointer(file: BinaryIO) -> bool:
    """Return whether the file only stands for one that git-lfs has not fetched."""
    file.seek(0)
    return file.read(len(_LFS_POINTER)) == _LFS_POINTER


def promised_share(file: BinaryIO, kind: str) -> float | None:
    """Return promised length / length that is there, from a WAV or AIFF header.

    1.0 when all is there (or no sound is promised, or the container is another one), infinity when nothing
    is, None when the header does not say: it was written to a pipe, or its writer crashed before it knew.
    """
    if kind not in ("wav", "aiff"):
        return 1.0
    size = file.seek(0, 2)
    file.seek(0)
    form = file.read(12)
    order = ">" if form[:4] in (b"FORM", b"RIFX") else "<"
    wanted, inner = (b"SSND", 8) if kind == "aiff" else (b"data", 0)
    outer = struct.unpack(order + "I", form[4:8])[0]
    long_form = None
    for name, start, length, _ in chunks(file, order):
        if name == wanted:
            present = size - start - inner
            length = long_form if long_form is not None and length == 0xFFFF_FFFF else length - inner
            crashed = length <= 0 and (outer == 0 or outer >= _PLACEHOLDER)
            if crashed or (length > present and _PLACEHOLDER - inner <= length <= 0xFFFF_FFFF):
                return None
            if length <= 0:
                return 1.0
            return max(1.0, length / present) if present > 0 else float("inf")
        if name == b"ds64":
            file.seek(start)
            sizes = file.read(16)
            long_form = struct.unpack("<8xQ", sizes)[0] if len(sizes) == 16 else None
    return 1.0


def ogg_has_end(file: BinaryIO) -> bool:
    """Return whether the last Ogg page is whole and marked as the stream's end."""
    size = file.seek(0, 2)
    file.seek(max(0, size - (_HEAD + 1024)))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return False
    segments = tail[at + 27 : at + 27 + tail[at + 26]]
    whole = len(segments) == tail[at + 26] and len(tail) >= at + 27 + len(segments) + sum(segments)
    return whole and bool(tail[at + 5] & 4)


def mp3_states_length(file: BinaryIO) -> bool:
    """Return whether an MP3 has a length header (Xing, Info or VBRI); without one a length is a guess."""
    first_frame = _after_id3(file)[:256]
    return any(mark in first_frame for mark in (b"Xing", b"Info", b"VBRI"))


def _after_id3(file: BinaryIO) -> bytes:
    """Return the first bytes of the file behind an ID3v2 tag and its padding, if it has one."""
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(b"ID3") and len(head) >= 10:
        length = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(10 + length)
        head = file.read(_HEAD).lstrip(b"\0")
    return head


def _run_of_frames(head: bytes, at: int, frame_length: Callable[[bytes], int | None]) -> bool:
    """Return whether three frame headers follow each other, or fewer where the whole file is that short."""
    begin = at
    for _ in range(3):
        length = frame_length(head[begin : begin + 7])
        if length is None:
            return False
        begin += length
        if begin >= len(head):
            return at == 0
    return True


def _mp3_frame_length(header: bytes) -> int | None:
    """Return the bytes of an MPEG layer III frame, None where the header is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, kbit, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or kbit in (0, 15) or rate == 3:
        return None
    generation = 1 if version == 3 else 2
    padding = header[2] >> 1 & 1
    return 144_000 // generation * _MP3_KBITS[generation][kbit] // _MP3_RATES[version][rate] + padding


def _adts_frame_length(header: bytes) -> int | None:
    """Return the bytes of an AAC frame with ADTS header, None where the header is none."""
    if len(header) < 6 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return None
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length >= 7 else None
