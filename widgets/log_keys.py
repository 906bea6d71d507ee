"""The keys of a log. Those that less or lnav have do the same there."""

from __future__ import annotations

from textual.binding import Binding

from widgets.keys import hidden

_FOLLOW = "Follow the newest line, or stay here"
_LEVEL = "All lines, warnings and errors, or errors alone"
_FILTER = "Show only lines that match; behind ! those that do not"
_COPY = "Copy the marked lines, or this one"

BINDINGS = (
    Binding("f", "toggle_follow", "Follow", id="log.follow", tooltip=_FOLLOW),
    Binding("e", "error(1)", "Next error", id="log.error", tooltip="To the next error"),
    Binding(
        "ampersand",
        "filter",
        "Filter",
        key_display="&",
        id="log.filter",
        tooltip=_FILTER,
    ),
    Binding("v", "level", "Level", id="log.level", tooltip=_LEVEL),
    hidden("E", "error(-1)", "Error before", "log.error_before", "To the error before"),
    hidden("n", "match(1)", "Next match", "log.next", "Go to the next match"),
    hidden("N", "match(-1)", "Match before", "log.previous", "Go a match back"),
    hidden("plus", "around(1)", "More around", "log.more", "More lines around matches"),
    hidden("minus", "around(-1)", "Less around", "log.less", "Fewer lines around them"),
    hidden("w", "wrap", "Wrap", "log.wrap", "Break long lines, or cut them"),
    hidden("u", "times", "Times", "log.times", "Times of day, exact, ago, since boot"),
    hidden("i", "fields", "Fields", "log.fields", "What else is known of each line"),
    hidden("space", "mark", "Mark", "log.mark", "Mark this line, or no longer"),
    hidden("apostrophe", "marked(1)", "Next mark", "log.mark_next", "To the next mark"),
    hidden(
        "quotation_mark",
        "marked(-1)",
        "Mark before",
        "log.mark_before",
        "To the mark before",
    ),
    hidden("M", "unmark_lines", "Unmark", "log.unmark", "Take all marks away"),
    hidden("y", "copy", "Copy", "log.copy", _COPY),
    hidden("s", "save", "Save", "log.save", "Save what is shown to a file"),
    hidden("j,down", "scroll_lines(1)", "Down", "log.down", "Scroll a line down"),
    hidden("k,up", "scroll_lines(-1)", "Up", "log.up", "Scroll a line up"),
    hidden("h,left", "sideways(-1)", "Left", "log.left", "Move to the left"),
    hidden("l,right", "sideways(1)", "Right", "log.right", "Move to the right"),
    hidden("g,home", "oldest", "Oldest", "log.oldest", "Go to the oldest line"),
    hidden("G,end", "newest", "Newest", "log.newest", "Follow the newest line"),
    hidden("pagedown,ctrl+f", "page(1)", "Page down", "log.page_down", "A page down"),
    hidden("pageup,b,ctrl+b", "page(-1)", "Page up", "log.page_up", "A page up"),
)
