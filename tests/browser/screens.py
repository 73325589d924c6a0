"""Every page, and every view of one, by its address."""

from __future__ import annotations

#: Every page, and every view of it that a visitor can open without a run or a recording of their own.
SCREENS = (
    "",
    "analyze",
    "analyze?source=samples&sample=anger-1",
    "live",
    "datasets?corpus=crema-d",
    "datasets?corpus=crema-d&tab=Clips",
    "datasets?corpus=crema-d&tab=Map",
    "datasets?view=mine",
    "datasets?view=audit",
    "train",
    "train?view=build",
    "train?view=compare",
    "train?view=originals",
    "train?view=features",
    "train?view=several",
    "train?view=personal",
    "results",
    "results?view=run&run=accurate",
    "results?view=run&run=accurate&cell=fear,sadness",
    "results?view=compare&runs=accurate,svm-speakers",
    "results?view=studies",
    "lessons",
    "lessons?view=guess",
    "lessons?view=leakage",
    "lessons?view=msf",
)
