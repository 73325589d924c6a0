"""Audits of splits in the form of the published ones: who stands on both sides, which recordings, and what the answer is handed on as."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

import ser_core as ser
from ser_core.cli import main
from ser_core.corpora import carried, splits
from ser_core.evaluation import split_report
from tests import made

CREMA_D = carried.corpus("crema-d").clips
STEMS = CREMA_D["clip"].str.partition("/")[2].to_numpy(str)


def random_cut(*sizes: int) -> list[np.ndarray]:
    order = np.random.default_rng(0).permutation(STEMS)
    return np.split(order, np.cumsum(sizes)[:-1])


def by_emobox(folder: Path) -> list[Path]:
    """The form of EmoBox' CREMA-D fold: 5,586 and 1,856 clips as JSON Lines, a file a part."""
    paths = []
    for part, stems in zip(("train", "test"), random_cut(5586, 1856), strict=True):
        rows = (
            {
                "key": f"cremad-{stem.replace('_', '-')}",
                "wav": f"downloads/cremad/AudioWAV/{stem}.wav",
                "emo": stem.split("_")[2],
            }
            for stem in stems
        )
        paths.append(folder / f"cremad_{part}_fold_1.jsonl")
        paths[-1].write_text("\n".join(map(json.dumps, rows)))
    return paths


def by_hear(folder: Path) -> list[Path]:
    """The form of HEAR's folds: a JSON a fold, file → labels."""
    paths = []
    for number, stems in enumerate(random_cut(1489, 1489, 1488, 1488, 1488)):
        paths.append(folder / f"fold{number:02}.json")
        paths[-1].write_text(json.dumps({f"{stem}.wav": [stem.split("_")[2]] for stem in stems}))
    return paths


def by_x_ares(folder: Path) -> list[Path]:
    """The form of X-ARES: one table with a column split, cut at random."""
    rows = [
        {"audio": f"{stem}.wav", "split": part}
        for part, stems in zip(("train", "valid", "test"), random_cut(5209, 1116, 1117), strict=True)
        for stem in stems
    ]
    pd.DataFrame(rows).to_parquet(folder / "split.parquet")
    return [folder / "split.parquet"]


@pytest.mark.parametrize(
    ("form", "parts"),
    [
        (by_emobox, {"train": 5586, "test": 1856}),
        (by_hear, {"fold00": 1489, "fold01": 1489, "fold02": 1488, "fold03": 1488, "fold04": 1488}),
        (by_x_ares, {"train": 5209, "validation": 1116, "test": 1117}),
    ],
)
def test_published_random_cuts_are_leaky(tmp_path: Path, form: object, parts: dict[str, int]) -> None:
    found = ser.audit(form(tmp_path))  # type: ignore[operator]
    assert found.leaky is True and found.parts == parts and found.corpus == "crema-d"
    assert len(found.speakers_shared) == 91 and len(found.sentences_shared) == 12
    assert found.verdict.startswith("Leaky: all 91 speakers ")
    # The official corpus holds three recordings twice, under two labels.
    assert len(found.duplicates) == 3 and found.heard is None


@pytest.mark.parametrize(("corpus", "split", "counts"), [
    ("crema-d", "dev", {"train": 47, "validation": 8, "test": 9}),
    ("crema-d", "tfds", {"train": 63, "validation": 9, "test": 19}),
    ("savee", "published", {"train": 2, "validation": 1, "test": 1}),
])  # fmt: skip
def test_carried_splits_by_speaker_are_not(tmp_path: Path, corpus: str, split: str, counts: dict[str, int]) -> None:
    clips = carried.corpus(corpus).clips
    if split == "published":
        _, part = splits.by_speakers(clips, corpus, 0)
    else:
        of = {one: part for part in splits.PARTS for one in splits.published_speakers(corpus, split, part)}
        part = clips["speaker"].map(of).fillna("")
    clips.assign(part=part)[["clip", "part"]].to_csv(tmp_path / "split.csv", index=False)
    found = ser.audit(tmp_path / "split.csv", corpus)
    assert found.leaky is False and found.speakers == counts and not found.speakers_shared and not found.copies


