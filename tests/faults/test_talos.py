from __future__ import annotations

import pytest

from tests.faults.cells import (  # noqa: F401 - run here
    test_a_fault_is_told_and_the_rest_goes_on,
    test_a_restart_is_survived,
)
from tests.faults.matrix import GRPC
from tui.model.fleet import SourceKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
KIND, FEED, CELLS = SourceKind.TALOS, "services", GRPC
