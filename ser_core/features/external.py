"""Features that another program computed (openSMILE, wav2vec2, emotion2vec, ...), read from a file by clip."""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from ser_core import files
from ser_core.corpora import clip_names, tables
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.features import sets, store
from ser_core.features.sources import ExternalSource, FeatureError

#: Columns that may say which clip a row is of, in the order in which they are looked for.
KEYS = ("clip", "file", "filename", "name", "id")
#: Columns that such files also carry and that are no features.
PASSED_OVER = ("start", "end", "frameTime", "speaker", "emotion", "split", "part", "gender", "sex", "label")


def keep(path: Path, corpus: Corpus) -> str:
    """Read the file, put its vectors into the store for `corpus`, and return the feature set's name for a recipe.

    `path`: Parquet or CSV with a column clip (or file, ...) and a column a value; or NPZ with the arrays `clip` (n) and
    `features` (n × d), or with one vector under each clip's id. A clip is known by its id, its id without the corpus, or its
    file's name with or without ending. Raises FeatureError where the file cannot be read, holds no number, or names fewer
    than half of the corpus' clips.
    """
    names, values = _read(Path(path))
    if values.ndim != 2 or not values.shape[1]:
        raise FeatureError(f"{path} holds no column of numbers: one vector a clip is wanted.")
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise FeatureError(f"{path}: the features of {names[row]} are not finite numbers.")
    vectors = _by_clip(names, values, corpus, path)
    covered = sum(clip in vectors for clip in corpus.clips["clip"])
    if covered < len(corpus.clips) / 2:
        raise FeatureError(
            f"{path} has features of {covered} of the {len(corpus.clips)} clips of {corpus.card.title}; it names clips like "
            f"'{names[0]}', the corpus like '{corpus.clips['clip'].iloc[0]}'."
        )
    stem = re.sub(r"[^\w.-]", "-", Path(path).stem)
    source = ExternalSource(stem, files.sha256(Path(path))[:16], values.shape[1])
    store.put(corpus, source, vectors)
    return sets.external_name(source)


def _read(path: Path) -> tuple[list[str], np.ndarray]:
    if not path.is_file():
        raise FeatureError(f"There is no file {path}.")
    try:
        if path.suffix == ".npz":
            return _npz(path)
        table = pd.read_parquet(path) if path.suffix == ".parquet" else _csv(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, pd.errors.ParserError) as error:
        raise FeatureError(f"{path} cannot be read as Parquet, CSV or NPZ: {' '.join(str(error).split())}") from error
    if table.index.names != [None]:
        table = table.reset_index()
    keys = [name for name in KEYS if name in table.columns]
    if not keys:
        raise FeatureError(
            f"{path} has no column that names the clip ({', '.join(KEYS)}); it has {', '.join(map(str, table.columns[:5]))}."
        )
    numbers = table.drop(columns=[name for name in (*KEYS, *PASSED_OVER) if name in table.columns]).select_dtypes(
        "number"
    )
    return table[keys[0]].astype(str).tolist(), numbers.to_numpy(np.float32)


def _csv(path: Path) -> pd.DataFrame:
    try:
        frame = _as_it_stands(tables.layout(path))
        if frame is not None:
            return frame
        # Decimal commas, or rows of unequal length: read as text, which takes several times as long.
        table = tables.read(path)
    except CorpusError as error:
        raise FeatureError(str(error)) from error
    for problem in table.problems:
        raise FeatureError(f"{path}: {problem.where} {problem.message}.")
    numbers = {name: tables.numbers(table.cells[name]) for name in table.cells if name not in KEYS}
    return table.cells.assign(**{name: column for name, column in numbers.items() if column.notna().all()})


def _as_it_stands(form: tables.Layout) -> pd.DataFrame | None:
    """The table as pandas reads it; None where its rows are uneven, or a column that should hold numbers does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                form.path,
                sep=form.delimiter,
                encoding=form.encoding,
                skiprows=form.skipped,
                names=form.unique,
                header=0,
                index_col=False,
                dtype=dict.fromkeys(KEYS, str),
            )[[name for name in form.columns if name]]
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        return None
    values = frame.drop(columns=[name for name in (*KEYS, *PASSED_OVER) if name in frame])
    return frame if len(values.select_dtypes("number").columns) == len(values.columns) else None


def _npz(path: Path) -> tuple[list[str], np.ndarray]:
    with np.load(path, allow_pickle=False) as held:
        if {"clip", "features"} <= set(held.files):
            return [str(name) for name in held["clip"]], np.asarray(held["features"], np.float32)
        names = list(held.files)
        return names, np.stack([np.asarray(held[name], np.float32).ravel() for name in names])


def _by_clip(names: list[str], values: np.ndarray, corpus: Corpus, path: Path) -> dict[str, np.ndarray]:
    clip_of = clip_names.lookup(corpus)
    vectors: dict[str, np.ndarray] = {}
    for name, row in zip(names, values, strict=True):
        clip = clip_of(name)
        if not clip:
            continue
        if clip in vectors:
            raise FeatureError(f"{path} has two rows for the clip {clip}; one vector a clip is wanted.")
        vectors[clip] = row
    return vectors
