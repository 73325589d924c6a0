"""What tests of several pages need."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from ser_core import runs
from ser_core.corpora import crema_d, registry
from ser_core.jobs import locks
from tests import made


@pytest.fixture
def listened(tmp_path: Path) -> Path:
    """CREMA-D's folder with a clip and made votes for every test clip of the shipped model."""
    rows = runs.find("accurate").predictions
    rows = rows[rows["part"] == "test"]
    folder = made.crema_d(tmp_path / "c", ("2001",), ("IEO",), seconds=0.3)
    source = sorted((folder / "AudioWAV").iterdir())[0]
    for clip in rows["clip"]:
        shutil.copyfile(source, folder / "AudioWAV" / f"{clip.partition('/')[2]}.wav")
    (folder / "processedResults").mkdir()
    codes = {emotion: code[0] for code, emotion in crema_d.EMOTION_CODES.items()}
    table = pd.DataFrame(0, index=range(len(rows)), columns=list("ADFHNS"))
    for number, emotion in enumerate(rows["true"]):
        table.loc[number, codes[emotion]] += 4
        table.loc[number, "N"] += 3
    table.insert(0, "fileName", [clip.partition("/")[2] for clip in rows["clip"]])
    table.index = pd.Index([100_000 + number for number in range(len(rows))])
    table.to_csv(folder / "processedResults" / "tabulatedVotes.csv")
    registry.register("crema-d", folder)
    return folder


@pytest.fixture
def no_runner(home: Path) -> Iterator[None]:
    """What a page queues stays queued: the test looks at the page, not at trainings."""
    with locks.runner_lock():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.crema_d(tmp_path_factory.mktemp("corpus") / "c", seconds=0.2)


@pytest.fixture
def corpus(folder: Path) -> None:
    registry.register("crema-d", folder)
