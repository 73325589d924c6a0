"""Whose voice it is: the answer is tuned to earlier recordings, both answers are there, and nothing is kept but on request."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ser_core import audio, runs, settings
from ser_core.personal import kept_profiles
from ser_core.predictor import Predictor
from tests import patience

ROOT = Path(__file__).resolve().parents[2]
VOICES = settings.ARTIFACTS / "samples" / "voices"
FIRST, SECOND, THIRD = (VOICES / f"{name}.flac" for name in ("neutral-1", "anger-1", "sadness-1"))


def page(**stated: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "pages" / "analyze" / "page.py"), default_timeout=patience.SECONDS)
    at.query_params.update({"source": "upload", "model": "accurate", **stated})
    return at.run()


def give(at: AppTest, *paths: Path) -> AppTest:
    files = [(path.name, path.read_bytes(), "audio/flac") for path in paths]
    at = next(one for one in at.file_uploader if one.key == "upload").set_value(files).run()
    assert not at.exception
    return at


def button(at: AppTest, key: str) -> AppTest:
    at = next(one for one in at.button if one.key == key).click().run()
    assert not at.exception
    return at


def toggle(at: AppTest, key: str, on: bool) -> AppTest:
    return next(one for one in at.toggle if one.key == key).set_value(on).run()


def told(at: AppTest) -> str:
    return " ".join(one.value for one in (*at.markdown, *at.caption))


def shown(at: AppTest) -> str:
    return next(one.value for one in at.get("html") if 'data-testid="answer"' in one.value)


def expected(path: Path, *by: Path) -> str:
    model = Predictor(runs.find("accurate"))
    if by:
        model = model.with_voice(model.profile_of(audio.decode(one) for one in by))
    found = model.predict(audio.decode(path))
    return f"{found.label} {100 * found.confidence:.0f} %"


def says(at: AppTest, answer: str) -> bool:
    """Whether the large answer names this emotion with this share, or that it is uncertain of it."""
    label, share = answer.rsplit(" ", 2)[0], " ".join(answer.rsplit(" ", 2)[1:])
    return label in shown(at).lower() and share in shown(at)


def test_the_third_recording_goes_by_the_two_before_it() -> None:
    at = give(page(), FIRST)
    assert "New voice and microphone: less sure" in told(at) and says(at, expected(FIRST))
    at = give(give(at, SECOND), THIRD)
    assert "**Tuned** to 2 earlier recordings of this speaker and microphone" in told(at)
    assert f"untuned: {expected(THIRD)}" in told(at)
    assert says(at, expected(THIRD, FIRST, SECOND))
    assert expected(THIRD, FIRST, SECOND) != expected(THIRD)


def test_what_was_answered_stays_until_it_is_judged_again() -> None:
    at = give(give(page(), FIRST), SECOND)
    at = give(at, FIRST)
    assert says(at, expected(FIRST)) and "New voice" in told(at)
    at = button(at, "judge-again")
    assert says(at, expected(FIRST, SECOND)) and "**Tuned** to 1 earlier recording of" in told(at)


def test_a_new_speaker_brings_back_the_answer_without() -> None:
    at = button(give(give(page(), FIRST), SECOND), "speaker-new")
    assert says(at, expected(SECOND)) and "New voice and microphone" in told(at)
    at = give(at, THIRD)
    assert says(at, expected(THIRD, SECOND)), "what follows is the new speaker's"


def test_tuning_can_be_switched_off_and_the_link_says_so() -> None:
    at = give(give(page(), FIRST), SECOND)
    at = toggle(at, "tuned", False)
    assert says(at, expected(SECOND)) and "Not tuned to the speaker" in told(at)
    assert at.query_params["tuned"] in ("off", ["off"])
    at = give(give(page(tuned="off"), FIRST), SECOND)
    assert says(at, expected(SECOND))


def test_on_a_shared_server_nothing_is_tuned_until_it_is_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = give(give(page(), FIRST), SECOND)
    assert says(at, expected(SECOND)) and "Not tuned to the speaker" in told(at)
    assert says(toggle(at, "tuned", True), expected(SECOND, FIRST))
    assert not [one for one in at.toggle if one.key == "voice-kept"]


def test_a_sample_is_of_nobody_who_is_here() -> None:
    at = give(page(), FIRST)
    at.query_params.update({"source": "samples", "sample": "anger-1"})
    at.run()
    assert not at.exception
    assert "microphone: less sure" not in told(at) and not [one for one in at.button if one.key == "speaker-new"]


def test_the_passage_counts_for_what_comes_after_it() -> None:
    at = give(page(), SECOND)
    passage = next(one for one in at.file_uploader if (one.key or "").startswith("voice-clips"))
    at = passage.set_value([(FIRST.name, FIRST.read_bytes(), "audio/flac")]).run()
    at = button(at, "voice-use")
    assert says(at, expected(SECOND)), "what was answered is not rewritten"
    assert says(button(at, "judge-again"), expected(SECOND, FIRST))


def test_kept_are_numbers_and_the_next_visit_goes_on_with_them(home: Path) -> None:
    toggle(give(give(page(), FIRST), SECOND), "voice-kept", True)
    (path,) = (home / "voice").iterdir()
    stated = json.loads(path.read_text())
    assert set(stated) == {
        "kind",
        "source",
        "audio_version",
        "seconds",
        "clips",
        "strange",
        "said",
        "means",
        "deviations",
    }
    assert stated["clips"] == 2
    again = give(page(), THIRD)
    assert says(again, expected(THIRD, FIRST, SECOND))
    again = button(again, "voice-forget")
    assert list((home / "voice").iterdir()) == []
    assert says(give(page(), THIRD), expected(THIRD))


def test_a_kept_voice_of_another_version_is_not_used_and_that_is_said(home: Path) -> None:
    toggle(give(page(), FIRST), "voice-kept", True)
    (path,) = (home / "voice").iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), "audio_version": 0}))
    again = give(page(), SECOND)
    assert says(again, expected(SECOND))
    assert any("another version of this program" in one.value for one in again.info)


def test_a_damaged_voice_is_passed_over(home: Path) -> None:
    (home / "voice").mkdir(parents=True)
    (home / "voice" / "abc.json").write_text("{}")
    assert says(give(page(), FIRST), expected(FIRST)) and kept_profiles.kept() == []


def answers(at: AppTest) -> pd.DataFrame:
    return next(one.value for one in at.dataframe if "file" in one.value).set_index("file")


def most_probable(row: pd.Series) -> str:
    """The emotion that the table gives the longest bar, as `expected` has it."""
    shares = row.filter(regex="^p ").astype(float)
    return f"{shares.idxmax().removeprefix('p ')} {shares.max():.0f} %"


def test_many_files_are_told_apart_by_who_speaks(tmp_path: Path) -> None:
    paths = []
    for name, source in {"ada_1.flac": FIRST, "ada_2.flac": SECOND, "bob_1.flac": THIRD}.items():
        (tmp_path / name).write_bytes(source.read_bytes())
        paths.append(tmp_path / name)
    assert list(answers(give(page(), *paths))["tuned to (s)"]) == [0.0, 0.0, 0.0]
    at = give(page(speakers="name"), *paths)
    assert "Speakers: ada (2), bob (1)" in told(at)
    table = answers(at)
    for path, by in zip(paths, [(FIRST, SECOND), (FIRST, SECOND), (THIRD,)], strict=True):
        row = table.loc[path.name]
        assert most_probable(row) == expected(path, *by)
        assert row["tuned to (s)"] > 1.0
    at = give(page(speakers="one"), *paths)
    assert most_probable(answers(at).loc["bob_1.flac"]) == expected(THIRD, FIRST, SECOND, THIRD)
