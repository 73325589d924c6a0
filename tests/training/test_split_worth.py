"""What a leak is worth: both models answer the same clips, the honest one never hears their speakers, and both learn from as many clips."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import ser_core as ser
from ser_core import recipes
from ser_core.training import split_worth
from tests import made

SPEAKERS = tuple(str(number) for number in range(2001, 2010))


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = made.crema_d(tmp_path_factory.mktemp("voices"), SPEAKERS, ("IEO", "TIE", "IOM"), seconds=0.4)
    stems = sorted(path.stem for path in (folder / "AudioWAV").iterdir())
    # Each speaker's third sentence is tested: no clip is, but every voice was heard.
    rows = [{"clip": stem, "part": "test" if "_TIE_" in stem else "train"} for stem in stems]
    pd.DataFrame(rows).to_csv(folder / "leaky.csv", index=False)
    pd.DataFrame(rows).assign(part=["test" if stem < "2003" else "train" for stem in stems]).to_csv(
        folder / "apart.csv", index=False
    )
    return folder


def test_both_are_asked_of_the_same_clips(voices: Path) -> None:
    fits: list[tuple[int, int]] = []
    found = ser.audit(voices / "leaky.csv", "crema-d", folder=voices, sound=False)
    recipe = recipes.named("logreg").with_(features="mfcc-20")
    worth = split_worth.measure(found, recipe, fitted=lambda done, total: fits.append((done, total)))
    assert (worth.clips, worth.speakers, worth.learned) == (54, 9, 108)
    # Of nine speakers three groups leave 108 clips of others.
    assert worth.fits == 4 and fits[-1] == (4, 4)
    assert worth.span.difference == pytest.approx(worth.leaky - worth.honest)
    assert (
        worth.span.method == "Student's t over speakers" and worth.span.low <= worth.span.difference <= worth.span.high
    )
    assert f"{100 * worth.leaky:.1f} % of the 54 tested clips" in worth.sentence
    assert worth.to_dict()["span"]["low"] == worth.span.low


def test_the_honest_fit_never_hears_who_is_tested(voices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ser.audit(voices / "leaky.csv", "crema-d", folder=voices, sound=False)
    speakers = found.clips.rows["speaker"]
    heard: list[tuple[set[str], set[str]]] = []
    fit = split_worth._Fits.right

    def noted(self: object, train: pd.Index, test: pd.Index) -> object:
        heard.append((set(speakers.loc[train]), set(speakers.loc[test])))
        return fit(self, train, test)  # type: ignore[arg-type]

    monkeypatch.setattr(split_worth._Fits, "right", noted)
    split_worth.measure(found, recipes.named("logreg").with_(features="mfcc-20"))
    (leaky_train, leaky_test), *honest = heard
    assert leaky_train == leaky_test == set(SPEAKERS)
    assert all(not train & test for train, test in honest)
    assert set().union(*(test for _, test in honest)) == set(SPEAKERS)


def test_what_cannot_be_measured_is_refused(voices: Path) -> None:
    apart = ser.audit(voices / "apart.csv", "crema-d", folder=voices, sound=False)
    with pytest.raises(ser.CorpusError, match="no leak by voice"):
        split_worth.measure(apart, recipes.named("logreg"))
    leaky = ser.audit(voices / "leaky.csv", "crema-d", folder=voices, sound=False)
    with pytest.raises(ser.RecipeError, match="no quick classifier"):
        split_worth.measure(leaky, recipes.named("crnn"))
    table = pd.DataFrame({"clip": ["a", "b"], "speaker": "kim", "emotion": "anger", "part": ["train", "test"]})
    table.to_csv(voices / "table.csv", index=False)
    with pytest.raises(ser.CorpusError, match="takes the sound"):
        split_worth.measure(ser.audit(voices / "table.csv"), recipes.named("logreg"))
