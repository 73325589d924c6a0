"""Other words and codes for the emotions that the library knows by name, in the languages of the field's corpora.

Renaming is suggested, never made silently, where a corpus is read; corpora that are joined take the words (not the letters).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ser_core.corpora import emodb, msp_podcast, savee
from ser_core.corpora.base import EMOTIONS

#: Emotion → words for it (English, German, Spanish, French, Italian, Portuguese) and codes that mean it in every corpus.
WORDS = {
    "anger": "angry ang anry wut wütend ärger aerger zorn enojo enfado ira rabia enojado colère colere fâché rabbia arrabbiato collera raiva",
    "disgust": "disgusted dis disgusting ekel asco dégoût degout disgusto nojo",
    "fear": "fearful fea fear afraid scared anxiety anxious angst furcht ängstlich miedo temor peur paura medo",
    "happiness": "happy hap joy joyful freude fröhlich alegría alegria alegre felicidad feliz joie joyeux gioia felicità felicita",
    "neutral": "neu neutral neutre neutro neutra neutrale neutralität",
    "sadness": "sad trauer traurig traurigkeit tristeza triste tristesse tristezza",
    "surprise": "surprised sur ps pleasant_surprise pleasant_surprised überraschung ueberraschung überrascht sorpresa surpris surpresa sorpreso",
    "calm": "cal calmed ruhig calma calme tranquillo gelassen",
    "boredom": "bored bor langeweile gelangweilt aburrimiento ennui noia tédio",
}
#: Letters that mean an emotion only where a folder or table holds those of one corpus alone.
LETTERS = (emodb.EMOTION_CODES, savee.EMOTION_CODES, msp_podcast.CLASSES)


def folded(name: str) -> str:
    """Return an emotion's name without what does not tell it from another: case, spaces around it and between its words."""
    return "_".join(unicodedata.normalize("NFC", name).casefold().replace("-", " ").replace("_", " ").split())


def _bare(name: str) -> str:
    """The folded name without accents: people leave them out."""
    return "".join(letter for letter in unicodedata.normalize("NFD", folded(name)) if not unicodedata.combining(letter))


_NAMED = {_bare(word): emotion for emotion, words in WORDS.items() for word in [emotion, *words.split()]}


def standard(name: str) -> str:
    """Return the library's name of an emotion (`Wut` → anger); one that it does not know stays as it is."""
    return _NAMED.get(_bare(name), name)


def one_spelling(names: Iterable[str]) -> dict[str, str]:
    """Return for every spelling the one that is shown: the library's name where it is that, else the first of its kind."""
    known = {folded(emotion): emotion for emotion in EMOTIONS}
    return {name: known.setdefault(folded(name), " ".join(name.split())) for name in names}


def suggested(names: Iterable[str]) -> dict[str, str]:
    """Return the renamings (own → the library's) that these emotions may mean, to be confirmed, never made silently.

    Single letters are read as a corpus' codes only where all of the names are that one corpus'.
    """
    own = list(names)
    meant = {name: standard(name) for name in own}
    corpora = [{folded(letter): emotion for letter, emotion in letters.items()} for letters in LETTERS]
    codes = [letters for letters in corpora if {folded(name) for name in own} <= set(letters)]
    if len(codes) == 1:
        meant = {name: codes[0][folded(name)] for name in own}
    return {name: emotion for name, emotion in meant.items() if emotion != name}
