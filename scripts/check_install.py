"""Install this checkout into an empty environment, and ask the installed copy what the checkout's documentation says it answers.

Run: make installed (needs the network). Exits 1 when the library and the command disagree, or `import ser_core` is slow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import soundfile

from ser_core import settings

#: Seconds that `import ser_core` may take.
IMPORT_S = 0.3
CODES = {
    "import": "import sys, time; a = time.perf_counter(); import ser_core; print(time.perf_counter() - a, 'numpy' in sys.modules)",
    "label": "import ser_core as ser; print(ser.load('accurate').predict('voice.wav').label)",
}


def main() -> int:
    """Print what was found; return the exit status. One argument: the extras, such as `serve`; default none."""
    extras = f"[{sys.argv[1]}]" if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        env, place = Path(folder) / "env", Path(folder) / "place"
        place.mkdir()
        venv.create(env, with_pip=True)
        scripts = env / ("Scripts" if sys.platform == "win32" else "bin")
        samples, rate = soundfile.read(settings.ARTIFACTS / "samples" / "voice-british.flac")
        soundfile.write(place / "voice.wav", samples, rate)

        def said(program: str, *words: str) -> str:
            # Nothing of this checkout is found but what was installed.
            environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            environ["SER_HOME"] = str(Path(folder) / "home")
            command = [str(scripts / program), *words]
            return subprocess.run(command, cwd=place, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout

        began = time.monotonic()
        constraints = str(settings.ROOT / "constraints.txt")
        said("python", "-m", "pip", "install", "-q", f"{settings.ROOT}{extras}", "-c", constraints)
        print(f"installed in {time.monotonic() - began:.0f} s")
        # Twice: the first import writes byte code.
        took, numpy = [said("python", "-c", CODES["import"]).split() for _ in range(2)][1]
        print(f"import ser_core: {float(took):.4f} s")
        label = said("python", "-c", CODES["label"]).strip()
        (shell,) = json.loads(said("ser", "predict", "accurate", "voice.wav", "--json"))
        print(f"library: {label}; command: {shell['label']}")
        return int(label != shell["label"] or float(took) > IMPORT_S or numpy == "True")


if __name__ == "__main__":
    raise SystemExit(main())
