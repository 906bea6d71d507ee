from __future__ import annotations

from datetime import UTC, datetime

import pytest

from talosapi.advice import ADVICE, IS_NO_APID, ErrorKind, advise
from talosapi.certificate import ClientCertificate

READER = ClientCertificate(
    roles=("os:reader",),
    not_before=datetime(2026, 1, 1, tzinfo=UTC),
    not_after=datetime(2026, 2, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("kind", "message", "call", "words"),
    [
        (ErrorKind.FORBIDDEN, "not authorized", "ServiceStop", "role os:operator"),
        (ErrorKind.FORBIDDEN, "not authorized", "Version", "role os:reader"),
        (ErrorKind.FORBIDDEN, "not authorized", "Get MachineConfigs", "os:admin"),
        (ErrorKind.FORBIDDEN, "not authorized", "Version", "this one has os:reader"),
        (ErrorKind.FORBIDDEN, "no request forwarding", "Version", "is a worker"),
        (ErrorKind.FORBIDDEN, f"{IS_NO_APID}403", "Version", "A proxy or a sign-in"),
        (ErrorKind.AUTH, f"{IS_NO_APID}401", "Version", "A proxy or a sign-in"),
        (ErrorKind.AUTH, "who are you?", "Version", "from 2026-01-01 00:00"),
        (ErrorKind.RATE_LIMITED, "slowly", "Version", "asks us to slow down"),
        (
            ErrorKind.TLS,
            "TLS: sslv3 alert certificate expired",
            "Version",
            "from 2026-01-01 00:00 to 2026-02-01 00:00 UTC",
        ),
        (ErrorKind.TLS, "TLS: tlsv1 alert unknown ca", "Version", "did not sign"),
        (ErrorKind.TLS, "TLS: sslv3 alert bad certificate", "Version", "refuses"),
        (
            ErrorKind.TLS,
            "its certificate is not to be trusted: certificate has expired",
            "Version",
            "this machine's clock may be ahead",
        ),
        (
            ErrorKind.TLS,
            "its certificate is not to be trusted: certificate is not yet valid",
            "Version",
            "begins in the future",
        ),
        (
            ErrorKind.TLS,
            "its certificate is not to be trusted: unable to get local issuer "
            "certificate",
            "Version",
            "The `ca` of this context",
        ),
        (
            ErrorKind.TLS,
            "its certificate is not to be trusted: IP address mismatch",
            "Version",
            "machine.certSANs",
        ),
        (
            ErrorKind.UNSUPPORTED,
            "unknown method CPUFreqStats",
            "CPUFreqStats",
            "Talos 1.9 and later have it",
        ),
        (
            ErrorKind.UNSUPPORTED,
            "member list is only available on control plane nodes",
            "EtcdMemberList",
            "Ask a control plane node",
        ),
        (
            ErrorKind.NOT_FOUND,
            "machine type is not set, cannot use etcd API",
            "EtcdStatus",
            "ask again",
        ),
    ],
)
def test_advice_fits_the_cause(
    kind: ErrorKind, message: str, call: str, words: str
) -> None:
    assert words in advise(kind, message, call, READER)


@pytest.mark.parametrize("kind", list(ErrorKind))
@pytest.mark.parametrize("certificate", [None, READER])
def test_every_kind_has_a_whole_sentence(
    kind: ErrorKind, certificate: ClientCertificate | None
) -> None:
    advice = advise(kind, "something new", "Version", certificate)

    assert advice.endswith(".")
    assert "{" not in advice


def test_each_kind_has_its_advice() -> None:
    assert set(ADVICE) == set(ErrorKind)
