"""How the target answers a GET of its scrape URL, without any credentials."""

from __future__ import annotations

from tui.model.examination import Ask
from tui.model.fault import Fault, FaultKind
from tui.model.probe import HttpProbe, HttpStatus
from tui.model.scrape_error import ScrapeFault
from tui.triage.examination.case import (
    ExamCase,
    ExamRule,
    Result,
    failed,
    passed,
    saw,
    unclear,
)
from tui.triage.examination.reach import has_url, http_ask, tcp_ask

_NO_PATH = {ScrapeFault.REFUSED, ScrapeFault.TIMEOUT, ScrapeFault.NO_ROUTE}


def _read(case: ExamCase) -> Result:
    ask = http_ask(case)[0]
    fault = case.fault(ask)
    if fault is not None:
        return saw(_silent(case, fault), fault.detail)
    status: HttpStatus = case.value(ask)
    return saw(_answered(case, status), *_told(ask, status))


def _silent(case: ExamCase, fault: Fault) -> Result:
    if any(case.fault(ask) for ask in tcp_ask(case)):
        return unclear("there is no connection to ask over")
    if fault.kind is FaultKind.TLS:
        return unclear(f"TLS comes first: {fault.summary}")
    if fault.kind is FaultKind.TIMEOUT:
        return failed(
            f"it takes the connection, then {fault.summary}",
            "The process hangs or has too much to do: look at its load and its log.",
            "It takes connections and gives no answer: the process hangs or is "
            "overloaded.",
        )
    return failed(
        fault.summary,
        "What listens there is no web server, or it dies while it answers.",
        f"What listens there {fault.summary}: is it the right port?",
    )


def _answered(case: ExamCase, found: HttpStatus) -> Result:
    status = found.status
    if status in {401, 403}:
        return _wants_credentials(case, status)
    if 200 <= status < 300:
        return _well(case, found)
    if 300 <= status < 400:
        where = found.location or "elsewhere"
        return failed(
            f"HTTP {status}: redirects to {where}",
            "A sign-in page, or another path: Prometheus follows redirects, but finds "
            "no metrics behind a sign-in page.",
            f"It redirects to {where} instead of giving metrics: correct the path or "
            "the credentials.",
        )
    if status == 400 and "HTTPS" in found.first_line:
        return failed(
            "HTTP 400: it expects https",
            "Set its scheme to https in the scrape config.",
            "It is scraped over http and expects https: correct the scheme.",
        )
    if status >= 500:
        return failed(
            f"HTTP {status}: it fails by itself",
            "It is reached and cannot answer, or a proxy before it cannot: look at its "
            "log.",
            f"It is reached and fails by itself (HTTP {status}): look at its log.",
        )
    return failed(
        f"HTTP {status}: not on this path",
        "It answers, but has no metrics there: look at metrics_path of the scrape "
        "config.",
        f"It answers, but not on this path (HTTP {status}): correct metrics_path.",
    )


def _wants_credentials(case: ExamCase, status: int) -> Result:
    words = f"HTTP {status}: it answers and wants credentials"
    error = case.error
    if error is not None and error.kind in _NO_PATH:
        return passed(words, "As it should be: none were sent.")
    if error is not None and error.kind is ScrapeFault.TLS:
        return passed(words, "None were sent. The certificate comes first.")
    where = "the password or the token in the scrape config"
    return passed(
        words,
        f"None were sent, so this is as it should be; Prometheus sends some: look at "
        f"{where}, and whether they have expired.",
        f"The host answers and asks for credentials: look at {where}.",
    )


def _well(case: ExamCase, found: HttpStatus) -> Result:
    if found.is_metrics:
        words = f"HTTP {found.status}: it answers with metrics"
        error = case.error
        if error is None or error.kind in _NO_PATH:
            return passed(words)
        return passed(
            words,
            f"Prometheus says {error.words}. {error.advice}".rstrip(),
            f"From here it answers with metrics, while Prometheus says {error.words}: "
            "compare the scrape config with what was asked here.",
        )
    what = "a page for people" if found.is_html else "something else"
    return failed(
        f"HTTP {found.status}: {what}, not metrics",
        "A sign-in page, a wrong port or a wrong path.",
        f"Something else answers there: {what}, not metrics; correct port or path.",
    )


def _told(ask: Ask, found: HttpStatus) -> tuple[str, ...]:
    lines = [f"HTTP {found.status}, {found.content_type or 'no content type'}"]
    if found.challenge:
        lines.append(f"WWW-Authenticate: {found.challenge}")
    if found.first_line:
        lines.append(f"first line: {found.first_line}")
    if isinstance(ask.what, HttpProbe) and ask.what.left_out:
        names = ", ".join(ask.what.left_out)
        lines.append(f"not sent, since they may be secrets: {names}")
    return tuple(lines)


HTTP = ExamRule(
    "http",
    "an answer to a GET, without credentials",
    http_ask,
    _read,
    has_url,
    is_from_here=True,
)
