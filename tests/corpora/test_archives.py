"""Unpacking a stranger's zip: whole or not at all, and never outside the folder."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from ser_core.corpora import archives
from ser_core.corpora.base import CorpusError


def packed(path: Path, entries: dict[str, bytes], modes: dict[str, int] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = ((modes or {}).get(name, stat.S_IFREG | 0o644)) << 16
            archive.writestr(info, data)
    return path


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_zip_is_unpacked(tmp_path: Path) -> None:
    entries = {"AudioData/DC/a01.wav": b"one", "AudioData/JE/a01.wav": b"two", "readme": b"hello"}
    extra = {"__MACOSX/AudioData/._a01.wav": b"x", "AudioData/.DS_Store": b"x"}
    found = archives.extract(packed(tmp_path / "c.zip", {**entries, **extra}), tmp_path / "out")
    assert everything(tmp_path / "out") == entries
    assert sorted(found) == sorted(tmp_path / "out" / name for name in entries)


@pytest.mark.parametrize(
    "name", ["../evil.wav", "a/../../evil.wav", "/etc/evil", "..\\evil.wav", "C:\\evil.wav", "C:evil.wav"]
)
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    archive = packed(tmp_path / "c.zip", {"good.wav": b"x", name: b"evil"})
    with pytest.raises(CorpusError, match="leads out of its folder"):
        archives.extract(archive, tmp_path / "out")
    assert everything(tmp_path) == {"c.zip": archive.read_bytes()}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    archive = packed(tmp_path / "c.zip", {"link": b"/etc/passwd"}, {"link": kind | 0o777})
    with pytest.raises(CorpusError, match="link or device"):
        archives.extract(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb.zip", {"zeros.wav": bytes(80 * 1024 * 1024)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(CorpusError, match="grow"):
        archives.extract(bomb, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_silence_that_packs_well_is_no_bomb(tmp_path: Path) -> None:
    archive = packed(tmp_path / "c.zip", {"silence.wav": bytes(1024 * 1024)})
    assert len(archives.extract(archive, tmp_path / "out")) == 1


def test_too_much_and_too_many_are_refused(tmp_path: Path) -> None:
    archive = packed(tmp_path / "c.zip", {f"{number}.wav": b"12345" for number in range(10)})
    with pytest.raises(CorpusError, match="10 entries"):
        archives.extract(archive, tmp_path / "out", max_files=9)
    with pytest.raises(CorpusError, match="would take"):
        archives.extract(archive, tmp_path / "out", max_bytes=49)
    assert len(archives.extract(archive, tmp_path / "out", max_files=10, max_bytes=50)) == 10


def test_an_entry_that_lies_about_its_size_leaves_nothing(tmp_path: Path) -> None:
    archive = packed(tmp_path / "c.zip", {"a.wav": bytes(range(256)) * 40})
    data = bytearray(archive.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = struct.pack("<I", 5)
    archive.write_bytes(data)
    with pytest.raises(CorpusError):
        archives.extract(archive, tmp_path / "out")
    assert everything(tmp_path / "out") == {}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.wav").write_bytes(b"mine")
    with pytest.raises(CorpusError, match="already"):
        archives.extract(packed(tmp_path / "c.zip", {"a.wav": b"theirs", "b.wav": b"x"}), tmp_path / "out")
    assert everything(tmp_path / "out") == {"a.wav": b"mine"}


def test_names_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="twice"):
        archives.extract(packed(tmp_path / "c.zip", {"a.wav": b"1", "A.wav": b"2"}), tmp_path / "out")


@pytest.mark.parametrize("kind", ["no zip", "torn", "empty", "a file and a folder", "absent", "long name", "odd place"])
def test_what_is_damaged_says_so_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    path = packed(tmp_path / "c.zip", {"a.wav": bytes(range(256)) * 40, "b.wav": b"x"})
    if kind == "no zip":
        path.write_bytes(b"hello")
    elif kind == "torn":
        data = bytearray(path.read_bytes())
        data[60:80] = bytes(20)
        path.write_bytes(data)
    elif kind == "empty":
        packed(path, {})
    elif kind == "a file and a folder":
        packed(path, {"a": b"1", "a/b": b"2"})
    elif kind == "long name":
        packed(path, {"x" * 300 + ".wav": b"1"})
    elif kind == "odd place":
        # Its first entry would lie before the file's beginning.
        data = bytearray(path.read_bytes())
        end = data.rindex(b"PK\x05\x06")
        data[end + 16 : end + 20] = struct.pack("<I", struct.unpack_from("<I", data, end + 16)[0] + 4000)
        path.write_bytes(data)
    else:
        path.unlink()
    with pytest.raises(CorpusError, match=r"c\.zip"):
        archives.extract(path, tmp_path / "out")
    assert not (tmp_path / "out").exists() or everything(tmp_path / "out") == {}


def test_a_locked_zip_says_so(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.wav", b"x")
    data = bytearray(out.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    (tmp_path / "c.zip").write_bytes(data)
    with pytest.raises(CorpusError, match="password"):
        archives.extract(tmp_path / "c.zip", tmp_path / "out")
