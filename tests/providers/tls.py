"""A public website over TLS, with a certificate that is trusted for the length of a test."""

from __future__ import annotations

import functools
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from providers.http import transport
from tests.providers.web import Website


@functools.cache
def certificate() -> tuple[bytes, bytes]:
    """For pictures.example, signed by itself: certificate and key as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pictures.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pictures.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    return made.public_bytes(pem), key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)


def speak(site: Website, folder: Path, patch: pytest.MonkeyPatch) -> list[str | None]:
    """Have the site speak TLS from now on; the names by which it is greeted. A file is written to ``folder``."""
    (folder / "site.pem").write_bytes(b"".join(certificate()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    greeted: list[str | None] = []
    context.load_cert_chain(folder / "site.pem")
    context.sni_callback = lambda connection, name, _: greeted.append(name)
    site.speak_tls(context)
    trusted = ssl.create_default_context(cadata=certificate()[0].decode())
    patch.setattr(transport, "_tls", lambda: trusted)
    return greeted
