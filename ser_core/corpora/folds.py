"""Cross-validation: a corpus divided several times, so that every clip is tested once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ser_core.corpora import splits
from ser_core.corpora.base import CorpusError
from ser_core.corpora.splits import Division

FOLDS = 5
#: Share of what a fold leaves for training that epoch, temperature and threshold are chosen on.
VALIDATION_SHARE = 0.125
#: From this many speakers left for training on, the validation part has speakers of its own.
SPEAKERS_FOR_VALIDATION = 8


def divide(clips: pd.DataFrame, kind: str, folds: int, seed: int) -> list[Division]:
    """Return the folds of `kind`: kfold-speakers, kfold-clips (stratified by emotion), loso (one speaker a fold) or corpora (of joined
    corpora one a fold).

    Of what a fold leaves for training an eighth is the validation part: speakers of their own where at least 8 are left,
    else clips, stratified by emotion (of an emotion of few clips a larger share; its only clip stays in train); the tested
    speakers are never among them unless the folds are by clip. Of the corpora that are left, it is an eighth of each. Clips that a
    public split drops get the part ''. Raises CorpusError for too few speakers, clips or corpora.
    """
    usable = clips[~splits.dropped(clips)]
    if kind == "kfold-clips":
        groups = _clip_groups(usable, folds, seed)
        names = [str(number) for number in range(folds)]
        title = f"{folds} folds by clip, seed {seed}"
    elif kind == "corpora":
        sources = splits.corpus_of(usable)
        names, title = sorted(sources.unique()), "leave one corpus out"
        if len(names) < 2:
            raise CorpusError(
                f"Leaving one corpus out needs two corpora at least; here is {names[0] if names else 'none'}. Name them: --corpora A,B,C."
            )
        groups = [usable.index[sources == name] for name in names]
    else:
        keys = splits.speaker_key(usable)
        speakers = sorted(set(keys))
        if kind == "loso":
            folds = len(speakers)
            order = np.array(speakers)
            names = [name.partition("/")[2] if splits.corpus_of(usable).nunique() == 1 else name for name in speakers]
            title = "leave one speaker out"
        else:
            order = np.random.default_rng(seed).permutation(speakers)
            names = [str(number) for number in range(folds)]
            title = f"{folds} folds by speaker, seed {seed}"
        if len(speakers) < max(2, folds):
            raise CorpusError(_too_few_speakers(kind, folds, len(speakers)))
        groups = [usable.index[keys.isin(set(part))] for part in np.array_split(order, folds)]
    return [
        Division(f"{title}, fold {name}", _parts(clips, usable, test, kind, seed + number), name)
        for number, (name, test) in enumerate(zip(names, groups, strict=True))
    ]


def _parts(clips: pd.DataFrame, usable: pd.DataFrame, test: pd.Index, kind: str, seed: int) -> pd.Series:
    rest = usable.drop(index=test)
    part = pd.Series("", index=clips.index)
    part[rest.index], part[test] = "train", "test"
    part[_validation(rest, kind, seed)] = "validation"
    return part


def _validation(rest: pd.DataFrame, kind: str, seed: int) -> pd.Index:
    if kind == "corpora":
        each = rest.groupby(splits.corpus_of(rest))
        return rest.index[rest.index.isin([row for _, own in each for row in _validation(own, "", seed)])]
    keys = splits.speaker_key(rest)
    # Clips whose speaker nobody stated are of nobody in particular.
    speakers = sorted(set(keys[rest["speaker"] != ""]))
    if kind != "kfold-clips" and len(speakers) >= SPEAKERS_FOR_VALIDATION:
        chosen = np.random.default_rng(seed).permutation(speakers)[: max(1, round(VALIDATION_SHARE * len(speakers)))]
        return rest.index[keys.isin(set(chosen))]
    counts = rest["emotion"].value_counts()
    several = counts.index[counts > 1]
    if not len(several):
        return rest.index[:0]
    groups = min(round(1 / VALIDATION_SHARE), int(counts[several].min()))
    return _clip_groups(rest[rest["emotion"].isin(several)], groups, seed)[0]


def _clip_groups(clips: pd.DataFrame, folds: int, seed: int) -> list[pd.Index]:
    random = np.random.default_rng(seed)
    groups: list[list[int]] = [[] for _ in range(folds)]
    for number, (emotion, group) in enumerate(clips.groupby("emotion", sort=True)):
        if len(group) < folds:
            raise CorpusError(
                f"The emotion {emotion} has {len(group)} clips, fewer than the {folds} folds. Ask for fewer with --folds, record more "
                "of it, or leave it out: --set labels=… with the others."
            )
        # The remainder goes to other folds for every emotion, so that folds stay of about one size.
        for fold, part in enumerate(np.array_split(random.permutation(group.index.to_numpy()), folds)):
            groups[(fold + number) % folds] += part.tolist()
    return [pd.Index(sorted(group)) for group in groups]


def _too_few_speakers(kind: str, folds: int, speakers: int) -> str:
    here = "is one" if speakers == 1 else f"are {speakers or 'none'}"
    if kind == "loso":
        return f"Leaving one speaker out needs two speakers at least; here {here}. Use --split clips."
    fewer = f"Ask for --folds {speakers}, or use" if speakers > 1 else "Use"
    return f"{folds} folds by speaker need {folds} speakers at least; here {here}. {fewer} --split clips."
