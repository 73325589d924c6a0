"""One file from the network: fetched whole, checked, and only then given its name."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pooch
import requests

from ser_core import audio
from ser_core.corpora.base import CorpusError

TIMEOUT_S = 20

# pooch tells every file's hash on stderr, for the author of a registry; here the index is the registry.
pooch.get_logger().setLevel("WARNING")


def reason(error: Exception) -> str:
    """Return why a request failed, in a few words for the reader."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}".rstrip()
    if isinstance(error, requests.Timeout):
        return "the server does not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return (str(error) or type(error).__name__).strip().splitlines()[0].rstrip(".")


def fetch(url: str, target: Path, check: Callable[[Path], str]) -> Path:
    """Fetch `url` to `target` and return it; what lay there is replaced only by something better.

    check: gets the file as it came and returns what is wrong with it, '' for nothing. Raises CorpusError when the server
    cannot be reached, the connection breaks off (pooch compares the length with the promised one), or the check finds a fault;
    nothing is kept then.
    """
    part = target.parent / f".{uuid.uuid4().hex}.part"
    downloader = pooch.HTTPDownloader(progressbar=False, timeout=TIMEOUT_S)
    try:
        try:
            pooch.retrieve(url, None, part.name, part.parent, downloader=downloader)
        except Exception as error:  # pooch passes on requests' and the system's errors alike.
            raise CorpusError(f"{target.stem} could not be fetched from {url}: {reason(error)}.") from error
        wrong = check(part)
        if wrong:
            raise CorpusError(f"What came from {url} {wrong}. It was thrown away.")
        part.chmod(0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def fetch_clip(url: str, target: Path, digest: str) -> Path:
    """Fetch a clip of an official corpus; it is kept only when the hash of its decoded samples is `digest` (as in the index)."""

    def check(path: Path) -> str:
        try:
            hashed = audio.decode(path, name=target.name).pcm16_sha256_16
        except audio.AudioError as error:
            return f"is no audio ({error})"
        return "" if hashed == digest else "is not the official clip: its samples differ"

    return fetch(url, target, check)
