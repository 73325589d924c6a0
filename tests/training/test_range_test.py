"""The learning-rate range test on a small made corpus: the train part alone, bounded, and kept by the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ser_core import learning_rate, recipes
from ser_core.cli.main import main
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.features import store
from ser_core.recipes import plan
from ser_core.training import range_test
from ser_core.training.reporter import Quiet
from tests import made

pytestmark = pytest.mark.usefixtures("shared_home")

SMALL = recipes.named("quick-cnn").override(["fit.batch_size=16"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.crema_d(tmp_path_factory.mktemp("corpus") / "c", made.SPEAKERS[:8], made.SENTENCES[:2])


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return crema_d.MODULE.load(folder)


def test_it_falls_at_rates_that_are_worth_a_try_and_looks_at_the_train_part_alone(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: set[str] = set()
    read = store.Features.__getitem__
    monkeypatch.setattr(store.Features, "__getitem__", lambda self, clip: looked.add(clip) or read(self, clip))
    found = range_test.test(SMALL, corpus, Quiet())
    planned = plan(SMALL, corpus)
    train = set(planned.clips["clip"][planned.divisions[0].parts == "train"])
    assert looked == train and found.clips == len(train)
    assert 30 <= len(found.rates) == len(found.losses) <= learning_rate.STEPS
    assert found.smoothed.min() < 0.7 * found.smoothed[0]
    assert found.proposed is not None and 1e-4 < found.proposed < 1e-1


def test_the_same_seed_finds_the_same(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_rate, "STEPS", 30)
    one, other = (range_test.test(SMALL, corpus, Quiet()) for _ in range(2))
    assert one == other


def test_a_slow_network_is_given_fewer_steps(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_rate, "LONGEST_S", 1e-6)
    found = range_test.test(SMALL, corpus, Quiet())
    assert found.rates == pytest.approx(learning_rate.rates(range_test.FEWEST)[: len(found.rates)])


def test_it_ends_where_the_loss_flies_off(corpus: Corpus) -> None:
    # Without normalisation nothing holds the loss down at a rate of 1.
    blocks = [{"filters": 16, "kernel": 5, "stride": 4, "normalise": "none"}]
    bare = recipes.from_dict(
        {**SMALL.to_dict(), "network_params": {"architecture": {"dims": 1, "blocks": blocks, "pooling": "max"}}}
    )
    found = range_test.test(bare, corpus, Quiet())
    assert len(found.rates) < learning_rate.STEPS and learning_rate.diverged(found.losses)


def test_the_command_prints_and_keeps_what_it_found(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning_rate, "STEPS", 40)
    assert main(["find-rate", "quick-cnn", "--data", str(folder), "--set", "fit.batch_size=16", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    kept = learning_rate.kept(SMALL)
    assert kept is not None and printed["proposed"] == kept.proposed and printed["rates"] == list(kept.rates)
    assert Path(printed["path"]).is_file()
    assert main(["find-rate", "svm", "--data", str(folder)]) == 1
    assert "has no learning rate" in capsys.readouterr().err
