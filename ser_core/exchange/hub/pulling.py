"""A run, taken out of a repository of the Hub: believed no more than one in a zip."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from ser_core.exchange import importing
from ser_core.exchange.hub import client
from ser_core.runs import Run, RunError


def pull(repo: str, *, revision: str | None = None) -> Run:
    """Take the run in the repository `owner/name` (as `push` lays it out) into SER_HOME/runs and return it.

    It is checked as an imported one is: sizes before anything is fetched, then hashes, forms, scores against predictions, and the graph
    in a process of its own; nothing is unpickled. revision: a branch, tag or commit. Default: the newest on main. Raises RunError with
    the reason; nothing is left behind then.
    """
    api = client.api(repo)
    with importing.place_to_check() as place:
        with client.asking(repo):
            info = api.repo_info(repo, revision=revision, files_metadata=True)
            names = _wanted(repo, info.siblings or [])
            api.snapshot_download(repo, revision=info.sha, allow_patterns=names, local_dir=place)
        folder = place / client.RUN
        if (place / client.MODEL).is_file():
            (place / client.MODEL).rename(folder / "model.onnx")
        return importing.import_folder(folder, f"{repo}@{info.sha[:12]}", name=repo.split("/")[1])


def _wanted(repo: str, siblings: list[Any]) -> list[str]:
    """The run's files in the repository. Raises RunError where it holds none, or more than any run does."""
    wanted = [
        file for file in siblings if file.rfilename.startswith(f"{client.RUN}/") or file.rfilename == client.MODEL
    ]
    names = [file.rfilename for file in wanted]
    if f"{client.RUN}/recipe.json" not in names:
        raise RunError(f"{repo} holds no run: it has no {client.RUN}/recipe.json, as `hub push` lays it out.")
    strange = [name for name in names if _strange(name)]
    if strange:
        raise RunError(f"{repo} was not imported: {strange[0]} is no name of a run's file.")
    total = sum(file.size or 0 for file in wanted)
    if len(wanted) > importing.MAX_FILES or total > importing.MAX_BYTES:
        raise RunError(
            f"{repo} was not imported: {len(wanted):,} files of {total / 1e6:,.0f} MB are more than a run has "
            f"({importing.MAX_FILES:,} of {importing.MAX_BYTES / 1e6:,.0f} MB)."
        )
    return names


def _strange(name: str) -> bool:
    # Square brackets, asterisks and the like would be patterns to the client.
    return ".." in PurePosixPath(name).parts or any(letter in name for letter in "\\*?[")
