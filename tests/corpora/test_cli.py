"""`corpora` from a shell: JSON on stdout and nothing else there, one-line reasons, exit status."""

import json
from pathlib import Path

import pytest

from ser_core.cli.main import main
from ser_core.corpora import registry
from tests.corpora.stand_in import wav


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    for number, name in enumerate(("angry/1.wav", "angry/2.wav", "calm/1.wav")):
        (tmp_path / "v" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "v" / name).write_bytes(wav(number, 0.3))
    return tmp_path / "v"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main([str(argument) for argument in ("corpora", *arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def test_a_folder_and_a_table_are_checked(capsys: pytest.CaptureFixture[str], voices: Path, tmp_path: Path) -> None:
    status, out, _ = run(capsys, "validate", "folder", "--data", voices, "--json")
    assert status == 0
    assert json.loads(out) == {
        "corpus": "folder",
        "clips": 3,
        "speakers": {},
        "emotions": {"angry": 2, "calm": 1},
        "absent_speakers": [],
        "findings": [],
        "unknown_speakers": 3,
    }
    (tmp_path / "m.csv").write_text("file,emotion\nv/angry/1.wav,angry\nv/gone.wav,calm\n")
    status, out, _ = run(capsys, "validate", "manifest", "--data", tmp_path / "m.csv", "--json")
    assert status == 1
    assert [(one["clip"], one["fault"], one["known"]) for one in json.loads(out)["findings"]] == [
        ("v/gone.wav", "missing", False)
    ]
    assert registry.entries() == {}


def test_ones_own_is_registered_listed_checked_and_forgotten(capsys: pytest.CaptureFixture[str], voices: Path) -> None:
    assert run(capsys, "register", "mine", "--data", voices, "--label", "angry=anger")[0] == 0
    status, out, _ = run(capsys, "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert status == 0 and list(rows) == [*registry.MODULES, "mine", "recordings"]
    assert set(rows) >= {"crema-d", "savee", "ravdess", "emodb", "tess", "iemocap", "meld", "msp-podcast", "esd"}
    assert (rows["mine"]["kind"], rows["mine"]["folder"], rows["mine"]["present"]) == ("folder", str(voices), True)
    assert not rows["tess"]["present"]
    status, out, _ = run(capsys, "validate", "mine", "--json")
    assert status == 0 and json.loads(out)["emotions"] == {"anger": 2, "calm": 1}
    assert run(capsys, "forget", "mine")[0] == 0
    assert registry.entries() == {}


def test_suggested_names_and_guessed_speakers_are_taken_where_they_are_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for number, name in enumerate(
        ("Angry/kim-1", "angry /lee-1", "HAP/kim-2", "HAP/lee-2", "mono/kim-3", "mono/lee-3")
    ):
        (tmp_path / "v" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "v" / f"{name}.wav").write_bytes(wav(number, 0.3))
    status, out, _ = run(capsys, "register", "mine", "--data", tmp_path / "v")
    assert status == 0 and "mine: 6 clips; Angry 2, HAP 2, mono 2" in out and "6 clips state no speaker" in out
    assert "Angry = anger, HAP = happiness" in out and f"register mine --data {tmp_path / 'v'} --suggested" in out
    assert "they are 2 speakers: kim 3, lee 3" in out and "--guess-speakers" in out
    assert registry.load("mine").emotions == ("Angry", "HAP", "mono") and registry.load("mine").speakers == ()
    _, out, _ = run(capsys, "validate", "mine")
    assert "6 clips state no speaker" in out and "--suggested" in out and "--guess-speakers" in out
    status, out, _ = run(
        capsys, "register", "mine", "--data", tmp_path / "v", "--suggested", "--labels", "mono=awe", "--guess-speakers"
    )
    assert status == 0 and "mine: 6 clips; anger 2, happiness 2, awe 2" in out and "--" not in out
    assert registry.load("mine").speakers == ("kim", "lee")
    status, _, err = run(capsys, "register", "mine", "--data", tmp_path / "v", "--guess-speakers")
    assert status == 1 and "every clip has one already" in err


def test_what_is_confirmed_adds_up_until_it_is_forgotten(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for number, name in enumerate(("wut/kim-1", "wut/lee-1", "sad/kim-2", "sad/lee-2")):
        (tmp_path / "v" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "v" / f"{name}.wav").write_bytes(wav(number, 0.3))
    for option in ("--guess-speakers", "--suggested"):
        assert run(capsys, "register", "mine", "--data", tmp_path / "v", option)[0] == 0
    status, out, _ = run(capsys, "register", "mine", "--data", tmp_path / "v", "--label", "wut=rage")
    assert (
        status == 0 and "mine: 4 clips; sadness 2, rage 2" in out and registry.load("mine").speakers == ("kim", "lee")
    )
    run(capsys, "forget", "mine")
    run(capsys, "register", "mine", "--data", tmp_path / "v")
    assert registry.load("mine").emotions == ("sad", "wut") and registry.load("mine").speakers == ()


def test_folders_that_are_no_emotions_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / "v" / f"Actor_0{number}").mkdir(parents=True)
        (tmp_path / "v" / f"Actor_0{number}" / "1.wav").write_bytes(wav(number, 0.3))
    said = (
        "look like RAVDESS' actors, not like emotions: Actor_01, Actor_02. To read it as ravdess: choose ravdess on the datasets page; in a "
        "shell, python -m ser_core corpora validate "
        f"ravdess --data {tmp_path / 'v'}"
    )
    for words in (("register", "mine", "--data", tmp_path / "v"), ("validate", "folder", "--data", tmp_path / "v")):
        status, out, _ = run(capsys, *words)
        assert status == 0 and said in out


def test_findings_stand_in_the_order_of_the_rows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [f"{n}.wav,joy" for n in range(2, 102)]
    rows[0] = rows[98] = ",joy"
    (tmp_path / "m.csv").write_text("file,emotion\n" + "\n".join(rows))
    _, out, _ = run(capsys, "validate", "manifest", "--data", tmp_path / "m.csv", "--json")
    found = [one["clip"] for one in json.loads(out)["findings"]]
    assert found[:3] == ["3.wav", "4.wav", "5.wav"] and found[-2:] == ["row 2", "row 100"]


def test_what_cannot_be_done_is_said_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments in (
        ("get", "savee", "--data", tmp_path / "s"),
        ("get", "nothing", "--data", tmp_path / "s"),
        ("validate", "ravdess"),
        ("validate", "folder"),
        ("register", "crema-d", "--data", tmp_path),
        ("forget", "mine"),
    ):
        status, _, err = run(capsys, *arguments)
        assert status == 1 and len(err.splitlines()) == 1 and err.startswith("Error: ")
    with pytest.raises(SystemExit, match="2"):
        main(["corpora", "get", "crema-d"])


def test_getting_shows_terms_and_citation(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "03a01Fa.wav").write_bytes(wav())
    status, out, _ = run(capsys, "get", "emodb", "--data", tmp_path / "e")
    assert status == 1 and "Burkhardt" in out and "attribution" in out
    assert "  03a01Fa: truncated" in out and "1 were here already" in out
    assert registry.folders() == {"emodb": tmp_path / "e"}
