from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from talosapi.certificate import read_certificate
from talosapi.config import load_config
from talosapi.tls import client_context
from tui.lab.certificates import (
    Authority,
    TalosAccess,
    make_authority,
    talosconfig,
)

NOW = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority(NOW)


def usages(certificate: x509.Certificate) -> list[x509.ObjectIdentifier]:
    extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    return list(extension.value)


def test_authority_is_shaped_as_talos_makes_it(authority: Authority) -> None:
    certificate = x509.load_pem_x509_certificate(authority.pem)

    assert isinstance(certificate.public_key(), Ed25519PublicKey)
    organizations = certificate.subject.get_attributes_for_oid(
        NameOID.ORGANIZATION_NAME
    )
    assert [one.value for one in organizations] == ["talos"]
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value.ca


def test_server_certificate_names_addresses_and_hosts(authority: Authority) -> None:
    pem = authority.server(["127.0.0.1", "talos-cp-1"]).certificate
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)

    assert isinstance(certificate.public_key(), Ed25519PublicKey)
    assert [str(one) for one in names.value.get_values_for_type(x509.IPAddress)] == [
        "127.0.0.1"
    ]
    assert names.value.get_values_for_type(x509.DNSName) == ["talos-cp-1"]
    assert usages(certificate) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_client_certificate_has_one_use_and_its_roles(authority: Authority) -> None:
    pem = authority.client(["os:reader", "os:etcd:backup"]).certificate

    assert usages(x509.load_pem_x509_certificate(pem)) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert read_certificate(pem).roles == ("os:reader", "os:etcd:backup")


@pytest.mark.parametrize(
    ("later", "warning"),
    [
        (timedelta(days=1), ""),
        (timedelta(days=350), "the client certificate expires on 2027-02-27"),
        (timedelta(days=366), "the client certificate expired on 2027-02-27"),
        (timedelta(days=-1), "the client certificate is valid only from 2026-02-27"),
    ],
)
def test_expiry_is_a_warning(
    authority: Authority, later: timedelta, warning: str
) -> None:
    certificate = read_certificate(authority.client(["os:reader"]).certificate)

    assert certificate.warning(NOW + later) == warning


def test_talosconfig_is_written_with_talos_own_key_header(
    authority: Authority, tmp_path: Path
) -> None:
    access = TalosAccess(
        ("127.0.0.1:50000",),
        ("10.10.0.40",),
        authority,
        authority.client(["os:reader"]),
    )
    path = tmp_path / "talosconfig"
    path.write_text(talosconfig("prod", {"prod": access, "monit": access}))

    config = load_config(path)
    context = config.context()

    assert list(config.contexts) == ["prod", "monit"]
    assert context.nodes == ("10.10.0.40",)
    assert b"ED25519" not in context.key.reveal()
    assert client_context(context).get_ca_certs()[0]["subject"] == (
        (("organizationName", "talos"),),
    )
