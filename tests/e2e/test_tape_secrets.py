"""A record is shown to others: no credential of the estate may be in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.e2e.labs import RunningLab, running_lab
from tests.tape.raw import all_bytes
from tests.tape.write_kept import record
from tui.cli.taped import place
from tui.clock import SystemClock
from tui.config import load

PASSWORD, TOKEN, OTHER = "hunter2-of-basic", "token-of-a-bearer", "token-from-a-file"
RECORD_SECONDS = 6


def guarded(lab: RunningLab, folder: Path) -> Path:
    """The lab's config with a credential for every server that takes one.

    Loki is one that refuses: what fails tells more of a call than what does not.
    """
    text = Path(lab.environment["TALOSCOPE_CONFIG"]).read_text()
    (folder / "token").write_text(OTHER)
    for url, access in (
        (
            lab.environment["PROMETHEUS_URL"],
            f'username = "me", password = "{PASSWORD}"',
        ),
        (lab.environment["LOKI_URL"], f'bearer_token_file = "{folder}/token"'),
    ):
        text = text.replace(f'url = "{url}"', f'url = "{url}", {access}')
    manager = f'urls = ["{lab.environment["ALERTMANAGER_URL"]}"'
    assert manager in text
    text = text.replace(manager, f'bearer_token = "{TOKEN}", {manager}')
    text = text.replace(lab.environment["LOKI_URL"], "http://127.0.0.1:1")
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def secrets(lab: RunningLab) -> Iterator[bytes]:
    """As they are, and as they are sent or written."""
    yield from (PASSWORD.encode(), TOKEN.encode(), OTHER.encode())
    yield base64.b64encode(f"me:{PASSWORD}".encode())
    kube = yaml.safe_load(Path(lab.environment["KUBECONFIG"]).read_text())
    talos = yaml.safe_load(Path(lab.environment["TALOSCONFIG"]).read_text())
    keys = [each["user"]["client-key-data"] for each in kube["users"]]
    keys += [each["key"] for each in talos["contexts"].values()]
    for key in keys:
        yield key.encode()
        yield from base64.b64decode(key).splitlines()[1:-1]


async def test_no_secret_of_the_estate_is_in_its_record(tmp_path: Path) -> None:
    with running_lab("--at", "4m30s") as lab:
        config = load(guarded(lab, tmp_path))
        await record(config, SystemClock(), tmp_path, RECORD_SECONDS)
        kept = all_bytes(place({"XDG_STATE_HOME": str(tmp_path)}))
        looked_for = list(secrets(lab))
    assert b"KubeProxyDown" in kept, "what is recorded is found"
    assert b"talos-wk-1" in kept
    assert len(looked_for) > 10
    assert min(map(len, looked_for)) > 12
    assert [each for each in looked_for if each in kept] == []
