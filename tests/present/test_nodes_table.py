from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from tests.cut import without_loki
from tests.estate import BTRFS, make_fleet
from tests.judged import NOW
from tests.machines import dead, make_vitals
from tui.model.fleet import Cluster, Fleet, NodeView
from tui.model.reading import Reading
from tui.present.glyphs import UNICODE
from tui.present.nodes_fields import FIELDS
from tui.present.nodes_place import places
from tui.present.nodes_table import ORDERS, Entries, Entry, rows

SECOND = timedelta(seconds=1)


def prod() -> Cluster:
    return make_fleet().clusters[0]


def fleet_of(*nodes: NodeView) -> Fleet:
    """One cluster of these nodes, whose sources do not age."""
    return Fleet((replace(prod(), nodes=nodes, sources=()),), (), ())


def entries(known: Entries, fleet: Fleet, now: datetime = NOW) -> dict[str, Entry]:
    found = known.of(places(fleet, now, UNICODE))
    return {entry.place.node.name: entry for entry in found}


def test_rows_of_nodes_that_did_not_change_are_not_made_again() -> None:
    known, nodes = Entries(), prod().nodes
    before = entries(known, fleet_of(*nodes))
    busy = replace(nodes[1], vitals=Reading(make_vitals(0.93)))
    after = entries(known, fleet_of(nodes[0], busy, *nodes[2:]), NOW + SECOND)

    again = {name for name in before if after[name].row is not before[name].row}
    assert again == {busy.name}
    assert "93%" in [cell.text for cell in after[busy.name].row.cells]


def test_a_row_is_made_again_when_its_uptime_reads_otherwise() -> None:
    known, node = Entries(), prod().nodes[0]
    before = entries(known, fleet_of(node))[node.name]
    later = entries(known, fleet_of(node), NOW + timedelta(minutes=1))[node.name]

    assert later.row is not before.row
    assert later.row == before.row


def test_a_row_of_then_holds_nothing_else_of_then() -> None:
    known, node = Entries(), prod().nodes[0]
    before = entries(known, fleet_of(node))[node.name]
    fleet = fleet_of(node)
    after = entries(known, fleet, NOW + SECOND)[node.name]

    assert after.row is before.row
    assert after.place.cluster is fleet.clusters[0]


def test_the_row_of_a_dead_node_counts_the_seconds() -> None:
    known, node = Entries(), dead(prod().nodes[0])
    before = entries(known, fleet_of(node))[node.name]
    after = entries(known, fleet_of(node), NOW + 3 * SECOND)[node.name]

    assert "next try in 12s" in before.row.details[0][1].text
    assert "next try in 9s" in after.row.details[0][1].text
    assert after.row.cells is before.row.cells, "all but the seconds stands"


def test_a_certificate_that_is_known_now_is_shown_at_once() -> None:
    known, cluster = Entries(), prod()
    bare = replace(cluster, certificates=())
    name = cluster.nodes[0].name
    before = entries(known, Fleet((bare,), (), ()))[name]
    after = entries(known, Fleet((cluster,), (), ()))[name]

    assert before.row.cells[-1].text == ""
    assert after.row.cells[-1].text != ""


def test_the_table_can_be_sorted_by_every_column_but_its_own_order() -> None:
    assert {field.name for field in FIELDS} - set(ORDERS) == {"state"}


def named(fleet: Fleet, order: str) -> list[str]:
    found = entries(Entries(), fleet).values()
    names = {entry.row.key: entry.place.node.name for entry in found}
    return [names[row.key] for row in rows(found, order)]


def test_addresses_are_sorted_by_their_numbers() -> None:
    node = prod().nodes[0]
    spread = [
        replace(node, name=address, address=address)
        for address in ("10.10.0.9", "10.9.0.40", "10.10.0.100")
    ]
    assert named(fleet_of(*spread), "address") == [
        "10.9.0.40",
        "10.10.0.9",
        "10.10.0.100",
    ]


def test_the_oldest_version_comes_first() -> None:
    node = prod().nodes[0]
    talos = node.talos.value
    assert talos
    spread = [
        replace(
            node,
            name=tag,
            address=tag,
            talos=replace(node.talos, value=replace(talos, version=tag)),
        )
        for tag in ("v1.11.2", "v1.9.10", "v1.11.10", "unknown")
    ]
    assert named(fleet_of(*spread), "Talos") == [
        "v1.9.10",
        "v1.11.2",
        "v1.11.10",
        "unknown",
    ]


def test_who_has_most_services_down_comes_first() -> None:
    assert named(make_fleet(), "services")[0] == "talos-wk-2"


def test_a_row_is_made_again_when_one_goes_back_in_time() -> None:
    known, node = Entries(), prod().nodes[0]
    later = entries(known, fleet_of(node), NOW + timedelta(days=40))[node.name]
    before = entries(known, fleet_of(node))[node.name]
    assert before.row == entries(Entries(), fleet_of(node))[node.name].row
    assert before.row != later.row


def kern(entry: Entry) -> str:
    place = next(n for n, field in enumerate(FIELDS) if field.column.title == "kern")
    return entry.row.cells[place].text


def test_errors_that_loki_told_of_a_while_ago_are_not_those_of_now() -> None:
    known, fleet = Entries(), make_fleet()
    before = entries(known, fleet)
    after = entries(known, without_loki(fleet, "prod"))
    assert (kern(before["talos-wk-2"]), kern(before["talos-wk-1"])) == ("6", "0")
    assert (kern(after["talos-wk-2"]), kern(after["talos-wk-1"])) == ("⧗6", "⧗0")


def test_of_nodes_that_are_alike_the_one_with_more_errors_is_first() -> None:
    well = [each for each in prod().nodes if each.name != "talos-wk-2"]
    some = replace(well[0], kernel=(replace(BTRFS, node=well[0].name, count=1),))
    many = replace(well[1], kernel=(replace(BTRFS, node=well[1].name, count=26),))
    shown = rows(entries(Entries(), fleet_of(some, many)).values(), "worst first")
    assert [kern_row.cells[1].text for kern_row in shown] == [many.name, some.name]
