"""Voice profiles in training: drawn from the speaker's other train clips alone, changed as their clips are, served as trained."""

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_core import audio, exchange, explain, graphs, recipes, runs
from ser_core.augment import picture
from ser_core.cli.main import main
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.evaluation import on_corpus
from ser_core.evaluation.enrolment import Enrolment
from ser_core.exchange import example
from ser_core.features import logmel, profile, sets, store
from ser_core.features.contract import Contract
from ser_core.features.profile import ProfileError
from ser_core.graphs import parity
from ser_core.networks import build, layers
from ser_core.predictor import Predictor
from ser_core.recipes import Fit
from ser_core.runs import RunError
from ser_core.training import export, profiles, train
from ser_core.training.batches import AugmentedBatches
from ser_core.training.parts import Part
from ser_core.training.reporter import Quiet
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")

LABELS = crema_d.CARD.emotions
(INPUT,) = sets.named("logmel").inputs
SMALL = {"channels": [8, 16], "stem": 8, "gru": 8, "profile": True}
RECIPE = recipes.named("crnn").with_(network_params=SMALL).override(["fit.epochs=2", "fit.batch_size=16"])


def table(speakers: int = 3, sentences: int = 6) -> pd.DataFrame:
    rows = [(f"c/{s}_{e}_{k}", str(s), e) for s in range(speakers) for e in LABELS for k in range(sentences)]
    return pd.DataFrame(rows, columns=["clip", "speaker", "emotion"])


def part(clips: pd.DataFrame | None = None, with_profile: bool = True) -> Part:
    """Clips of noise, each speaker with a level in every band of their own."""
    clips = table() if clips is None else clips
    random = np.random.default_rng(0)
    level = {speaker: random.normal(-40, 4, 64) for speaker in sorted(set(clips["speaker"]))}
    found = {
        row.clip: (level[row.speaker] + random.normal(0, 4, (random.integers(60, 120), 64))).astype(np.float32)
        for row in clips.itertuples()
    }
    ends = dict(zip(found, np.cumsum([len(frames) for frames in found.values()]), strict=True))
    starts = {clip: (int(ends[clip]) - len(frames), len(frames)) for clip, frames in found.items()}
    stored = store.Features(np.concatenate(list(found.values())), starts, {}, {}, dict.fromkeys(found, 1.0))
    return Part(clips, LABELS, (INPUT,), {INPUT.name: stored}, with_profile)


def drawer(one: Part, seed: int = 0) -> profiles.Profiles:
    return profiles.Profiles(one.clips, one.band_sums, seed)


