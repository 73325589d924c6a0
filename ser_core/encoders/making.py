"""Making an encoder's folder of Whisper's published weights, and checking that it computes what it must."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ser_core import files, settings
from ser_core.corpora.base import CorpusError
from ser_core.corpora.fetching import fetch
from ser_core.encoders import encoder, weights, whisper
from ser_core.encoders.encoder import Encoder, EncoderError

#: Blocks whose hidden states an encoder gives: deeper ones know words, not voices.
BLOCKS = 3
#: How far a hidden state's mean or deviation over time may lie from its golden number.
TOLERANCE = 1e-3
_MIT = """\
MIT License

Copyright (c) 2022 OpenAI

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Origin:
    """Where a Whisper's weights are published, as CTranslate2 keeps them, and what their first blocks make of `golden_sound`.

    golden: for each block the means over time of the first four units, then their population deviations (NumPy's `std`).
    """

    title: str
    repository: str
    revision: str
    sha256: str
    golden: tuple[tuple[float, ...], ...]
    host: str = "https://huggingface.co"

    @property
    def url(self) -> str:
        return f"{self.host}/{self.repository}/resolve/{self.revision}/model.bin"


#: The encoders whose weights can be fetched.
ORIGINS = {
    "whisper-tiny": Origin(
        "Whisper tiny.en",
        "Systran/faster-whisper-tiny.en",
        "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        (
            (0.62206, 0.69862, 0.27117, 0.42732, 0.09908, 0.24043, 0.42339, 0.26212),
            (0.97191, 0.22444, 0.28682, 0.68958, 0.16392, 0.29135, 0.36459, 0.38379),
            (0.46106, 0.66418, -0.38161, 0.89047, 0.40388, 0.46630, 0.84563, 0.63808),
        ),
    ),
    "whisper-base": Origin(
        "Whisper base",
        "Systran/faster-whisper-base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        (
            (0.36341, 0.57862, 0.86532, 0.36758, 0.66178, 0.70908, 0.14616, 0.17867),
            (0.45725, 0.50379, 0.74083, 0.58342, 0.65382, 0.70909, 0.09618, 0.17953),
            (0.16937, 0.76311, 0.48431, 0.41415, 0.62650, 0.28396, 0.13161, 0.31277),
        ),
    ),
}


def make(name: str, given: Path | None = None, *, target: Path | None = None, blocks: int = BLOCKS) -> Encoder:
    """Make the encoder `name` in the folder `target` (default: SER_HOME/encoders/<name>) and return it.

    given: the weights, a CTranslate2 `model.bin`; by default those of ORIGINS are fetched. A known encoder's weights must have the
    known hash, and their hidden states the golden numbers (TOLERANCE); any other size of Whisper is made of a file that is given.
    Raises EncoderError; nothing is left behind then.
    """
    origin = ORIGINS.get(name)
    if given is None and origin is None:
        raise EncoderError(
            f"No weights are known for an encoder called {name}: give them with --weights, or make one of {', '.join(ORIGINS)}."
        )
    if Path(name).name != name or not name.isascii() or not name.strip("."):
        raise EncoderError(f"'{name}' is no name of an encoder: letters, digits and hyphens make one.")
    folder = target or settings.home().encoders / name
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary) / name
        made.mkdir()
        path = _fetched(origin, Path(temporary) / "model.bin") if given is None and origin else Path(given or "")
        held = files.sha256(path) if path.is_file() else ""
        if origin and held != origin.sha256:
            raise EncoderError(
                f"{path} does not hold the weights of {origin.title}: their SHA-256 begins with {origin.sha256[:12]}, this file's with "
                f"{held[:12] or 'nothing, there is no such file'}."
            )
        graph = whisper.graph(weights.read(path), blocks)
        (made / encoder.GRAPH).write_bytes(graph.SerializeToString(deterministic=True))
        width = graph.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
        stated = Encoder(
            made,
            name,
            f"{origin.title if origin else name}, the first {blocks} blocks",
            whisper.SAMPLE_RATE,
            whisper.LOGMEL,
            blocks,
            width,
            whisper.HOP_S,
            whisper.LONGEST_S,
            files.sha256(made / encoder.GRAPH),
            whisper.LICENCE,
            {"url": origin.url, "revision": origin.revision, "sha256": held} if origin else {"sha256": held},
        )
        files.write_text(made / encoder.STATED, json.dumps(stated.to_json(), indent=1, ensure_ascii=False) + "\n")
        files.write_text(made / encoder.CARD, card(stated))
        check(stated)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(made, folder)
    return encoder.read(folder)


