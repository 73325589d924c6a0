"""Getting CREMA-D clip by clip from a stand-in, and the other corpora from the user's folder or zip."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ser_core import audio
from ser_core.corpora import base, crema_d, download, registry
from ser_core.corpora.base import CorpusError, IndexEntry
from tests import made
from tests.corpora import stand_in
from tests.corpora.stand_in import Cut, StandIn, wav

DEMOGRAPHICS = b'"ActorID","Age","Sex","Race","Ethnicity"\n2001,51,"Male","Caucasian","Not Hispanic"\n'
VOTES = b'"","A","D","F","H","N","S","fileName"\n"100001",0,0,0,1,10,0,"2001_IEO_NEU_XX"\n'


@pytest.fixture
def stems(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A small official corpus of three speakers, known to the index by its samples."""
    names = [f"{speaker}_IEO_{code}_XX" for speaker in ("2001", "2002", "2003") for code in made.CODES]
    entries = {}
    for seed, name in enumerate(names):
        clip = audio.decode(wav(seed, 0.2))
        entries[name] = IndexEntry(3200, 16000, 1, clip.pcm16_sha256_16)
    monkeypatch.setattr(download, "index", lambda _: entries)
    return names


@pytest.fixture
def server(stems: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with stand_in.serving() as running:
        monkeypatch.setenv("SER_CREMA_D_URL", f"{running.url}/AudioWAV/")
        running.answers = {f"/AudioWAV/{stem}.wav": wav(seed, 0.2) for seed, stem in enumerate(stems)}
        running.answers["/VideoDemographics.csv"] = DEMOGRAPHICS
        running.answers["/processedResults/tabulatedVotes.csv"] = VOTES
        yield running


def test_some_speakers_come_clip_by_clip_with_the_tables(server: StandIn, stems: list[str], tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    got = download.get("crema-d", tmp_path / "c", n_speakers=2, progress=lambda done, total: seen.append((done, total)))
    assert (got.fetched, got.present, got.failed, got.whole) == (12, 0, {}, True)
    corpus = registry.load("crema-d")
    assert corpus.root == tmp_path / "c" and corpus.speakers == ("2001", "2002")
    assert corpus.clips.set_index("clip").loc["crema-d/2001_IEO_ANG_XX", "age"] == 51
    assert (tmp_path / "c" / "processedResults" / "tabulatedVotes.csv").read_bytes() == VOTES
    assert seen[-1] == (12, 12)
    assert [path.name for path in (tmp_path / "c").rglob(".*")] == []


def test_what_is_here_and_right_is_not_fetched_again(server: StandIn, stems: list[str], tmp_path: Path) -> None:
    download.get("crema-d", tmp_path / "c", n_speakers=1)
    sound = tmp_path / "c" / "AudioWAV"
    (sound / f"{stems[0]}.wav").write_bytes(wav(99, 0.2))
    (sound / f"{stems[1]}.wav").unlink()
    server.asked.clear()
    got = download.get("crema-d", tmp_path / "c", n_speakers=1)
    assert (got.fetched, got.present) == (2, 4)
    assert sorted(server.asked) == sorted(f"/AudioWAV/{stem}.wav" for stem in stems[:2])
    assert (sound / f"{stems[0]}.wav").read_bytes() == wav(0, 0.2)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(wav(77, 0.2), "not the official clip"), (Cut(wav(1, 0.2), 900), "the connection broke off")],
    ids=["wrong hash", "cut connection"],
)
def test_one_bad_clip_is_named_and_the_others_come(
    server: StandIn, stems: list[str], tmp_path: Path, answer: bytes | Cut, reason: str
) -> None:
    server.answers[f"/AudioWAV/{stems[1]}.wav"] = answer
    got = download.get("crema-d", tmp_path / "c", n_speakers=1)
    assert got.fetched == 5 and set(got.failed) == {stems[1]} and not got.whole
    assert reason in got.failed[stems[1]]
    assert not (tmp_path / "c" / "AudioWAV" / f"{stems[1]}.wav").exists()
    server.answers[f"/AudioWAV/{stems[1]}.wav"] = wav(1, 0.2)
    assert download.get("crema-d", tmp_path / "c", n_speakers=1).whole


