"""The lessons page: texts, listen and guess, and what leaks."""

from pathlib import Path

import pytest

from ser_core import runs
from ser_core.corpora import crema_d, samples
from ser_core.evaluation import lesson
from tests.opened import page, press, words

# Texts


def test_a_lesson_is_read_here_and_its_links_stay_here() -> None:
    at = page("lessons")
    titles = [one.label for one in at.button]
    assert len(titles) == 7 and titles[0].startswith("Lesson 1") and titles[-1] == "Using the app in class"
    at = press(at, titles[2])
    assert at.query_params["lesson"] == ["leakage"] or at.query_params["lesson"] == "leakage"
    assert "./results?view=runs" in words(at) and ":8501" not in words(at) and ".md)" not in words(at)
    assert len(press(at, "All lessons").button) == 7


@pytest.mark.parametrize(("before", "now"), [("guess", "guess"), ("lesson", "leakage"), ("msf", "msf")])
def test_links_to_what_stood_in_results_lead_here(before: str, now: str) -> None:
    at = page("results", view=before)
    assert not at.exception
    assert at.title[0].value == "Lessons" and at.session_state["view"] == now


# Listen and guess


def test_a_round_is_played_to_its_end(listened: Path) -> None:
    at = press(page("lessons", view="guess", run="accurate", n="12", seed="4"), "Start")
    stems = {clip.partition("/")[2] for clip in runs.find("accurate").predictions["clip"]}
    for number in range(12):
        assert not at.exception
        assert not any(stem in repr(at.main) for stem in stems), "a clip's name gives its emotion away"
        at = press(at, "Happiness" if number else "Anger")
    assert "You named the intended emotion in" in words(at) and "12 clips are few" in words(at)
    assert "2 of 12" in words(at) or "1 of 12" in words(at) or "3 of 12" in words(at)
    assert "crema-d/" in words(at)
    again = press(at, "The same clips again")
    assert len(again.button) == 6
    other = press(at, "Anger")
    assert not other.exception


def test_the_voices_that_ship_are_the_first_round() -> None:
    at = page("lessons", view="guess")
    assert at.session_state["n"] == "shipped"
    at = press(at, "Start")
    for _ in range(12):
        at = press(at, "Sadness")
    assert "You named the intended emotion in 2 of 12" in words(at)


def test_without_the_corpus_the_clips_are_offered_and_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(stem: str) -> Path:
        raise crema_d.CorpusError(
            f"{stem} could not be fetched from https://x/{stem}.wav: the server cannot be reached."
        )

    at = page("lessons", view="guess", run="accurate", n="12")
    assert "12 of the 12 clips are not on this machine" in words(at)
    monkeypatch.setattr(samples, "fetch", unreachable)
    at = next(button for button in at.button if button.label.startswith("Fetch 12 clips")).click().run()
    assert "the server cannot be reached" in words(at) and "https" not in words(at)


def test_a_class_files_are_joined_and_bad_ones_named() -> None:
    good = b"clip,true,guess,model,listeners\ncrema-d/1001_IEO_ANG_HI,anger,fear,anger,\n"
    other = good.replace(b"anger,fear", b"anger,anger")
    at = page("lessons", view="guess", run="accurate")
    files = [("a.csv", good, "text/csv"), ("b.csv", other, "text/csv"), ("c.csv", b"x\n1\n", "text/csv")]
    at.file_uploader(key="class-files").set_value(files).run()
    assert not at.exception
    assert "2 listeners, 2 guesses on 1 clips: 50 %" in words(at)
    assert any("c.csv has no column 'clip'" in str(one.value) for one in at.warning)


# The lesson


def test_the_lesson_needs_no_corpus_and_says_what_the_runs_say() -> None:
    steps = lesson.present()
    at = page("lessons", view="leakage")
    assert not at.exception
    if not steps:
        assert "not in this copy" in words(at)
        return
    for step in steps:
        at = page("lessons", view="leakage", step=step.key)
        assert not at.exception
        assert step.mistake in words(at) and lesson.outcomes(step)[0].sentence in words(at)
        assert at.query_params["step"] == step.key


def test_next_leads_through_every_step() -> None:
    steps = lesson.present()
    at = page("lessons", view="leakage")
    for following in steps[1:]:
        at = press(at, f"Next: {following.title}")
        assert following.mistake in words(at)


def test_what_so_many_people_teach_is_drawn_of_published_runs() -> None:
    at = page("lessons", view="people")
    assert not at.exception and not at.info
    (figure,) = at.get("plotly_chart")
    assert "n = 738 clips of 9 speakers" in str(figure.proto) and "A 1D CNN that learned here alone" in str(
        figure.proto
    )
