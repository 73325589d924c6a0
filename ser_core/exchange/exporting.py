"""What is given away: the run's folder as one zip; its model with all that a program needs to run it."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ser_core import encoders, files
from ser_core.exchange import example
from ser_core.graphs import GraphError, behind_encoder
from ser_core.runs import Run, RunError, pieces, weightless
from ser_core.runs.published import is_published

#: What goes with the model, besides the example.
WITH_MODEL = ("model.onnx", "feature.json", "card.md")
#: Every entry has this time, so that the same run gives the same zip.
TIME = (1980, 1, 1, 0, 0, 0)


def export(run: Run, target: Path) -> Path:
    """Write the run into the zip `target`, below a folder of the run's name, and return `target`.

    Its folder goes in as it is, that of a published run in the plain form. Raises RunError for a run that is not finished or damaged.
    """
    with (
        whole(run) as inside,
        files.replacing(target) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, path in inside.items():
            _add(archive, f"{run.name}/{name}", path.read_bytes())
    return target


@contextlib.contextmanager
def whole(run: Run) -> Iterator[dict[str, Path]]:
    """Give the files of a run as they are given away: the name below its folder → where it lies; of a published run in the plain form.

    Raises RunError for a run that is not finished or damaged.
    """
    for piece in (run, *pieces(run)):
        state = piece.status["state"]
        if state != "done":
            raise RunError(f"The run {piece.name} is {state}; only finished runs are exported.")
        piece.checked()
    with tempfile.TemporaryDirectory() as place:
        folder = weightless(run, Path(place) / "plain").path if is_published(run.path) else run.path
        paths = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
        yield {
            inside.as_posix(): path
            for inside, path in paths.items()
            if not any(part.startswith(".") for part in inside.parts)
        }


def model_zip(run: Run, target: Path, *, joined: bool = False) -> Path:
    """Write model.onnx, feature.json, card.md and an example that runs without this project into the zip `target`.

    joined: with joined.onnx, the model behind the pretrained encoder that it is fed by, as one graph. Raises RunError for a run without
    a model, a damaged one, and where nothing can be joined.
    """
    run.checked().model_path()
    with files.replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in WITH_MODEL:
            if run.has(name):
                _add(archive, f"{run.name}/{name}", (run.path / name).read_bytes())
        if joined:
            _add(archive, f"{run.name}/joined.onnx", _joined(run))
        _add(archive, f"{run.name}/example.py", example.text(run).encode())
    return target


def _joined(run: Run) -> bytes:
    (given, *more) = run.contract.inputs
    stated = given.source.to_dict()
    if more or given.source.kind != "encoder":
        raise RunError(f"{run.name} is not fed with a pretrained encoder alone, so there is nothing to join.")
    if given.source.missing:
        raise RunError(given.source.missing)
    graph = encoders.find(stated["encoder"]).graph
    try:
        model = behind_encoder(run.model_path(), graph, tuple(stated["blocks"]), tuple(stated["pools"]))
    except GraphError as error:
        raise RunError(str(error)) from error
    return bytes(model.SerializeToString())


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100644 << 16
    archive.writestr(entry, data)
