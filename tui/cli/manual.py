"""`taloscope completion` and `taloscope man`: made of the parsers, as they are."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.cli.arguments import Parser

_CODE = re.compile(r"^  (\d+) +(.*)$", re.MULTILINE)
"""A line about an exit code, in the help of the program."""
_VARIABLES = {
    "TALOSCOPE_CONFIG": "the config, where --config names none",
    "TALOSCOPE_LOG": "a file for what libraries write while the dashboard is open",
    "TALOSCOPE_TOKEN": "for serve: what viewers must show, as --token",
    "XDG_CONFIG_HOME": "where taloscope/config.toml is looked for (~/.config)",
    "XDG_STATE_HOME": "where taloscope keeps history and record (~/.local/state)",
    "KUBECONFIG, TALOSCONFIG": "as for kubectl and talosctl",
    "LC_ALL, LC_CTYPE, LANG": "where the first that is set names no UTF-8, "
    "everything is drawn and printed in ASCII",
    "NO_COLOR": "set to anything: no colours",
    "TERM": "what the terminal can; linux, its console, is drawn in ASCII",
}


class Option(Struct, frozen=True):
    """One option, or one word that must be given."""

    flags: tuple[str, ...]
    """None for a word without a dash."""
    value: str
    """What it takes; empty when it takes nothing."""
    choices: tuple[str, ...]
    help: str
    path: str
    """Which option of `compgen` lists what it takes: f for files, d for folders."""


class Page(Struct, frozen=True):
    """One verb, and what may stand behind it."""

    name: str
    """With the program's: `taloscope silence add`."""
    help: str
    options: tuple[Option, ...]
    verbs: tuple[Page, ...]
    more: str
    """What its help tells at the end, as it is laid out there."""

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that may come next."""
        flags = (flag for option in self.options for flag in option.flags)
        fixed = (w for o in self.options if not o.flags for w in o.choices)
        names = (verb.name.split()[-1] for verb in self.verbs)
        return tuple(sorted({*flags, *fixed, *names}))

    def walk(self) -> Iterator[Page]:
        """This and all below."""
        yield self
        for verb in self.verbs:
            yield from verb.walk()


def run(verb: str, arguments: Sequence[str], program: argparse.ArgumentParser) -> int:
    """Print what was asked for; `program` is the parser of the whole command line."""
    parser = Parser(prog=f"taloscope {verb}")
    if verb == "completion":
        parser.add_argument("shell", choices=tuple(_SHELLS))
    asked = parser.parse_args(arguments)
    page = read(program)
    if verb == "completion":
        print(_SHELLS[asked.shell](page))
    else:
        print(man(page))
    return 0


def read(program: argparse.ArgumentParser) -> Page:
    """All verbs, those too that read their own options."""
    page = _page("taloscope", program, program.description or "")
    verbs = []
    for verb in page.verbs:
        own = _own(verb.name.split()[-1])
        verbs.append(_page(verb.name, own, verb.help) if own else verb)
    return replace(page, verbs=tuple(verbs))


def _own(verb: str) -> argparse.ArgumentParser | None:
    """The parser of a verb that keeps its own."""
    match verb:
        case (
            "doctor"
            | "init"
            | "mark"
            | "replay"
            | "report"
            | "serve"
            | "silence"
            | "undo"
        ):
            found: argparse.ArgumentParser = import_module(
                f"tui.cli.{verb}"
            ).options_parser(None)
        case "pipeline":
            found = import_module("tui.cli.pipeline").options_parser()
        case "demo" | "lab":
            from tui.cli import lab  # noqa: PLC0415 - it serves an estate

            found = lab.options_parser(verb)
        case "completion":
            found = Parser()
            found.add_argument("shell", choices=tuple(_SHELLS))
        case _:
            return None
    return found


def _page(name: str, parser: argparse.ArgumentParser, text: str) -> Page:
    options, verbs = [], []
    for action in parser._actions:  # noqa: SLF001 - argparse tells it nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            helps = {each.dest: each.help for each in action._choices_actions}  # noqa: SLF001
            verbs += [
                _page(f"{name} {verb}", sub, helps.get(verb) or "")
                for verb, sub in action.choices.items()
            ]
        elif action.help != argparse.SUPPRESS:
            options.append(_option(action))
    return Page(name, text, tuple(options), tuple(verbs), parser.epilog or "")


_FOLDERS = {"DIR", "FOLDER"}


def _option(action: argparse.Action) -> Option:
    choices = tuple(str(each) for each in action.choices or ())
    shown = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    value = "" if action.nargs == 0 else shown
    words = (action.help or "").replace("%(default)s", str(action.default))
    listed = "d" if shown in _FOLDERS else "f"
    path = listed if action.type is Path else ""
    return Option(tuple(action.option_strings), value, choices, words, path)


def bash(page: Page) -> str:
    """A function for `complete -F`."""
    cases = "\n".join(
        f'    "{each.name}") words="{" ".join(each.words)}" paths={_paths_of(each)} ;;'
        for each in page.walk()
    )
    values = "\n".join(
        f"    {_flags(each, o)}) {_value(o)} ;;"
        for each in page.walk()
        for o in each.options
        if o.flags and o.value
    )
    return f"""\
