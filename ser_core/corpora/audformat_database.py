"""A corpus as an audformat database (db.yaml, its tables, the sound files), written and read back through the `audformat` package.

The package is optional. What a stranger's database can do is kept small: its header is read by YAML's safe loader, and its tables as CSV or
Parquet alone, for the package itself would run what a header or a pickle says.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ser_core import files
from ser_core.corpora import manifest, own
from ser_core.corpora.base import Card, Corpus, CorpusError, Problem, complete

HEADER = "db.yaml"
NOT_INSTALLED = (
    "audformat databases are read and written by the package audformat, which is not installed here. Add it with "
    "`pip install audformat` in this program's environment."
)
#: Name of the table of clips, and of its columns' that are not named as here: ours → audformat's.
TABLE = "emotion"
NAMES = {"sex": "gender"}
#: What other databases call these columns: theirs → ours.
THEIRS = {"gender": "sex", "transcription": "sentence", "text": "sentence"}
#: Part → audformat's type of split.
PARTS = {"train": "train", "validation": "dev", "test": "test"}
#: Columns that are in the index, or of this machine.
_ELSEWHERE = ("clip", "path", "start", "end", "split")
_OF_SPEAKERS = ("sex", "age", "race", "ethnicity")
_PLAIN_ID = re.compile(r"[\w.-]+")


def is_database(folder: Path) -> bool:
    """Tell whether a folder holds an audformat database."""
    return (folder / HEADER).is_file()


def missing() -> str:
    """Return why no database can be written or read here, a sentence with the way out; '' where it can."""
    return NOT_INSTALLED if importlib.util.find_spec("audformat") is None else ""


def write(
    corpus: Corpus,
    folder: Path,
    parts: pd.Series | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the corpus into the new folder `folder`: db.yaml, a table of its clips for each part, and a copy of every sound file.

    parts: each clip's part (train, validation, test; '' for none), by the index of `corpus.clips`; default: the column `split` of the clips,
    where they have one. progress: called with files done and files in all. Raises CorpusError where the package is not here, the folder is
    there already, or a sound file is gone; then nothing is left behind.
    """
    audformat = _package()
    folder = Path(folder)
    if folder.exists():
        raise CorpusError(f"{folder} is there already; name a new folder.")
    clips = corpus.clips
    if parts is None:
        parts = clips["split"] if "split" in clips else pd.Series("", index=clips.index)
    media = _media(corpus)
    lost = [path for path in clips["path"].unique() if not Path(path).is_file()]
    if lost:
        raise CorpusError(f"{files.utf8(str(lost[0]))} is not there, so {corpus.card.title} cannot be exported whole.")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _copy(media, unfinished, progress)
        database = _database(audformat, corpus, clips.assign(split=parts), clips["path"].map(media))
        database.save(str(unfinished), storage_format="csv", verbose=False)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return folder


def load(folder: Path, name: str, reading: own.Reading = own.Reading()) -> Corpus:
    """Read the database in `folder` as a corpus called `name`; clip ids are `<name>/<file>`, a segment's with `#<start>-<end>`.

    Clips are the rows of every table with a column emotion; their part is the split of their table; speaker, sentence, gender, age and what
    else is stated of a file come from any table. Raises CorpusError where the package is not here, the database is damaged or unsafe to
    read, or has no such table.
    """
    audformat = _package()
    folder = Path(folder)
    database = _opened(audformat, folder)
    labelled = [table for table in database.tables if TABLE in database.tables[table].columns]
    if not labelled:
        columns = sorted({column for table in database.tables.values() for column in table.columns})
        raise CorpusError(
            f"{folder} has no table with a column emotion; its columns are {', '.join(columns) or 'none'}."
        )
    rows = pd.concat([_rows(database, table) for table in labelled], ignore_index=True)
    # A clip that stands in a table of all and in one of a split has that split.
    rows = rows.sort_values("split", ascending=False, kind="stable").drop_duplicates(["file", "start", "end"])
    for table in database.tables:
        if table not in labelled:
            rows = _filled(rows, _attributes(database, table))
    problems = [Problem(row.file, "names no emotion") for row in rows[rows["emotion"] == ""].itertuples()]
    rows = rows[rows["emotion"] != ""].reset_index(drop=True)
    if (rows["split"] == "").all():
        rows = rows.drop(columns="split")
    path, relative = manifest.places(rows["file"], folder)
    rows = rows.assign(path=path, clip=f"{name}/" + relative + manifest.segments(rows)).drop(columns="file")
    return own.corpus(name, folder, f"the audformat database {folder}", complete(rows), problems, reading=reading)


