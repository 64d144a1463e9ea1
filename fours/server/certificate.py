"""The store's own certificate for `fours serve --tls`: made once in FOURS_HOME/tls, made anew before it ends (PF-15).

It is signed by itself, so each browser asks once, or gets it installed; where a proxy has a real one, no `--tls` is needed.
"""

import ipaddress
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Browsers refuse certificates that last longer.
VALID = timedelta(days=820)
RENEW_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class Certificate:
    """Its two files, and the SHA-256 fingerprint a browser shows."""

    file: Path
    key: Path
    fingerprint: str


def own_names(host: str) -> list[str]:
    """The names and addresses under which this machine may be reached when it listens on `host`."""
    names = ["localhost", "127.0.0.1", "::1", socket.gethostname().lower()]
    if host not in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound
        names.append(host)
    else:
        names += _addresses()
    return list(dict.fromkeys(names))


def _addresses() -> list[str]:
    """The machine's addresses, as far as it knows them without asking anybody."""
    found = []
    for family, target in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                # Sends nothing: it only chooses the address that would be used.
                probe.connect((target, 9))
                found.append(str(probe.getsockname()[0]))
            except OSError:
                continue
    return found


def store_certificate(home: Path, names: Iterable[str]) -> Certificate:
    """The certificate for these names; a kept one is used while it covers them all and lasts two months more."""
    folder = home / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file, key = folder / "store.crt", folder / "store.key"
    wanted = sorted(set(names))
    kept = _kept(file, key)
    if kept is None or not _is_enough(kept, wanted):
        kept = _make(file, key, wanted)
    digest = kept.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(file, key, digest)


def _kept(file: Path, key: Path) -> x509.Certificate | None:
    if not file.exists() or not key.exists():
        return None
    return x509.load_pem_x509_certificate(file.read_bytes())


def _is_enough(certificate: x509.Certificate, names: list[str]) -> bool:
    if certificate.not_valid_after_utc < datetime.now(UTC) + RENEW_BEFORE:
        return False
    covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(map(_name, names)) <= set(covered)


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _make(file: Path, key_file: Path, names: list[str]) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FourS")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(map(_name, names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(key_file, secret)
    _write(file, certificate.public_bytes(serialization.Encoding.PEM))
    return certificate


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    partial.rename(path)
