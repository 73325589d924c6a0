"""Real bytes, made worse: what bad disks, bad networks and bad people do to files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from hypothesis import strategies as st

#: Numbers at the edges of the fields that files count in.
EDGES = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
EVIL_NAMES = [
    "../outside.wav",
    "../../../../outside.wav",
    "/tmp/outside-of-ser.wav",
    "C:\\outside.wav",
    "..\\..\\outside.wav",
    "a/../../outside.wav",
    "anger/" + "x" * 300 + ".wav",
    "anger/\u202egnp.wav",
    "con",
    ".",
    "..",
    "",
    "anger//",
    "~/outside.wav",
]


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Return one of the seeds after one to six changes."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 6))):
        # Headers are where the harm is: half of the changes hit the first kilobyte.
        end = max(1, len(data))
        place = draw(st.integers(0, min(end, 1024) - 1) | st.integers(0, end - 1))
        change = draw(st.sampled_from(["flip", "edge", "cut", "drop", "repeat", "noise", "splice"]))
        if change == "flip" and data:
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif change == "edge":
            number, size = draw(st.sampled_from(EDGES)), draw(st.sampled_from([1, 2, 4]))
            order = draw(st.sampled_from(["little", "big"]))
            data[place : place + size] = (number % 256**size).to_bytes(size, order)  # type: ignore[arg-type]
        elif change == "cut":
            del data[place:]
        elif change == "drop":
            del data[place : place + draw(st.integers(1, 4096))]
        elif change == "repeat":
            data[place:place] = data[place : place + draw(st.integers(1, 4096))] * draw(st.integers(1, 4))
        elif change == "noise":
            data[place:place] = draw(st.binary(max_size=64))
        else:
            other = draw(st.sampled_from(seeds))
            data[place:] = other[min(place, len(other)) :][: 1 << 20]
    return bytes(data)


@st.composite
def archives(draw: st.DrawFn, contents: Sequence[dict[str, bytes]]) -> bytes:
    """Return a zip of one of the contents with members damaged, renamed, doubled, turned into links or bombs; or damaged as a whole."""
    files = dict(draw(st.sampled_from(contents)))
    names = list(files)
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(names))
        change = draw(st.sampled_from(["damage", "rename", "remove", "bomb", "text"]))
        if change == "damage":
            files[name] = draw(damaged([files.get(name, b"x") or b"x"]))
        elif change == "rename":
            files[draw(st.sampled_from(EVIL_NAMES) | st.text(max_size=20))] = files.get(name, b"x")
        elif change == "remove":
            files.pop(name, None)
        elif change == "bomb":
            files[name] = bytes(draw(st.sampled_from([1 << 20, 24 << 20])))
        else:
            files[name] = draw(st.text(max_size=400)).encode("utf-8", "surrogatepass")
    link = draw(st.none() | st.sampled_from(["/etc/passwd", "../../outside", "."]))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            # What is no text at all cannot be a name in a zip, and a name ends at a zero.
            archive.writestr(name.encode("utf-8", "ignore").decode().partition("\0")[0] or "unnamed", data)
        if link is not None:
            info = zipfile.ZipInfo("anger/link.wav")
            info.create_system, info.external_attr = 3, 0o120777 << 16
            archive.writestr(info, link)
    packed = target.getvalue()
    return draw(damaged([packed])) if draw(st.integers(0, 3)) == 0 else packed
