"""Features computed elsewhere: read by clip from Parquet, CSV and NPZ, trained on, never served."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ser_core import recipes, runs
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.features import external, sets, store
from ser_core.features.sources import FeatureError
from ser_core.predictor import Predictor
from ser_core.training import repeats
from ser_core.training.reporter import Quiet
from tests import made


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return crema_d.MODULE.load(made.crema_d(tmp_path_factory.mktemp("corpus") / "c", made.SPEAKERS[:4], seconds=0.4))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_HOME", str(tmp_path / "home"))


def vectors(corpus: Corpus) -> pd.DataFrame:
    random = np.random.default_rng(0)
    number = {emotion: k for k, emotion in enumerate(sorted(set(corpus.clips["emotion"])))}
    means = np.array([number[emotion] for emotion in corpus.clips["emotion"]])
    values = random.normal(size=(len(means), 8)) + 4 * np.eye(8)[means]
    return pd.DataFrame(values, columns=[f"v{k}" for k in range(8)])


@pytest.mark.parametrize("naming", ["clip", "stem", "file", "path"])
@pytest.mark.parametrize("ending", ["csv", "parquet", "npz", "npz by clip"])
def test_vectors_are_found_by_clip(corpus: Corpus, tmp_path: Path, naming: str, ending: str) -> None:
    table = vectors(corpus)
    names = {
        "clip": list(corpus.clips["clip"]),
        "stem": [clip.split("/")[1] for clip in corpus.clips["clip"]],
        "file": [Path(path).name for path in corpus.clips["path"]],
        "path": [f"../elsewhere/AudioWAV/{Path(path).name}" for path in corpus.clips["path"]],
    }[naming]
    path = tmp_path / f"e.{ending[:3] if ending != 'parquet' else ending}"
    order = np.random.default_rng(1).permutation(len(names))
    shuffled, values = [names[k] for k in order], table.to_numpy()[order]
    if ending == "npz":
        np.savez(path, clip=np.array(shuffled), features=values)
    elif ending == "npz by clip":
        if naming in ("clip", "path"):
            pytest.skip("a slash in an NPZ key makes a folder of it")
        np.savez(path, **dict(zip(shuffled, values, strict=True)))
    else:
        frame = pd.DataFrame(values, columns=table.columns).assign(file=shuffled, emotion="x")
        frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    found = store.load(corpus, sets.named(external.keep(path, corpus)).inputs[0].source)
    read = np.concatenate([found[clip] for clip in corpus.clips["clip"]])
    np.testing.assert_allclose(read, table.to_numpy(), rtol=1e-6)


def test_a_run_on_them_is_whole_and_says_that_it_cannot_be_served(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    vectors(corpus).assign(clip=corpus.clips["clip"]).to_parquet(path)
    recipe = recipes.named("logreg").with_(split="clips").on_external(external.keep(path, corpus))
    run = repeats.train(recipe, corpus, runs.create(tmp_path / "r"), Quiet())
    assert run.metrics["test"]["accuracy"] > 0.8
    assert run.problems(hashes=True) == []
    assert not run.servable
    with pytest.raises(runs.RunError, match="computed elsewhere"):
        Predictor(run)


def test_without_its_file_such_a_recipe_asks_for_it(corpus: Corpus) -> None:
    with pytest.raises(FeatureError, match="--features"):
        store.load(corpus, sets.named("external:e:0123456789abcdef:8").inputs[0].source)


def test_what_does_not_fit_is_said(corpus: Corpus, tmp_path: Path) -> None:
    table = vectors(corpus).assign(clip=corpus.clips["clip"])
    cases = {
        "no column that names": table.drop(columns="clip"),
        "not finite": table.assign(v0=np.nan),
        "two rows": pd.concat([table, table.iloc[:1]]),
        "has features of 3 of": table.iloc[:3],
        "no column of numbers": table[["clip"]],
    }
    for said, frame in cases.items():
        frame.to_csv(tmp_path / "e.csv", index=False)
        with pytest.raises(FeatureError, match=said):
            external.keep(tmp_path / "e.csv", corpus)
    (tmp_path / "e.npz").write_bytes(b"no")
    for path in (tmp_path / "e.npz", tmp_path / "absent.csv"):
        with pytest.raises(FeatureError, match=path.name):
            external.keep(path, corpus)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\n{header};a;b;\n{rows}",
        "\ufeff{header};a;b\n{rows}",
    ],
    ids=["Excel's first line, a column without a name", "a byte order mark"],
)
def test_tables_of_spreadsheets_are_read(corpus: Corpus, tmp_path: Path, text: str) -> None:
    rows = "".join(f"{clip};1,5;-2,25e1;\n" for clip in corpus.clips["clip"])
    (tmp_path / "e.csv").write_text(text.format(header="clip", rows=rows), encoding="utf-8")
    found = store.load(corpus, sets.named(external.keep(tmp_path / "e.csv", corpus)).inputs[0].source)
    np.testing.assert_array_equal(np.unique(found.frames, axis=0), [[1.5, -22.5]])


def test_a_ragged_table_names_the_row(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("clip,a\n" + "".join(f"{clip},1,2\n" for clip in corpus.clips["clip"]))
    with pytest.raises(FeatureError, match="row 2 has 3 cells, the first row names 2"):
        external.keep(tmp_path / "e.csv", corpus)
