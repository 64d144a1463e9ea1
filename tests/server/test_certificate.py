"""The store's own certificate: for its names, kept while it is good, its key for nobody else."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from fours.server import certificate
from fours.server.certificate import own_names, store_certificate


def test_it_covers_the_names_and_is_kept(tmp_path: Path) -> None:
    made = store_certificate(tmp_path, ["localhost", "127.0.0.1", "192.168.1.5"])
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made.file, made.key)
    assert made.key.stat().st_mode & 0o777 == 0o600
    assert made.key.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert store_certificate(tmp_path, ["127.0.0.1", "localhost"]) == made
    other = store_certificate(tmp_path, ["127.0.0.1", "192.168.1.6"])
    assert other.fingerprint != made.fingerprint


def test_it_is_made_anew_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = store_certificate(tmp_path, ["localhost"])
    monkeypatch.setattr(certificate, "RENEW_BEFORE", timedelta(days=821))
    assert store_certificate(tmp_path, ["localhost"]).fingerprint != made.fingerprint


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.5", "0.0.0.0"])
def test_this_machine_is_always_among_its_names(host: str) -> None:
    names = own_names(host)
    assert {"localhost", "127.0.0.1"} <= set(names)
    assert "0.0.0.0" not in names
