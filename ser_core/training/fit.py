"""Fitting a network: optimizer and schedule, validation after every epoch, best weights, checkpoint and resume."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Any

import keras
import numpy as np

from ser_core.evaluation import metrics
from ser_core.evaluation.temperature import clip_probabilities
from ser_core.recipes import Fit, Recipe
from ser_core.runs import Run, RunError, epochs
from ser_core.training.batches import AugmentedBatches
from ser_core.training.parts import BATCH, Part
from ser_core.training.reporter import Reporter, in_words


def schedule(recipe: Recipe, steps_an_epoch: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate over steps: a linear rise over the warm-up epochs, then a cosine down to 0."""
    warmup = round(recipe.fit.warmup_epochs * steps_an_epoch)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.fit.learning_rate / max(1, warmup),
        warmup_target=recipe.fit.learning_rate,
        warmup_steps=warmup,
        decay_steps=max(1, recipe.fit.epochs * steps_an_epoch - warmup),
    )


def logits(model: keras.Model, windows: dict[str, np.ndarray]) -> np.ndarray:
    """Return the logits of windows (inputs by name): windows × labels, float64."""
    return np.asarray(model.predict(windows, batch_size=BATCH, verbose=0)["logits"], dtype=np.float64)


class _Watch(keras.callbacks.Callback):
    """After every epoch: validate, keep the best weights, write the checkpoint, say how far it is."""

    def __init__(
        self,
        recipe: Recipe,
        run: Run,
        full: keras.Model,
        validation: Part | None,
        last: int,
        reporter: Reporter,
        steps: int,
    ):
        super().__init__()
        self.recipe, self.run, self.full, self.validation, self.last = recipe, run, full, validation, last
        self.reporter, self.steps = reporter, steps
        history = run.history
        validated = "val_uar" in history
        self.best = float(history["val_uar"].max()) if validated else -math.inf
        self.since = len(history) - 1 - int(history["val_uar"].idxmax()) if validated else 0
        self.started = self.first_s = 0.0
        self.film = None if validation is None else _film(run, validation)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.started = time.monotonic()
        # Dropout draws by epoch, so that a resumed fit goes on as an uninterrupted one.
        for number, variable in enumerate(self.full.variables):
            if "seed_generator_state" in variable.path:
                state = np.random.SeedSequence((self.recipe.seed, epoch, number)).generate_state(2)
                variable.assign(state.astype("uint32"))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not math.isfinite((logs or {}).get("loss", 0.0)):
            # Raised before the epoch ends: checkpoint and best weights stay those of the last good epoch.
            raise RunError(self._diverged())
        if batch == 0:
            self.first_s = time.monotonic() - self.started
        self.reporter.batch((batch + 1) / self.steps)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        raw = [np.array(weight) for weight in self.full.get_weights()] if self.recipe.fit.ema else None
        if raw is not None:
            self._average()
        validated = {} if self.validation is None else self._validated(epoch + 1, self.validation)
        row = {
            "epoch": epoch + 1,
            "loss": float(logs.get("loss", math.nan)),
            "accuracy": float(logs.get("accuracy", math.nan)),
            **validated,
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": round(time.monotonic() - self.started, 2),
        }
        self.since += 1
        if validated["val_uar"] > self.best if validated else epoch + 1 == self.last:
            self.best, self.since = validated.get("val_uar", self.best), 0
            self.full.save_weights(self.run.path / "best.weights.h5")
        if raw is not None:
            self.full.set_weights(raw)
        # Checkpoint and answers come before the row: a row in history.csv says that its epoch can be resumed from.
        self.model.save(self.run.path / "checkpoint.keras")
        if self.film is not None:
            epochs.write(self.run, self.film)
        self.run.append_history(row)
        self.run.write_status(
            "running", epoch=epoch + 1, message=f"epoch {epoch + 1} of {self.last}", pace_s=self._pace(row["seconds"])
        )
        self.run.log_line(f"epoch {epoch + 1} of {self.last}: {in_words(row)}, {row['seconds']:.1f} s")
        self.reporter.epoch(row, self.last)
        # Without a validation part nothing tells when to stop: the last epoch does.
        if validated and self.recipe.fit.patience and self.since >= self.recipe.fit.patience:
            self.model.stop_training = True

    def _pace(self, seconds: float) -> float:
        """How long an epoch takes from now on: the first step, in which TensorFlow traces the graph, counts as any other."""
        others = (seconds - self.first_s) / max(1, self.steps - 1)
        return round(seconds - max(0.0, self.first_s - others) if self.steps > 1 else seconds, 2)

    def _diverged(self) -> str:
        epoch = len(self.run.history) + 1
        kept = "best.weights.h5 holds those of the best epoch before it. " if self.run.has("best.weights.h5") else ""
        return (
            f"The fit diverged in epoch {epoch}: its loss is no finite number any more. {kept}Try a smaller learning rate "
            f"(--set fit.learning_rate={self.recipe.fit.learning_rate / 10:g}) or a longer warm-up (--set fit.warmup_epochs="
            f"{2 * max(1.0, self.recipe.fit.warmup_epochs):g})."
        )

    def _validated(self, epoch: int, validation: Part) -> dict[str, float]:
        # Without voice profiles: the epoch is chosen for what a new user has.
        found = clip_probabilities(*validation.answered(partial(logits, self.full)))
        if not np.isfinite(found).all():
            raise RunError(self._diverged())
        labels = validation.labels
        matrix = metrics.confusion(validation.clips["emotion"], [labels[k] for k in found.argmax(axis=1)], labels)
        scores = metrics.scores(matrix)
        assert self.film is not None
        self.film = self.film.with_epoch(epoch, matrix, found)
        loss = -np.log(np.maximum((found * validation.targets).sum(axis=1), 1e-12)).mean()
        return {"val_loss": float(loss), "val_accuracy": scores["accuracy"], "val_uar": scores["uar"]}

    def _average(self) -> None:
        optimizer = self.model.optimizer
        for variable, average in zip(
            self.model.trainable_variables, optimizer._model_variables_moving_average, strict=True
        ):
            variable.assign(average)