def windows(seed: int = 0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    n_frames = np.array([100, 256, 200, 50], np.int32)
    values = random.normal(-40, 15, (4, 256, 64)).astype(np.float32)
    values[np.arange(256) >= n_frames[:, None]] = 0
    given = np.stack([random.normal(-40, 5, (4, 64)), random.uniform(5, 15, (4, 64))], axis=1).astype(np.float32)
    weights = np.array([0.0, 0.3, 0.7, 1.0], np.float32)
    return {"logmel": values, "n_frames": n_frames, "profile": given, "profile_weight": weights}


def test_the_first_channel_is_the_clips_own_and_the_second_the_speakers_by_its_weight() -> None:
    given = windows()
    picture_, n_frames, statistics = given["logmel"], given["n_frames"], given["profile"]
    own = np.asarray(layers.ClipNormalization()(picture_, n_frames))
    by = {
        w: np.asarray(layers.ProfileNormalization()(picture_, n_frames, statistics, np.full(4, w, np.float32)))
        for w in (0, 1, 0.4)
    }
    for found in by.values():
        np.testing.assert_array_equal(found[..., 0], own)
    assert not by[0][..., 1].any()
    for k, n in enumerate(n_frames):
        raised = np.maximum(picture_[k, :n], picture_[k, :n].max() - logmel.RANGE_DB)
        means = np.maximum(statistics[k, 0], raised.min())
        expected = (raised - means) / (statistics[k, 1] + 1e-3)
        np.testing.assert_allclose(by[1][k, :n, :, 1], expected, rtol=1e-4, atol=1e-4)
        assert not by[1][k, n:].any()
    np.testing.assert_allclose(by[0.4][..., 1], 0.4 * by[1][..., 1], atol=1e-5)


def test_every_picture_is_given_the_same_room_below_its_voice_but_for_training() -> None:
    given = windows()
    picture_, n_frames, statistics = given["logmel"], given["n_frames"], given["profile"]
    room, weight = np.linspace(-20.0, -50.0, 64), np.ones(4, np.float32)
    layer, roomless = layers.ProfileNormalization(room=room), layers.ProfileNormalization()
    noisy, means = picture_.copy(), statistics.copy()
    for k, n in enumerate(n_frames):
        power = np.power(10.0, picture_[k, :n] / 10.0)
        noise = power.sum(axis=1).mean() * np.power(10.0, room / 10.0)
        noisy[k, :n] = 10.0 * np.log10(power + noise)
        # It stands behind the voice of the profile too.
        means[k, 0] = 10.0 * np.log10(np.power(10.0, statistics[k, 0] / 10.0) + noise)
    plain = np.asarray(layer(picture_, n_frames, statistics, weight))
    np.testing.assert_allclose(plain, np.asarray(roomless(noisy, n_frames, means, weight)), atol=1e-3)
    trained = np.asarray(layer(picture_, n_frames, statistics, weight, training=True))
    np.testing.assert_array_equal(trained, np.asarray(roomless(picture_, n_frames, statistics, weight)))
    own = layers.ClipNormalization(room=room)
    np.testing.assert_allclose(np.asarray(own(picture_, n_frames)), plain[..., 0], atol=1e-5)
    # The room follows the gain of a recording.
    louder = np.asarray(layer(picture_ + 20, n_frames, statistics + np.array([20.0, 0.0])[:, None], weight))
    np.testing.assert_allclose(louder, plain, atol=1e-3)
    again = layers.ProfileNormalization.from_config(layer.get_config())
    np.testing.assert_array_equal(np.asarray(again(picture_, n_frames, statistics, weight)), plain)


def test_pauses_are_alike_in_a_room_however_good_the_microphone() -> None:
    picture_, n_frames = windows()["logmel"][:1], np.array([100], np.int32)
    picture_[:, :100:2] = -90.0
    better = np.where(picture_ == -90.0, np.float32(-120.0), picture_)
    layer = layers.ClipNormalization(room=np.full(64, -30.0))
    found = [np.asarray(layer(one, n_frames)) for one in (picture_, better)]
    np.testing.assert_allclose(*found, atol=1e-3)


def test_in_training_a_share_of_the_pictures_with_a_profile_hides_its_own_values() -> None:
    given = {name: np.repeat(values, 100, axis=0) for name, values in windows().items()}
    inputs = given["logmel"], given["n_frames"], given["profile"], given["profile_weight"]
    hiding = layers.ProfileNormalization(hide=0.5)
    plain = np.asarray(layers.ProfileNormalization()(*inputs))
    np.testing.assert_array_equal(np.asarray(hiding(*inputs)), plain)
    trained = np.asarray(hiding(*inputs, training=True))
    np.testing.assert_array_equal(trained[..., 1], plain[..., 1])
    hidden = ~trained[..., 0].any(axis=(1, 2))
    np.testing.assert_array_equal(trained[~hidden], plain[~hidden])
    assert not hidden[given["profile_weight"] == 0].any()
    assert 0.4 < hidden[given["profile_weight"] > 0].mean() < 0.6
    again = layers.ProfileNormalization.from_config(hiding.get_config())
    assert (again.hide, again.range_db) == (0.5, logmel.RANGE_DB)


def test_the_graph_answers_as_keras_with_and_without_a_profile(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    with_one = build.trainable("crnn", SMALL, RECIPE.feature_set, 6)
    given = windows()
    run = runs.create(tmp_path / "r")
    # The export holds the graph against Keras on these windows and raises where they differ.
    assert export.FittedNetwork(with_one).export(1.3, given, run) <= parity.PARITY
    opened = graphs.session(run.model_path())
    contract = Contract.of(RECIPE.feature_set, LABELS, 0.5, takes_profile=True)
    feature = contract.to_json()
    assert feature["audio_version"] == audio.VERSION and "20 Hz" in feature["sound"]
    stated = feature["inputs"]
    contract.check(graphs.signature(opened))
    assert {one["name"]: (one["shape"], one["dtype"]) for one in stated} == graphs.signature(opened)
    absent = {**given, "profile_weight": np.zeros(4, np.float32)}
    other = {**absent, "profile": absent["profile"] + 20}
    found = {
        name: graphs.run(opened, feeds)[0] for name, feeds in (("given", given), ("absent", absent), ("other", other))
    }
    np.testing.assert_array_equal(found["absent"], found["other"])
    assert np.abs(found["given"] - found["absent"])[1:].max() > 1e-3


def test_what_cannot_take_a_profile_is_refused() -> None:
    with pytest.raises(recipes.RecipeError, match="A voice profile is of log-mel frames or of vectors; seed-frames"):
        build.trainable("crnn", SMALL, sets.named("seed-frames"), 6)
    with pytest.raises(recipes.RecipeError, match=r"network_params\.profile cannot be 'yes'"):
        RECIPE.override(["network_params.profile=yes"])
    with pytest.raises(recipes.RecipeError, match="cnn2d-initial has no parameter 'profile'; it has channels"):
        build.trainable("cnn2d-initial", {"profile": True}, RECIPE.feature_set, 6)


def test_a_draw_is_of_other_clips_of_the_speaker() -> None:
    one = part()
    draws = drawer(one)
    clips = one.clips
    drawn = [(row, draws.draw(row, epoch)) for row in range(len(clips)) for epoch in range(20)]
    for row, found in drawn:
        rows = clips.iloc[list(found.clips)]
        assert row not in found.clips and len(set(found.clips)) == len(found.clips)
        assert set(rows["speaker"]) == {clips["speaker"][row]}
        assert 1 <= len(rows) <= 20
        frames = np.concatenate([one.features["logmel"][clip] for clip in rows["clip"]])
        np.testing.assert_allclose(found.statistics[0], frames.mean(axis=0), rtol=1e-4)
        assert found.seconds == pytest.approx(len(frames) * 0.0125)
    only_neutral = [set(clips["emotion"].iloc[list(found.clips)]) == {"neutral"} for _, found in drawn]
    assert max(len(f.clips) for (_, f), calm in zip(drawn, only_neutral, strict=True) if calm) == 5
    assert {len(found.clips) for _, found in drawn} == set(range(1, 21))
    assert 0.45 < np.mean(only_neutral) < 0.58
    assert 0.57 < np.mean([found.given for _, found in drawn]) < 0.63
    again = drawer(one).draw(5, 3)
    assert again.clips == draws.draw(5, 3).clips != draws.draw(5, 4).clips != drawer(one, seed=1).draw(5, 4).clips


def test_copies_are_profiles_of_copies_and_silent_clips_and_unknown_speakers_of_none() -> None:
    clips = table(speakers=2, sentences=2)
    copies = clips.assign(clip=clips["clip"] + "#copy0")
    nobody = pd.DataFrame([("c/x", "", "anger"), ("c/y", "", "anger"), ("c/z", "9", "anger")], columns=clips.columns)
    one = part(pd.concat([clips, copies, nobody], ignore_index=True))
    one.features["logmel"][clips["clip"][0]][:] = -100.0
    draws = drawer(one)
    for row in range(2 * len(clips)):
        used = {f for epoch in range(30) for f in draws.draw(row, epoch).clips}
        # A copy hears copies, a clip clips: what a room or a line does to one, it does to all.
        assert used and {f // len(clips) for f in used} == {row // len(clips)} and not {0, row} & used
    for row in range(2 * len(clips), len(one.clips)):
        alone = draws.draw(row, 0)
        assert alone.clips == () and alone.seconds == 0.0 and not alone.given


def test_a_batch_holds_what_was_drawn() -> None:
    one = part()
    plain = AugmentedBatches(one, picture.NONE, Fit(batch_size=16), 0, 4)
    inputs, _, _ = plain[1]
    first = 16 * plain.turns[1]
    for k, row in enumerate(plain.order[first : first + 16]):
        drawn = drawer(one).draw(int(row), 4)
        np.testing.assert_array_equal(inputs["profile"][k], drawn.statistics)
        assert inputs["profile_weight"][k] == pytest.approx(drawn.given * profile.weight(drawn.seconds))
    later = AugmentedBatches(one, picture.NONE, Fit(batch_size=16), 0, 0)
    for _ in range(4):
        later.on_epoch_end()
    np.testing.assert_array_equal(later[1][0]["profile"], inputs["profile"])
    without = AugmentedBatches(part(with_profile=False), RECIPE.picture, Fit(batch_size=16), 0, 4)[1][0]
    assert set(without) == {"logmel", "n_frames"}
    # The pictures are drawn as without a profile.
    pictures = [
        AugmentedBatches(p, RECIPE.picture, Fit(batch_size=16), 0, 4)[1][0] for p in (one, part(with_profile=False))
    ]
    np.testing.assert_array_equal(pictures[0]["logmel"], pictures[1]["logmel"])


def test_a_shift_of_bands_a_tilt_and_a_line_move_clip_and_profile_alike() -> None:
    random = np.random.default_rng(0)
    frames = random.normal(-40, 10, (50, 64)).astype(np.float32)
    statistics = np.stack([frames.mean(axis=0), frames.std(axis=0)])
    change = picture.PictureAugmentation(stretch=0.0, shift_bands=3, tilt_db=6.0, band_limit=0.5)
    for seed in range(8):
        moved, theirs = change.change_with_profile(frames, statistics, np.random.default_rng(seed))
        np.testing.assert_allclose(theirs[0], moved.mean(axis=0), atol=1e-3)
        np.testing.assert_allclose(theirs[1], moved.std(axis=0), atol=1e-3)
        np.testing.assert_array_equal(moved, change.change(frames, np.random.default_rng(seed)))


def test_a_mixtures_profile_is_that_of_its_frames() -> None:
    random = np.random.default_rng(0)
    clips = [random.normal(m, d, (4000, 64)) for m, d in ((-30, 5), (-50, 12), (-40, 8))]
    statistics = np.stack([[clip.mean(axis=0), clip.std(axis=0)] for clip in clips])
    drawn = picture.Mix(np.array([0.7, 0.5, 0.9], np.float32), np.array([1, 2, 0]))
    found, seconds = picture.mixed_profiles(statistics, np.array([10.0, 20.0, 0.0]), drawn)
    mixture = 0.7 * clips[0] + 0.3 * clips[1]
    np.testing.assert_allclose(found[0, 0], mixture.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(found[0, 1], mixture.std(axis=0), rtol=0.05)
    np.testing.assert_allclose(seconds, [13.0, 0.0, 0.0], rtol=1e-5)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus") / "c"
    return crema_d.MODULE.load(made.crema_d(folder, made.SPEAKERS[:5], (*made.SENTENCES, "TAI", "MTI"), seconds=0.7))


@pytest.fixture(scope="module")
def done(corpus: Corpus, one_home: Path, tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_HOME", str(one_home))
        return train.train(RECIPE, corpus, runs.create(tmp_path_factory.mktemp("runs") / "voiced"), Quiet())


def speakers_files(corpus: Corpus, run: runs.Run, emotion: str = "neutral") -> list[str]:
    speaker = run.split[run.split["part"] == "test"]["speaker"].iloc[0]
    clips = corpus.clips
    return list(clips[(clips["speaker"] == speaker) & (clips["emotion"] == emotion)]["path"])


def test_the_run_states_its_inputs_and_scores_without_a_profile(done: runs.Run, corpus: Corpus) -> None:
    assert done.problems(hashes=True) == []
    assert [one["name"] for one in done.feature["inputs"]] == ["logmel", "n_frames", "profile", "profile_weight"]
    assert "s / (s + 5)" in done.feature["profile"] and "voice profile" in done.card
    predictor = Predictor(done)
    assert predictor.takes_profile
    found = on_corpus.evaluate(predictor, corpus)
    assert found.to_dict()["accuracy"] == pytest.approx(done.metrics["test"]["accuracy"])
    assert len(predictor.timeline(audio.decode(Path(corpus.clips["path"][0]))).probabilities) > 0


def test_predict_goes_by_the_profile_and_says_so(
    done: runs.Run, corpus: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = speakers_files(corpus, done)
    tested = speakers_files(corpus, done, "anger")[0]

    def said(*more: str) -> dict[str, object]:
        assert main(["predict", str(done.path), tested, *more, "--json"]) == 0
        (answer,) = json.loads(capsys.readouterr().out)
        return answer  # type: ignore[no-any-return]

    plain, voiced = said(), said("--profile", *files)
    assert "profile" not in plain and voiced["probabilities"] != plain["probabilities"]
    made_of = Predictor(done).profile_of([audio.decode(Path(one)) for one in files])
    assert voiced["profile"] == {
        "clips": len(files),
        "seconds": round(made_of.seconds, 2),
        "weight": round(made_of.weight, 4),
    }
    made_of.save(tmp_path / "mine.json")
    saved = said("--profile", str(tmp_path / "mine.json"))
    assert saved["probabilities"] == pytest.approx(voiced["probabilities"], abs=1e-3)
    assert main(["predict", str(done.path), tested, "--profile", *files]) == 0
    assert capsys.readouterr().out.startswith(f"By a voice profile of {made_of.seconds:.1f} s of speech.\n")


def test_what_is_no_profile_for_the_model_is_one_line(
    done: runs.Run, corpus: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = str(corpus.clips["path"][0])
    soundfile.write(tmp_path / "silence.wav", np.zeros(32000), 16000)
    other = profile.VoiceProfile(np.full(64, -40.0), np.full(64, 10.0), 9.0, "0123456789abcdef")
    other.save(tmp_path / "other.json")
    for model, given, reason in (
        ("paper", [file], "The model paper takes no voice profile"),
        (str(done.path), [str(tmp_path / "silence.wav")], "A voice profile needs at least 0.5 s of speech"),
        (
            str(done.path),
            [str(tmp_path / "other.json")],
            "This voice profile was made of other features",
        ),
        (
            str(done.path),
            [str(tmp_path / "other.json"), file],
            f"{tmp_path / 'other.json'} is a saved voice profile and",
        ),
        (str(done.path), [str(tmp_path / "absent.wav")], "absent.wav"),
    ):
        assert main(["predict", model, file, "--json", "--profile", *given]) == 1
        out, err = capsys.readouterr()
        assert out == "" and err.startswith("Error: ") and reason in err and err.count("\n") == 1
    with pytest.raises(RunError, match="takes no voice profile"):
        Predictor(runs.find("paper")).with_voice(other)
    with pytest.raises(ProfileError, match="made of other features"):
        Predictor(done).with_voice(other)


def test_it_is_exchanged_and_explained_like_any_other(done: runs.Run, corpus: Corpus, tmp_path: Path) -> None:
    back = exchange.import_zip(exchange.export(done, tmp_path / "run.zip"))
    file = corpus.clips["path"][0]
    expected = Predictor(done).predict(audio.decode(Path(file))).probabilities
    np.testing.assert_array_equal(Predictor(back).predict(audio.decode(Path(file))).probabilities, expected)
    (tmp_path / "example").mkdir()
    for name in ("model.onnx", "feature.json"):
        shutil.copy(done.path / name, tmp_path / "example")
    script = tmp_path / "example" / "example.py"
    script.write_text(example.text(done))
    out = subprocess.run([sys.executable, script, file], capture_output=True, text=True, check=True).stdout
    np.testing.assert_allclose(list(json.loads(out).values()), expected, atol=1e-3)
    features = INPUT.source.extract(audio.decode(Path(file)).samples)
    whole = explain.picture(Predictor(done), features, masks=8).probabilities
    np.testing.assert_allclose(whole, expected, atol=1e-5)


def test_every_enrolment_is_measured_on_the_same_clips(done: runs.Run, corpus: Corpus) -> None:
    predictor = Predictor(done)
    found = {
        (n, kind): on_corpus.evaluate(predictor, corpus, enrolment=Enrolment(n, kind))
        for n, kind in ((0, "any"), (1, "neutral"), (5, "neutral"), (20, "any"))
    }
    tested = {key: list(one.predictions["clip"]) for key, one in found.items()}
    assert len({tuple(clips) for clips in tested.values()}) == 1
    everything = on_corpus.evaluate(predictor, corpus).predictions
    for one in found.values():
        assert one.enrolment is not None
        assert not one.enrolment.set_aside & set(tested[0, "any"])
        assert one.enrolment.set_aside | set(tested[0, "any"]) == set(everything["clip"])
    rows = [f"p_{label}" for label in predictor.labels]
    whole = everything.set_index("clip").loc[tested[0, "any"], rows].to_numpy()
    np.testing.assert_array_equal(found[0, "any"].predictions[rows].to_numpy(), whole)
    assert np.abs(found[20, "any"].predictions[rows].to_numpy() - whole).max() > 1e-3
    stated = found[5, "neutral"].to_dict()["enrolment"]
    speakers = set(done.split[done.split["part"] == "test"]["speaker"])
    assert stated["clips"] == 5 and set(stated["seconds"]) == {f"crema-d/{one}" for one in speakers}
    first = found[1, "neutral"].to_dict()["enrolment"]["seconds"]
    assert all(stated["seconds"][one] > first[one] for one in first)
    few = next(iter(speakers))
    fewer = corpus.clips[~((corpus.clips["speaker"] == few) & (corpus.clips["emotion"] == "neutral"))]
    with pytest.raises(CorpusError, match=f"The speaker {few} has 0 clips of neutral"):
        on_corpus.evaluate(predictor, dataclasses.replace(corpus, clips=fewer), enrolment=Enrolment(0))
