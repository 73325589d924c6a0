"""IEMOCAP, MELD, MSP-Podcast, ESD and EmoBox' lists, as their releases lie on a disk, in miniatures made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ser_core import audio
from ser_core.cli.main import main
from ser_core.corpora import esd, iemocap, manifest, meld, msp_podcast, registry, validation
from ser_core.corpora.base import CorpusError
from tests.corpora.stand_in import wav


def write(top: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(wav(seed, 0.3))
    return top


def text(path: Path, said: str, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(said, encoding=encoding)


@pytest.fixture
def iemocap_release(tmp_path: Path) -> Path:
    top = tmp_path / "IEMOCAP_full_release"
    labels = {"F000": "neu", "F001": "exc", "M000": "ang", "M001": "xxx", "MXX0": "fru", "F002": "oth", "F003": "sad"}
    wavs = [f"Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_{one}.wav" for one in labels if one != "F003"]
    write(top, *wavs, "Session1/dialog/wav/Ses01F_impro01.wav")
    lines = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
    for place, (one, label) in enumerate(labels.items()):
        lines += [
            f"[{place}.2901 - {place + 1}.2357]\tSes01F_impro01_{one}\t{label}\t[2.5000, 2.5000, 2.5000]",
            "C-E2:\tNeutral;\t()",
            "A-E3:\tval 3; act 2; dom  2;\t()",
        ]
    evaluation = top / "Session1" / "dialog" / "EmoEvaluation"
    text(evaluation / "Ses01F_impro01.txt", "\n".join(lines))
    text(evaluation / "Categorical" / "Ses01F_impro01_e2_cat.txt", "Ses01F_impro01_F000 :Neutral state; ()")
    text(evaluation / "._Ses01F_impro01.txt", "\0")
    said = "Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.\nM: [LAUGHTER]\n"
    text(top / "Session1" / "dialog" / "transcriptions" / "Ses01F_impro01.txt", said)
    return top


def test_iemocap(iemocap_release: Path) -> None:
    for root in (iemocap_release, iemocap_release.parent):
        corpus = iemocap.MODULE.load(root)
    rows = corpus.clips.set_index("clip")
    assert rows["emotion"].to_dict() == {
        "iemocap/Ses01F_impro01_F000": "neutral",
        "iemocap/Ses01F_impro01_F001": "excited",
        "iemocap/Ses01F_impro01_M000": "anger",
        "iemocap/Ses01F_impro01_MXX0": "frustration",
    }
    assert corpus.speakers == ("Ses01F", "Ses01M") and rows["sex"]["iemocap/Ses01F_impro01_M000"] == "male"
    assert rows["sentence"].iloc[0] == "Excuse me."
    assert {(one.where, one.message) for one in corpus.problems} == {
        ("label xxx", "1 clips: the listeners did not agree"),
        ("label oth", "1 clips: the listeners heard another emotion than those named"),
        ("sentences/wav", "1 clips that have a label are not there"),
    }
    report = validation.validate(iemocap.MODULE, iemocap_release, n_jobs=1)
    assert report.sound and report.clips == 4 and report.speakers == {"Ses01F": 2, "Ses01M": 2}
    assert any("the listeners did not agree" in note for note in report.notes)
    assert iemocap.MODULE.speaker_of("Ses05F_script01_1b_M012") == "Ses05M"


def test_iemocap_without_its_labels_says_what_is_missing(iemocap_release: Path) -> None:
    (iemocap_release / "Session1" / "dialog").rename(iemocap_release / "dialog")
    with pytest.raises(CorpusError, match=r"EmoEvaluation is missing, and it holds the labels"):
        iemocap.MODULE.load(iemocap_release)


HEADER = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"


@pytest.fixture
def meld_release(tmp_path: Path) -> Path:
    top = tmp_path / "MELD.Raw"
    write(
        top,
        "train/train_splits/dia0_utt0.mp4",
        "train/train_splits/dia0_utt1.mp4",
        "dev/dev_splits_complete/dia0_utt0.mp4",
    )
    write(
        top,
        "test/output_repeated_splits_test/dia0_utt0.mp4",
        "test/output_repeated_splits_test/final_videos_testdia0_utt0.mp4",
    )
    rows = {
        "train": '1,"also, I was the point person",Chandler,neutral,neutral,0,0,8,21,"00:16:16,059","00:16:21,731"\n2,Oh!,Joey,joy,positive,0,1,8,21,a,b\n'
        "3,No.,Joey,anger,negative,0,2,8,21,a,b\n",
        "dev": "1,Oh my God,Phoebe,sadness,negative,0,0,4,7,a,b\n",
        "test": "1,Why do all your coffee mugs,Mark,surprise,positive,0,0,3,19,a,b\n",
    }
    for part, said in rows.items():
        text(top / ("train" if part == "train" else "") / f"{part}_sent_emo.csv", HEADER + said)
    return top


def test_meld(meld_release: Path) -> None:
    corpus = meld.MODULE.load(meld_release)
    rows = corpus.clips.set_index("clip")
    assert rows["emotion"].to_dict() == {
        "meld/dev/dia0_utt0": "sadness",
        "meld/test/dia0_utt0": "surprise",
        "meld/train/dia0_utt0": "neutral",
        "meld/train/dia0_utt1": "happiness",
    }
    assert rows["split"].tolist() == ["validation", "test", "train", "train"]
    assert rows["sentence"]["meld/train/dia0_utt0"] == "also, I was the point person"
    assert corpus.speakers == ("Chandler", "Joey", "Mark", "Phoebe")
    assert [one.message for one in corpus.problems] == ["1 of 3 rows have no clip, dia0_utt2 for one"]
    assert len(audio.decode(Path(rows["path"].iloc[0])).samples) > 0
    assert validation.validate(meld.MODULE, meld_release, n_jobs=1).sound


def test_meld_without_tables_or_clips_says_what_is_missing(meld_release: Path, tmp_path: Path) -> None:
    text(tmp_path / "labels" / "train_sent_emo.csv", HEADER)
    with pytest.raises(CorpusError, match=r"the clips, dia0_utt0.mp4 and so on in a folder a part, are not in"):
        meld.MODULE.load(tmp_path / "labels")
    for table in meld_release.rglob("*.csv"):
        table.unlink()
    with pytest.raises(CorpusError, match=r"train_sent_emo.csv and its like, which hold the labels, are not in"):
        meld.MODULE.load(meld_release)


@pytest.fixture
def msp_release(tmp_path: Path) -> Path:
    codes = "ASHUFDCNOX"
    write(tmp_path / "MSP", *(f"Audios/MSP-PODCAST_0001_{n:04d}.wav" for n in range(len(codes))))
    sets = ["Train", "Development", "Test1", "Test2"]
    lines = ["FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set"]
    for n, code in enumerate(f"{codes}A"):
        who = "Unknown,Unknown" if n == 3 else f"{100 + n % 2},{'Female' if n % 2 else 'Male'}"
        lines.append(f"MSP-PODCAST_0001_{n:04d}.wav,{code},4.2,3.1,4.0,{who},{sets[n % 4]}")
    text(tmp_path / "MSP" / "Labels" / "labels_consensus.csv", "\n".join(lines))
    return tmp_path / "MSP"


def test_msp_podcast(msp_release: Path) -> None:
    corpus = msp_podcast.MODULE.load(msp_release)
    assert corpus.clips["emotion"].tolist() == (
        ["anger", "sadness", "happiness", "surprise", "fear", "disgust", "contempt", "neutral"]
    )
    assert corpus.speakers == ("100", "101") and corpus.unknown_speakers == 1
    assert corpus.clips["split"].tolist() == ["train", "validation", "test", "test"] * 2
    assert corpus.clips["sex"].tolist()[:4] == ["male", "female", "male", ""]
    assert {one.where for one in corpus.problems} == {"EmoClass O", "EmoClass X", "labels_consensus.csv"}
    (msp_release / "Audios").rename(msp_release / "Audio")
    assert len(msp_podcast.MODULE.load(msp_release.parent).clips) == 8
    report = validation.validate(msp_podcast.MODULE, msp_release, n_jobs=1)
    assert report.sound and report.unknown_speakers == 1
    (msp_release / "Audio").rename(msp_release / "Sounds")
    with pytest.raises(CorpusError, match="neither Audios/ nor Audio/ is in"):
        msp_podcast.MODULE.load(msp_release)
    (msp_release / "Labels" / "labels_consensus.csv").unlink()
    with pytest.raises(CorpusError, match=r"labels_consensus.csv is missing, and it holds the labels"):
        msp_podcast.MODULE.load(msp_release)


@pytest.mark.parametrize("parts", [False, True], ids=["emotions' folders", "parts in them"])
def test_esd(tmp_path: Path, parts: bool) -> None:
    top = tmp_path / "Emotion Speech Dataset"
    part = ["train/", "evaluation/"] if parts else ["", ""]
    write(
        top,
        f"0001/Angry/{part[0]}0001_000351.wav",
        f"0001/Neutral/{part[1]}0001_000001.wav",
        f"0011/Surprise/{part[0]}0011_001401.wav",
    )
    text(top / "0001" / "0001.txt", "0001_000001\t打远一看\t中立\n0001_000351\t打远一看\t生气\n", "gb18030")
    text(top / "0011" / "0011.txt", "0011_001401\tThe nine the eggs I keep.\tSurprise\n", "utf-16")
    corpus = esd.MODULE.load(tmp_path)
    rows = corpus.clips.set_index("clip")
    assert rows["emotion"].to_dict() == {
        "esd/0001_000001": "neutral",
        "esd/0001_000351": "anger",
        "esd/0011_001401": "surprise",
    }
    assert corpus.speakers == ("0001", "0011")
    assert rows["sentence"].tolist() == ["打远一看", "打远一看", "The nine the eggs I keep."]
    assert rows["split"].tolist() == (["validation", "train", "train"] if parts else ["", "", ""])
    assert validation.validate(esd.MODULE, top, n_jobs=1).sound


def test_emoboxs_lists_are_manifests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [
        f"downloads/casia/{who}/{emotion}/20{n}.wav"
        for n, who in enumerate(("liu", "wang"))
        for emotion in ("angry", "sad")
    ]
    write(tmp_path, *names)
    lines = [
        {
            "key": f"casia-{place}",
            "dataset": "casia",
            "wav": name,
            "type": "raw",
            "sample_rate": 16000,
            "num_frame": 4800.0,
            "task": "category",
            "length": 0.3,
            "emo": name.split("/")[3],
            "channel": 1,
        }
        for place, name in enumerate(names)
    ]
    path = tmp_path / "data" / "casia" / "fold_1" / "casia_test_fold_1.jsonl"
    text(path, "\n".join([*map(json.dumps, lines), "", "{broken", json.dumps({"wav": "x.wav"})]))
    corpus = manifest.load(path, "casia")
    assert corpus.emotions == ("angry", "sad") and corpus.unknown_speakers == 4
    assert corpus.clips["path"].tolist() == sorted(str(tmp_path / name) for name in names)
    assert [(one.where, one.message) for one in corpus.problems] == [
        ("row 6", "is no JSON object"),
        ("row 7", "names no emotion"),
    ]
    capsys.readouterr()
    assert main(["corpora", "register", "casia", "--data", str(path), "--suggested"]) == 0
    assert registry.load("casia").emotions == ("anger", "sadness") and "casia: 4 clips" in capsys.readouterr().out
    text(path, json.dumps({"wav": "a.wav", "label": "joy", "speaker": 3, "sex": "F"}))
    (row,) = manifest.load(path).clips.itertuples()
    assert (row.emotion, row.speaker, row.sex) == ("joy", "3", "female")


@pytest.mark.parametrize("name", ["iemocap", "meld", "msp-podcast", "esd"])
def test_an_empty_folder_says_where_to_get_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorpusError, match="Fetch"):
        registry.MODULES[name].load(tmp_path)
