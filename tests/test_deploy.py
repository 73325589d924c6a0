"""The ways to deploy: what is installed, and that the image copies what the app needs and nothing private."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.check_platforms import SYSTEMS, verdict
from ser_core import settings

ROOT = settings.ROOT


def requirement_names(path: Path) -> set[str]:
    """The packages that a requirements file asks for, its includes followed."""
    found: set[str] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= requirement_names(path.parent / line[3:].strip())
        elif line and not line.startswith(("#", "-")):
            found.add(re.split(r"[<>=\[ ;]", line)[0].lower())
    return found


def test_no_deployment_installs_tensorflow() -> None:
    names = requirement_names(ROOT / "deploy" / "requirements.txt")
    assert names == requirement_names(ROOT / "requirements-serve.txt")
    assert "streamlit" in names and not names & {"tensorflow", "keras", "tf2onnx"}


def test_the_image_copies_what_exists_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (.+)$", text, flags=re.M) for word in line.split()[:-1]]
    assert {"ser_core", "pages", "artifacts", "streamlit_app.py"} <= set(copied)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    for name in copied:
        assert (ROOT / name).exists() and f"!{name}" in ignored, name
    assert text.index("USER ser") < text.index("CMD [")
    assert "SER_MODE=shared" in text and '"$PORT\\"' in text


def test_the_base_image_and_what_the_workflow_uses_are_pinned_by_what_they_are() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), flags=re.M)
    assert bases and all(re.fullmatch(r"[\w./:-]+@sha256:[0-9a-f]{64}", one) for one in bases)
    used = re.findall(r"uses: (.+)", (ROOT / ".github" / "workflows" / "tests.yml").read_text())
    assert used and all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", one) for one in used)


def test_what_other_encoders_need_is_pinned_as_everything_else_is() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), flags=re.M))
    locked = re.findall(r"^([\w.-]+)(==)?(\S*)", (ROOT / "hub-rows.lock").read_text(), flags=re.M)
    assert {"torch", "transformers", "tensorflow"} <= {name for name, _, _ in locked} and all(
        is_ for _, is_, _ in locked
    )
    assert all(pinned.get(name, version) == version for name, _, version in locked)
    assert "-r hub-rows.lock" in (ROOT / "Makefile").read_text()
    assert re.search(r'^requires = \["hatchling==[\d.]+"\]$', (ROOT / "pyproject.toml").read_text(), flags=re.M)


def test_every_pinned_package_and_its_licence_are_listed() -> None:
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), flags=re.M))
    page = (ROOT / "docs" / "licences.md").read_text()
    listed = {
        name: (version, licence)
        for name, version, licence in re.findall(r"^\| (\S+) \| (\S+) \| (.+?) \|", page, flags=re.M)
    }
    absent = re.search(r"Not installed here: (.*)\.$", page, flags=re.M)
    assert set(listed) - {"package"} | set(absent[1].split(", ") if absent else ()) == set(pins)
    assert {name: version for name, (version, _) in listed.items() if name != "package"}.items() <= pins.items()
    assert "MPL" in listed["certifi"][1] and "LGPL" in listed["soxr"][1].replace(
        "Lesser General Public License", "LGPL"
    )


def test_what_serves_is_locked_by_hash_at_the_pinned_versions() -> None:
    lock = (ROOT / "requirements-serve.lock").read_text()
    pins = {
        canonical(name): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), flags=re.M)
    }
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lock, flags=re.M))
    assert {canonical(name) for name in requirement_names(ROOT / "requirements-serve.txt")} <= {
        canonical(name) for name in locked
    }, "make lock"
    assert {name: version for name, version in locked.items() if pins.get(canonical(name), version) != version} == {}
    for block in re.split(r"^(?=[\w.-]+==)", lock, flags=re.M)[1:]:
        assert "--hash=sha256:" in block, block
    assert not {"tensorflow", "keras"} & set(locked)


def test_what_checks_is_pinned_too() -> None:
    pins = {canonical(name) for name in re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), flags=re.M)}
    assert {canonical(name) for name in requirement_names(ROOT / "requirements-dev.txt")} <= pins


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_a_systems_verdict_follows_the_dry_run() -> None:
    linux, intel = SYSTEMS[0], next(one for one in SYSTEMS if one.refused)
    assert verdict(linux, "") == ("all wheels", True)
    assert not verdict(linux, "no wheel of av")[1]
    assert verdict(intel, "Because onnxruntime==1 has no wheels with a matching platform tag")[1]
    assert not verdict(intel, "the network cannot be reached")[1]
    assert not verdict(intel, "")[1]
