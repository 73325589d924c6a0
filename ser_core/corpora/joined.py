"""Several corpora as one: their common emotions under common names; every clip keeps its own corpus' prefix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ser_core.corpora import emotion_names
from ser_core.corpora.base import EMOTIONS, Card, Corpus, CorpusError, complete

#: Corpus → its own emotion → the common one; '' leaves an emotion out.
Labels = Mapping[str, Mapping[str, str]]


def common_emotions(corpora: Sequence[Corpus], labels: Labels | None = None) -> tuple[str, ...]:
    """Return the emotions that all corpora have after renaming, those known to the library first, in its order."""
    sets = [set(read_as(corpus, labels).values()) - {""} for corpus in corpora]
    shared = set.intersection(*sets) if sets else set()
    return tuple([emotion for emotion in EMOTIONS if emotion in shared] + sorted(shared - set(EMOTIONS)))


def join(corpora: Sequence[Corpus], labels: Labels | None = None, name: str | None = None) -> Corpus:
    """Return one corpus of all clips whose emotion all corpora share.

    labels: renames each corpus' emotions; where it says nothing, known synonyms go to the library's names (`angry` →
    anger) and other names stay. name: default the corpora's, joined by `+`. Speakers keep their ids, so that two corpora
    may have one of the same name: `splits.speaker_key` tells them apart. Raises CorpusError for fewer than two corpora,
    the same one twice, or no emotion in common.
    """
    names = [corpus.name for corpus in corpora]
    if len(names) < 2 or len(set(names)) < len(names):
        raise CorpusError(f"Two or more different corpora can be joined, not: {', '.join(names) or 'none'}.")
    unknown = set(labels or {}) - set(names)
    if unknown:
        raise CorpusError(f"The label mapping names {sorted(unknown)[0]}, which is not among {', '.join(names)}.")
    emotions = common_emotions(corpora, labels)
    if not emotions:
        own = "; ".join(f"{corpus.name}: {', '.join(corpus.emotions)}" for corpus in corpora)
        raise CorpusError(f"These corpora have no emotion in common ({own}); map their labels to common ones.")
    tables = []
    for corpus in corpora:
        renamed = corpus.clips["emotion"].map(read_as(corpus, labels))
        tables.append(corpus.clips.assign(emotion=renamed)[renamed.isin(emotions)])
    clips = complete(pd.concat(tables, ignore_index=True))
    problems = [problem for corpus in corpora for problem in corpus.problems]
    notes = [note for corpus in corpora for note in corpus.notes] + [f"{line}." for line in said(corpora, labels)]
    return Corpus(
        _card(corpora, emotions, name or "+".join(names)), corpora[0].root, clips, problems, notes, tuple(corpora)
    )


def renamed(corpus: Corpus, labels: Labels | None = None) -> Corpus:
    """Return one corpus with its emotions under the names that they have where it is joined."""
    clips = corpus.clips.assign(emotion=corpus.clips["emotion"].map(read_as(corpus, labels)))
    return replace(corpus, clips=clips[clips["emotion"] != ""].reset_index(drop=True))


def said(corpora: Sequence[Corpus], labels: Labels | None = None) -> list[str]:
    """Return a sentence a corpus: which of its emotions are read under which name, and which have no counterpart and are left out."""
    common = common_emotions(corpora, labels)
    lines = []
    for corpus in corpora:
        names = read_as(corpus, labels)
        read = [name if name == new else f"{name} as {new}" for name, new in names.items() if new in common]
        out = [name for name, new in names.items() if new not in common]
        lines.append(
            f"{corpus.name}: {', '.join(read) or 'nothing'}" + (f"; left out: {', '.join(out)}" if out else "")
        )
    return lines


def read_as(corpus: Corpus, labels: Labels | None = None) -> dict[str, str]:
    """Return under which name each of a corpus' emotions is read where it is joined, '' for one that is left out."""
    stated = (labels or {}).get(corpus.name, {})
    return {emotion: stated.get(emotion, emotion_names.standard(emotion)) for emotion in corpus.emotions}


def _card(corpora: Sequence[Corpus], emotions: tuple[str, ...], name: str) -> Card:
    cards = [corpus.card for corpus in corpora]

    def each(texts: Sequence[str], between: str) -> str:
        return between.join(dict.fromkeys(text for text in texts if text))

    return Card(
        name=name,
        title=" + ".join(card.title for card in cards),
        emotions=emotions,
        language=each([card.language for card in cards], ", "),
        licence="; ".join(f"{card.title}: {card.licence}" for card in cards),
        licence_url=each([card.licence_url for card in cards], " "),
        citation=each([card.citation for card in cards], " "),
        url=each([card.url for card in cards], " "),
        how_to_get="It joins corpora that are on this machine.",
        honesty=each([card.honesty for card in cards], " ")
        + " Corpora differ in voices and recording: a model may learn which corpus it hears.",
        joined=tuple(cards),
    )
