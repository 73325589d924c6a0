"""A file, or its bytes, to a clip: soundfile first, PyAV for what libsndfile cannot read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from ser_core import settings
from ser_core.audio.channels import Channel
from ser_core.audio.clip import AudioError, Clip
from ser_core.audio.collector import Collector
from ser_core.audio.containers import is_lfs_pointer, mp3_states_length, ogg_has_end, promised_share, sniff
from ser_core.audio.riff import padded

READABLE = (
    "WAV, AIFF, AU, CAF, FLAC, OGG, Opus, MP3, M4A/AAC, AMR, WMA, WebM, or the sound of an MP4, MOV, MKV or AVI video"
)

_BLOCK_FRAMES = 1 << 16
# libsndfile says 2**63 - 1 where a FLAC header leaves the length open.
_UNSTATED_FRAMES = 1 << 62
# Encoders pad and decoders trim at both ends; less than this is no missing sound.
_CODEC_SLACK_S = 0.1
_NAMES = {"mov": "M4A", "matroska": "WebM", "asf": "WMA", "nistsphere": "NIST SPHERE"}
_FFMPEG_ALONE = ("mov", "matroska", "aac", "amr", "asf", "avi")


class _Unreadable(Exception):
    """This library cannot read the file; the next one may."""


@dataclass(frozen=True)
class _Wanted:
    """What was asked for: the name that is shown, the limit, which channel."""

    label: str
    max_seconds: float
    channel: Channel | None

    def collector(self, rate: int, channels: int, *, lossless: bool, bits: int = 16) -> Collector:
        return Collector(
            self.label, rate, channels, self.max_seconds, lossless=lossless, bits=bits, channel=self.channel
        )


def decode(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    max_minutes: float | None = None,
    max_bytes: int = settings.MAX_UPLOAD_BYTES,
    channel: Channel | None = None,
) -> Clip:
    """Decode a recording to a mono clip at 16 kHz.

    source: a path, or the file's bytes; what it is is told from its content, not from its name. name: shown
    to the user (default: the file's name). channel: which of several
    channels is used, see `channels.downmix`; by default they are looked at first, and averaged where that is right.
    max_minutes: default settings.max_minutes(). The size is checked before anything is
    decoded, the duration against the header where it states one, else decoding stops at the limit. What a
    truncated file still holds is used (finding 'truncated'); single NaN or infinite samples become 0 (finding
    'non-finite'). Raises AudioError, one sentence that names the file: missing, empty, too large, too long,
    no audio, a bare header, full of NaN, a git-lfs pointer, or a rate or channel count outside 8 to 192 kHz and 1 to 8.
    """
    label = _printable(name or (Path(source).name if not isinstance(source, bytes) else "")) or "The recording"
    with _open(source, label, max_bytes) as given:
        if is_lfs_pointer(given):
            raise AudioError(
                f"{label} is a git-lfs pointer: the recording that it stands for was not fetched. Run `git lfs pull` in its folder."
            )
        kind = sniff(given)
        if kind is None:
            raise AudioError(f"{label} is not an audio file that can be read here ({READABLE}).")
        with padded(given, kind) as file:
            for read in _readers(file, kind):
                try:
                    return read(
                        file,
                        kind,
                        _Wanted(label, 60 * (settings.max_minutes() if max_minutes is None else max_minutes), channel),
                    )
                except _Unreadable:
                    continue
    raise AudioError(f"{label} looks like {_NAMES.get(kind, kind.upper())}, but is damaged, cut off or without sound.")


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _open(source: str | Path | bytes, label: str, max_bytes: int) -> BinaryIO:
    try:
        if not isinstance(source, bytes) and not Path(source).is_file():
            raise AudioError(f"{label} {'is not a file' if Path(source).exists() else 'was not found'}.")
        size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
        if size == 0:
            raise AudioError(f"{label} is empty (0 bytes).")
        if size > max_bytes:
            mib = 1 << 20
            raise AudioError(f"{label} has {size / mib:.0f} MB; files up to {max_bytes / mib:.0f} MB are read.")
        return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")
    except OSError as error:
        raise AudioError(f"{label} cannot be opened: {error.strerror}.") from error


def _readers(file: BinaryIO, kind: str) -> tuple[Callable[[BinaryIO, str, _Wanted], Clip], ...]:
    # libsndfile guesses the length of an MP3 without a length header, and soundfile reads no further than the
    # guess.
    guessed = kind == "mp3" and not mp3_states_length(file)
    return (_read_av,) if kind in _FFMPEG_ALONE or guessed else (_read_soundfile, _read_av)


class _Unnamed:
    """A file as soundfile gets it.

    It has no name, as one called *.raw would be taken for samples without header; and where a damaged header
    asks for a place before the beginning it gets that, as errors in soundfile's callbacks cannot be caught.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.tell, self._seek = file.read, file.tell, file.seek

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError):
            return self._seek(0)


