"""Which corpora there are, and in which folder of this machine each lies."""

from __future__ import annotations

import json
from pathlib import Path

from ser_core import files, settings
from ser_core.corpora import crema_d, savee
from ser_core.corpora.base import Corpus, CorpusError, CorpusModule

MODULES: dict[str, CorpusModule] = {module.MODULE.card.name: module.MODULE for module in (crema_d, savee)}


def module(name: str) -> CorpusModule:
    """Return the module of the corpus called `name`. Raises CorpusError that lists the known names."""
    if name not in MODULES:
        raise CorpusError(f"There is no corpus called '{name}'. Known: {', '.join(MODULES)}.")
    return MODULES[name]


def folders() -> dict[str, Path]:
    """Return the folder of every registered corpus; one whose folder has gone is still listed."""
    path = settings.home().corpora_file
    if not path.is_file():
        return {}
    try:
        return {name: Path(folder) for name, folder in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError) as error:
        raise CorpusError(f"{path} is damaged ({error}); delete it and register the corpora again.") from error


def register(name: str, folder: Path) -> None:
    """Remember that corpus `name` lies in `folder`; kept in SER_HOME/corpora.json."""
    known = {corpus: str(path) for corpus, path in folders().items()}
    known[name] = str(Path(folder).expanduser().resolve())
    files.write_json(settings.home().corpora_file, known)


def load(name: str, folder: Path | None = None) -> Corpus:
    """Read the corpus `name` from `folder`, else from where it is registered.

    A folder that is given is registered where the corpus has none yet. Raises CorpusError when there is none.
    """
    wanted = module(name)
    if folder is None:
        folder = folders().get(name)
        if folder is None:
            raise CorpusError(
                f"{wanted.card.title} is not on this machine yet: give its folder with --data DIR. "
                f"{wanted.card.how_to_get}"
            )
        return wanted.load(folder)
    corpus = wanted.load(Path(folder))
    if name not in folders():
        register(name, Path(folder))
    return corpus
