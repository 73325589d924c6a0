"""Make the runs of the leakage lesson that break a rule on purpose, each with a twin that keeps it.

Run from the repository's root as `python -m scripts.wrong_on_purpose FOLDER`; needs CREMA-D registered (the public `dev`
speakers are enough). Publishes them as FOLDER/<name>/; artifacts/results/ is where they ship from.

- `wrong-epoch-on-test`: of one fit, the epoch that is best on the test part is kept. `right-epoch-on-validation`: of the same
  fit (same clips, same seed), the epoch that is best on the validation part.
- `wrong-copies-before-split`: every clip is copied, and clips and copies are divided together, so that a tested clip has copies
  of itself in the train part. `right-copies-after-split`: clips are divided, then those of the train part are copied.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import soundfile

from ser_core import audio, recipes, runs
from ser_core.augment import picture
from ser_core.augment.waveform import WaveformAugmentation
from ser_core.corpora import registry, splits
from ser_core.corpora.base import Corpus
from ser_core.corpora.reading import ClipReader
from ser_core.corpora.splits import Division
from ser_core.evaluation import writing
from ser_core.features.store import Copies
from ser_core.recipes import Recipe
from ser_core.recipes.recipe import Fit
from ser_core.runs import Run
from ser_core.training import train
from ser_core.training.card import card

#: A small network that has room to learn clips by heart: 1D convolutions over 20 MFCC.
_SMALL = Recipe(
    "lesson",
    "Small 1D CNN on 20 MFCC",
    features="mfcc-20-frames",
    picture=picture.NONE,
    network="cnn1d",
    network_params={"channels": [48, 64]},
)
EPOCHS = _SMALL.with_(
    name="lesson-epoch",
    split="speakers",
    fit=Fit(epochs=60, batch_size=32, learning_rate=3e-3, warmup_epochs=1.0, label_smoothing=0.0),
)
COPIES = _SMALL.with_(
    name="lesson-copies",
    split="clips",
    # Noise, level and a small shift: what leaves a clip easy to know again.
    waveform=WaveformAugmentation(stretch=0.0, pitch_semitones=0.0, shift=0.05, gain_db=6.0, p=1.0),
    copies=3,
    fit=Fit(epochs=25, learning_rate=2e-3, label_smoothing=0.0),
)
#: Few speakers to train on: with much data every late epoch is alike, and choosing among them matters little.
TRAIN_SPEAKERS = 12
#: Of whom clips are copied; enough for an interval over speakers.
COPIED_SPEAKERS = 24


class Progress:
    """Says on stderr how far a fit is."""

    def features(self, done: int, total: int) -> None:
        print(f"\r{done} of {total} clips", end="", file=sys.stderr)

    def epoch(self, row: dict[str, Any], epochs: int) -> None:
        print(f"\repoch {row['epoch']} of {epochs}: UAR {row['val_uar']:.3f}", end="", file=sys.stderr)

    def batch(self, share_of_epoch: float) -> None: ...


def divided(corpus: Corpus, train_speakers: int) -> pd.Series:
    """Return the public split's parts, the train part cut down to its first `train_speakers` speakers."""
    _, parts = splits.by_speakers(corpus.clips, corpus.name, 0)
    kept = sorted(set(corpus.clips["speaker"][parts == "train"]))[:train_speakers]
    return parts.where((parts != "train") | corpus.clips["speaker"].isin(kept), "")


def right_epoch(corpus: Corpus, path: Path) -> Run:
    """Fit, and keep the epoch that is best on the validation part."""
    division = Division(f"dev, {TRAIN_SPEAKERS} train speakers", divided(corpus, TRAIN_SPEAKERS))
    return train.train(EPOCHS, corpus, runs.create(path), Progress(), division=division)


def wrong_epoch(corpus: Corpus, path: Path) -> Run:
    """Fit alike, and keep the epoch that is best on the test part: the test clips stand in for the validation part."""
    parts = divided(corpus, TRAIN_SPEAKERS)
    swapped = parts.mask(parts == "validation", "").mask(parts == "test", "validation")
    name = f"dev, {TRAIN_SPEAKERS} train speakers, validated on test"
    run = train.train(EPOCHS, corpus, runs.create(path), Progress(), test=False, division=Division(name, swapped))
    for file in ("predictions.csv", "split.csv"):
        table = run.predictions if file == "predictions.csv" else run.split
        both = [table, table[table["part"] == "validation"].assign(part="test")]
        run.write_table(file, pd.concat(both, ignore_index=True))
    return owned_up(
        run, corpus, "the epoch, the temperature and the threshold were chosen on the test clips themselves"
    )


