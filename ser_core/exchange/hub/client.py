"""The Hub's own client, loaded when it is asked for, and its errors in a sentence."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Any

from ser_core.exchange import extras
from ser_core.runs import RunError

#: Where a repository keeps the run's folder, and its model: the Hub's habit for ONNX.
RUN, ONNX = "run", "onnx"
MODEL = f"{ONNX}/model.onnx"


def api(repo: str) -> Any:
    """Return a client for the repository `owner/name`. Raises RunError where the client is not installed or the name is none."""
    extras.needed("huggingface_hub", "hub")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        raise RunError(f"{repo} is no name of a repository; it has the form OWNER/NAME.")
    # Before it is imported: it tells nobody of its use.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import HfApi

    return HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, library_name="ser-core")


@contextlib.contextmanager
def asking(repo: str) -> Iterator[None]:
    """Turn what fails at the Hub into a RunError."""
    try:
        yield
    except (RunError, KeyboardInterrupt):
        raise
    except Exception as error:  # The client's errors, its HTTP library's and its storage's share no base class.
        said = " ".join(str(error).split()) or type(error).__name__
        raise RunError(f"The Hub did not give or take {repo}: {said}") from error
