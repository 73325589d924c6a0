"""A home in which everything is called as a stranger pleases, the pages that show it, and the links that name it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import soundfile

from ser_core import audio, runs, settings
from ser_core.corpora import registry
from ser_core.corpora.recordings import Recordings
from ser_core.runs import Run, notes
from ser_core.studies import Member, Study
from tests import made

VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
EVIL = "![x](http:evil.example) [Sign in](http:evil.example) :red[c]"
WORD = f"{EVIL} ![y](https://evil.example/y.png) https://evil.example www.evil.example <a href='https://evil.example'>d</a>"
LABEL = f"{EVIL} <a href='https://evil.example'>d</a>"
#: The queries with which each page is opened.
PAGES = {
    "home": [{}],
    "analyze": [{"source": "samples", "sample": VOICE.stem, "looked": "on"}],
    "live": [{}],
    "datasets": [{"tab": tab} for tab in ("Overview", "Clips", "Compare", "Listeners", "Check")] + [{"view": "mine"}],
    "train": [{"view": view} for view in ("new", "build", "compare", "originals", "features", "several", "personal")]
    + [{"view": "compare", "what": "setting"}],
    "lessons": [{"view": view} for view in ("guess", "leakage", "msf")],
    "results": [
        *(
            {"view": "run", "tab": tab}
            for tab in ("groups", "calibration", "mistakes", "elsewhere", "curves", "configuration", "card")
        ),
        *({"view": view} for view in ("runs", "compare", "listeners", "studies")),
    ],
}
#: What a link states of what is there.
THERE = {
    "run": EVIL,
    "model": EVIL,
    "corpus": "hers",
    "own": EVIL,
    "runs": f"{EVIL},fast",
    "from": "titled",
    "networks": "titled,svm",
}
#: What a link may state; "run" and the like first ask for something that there is, then for a hostile name.
NAMES = [
    "run",
    "runs",
    "model",
    "corpus",
    "job",
    "recipe",
    "split",
    "held",
    "by",
    "emotion",
    "cell",
    "closer",
    "descriptor",
    "looked-for",
    "own",
    "norm",
    "source",
    "sample",
    "step",
    "view",
    "search",
    "part",
    "n",
    "seed",
    "tab",
    "speaker",
    "second",
    "show",
    "from",
    "networks",
    "network",
    "what",
    "study",
]


def furnish(place: Path) -> None:
    """Put a run, a study, a note, a corpus (its clips into `place`) and a recording of such names into SER_HOME."""
    home = settings.home().path
    run = Run(Path(shutil.copytree(settings.ARTIFACTS / "models" / "fast", home / "runs" / EVIL)))
    for path in run.path.iterdir():
        if path.suffix in (".json", ".csv", ".md", ".txt") and path.name != "files.json":
            text = path.read_text(encoding="utf-8")
            quoted = json.dumps(LABEL)[1:-1] if path.suffix == ".json" else LABEL
            path.write_text(text.replace("anger", quoted), encoding="utf-8")
    run.write_text(
        "card.md", f"# {WORD}\n\n{WORD}\n\n| a |\n|---|\n| {WORD} |\n\n[^1]\n\n[^1]: ![z](https://evil.example)\n"
    )
    run.seal()
    notes.write(run, name=WORD, note=WORD, tags=(WORD,))
    # What a run and a study are called by what a stranger's recipe states.
    titled = runs.weightless(runs.find("voices-47-cnn1d-model3"), home / "runs" / "titled")
    recipe = titled.trained_by.with_(title=WORD)
    titled.write_json("recipe.json", {**titled.recipe, "recipe": recipe.to_dict()})
    titled.seal()
    other = runs.weightless(runs.find("scratch-seeds"), home / "runs" / "other")
    of_other = other.trained_by
    members = (
        Member(WORD, recipe, "titled"),
        Member(LABEL, of_other, "other"),
        Member("to come", of_other.with_(seed=7), "x"),
    )
    Study(home / "studies" / "hers", WORD, runs.now(), "crema-d", "speakers", 5, 3, members, WORD).write()
    folder = place / "corpus"
    for number, label in enumerate((EVIL, "anger", "sadness")):
        (folder / label).mkdir(parents=True)
        for take in range(3):
            sound = made.voice(120.0 + 60 * number, 0.4, 4.0, 0.6, made.np.random.default_rng(take))
            soundfile.write(folder / label / f"{EVIL}-{take}.wav", sound, made.RATE)
    registry.register("hers", folder)
    Recordings().add(audio.decode(VOICE), EVIL, sitting="one")
