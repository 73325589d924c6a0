"""List the licences of the pinned packages, as they state them, into docs/licences.md. Run: make licences"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path

from ser_core import files, settings

#: What a package's own words leave out, and that it does to whoever passes it on.
NOTES = {
    "av": "Its wheels carry FFmpeg with x264 and x265, which are under the GPL.",
    "certifi": "Changed files of it have to be passed on with their source.",
    "hypothesis": "Changed files of it have to be passed on with their source.",
    "pathspec": "Changed files of it have to be passed on with their source.",
    "soxr": "It may be exchanged for another build of libsoxr; the wheel holds it.",
    "tqdm": "Changed files of it have to be passed on with their source.",
}
OPENING = """# Licences of the packages

Written by `make licences` of what the installed packages state; packages of constraints.txt that this system does not install are named
at the end. This program's own licence is MIT (LICENSE); the licences of models, encoders and corpora stand in their cards.

| package | version | licence | |
|---|---|---|---|
"""


def stated(name: str) -> str:
    """Return the licence that an installed package states: as an SPDX expression, else a short text, else by its classifiers.

    Raises importlib.metadata.PackageNotFoundError for one that is not installed.
    """
    about = importlib.metadata.metadata(name)
    text = about.json.get("license_expression") or about.json.get("license") or ""
    text = " ".join(text) if isinstance(text, list) else text
    kinds = [kind.rpartition(" :: ")[2] for kind in about.get_all("Classifier") or [] if kind.startswith("License ::")]
    brief = text.strip().splitlines()[0].strip() if text.strip() else ""
    # Some packages put the whole text where its name belongs.
    return brief if brief and len(text) < 120 else ", ".join(dict.fromkeys(kinds)) or brief or "not stated"


def page() -> str:
    """Return the page: a row a package, those that are not installed here named."""
    pinned = re.findall(
        r"^([\w.-]+)==", (settings.ROOT / "constraints.txt").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    rows, absent = [], []
    for name in sorted(pinned, key=str.casefold):
        try:
            licence = stated(name).replace("|", "\\|")
            rows.append(f"| {name} | {importlib.metadata.version(name)} | {licence} | {NOTES.get(name, '')} |\n")
        except importlib.metadata.PackageNotFoundError:
            absent.append(name)
    return OPENING + "".join(rows) + (f"\nNot installed here: {', '.join(absent)}.\n" if absent else "")


def main() -> int:
    """Write the page."""
    files.write_text(Path(settings.ROOT / "docs" / "licences.md"), page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
