"""The estate with one alert that turned real under the silence of a colleague."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.judged import NOW, ago, false_proxy
from tui.model.alert import Concealed, Evidence, JudgedAlert, Surprise, Verdict
from tui.model.fleet import Fleet
from tui.model.silence import SilenceNote

REASON = "Cilium agent on talos-wk-1 is not ready (CrashLoopBackOff)"
COMMENT = "False positive: Cilium replaces kube-proxy"
AGENTS = "kubectl -n kube-system get pods -l k8s-app=cilium -o wide"


def turned(
    surprise: Surprise = Surprise.TURNED,
    *,
    since: datetime | None = None,
    after: datetime | None = None,
    inhibited_by: tuple[str, ...] = (),
) -> JudgedAlert:
    """KubeProxyDown of prod, real since twelve seconds ago."""
    calm = false_proxy("prod", 4, () if inhibited_by else ("s1",))
    piece = Evidence(
        REASON, Verdict.REAL, "kubernetes prod", AGENTS, "", ago(seconds=3)
    )
    judgement = replace(
        calm.judgement, verdict=Verdict.REAL, reason=REASON, evidence=(piece,)
    )
    silence = make_silence()
    note = SilenceNote(
        "s1", "ops", COMMENT, silence.starts_at, NOW + timedelta(hours=3), ago(hours=1)
    )
    found = Concealed(
        surprise,
        since or ago(seconds=12),
        after,
        () if inhibited_by else (note,),
        inhibited_by,
    )
    return replace(calm, judgement=judgement, concealed=found)


def hidden_fleet(*alerts: JudgedAlert) -> Fleet:
    """The estate with these alerts first in prod."""
    fleet = make_fleet()
    prod, *others = fleet.clusters
    rest = tuple(
        each for each in prod.alerts or () if each.alert.name != "KubeProxyDown"
    )
    mine = replace(prod, alerts=(*(alerts or (turned(),)), *rest))
    return replace(fleet, clusters=(mine, *others))