def _film(run: Run, validation: Part) -> epochs.Epochs:
    """What the run has kept of the epochs that it goes on from; of none where it begins, or where what it has is of other clips."""
    begun = epochs.nothing_yet(validation.labels, validation.clips["clip"], validation.clips["emotion"])
    done = len(run.history)
    try:
        kept = epochs.read(run) if done else None
    except RunError as error:
        run.log_line(f"What was answered in earlier epochs is lost: {error}")
        return begun
    alike = kept is not None and (kept.labels, kept.clips, kept.true) == (begun.labels, begun.clips, begun.true)
    return kept.until(done) if kept is not None and alike else begun


def fit(
    full: keras.Model,
    recipe: Recipe,
    run: Run,
    train: Part,
    validation: Part | None,
    reporter: Reporter,
    *,
    last: int | None = None,
) -> None:
    """Fit `full` (outputs logits and embedding) in place; it ends with the weights of the epoch with the best validation UAR.

    Goes on from checkpoint.keras where the run has one: weights, optimizer and epoch; batches are drawn by epoch, so a
    resumed fit sees what an uninterrupted one would have seen. last: the epoch after which it ends, on the schedule of the
    recipe's epochs (None: all of them). Without a validation part it ends with the weights of that epoch.
    """
    last = last or recipe.fit.epochs
    keras.utils.set_random_seed(recipe.seed)
    done = len(run.history)
    batches = AugmentedBatches(train, recipe.picture, recipe.fit, recipe.seed, done)
    if done and run.has("checkpoint.keras"):
        model = keras.models.load_model(run.path / "checkpoint.keras")
        full.set_weights(model.get_weights())
        optimizer_state = model.optimizer
        model = compiled(full, recipe.fit, schedule(recipe, len(batches)))
        for ours, theirs in zip(model.optimizer.variables, optimizer_state.variables, strict=True):
            ours.assign(theirs)
    else:
        model = compiled(full, recipe.fit, schedule(recipe, len(batches)))
    watch = _Watch(recipe, run, full, validation, last, reporter, len(batches))
    if done < last:
        model.fit(batches, epochs=last, initial_epoch=done, shuffle=False, verbose=0, callbacks=[watch])
    # The file stays until the run is sealed: what is ended after the fit goes on from here.
    full.load_weights(run.path / "best.weights.h5")


def compiled(full: keras.Model, fit: Fit, rate: float | keras.optimizers.schedules.LearningRateSchedule) -> keras.Model:
    """Return `full` as it is fitted, on its logits, with the optimizer and the loss of a recipe's `fit` at this rate or schedule."""
    model = keras.Model(full.input, full.output["logits"], name="fit")
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=fit.weight_decay, use_ema=fit.ema > 0, ema_momentum=fit.ema or 0.99
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    crossentropy = keras.losses.CategoricalCrossentropy(from_logits=True)
    loss = keras.losses.CategoricalHinge() if fit.loss == "hinge" else crossentropy
    # jit_compile off: on two CPU cores XLA made an epoch of the crnn 45 s instead of 31 s.
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"], jit_compile=False)
    # What the optimizer and the metrics keep is made before the first step: made within it, TensorFlow traces the step twice.
    optimizer.build(model.trainable_variables)
    nothing = np.zeros((1, full.output["logits"].shape[-1]), np.float32)
    model.compute_metrics(None, nothing, nothing)
    model.reset_metrics()
    return model
