"""A ServiceMonitor that may be deleted: what it is, and what follows from its end."""

from __future__ import annotations

import re

from msgspec import Struct

from tui.model.command import Outcome
from tui.model.manifest import Manifest, Manifests
from tui.present.glyphs import Marks
from widgets.values import Line, Span, Tone

_KEY = re.compile(r"(\s*(?:- )*)([^\s:'\"#][^:]*:)( .*)?")
EFFECT = (
    "This ends the scraping, and TargetDown with it. A rule with absent() goes on "
    "firing until it is removed too: the Helm values do both."
)


_MISNAMED = (
    (Span("That is not its name: nothing was deleted.", Tone.WARNING, bold=True),),
)


class Progress(Struct, frozen=True, gc=False):
    """How far the deletion of one has come."""

    is_asking: bool = False
    """The server is asked for something now."""
    tried: Outcome | None = None
    """What came of the dry run."""
    done: Outcome | None = None
    """What came of the deletion."""
    is_misnamed: bool = False
    """What was typed is not its name."""

    @property
    def is_ready(self) -> bool:
        """Whether a name typed now would delete it."""
        is_fine = self.tried is not None and self.tried.fault is None
        return is_fine and self.done is None and not self.is_asking

    @property
    def is_over(self) -> bool:
        """Whether it is deleted, or may be."""
        done = self.done
        return done is not None and (done.fault is None or done.is_unknown)


def title(found: Manifests | None, job: str) -> Line:
    """What is to go, and where."""
    where = f"  {found.cluster}" if found else ""
    return (
        Span("delete the ServiceMonitor of ", Tone.ACCENT),
        Span(job, bold=True),
        Span(where, Tone.QUIET),
    )


def missing_lines(found: Manifests | None, marks: Marks) -> tuple[Line, ...]:
    """Why none is shown."""
    if found is None:
        return ((Span(f"{marks.connecting} reading", Tone.QUIET),),)
    if found.fault is not None:
        fault = found.fault
        return (
            (Span(f"{marks.unsure} {fault.summary}", Tone.WARNING, bold=True),),
            *(((Span(fault.detail),),) if fault.detail else ()),
            (Span(f"{marks.arrow} {fault.advice}", Tone.ACCENT),),
        )
    words = f"no ServiceMonitor of {found.cluster} makes the job {found.job}"
    return (
        (Span(f"{marks.good} {words}: there is nothing to delete.", Tone.GOOD),),
        (Span("An alert that goes on has a rule with absent(): see the Helm values."),),
    )


def lines(
    found: Manifests, chosen: Manifest, progress: Progress, marks: Marks
) -> tuple[Line, ...]:
    """What it is, what follows from its end, and how far one has come."""
    told: list[Line] = [
        (Span(chosen.path, bold=True), Span(f"  {chosen.why}", Tone.QUIET)),
        (Span(EFFECT),),
    ]
    if found.asked_for != found.cluster:
        words = f"The Prometheus of {found.asked_for} lives in {found.cluster}: "
        told.append((Span(f"{words}what makes its jobs is there too."),))
    if chosen.also:
        jobs = ", ".join(chosen.also)
        words = f"{marks.real} It also makes the jobs {jobs}: they end with it."
        told.append((Span(words, Tone.CRITICAL, bold=True),))
    told += [
        (Span(f"{marks.degraded} {each}", Tone.WARNING),) for each in chosen.managers
    ]
    return (*told, (), *_steps(found, chosen, progress, marks))


def _steps(
    found: Manifests, chosen: Manifest, progress: Progress, marks: Marks
) -> tuple[Line, ...]:
    """What was done, and what comes next."""
    if progress.done is not None:
        return _result(progress.done, marks)
    if found.refusal:
        return ((Span(f"{marks.real} {found.refusal}", Tone.WARNING, bold=True),),)
    if progress.is_asking:
        return ((Span(f"{marks.connecting} asking the server", Tone.ACCENT),),)
    if progress.tried is None:
        return (
            (
                Span("D", Tone.ACCENT, bold=True),
                Span(" tries it first: the server says whether it would, and does not"),
            ),
        )
    if progress.tried.fault is not None:
        return _result(progress.tried, marks)
    return (
        (Span(f"{marks.good} dry run: {progress.tried.said}", Tone.GOOD),),
        (
            Span("It is kept first, then deleted: type ", Tone.TEXT),
            Span(chosen.name, Tone.ACCENT, bold=True),
            Span(" and press enter"),
        ),
        *(_MISNAMED if progress.is_misnamed else ()),
    )


def _result(outcome: Outcome, marks: Marks) -> tuple[Line, ...]:
    warnings = tuple(
        (Span(f"{marks.degraded} {each}", Tone.WARNING),) for each in outcome.warnings
    )
    fault = outcome.fault
    if fault is None:
        words = f"{marks.good} {outcome.said}"
        return ((Span(words, Tone.GOOD, bold=True),), *warnings)
    unknown = "it may or may not be deleted: look before you repeat it. "
    what = unknown if outcome.is_unknown else "nothing was deleted: "
    head = f"{marks.real} {what}{fault.words}"
    return (
        (Span(head, Tone.CRITICAL, bold=True),),
        (Span(f"{marks.arrow} {fault.advice}", Tone.ACCENT),),
        *warnings,
    )


def copied(chosen: Manifest, progress: Progress) -> str:
    """What is worth copying now: the YAML, or how to put it back."""
    done = progress.done
    return f"taloscope undo {done.undo_id}" if done and done.undo_id else chosen.text


def yaml_lines(text: str) -> tuple[Line, ...]:
    """YAML with its keys told from their values."""
    return tuple(_yaml_line(line) for line in text.splitlines())


def _yaml_line(text: str) -> Line:
    hit = _KEY.fullmatch(text)
    if hit is None:
        return (Span(text),)
    return Span(hit[1]), Span(hit[2], Tone.QUIET), Span(hit[3] or "")
