from __future__ import annotations

from msgspec.structs import replace

from tests.judged import NOW, btrfs_alert
from tests.silencing.test_preview import make_rule, make_ruler
from tui.model.alert import Alert
from tui.model.labels import Labels
from tui.model.metric import Rule, RuleAlert, Ruler
from tui.model.silence import Matcher
from tui.silencing.external import with_external
from tui.silencing.preview import Certainty, preview
from tui.silencing.reach import Reach


def firing(**labels: str) -> Rule:
    known = {"alertname": "A", **labels}
    return make_rule("A", (RuleAlert(known, {}, "firing", NOW, "1"),))


def sent(**labels: str) -> Alert:
    known: Labels = {"alertname": "A", **labels}
    return replace(btrfs_alert().alert, labels=known)


def test_what_an_alert_has_gained_on_its_way_is_external() -> None:
    found = with_external(make_ruler(firing(job="x")), [sent(job="x", cluster="prod")])
    assert found.external == {"cluster": "prod"}


def test_a_label_that_every_alert_has_by_itself_may_be_external_too() -> None:
    ruler = make_ruler(firing(cluster="prod", job="x"))
    found = with_external(ruler, [sent(cluster="prod", job="x")])
    assert found.external == {}
    assert found.unsure == {"cluster", "job"}


def test_an_alert_that_could_be_one_of_several_tells_nothing() -> None:
    two = [sent(cluster="prod"), sent(cluster="monit")]
    assert with_external(make_ruler(firing()), two).external is None


def test_a_label_that_is_added_with_several_values_is_unsure() -> None:
    ruler = make_ruler(firing(job="x"), firing(job="y"))
    found = with_external(ruler, [sent(job="x", dc="1"), sent(job="y", dc="2")])
    assert found.external == {}
    assert "dc" in found.unsure


def test_a_pending_alert_is_certain_only_of_labels_that_are_told() -> None:
    waiting = RuleAlert({"alertname": "B"}, {}, "pending", NOW, "1")
    ruler = Ruler("p", (), (make_rule("B", (waiting,)),), {}, frozenset({"cluster"}))
    reach = Reach((), (), (ruler,))
    (found,) = preview(reach, (Matcher("cluster", "prod"),)).pending
    assert found.certainty is Certainty.POSSIBLE
    assert preview(reach, (Matcher("job", "x"),)).pending == ()
