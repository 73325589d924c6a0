"""CREMA-D from Kaggle: the real client against a stand-in, whole, cut and gone on with, damaged, and not there."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from kagglesdk import kaggle_env

from ser_core.corpora import crema_d, kaggle
from ser_core.corpora.base import CorpusError
from tests.corpora import stand_in
from tests.corpora.stand_in import Cut, StandIn, wav

STEMS = ("1001_DFA_ANG_XX", "1001_DFA_HAP_XX", "1040_ITH_SAD_X")
ASK, DOWNLOAD = (f"/api/v1/datasets.DatasetApiService/{name}" for name in ("GetDataset", "DownloadDataset"))


def bundle(seconds: float = 1.0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for seed, stem in enumerate(STEMS):
            archive.writestr(f"AudioWAV/{stem}.wav", wav(seed, seconds))
        archive.writestr("readme.txt", "hello")
    return out.getvalue()


def answer(server: StandIn, body: bytes | Cut) -> None:
    """Answer as Kaggle does: the version, then a redirect to the storage, which states the MD5 and takes ranges."""
    whole = body.body if isinstance(body, Cut) else body
    server.headers = {
        "Accept-Ranges": "bytes",
        "x-goog-hash": f"md5={base64.b64encode(hashlib.md5(whole).digest()).decode()}",
    }
    server.answers = {
        ASK: b'{"ref": "ejlok1/cremad", "currentVersionNumber": 1}',
        DOWNLOAD: f"{server.url}/storage/archive.zip",
        "/storage/archive.zip": body,
    }


@pytest.fixture(autouse=True)
def no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_API_TOKEN", "KAGGLEHUB_CACHE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Kaggle's client sent to a free port of this machine."""
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "LOCALHOST")
    with stand_in.serving() as running:
        monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.LOCAL, running.url)
        yield running


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_bundle_becomes_the_corpus_folder(
    server: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(server, bundle())
    assert kaggle.fetch(tmp_path / "c") == 3
    assert names(tmp_path / "c") == {f"AudioWAV/{stem}.wav" for stem in STEMS}
    assert (tmp_path / "c" / "AudioWAV" / f"{STEMS[1]}.wav").read_bytes() == wav(1)
    assert "crema-d/1040_ITH_SAD_XX" in set(crema_d.read(tmp_path / "c")["clip"])
    assert capsys.readouterr().out == ""


def test_a_cut_download_goes_on_where_it_stopped(server: StandIn, tmp_path: Path) -> None:
    whole = bundle(seconds=30)  # The client writes a megabyte at a time.
    answer(server, Cut(whole, 2_500_000))
    with pytest.raises(CorpusError, match=r"same command again \(what has come is kept\)"):
        kaggle.fetch(tmp_path / "c")
    assert crema_d.read(tmp_path / "c").empty
    answer(server, whole)
    assert kaggle.fetch(tmp_path / "c") == 3
    assert len(server.ranges) == 1 and 1_000_000 < int(server.ranges[0].split("=")[1][:-1]) <= 2_500_000
    assert names(tmp_path / "c") == {f"AudioWAV/{stem}.wav" for stem in STEMS}


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"no zip at all", "Unsupported archive"), (bundle()[:-500], "could not be fetched")],
    ids=["no archive", "torn archive"],
)
def test_a_damaged_bundle_is_not_kept(server: StandIn, tmp_path: Path, body: bytes, reason: str) -> None:
    answer(server, body)
    with pytest.raises(CorpusError, match=reason):
        kaggle.fetch(tmp_path / "c")
    assert names(tmp_path / "c") == set()
    answer(server, bundle())
    assert kaggle.fetch(tmp_path / "c") == 3


def test_a_wrong_hash_is_refused(server: StandIn, tmp_path: Path) -> None:
    answer(server, bundle())
    server.headers["x-goog-hash"] = f"md5={base64.b64encode(hashlib.md5(b'other').digest()).decode()}"
    with pytest.raises(CorpusError, match="MD5"):
        kaggle.fetch(tmp_path / "c")
    assert names(tmp_path / "c") == set()


def test_a_bundle_of_something_else_is_refused(server: StandIn, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("song.wav", wav())
    answer(server, out.getvalue())
    with pytest.raises(CorpusError, match="no clip of CREMA-D"):
        kaggle.fetch(tmp_path / "c")


def test_no_answer_says_what_else_to_do(server: StandIn, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="--n-speakers"):
        kaggle.fetch(tmp_path / "c")


def test_kaggles_own_test_endpoint_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "TEST")
    try:
        with stand_in.serving(7777) as server:
            answer(server, bundle())
            assert kaggle.fetch(tmp_path / "c") == 3
    except OSError as error:
        pytest.skip(f"port 7777 is taken: {error}")
    assert capsys.readouterr().out == ""
