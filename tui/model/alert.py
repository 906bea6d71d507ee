"""Alerts as Alertmanager lists them, and the judgement that we put on one."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from tui.model.labels import Labels
from tui.model.silence import SilenceNote

WATCHDOG = "Watchdog"
"""The alert that always fires: the sign of life of the alerting path."""


Rank: TypeAlias = tuple[int, bool, int, float, str]


class AlertState(Enum):
    """Alertmanager's states, and PENDING from the rules of the evaluating server."""

    ACTIVE = "active"
    SUPPRESSED = "suppressed"
    UNPROCESSED = "unprocessed"
    PENDING = "pending"


class Alert(Struct, frozen=True, gc=False):
    """One firing alert."""

    fingerprint: str
    labels: Labels
    annotations: Labels
    state: AlertState
    starts_at: datetime
    ends_at: datetime | None
    """When it expires unless sent again: it is not an end."""
    updated_at: datetime | None
    """When it was last sent; old means that the sender has gone quiet. Of hundreds of
    alerts it may be behind by a minute at most."""
    silenced_by: tuple[str, ...] = ()
    """Ids of silences."""
    inhibited_by: tuple[str, ...] = ()
    """Fingerprints of alerts."""
    receivers: tuple[str, ...] = ()
    generator_url: str = ""
    lacking: tuple[str, ...] = ()
    """URLs of peers that do not list it, or keep it quiet where another notifies."""

    @property
    def name(self) -> str:
        """The `alertname` label."""
        return self.labels.get("alertname", "")

    @property
    def severity(self) -> str:
        """The `severity` label, empty when there is none."""
        return self.labels.get("severity", "")


class Verdict(Enum):
    """What we say of an alert. The order is the order of attention."""

    REAL = "real"
    UNDECIDED = "undecided"
    FALSE_POSITIVE = "false-positive"
    BY_DESIGN = "by-design"

    # Python 3.11 hashes the name, and in Python: a pass asks for thousands.
    __hash__ = object.__hash__


class Evidence(Struct, frozen=True, gc=False):
    """One claim for or against, and where it comes from, so that it can be repeated."""

    claim: str
    supports: Verdict
    """UNDECIDED when the question could not be answered."""
    source: str
    """Who said so: `kubernetes prod`, `inventory`, …"""
    query: str = ""
    """What was asked, in a form that a person can run again."""
    value: str = ""
    observed_at: datetime | None = None


class Judgement(Struct, frozen=True, gc=False):
    """The verdict on one alert, with everything it rests on."""

    verdict: Verdict
    reason: str
    """One line, for the row."""
    evidence: tuple[Evidence, ...] = ()
    rule: str = ""
    """Id of the triage rule, empty when none covers the alert."""
    runbook: str = ""
    """Markdown of our own wording, shown beside the alert."""
    fixes: tuple[str, ...] = ()
    """Proposed fixes, best first, each ready to be copied."""
    would_change: str = ""
    """What would turn this verdict."""
    expression: str = ""
    """What the alert itself asks, PromQL or LogQL; empty when nobody tells."""
    needless_job: str = ""
    """Of a false positive: the job that need not be scraped, so that the ServiceMonitor
    which makes it may go."""


class Surprise(Enum):
    """Why nobody can be supposed to know of a real alert that is kept quiet."""

    TURNED = "turned"
    """It was false, or by design, when it was silenced or inhibited."""
    SAID_FALSE = "said-false"
    """The silence says that it is false."""
    LONG = "long"
    """The silence is older than the trouble and made for more than a day."""


class Concealed(Struct, frozen=True, gc=False):
    """A real alert that is kept quiet without anybody knowing that it is real."""

    surprise: Surprise
    since: datetime
    """Real and quiet since then; at the latest, if `after` is given."""
    after: datetime | None = None
    """Nobody was looking between this and `since`."""
    silences: tuple[SilenceNote, ...] = ()
    """All that cover it, the one that ends last first; none when it is inhibited."""
    inhibited_by: tuple[str, ...] = ()
    """Names of alerts; none when a silence covers it."""


class JudgedAlert(Struct, frozen=True, gc=False):
    """An alert, the cluster it belongs to, and what we say of it."""

    alert: Alert
    judgement: Judgement
    cluster: str = ""
    """Empty when it belongs to no configured cluster."""
    endpoint: str = ""
    """The Alertmanager that lists it: a URL without secrets."""
    is_waiting: bool = False
    """Undecided only because what its rule asks was not answered even once."""
    concerns: tuple[str, ...] = ()
    """Clusters whose answers it takes to judge it; its own alone when empty."""
    concealed: Concealed | None = None
    """Set when it is real, kept quiet, and news to everybody."""
    turned_at: datetime | None = None
    """When it turned real, if it fired before that and was false or by design."""

    @property
    def verdict(self) -> Verdict:
        """Short for `judgement.verdict`."""
        return self.judgement.verdict

    @property
    def matters_since(self) -> datetime:
        """When it became what a person should look at."""
        return self.turned_at or self.alert.starts_at

    @property
    def is_silenced(self) -> bool:
        """Whether a silence (not an inhibition) covers it."""
        return bool(self.alert.silenced_by)


_VERDICTS = list(Verdict)
_SEVERITIES = ("critical", "error", "warning", "info")


def rank(judged: JudgedAlert) -> Rank:
    """Worst verdict first; of one verdict what nobody silenced, which still waits for a
    person; then severity, then what matters since the shortest time.
    """
    alert = judged.alert
    known = alert.severity in _SEVERITIES
    severity = _SEVERITIES.index(alert.severity) if known else len(_SEVERITIES)
    verdict = _VERDICTS.index(judged.verdict)
    newest = -judged.matters_since.timestamp()
    return verdict, judged.is_silenced, severity, newest, alert.fingerprint