def right_copies(corpus: Corpus, path: Path) -> Run:
    """Divide the clips, then copy those of the train part."""
    name, parts = splits.by_clips(corpus.clips[_copied(corpus)], COPIES.seed)
    division = Division(f"clips of {COPIED_SPEAKERS} speakers, {name}", parts.reindex(corpus.clips.index).fillna(""))
    return train.train(COPIES, corpus, runs.create(path), Progress(), division=division)


def wrong_copies(corpus: Corpus, path: Path) -> Run:
    """Copy the same clips in the same way, then divide clips and copies together."""
    clips = corpus.clips[_copied(corpus)]
    both = dataclasses.replace(corpus, clips=_with_copies(clips, path.parent / "copies"))
    name, parts = splits.by_clips(both.clips, COPIES.seed)
    division = Division(f"clips and copies of {COPIED_SPEAKERS} speakers, {name}", parts)
    run = train.train(COPIES.with_(copies=0), both, runs.create(path), Progress(), division=division)
    return owned_up(
        run, corpus, "clips were copied before the split, so that copies of tested clips are in the train part"
    )


def _copied(corpus: Corpus) -> pd.Series:
    train_speakers = splits.published_speakers(corpus.name, "dev", "train")[:COPIED_SPEAKERS]
    return corpus.clips["speaker"].isin(train_speakers)


def _with_copies(clips: pd.DataFrame, folder: Path) -> pd.DataFrame:
    folder.mkdir(parents=True, exist_ok=True)
    copies, reader, rows = (
        Copies(COPIES.waveform or WaveformAugmentation(), COPIES.copies, COPIES.seed),
        ClipReader(),
        [],
    )
    for row in clips.to_dict("records"):
        samples = reader.read(row["path"], row["start"], row["end"]).samples
        for number in range(copies.number):
            name = copies.name(row["clip"], number)
            path = folder / f"{name.replace('/', '-')}.wav"
            if not path.is_file():
                # Float: a copy may be louder than 16 bit can say.
                soundfile.write(path, copies.changed(samples, name), audio.SAMPLE_RATE, subtype="FLOAT")
            rows.append({**row, "clip": name, "path": str(path)})
    return pd.concat([clips, pd.DataFrame(rows)], ignore_index=True)


def owned_up(run: Run, corpus: Corpus, how: str) -> Run:
    """Write into the run what is wrong with it, and everything that follows from its predictions anew."""
    fresh = Run(run.path)
    stated = {**fresh.recipe, "wrong_on_purpose": how}
    run.write_json("recipe.json", stated)
    counts = fresh.split["part"].value_counts().to_dict()
    recipe = recipes.from_dict(stated["recipe"])
    said = f"**Wrong on purpose: {how}.**"
    writing.rewrite(
        run,
        fresh.predictions,
        stated["recipe"]["labels"],
        lambda scores: f"{said}\n\n{card(recipe, corpus.card, stated['split_name'], scores, counts, stated['found'])}",
    )
    return Run(run.path)


MADE: dict[str, Callable[[Corpus, Path], Run]] = {
    "right-epoch-on-validation": right_epoch,
    "wrong-epoch-on-test": wrong_epoch,
    "right-copies-after-split": right_copies,
    "wrong-copies-before-split": wrong_copies,
}


def main() -> None:
    """Make what is not in the folder yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the published runs go")
    folder: Path = parser.parse_args().folder
    corpus = registry.load("crema-d")
    for name, make in MADE.items():
        if (folder / name).exists():
            continue
        with tempfile.TemporaryDirectory() as place:
            run = make(corpus, Path(place) / name)
            scores = run.metrics["test"]
            print(f"\n{name}: accuracy {scores['accuracy']:.3f} on {scores['n']} test rows, {run.status['seconds']} s")
            runs.publish(run, folder / name)


if __name__ == "__main__":
    main()
