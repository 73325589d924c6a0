"""The published form of a run, which weighs little: how its files are found and read. `publishing` writes it; only `Run` asks here.

A run as it is trained keeps every file by its name, tables as CSV. A published one has

    recipe.json  status.json  metrics.json  card.md  files.json     as ever; files.json names the split too
    predictions.parquet      predictions.csv
    small.json               name → what it states, or its text: feature.json, layers.json, history.csv, log.txt, trainings.json
    ../splits/<id>.parquet   split.csv, once for all runs that have it; id: the first 16 digits of the SHA-256 of its text

Whoever reads a run asks for the plain form's names, whichever form it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PREDICTIONS = "predictions.parquet"
SMALL = "small.json"
#: Folder beside the runs; files.json names a run's as `../splits/<name>`.
SPLITS = "splits"
#: What small.json holds, where the run has it.
INSIDE = ("feature.json", "layers.json", "history.csv", "log.txt", "trainings.json")


def is_published(path: Path) -> bool:
    """Tell whether the run in the folder `path` has the published form."""
    return (path / PREDICTIONS).is_file()


def holder(path: Path, name: str) -> Path | None:
    """Return the file that holds the run's file `name`: itself, or what stands for it in the published form; None for none."""
    if (path / name).is_file():
        return path / name
    if not is_published(path):
        return None
    if name == "predictions.csv":
        return path / PREDICTIONS
    if name == "split.csv":
        file = split(path)
        return file if file is not None and file.is_file() else None
    return path / SMALL if name in _small(path) else None


def split(path: Path) -> Path | None:
    """Return the split's file of a published run, which lies beside the run's folder and may be missing; None where none is named."""
    named = [name for name in _json(path / "files.json") if _is_split(name)]
    return path.parent / SPLITS / PurePosixPath(named[0]).name if named else None


def lists(listed: Iterable[str], name: str) -> bool:
    """Tell whether a files.json that lists these files has the run's file `name`, by itself or by what stands for it."""
    if name == "predictions.csv" and PREDICTIONS in listed:
        return True
    return name in listed or (name == "split.csv" and any(_is_split(file) for file in listed))


def text(path: Path, name: str) -> str:
    """Return the text of a file that small.json holds, JSON as `files.write_json` writes it."""
    content = _small(path)[name]
    return content if isinstance(content, str) else json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def rows(file: Path) -> int:
    """Return how many rows a table has, of which nothing else is read."""
    if file.suffix == ".parquet":
        return int(pq.read_metadata(file).num_rows)
    with file.open(encoding="utf-8") as lines:
        return sum(1 for _ in lines) - 1


def read_parquet(file: Path) -> pd.DataFrame:
    """Return the table, equal to the digit to the one that `write_parquet` was given. Raises ValueError for a file that is none."""
    table = pq.ParquetFile(file).read()
    for k, column in enumerate(table.schema):
        if pa.types.is_float32(column.type):
            # The shortest decimal that 32 bits tell from all others: of a number of six digits that number.
            exact = pc.cast(pc.cast(table.column(k), pa.string()), pa.float64())
            table = table.set_column(k, column.name, exact)
    return table.to_pandas()


def write_parquet(table: pd.DataFrame, file: Path) -> None:
    """Write the table; numbers of six digits take 32 bits, and `read_parquet` gives them back as they were."""
    columns = pa.Table.from_pandas(table, preserve_index=False)
    floats = [column.name for column in columns.schema if pa.types.is_floating(column.type)]
    for name in floats:
        if _shortened(columns[name]).equals(columns[name]):
            place = columns.schema.get_field_index(name)
            columns = columns.set_column(place, name, columns[name].cast(pa.float32()))
    pq.write_table(
        columns,
        file,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in columns.column_names if name not in floats],
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
    )


def _shortened(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(pc.cast(column.cast(pa.float32(), safe=False), pa.string()), pa.float64())


def _is_split(name: str) -> bool:
    return name.startswith(f"../{SPLITS}/")


def _small(path: Path) -> dict[str, Any]:
    return _json(path / SMALL)


def _json(file: Path) -> dict[str, Any]:
    """What a JSON file of a published run says; nothing where it cannot be read, which the hashes tell."""
    try:
        stat = file.stat()
        return _read(str(file), stat.st_size, stat.st_mtime_ns)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=256)
def _read(file: str, size: int, changed: int) -> dict[str, Any]:
    content = json.loads(Path(file).read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}
