"""A proxy or a load balancer stands before apid, and there is no apid behind it.

What talosctl's own users meet: a page of HTML in place of gRPC, a port that takes
connections and ends them, one that holds them and says nothing.
"""

from __future__ import annotations

import pytest

from tests.faults.cells import (  # noqa: F401 - run here
    test_a_fault_is_told_and_the_rest_goes_on,
)
from tests.faults.matrix import Cell
from tui.model.fault import FaultKind as Kind
from tui.model.fleet import SourceKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
KIND, FEED = SourceKind.TALOS, "services"
CELLS = (
    Cell("502", (Kind.UNREACHABLE,), ("it is no apid: it answers HTTP 502",)),
    Cell("502-h1", (Kind.UNREACHABLE,), ("it is no apid: it answers HTTP 502",)),
    Cell("slam", (Kind.UNREACHABLE,), ("ends it before TLS",)),
    Cell("shut", (Kind.UNREACHABLE,), ("ends it before TLS",)),
    Cell("mute", (Kind.UNREACHABLE,), ("no answer within", "no connection within")),
    Cell("hold", (Kind.TIMEOUT,), ("no answer within",)),
)
