"""CREMA-D as one bundle from Kaggle, by its own client, which shows its progress on stderr and goes on where it stopped."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from ser_core.corpora import crema_d, fetching
from ser_core.corpora.base import CorpusError, audio_files

HANDLE = "ejlok1/cremad"
#: In the corpus' folder while the bundle comes; a second call finds the part that is there.
CACHE = ".kagglehub"


def fetch(folder: Path) -> int:
    """Fetch the whole of CREMA-D into `folder`/AudioWAV and return how many clips it has; 0.5 GB come over the network.

    No account is needed. An interrupted call is gone on with by calling again. Raises CorpusError with what went wrong.
    """
    cache = folder / CACHE
    cache.mkdir(parents=True, exist_ok=True)
    try:
        with _client(cache) as kagglehub:
            bundle = Path(kagglehub.dataset_download(HANDLE))
    except requests.RequestException as error:
        raise _failed(error, "what has come is kept") from error
    except Exception as error:  # A damaged archive, an odd answer: kept, it would fail again.
        shutil.rmtree(cache, ignore_errors=True)
        raise _failed(error, "it begins anew") from error
    clips = [path for path in audio_files(bundle, below=True) if crema_d.NAME.match(crema_d.canonical_stem(path.stem))]
    if not clips:
        shutil.rmtree(cache, ignore_errors=True)
        raise CorpusError(f"Kaggle's bundle {HANDLE} holds no clip of CREMA-D.")
    target = folder / "AudioWAV"
    target.mkdir(exist_ok=True)
    for path in clips:
        os.replace(path, target / path.name)
    shutil.rmtree(cache, ignore_errors=True)
    return len(clips)


def _failed(error: Exception, then: str) -> CorpusError:
    return CorpusError(
        f"CREMA-D could not be fetched from Kaggle ({HANDLE}): {fetching.reason(error)}. Give the same command again ({then}), or fetch speakers "
        "one by one from the official repository with --n-speakers."
    )


@contextlib.contextmanager
def _client(cache: Path) -> Iterator[Any]:
    """Kaggle's client, its cache in `cache`, and stdout kept clean: it prints there."""
    before = os.environ.get("KAGGLEHUB_CACHE")
    os.environ["KAGGLEHUB_CACHE"] = str(cache)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import kagglehub

            logging.getLogger("kagglehub").setLevel(logging.WARNING)
            yield kagglehub
    finally:
        if before is None:
            del os.environ["KAGGLEHUB_CACHE"]
        else:
            os.environ["KAGGLEHUB_CACHE"] = before
