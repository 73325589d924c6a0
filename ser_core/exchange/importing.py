"""A run from elsewhere, out of a zip: nothing of it is believed before it was checked, and nothing of it is ever unpickled."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ser_core import runs, settings
from ser_core.corpora import archives
from ser_core.corpora.base import CorpusError
from ser_core.exchange import graph_check, naming, schema
from ser_core.runs import Run, RunError

#: What a zip may hold when unpacked: a cross-validation of 91 speakers has some 1,100 files and 200 MB.
MAX_BYTES = 1024 * 1024 * 1024
MAX_FILES = 20_000
#: Kinds of files that a run is read from. Others, `.keras` above all, are held against their hashes and then left out.
KEPT = (".json", ".csv", ".md", ".txt", ".onnx", ".npz")


def import_zip(path: Path, *, name: str = "") -> Run:
    """Take the run in the zip `path` (as `export` writes it) into SER_HOME/runs and return it.

    Checked: the zip (no path out of it, no links, size), the files against files.json, every file's form, metrics.json against
    predictions.csv, and model.onnx (graph_check). What is not of KEPT, or not listed in files.json, is left out. `name`: what it
    is to be called, the folder in the zip where nothing is given; a name that is taken gets a number. Raises RunError with
    the reason; nothing is left behind then.
    """
    with place_to_check() as place:
        try:
            archives.extract(path, place / "zip", max_bytes=MAX_BYTES, max_files=MAX_FILES)
        except CorpusError as error:
            raise RunError(f"No run was imported: {error}") from error
        folder = _root(place / "zip", path)
        return import_folder(folder, path.name, name=name or (path.stem if folder.name == "zip" else folder.name))


@contextlib.contextmanager
def place_to_check() -> Iterator[Path]:
    """Give a folder in SER_HOME for what came from elsewhere and is believed by nobody yet; it is gone afterwards."""
    home = settings.home()
    home.runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".importing-", dir=home.path) as place:
        yield Path(place)


def import_folder(folder: Path, origin: str, *, name: str) -> Run:
    """Check the run in `folder`, below a `place_to_check`, as one in a zip is, move it into SER_HOME/runs and return it.

    origin: what it came from, for errors and for its recipe.json. Raises RunError with the reason.
    """
    run = Run(folder)
    try:
        left_out = _checked(run)
        _finish(Run(folder), origin, left_out)
        for piece in whole(Run(folder)):
            if piece.has("model.onnx"):
                graph_check.hears(piece)
    except RunError as error:
        raise RunError(f"{origin} was not imported: {error}") from error
    target = naming.free_path(name)
    folder.rename(target)
    return Run(target)


def _root(unpacked: Path, path: Path) -> Path:
    folders = [folder for folder in (unpacked, *sorted(unpacked.iterdir())) if (folder / "recipe.json").is_file()]
    if len(folders) != 1:
        raise RunError(f"{path.name} was not imported: it holds no run folder, which has a recipe.json, or several.")
    return folders[0]


def whole(run: Run) -> list[Run]:
    """Return the run and every training that it pools, those of its seeds' folds too."""
    return [run, *(inner for piece in runs.pieces(run) for inner in whole(piece))]


def _checked(run: Run) -> list[str]:
    """Check the run and the trainings that it pools; remove what is not kept and return its names."""
    left_out = []
    folders = {piece.path for piece in whole(run)}
    for path in sorted(run.path.rglob("*")):
        # Files lie in the folder of a run; anything else belongs to none.
        if path.is_file() and path.parent not in folders:
            path.unlink()
            left_out.append(path.relative_to(run.path).as_posix())
    for piece in whole(run):
        where = "" if piece.path == run.path else f"{piece.path.relative_to(run.path).as_posix()}/"
        try:
            schema.bounded(piece)
            listed = schema.listed(piece)
            problems = piece.problems(hashes=True)
            if problems:
                raise RunError(problems[0])
            left_out += [where + name for name in _sweep(piece, listed)]
            schema.check(piece)
            if piece.has("model.onnx"):
                graph_check.check(piece)
        except RunError as error:
            raise RunError(f"{where.rstrip('/')}: {error}" if where else str(error)) from error
    for folder in sorted((path for path in run.path.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    return left_out


def _sweep(run: Run, listed: set[str]) -> list[str]:
    """Remove the files that are not kept and return their names."""
    gone = [
        path
        for path in sorted(run.path.iterdir())
        if path.is_file() and path.name != "files.json" and not (path.name in listed and path.suffix in KEPT)
    ]
    for path in gone:
        path.unlink()
    return [path.name for path in gone]


def _finish(run: Run, origin: str, left_out: list[str]) -> None:
    taken = {"file": origin, "at": runs.now(), "left_out": left_out}
    for piece in whole(run):
        # Each says so of itself: a training that is pooled may become part of another model.
        piece.write_json("recipe.json", {**piece.recipe, "imported": taken})
        piece.write_json("metrics.json", schema.recomputed(piece))
        piece.seal()
