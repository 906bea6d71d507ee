"""The lab's certificate authorities: certificates shaped as Talos makes them.

Ed25519 throughout, because that is what breaks clients; a lab with RSA keys would
hide it. Nothing here reads the clock: the caller says what time it is.

source  siderolabs/crypto x509, pkg/machinery/config/generate/secrets/ca.go
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from msgspec import Struct

CA_LIFETIME = timedelta(days=3650)
SERVER_LIFETIME = timedelta(days=1)
CLIENT_LIFETIME = timedelta(days=365)


class Credentials(Struct, frozen=True):
    """A certificate and its key, PEM; the key with the header `PRIVATE KEY`."""

    certificate: bytes
    key: bytes


class Authority(Struct, frozen=True):
    """One cluster's certificate authority; `pem` is its certificate."""

    pem: bytes
    certificate: x509.Certificate
    key: Ed25519PrivateKey
    now: datetime

    def server(
        self, names: Sequence[str], lifetime: timedelta = SERVER_LIFETIME
    ) -> Credentials:
        """A server's certificate for names and addresses."""
        return self._issue(
            [x509.NameAttribute(NameOID.COMMON_NAME, names[0])],
            lifetime,
            (ExtendedKeyUsageOID.SERVER_AUTH,),
            x509.SubjectAlternativeName([_general_name(name) for name in names]),
        )

    def client(
        self,
        roles: Sequence[str],
        common_name: str = "",
        lifetime: timedelta = CLIENT_LIFETIME,
        usages: tuple[ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    ) -> Credentials:
        """A client's certificate: its roles (or groups) are the organisations."""
        names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, role) for role in roles]
        if common_name:
            names.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
        return self._issue(names, lifetime, usages, None)

    def _issue(
        self,
        subject: list[x509.NameAttribute[str]],
        lifetime: timedelta,
        usages: tuple[ObjectIdentifier, ...],
        alternatives: x509.SubjectAlternativeName | None,
    ) -> Credentials:
        key = Ed25519PrivateKey.generate()
        issuer = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(subject))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(minutes=5))
            .not_valid_after(self.now + lifetime)
            .add_extension(_key_usage(is_authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier(issuer.digest, None, None), critical=False
            )
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        certificate = builder.sign(self.key, None)
        return Credentials(certificate.public_bytes(Encoding.PEM), _key_pem(key))


def make_authority(now: datetime, organization: str = "talos") -> Authority:
    """A new authority with subject O=talos, valid for ten years from `now`."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_key_usage(is_authority=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, None)
    )
    return Authority(certificate.public_bytes(Encoding.PEM), certificate, key, now)


class TalosAccess(Struct, frozen=True):
    """What one talosconfig context gives: whom to dial, whom to ask, as whom."""

    endpoints: tuple[str, ...]
    nodes: tuple[str, ...]
    authority: Authority
    client: Credentials


def talosconfig(current: str, contexts: Mapping[str, TalosAccess]) -> str:
    """The text of a talosconfig as talosctl writes it, `ED25519` header included."""
    document = {
        "context": current,
        "contexts": {name: _context(access) for name, access in contexts.items()},
    }
    return yaml.safe_dump(document, sort_keys=False)


def _context(access: TalosAccess) -> dict[str, object]:
    key = access.client.key.replace(b" PRIVATE KEY-----", b" ED25519 PRIVATE KEY-----")
    return {
        "endpoints": list(access.endpoints),
        "nodes": list(access.nodes),
        "ca": base64.b64encode(access.authority.pem).decode(),
        "crt": base64.b64encode(access.client.certificate).decode(),
        "key": base64.b64encode(key).decode(),
    }


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
