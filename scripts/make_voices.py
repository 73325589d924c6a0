"""Choose the twelve real voices among the samples, two an emotion, and copy them: `python -m scripts.make_voices --data FOLDER-OF-CREMA-D`.

Of the dev split's test speakers, whom no shipped model has heard; among the clips that at least AGREED of the listeners, by the voice alone,
heard as they were meant, drawn by a fixed seed, of two speakers each. No model is asked. Writes artifacts/samples/voices/*.flac and
voices.json: a list of {name, title, file, kind, text, how_to_read, clip, emotion}.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import soundfile

from ser_core import audio, files, settings
from ser_core.corpora import crema_d_votes, registry, splits

FOLDER = settings.ARTIFACTS / "samples" / "voices"
#: Share of the listeners who must have named the emotion.
AGREED = 0.6
SEED, EACH = 0, 2


def main() -> int:
    """Write the clips and their list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="CREMA-D's folder; remembered")
    corpus = registry.load("crema-d", parser.parse_args().data)
    clips = corpus.clips.assign(part=splits.assign(corpus.clips, "crema-d", "speakers", 0).parts)
    clips = clips[clips["part"] == "test"].merge(crema_d_votes.read(corpus.root), on="clip")
    votes = clips[list(corpus.emotions)]
    clips = clips[
        [
            row[emotion] >= AGREED * row.sum()
            for (_, row), emotion in zip(votes.iterrows(), clips["emotion"], strict=True)
        ]
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    stated = []
    for emotion in corpus.emotions:
        heard = clips[clips["emotion"] == emotion].sort_values("clip")
        order = heard.iloc[np.random.default_rng(SEED).permutation(len(heard))]
        for number, row in enumerate(order.drop_duplicates("speaker").head(EACH).itertuples(), start=1):
            name = f"{emotion}-{number}"
            sound = audio.decode(Path(row.path))
            soundfile.write(FOLDER / f"{name}.flac", sound.samples, sound.sample_rate, subtype="PCM_16")
            stated.append(
                {
                    "name": name,
                    "title": f"An actor, {emotion} ({number})",
                    "file": f"voices/{name}.flac",
                    "kind": "actor",
                    "text": "",
                    "how_to_read": f"CREMA-D's clip {row.clip.partition('/')[2]}: an actor was asked for {emotion}. No shipped model has heard this voice.",
                    "clip": row.clip,
                    "emotion": emotion,
                }
            )
    files.write_json(FOLDER / "voices.json", stated)
    print(f"{len(stated)} voices in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
