"""Tries again, against real servers, what broke them once: the door, floods of uploads, hostile graphs, foreign words, links out of corpora.

ATTACKS="door flood" tries some alone. Ends with 1 when one of them does what it did before.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from trials.strangers import door, flood, graphs, links, words
from trials.strangers.told import Told

ATTACKS: dict[str, Callable[[Path], Told]] = {
    "door": door.attack,
    "flood": flood.attack,
    "graphs": graphs.attack,
    "words": words.attack,
    "links": links.attack,
}
CHOSEN = os.environ.get("ATTACKS", " ".join(ATTACKS)).split()


def main() -> int:
    total = Told()
    for name in CHOSEN:
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix=f"ser-{name}-", ignore_cleanup_errors=True) as place:
            try:
                told = ATTACKS[name](Path(place))
            except Exception:  # An attack that fails has shown nothing.
                told = Told(1, [traceback.format_exc(limit=-4).replace("\n", " | ")])
        print(
            f"{name}: tried {told.tried}, held {told.tried - len(told.lost)}, lost = {len(told.lost)} in {time.perf_counter() - begun:.0f} s"
            + "".join(f"\n  {said}" for said in told.said)
            + "".join(f"\n  LOST {said}" for said in told.lost),
            flush=True,
        )
        total.tried += told.tried
        total.lost += told.lost
    print(f"tried {total.tried}, held {total.tried - len(total.lost)}, lost = {len(total.lost)}")
    return 1 if total.lost or not total.tried else 0


if __name__ == "__main__":
    sys.exit(main())
