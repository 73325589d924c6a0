"""`make lan`: a certificate made on the spot that a client can hold the server against, and an address that phones can scan."""

from __future__ import annotations

import datetime
import os
import signal
import ssl
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509

from pages.server import certificate as made_here
from pages.server import lan
from ser_core import settings
from tests import patience
from tests.browser import serving

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
NAMES = ("localhost", "127.0.0.1", "192.168.7.5")


def serial(files: made_here.Files) -> int:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes()).serial_number


def test_it_is_kept_while_it_fits_and_made_anew_when_not(tmp_path: Path) -> None:
    first = serial(made_here.certificate(tmp_path, NAMES, NOW))
    assert serial(made_here.certificate(tmp_path, reversed(NAMES), NOW + datetime.timedelta(days=80))) == first
    late = serial(made_here.certificate(tmp_path, NAMES, NOW + datetime.timedelta(days=89, hours=1)))
    assert late != first
    elsewhere = serial(made_here.certificate(tmp_path, ("localhost", "10.0.0.3"), NOW + datetime.timedelta(days=89)))
    assert elsewhere != late
    (tmp_path / "key.pem").write_text("no key")
    assert (
        serial(made_here.certificate(tmp_path, ("localhost", "10.0.0.3"), NOW + datetime.timedelta(days=89)))
        != elsewhere
    )


def test_it_names_the_addresses_and_may_issue_no_others(tmp_path: Path) -> None:
    files = made_here.certificate(tmp_path, NAMES, NOW)
    found = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == set(NAMES)
    assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert found.not_valid_after_utc - found.not_valid_before_utc < datetime.timedelta(days=825)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no POSIX modes")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    files = made_here.certificate(tmp_path / "lan", NAMES, NOW)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (files.certificate, files.key)} == {0o600}


def test_the_terminal_shows_the_address_and_its_code() -> None:
    text = lan.said("https://192.168.7.5:8501")
    assert "https://192.168.7.5:8501" in text
    rows = [row for row in text.splitlines() if "█" in row]
    assert len({len(row) for row in rows}) == 1 and len(rows[0]) == 2 * len(rows)


@pytest.mark.skipif(os.name == "nt", reason="stops a group of processes")
@pytest.mark.skipif(not lan.addresses(), reason="this machine is in no local network")
def test_a_client_that_trusts_the_certificate_reaches_the_server_and_no_other(tmp_path: Path) -> None:
    port = serving.free_port()
    environment = serving.environment(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "pages.server.lan", "--port", str(port)],
        cwd=settings.ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        pem = Path(environment["SER_HOME"]) / "lan" / "certificate.pem"
        health = f"https://{lan.addresses()[0]}:{port}/_stcore/health"
        deadline = time.monotonic() + patience.SECONDS
        answered = b""
        while not answered:
            assert process.poll() is None and time.monotonic() < deadline
            try:
                trusting = ssl.create_default_context(cafile=str(pem))
                answered = urllib.request.urlopen(health, context=trusting, timeout=30).read()
            except OSError:
                time.sleep(0.2)
        assert answered == b"ok"
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(health, context=ssl.create_default_context(), timeout=patience.SECONDS)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=patience.SECONDS)