def test_a_dead_network_is_told_after_a_few_clips(server: StandIn, stems: list[str], tmp_path: Path) -> None:
    server.answers.clear()
    with pytest.raises(CorpusError, match="check the network"):
        download.get("crema-d", tmp_path / "c", n_speakers=3)
    assert len(server.asked) < len(stems)


def test_a_missing_or_odd_table_does_not_spoil_the_clips(server: StandIn, tmp_path: Path) -> None:
    del server.answers["/processedResults/tabulatedVotes.csv"]
    server.answers["/VideoDemographics.csv"] = b"<html>"
    got = download.get("crema-d", tmp_path / "c", n_speakers=1)
    assert got.whole and set(got.failed) == set(download.TABLES)
    assert "404" in got.failed["processedResults/tabulatedVotes.csv"]
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["AudioWAV"]


def test_a_whole_corpus_is_not_fetched(server: StandIn, stems: list[str], tmp_path: Path) -> None:
    download.get("crema-d", tmp_path / "c", n_speakers=3)
    server.asked.clear()
    got = download.get("crema-d", tmp_path / "c")
    assert (got.fetched, got.present) == (0, 18) and server.asked == []


@pytest.mark.parametrize("number", [0, 4])
def test_more_speakers_than_there_are_are_refused(server: StandIn, tmp_path: Path, number: int) -> None:
    with pytest.raises(CorpusError, match="has 3 speakers"):
        download.get("crema-d", tmp_path / "c", n_speakers=number)
    with pytest.raises(CorpusError, match="crema-d alone"):
        download.get("savee", tmp_path / "c", n_speakers=1)


def savee_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(("DC/a01", "DC/n01", "JE/su15")):
            archive.writestr(f"AudioData/{name}.wav", wav(number, 0.2, 44100))
    return path


def test_the_users_zip_is_unpacked_and_registered(tmp_path: Path) -> None:
    got = download.get("savee", tmp_path / "s", archive=savee_zip(tmp_path / "AudioData.zip"))
    assert (got.fetched, got.folder) == (3, tmp_path / "s")
    assert set(registry.load("savee").clips["clip"]) == {"savee/DC_a01", "savee/DC_n01", "savee/JE_su15"}


def test_a_zip_of_something_else_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "mine.txt").write_text("mine")
    with pytest.raises(CorpusError, match="no clip of RAVDESS"):
        download.get("ravdess", tmp_path / "s", archive=savee_zip(tmp_path / "AudioData.zip"))
    assert [path.name for path in (tmp_path / "s").rglob("*") if path.is_file()] == ["mine.txt"]
    assert registry.folders() == {}


def test_a_folder_inside_the_zip_is_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("CREMA-D-master/AudioWAV/1001_IEO_ANG_HI.wav", wav())
        archive.writestr("CREMA-D-master/VideoDemographics.csv", DEMOGRAPHICS)
    got = download.get("crema-d", tmp_path / "c", archive=tmp_path / "c.zip")
    assert got.folder == tmp_path / "c" / "CREMA-D-master" == registry.folders()["crema-d"]


@pytest.mark.parametrize("name", ["savee", "ravdess", "emodb", "tess"])
def test_the_others_are_not_fetched_and_say_where_they_are(tmp_path: Path, name: str) -> None:
    card = registry.module(name).card
    with pytest.raises(CorpusError) as caught:
        download.get(name, tmp_path / "nowhere")
    assert card.how_to_get in str(caught.value) and card.licence in str(caught.value)


def test_a_folder_that_holds_it_is_registered(tmp_path: Path) -> None:
    folder = tmp_path / "emodb" / "wav"
    folder.mkdir(parents=True)
    (folder / "03a01Fa.wav").write_bytes(wav())
    got = download.get("emodb", tmp_path / "emodb")
    assert (got.fetched, got.present) == (0, 1)
    assert registry.folders() == {"emodb": tmp_path / "emodb"}


def test_the_real_index_has_91_speakers() -> None:
    assert len({stem[:4] for stem in base.index("crema-d")}) == 91
    assert all(crema_d.NAME.match(stem) for stem in base.index("crema-d"))
