"""Kernel logs of one cluster, or of several in one stream, as they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from heapq import merge
from itertools import islice, repeat
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.model.fleet import Cluster, Fleet
from tui.model.kernel import kind_of
from tui.model.log import Entry, Gap, LogFinding
from tui.model.unix import to_ns
from tui.present import log_bars, log_lines, logs, stream
from tui.present.glyphs import Marks
from tui.present.when import Stretch
from tui.screens import log_counts
from tui.screens.latest import run_latest
from tui.screens.line import LineScreen
from tui.screens.log_past import PAST_KEYS, SHIFT, PastPane
from tui.screens.log_scope import LogAccess, Scope
from widgets.histogram import Histogram
from widgets.text import cells_of, first_fitting
from widgets.values import LogLine, Span

_EDGES = 10
"""Cells of a title that are frame and gaps."""
_TITLE = 20
"""Cells that the title needs at least."""
_BARS_SECONDS = 1
"""So often the bars of what is live are drawn."""
_SIDES = 40
"""Cells beside the bars, about."""
_AROUND = timedelta(minutes=1)
"""So much is read before and behind a line of the past."""
_SLICE = 250
"""Entries read in one go, so that keys are never kept waiting."""


class LogPane(PastPane):
    """The stream, its classes of errors as chips, and whether it follows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "line", "Line", id="logs.line", tooltip="Read a line in full"),
        *PAST_KEYS,
        Binding("c", "class", "Class", id="logs.class", tooltip="Only one class"),
    ]

    def __init__(
        self, scope: Scope, access: LogAccess, marks: Marks, fleet: Fleet | None
    ) -> None:
        """Make a pane; `fleet` is what was shown last, for the names of nodes."""
        super().__init__(marks, access.archive, access.clock, access.kept)
        self._scope = scope
        self._access = access
        self._starts_at_error = bool(scope.node or scope.kind)
        self._short = stream.short_names(scope.names)
        self._node_names: dict[str, dict[str, str]] = {}
        self._fleet = fleet
        self._late: list[log_lines.Sourced] = []
        self._known_news: Counter[str] = Counter()
        """How many messages to come, by cluster, tell of what was read already."""
        self._sought: LogFinding | None = None
        """Where to stand as soon as its last line is read."""
        self._tally = log_bars.Tally()
        self._counted: log_bars.Steps | None = None
        """What Loki was asked to count last."""
        self._bars = Histogram(glyphs=marks.glyphs)
        self._learn_names()

    def compose(self) -> ComposeResult:
        yield self._bars
        yield self.log_view

    def on_mount(self) -> None:
        if self._stretch is None:
            self.refill()
        self.set_interval(_BARS_SECONDS, self._draw_bars)

    def on_resize(self) -> None:
        """Title and bars take the room that there is, without waiting for a beat."""
        self.show_status()
        self._draw_bars()

    @property
    def names(self) -> tuple[str, ...]:
        return self._scope.names

    @property
    def only(self) -> str:
        return self._scope.only

    @property
    def is_open(self) -> bool:
        """False once it is being taken away, or the app is being closed."""
        return self.is_attached and self.app.is_running

    def show(self, fleet: Fleet) -> None:
        """Take note of what nodes are called."""
        self._fleet = fleet
        if self.log_view.following and self._learn_names():
            self.refill()
        elif not self._scope.node and self._learn_names():
            # Who reads in an old place stays there.
            self._teller.rename(self._node_names)
            self.log_view.retell()
        self.show_status()

    def _learn_names(self) -> bool:
        """Whether a node is called otherwise than it was."""
        if self._fleet is None:
            return False
        known = {
            each.name: logs.node_names(each)
            for each in self._fleet.clusters
            if each.name in self.names
        }
        is_outdated = known != self._node_names
        self._node_names = known
        return is_outdated

    def add_entries(self, cluster: str, entries: tuple[Entry, ...]) -> None:
        """Take in new entries of a cluster."""
        self._arrive(cluster, entries)

    def add_gaps(self, cluster: str, gaps: tuple[Gap, ...]) -> None:
        """Say what of a cluster's log is lost."""
        self._arrive(cluster, [logs.gap_line(gap) for gap in gaps])

    def _arrive(self, cluster: str, news: Sequence[Entry | LogLine]) -> None:
        """Show it, or keep it until all that was there before is shown."""
        if self._known_news[cluster] > 0:
            self._known_news[cluster] -= 1
        elif cluster in self.names and self._stretch is None:
            told = list(zip(repeat(cluster), news))
            if self._is_filling:
                self._late += told
            else:
                self._append(told)

    def take_after(self, other: LogPane) -> None:
        """Be as another pane is: the same time, class, filter and search."""
        self._scope = replace(self._scope, kind=other._scope.kind)
        self.log_view.take_after(other.log_view)
        if other.stretch is not None:
            self.go_to(other.stretch)

    def action_class(self) -> None:
        """Show only the next class of errors, after the last one all again."""
        kinds = ["", *(kind for kind, _, _ in self._found_classes())]
        taken = self._scope.kind
        place = kinds.index(taken) if taken in kinds else -1
        self.show_class(kinds[(place + 1) % len(kinds)])

    def show_class(self, kind: str) -> None:
        """Show only one class; empty shows all lines."""
        self._scope = replace(self._scope, kind=kind)
        if self._stretch is None:
            self.refill()
        else:
            self.go_to(self._stretch)

    def action_line(self) -> None:
        """Read the line that one stands on in full."""
        log = self.log_view
        line = log.current_line
        if line is None:
            return
        log.stand()

        def step(direction: int) -> LogLine | None:
            log.step(direction)
            return log.current_line

        self.app.push_screen(LineScreen(line, step, self.marks))

    def stand_at(self, found: LogFinding) -> None:
        """Stand on the last line of a finding: here, live, or else in the past."""
        if not self._is_filling and self._stand_on(found):
            return
        is_whole = not self._scope.node and self._scope.kind in {"", found.kind}
        if not is_whole:
            self._scope = replace(self._scope, node="", kind="")
        if is_whole and self._stretch is None and not self._is_filling:
            self._go_around(found)
            return
        if not (is_whole and self._is_filling):
            self.refill()
        self._sought = found

    def _stand_on(self, found: LogFinding) -> bool:
        """Stand on the last line of a finding, if this log has it."""
        log = self.log_view
        number = log_lines.last_of(found, log.ring, self._teller)
        if number is not None:
            log.stand_on(number)
        return number is not None

    def _go_around(self, found: LogFinding) -> None:
        """Look for the last line of a finding in the past."""
        until = found.last + _AROUND
        if until < self._clock.now():
            self.go_to(Stretch(found.last - _AROUND, until))
        else:  # without an end only the first page is read: it begins with the line
            self.go_to(Stretch(found.last))
        self._sought = found

    def _seek_past(self, stretch: Stretch) -> None:
        """Stand on the line that is sought, or say that Loki has it no more."""
        pages, found = self._newer, self._sought
        if found is None or pages is None or pages.trouble:
            return
        is_over = stretch.until is None or pages.is_over
        if self._stand_on(found):
            self._sought = None
        elif is_over:
            self._sought = None
            words = "Loki has that line no more; this is the time that it came at."
            self.notify(words, severity="warning", timeout=4, markup=False)

    def _found_classes(self) -> tuple[tuple[str, int, bool], ...]:
        if self._fleet is None:
            return ()
        found = logs.fleet_findings(self._fleet, self.names)
        return logs.class_counts(logs.counted(found))

    def _begin(self) -> None:
        self.log_view.clear()
        self._teller = self._new_teller()
        self.log_view.use(self._teller)
        self._older = self._newer = self._stretch = None
        self._is_filling, self._late = False, []
        self._sought = None
        self._tally, self._counted = log_bars.Tally(), None
        self._bars.show(log_bars.COUNTING)

    def refill(self) -> None:
        self._begin()
        self._is_filling = True
        self.show_status()
        run_latest(self, "fill", self._fill)

    async def _fill(self) -> None:
        """Read what is kept in slices, then what came meanwhile."""
        known = merge(*map(self._known, self.names), key=_at)
        # What came until here was read with it; and so was what is under way.
        self._late = []
        self._known_news = Counter({n: self._access.under_way(n) for n in self.names})
        while part := list(islice(known, _SLICE)):
            self._append(part)
            await self._clock.sleep(0)
            if not self.is_open:
                return
        self._append(self._late)
        self._is_filling, self._late = False, []
        self.post_message(self.Filled())
        # Half of it may be on the screen, at the end that this had.
        self.log_view.hurry()
        self._draw_bars()
        if self._starts_at_error and self.log_view.line_count:
            self._starts_at_error = False
            self.log_view.seek_first_error()
        found, self._sought = self._sought, None
        if found is not None and not self._stand_on(found):
            self._go_around(found)

    def _known(self, name: str) -> Iterator[log_lines.Sourced]:
        """What is kept of a cluster as of now, also when it is gone through later."""
        return zip(repeat(name), self._access.read(name))

    def _append(self, told: Iterable[log_lines.Sourced]) -> None:
        found = self._wanted(told)
        self._tally.add(found)
        self.log_view.merge(self._teller.held(found))

    def _past_read(self, found: list[log_lines.Sourced]) -> None:
        """Count what came: here when it ends now, else Loki does."""
        if self._stretch is None:
            self._tally.add(found)
            self._draw_bars()
            return
        self._seek_past(self._stretch)
        first, end = self._reach(self._stretch)
        # What was asked for is counted at once, however little of it was read yet.
        until = self._stretch.until or self._stretch.since + SHIFT
        end = min(max(end, to_ns(until)), to_ns(self._clock.now()))
        steps = log_bars.Steps.over(first, end, self._bar_cells)
        if steps != self._counted:
            self._counted = steps
            run_latest(self, "counts", self._count, steps)

    async def _count(self, steps: log_bars.Steps) -> None:
        """Let Loki count; it cannot tell the nodes as we do."""
        note = "of all nodes" if self._scope.node else ""
        kind = self._scope.kind
        bars = await log_counts.count(self._archive, self.names, kind, steps, note)
        if self._counted == steps and self.is_open:
            self._bars.show(bars)

    def _draw_bars(self) -> None:
        """Show how many of the entries that are kept came when, until now."""
        if self._stretch is not None or self._is_filling:
            return
        log = self.log_view
        now = self._clock.now()
        late = stream.late(self._of, now, self.marks)
        bars = log_bars.nothing(late)
        first = log.teller.at_ns(log.ring[log.ring.first]) if log.line_count else 0
        if first and self._tally.every:
            end = max(to_ns(now), first)
            bars = self._tally.bars(first, end, self._bar_cells, late)
        self._bars.show(bars)
        self.show_status()

    @property
    def _bar_cells(self) -> int:
        width = self._bars.size.width
        return max(1, width // 2, width - _SIDES)

    def _wanted(self, told: Iterable[log_lines.Sourced]) -> list[log_lines.Sourced]:
        """Those of the node and the class that are shown; notes always."""
        found = list(told)
        node, kind = self._scope.node, self._scope.kind
        if node:
            found = [each for each in found if self._is_of_node(*each)]
        if kind:
            found = [each for each in found if _is_of(each[1], kind)]
        return found

    def _is_of_node(self, cluster: str, item: Entry | LogLine) -> bool:
        if isinstance(item, LogLine):
            return True
        return self._origin(cluster, item) == self._scope.node

    def _origin(self, cluster: str, entry: Entry) -> str:
        return logs.origin(entry, self._node_names.get(cluster, {}))

    def _new_teller(self) -> log_lines.MergedTeller:
        is_merged = len(self.names) > 1
        return log_lines.MergedTeller(
            {
                name: log_lines.EntryTeller(
                    self.marks,
                    self._node_names.get(name, {}),
                    self._short[name] if is_merged else "",
                )
                for name in self.names
            }
        )

    def on_log_canvas_status_changed(self) -> None:
        self.show_status()

    def trouble(self) -> logs.ClassCounts:
        """How many lines of each class it shows; of the past Loki tells above them."""
        return self._tally.classes() if self._stretch is None else {}

    def not_live(self) -> Span | None:
        """Why what the first of its clusters writes does not come now."""
        now = self._clock.now()
        words = [stream.unknown(each, now, self.marks) for each in self._of]
        return words[0] if words else None

    @property
    def _of(self) -> list[Cluster]:
        """Its clusters, as far as they are known; of the past Loki tells for itself."""
        if self._fleet is None or self._stretch is not None:
            return []
        return [each for each in self._fleet.clusters if each.name in self.names]

    def show_status(self) -> None:
        """Say what is shown, how many errors it has, and whether it follows."""
        if not self.is_open:
            return
        scope, now = self._scope, self._clock.now()
        only = [scope.kind] if scope.kind else []
        note = stream.note(self._of, now, self.marks)
        if self._stretch is None:
            self.log_view.empty = stream.nothing(self._of, now, self.marks)
        note = (*note, Span("  ")) if note else ()
        room = self.size.width - _TITLE - cells_of(note)
        right = (*note, *self.log_view.words(room))
        room = self.size.width - cells_of(right) - _EDGES
        what, found = scope.node or scope.what, self.trouble()
        titles = stream.titles(what, only, found, self.marks)
        self.show_title(first_fitting(titles, room), right)


def _at(told: log_lines.Sourced) -> int:
    return told[1].at_ns or 0


def _is_of(item: Entry | LogLine, kind: str) -> bool:
    return isinstance(item, LogLine) or kind_of(item.line) == kind
