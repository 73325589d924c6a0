"""The rows of the seed project's table of results, as it stated them, to stand beside ours for reference."""

from __future__ import annotations

from dataclasses import dataclass

#: What must be said wherever these figures stand.
NOTE = (
    "The original notebooks' figures stand here for reference. Their layers and their split are not known (most likely clips at random, with "
    "the same speakers on both sides), and they do not say how their F1 was averaged. Ours are designs of our own that fit the names; "
    "our F1 is the macro average."
)
#: The accuracy that the paper behind the seed's last rows states for SAVEE; how it split is not known either.
PAPER_ON_SAVEE = 0.836


@dataclass(frozen=True)
class SeedRow:
    """One row: its family, the seed's own name, and what it stated; None where it stated nothing."""

    family: str
    name: str
    validation_accuracy: float | None
    test_accuracy: float
    test_f1: float | None


#: By the name that recipes carry as `seed_row`.
SEED_ROWS: dict[str, SeedRow] = {
    row.name: row
    for row in (
        SeedRow("1D CNN", "Model 1", 0.54, 0.48, 0.47),
        SeedRow("1D CNN", "Model 2 (with LDA)", 0.55, 0.48, 0.48),
        SeedRow("1D CNN", "Model 3", 0.55, 0.46, 0.46),
        SeedRow("1D CNN", "Model 4", 0.53, 0.46, 0.46),
        SeedRow("1D CNN", "Model 5", 0.40, 0.38, 0.36),
        SeedRow("1D CNN", "Model 6", 0.46, 0.45, 0.43),
        SeedRow("1D CNN", "Model 3 with augmentation", 0.49, 0.47, 0.47),
        SeedRow("2D CNN", "Initial Model", 0.44, 0.41, 0.40),
        SeedRow("2D CNN", "CNN MODEL2", 0.58, 0.55, 0.56),
        SeedRow("2D CNN", "CNN MODEL3", 0.42, 0.40, 0.33),
        SeedRow("paper", "Paper implementation on SAVEE", None, 0.60, None),
        SeedRow("paper", "Paper implementation on CREMA-D", None, 0.48, None),
    )
}
