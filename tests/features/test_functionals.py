"""openSMILE's functionals: the package's own numbers under its own names, its licence asked for, and the sentences without it."""

import importlib.metadata
import importlib.util
import json
import re
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core import settings
from ser_core.cli.main import main
from ser_core.corpora import registry
from ser_core.features import functionals, sets, sources, store
from ser_core.recipes import RecipeError, named, plan
from tests import made

HERE = importlib.util.find_spec("opensmile") is not None
needs_package = pytest.mark.skipif(not HERE, reason="needs the optional package opensmile")
NAMES = ("egemaps", "compare")

#: What the columns of a group are called: the first pattern that a name begins with counts.
BEGIN = {
    "egemaps": {
        "frequency": r"F0semitone|jitter|F\d(frequency|bandwidth)",
        "energy": r"loudness_|shimmer|HNR|equivalentSoundLevel",
        "temporal": r"loudnessPeaks|VoicedSegments|(Mean|Stddev)(Unv|V)oiced",
        "spectral": r"",
    },
    "compare": {
        "energy": r"audspec_|audspecRasta_|pcm_(RMS|zcr)",
        "voicing": r"F0final|voicing|jitter|shimmer|logHNR",
        "spectral": r"",
    },
}


@pytest.fixture
def confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(functionals.VARIABLE, "1")


@pytest.fixture
def not_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(functionals.VARIABLE, raising=False)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the package."""
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "opensmile" else found(name, *a))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that says it has the package, whether it does or not; nothing of it is called."""
    monkeypatch.setattr(functionals, "installed", lambda: functionals.KNOWN_VERSION)


def source(name: str) -> sources.FunctionalsSource:
    found = sets.named(name).inputs[0].source
    assert isinstance(found, sources.FunctionalsSource)
    return found


def voice(seconds: float = 1.0, level: float = 0.5) -> np.ndarray:
    return made.voice(180, level, 5, seconds, np.random.default_rng(3))


@needs_package
@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_and_names_are_the_packages(name: str, confirmed: None) -> None:
    import opensmile

    sound = (np.round(voice() * 32768) / 32768).astype(np.float32)
    theirs = opensmile.Smile(opensmile.FeatureSet[source(name).feature_set], opensmile.FeatureLevel.Functionals)
    table = theirs.process_signal(sound, 16000)
    found = source(name).extract(sound)
    np.testing.assert_array_equal(found[0], table.to_numpy(np.float32)[0])
    assert functionals.names(source(name).feature_set) == tuple(table.columns)
    assert len(table.columns) == source(name).dims == {"egemaps": 88, "compare": 6373}[name]


@needs_package
@pytest.mark.parametrize("name", NAMES)
def test_groups_are_those_of_the_columns_names(name: str) -> None:
    wanted: dict[str, list[int]] = {group: [] for group in BEGIN[name]}
    for number, column in enumerate(functionals.names(source(name).feature_set)):
        wanted[next(group for group, begin in BEGIN[name].items() if re.match(begin, column))].append(number)
    assert {group.name: group.columns.tolist() for group in source(name).groups} == wanted


@needs_package
def test_some_groups_are_these_columns_of_all(confirmed: None) -> None:
    whole, sound = source("egemaps"), voice()
    some = sets.kept(sets.named("egemaps"), ("temporal", "frequency")).inputs[0].source
    columns = np.sort(np.concatenate([group.columns for group in whole.groups if group.name in some.choices]))
    np.testing.assert_array_equal(some.extract(sound), whole.extract(sound)[:, columns])
    assert some.dims == 30 and [len(group.columns) for group in some.groups] == [6, 24]
    assert sources.spec_hash(some) != sources.spec_hash(whole)


@needs_package
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("samples", [0, 1, 400, 1599, 1600])
def test_the_shortest_sounds_give_numbers(name: str, samples: int, confirmed: None) -> None:
    for sound in (voice()[4000 : 4000 + samples], np.zeros(samples, np.float32)):
        found = source(name).extract(sound)
        assert found.shape == (1, source(name).dims) and np.isfinite(found).all()


@needs_package
def test_what_is_louder_than_full_scale_does_not_wrap_around(confirmed: None) -> None:
    sound = voice()
    loud = (1.3 * sound / np.abs(sound).max()).astype(np.float32)
    clipped = np.clip(loud, -1.0, 32767 / 32768)
    np.testing.assert_array_equal(source("egemaps").extract(loud), source("egemaps").extract(clipped))


@needs_package
def test_they_hear_the_level(confirmed: None) -> None:
    at = functionals.names("eGeMAPSv02").index("equivalentSoundLevel_dBp")
    plain, quieter = (source("egemaps").extract(voice() * np.float32(gain))[0] for gain in (1.0, 0.1))
    assert source("egemaps").hears_level and 19.0 < plain[at] - quieter[at] < 21.0


