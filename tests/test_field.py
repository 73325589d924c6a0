"""Every row of the table of what the field brings names tests, and every one that it names is there."""

import re
from pathlib import Path

from ser_core import settings

TABLE = settings.ROOT / "docs" / "field.md"
TESTS = Path(__file__).parent


def test_every_row_is_a_test() -> None:
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    rows = [row for row in rows if not row.startswith(("| input", "|---"))]
    assert len(rows) >= 45
    for row in rows:
        cell = re.split(r"(?<!\\)\|", row)[4]
        named = re.findall(r"`([\w/.:]+)`", cell) or ["the same"] * cell.strip().startswith("the same")
        assert named, row
        file = ""
        for name in named:
            if name == "the same":
                continue
            path, _, function = name.partition("::")
            file = path or file
            text = (TESTS / file).read_text(encoding="utf-8")
            assert not function or f"def {function}(" in text, f"{name} of the row {row}"