def _package() -> Any:
    try:
        # Imported here: it is an optional package, and slow.
        import audformat
    except ImportError:
        raise CorpusError(NOT_INSTALLED) from None
    return audformat


def _media(corpus: Corpus) -> dict[str, str]:
    """Sound file → its path below the database's folder: as the clips' ids have it, with the file's own ending."""
    placed = {}
    for clip, path in zip(corpus.clips["clip"], corpus.clips["path"], strict=True):
        inside = clip.removeprefix(f"{corpus.name}/")
        ending = Path(files.utf8(str(path))).suffix
        inside = inside if inside.endswith(ending) else re.sub(r"#[\d.]*-[\d.]*$", "", inside)
        placed[path] = inside if inside.endswith(ending) else inside + ending
    return placed


def _copy(media: Mapping[str, str], folder: Path, progress: Callable[[int, int], None] | None) -> None:
    for done, (path, inside) in enumerate(media.items(), start=1):
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        if progress:
            progress(done, len(media))


def _database(audformat: Any, corpus: Corpus, clips: pd.DataFrame, media: pd.Series) -> Any:
    card = corpus.card
    made = audformat.Database(
        card.name,
        source=card.url,
        usage=audformat.define.Usage.OTHER,
        languages=_language(audformat, card),
        description=card.honesty,
        license=card.licence,
        license_url=card.licence_url or None,
        meta={"citation": card.citation, "language": card.language, "title": card.title},
    )
    stated = [name for name in clips if name not in _ELSEWHERE and (clips[name].notna() & (clips[name] != "")).any()]
    of_speakers = _steady(clips, stated)
    for name in stated:
        if name not in of_speakers:
            made.schemes[NAMES.get(name, name)] = _scheme(audformat, clips[name], of_speakers, clips, corpus)
    for part in ["", *PARTS]:
        rows = clips[clips["split"] == part]
        if rows.empty:
            continue
        if part:
            made.splits[PARTS[part]] = audformat.Split(PARTS[part])
        table = audformat.Table(_index(audformat, rows, media), split_id=PARTS.get(part))
        made[f"{TABLE}.{PARTS[part]}" if part else TABLE] = table
        for name in stated:
            if name in of_speakers:
                continue
            called = NAMES.get(name, name)
            table[called] = audformat.Column(scheme_id=called)
            table[called].set(rows[name].where(rows[name] != "").tolist())
    return made


def _language(audformat: Any, card: Card) -> list[str]:
    """The language of the card as audformat spells it, none where it is not stated."""
    word = card.language.partition(" ")[0]
    try:
        # In small letters it would be a code: "not stated" is no Nomatsiguenga.
        return [audformat.utils.map_language(word)] if word[:1].isupper() else []
    except ValueError:
        return []


def _steady(clips: pd.DataFrame, stated: list[str]) -> dict[str, dict[str, Any]]:
    """What is of a speaker and not of a clip, by its name: speaker → its value; what differs between a speaker's clips is not."""
    steady: dict[str, dict[str, Any]] = {}
    if "speaker" not in stated or (clips["speaker"] == "").any():
        return steady
    for name in _OF_SPEAKERS:
        by_speaker = clips.groupby("speaker")[name]
        if name in stated and (by_speaker.nunique(dropna=False) == 1).all():
            steady[name] = by_speaker.first().to_dict()
    return steady


