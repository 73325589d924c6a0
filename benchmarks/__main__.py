"""All benchmarks of this folder, one after the other: `python -m benchmarks` (`make bench`)."""

from __future__ import annotations

import importlib
import pkgutil

import benchmarks


def main() -> None:
    """Run `main()` of every module called bench_*; each prints a line of JSON and the same in words."""
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if module.name.startswith("bench_"):
            importlib.import_module(f"benchmarks.{module.name}").main()


if __name__ == "__main__":
    main()
