"""Corpora whose files and folders are links to somebody's recording elsewhere: it is heard through none of them."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from pathlib import Path

from ser_core import audio
from ser_core.corpora import own_archive, registry, validation
from ser_core.corpora.base import CorpusError
from ser_core.corpora.reading import ClipReader
from tests import made
from trials.strangers.told import Told

CLIP = "2001_IEO_ANG_XX.wav"


def attack(place: Path) -> Told:
    """Read every clip of corpora in four forms, in which all kinds of links lead out; check them; unpack such a zip."""
    told = Told()
    os.environ["SER_HOME"] = str(place / "ser-home")
    secret = made.crema_d(place / "secret", ("2099",), ("TIE",), seconds=0.5) / "AudioWAV" / "2099_TIE_ANG_XX.wav"
    heard = audio.decode(secret).pcm16_sha256_16
    for form, opened in (("crema-d", "crema-d"), ("savee", "savee"), ("folder", "folder"), ("manifest", "manifest")):
        root, outs = _made(place / form, form, secret)
        clips = registry.load(opened, root).clips
        leaked = read = 0
        for path, start, end in zip(clips["path"], clips["start"], clips["end"], strict=True):
            try:
                leaked += ClipReader().read(path, start, end).pcm16_sha256_16 == heard
                read += 1
            except audio.AudioError:
                continue
        told.holds(read > leaked, f"{form}: its own clips are not read")
        told.tried += outs - 1
        told.holds(not leaked, f"{form}: somebody's recording was heard {leaked} times")
        report = validation.check(opened, root, n_jobs=1)
        told.holds(
            any("link out of its corpus" in finding.message for finding in report.findings),
            f"{form}: a check finds nothing wrong with it",
        )
        told.said.append(f"{form}: {read} clips read, {outs} links out of it, heard through them: {leaked}")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("anger/real.wav", secret.read_bytes())
        info = zipfile.ZipInfo("anger/out.wav")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, str(secret))
    (place / "linked.zip").write_bytes(out.getvalue())
    try:
        own_archive.add(place / "linked.zip", "mine", place / "ser-home" / "corpora" / "mine")
        told.holds(False, "a zip with a link was unpacked")
    except CorpusError:
        told.holds(True, "")
    return told


def _made(place: Path, form: str, secret: Path) -> tuple[Path, int]:
    """A corpus with a clip of its own and links to the secret: straight, by the way of the parent, through a link, in a folder that is one."""
    if form == "crema-d":
        made.crema_d(place, ("2001",), ("IEO",), seconds=0.3)
        folder = place / "AudioWAV"
        names = [f"2001_TIE_{code}_XX.wav" for code in ("ANG", "DIS", "FEA")]
    elif form == "savee":
        folder = place / "AudioData" / "DC"
        folder.mkdir(parents=True)
        _own(folder / "a01.wav")
        names = ["a02.wav", "a03.wav", "a04.wav"]
    else:
        folder = place / "anger"
        folder.mkdir(parents=True)
        _own(folder / "real.wav")
        names = ["straight.wav", "parent.wav", "through.wav"]
    (folder / names[0]).symlink_to(secret)
    (folder / names[1]).symlink_to(os.path.relpath(secret, folder))
    (folder / names[2]).symlink_to(names[0])
    outs = len(names)
    if form == "folder":
        (place / "fear").symlink_to(secret.parent)
        outs += 1
    if form == "manifest":
        rows = [f"anger/{name},anger" for name in ("real.wav", *names)]
        (place / "clips.csv").write_text("\n".join(["file,emotion", *rows]))
        return place / "clips.csv", outs
    return place, outs


def _own(path: Path) -> None:
    folder = made.crema_d(path.parent.parent / "made", ("2001",), ("IEO",), seconds=0.3)
    shutil.copy(folder / "AudioWAV" / CLIP, path)
    shutil.rmtree(folder)