def test_speakers_go_by_the_table_then_by_names_else_nobody_knows(tmp_path: Path) -> None:
    names = [f"kim_{k}.wav" for k in range(4)] + [f"lee_{k}.wav" for k in range(4)]
    table = pd.DataFrame(
        {"file": names, "emotion": ["anger", "fear"] * 4, "split": ["train", "train", "test", "test"] * 2}
    )
    table.to_csv(tmp_path / "names.csv", index=False)
    found = ser.audit(tmp_path / "names.csv")
    assert (
        found.speakers_from == "names" and found.speakers_shared == ("kim", "lee") and "2 speakers: " in found.notes[0]
    )
    table.assign(speaker=["a", "b"] * 4).to_csv(tmp_path / "table.csv", index=False)
    assert ser.audit(tmp_path / "table.csv").speakers_shared == ("a", "b")
    table.assign(speaker=["a", "a", "b", "b"] * 2).to_csv(tmp_path / "apart.csv", index=False)
    assert ser.audit(tmp_path / "apart.csv").leaky is False
    table.assign(file=[f"{k}.wav" for k in range(8)]).to_csv(tmp_path / "nobody.csv", index=False)
    nobody = ser.audit(tmp_path / "nobody.csv")
    assert nobody.leaky is None and "cannot be told" in nobody.verdict


def test_a_clip_named_on_both_sides_and_parts_that_tell_little(tmp_path: Path) -> None:
    text = "clip,speaker,session,emotion,part\na,kim,1,anger,train\nb,kim,1,anger,train\na,lee,1,fear,test\n"
    (tmp_path / "s.csv").write_text(text)
    found = ser.audit(tmp_path / "s.csv")
    assert found.leaky is True and found.duplicates == (("a", "a"),) and found.copies == 1
    assert found.verdict == "Leaky: 1 recording stands on both sides, so a score on it is not one of unheard clips."
    assert found.sessions_shared == ("1",)
    said = " ".join(found.notes)
    assert "The part test has 1 clips" in said and "fear is never learned" in said and "1 speaker: under 8" in said


