"""RAVDESS, EmoDB and TESS by their file names, their own folders, and the bundle of four corpora."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core import audio
from ser_core.corpora import crema_d, emodb, ravdess, registry, savee, tess, validation
from ser_core.corpora.base import CorpusError, CorpusModule, IndexEntry, index

MODULES = {module.card.name: module for module in (ravdess.MODULE, emodb.MODULE, tess.MODULE)}
FILES = {
    "crema-d": "1001_DFA_ANG_XX.wav",
    "ravdess": "audio_speech_actors_01-24/Actor_12/03-01-05-01-02-01-12.wav",
    "savee": "DC_a01.wav",
    "tess": "OAF_angry/OAF_back_angry.wav",
}
FOLDERS = {"crema-d": "Crema", "ravdess": "Ravdess", "savee": "Savee", "tess": "Tess"}


def sound(path: Path, seed: int = 0, rate: int = 16000, **how: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).uniform(-0.5, 0.5, rate // 10), rate, **how)
    return path


@pytest.mark.parametrize(
    ("name", "clips", "speakers", "emotions", "of_each"),
    [
        ("ravdess", 1440, 24, 8, {"neutral": 96, "calm": 192, "anger": 192, "surprise": 192}),
        ("emodb", 535, 10, 7, {"anger": 127, "boredom": 81, "disgust": 46, "neutral": 79}),
        ("tess", 2800, 2, 7, {"anger": 400, "neutral": 400, "surprise": 400}),
    ],
)
def test_every_official_name_is_read(
    tmp_path: Path, name: str, clips: int, speakers: int, emotions: int, of_each: dict[str, int]
) -> None:
    """Empty files under every official name: labels come from names alone."""
    for stem in index(name):
        (tmp_path / f"{stem}.wav").touch()
    corpus = MODULES[name].load(tmp_path)
    assert len(corpus.clips) == clips == len(index(name))
    assert len(corpus.speakers) == speakers and len(corpus.emotions) == emotions
    assert set(corpus.emotions) == set(corpus.card.emotions)
    counts = corpus.clips["emotion"].value_counts().to_dict()
    assert {emotion: counts[emotion] for emotion in of_each} == of_each
    assert (corpus.clips["sentence"] != "").all() and corpus.clips["sex"].isin(["male", "female"]).all()


@pytest.mark.parametrize(
    ("module", "stem", "speaker", "emotion", "intensity", "sentence", "sex"),
    [
        (ravdess.MODULE, "03-01-05-02-02-01-12", "12", "anger", "strong", "Dogs are sitting by the door.", "female"),
        (ravdess.MODULE, "03-01-02-01-01-01-07", "07", "calm", "normal", "Kids are talking by the door.", "male"),
        (emodb.MODULE, "03a01Fa", "03", "happiness", "", "a01", "male"),
        (emodb.MODULE, "16b10Lb", "16", "boredom", "", "b10", "female"),
        (tess.MODULE, "YAF_back_ps", "YAF", "surprise", "", "Say the word back.", "female"),
        (tess.MODULE, "OA_bite_neutral", "OAF", "neutral", "", "Say the word bite.", "female"),
    ],
)
def test_a_name_gives_its_labels(
    tmp_path: Path,
    module: CorpusModule,
    stem: str,
    speaker: str,
    emotion: str,
    intensity: str,
    sentence: str,
    sex: str,
) -> None:
    (tmp_path / f"{stem}.wav").touch()
    (row,) = module.load(tmp_path).clips.itertuples()
    assert row.clip == f"{module.card.name}/{stem}" and module.speaker_of(stem) == speaker
    assert (row.speaker, row.emotion, row.intensity, row.sentence, row.sex) == (
        speaker,
        emotion,
        intensity,
        sentence,
        sex,
    )


def test_each_module_reads_its_part_of_the_bundle(tmp_path: Path) -> None:
    for name, file in FILES.items():
        sound(tmp_path / FOLDERS[name] / file, seed=len(name))
    for name in FILES:
        module = registry.module(name)
        from_root, from_own = module.load(tmp_path).clips, module.load(tmp_path / FOLDERS[name]).clips
        assert len(from_root) == 1 and from_root.equals(from_own)
        assert from_root["clip"][0].startswith(f"{name}/")


def test_the_other_corpora_of_a_bundle_are_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, file in FILES.items():
        sound(tmp_path / FOLDERS[name] / file, seed=len(name))
    clip = audio.decode(tmp_path / "Savee" / FILES["savee"])
    entry = IndexEntry(1600, 16000, 1, clip.pcm16_sha256_16)
    monkeypatch.setattr(validation, "index", lambda _: {"DC_a01": entry})
    report = validation.validate(savee.MODULE, tmp_path, n_jobs=1)
    assert report.clips == 1 and report.findings == []


def test_songs_and_videos_of_ravdess_are_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speech = sound(tmp_path / "Actor_01" / "03-01-01-01-01-01-01.wav", rate=48000)
    sound(tmp_path / "Actor_01" / "03-02-01-01-01-01-01.wav", seed=1)
    digest = audio.decode(speech).pcm16_sha256_16
    monkeypatch.setattr(validation, "index", lambda _: {speech.stem: IndexEntry(4800, 48000, 1, digest)})
    report = validation.validate(ravdess.MODULE, tmp_path, n_jobs=1)
    assert report.clips == 1 and report.findings == []


def test_a_pair_of_equal_clips_with_one_label_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As RAVDESS has it: actor 7 says the same thing twice, to the sample."""
    one = sound(tmp_path / "03-01-03-01-02-01-07.wav")
    two = sound(tmp_path / "03-01-03-01-02-02-07.wav")
    entry = IndexEntry(1600, 16000, 1, audio.decode(one).pcm16_sha256_16)
    monkeypatch.setattr(validation, "index", lambda _: {one.stem: entry, two.stem: entry})
    report = validation.validate(ravdess.MODULE, tmp_path, n_jobs=1)
    assert [(finding.clip, finding.fault) for finding in report.findings] == [
        (one.stem, "duplicate"),
        (two.stem, "duplicate"),
    ]
    assert report.sound and "label" not in report.findings[0].message


def test_a_folder_copied_into_itself_gives_every_clip_once(tmp_path: Path) -> None:
    sound(tmp_path / "TESS" / "OAF_angry" / "OAF_back_angry.wav")
    sound(tmp_path / "TESS" / "TESS" / "OAF_angry" / "OAF_back_angry.wav")
    assert list(tess.MODULE.load(tmp_path).clips["clip"]) == ["tess/OAF_back_angry"]


def test_wav_and_flac_of_a_clip_are_one_clip(tmp_path: Path) -> None:
    sound(tmp_path / "1001_DFA_ANG_XX.wav")
    sound(tmp_path / "1001_DFA_ANG_XX.flac")
    assert len(crema_d.read(tmp_path)) == 1


def test_wrong_endings_odd_rates_and_stereo_decode(tmp_path: Path) -> None:
    sound(tmp_path / "OAF_back_angry.wav", format="AIFF", subtype="PCM_16")
    sound(tmp_path / "YAF_back_sad.wav", rate=96000)
    stereo = np.random.default_rng(0).uniform(-0.5, 0.5, (4800, 2))
    soundfile.write(tmp_path / "YAF_bar_sad.wav", stereo, 48000)
    for path in tess.MODULE.load(tmp_path).clips["path"]:
        assert len(audio.decode(Path(path)).samples) == 1600


@pytest.mark.parametrize("name", MODULES)
def test_an_empty_folder_says_where_to_get_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorpusError, match="Fetch"):
        MODULES[name].load(tmp_path)
