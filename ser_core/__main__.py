"""`python -m ser_core`: the library's jobs from a shell."""

import sys

from ser_core.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
