"""`python -m tui.triage [review|kernel]` writes docs/triage.md, docs/review.md or
docs/kernel-errors.md to standard output.
"""

from __future__ import annotations

import sys

from tui.triage import document, kernel_document, review_document

PAGES = {"review": review_document, "kernel": kernel_document}
page = PAGES.get(sys.argv[1], document) if sys.argv[1:] else document
sys.stdout.write(page.document())