@needs_package
def test_threads_do_not_disturb_each_other(confirmed: None) -> None:
    sounds = [voice(0.5 + 0.1 * number) for number in range(4)]
    wanted = [source("egemaps").extract(sound) for sound in sounds]
    found: list[np.ndarray | None] = [None] * 4

    def work(number: int) -> None:
        found[number] = source("egemaps").extract(sounds[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@needs_package
def test_the_command_writes_the_vector_with_its_names(
    tmp_path: Path, confirmed: None, capsys: pytest.CaptureFixture
) -> None:
    file = tmp_path / "voice.wav"
    soundfile.write(file, voice(), 16000, subtype="PCM_16")
    out = tmp_path / "out.npz"
    assert main(["features", str(file), "--set", "egemaps", "--out", str(out)]) == 0
    with np.load(out) as found:
        assert found["vector"].shape == (88,) and found["names"][10] == "loudness_sma3_amean"
        stated = json.loads(str(found["spec"]))
    assert stated["version"] == importlib.metadata.version("opensmile")


def test_without_the_package_everything_but_computing_works(without: None, tmp_path: Path, home: Path) -> None:
    egemaps = source("egemaps")
    assert "pip install opensmile" in egemaps.missing and "non-commercial" in egemaps.missing
    assert not egemaps.to_confirm and egemaps.dims == 88 and len(egemaps.groups) == 4
    assert sources.from_dict(egemaps.to_dict()) == egemaps
    with pytest.raises(sources.FeatureError, match="pip install opensmile"):
        egemaps.extract(voice())


def test_a_recipe_on_it_is_listed_and_says_why_it_cannot_be_trained(
    without: None, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main(["recipes", "list", "--json"]) == 0
    rows = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert rows["egemaps-svm"]["features"] == "egemaps" and rows["egemaps-svm"]["network"] == "svm"
    folder = made.crema_d(tmp_path / "crema", speakers=made.SPEAKERS[:4], sentences=("IEO",), seconds=0.2)
    corpus = registry.load("crema-d", folder)
    with pytest.raises(RecipeError, match="pip install opensmile"):
        plan(named("egemaps-svm"), corpus)
    for command in (
        ["train", "egemaps-svm", "--data", str(folder), "--run", str(tmp_path / "run")],
        ["features", str(next(folder.rglob("*.wav"))), "--set", "compare", "--out", str(tmp_path / "x.npz")],
    ):
        assert main(command) == 1
        said = capsys.readouterr().err.strip()
        assert "pip install opensmile" in said and len(said.splitlines()) == 1
    assert not (tmp_path / "run").exists() and not (tmp_path / "x.npz").exists()
    # What the store holds already can be learned from.
    where = store.folder(corpus, source("egemaps"))
    where.mkdir(parents=True)
    (where / "index.csv").touch()
    assert plan(named("egemaps-svm"), corpus).clips is not None


def test_the_licence_is_asked_for_once(installed: None, not_confirmed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    egemaps = source("egemaps")
    assert egemaps.missing == egemaps.to_confirm == functionals.NOT_CONFIRMED
    assert functionals.VARIABLE in egemaps.missing and functionals.LICENCE_URL in egemaps.missing
    joined = sources.JoinedSource((egemaps, source("compare"), sets.named("mfcc-20").inputs[0].source))
    assert joined.terms == functionals.TERMS and joined.to_confirm == egemaps.to_confirm
    joined.confirm()
    assert not egemaps.missing and not joined.to_confirm
    assert "confirmed" in json.loads(settings.home().terms_file.read_text())["opensmile"]
    settings.home().terms_file.unlink()
    monkeypatch.setenv(functionals.VARIABLE, "0")
    assert egemaps.missing
    monkeypatch.setenv(functionals.VARIABLE, "1")
    assert not egemaps.missing


def test_another_version_of_the_package_is_said(installed: None, confirmed: None) -> None:
    old = sources.FunctionalsSource("eGeMAPSv02", version="2.4.2")
    assert "of openSMILE 2.4.2; here is 2.6.0" in old.missing and "opensmile==2.4.2" in old.missing
    assert sources.spec_hash(old) != sources.spec_hash(sources.FunctionalsSource("eGeMAPSv02", version="2.6.0"))


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(sources.FeatureError, match="no set of openSMILE called 'IS09'"):
        sources.FunctionalsSource("IS09")
    with pytest.raises(sources.FeatureError, match="no group called 'voicing'"):
        sources.FunctionalsSource("eGeMAPSv02", ("voicing",))
    with pytest.raises(sources.FeatureError, match="no descriptor 'mfcc'"):
        sets.kept(sets.named("egemaps"), ("mfcc",))
