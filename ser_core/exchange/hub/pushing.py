"""A run, put into a repository of the Hub."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ser_core.exchange import example, exporting, terms
from ser_core.exchange.hub import client, model_card
from ser_core.runs import Run, RunError

#: What the Hub itself, or a person, puts into a repository that holds nothing yet.
NOTHING_YET = (".gitattributes", "README.md")


def push(run: Run, repo: str, *, rights: bool = False, public: bool = False) -> str:
    """Put a finished run into the repository `owner/name` in one commit, in place of the run that is there, and return the commit's address.

    The model goes to `onnx/` with its example, everything else of its folder to `run/`, card.md with the Hub's data into README.md.
    rights: whoever pushes has the right to pass on weights whose terms leave that to some (terms.reserved). public: make the repository,
    where there is none, for everybody to see; else it is private. Raises RunError for a run that is not finished or damaged, for weights
    that may not leave, for a repository that holds something else or that is public without `public`, and for what fails at the Hub.
    """
    if (why := terms.reserved(run)) and not rights:
        raise RunError(
            f"The weights of {run.name} stay here. {why} Whoever may pass them on all the same says so: --i-have-the-rights."
        )
    api = client.api(repo)
    with exporting.whole(run) as inside, tempfile.TemporaryDirectory() as place:
        _staged(run, inside, Path(place))
        with client.asking(repo):
            api.create_repo(repo, private=not public, exist_ok=True)
            _check_repository(api, repo, public)
            done = api.upload_folder(
                repo_id=repo,
                folder_path=place,
                commit_message=f"The run {run.name}",
                delete_patterns=[f"{client.RUN}/**", f"{client.ONNX}/**"],
            )
    return str(done.commit_url)


def _staged(run: Run, inside: dict[str, Path], place: Path) -> None:
    """Lay the repository's files out in a folder."""
    for name, path in inside.items():
        target = place / (client.MODEL if name == "model.onnx" else f"{client.RUN}/{name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    if run.has("model.onnx"):
        (place / client.ONNX / "example.py").write_text(example.text(run), encoding="utf-8")
        # The example reads it beside the model.
        shutil.copyfile(inside["feature.json"], place / client.ONNX / "feature.json")
    (place / "README.md").write_text(model_card.text(run), encoding="utf-8")


def _check_repository(api: object, repo: str, public: bool) -> None:
    info = api.repo_info(repo)  # type: ignore[attr-defined]
    names = {sibling.rfilename for sibling in info.siblings or ()}
    if names - set(NOTHING_YET) and f"{client.RUN}/recipe.json" not in names:
        raise RunError(f"{repo} holds something else than a run; name a repository that is new or holds one.")
    if not info.private and not public:
        raise RunError(f"{repo} is public; --public says that everybody may see the run.")
