"""Measure what each block of an encoder knows: the emotion, the sentence and the speaker's sex, by a linear probe on each block alone.

Run: python -m scripts.probe_blocks ENCODER [--data FOLDER-OF-CREMA-D] [--savee FOLDER-OF-SAVEE]

ENCODER is one of `encoders list` (`encoders make whisper-base --blocks 6` makes six). Probes are logistic regressions (C = 0.001) on mean and
deviation over time, standardised, fitted on the train part of CREMA-D's dev split and judged on its test part and on SAVEE; the form was
not chosen by either. Written to artifacts/results/probes/<ENCODER>.json, which docs/results.md is made of.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ser_core import files, settings
from ser_core.corpora import registry, splits
from ser_core.features import sets, store

C = 0.001
COMMON = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")


def main() -> int:
    """Probe the encoder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder")
    parser.add_argument("--data", type=Path, help="CREMA-D's folder; remembered")
    parser.add_argument("--savee", type=Path, help="SAVEE's folder; remembered")
    stated = parser.parse_args()
    probe = probed(stated.encoder, stated.data, stated.savee)
    files.write_json(settings.ARTIFACTS / "results" / "probes" / f"{stated.encoder}.json", probe)
    return 0


def probed(encoder: str, data: Path | None, savee: Path | None) -> dict[str, Any]:
    """Return {encoder, split, n, blocks: [{block, emotion, savee, sentence, sex}]}, accuracies of the test part's clips."""
    crema_d, elsewhere = registry.load("crema-d", data), registry.load("savee", savee)
    source = sets.named(f"whisper:{encoder}").inputs[0].source
    division = splits.assign(crema_d.clips, "crema-d", "speakers", 0)
    clips = crema_d.clips.assign(part=division.parts)
    train, test = (_read(clips[clips["part"] == part], store.load(crema_d, source)) for part in ("train", "test"))
    other = elsewhere.clips[elsewhere.clips["emotion"].isin(COMMON)]
    strangers = _read(other, store.load(elsewhere, source))
    rows = []
    groups = {group.name: group.columns for group in source.groups}
    for name, columns in groups.items():
        emotion = _probe(train, "emotion", columns)
        rows.append(
            {
                "block": name,
                "emotion": _right(emotion, test, "emotion", columns),
                "savee": _right(emotion, strangers, "emotion", columns),
                **{
                    what: _right(_probe(train, what, columns), test, what, columns)
                    for what in ("sentence", "sex")
                    if what in clips
                },
            }
        )
        print(rows[-1], file=sys.stderr)
    return {"encoder": encoder, "split": division.title, "n": len(test[0]), "blocks": rows}


def _read(clips: pd.DataFrame, features: store.Features | store.Together) -> tuple[pd.DataFrame, np.ndarray]:
    return clips, np.concatenate([np.asarray(features[clip], np.float32) for clip in clips["clip"]])


def _probe(train: tuple[pd.DataFrame, np.ndarray], what: str, columns: np.ndarray) -> Any:
    clips, vectors = train
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=300)).fit(vectors[:, columns], clips[what])


def _right(probe: Any, tested: tuple[pd.DataFrame, np.ndarray], what: str, columns: np.ndarray) -> float:
    clips, vectors = tested
    return float((probe.predict(vectors[:, columns]) == clips[what].to_numpy()).mean())


if __name__ == "__main__":
    sys.exit(main())
