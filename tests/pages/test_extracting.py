"""What the datasets page extracts lies where trainings look for it."""

from __future__ import annotations

from pathlib import Path

from pages.datasets import extracting
from pages.widgets.corpora import Opened
from ser_core.corpora import registry
from ser_core.features import sets, store
from tests import made


def test_the_page_and_the_library_share_one_store(tmp_path: Path) -> None:
    corpus = registry.load("crema-d", made.crema_d(tmp_path / "c", ("2001",), ("IEO",), seconds=0.3))
    (source,) = (one.source for one in sets.named("mfcc-20").inputs)
    remembered = extracting.remembered(Opened(corpus, str(tmp_path)))
    assert store.folder(remembered, source) == store.folder(corpus, source)
