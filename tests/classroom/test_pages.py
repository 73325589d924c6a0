"""The pages of a lesson: the teacher's, a pupil's, and what is left of them afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.classroom.steps import STEPS
from pages.server import visitor
from ser_core import audio, classroom, jobs, runs, settings
from ser_core.classroom import guesses
from ser_core.corpora.recordings import Recordings
from ser_core.jobs import locks
from tests import opened
from tests.classroom.conftest import act, begin, join
from tests.opened import words


class Class:
    """A lesson whose pages are opened by whoever has a token."""

    def __init__(self, lesson: classroom.Lesson, code: str, patch: pytest.MonkeyPatch) -> None:
        self.lesson, self.code, self.patch = lesson, code, patch

    def sits(self, token: str) -> None:
        self.patch.setattr(visitor, "token", lambda: token)
        settings.ask_owner(visitor.owner)

    def opened(self, page: str, token: str, **query: str) -> AppTest:
        """A page, as the browser with this token opens it."""
        self.sits(token)
        at = opened.page(page, **query)
        assert not at.exception, at.exception
        return at

    def teacher(self, **query: str) -> AppTest:
        token = self.lesson.let_teach(self.code)
        assert token is not None
        return self.opened("class", token, **query)


@pytest.fixture
def a_class(home: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    return Class(*begin(home, monkeypatch), monkeypatch)


def button(at: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(one for one in at.button if one.label == label)


def links(at: AppTest) -> list[str]:
    return [str(one.proto.label) for one in at.get("page_link")]


def test_the_teacher_steers_the_room(a_class: Class) -> None:
    token, id = join(a_class.lesson, "[Ada](x)")
    act(id, "Ada")
    at = a_class.teacher()
    assert at.title[0].value == "Class 7b" and f"key **{a_class.lesson.state['key']}**" in words(at)
    assert "1 of at most 40 are here" in words(at)
    table = at.dataframe[0].value
    assert list(table.iloc[0]) == ["[Ada](x)", 2, "", 0]
    at.toggle(key="class-joining").set_value(False).run()
    at.toggle(key="class-training").set_value(False).run()
    state = a_class.lesson.state
    assert (state["joining"], state["training"]) == (False, False)
    # A pupil sees where the lesson is, and that training is paused.
    a_class.lesson.set(step=3)
    pupil = a_class.opened("train", token)
    assert any(STEPS[2].task in label for label in links(pupil))
    assert "paused training" in words(pupil) and "\\[Ada\\](x)" in words(pupil)


def test_the_code_is_a_qr_code_of_the_join_address(a_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_ADDRESS", "https://192.168.7.5:8501")
    at = a_class.teacher()
    assert "`https://192.168.7.5:8501/join`" in words(at)
    assert any("data:image/png;base64," in str(one.proto.body) for one in at.get("html"))


def test_a_pupil_has_the_pages_of_a_lesson_and_no_others(a_class: Class) -> None:
    token, _ = join(a_class.lesson, "Ada")
    at = a_class.opened("", token)
    assert at.get("audio_input")[0].proto.label.startswith("Act an emotion")
    assert "Go live" not in links(at) and "prohibited" in words(at)
    menu = set(links(at))
    assert {"Home", "Analyze", "Train", "Results", "Lessons"} <= menu and not menu & {"Live", "Datasets", "Class"}
    for page, views in (("train", ["record", "new"]), ("results", ["board", "run", "compare"])):
        shown = a_class.opened(page, token)
        assert len(shown.segmented_control[0].options) == len(views)
    assert "New voice" not in words(a_class.opened("analyze", token, source="samples", sample="anger-1"))


def test_a_pupil_acts_what_the_page_asks_for(a_class: Class) -> None:
    token, id = join(a_class.lesson, "Ada")
    at = a_class.opened("train", token, view="record")
    asked = [one.proto.label for one in at.get("audio_input")]
    assert len(asked) == 6 and asked[2].startswith("Act fear: “")
    voice = (settings.ARTIFACTS / "samples" / "voice-british.flac").read_bytes()
    sound = audio.encode_wav(audio.decode(voice).samples)
    at.audio_input[2].set_value(("a.wav", sound, "audio/wav")).run()
    assert not at.exception
    (kept,) = Recordings(settings.home(id).recordings).list_all()
    assert (kept.emotion, kept.speaker) == ("fear", "Ada")
    assert "Clips of the class so far: 1, by 1 of you." in words(at) and not at.get("file_uploader")


def test_a_pupil_queues_the_quick_network_on_what_the_class_acted(a_class: Class) -> None:
    tokens = {}
    for name in ("Ada", "Bob", "Cleo", "Dan"):
        tokens[name], id = join(a_class.lesson, name)
        act(id, name, ("anger", "sadness", "fear"))
    with locks.runner_lock():
        at = a_class.opened("train", tokens["Ada"], length="short")
        assert "12 clips of 4 voices. It is tested on voices that it has not heard." in words(at)
        button(at, "Train").click().run()
        assert not at.exception and not at.error, words(at)
        (job,) = jobs.in_state("queued", everyone=True)
        recipe = job.order["recipe"]
        assert (recipe["name"], recipe["corpus"], recipe["split"]) == ("quick-cnn", "class", "speakers")
        assert job.owner == visitor.owner() and job.expected_s is not None and job.run is not None
        assert "waits, place 1 of 1, begins in about 5 s" in words(at)
        other = a_class.opened("train", tokens["Bob"], length="short")
        assert "It begins when what is before it in the queue has ended, in about" in words(other)
        button(other, "Train").click().run()
        shown = a_class.teacher(view="queue")
        assert "0 trains, 2 wait" in words(shown) and "**Bob** · place 2, begins in about" in words(shown)
        button(shown, "Cancel").click().run()
        assert [one.owner for one in jobs.in_state("queued", everyone=True)] != [job.owner]


def test_the_board_and_the_pooled_guesses(a_class: Class) -> None:
    token, id = join(a_class.lesson, "Ada")
    assert "No network is done yet" in words(a_class.opened("results", token))
    runs.weightless(runs.find("svm-clips"), settings.home(id).runs / "one")
    for page, at in (("pupil", a_class.opened("results", token)), ("teacher", a_class.teacher(view="board"))):
        assert "**Ada**" in words(at) and "UAR" in words(at) and "commonest mistake" in words(at), page
        assert len(at.get("plotly_chart")) == 1
    assert "Nobody has guessed yet" in words(a_class.teacher(view="guesses"))
    a_class.sits(token)
    row = runs.find("accurate").predictions.query("part == 'test'").iloc[0]
    guesses.keep(row["clip"], row["true"])
    said = words(a_class.teacher(view="guesses"))
    assert (
        "1 of you named the intended emotion in 100 % of 1 guesses" in said
        and "the class is right in 1 of 1 clips" in said
    )


def test_a_round_of_guesses_is_pooled_by_itself(a_class: Class) -> None:
    token, id = join(a_class.lesson, "Ada")
    at = a_class.opened("lessons", token, view="guess")
    button(at, "Start").click().run()
    for _ in range(12):
        button(at, "Sadness").click().run()
    assert not at.exception
    assert "You named the intended emotion in 2 of 12" in words(
        at
    ) and "1 of you named the intended emotion in 17 %" in words(at)
    assert (settings.home(id).own / guesses.FILE).is_file() and "A whole class" not in words(at)


def test_the_end_shows_what_goes_and_afterwards_nothing_is_left(a_class: Class, home: Path) -> None:
    token, id = join(a_class.lesson, "Ada")
    act(id, "Ada")
    pupil = a_class.opened("train", token)
    at = a_class.teacher(view="end")
    assert "nicknames: 1, recordings: 2, networks: 0" in words(at)
    assert list(at.dataframe[0].value.iloc[0])[:2] == ["Ada", 2]
    button(at, "Yes, delete everything").click().run()
    assert not at.exception and at.title[0].value == "The lesson has ended"
    assert "no file is left on the computer" in words(at)
    assert not a_class.lesson.folder.exists() and [path for path in home.rglob("*") if path.is_file()] == []
    # Whoever still has a page open finds the same.
    a_class.sits(token)
    pupil.run()
    assert not pupil.exception and pupil.title[0].value == "The lesson has ended"


def test_who_is_taken_out_is_outside(a_class: Class) -> None:
    a_class.sits("")
    at = opened.page()
    assert "You are not in this class" in words(at) and "/join" in words(at)