#: Of the made voices: four speakers, one sentence, six emotions.
CLIPS = 4 * 6


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made voices, and of one of the last speaker's a copy as an MP3 file had it, 1 dB louder, under another speaker's name."""
    folder = made.crema_d(tmp_path_factory.mktemp("voices"), ("2001", "2002", "2003", "2004"), ("IEO",), seconds=0.6)
    samples, rate = soundfile.read(folder / "AudioWAV" / "2004_IEO_HAP_XX.wav")
    mp3 = folder / "copy.mp3"
    soundfile.write(mp3, 10 ** (1 / 20) * samples, rate, format="MP3")
    heard, rate = soundfile.read(mp3)
    soundfile.write(folder / "AudioWAV" / "2001_IWW_HAP_XX.wav", heard, rate, subtype="PCM_16")
    mp3.unlink()
    stems = sorted(path.stem for path in (folder / "AudioWAV").iterdir())
    rows = [{"clip": f"crema-d/{stem}", "part": "test" if stem.startswith("2004") else "train"} for stem in stems]
    pd.DataFrame(rows).to_csv(folder / "split.csv", index=False)
    return folder


def test_a_hidden_copy_is_found_by_its_sound(voices: Path) -> None:
    told: list[tuple[int, int]] = []
    found = ser.audit(
        voices / "split.csv", "crema-d", folder=voices, progress=lambda done, total: told.append((done, total))
    )
    assert found.near_duplicates == (("crema-d/2001_IWW_HAP_XX", "crema-d/2004_IEO_HAP_XX"),)
    assert found.leaky is True and not found.speakers_shared and found.copies == 1 and found.heard == CLIPS + 1
    assert told and told[-1] == (CLIPS + 1, CLIPS + 1)


def test_files_of_no_corpus_are_heard_where_the_folder_is_named(voices: Path, tmp_path: Path) -> None:
    names = sorted(path.name for path in (voices / "AudioWAV").iterdir())
    rows = [{"file": name, "speaker": name[:4], "part": "test" if name < "2002" else "train"} for name in names]
    pd.DataFrame([*rows, {"file": "gone.wav", "speaker": "9", "part": "train"}]).to_csv(tmp_path / "s.csv", index=False)
    found = ser.audit(tmp_path / "s.csv", folder=voices)
    assert (
        found.corpus == "" and found.heard == CLIPS + 1 and "The sound of 1 of 26 clips is not here" in found.notes[0]
    )
    assert found.near_duplicates == (("2001_IWW_HAP_XX.wav", "2004_IEO_HAP_XX.wav"),)
    with pytest.raises(ser.CorpusError, match="does not exist"):
        ser.audit(tmp_path / "s.csv", folder=tmp_path / "nowhere")


def test_the_command_line_answers_writes_and_refuses(
    voices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["splits", "audit", str(voices / "split.csv"), "--corpus", "crema-d", "--data", str(voices)]
    assert (
        main.main([*words, "--no-sound", "--json", "-o", str(tmp_path / "r.md"), "--badge", str(tmp_path / "b.svg")])
        == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert {"speakers_shared", "sentences_shared", "duplicates", "near_duplicates", "parts", "leaky", "verdict"} <= set(
        said
    )
    assert said["leaky"] is False and said["parts"] == {"train": 19, "test": 6}
    assert "| test | 6 | 1 |" in (tmp_path / "r.md").read_text()
    drawn = ElementTree.parse(tmp_path / "b.svg").getroot()
    assert drawn.get("aria-label") == "split: speakers kept apart"
    assert main.main(words[:3]) == 0 and "Not leaky" in capsys.readouterr().out
    assert main.main(["splits", "audit", str(tmp_path / "none.csv")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit) as left:
        main.main(["splits", "audit"])
    assert left.value.code == 2


def test_a_report_lists_what_is_shared(tmp_path: Path) -> None:
    found = ser.audit(by_emobox(tmp_path))
    text = split_report.markdown(found)
    assert found.verdict in text and "## Speakers on both sides: 91" in text and "and 41 more" in text
    assert split_report.badge_words(found) == "leaky: 91 speakers shared"


def re_encoded(source: Path, target: Path) -> None:
    """Write the sound of `source` as it is after an MP3 file, 1 dB louder."""
    samples, rate = soundfile.read(source)
    mp3 = io.BytesIO()
    soundfile.write(mp3, 10 ** (1 / 20) * samples, rate, format="MP3")
    soundfile.write(target, *soundfile.read(io.BytesIO(mp3.getvalue())), subtype="PCM_16")


def test_copies_of_real_clips_are_found_without_false_alarms(data: Path, tmp_path: Path) -> None:
    """Of two test speakers of CREMA-D 5 clips are hidden among those of two train speakers, as MP3 files had them and 1 dB louder."""
    whole = ser.corpus("crema-d", data / "crema-d").clips
    train = splits.published_speakers("crema-d", "dev", "train")[:2]
    test = splits.published_speakers("crema-d", "dev", "test")[:2]
    rows = whole[whole["speaker"].isin([*train, *test])].assign(part="train")
    rows.loc[rows["speaker"].isin(test), "part"] = "test"
    table = rows[["path", "part", "speaker", "emotion"]]
    hidden = []
    for number, source in enumerate(table["path"][table["part"] == "test"].sample(5, random_state=0)):
        target = tmp_path / f"{number}.wav"
        re_encoded(Path(source), target)
        hidden.append((source, str(target)))
    copies = pd.DataFrame(
        {"path": [copy for _, copy in hidden], "part": "train", "speaker": train[0], "emotion": "anger"}
    )
    pd.concat([table, copies]).to_csv(tmp_path / "split.csv", index=False)
    found = ser.audit(tmp_path / "split.csv", "crema-d")
    assert {frozenset(pair) for pair in found.near_duplicates} == {frozenset(pair) for pair in hidden}
