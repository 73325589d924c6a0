"""Anyone's predictions on a corpus as a run without a model, so that they get every figure that our own runs get."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ser_core import files, runs, settings
from ser_core.corpora import clip_names, tables
from ser_core.corpora.base import Corpus, CorpusError, index
from ser_core.evaluation import writing
from ser_core.exchange import naming, schema
from ser_core.runs import Run, RunError

#: Names under which a table may state the clip; the first that it has counts.
CLIP = ("clip", "file", "filename", "path")
PREDICTED = ("predicted", "prediction")
PARTS = ("train", "validation", "test")
#: How many of the rows that do not fit are named.
NAMED = 3


def import_predictions(path: Path, corpus: Corpus, *, name: str = "") -> Run:
    """Make a run in SER_HOME/runs of the predictions in the CSV (or TSV) `path` on `corpus`, and return it.

    Columns: the clip (CLIP: a clip id, or a file's name with or without its folder and ending); `predicted`, or a `p_<label>` for
    every label, or both; if wanted `part` (validation, test; test where there is none; train rows only state what was trained
    on) and `fold`. The truth is the corpus'. With p_ columns for some of its emotions alone, the clips of the others are left
    out. Raises RunError for what does not fit; nothing is made then.
    """
    table = _read(path)
    rows = _joined(table, corpus, path)
    rows["part"] = _parts(table, path)
    rows["fold"] = table.get("fold", "")
    repeated = rows.duplicated(["clip", "part", "fold"])
    if repeated.any():
        raise RunError(f"{path.name} has {_some(rows['clip'][repeated])} more than once.")
    both = set(rows["clip"][rows["part"] == "train"]) & set(rows["clip"][rows["part"] == "test"])
    if both and "fold" not in table:
        raise RunError(f"{path.name} has {_some(pd.Series(sorted(both)))} in the train and in the test part.")
    measured = rows["part"] != "train"
    if not measured.any():
        raise RunError(f"{path.name} has rows of the train part alone; there is nothing to measure.")
    labels, answers = _answers(table[measured], corpus, path)
    scored = pd.concat([rows[measured], answers], axis=1)
    known = scored["true"].isin(labels)
    if not known.any():
        raise RunError(f"None of the clips in {path.name} is of an emotion that it has a column for.")
    return _write(rows, scored[known], labels, corpus, path, name, left_out=int((~known).sum()))


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.stat().st_size > settings.MAX_UPLOAD_BYTES:
            raise RunError(f"{path.name} is larger than {settings.MAX_UPLOAD_BYTES // 2**20} MB.")
        table = tables.read(path)
    except (OSError, CorpusError) as error:
        raise RunError(f"{path.name} cannot be read as a CSV table: {error}") from error
    for problem in table.problems:
        raise RunError(f"{path.name}: {problem.where} {problem.message}.")
    if table.cells.empty:
        raise RunError(f"{path.name} has no rows.")
    # Columns may be spelt `Clip`; emotions in p_ columns are matched by their own names later.
    return table.cells.rename(columns=str.casefold)


def _joined(table: pd.DataFrame, corpus: Corpus, path: Path) -> pd.DataFrame:
    """clip, speaker and true of every row, from the corpus."""
    column = next((column for column in CLIP if column in table), None)
    if column is None:
        raise RunError(f"{path.name} has no column 'clip' or 'file'; it has {', '.join(table.columns)}.")
    clips = table[column].map(clip_names.lookup(corpus))
    unknown = table[column][clips == ""]
    if len(unknown):
        raise RunError(
            f"{len(unknown):,} of the {len(table):,} clips in {path.name} are not of {corpus.card.title} as it lies here: {_some(unknown)}."
        )
    truth = corpus.clips.set_index("clip").loc[clips]
    return pd.DataFrame({"clip": clips, "speaker": truth["speaker"].to_numpy(), "true": truth["emotion"].to_numpy()})


def _parts(table: pd.DataFrame, path: Path) -> pd.Series:
    if "part" not in table:
        return pd.Series("test", index=table.index)
    parts = table["part"].str.casefold()
    strange = sorted(set(parts) - set(PARTS))
    if strange:
        raise RunError(f"{path.name} states the part '{strange[0]}'; known are {', '.join(PARTS)}.")
    return parts


def _answers(table: pd.DataFrame, corpus: Corpus, path: Path) -> tuple[list[str], pd.DataFrame]:
    """The labels that the system knows, and for every row `predicted` and, where stated, the probabilities."""
    spelt = {emotion.casefold(): emotion for emotion in corpus.emotions}
    columns = [column for column in table.columns if column.startswith("p_")]
    stated = next((name for name in PREDICTED if name in table), None)
    if stated is None and not columns:
        raise RunError(
            f"{path.name} has neither a column 'predicted' nor p_<label> columns; it has {', '.join(table.columns)}."
        )
    named = set(columns and (column[2:] for column in columns)) | set(table[stated].str.casefold() if stated else ())
    strange = sorted(named - set(spelt))
    if strange:
        raise RunError(
            f"{path.name} names {_some(pd.Series(strange))}, which {corpus.card.title} does not have; its emotions are "
            f"{', '.join(corpus.emotions)}."
        )
    if not columns:
        return list(corpus.emotions), pd.DataFrame({"predicted": table[stated].str.casefold().map(spelt)})
    labels = [emotion for emotion in corpus.emotions if f"p_{emotion.casefold()}" in columns]
    numbers = table[[f"p_{label.casefold()}" for label in labels]].apply(tables.numbers).to_numpy(float)
    wrong = schema.odd_rows(numbers)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise RunError(
            f"In {path.name} the probabilities of {int(wrong.sum()):,} rows do not sum to 1; the first is row "
            f"{int(table.index[row])} with {np.nansum(numbers[row]):.4g}."
        )
    best = np.array(labels)[numbers.argmax(axis=1)]
    if stated:
        # Of two labels that are equally probable either may be named.
        said = table[stated].str.casefold().map(spelt).to_numpy()
        place = {label: k for k, label in enumerate(labels)}
        own = np.array([numbers[k, place[label]] if label in place else -1.0 for k, label in enumerate(said)])
        other = own < numbers.max(axis=1) - 1e-6
        if other.any():
            raise RunError(
                f"In {path.name} 'predicted' is not the most probable label in {int(other.sum()):,} rows, first in row "
                f"{int(table.index[np.flatnonzero(other)[0]])}; leave one of the two out."
            )
        best = said
    answers = pd.DataFrame(
        numbers / numbers.sum(axis=1, keepdims=True), table.index, [f"p_{label}" for label in labels]
    )
    answers.insert(0, "predicted", best)
    return labels, answers


def _write(
    rows: pd.DataFrame, scored: pd.DataFrame, labels: list[str], corpus: Corpus, path: Path, name: str, *, left_out: int
) -> Run:
    official = index(corpus.name)
    hashes = [
        official[stem].pcm16_sha256_16 if (stem := clip.split("/", 1)[-1]) in official else "" for clip in rows["clip"]
    ]
    split = rows.rename(columns={"true": "emotion"}).assign(pcm16_sha256_16=hashes)[list(schema.SPLIT)]
    # In folds every clip is a test row once, whatever it was in the others.
    split = split.sort_values("part", key=lambda parts: parts != "test", kind="stable").drop_duplicates("clip")
    columns = [*schema.PREDICTIONS, *(f"p_{label}" for label in labels if f"p_{label}" in scored)]
    stated = {"name": "imported", "title": f"Predictions of another system: {path.name}", "corpus": corpus.name}
    run = runs.create(naming.free_path(name or path.stem))
    run.write_table("split.csv", split.sort_values("clip"))
    writing.measure(run, scored[columns], labels, pooled=scored["fold"].nunique() > 1)
    source = {
        "kind": "predictions",
        "file": path.name,
        "sha256": files.sha256(path),
        "rows": len(rows),
        "left_out": left_out,
    }
    recipe = {"recipe": {**stated, "labels": labels, "split": ""}, "source": source, "created": runs.now()}
    writing.finish(run, "imported", recipe, lambda: _card(path, corpus, scored, left_out), message="imported")
    return run


def _card(path: Path, corpus: Corpus, scored: pd.DataFrame, left_out: int) -> str:
    without = f" {left_out:,} rows of emotions that it does not know were left out." if left_out else ""
    return (
        f"# {path.stem}\n\nPredictions of another system, imported from {path.name}: {len(scored):,} rows on {corpus.card.title}.{without}\n\n"
        "The true emotions are the corpus' own. How the system was trained, and on which clips and speakers, is not known here "
        "beyond what the file states; the run has no model, so it answers no new clip.\n\n"
        f"{corpus.card.honesty}\n"
    )


def _some(names: pd.Series) -> str:
    first = list(dict.fromkeys(str(name) for name in names))
    return ", ".join(first[:NAMED]) + (" …" if len(first) > NAMED else "")
