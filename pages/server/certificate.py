"""A certificate made on the spot, so that phones in the same network get a microphone: browsers give none to plain http."""

from __future__ import annotations

import datetime
import ipaddress
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: Days that a certificate is good for. Apple's systems refuse more than 825.
DAYS = 90
#: One that ends sooner than this is made anew.
SPARE = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Files:
    """Where the certificate and its key lie, as PEM."""

    certificate: Path
    key: Path


def certificate(folder: Path, names: Collection[str], now: datetime.datetime | None = None) -> Files:
    """Return a certificate for these names and addresses in `folder`: the one that lies there, or a new one.

    A new one is made where there is none, where it cannot be read, ends within a day, or was made for other names. It is its own
    issuer and may issue no others, so a device that is told to trust it trusts this server alone. Both files can be read by their
    owner only. `now`: in UTC, default: the time. Raises OSError where the folder cannot be written.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    files = Files(folder / "certificate.pem", folder / "key.pem")
    if not _fits(files, set(names), now):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(files, sorted(names), now)
    return files


def _fits(files: Files, names: set[str], now: datetime.datetime) -> bool:
    try:
        kept = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), password=None)
        stated = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    same_key = key.public_key() == kept.public_key()
    in_time = kept.not_valid_before_utc <= now and now + SPARE < kept.not_valid_after_utc
    return same_key and in_time and {str(name.value) for name in stated} == names


def _make(files: Files, names: list[str], now: datetime.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SER Dashboard in this network")])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(
        files.key,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    _write(files.certificate, made.public_bytes(serialization.Encoding.PEM))


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, data: bytes) -> None:
    # Made readable for its owner alone before anything is in it.
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
