"""TLS for the stand-in: a certificate authority of the moment, and the bundle in which clients find it."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LIFE = timedelta(days=1)


def make(folder: Path) -> tuple[ssl.SSLContext, dict[str, str]]:
    """The stand-in's TLS, and the environment in which OpenSSL trusts it beside the usual authorities.

    The usual ones stay in the bundle: loading them is part of what a connection costs.
    """
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("raingan bench authority", "raingan bench authority", authority_key, authority_key)
    own = _certificate("localhost", "raingan bench authority", key, authority_key)
    chain, bundle = folder / "line.pem", folder / "bundle.pem"
    chain.write_bytes(_pem(own) + _private(key))
    bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + _pem(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, {"SSL_CERT_FILE": str(bundle)}


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    own = key is signer
    now = datetime.now(UTC)
    usage = x509.KeyUsage(not own, False, False, False, False, own, own, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(f"CN={subject}"))
        .issuer_name(x509.Name.from_rfc4514_string(f"CN={issuer}"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LIFE)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
