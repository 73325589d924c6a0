"""My voice: the answer goes by it, it is kept as numbers alone and only on request, and forgotten at a click."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import audio, runs, settings
from ser_core.personal import kept_profiles
from ser_core.predictor import Predictor
from tests import patience

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = settings.ARTIFACTS / "samples" / "voice-british.flac"


def page() -> AppTest:
    at = AppTest.from_file(str(ROOT / "pages" / "analyze" / "page.py"), default_timeout=patience.SECONDS)
    at.query_params["source"] = "samples"
    at.query_params["sample"] = "voice-british"
    at.query_params["model"] = "accurate"
    return at.run()


def captions(at: AppTest) -> str:
    return " ".join(one.value for one in at.caption)


def button(at: AppTest, key: str) -> AppTest:
    return next(one for one in at.button if one.key == key).click().run()


def expected(with_voice: bool) -> list[float]:
    predictor = Predictor(runs.find("accurate"))
    clip = audio.decode(SAMPLE)
    if with_voice:
        predictor = predictor.with_voice(predictor.profile_of([clip]))
    return [float(p) for p in predictor.predict(clip).probabilities]


def test_the_answer_goes_by_the_voice_until_it_is_forgotten(home: Path) -> None:
    at = page()
    assert not at.exception
    assert "Judged by your voice profile" not in captions(at)
    at = button(at, "voice-page")
    assert not at.exception
    assert "Judged by your voice profile" in captions(at)
    assert "without a voice profile" in captions(at)
    assert expected(True) != pytest.approx(expected(False), abs=1e-3)
    assert not (home / "voice").exists()

    at = next(one for one in at.toggle if one.key == "voice-used").set_value(False).run()
    assert "Judged by your voice profile" not in captions(at)
    at = next(one for one in at.toggle if one.key == "voice-used").set_value(True).run()
    at = button(at, "voice-forget")
    assert "Judged by your voice profile" not in captions(at)


def test_kept_are_numbers_and_the_next_visit_finds_them(home: Path) -> None:
    at = button(page(), "voice-page")
    at = next(one for one in at.toggle if one.key == "voice-kept").set_value(True).run()
    assert not at.exception
    (path,) = (home / "voice").iterdir()
    stated = json.loads(path.read_text())
    assert set(stated) == {"kind", "source", "audio_version", "seconds", "clips", "means", "deviations"}
    assert len(kept_profiles.kept()) == 1

    again = page()
    assert "Judged by your voice profile" in captions(again)
    again = button(again, "voice-forget")
    assert not again.exception
    assert list((home / "voice").iterdir()) == []
    assert "Judged by your voice profile" not in captions(page())


def test_a_kept_voice_of_another_version_is_not_used_and_that_is_said(home: Path) -> None:
    at = button(page(), "voice-page")
    next(one for one in at.toggle if one.key == "voice-kept").set_value(True).run()
    (path,) = (home / "voice").iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), "audio_version": 0}))
    assert kept_profiles.kept() == [] and "another version of this program" in kept_profiles.refused()[0]
    again = page()
    assert "Judged by your voice profile" not in captions(again)
    assert any("another version of this program" in one.value for one in again.info)


def test_a_visitor_who_may_keep_nothing_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.server.visitor.may_keep", lambda: False)
    at = button(page(), "voice-page")
    assert not at.exception
    assert not [one for one in at.toggle if one.key == "voice-kept"]
    assert "forgotten when you close the page" in captions(at)


def test_a_damaged_voice_is_passed_over(home: Path) -> None:
    (home / "voice").mkdir(parents=True)
    (home / "voice" / "abc.json").write_text("{}")
    at = page()
    assert not at.exception
    assert kept_profiles.kept() == []
