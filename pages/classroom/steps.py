"""The steps of the lesson, which the teacher goes through and every pupil sees."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One step: its title, what a pupil does in it, and the page where that is done."""

    title: str
    task: str
    page: str
    query: dict[str, str] = field(default_factory=dict)


STEPS = (
    Step(
        "Guess", "Hear twelve actors and name what each was asked to play.", "pages/lessons/page.py", {"view": "guess"}
    ),
    Step("Act", "Act six emotions into the microphone.", "pages/train/page.py", {"view": "record"}),
    Step("Train", "Train a network on what the class acted.", "pages/train/page.py", {"view": "new"}),
    Step("Compare", "Find the mistake that most networks make.", "pages/results/page.py", {"view": "board"}),
    Step("Doubt", "Find a voice on which the model is sure and wrong.", "pages/analyze/page.py", {"source": "record"}),
)
