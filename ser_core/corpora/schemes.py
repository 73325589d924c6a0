"""The ways to divide a corpus: whether voices stand on both sides, what that means for a score, and how many fits it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scheme:
    """One way to divide a corpus, under the name that recipes and `--split` give it."""

    name: str
    title: str
    tells: str
    """What is tested, in a sentence for who chooses it."""
    means: str
    """What the score is of, as the end of `Split: …`."""
    both_sides: bool | None
    """Whether the voices of the test part were heard in training; None where that is not known."""
    folds: bool = False
    """Whether it takes several fits, of which each tests a part of its own."""

    def fits(self, speakers: int, n_folds: int, corpora: int = 1) -> int:
        """Return how many fits it takes on so many speakers of so many corpora, `n_folds` where that can be chosen."""
        if not self.folds:
            return 1
        return {"loso": speakers, "corpora": corpora}.get(self.name, n_folds)


#: Those that a recipe can name.
SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme(
            "speakers",
            "By speaker",
            "Tested on people whom the model has never heard.",
            "speakers, so no voice of this part was heard in training",
            both_sides=False,
        ),
        Scheme(
            "clips",
            "By clip",
            "80/10/10 at random: the same people on both sides.",
            "clips, so voices of this part were heard in training too",
            both_sides=True,
        ),
        Scheme(
            "kfold-speakers",
            "Cross-validation by speaker",
            "Every speaker is tested once, by a model that never heard them.",
            "folds of speakers, so no voice was heard in the training that answered it",
            both_sides=False,
            folds=True,
        ),
        Scheme(
            "kfold-clips",
            "Cross-validation by clip",
            "Every clip is tested once; the same people on both sides.",
            "folds of clips, so voices were heard in training too",
            both_sides=True,
            folds=True,
        ),
        Scheme(
            "loso",
            "Leave one speaker out",
            "A training for each speaker, who is tested.",
            "one speaker left out in turn, so no voice was heard in the training that answered it",
            both_sides=False,
            folds=True,
        ),
    )
}
#: How models of one's own are cross-validated where the recordings were made on several occasions.
SITTINGS = Scheme(
    "sittings",
    "By sitting",
    "Every sitting is tested once, by a model of the others.",
    "one sitting left out in turn, so the voices are those of training and the recordings are not",
    both_sides=True,
    folds=True,
)
#: How joined corpora are divided where each is to be tested by a model of the others.
CORPORA = Scheme(
    "corpora",
    "Leave one corpus out",
    "A training for each corpus, which is tested: other people, rooms and microphones.",
    "one corpus left out in turn, so neither its voices nor its recordings were heard in the training that answered it",
    both_sides=False,
    folds=True,
)
#: Names of the schemes that keep voices apart, and of those that do not; the first stands for each.
BY_SPEAKER = tuple(name for name, scheme in SCHEMES.items() if not scheme.both_sides)
BY_CLIP = tuple(name for name, scheme in SCHEMES.items() if scheme.both_sides)


def of(split: str) -> Scheme:
    """Return the scheme called `split`; another name is that of a file of one's own, of whose voices nothing is known."""
    own = Scheme(split, "A file of one's own", "As the file says.", split, both_sides=None)
    return {**SCHEMES, SITTINGS.name: SITTINGS, CORPORA.name: CORPORA}.get(split, own)