def _read_soundfile(file: BinaryIO, kind: str, wanted: _Wanted) -> Clip:
    share = promised_share(file, kind)
    file.seek(0)
    try:
        with soundfile.SoundFile(_Unnamed(file)) as sound:
            if sound.frames == 0 and share is None:
                raise _Unreadable  # libsndfile takes a length of 0 at its word, FFmpeg reads to the end
            lossless = sound.subtype.startswith(("PCM_", "ALAC_")) or sound.subtype in ("FLOAT", "DOUBLE")
            bits = 8 if sound.subtype in ("PCM_U8", "PCM_S8") else 16
            collector = wanted.collector(sound.samplerate, sound.channels, lossless=lossless, bits=bits)
            stated = sound.frames if sound.frames < _UNSTATED_FRAMES else 0
            collector.check_length(stated)
            while len(block := sound.read(_BLOCK_FRAMES, dtype="float64", always_2d=True)):
                collector.add(block)
    except soundfile.SoundFileError as error:
        raise _Unreadable from error
    return _finish(collector, file, kind, stated, share)


def _read_av(file: BinaryIO, kind: str, wanted: _Wanted) -> Clip:
    share = promised_share(file, kind)
    file.seek(0)
    try:
        # The container is the one sniffed, so that no other demuxer (playlists, scripts) gets to see the
        # bytes.
        with av.open(file, "r", format=kind, metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise AudioError(f"{wanted.label} holds no audio track.")
            stream = container.streams.audio[0]
            seconds = _stated_seconds(container, stream, kind)
            collector, damaged = None, _Damage()
            for rate, block in _blocks(container, stream, damaged):
                if collector is None:
                    codec = stream.codec_context.codec
                    lossless = codec.lossless and not codec.lossy
                    collector = wanted.collector(rate, block.shape[1], lossless=lossless)
                    collector.check_length(seconds * rate)
                collector.add(block)
    except AudioError:
        raise
    except (av.FFmpegError, ValueError) as error:
        raise _Unreadable from error
    if collector is None:
        raise _Unreadable
    return _finish(collector, file, kind, round(seconds * collector.rate), share, damaged=damaged.packets > 0)


def _stated_seconds(container: InputContainer, stream: AudioStream, kind: str) -> float:
    """Return the duration that the header states, 0 where it states none; FFmpeg guesses are left out."""
    if kind in ("mov", "flac") and stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    # Matroska states one duration for all tracks: with a picture track it need not be the sound's.
    if kind == "matroska" and container.duration and len(container.streams) == 1:
        return container.duration / av.time_base
    return 0.0


@dataclass
class _Damage:
    """How many packets of a stream did not decode."""

    packets: int = 0


def _blocks(
    container: InputContainer, stream: AudioStream, damage: _Damage
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield (rate, samples) of a stream: float64 of shape (frames, channels), 65,000 or so at a time."""
    # Interleaved first: PyAV reads beyond the end of a planar frame of 8 or more channels, and crashes.
    interleave = av.AudioResampler(format="dbl")
    waiting: list[NDArray[np.float64]] = []
    setup = None
    for frame in _frames(container, stream, damage):
        setup = setup or (frame.sample_rate, frame.format.name, frame.layout.name)
        if (frame.sample_rate, frame.format.name, frame.layout.name) != setup:
            damage.packets += 1
            continue
        waiting += _samples(interleave.resample(frame))
        if sum(map(len, waiting)) >= _BLOCK_FRAMES:
            yield setup[0], np.concatenate(waiting)
            waiting.clear()
    waiting += _samples(interleave.resample(None))
    if setup and waiting:
        yield setup[0], np.concatenate(waiting)


def _samples(interleaved: list[av.AudioFrame]) -> list[NDArray[np.float64]]:
    return [np.asarray(frame.to_ndarray(), np.float64).reshape(frame.samples, -1) for frame in interleaved]


def _frames(container: InputContainer, stream: AudioStream, damage: _Damage) -> Iterator[av.AudioFrame]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:
            packet = None
            damage.packets += 1
        if packet is None:
            return
        try:
            yield from packet.decode()
        except av.FFmpegError:
            damage.packets += 1


def _finish(
    collector: Collector, file: BinaryIO, kind: str, stated: int, share: float | None, damaged: bool = False
) -> Clip:
    """Return the clip, with what is missing: frames stated by the header, or the share promised by it."""
    there, rate = collector.frames, collector.rate
    if kind in ("wav", "aiff"):
        promised = round(there * (share or 1.0)) if there else 0
    else:
        promised = stated if kind == "flac" or stated > there + _CODEC_SLACK_S * rate else 0
    if there and promised > there:
        wanted, found = f"{promised / rate:.2f} s", f"{there / rate:.2f} s"
        if wanted == found:
            wanted, found = f"{promised:,} samples", f"{there:,} samples"
        return collector.clip(f"The header promises {wanted}, but {found} are there, and used.")
    if kind == "ogg" and not ogg_has_end(file):
        return collector.clip("The stream breaks off without an end mark; what is there is used.")
    return collector.clip("Part of the file is damaged and left out; the rest is used." if damaged else "")
