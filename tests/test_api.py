"""The public face: its examples run as they stand, it costs nothing to import, and packages of the same names stay packages."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile

import ser_core as ser
from ser_core import api, audio, callable_module, predictor, recipes, settings
from ser_core.evaluation import confidences, metrics
from ser_core.evaluation.on_corpus import Evaluation
from ser_core.evaluation.split_audit import Audit
from ser_core.features import logmel, msf, profile, spectral
from tests import made

VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with voice.wav, silence.wav, and voices/, of which each speaker said two emotions."""
    folder = tmp_path_factory.mktemp("sounds")
    samples, rate = soundfile.read(VOICE)
    soundfile.write(folder / "voice.wav", samples, rate)
    soundfile.write(folder / "silence.wav", np.zeros(2 * made.RATE), made.RATE)
    for emotion, (pitch, level, rhythm) in {"anger": made.CODES["ANG"], "sadness": made.CODES["SAD"]}.items():
        (folder / "voices" / emotion).mkdir(parents=True)
        for number in range(24):
            sound = made.voice(pitch, level, rhythm, 0.4, np.random.default_rng(number))
            soundfile.write(folder / "voices" / emotion / f"{number:02}.wav", sound, made.RATE, subtype="PCM_16")
    return folder


@pytest.fixture
def place(sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the examples run in."""
    shutil.copytree(sounds, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def examples(thing: Any) -> list[doctest.DocTest]:
    """The examples of one function, class or module itself, none of what it holds."""
    thing = inspect.unwrap(thing)
    found = doctest.DocTestParser().get_doctest(inspect.getdoc(thing) or "", {}, repr(thing), None, 0)
    return [found] if found.examples else []


FUNCTIONS = ("load", "read", "features", "corpus", "train", "evaluate", "audit", "runs")
DESCRIBED = [
    metrics,
    confidences,
    logmel,
    spectral,
    msf,
    *(
        import_module(one.name)
        for package in (spectral, msf)
        for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ),
]
"""Modules of which every public function says what it takes and gives, and shows it."""
VALUES = (
    *(audio.Clip, audio.Finding, api.Model, predictor.Prediction, predictor.Timeline, profile.VoiceProfile),
    *(ser.Run, ser.Corpus, Evaluation, Audit, logmel.LogMelSpec, spectral.SpectralSpec, spectral.Descriptor),
    *(msf.MsfSpec, msf.Msf, msf.MsfSteps, recipes.Recipe),
)
"""What the public face and these modules hand out."""


def routines(module: ModuleType) -> dict[str, Any]:
    """The public functions that a module holds itself, by their whole name."""
    return {
        f"{module.__name__}.{name}": thing
        for name, thing in vars(module).items()
        if not name.startswith("_") and inspect.isroutine(inspect.unwrap(thing)) and thing.__module__ == module.__name__
    }


ROUTINES = {name: thing for module in DESCRIBED for name, thing in routines(module).items()}
SHOWN = {
    "ser_core": ser,
    **{f"ser.{name}": getattr(ser, name) for name in FUNCTIONS},
    "ser.Model.predict": api.Model.predict,
    **ROUTINES,
    **{one.__name__: one for one in VALUES if one is not api.Model},
    "ClipAnalysis": spectral.ClipAnalysis,
}


def entries(text: str, heading: str) -> list[str]:
    """The names that a numpydoc section describes; none where there is no such section."""
    found = re.search(rf"^{heading}\n-{{{len(heading)}}}\n(.*?)(?=^\w[^\n]*\n-{{3,}}$|\Z)", text, re.M | re.S)
    named = re.findall(r"^(\w+(?:, \w+)*) : ", found[1], re.M) if found else []
    return [name for line in named for name in line.split(", ")]


@pytest.mark.parametrize("name", SHOWN)
def test_examples_run_as_they_stand(name: str, place: Path) -> None:
    shown = examples(SHOWN[name])
    assert shown, f"{name} shows no example"
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE)
    said: list[str] = []
    assert runner.run(shown[0], out=said.append).failed == 0, "".join(said)


@pytest.mark.parametrize("name", ROUTINES)
def test_every_function_of_features_and_scores_says_what_it_takes_and_gives(name: str) -> None:
    text = inspect.getdoc(inspect.unwrap(ROUTINES[name])) or ""
    first, _, rest = text.partition("\n\n")
    assert first.startswith("Return ") and first.endswith(".") and "\n" not in first
    assert entries(text, "Parameters") == list(inspect.signature(ROUTINES[name]).parameters)
    assert "Returns\n-------\n" in rest


@pytest.mark.parametrize("kind", VALUES)
def test_every_value_says_what_it_holds(kind: type) -> None:
    text = inspect.getdoc(kind) or ""
    first = text.partition("\n\n")[0]
    assert first.endswith(".") and "\n" not in first
    held = (
        [one.name for one in dataclasses.fields(kind)]
        if dataclasses.is_dataclass(kind)
        else ["labels", "threshold", "run"]
    )
    assert entries(text, "Attributes") == held
    assert all(
        inspect.getdoc(thing)
        for name, thing in vars(kind).items()
        if not name.startswith("_") and (inspect.isroutine(thing) or isinstance(thing, property | cached_property))
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_takes_gives_and_refuses(name: str) -> None:
    function = inspect.unwrap(getattr(ser, name))
    text = inspect.getdoc(function) or ""
    headings = ["Returns", "Examples"] if name == "runs" else ["Parameters", "Returns", "Raises", "Examples"]
    assert all(f"\n{heading}\n{'-' * len(heading)}\n" in text for heading in headings)
    assert all(f"\n{one} : " in text for one in inspect.signature(function).parameters)


def test_importing_it_costs_nothing() -> None:
    code = (
        "import sys, time; began = time.perf_counter(); import ser_core; took = time.perf_counter() - began;"
        "dir(ser_core); sys.exit('numpy' in sys.modules or took > 0.3)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=settings.ROOT).returncode == 0


def test_every_name_is_there_and_no_other() -> None:
    assert set(ser.__all__) <= set(dir(ser))
    assert all(getattr(ser, name) is not None for name in ser.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ser.nothing  # type: ignore[attr-defined]


def test_packages_that_can_be_called_stay_packages() -> None:
    code = (
        "import ser_core as ser; assert callable(ser.runs) and callable(ser.features);"
        "from ser_core import runs; from ser_core.features import sets; import ser_core.features.logmel;"
        "import inspect; assert inspect.ismodule(runs) and runs.find and ser.runs is runs;"
        "assert list(inspect.signature(ser.features).parameters) == ['sound', 'name'];"
        "assert [run.name for run in ser.runs()][0] == 'accurate'"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=settings.ROOT).returncode == 0
    assert isinstance(ser.runs, callable_module.CallableModule)


def test_a_path_its_bytes_and_its_clip_are_answered_alike() -> None:
    model = ser.load("fast")
    answers = [model.predict(one) for one in (VOICE, str(VOICE), VOICE.read_bytes(), ser.read(VOICE))]
    assert all(np.array_equal(one.probabilities, answers[0].probabilities) for one in answers)
    assert len(model.timeline(VOICE).start_s) == len(model.timeline(ser.read(VOICE)).start_s)


def test_a_voice_is_given_as_files() -> None:
    model = ser.load("accurate")
    by_voice = model.with_voice(model.profile_of([VOICE, audio.read(VOICE)]))
    assert isinstance(by_voice, ser.Model)
    assert by_voice.predict(VOICE).profile is not None


def test_what_is_wrong_is_said_in_the_errors_of_the_face(place: Path) -> None:
    shutil.copy(VOICE, place / "not-sound.txt")
    (place / "not-sound.txt").write_text("words")
    voices = ser.corpus("folder", "voices")
    with pytest.raises(ser.AudioError):
        ser.read("not-sound.txt")
    with pytest.raises(ser.CorpusError):
        ser.corpus("folder", "nowhere")
    with pytest.raises(ser.FeatureError):
        ser.features("voice.wav", "nothing")
    with pytest.raises(ser.RecipeError):
        ser.train("logreg", voices, changes={"fit.nothing": 1})
    with pytest.raises(ser.RecipeError):
        ser.train("logreg", voices, seeds=0)
    with pytest.raises(ser.RunError):
        ser.evaluate("fast", voices, degradation="nothing")
    assert not (place / "ser-home" / "runs").exists()
