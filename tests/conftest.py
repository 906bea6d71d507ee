"""Options and fixtures that more than one folder of tests uses."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-screenshots",
        action="store_true",
        help="draw screenshots/*.svg anew instead of comparing with them",
    )
