"""`taloscope silence add`: one silence, after telling what it would hide."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.cli.check import look, make_engine
from tui.cli.check_report import alert_document, plain
from tui.cli.output import cleaned, complain
from tui.cli.silence_common import (
    DONE,
    SCHEMA,
    UNCONFIRMED,
    confirmed,
    fault_of,
    one_chosen,
    outcome_document,
    submitted,
    told_to_the_end,
    usage,
)
from tui.cli.silence_text import draft_lines, preview_lines
from tui.cli.text import page_on
from tui.clock import Clock
from tui.config import Config, SilenceTemplate
from tui.engine.plan import Served
from tui.model.command import Outcome, PutSilence
from tui.model.fault import Fault
from tui.model.silence import Silence, SilenceDraft
from tui.present.units import moment
from tui.silencing.grammar import WordingError, is_text, parse_arguments, refusal
from tui.silencing.preview import Likeness, Preview, preview
from tui.silencing.reach import Reach
from tui.silencing.redraft import ending
from tui.silencing.span import parse_duration, parse_end
from tui.state.audit import audit_log
from tui.state.place import login

_USUAL = "1h"
"""amtool's own."""


class Plan(Struct, frozen=True):
    """What is to be made, and what it would do."""

    served: Served
    draft: SilenceDraft
    preview: Preview
    now: datetime
    old: Silence | None
    """The one that is extended."""
    fault: Fault | None
    """Why it is not known what fires: then nobody can tell what it hides."""


def run(
    asked: Namespace, config: Config, environ: Mapping[str, str], clock: Clock
) -> int:
    """Tell what it would hide, ask where that is real, and make it.

    raise   WordingError
    """
    served = one_chosen(config, asked)
    draft = _draft(asked, config, environ, clock)
    if why := refusal(draft.matchers):
        return usage(why)
    if not (draft.comment or asked.extend):
        return usage("say why: --comment")
    engine = make_engine(config, clock, audit_log(environ))
    fleet = asyncio.run(look(engine, asked.timeout))
    reach = Reach.of(fleet, served.names[0])
    found = preview(reach, draft.matchers)
    equal = _equal(found)
    old = equal if equal and (asked.extend or _may_extend(asked, equal)) else None
    if old is not None:
        draft = _extended(old, draft)
        found = preview(reach, draft.matchers, editing=old.id)
    if not draft.comment:
        return usage("there is none to extend, so say why: --comment")
    plan = Plan(served, draft, found, clock.now(), old, fault_of(fleet, served))
    if asked.output == "text":
        print("\n".join(_lines(plan, environ)))
    if asked.dry_run:
        return _end(asked, plan, None, DONE)
    if not asked.yes_hide_real and not _may_hide(plan):
        return _end(asked, plan, None, UNCONFIRMED)
    outcome = submitted(engine, PutSilence(served.names[0], draft, old))
    return _end(asked, plan, outcome, told_to_the_end(outcome))


def _draft(
    asked: Namespace, config: Config, environ: Mapping[str, str], clock: Clock
) -> SilenceDraft:
    now = clock.now()
    template = _template(asked.template, config)
    if asked.duration:
        ends_at = now + parse_duration(asked.duration)
    else:
        wanted = asked.until or template.duration or _USUAL
        try:
            ends_at = parse_end(wanted, now, clock.zone)
        except WordingError as error:
            if wanted != template.duration:
                raise
            raise WordingError(f"the template {template.name}: {error}") from error
    if ends_at <= now:
        raise WordingError("that is already over")
    author = asked.author.strip() or config.silences.author or login(environ)
    comment = asked.comment.strip() or template.comment
    for name, text in (("author", author), ("comment", comment)):
        if not is_text(text):
            raise WordingError(f"the {name} is not UTF-8")
    matchers = (*template.matchers, *parse_arguments(asked.matchers))
    return SilenceDraft(matchers, now, ends_at, author, comment)


def _template(name: str, config: Config) -> SilenceTemplate:
    if not name:
        return SilenceTemplate("", (), "")
    known = {each.name: each for each in config.silences.templates}
    if name not in known:
        told = ", ".join(known) or "none"
        raise WordingError(f"{name} is no template of the config; known are {told}")
    return known[name]


def _equal(found: Preview) -> Silence | None:
    """The silence that has the very same matchers."""
    return next(
        (r.silence for r in found.relations if r.likeness is Likeness.EQUAL), None
    )


def _may_extend(asked: Namespace, equal: Silence) -> bool:
    """Ask whether that one should last longer instead."""
    ends = moment(equal.ends_at)
    told = cleaned(f"{equal.id} by {equal.created_by} is the same, until {ends} UTC.")
    return not asked.dry_run and confirmed(f"{told} Let it last longer instead?")


def _extended(equal: Silence, draft: SilenceDraft) -> SilenceDraft:
    """The silence that there is, until the later of both ends."""
    longer = ending(equal, max(equal.ends_at, draft.ends_at))
    return replace(longer, comment=draft.comment or equal.comment)


def _may_hide(plan: Plan) -> bool:
    """Whether somebody has agreed, where something real is, or may be, hidden."""
    what = "it may hide what is real"
    if plan.preview.real:
        question = "Hide what is REAL? Nobody will be told of it."
    elif plan.preview.proof:
        question = "Hide what shows that alerts arrive? A dead man's switch will call."
        what = "it hides what shows that alerts arrive"
    elif plan.fault is not None:
        question = "What fires now is not known. Silence it all the same?"
    else:
        return True
    if confirmed(question):
        return True
    complain(f"not made: {what}; --yes-hide-real agrees to that")
    return False


def _lines(plan: Plan, environ: Mapping[str, str]) -> Iterator[str]:
    page = page_on(sys.stdout, environ)
    yield "extends a silence" if plan.draft.id else "a new silence"
    yield from draft_lines(plan.draft, plan.now, page)
    if plan.fault is not None:
        words = f"what fires now is not known: {plan.fault.summary}"
        yield from page.entry("red", "BLIND", words)
    yield from preview_lines(plan.preview, plan.now, page)


def _end(asked: Namespace, plan: Plan, outcome: Outcome | None, code: int) -> int:
    """Say what became of it, in the way that was asked for."""
    if asked.output == "json":
        print(json.dumps(_document(asked, plan, outcome, code), indent=2))
    elif outcome is not None and outcome.fault is None:
        print(cleaned(outcome.silence_id))
    return code


def _document(
    asked: Namespace, plan: Plan, outcome: Outcome | None, code: int
) -> Mapping[str, Any]:
    return {
        "schema": SCHEMA,
        "exit_code": code,
        "dry_run": asked.dry_run,
        "alertmanager": plan.served.endpoint.urls[0],
        "silence": plain(plan.draft),
        "preview": _preview(plan.preview),
        "blind": plain(plan.fault),
        "outcome": outcome and outcome_document(outcome),
    }


def _preview(found: Preview) -> Mapping[str, Any]:
    return {
        "firing": [alert_document(each) for each in found.firing],
        "already": [alert_document(each) for each in found.already],
        "real": [each.alert.fingerprint for each in found.real],
        "proof": [each.alert.fingerprint for each in found.proof],
        "pending": [
            {"labels": plain(each.labels), "certainty": each.certainty.value}
            for each in found.pending
        ],
        "rules": [
            {
                "name": each.rule.name,
                "group": each.rule.group,
                "certainty": each.certainty.value,
            }
            for each in found.rules
        ],
        "silences": [
            {"id": each.silence.id, "likeness": each.likeness.value}
            for each in found.relations
        ],
        "warnings": [each.value for each in found.warned],
    }