# taloscope completion bash > /etc/bash_completion.d/taloscope
_taloscope() {{
  local word path=taloscope words="" paths="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=${{COMP_WORDS[at]}}
    case "$path $word" in
{_verbs(page, "      ")}
    esac
  done
  case "$path" in
{cases}
  esac
  case "$path ${{COMP_WORDS[COMP_CWORD - 1]}}" in
{values}
  esac
  word=${{COMP_WORDS[COMP_CWORD]}}
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ -z "$paths" ] || COMPREPLY+=($(compgen "$paths" -- "$word"))
}}
complete -F _taloscope taloscope"""


def _verbs(page: Page, margin: str) -> str:
    below = [each.name for each in page.walk()][1:]
    return "\n".join(f'{margin}"{name}") path="{name}" ;;' for name in below)


def _flags(page: Page, option: Option) -> str:
    """What stands before its value, as a pattern of `case`."""
    return "|".join(f'"{page.name} {flag}"' for flag in option.flags)


def _value(option: Option) -> str:
    """What is offered instead of words; nothing where nobody knows it."""
    paths = f"-{option.path}" if option.path else ""
    return f'words="{" ".join(option.choices)}" paths={paths}'


def _paths_of(page: Page) -> str:
    """What may stand there beside the words."""
    found = [each.path for each in page.options if each.path and not each.flags]
    return f"-{found[0]}" if found else ""


def zsh(page: Page) -> str:
    """The function of bash: zsh can run it."""
    return (
        f"#compdef taloscope\nautoload -U +X bashcompinit && bashcompinit\n{bash(page)}"
    )


def fish(page: Page) -> str:
    """One line for each word."""
    lines = ["complete -c taloscope -f"]
    for each in page.walk():
        _, *verbs = each.name.split()
        seen = " ".join(f"__fish_seen_subcommand_from {verb};and" for verb in verbs)
        when = seen.removesuffix(";and") or "__fish_use_subcommand"
        head = f"complete -c taloscope -n '{when}'"
        for verb in each.verbs:
            name = verb.name.split()[-1]
            lines.append(f"{head} -a {name} -d {_quoted(verb.help)}")
        for option in each.options:
            for flag in option.flags:
                kind = "-l" if flag.startswith("--") else "-s"
                needs = _NEEDS[option.path] if option.value else ""
                some = f" -a '{' '.join(option.choices)}'" if option.choices else ""
                told = _quoted(option.help)
                lines.append(f"{head} {kind} {flag.lstrip('-')}{needs}{some} -d {told}")
            if not option.flags and option.choices:
                lines.append(f"{head} -a '{' '.join(option.choices)}'")
    return "\n".join(lines)


_NEEDS = {"": " -r", "f": " -rF", "d": " -ra '(__fish_complete_directories)'"}
"""How fish is told of a value."""


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "").replace("'", "") + "'"


def man(page: Page) -> str:
    """A manual page in man(7)'s macros."""
    lines = [
        ".TH TALOSCOPE 1",
        ".SH NAME",
        f"taloscope \\- {_roff(page.help)}",
        ".SH SYNOPSIS",
        ".B taloscope\n[OPTION...] [VERB [OPTION...]]",
    ]
    for each in page.walk():
        title = "OPTIONS" if each is page else each.name.upper()
        lines += [f'.SH "{title}"', _roff(each.help)]
        for option in each.options:
            flags = ", ".join(option.flags) or option.value
            value = option.value if option.flags else ""
            lines += [".TP", f".B {_roff(f'{flags} {value}'.strip())}"]
            some = f" One of {', '.join(option.choices)}." if option.choices else ""
            lines.append(_roff(option.help + some) or "\\&")
        if each is not page and each.more:
            lines += [".PP", ".nf", *map(_verbatim, each.more.splitlines()), ".fi"]
    lines += ['.SH "EXIT STATUS"', *_listed(_CODE.findall(page.more))]
    lines += [".SH ENVIRONMENT", *_listed(_VARIABLES.items())]
    lines += [".SH FILES", "~/.config/taloscope/config.toml", ".SH SEE ALSO"]
    return "\n".join([*lines, "talosctl(1), kubectl(1), amtool(1)"])


def _listed(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names, each with what it means."""
    for name, told in pairs:
        yield from (".TP", f".B {_roff(name)}", _roff(told))


def _verbatim(line: str) -> str:
    """A line as it is laid out."""
    margin = line[: len(line) - len(line.lstrip())]
    return f"\\&{margin}{_roff(line)}" if line.strip() else ""


def _roff(text: str) -> str:
    """Text in which nothing is a command of roff."""
    flat = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{flat}" if flat[:1] in {".", "'"} else flat


_SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
