"""Which contexts of a kubeconfig lead to one API server."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import yaml

from tui.model.contexts import by_server
from tui.sources.contexts import kube_contexts

URL = "https://10.0.0.1:6443"
CA = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
INLINE = {"certificate-authority-data": b64encode(CA.encode()).decode()}


def written(folder: Path, **clusters: dict[str, str]) -> Path:
    """A kubeconfig with a context of the same name for each cluster, and a CA."""
    folder.mkdir(exist_ok=True)
    (folder / "ca.crt").write_text(CA.replace("x", folder.name))
    document = {
        "clusters": [
            {"name": name, "cluster": {"server": URL, **told}}
            for name, told in clusters.items()
        ],
        "contexts": [{"name": n, "context": {"cluster": n}} for n in clusters],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return path


async def together(path: Path) -> list[list[str]]:
    found = by_server(await kube_contexts(path))
    return [[each.name for each in one] for one in found]


async def test_two_sites_may_have_the_same_addresses(tmp_path: Path) -> None:
    path = written(
        tmp_path / "x",
        plain={},
        site={"proxy-url": "http://one:8080"},
        other_site={"proxy-url": "http://two:8080"},
        named={"tls-server-name": "api.one"},
        trusted=INLINE,
    )
    assert await together(path) == [
        ["plain"],
        ["site"],
        ["other_site"],
        ["named"],
        ["trusted"],
    ]


async def test_a_ca_is_the_same_in_a_file_and_in_the_kubeconfig(tmp_path: Path) -> None:
    path = written(
        tmp_path / "x", inline=INLINE, file={"certificate-authority": "ca.crt"}
    )
    assert await together(path) == [["inline", "file"]]


async def test_a_ca_is_looked_for_beside_its_own_kubeconfig(tmp_path: Path) -> None:
    one = written(tmp_path / "one", a={"certificate-authority": "ca.crt"})
    two = written(tmp_path / "two", b={"certificate-authority": "ca.crt"})
    assert await together(Path(f"{one}:{two}")) == [["a"], ["b"]]


async def test_a_ca_that_cannot_be_read_hides_no_context(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        gone={"certificate-authority": "gone.crt"},
        garbled={"certificate-authority-data": "!"},
    )
    assert await together(path) == [["gone"], ["garbled"]]