def _scheme(
    audformat: Any, values: pd.Series, of_speakers: Mapping[str, Mapping[str, Any]], clips: pd.DataFrame, corpus: Corpus
) -> Any:
    if values.name == "emotion":
        return audformat.Scheme("str", labels=list(corpus.emotions))
    if values.name == "speaker":
        speakers = sorted(set(clips["speaker"]) - {""})
        said = {
            who: {NAMES.get(name, name): known[who] for name, known in of_speakers.items() if _is_stated(known[who])}
            for who in speakers
        }
        return audformat.Scheme("str", labels=said if of_speakers else speakers)
    return audformat.Scheme("float" if pd.api.types.is_numeric_dtype(values) else "str")


def _is_stated(value: Any) -> bool:
    return not (pd.isna(value) or value == "")


def _index(audformat: Any, rows: pd.DataFrame, media: pd.Series) -> Any:
    named = media[rows.index].tolist()
    if not (rows["start"].notna() | rows["end"].notna()).any():
        return audformat.filewise_index(named)
    starts, ends = (pd.to_timedelta(rows[side], unit="s") for side in ("start", "end"))
    return audformat.segmented_index(named, starts.fillna(pd.Timedelta(0)).tolist(), ends.tolist())


def _opened(audformat: Any, folder: Path) -> Any:
    # Of the package's own needs.
    import yaml

    path = folder / HEADER
    try:
        header = yaml.safe_load(path.read_text(encoding="utf-8"))
        database = audformat.Database.load_header_from_yaml(header)
        # Those of speakers first: what the others name of them is checked as it is read.
        for name, table in {**database.misc_tables, **database.tables}.items():
            if not _PLAIN_ID.fullmatch(name):
                raise CorpusError(
                    f"{path} names a table '{name}'; letters, digits, hyphens, dots and underscores are read."
                )
            place = folder / f"db.{name}"
            if place.with_name(f"{place.name}.pkl").exists():
                raise CorpusError(
                    f"{folder} keeps its table {name} as a pickle (db.{name}.pkl), which could run code. Delete it, or have the database "
                    "saved as CSV or Parquet."
                )
            table.load(str(place))
    except CorpusError:
        raise
    except Exception as error:
        # The package raises what it meets: KeyError, RuntimeError, its own and YAML's.
        raise CorpusError(f"{path} cannot be read as an audformat database: {' '.join(str(error).split())}") from error
    return database


def _rows(database: Any, table: str) -> pd.DataFrame:
    """The clips of a table: file, start, end, split and every column, text where it is no number."""
    split = database.tables[table].split_id
    kind = {"develop": "validation", "dev": "validation"}.get(
        kind := database.splits[split].type if split else "", kind
    )
    return _attributes(database, table).assign(split=kind if kind in PARTS else "")


def _attributes(database: Any, table: str) -> pd.DataFrame:
    found = database.tables[table]
    index = found.index.to_frame(index=False)
    frame = pd.DataFrame({"file": index["file"].astype(str)})
    sides = [index[side].dt.total_seconds() if side in index else float("nan") for side in ("start", "end")]
    frame["start"], frame["end"] = sides
    # A start of 0 without an end is the whole file.
    frame["start"] = frame["start"].mask(frame["end"].isna() & (frame["start"] == 0.0))
    columns = {name: found[name].get() for name in found.columns}
    if "speaker" in found.columns:
        for name in (*_OF_SPEAKERS, *THEIRS):
            try:
                columns.setdefault(name, found["speaker"].get(map=name))
            except (ValueError, KeyError):
                continue
    for name, values in columns.items():
        ours = THEIRS.get(name, name)
        if ours in ("file", "start", "end", "split", "clip", "path") or ours in frame:
            continue
        frame[ours] = (
            values.to_numpy()
            if ours == "age"
            else values.astype("object").where(values.notna(), "").map(str).to_numpy()
        )
    if "sex" in frame:
        frame["sex"] = frame["sex"].str.lower().replace(manifest.GENDERS)
    return frame


def _filled(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The rows with what another table says of the same clip, or of its file."""
    whole = others["start"].isna() & others["end"].isna()
    for name in others.columns:
        if name in ("file", "start", "end") or (name in rows and (rows[name] != "").all()):
            continue
        of_files = others[whole].drop_duplicates("file").set_index("file")[name]
        cells = rows["file"].map(of_files)
        rows[name] = cells if name not in rows else rows[name].where(rows[name] != "", cells)
    return rows
