"""`python -m tui.triage [review]` writes docs/triage.md, or docs/review.md, to
standard output.
"""

from __future__ import annotations

import sys

from tui.triage import document, review_document

page = review_document if sys.argv[1:] == ["review"] else document
sys.stdout.write(page.document())
