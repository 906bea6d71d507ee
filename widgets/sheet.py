"""A style sheet that works out the look of a component when it is first asked for.

For each component class of a widget, used or not, Textual 8.2 makes a node of 6 kB and
holds it against the whole sheet, whenever the widget gets its styles. Ours have six to
eleven such classes each, for the tones, and most draw with two or three of them.
"""

from __future__ import annotations

from textual.css.styles import RenderStyles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode


class Components(dict[str, RenderStyles]):
    """The looks of a node's components, by class; one is made when it is asked for."""

    def __init__(self, sheet: Stylesheet, node: DOMNode) -> None:
        super().__init__()
        self._sheet = sheet
        self._node: DOMNode | None = node

    def __contains__(self, name: object) -> bool:
        return self._node is not None and name in self._node._get_component_classes()  # noqa: SLF001 - Textual's, as the whole of this

    def __missing__(self, name: str) -> RenderStyles:
        if self._node is None or name not in self:
            raise KeyError(name)
        component = DOMNode(classes=name)
        component._attach(self._node)  # noqa: SLF001
        self._sheet.apply(component, animate=False)
        return self.setdefault(name, component.styles)

    def clear(self) -> None:
        """Forget all, for good: the widget is gone."""
        super().clear()
        self._node = None


class ThriftyStylesheet(Stylesheet):
    """Textual's, that makes no component before somebody draws with it."""

    def _process_component_classes(self, node: DOMNode) -> None:
        if not node._get_component_classes():  # noqa: SLF001
            return
        before = node._component_styles  # noqa: SLF001
        now = node._component_styles = Components(self, node)  # noqa: SLF001
        # What was never asked for is nowhere on the screen.
        changed = [name for name, look in before.items() if now[name] != look]
        if changed:
            node.refresh()

    def copy(self) -> Stylesheet:
        copied = ThriftyStylesheet(variables=self._variables.copy())
        copied.source = self.source.copy()
        return copied
