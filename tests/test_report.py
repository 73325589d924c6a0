"""The report: one file that asks nobody for anything and says what the run's predictions say."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pandas as pd
import pytest
from sklearn import metrics as sk

from ser_core import report, settings
from ser_core.cli import main
from ser_core.evaluation import metrics
from ser_core.runs import Run, RunError, weightless

TRAINED = Run(settings.ARTIFACTS / "results" / "cnn2d-model2-speakers")
WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")


def without_scripts(page: str) -> str:
    return re.sub(r"<script.*?</script>", "", page, flags=re.S)


@pytest.fixture(scope="module")
def page() -> str:
    return report.page(TRAINED)


def test_it_asks_nobody_for_anything(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|link|iframe)[^>]+(src|href)\s*=", page)
    assert page.count("plotly.js v") == 1
    assert "<link" not in page and "@import" not in page


def test_its_numbers_are_those_of_the_predictions(page: str) -> None:
    text = without_scripts(page)
    for part in ("test", "validation"):
        rows = TRAINED.predictions[TRAINED.predictions["part"] == part]
        accuracy = sk.accuracy_score(rows["true"], rows["predicted"])
        assert f"<td>Accuracy</td><td>{100 * accuracy:.0f} %</td>" in text
        recall = sk.recall_score(rows["true"], rows["predicted"], average=None, labels=["anger"])[0]
        assert re.search(rf"<td>anger</td><td class=n>[\d.]+</td><td class=n>{recall:.2f}</td>", text)


def test_every_figure_states_run_corpus_part_and_n(page: str) -> None:
    titles = [html.unescape(one) for one in re.findall(r'"title":\{"text":"([^"]*?\\u003csub[^"]*?)"', page)]
    assert len(titles) >= 12
    for title in titles:
        if "Learning curves" not in title:
            assert re.search(
                r"cnn2d-model2-speakers · CREMA-D · (test|validation) part · n = (738|656)",
                title.encode().decode("unicode_escape") if "\\u00b7" in title else title,
            )
    for what in ("Confusion matrix", "Accuracy by speaker", "Reliability", "Answers at a threshold", "Learning curves"):
        assert any(what in title for title in titles), what


def test_card_and_configuration_stand_in_it(page: str) -> None:
    text = without_scripts(page)
    assert "<h2>Model card</h2>" in text and "<td>recipe.fit.epochs</td><td>30</td>" in text


def test_a_strangers_card_brings_in_neither_scripts_nor_pictures(tmp_path: Path) -> None:
    run = weightless(WEIGHTLESS, tmp_path / "run")
    run.write_text(
        "card.md", "# Hi\n\n<script>alert(1)</script>\n\n![seen](https://example.org/x.png)\n\n[x](javascript:alert(1))"
    )
    run.write_json("recipe.json", {**run.recipe, "note": "<script>alert(2)</script>"})
    run.seal()
    page = report.page(run)
    assert "<script>alert" not in page and "<img" not in page and 'href="javascript' not in page
    assert "&lt;script&gt;alert(1)" in page


def test_labels_alone_leave_confidence_out_and_folds_are_listed(tmp_path: Path) -> None:
    run = weightless(WEIGHTLESS, tmp_path / "run")
    labels = run.metrics["test"]["labels"]
    rows = run.predictions.drop(columns=[f"p_{label}" for label in labels])
    run.write_table("predictions.csv", rows.assign(fold=[str(k % 3) for k in range(len(rows))]))
    run.write_json("metrics.json", metrics.parts(Run(run.path).predictions, labels))
    run.seal()
    text = without_scripts(report.page(Run(run.path)))
    assert "without probabilities" in text and "3 trainings, pooled above" in text


def test_the_command_writes_it_and_a_damaged_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = weightless(WEIGHTLESS, tmp_path / "run")
    out = tmp_path / "report.html"
    assert main.main(["runs", "report", str(run.path), "-o", str(out)]) == 0
    assert out.read_text().startswith("<!doctype html>")
    table: pd.DataFrame = run.predictions
    run.write_table("predictions.csv", table.head(10))
    assert main.main(["runs", "report", str(run.path), "-o", str(out)]) == 1
    assert "damaged" in capsys.readouterr().err
    with pytest.raises(RunError, match="damaged"):
        report.page(Run(run.path))
