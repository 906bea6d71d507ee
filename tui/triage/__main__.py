"""`python -m tui.triage` writes docs/triage.md to standard output."""

from __future__ import annotations

import sys

from tui.triage.document import document

sys.stdout.write(document())