def check(stated: Encoder) -> float:
    """Return how far an encoder's hidden states lie from their golden numbers at most (0.0 where none are known).

    Raises EncoderError where its graph is another file than encoder.json says, or computes something else.
    """
    held = files.sha256(stated.graph)
    if held != stated.sha256:
        raise EncoderError(
            f"{stated.graph} is damaged: its SHA-256 is {held[:12]}…, encoder.json says {stated.sha256[:12]}…. Make it anew: python -m "
            f"ser_core encoders make {stated.name}."
        )
    states = [block[0] for block in stated.run(whisper.logmel(golden_sound())[None])]
    if not all(np.isfinite(block).all() for block in states):
        raise EncoderError(f"{stated.graph} gives numbers that are none: its weights are damaged.")
    origin = ORIGINS.get(stated.name)
    if origin is None or not origin.golden:
        return 0.0
    computed = [np.concatenate([block.mean(axis=0)[:4], block.std(axis=0)[:4]]) for block in states]
    golden = origin.golden[: len(computed)]
    difference = float(np.abs(np.array(computed[: len(golden)]) - np.array(golden)).max())
    if difference > TOLERANCE:
        raise EncoderError(
            f"{stated.graph} does not compute what {origin.title} does: a hidden state lies {difference:.4f} from its golden number "
            f"(allowed: {TOLERANCE:g})."
        )
    return difference


def golden_sound() -> np.ndarray:
    """Return the sound of which golden numbers are known: 3.2 s, twenty harmonics of a voice-like pitch, RMS 0.05 (51,200 samples)."""
    t = np.arange(51_200) / whisper.SAMPLE_RATE
    phase = 2.0 * np.pi * 150.0 * t + 15.0 * (1.0 - np.cos(4.0 * np.pi * t))
    harmonics = np.sum([np.sin(k * phase) / k for k in range(1, 21)], axis=0)
    sound = harmonics * (1.0 + 0.8 * np.sin(2.0 * np.pi * 4.0 * t)) / 2.0
    scaled: np.ndarray = (sound * 0.05 / np.sqrt(np.mean(sound**2))).astype(np.float32)
    return scaled


def card(stated: Encoder) -> str:
    """Return card.md of an encoder: what it is, what it gives, its licence."""
    where = f"\n{stated.source['url']}" if "url" in stated.source else ""
    return (
        f"# {stated.title}\n\n"
        "The beginning of a network that learned to write down speech. Its hidden states tell how something is said as well as what; "
        "a small classifier on them learns emotions from few voices. It was trained on sound from the web that nobody can list, so "
        "nobody can check which voices it has heard.\n\n"
        f"In: log-mel of {stated.sample_rate // 1000} kHz sound ({stated.logmel['n_mels']} bands, a frame every "
        f"{1000 * stated.logmel['hop_length'] // stated.sample_rate} ms), up to {stated.longest_s:g} s. Out: `block1` to `block{stated.blocks}`, "
        f"{stated.width} values every {1000 * stated.hop_s:g} ms. Weights in half precision, as they were published.\n\n"
        f"Weights: SHA-256 {stated.source['sha256']}{where}\n\n"
        f"Paper: Radford A et al. Robust Speech Recognition via Large-Scale Weak Supervision. arXiv:2212.04356, 2022.\n\n"
        f"## Licence of the weights\n\n{_MIT}"
    )


def _fetched(origin: Origin, target: Path) -> Path:
    def wrong(path: Path) -> str:
        held = files.sha256(path)
        return "" if held == origin.sha256 else f"has the SHA-256 {held[:12]}…, not {origin.sha256[:12]}…"

    try:
        return fetch(origin.url, target, wrong)
    except CorpusError as error:
        raise EncoderError(
            f"{error} The same file can be brought by hand: `encoders make NAME --weights model.bin`."
        ) from error
