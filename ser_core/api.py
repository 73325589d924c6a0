"""The public face, as far as it is more than a name of another room: `ser_core` hands these out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ser_core import audio, jobs, recipes, runs
from ser_core.audio import Clip
from ser_core.augment import degradation as degradations
from ser_core.corpora import folds as fold_schemes
from ser_core.corpora import registry
from ser_core.corpora.base import Corpus
from ser_core.evaluation import on_corpus
from ser_core.evaluation.on_corpus import Evaluation
from ser_core.fanout import Progress
from ser_core.features.profile import VoiceProfile
from ser_core.predictor import Prediction, Predictor, Timeline
from ser_core.recipes import Recipe
from ser_core.runs import Run, RunError

if TYPE_CHECKING:
    from ser_core.training.reporter import Reporter

Sound = str | Path | bytes | Clip


class Model(Predictor):
    """A finished run that answers: a `Predictor` that takes sound in any form.

    Attributes
    ----------
    labels : tuple of str
        The emotions, in the order of every row of probabilities.
    threshold : float
        Confidence (0 to 1) below which the decision is "uncertain".
    run : Run
        Its folder: recipe, metrics, predictions, card.
    """

    def predict(self, sound: Sound) -> Prediction:
        """Return what the model says of a whole recording.

        Parameters
        ----------
        sound : str, Path, bytes or Clip
            A clip, or what `read` makes one of.

        Returns
        -------
        Prediction
            `label` (the most probable emotion), `confidence` (0 to 1), `decision` ("emotion", "uncertain" or "no-speech"),
            `probabilities` (len(labels),) that sum to 1, `findings` on the recording, and of channels that were not mixed `channels`.

        Raises
        ------
        AudioError
            The recording cannot be read.
        RunError
            The model judges nothing without a voice profile (`with_voice`).

        Examples
        --------
        >>> import ser_core as ser
        >>> said = ser.load("accurate").predict("voice.wav")
        >>> said.label in said.labels, round(float(said.probabilities.sum()), 6)
        (True, 1.0)
        """
        return super().predict(audio.read(sound))

    def timeline(self, sound: Sound, *, window_s: float = 2.5, hop_s: float = 0.5) -> Timeline:
        """Return a prediction for every window along a recording.

        Parameters
        ----------
        sound : str, Path, bytes or Clip
            A clip, or what `read` makes one of.
        window_s : float, default 2.5
            Length of a window, seconds.
        hop_s : float, default 0.5
            From the beginning of one to that of the next, seconds; the last ends with the recording.

        Returns
        -------
        Timeline
            `start_s` and `end_s` (windows,), seconds; `probabilities` (windows, labels); `speech` (windows,).

        Raises
        ------
        AudioError
            The recording cannot be read.
        RunError
            The model judges nothing without a voice profile (`with_voice`).

        Examples
        --------
        >>> import ser_core as ser
        >>> found = ser.load("fast").timeline("silence.wav", window_s=1.0)
        >>> found.start_s.tolist(), found.probabilities.shape
        ([0.0, 0.5, 1.0], (3, 6))
        """
        return super().timeline(audio.read(sound), window_s=window_s, hop_s=hop_s)

    def profile_of(self, sounds: Iterable[Sound]) -> VoiceProfile:
        """Return the voice profile of a speaker's recordings, for `with_voice`.

        Parameters
        ----------
        sounds : iterable of str, Path, bytes or Clip
            Recordings of one speaker; those without speech add nothing.

        Returns
        -------
        VoiceProfile
            Mean and deviation of every feature, `seconds`, `clips`.

        Raises
        ------
        AudioError
            A recording cannot be read.
        FeatureError
            There is too little speech.
        RunError
            The model takes no voice profile.

        Examples
        --------
        >>> import ser_core as ser
        >>> model = ser.load("accurate")
        >>> model.with_voice(model.profile_of(["voice.wav"])).predict("voice.wav").profile.clips
        1
        """
        return super().profile_of(audio.read(sound) for sound in sounds)


def load(name: str | Path) -> Model:
    """Open a model.

    Parameters
    ----------
    name : str or Path
        A model that ships ("accurate", "fast", "cnn1d", "paper"), the name of a run of yours, or a run's folder.

    Returns
    -------
    Model
        Usable from many threads.

    Raises
    ------
    RunError
        There is no such run, it is damaged, or it has no model.

    Examples
    --------
    >>> import ser_core as ser
    >>> ser.load("accurate").labels
    ('anger', 'disgust', 'fear', 'happiness', 'neutral', 'sadness')
    >>> ser.load("nobody")
    Traceback (most recent call last):
        ...
    ser_core.runs.run.RunError: There is no run called 'nobody', and no run folder there. `runs list` names them all.
    """
    return Model(runs.find(str(name)))


def corpus(name: str, folder: str | Path | None = None) -> Corpus:
    """Read a corpus' table of clips; no sound is read.

    Parameters
    ----------
    name : str
        A known corpus ("crema-d", "savee", "ravdess", "emodb", "tess", "iemocap", "meld", "msp-podcast", "esd"), one that you registered,
        several joined by "+", "folder" (a folder of folders, each named by an emotion) or "manifest" (a CSV or TSV table).
    folder : str or Path, optional
        Where it lies. Default: where it is registered. That of a known corpus is remembered in SER_HOME where it has none yet.

    Returns
    -------
    Corpus
        `clips`, a table with a row a clip (clip, path, speaker, emotion and more); `emotions`; `speakers`; `problems`, what was left out.

    Raises
    ------
    CorpusError
        It is unknown or not where it should be; the message says how to get it.

    Examples
    --------
    >>> import ser_core as ser
    >>> voices = ser.corpus("folder", "voices")
    >>> voices.emotions, len(voices.clips)
    (('anger', 'sadness'), 48)
    """
    return registry.load(name, None if folder is None else Path(folder))


def train(
    recipe: str | Path | Recipe,
    corpus: Corpus | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    test: bool = True,
    folds: int = fold_schemes.FOLDS,
    seeds: int = 1,
    allow_unreadable: bool = False,
    reporter: Reporter | None = None,
) -> Run:
    """Train a recipe and return its finished run. Waits while another training runs on this machine.

    Parameters
    ----------
    recipe : str, Path or Recipe
        A recipe's name ("crnn", "cnn1d-model1", "svm", …), a recipe.json, or a value of `ser_core.recipes`. Networks need the extra
        `train` (TensorFlow), classifiers such as "svm" do not.
    corpus : Corpus, optional
        What it is trained on. Default: the recipe's own corpus, where it is registered.
    changes : mapping, optional
        Fields of the recipe to replace, dotted where they lie deeper: ``{"split": "clips", "seed": 1, "fit.epochs": 10}``.
    folder : str or Path, optional
        The run's folder, which must be new. Default: one in SER_HOME/runs, named by recipe and time.
    test : bool, default True
        Whether the test part is predicted and scored. False for trials that are chosen among on validation.
    folds : int, default 5
        Folds of the splits "kfold-speakers" and "kfold-clips".
    seeds : int, default 1
        Trainings with so many seeds, pooled in one run without a model.
    allow_unreadable : bool, default False
        Go on although a tenth or more of the clips cannot be read.
    reporter : Reporter, optional
        Who is told how far it is. Default: nobody.

    Returns
    -------
    Run
        `path`, `metrics` (by part: accuracy, uar, macro_f1 in 0 to 1, and intervals), `predictions`, `history`; `load` opens its model.

    Raises
    ------
    RecipeError
        The recipe or a change is unknown, out of range or does not fit.
    CorpusError
        The corpus cannot be trained on.
    RunError
        The folder is in use.

    Examples
    --------
    >>> import ser_core as ser
    >>> run = ser.train("logreg", ser.corpus("folder", "voices"), changes={"split": "clips"}, folder="first")
    >>> 0 <= run.metrics["test"]["uar"] <= 1
    True
    >>> ser.load("first").labels
    ('anger', 'sadness')
    """
    # Imported here: everything else does without it. TensorFlow loads with the first network.
    from ser_core.training import repeats
    from ser_core.training.reporter import Quiet
    from ser_core.training.train import check_network

    if folds < 2 or seeds < 1:
        raise recipes.RecipeError("folds must be at least 2, seeds at least 1.")
    given = recipe if isinstance(recipe, Recipe) else recipes.named(str(recipe))
    given = given.override([f"{key}={json.dumps(value)}" for key, value in (changes or {}).items()])
    corpus = registry.load(given.corpus, labels=given.mapping) if corpus is None else corpus
    # All that can be refused is, before there is a folder and before a long wait.
    planned = recipes.plan(given.with_(corpus=corpus.name), corpus, folds).recipe
    check_network(planned)
    run = runs.create(runs.new_path(planned.name) if folder is None else Path(folder).resolve())
    with jobs.training_lock():
        return repeats.train(
            planned,
            corpus,
            run,
            reporter or Quiet(),
            test=test,
            n_folds=folds,
            seeds=seeds,
            allow_unreadable=allow_unreadable,
        )


def evaluate(
    model: str | Path | Run | Predictor,
    corpus: Corpus,
    *,
    speakers: Sequence[str] | None = None,
    include_seen: bool = False,
    degradation: str | None = None,
    adapt: str = "none",
    allow_unreadable: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Score a model on a corpus' clips that it has not seen.

    Parameters
    ----------
    model : str, Path, Run or Model
        A model, or what `load` opens.
    corpus : Corpus
        Whose clips; where emotions differ, clips of the common ones alone.
    speakers : sequence of str, optional
        These speakers alone. Default: all.
    include_seen : bool, default False
        Keep clips and speakers of the model's train and validation part.
    degradation : str, optional
        What is done to every clip first, a name of `ser_core.augment.degradation.DEGRADATIONS`. Default: nothing.
    adapt : {"none", "speaker"}, default "none"
        "speaker": give the model a voice profile of each speaker's tested clips themselves, without labels.
    allow_unreadable : bool, default False
        Go on although a tenth or more of the clips cannot be read.
    progress : callable, optional
        Called with (clips done, clips in all) while features are computed.

    Returns
    -------
    Evaluation
        `predictions`, a row a clip; `seen`, how many clips were left out (or kept) as seen; `to_dict()`: accuracy, uar, macro_f1
        (0 to 1), their 95 % intervals, confusion.

    Raises
    ------
    CorpusError
        Nothing is left to test, or a speaker is unknown.
    RunError
        The model cannot be opened, takes no voice profile, or the degradation is unknown.

    Examples
    --------
    >>> import ser_core as ser
    >>> found = ser.evaluate("fast", ser.corpus("folder", "voices"))
    >>> found.labels, found.seen, len(found.predictions)
    (('anger', 'sadness'), 0, 48)
    """
    opened = (
        model if isinstance(model, Predictor) else Model(model if isinstance(model, Run) else runs.find(str(model)))
    )
    if degradation is not None and degradation not in degradations.DEGRADATIONS:
        raise RunError(
            f"There is no degradation called '{degradation}'. Known: {', '.join(degradations.DEGRADATIONS)}."
        )
    if adapt != "none":
        opened.check_profile()
    return on_corpus.evaluate(
        opened,
        corpus,
        speakers=speakers,
        include_seen=include_seen,
        degradation=None if degradation is None else degradations.DEGRADATIONS[degradation],
        adapt=adapt,
        allow_unreadable=allow_unreadable,
        progress=progress,
    )
