"""An audio encoder out of a repository of the Hub: the files that run it, of one commit, taken in as a folder is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ser_core.encoders import EncoderError, of_samples, taking
from ser_core.encoders.of_samples import SamplesEncoder
from ser_core.exchange.hub import client


def fetch(
    name: str,
    repo: str | None = None,
    *,
    revision: str | None = None,
    backend: str | None = None,
    file: str | None = None,
) -> SamplesEncoder:
    """Fetch the encoder in the repository `owner/name`, take it in under `name`, and return it.

    repo: default: where the known encoder `name` is published, in the revision of which the recipes are. revision: a branch, tag or commit;
    what it was at the time is kept as the commit. backend, file: as `taking.wanted`. Raises RunError for what fails at the Hub, and
    EncoderError for what is no encoder, or cannot run here; it is asked before anything is fetched.
    """
    if repo is None:
        known = of_samples.KNOWN.get(name)
        if known is None:
            raise EncoderError(
                f"No repository is known for an encoder called {name}: name one, or one of {', '.join(of_samples.KNOWN)}."
            )
        repo, revision = known.repository, revision or known.revision
        if backend is None and file is None:
            backend, file = known.backend, known.file
    of_samples.place(name)
    api = client.api(repo)
    with client.asking(repo):
        info = api.repo_info(repo, revision=revision)
    there = {sibling.rfilename for sibling in info.siblings or ()}
    backend, file = taking.wanted(there, backend, file)
    if why := of_samples.BACKENDS[backend].missing(name):
        raise EncoderError(why)
    with tempfile.TemporaryDirectory() as place:
        asked = [needed for needed in (taking.CONFIG, taking.PREPROCESSOR, file) if needed in there]
        with client.asking(repo):
            for needed in asked:
                api.hf_hub_download(repo, needed, revision=info.sha, local_dir=place)
        licence = str(getattr(info.card_data, "license", None) or "")
        return taking.take(
            name, Path(place), backend=backend, file=file, repository=repo, revision=info.sha, licence=licence
        )
