from __future__ import annotations

import json

import pytest

from tests.bench.kernel import mixed
from tests.model.kernel_lines import CALM, TROUBLE
from tui.model import kernel
from tui.model.kernel import KernelSign, classify, explained, signs, text_of
from tui.model.kernel_catalogue import CATALOGUE

# The forms in which Talos hands a line over.
FORMS = {
    "bare": "{}",
    "kernel clock": "[  455.401330] {}",
    "dmesg": "kern:     err: [2026-08-21T10:22:36.7Z]: {}\n",
    "dmesg with fields": "kern:  notice: [2026-08-21T10:22:35Z]: {}\n SUBSYSTEM=scsi\n "
    "DEVICE=+scsi:2:0:0:1\n",
}


@pytest.mark.parametrize(("line", "wanted"), TROUBLE)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("is_json", [False, True], ids=["text", "json"])
def test_trouble_is_known_in_every_form_in_which_it_comes(
    line: str, wanted: tuple[str, str, str], form: str, is_json: bool
) -> None:
    text = form.replace("{}", line)
    shipped = json.dumps({"clock": 1, "msg": text, "talos-level": "info"})
    sign = classify(shipped if is_json else text)
    assert sign is not None
    assert (sign.kind, sign.severity, sign.device) == wanted


@pytest.mark.parametrize("line", CALM)
def test_recoveries_and_look_alikes_are_everyday_lines(line: str) -> None:
    assert classify(line) is None
    assert classify(json.dumps({"msg": line})) is None


def test_every_class_of_the_catalogue_is_met_by_a_real_line() -> None:
    met = {sign.meaning for line, _ in TROUBLE if (sign := classify(line))}
    assert met == {each.meaning for each in CATALOGUE}


def test_meanings_tell_the_classes_apart() -> None:
    assert len({each.meaning for each in CATALOGUE}) == len(CATALOGUE)


def test_errors_stand_before_warnings() -> None:
    severities = [each.severity for each in CATALOGUE]
    assert severities == sorted(severities)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            " connection1:0: detected conn error (1020)",
            "1020: the other end closed the TCP connection",
        ),
        (
            "iscsid: Kernel reported iSCSI connection 1:0 error (1011 - "
            "ISCSI_ERR_CONN_FAILED: iSCSI connection failed) state (3)",
            "1011: the connection failed",
        ),
        (" connection1:0: detected conn error (1999)", ""),
        ("BTRFS error (device sdb): 1020", ""),
    ],
)
def test_a_connection_error_is_said_in_words(line: str, words: str) -> None:
    assert explained(line) == words


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("  plain \n", "plain"),
        ('{"msg":"a \\u003cb\\u003e\\n","seq":1}', "a <b>"),
        ('{"msg":"half \\ud800a pair"}', "half a pair"),
        ('{"seq":1}', '{"seq":1}'),
        ("{broken", "{broken"),
        (
            "sd 2:0:0:1: offline\n SUBSYSTEM=scsi\n DEVICE=+scsi:2:0:0:1\n",
            "sd 2:0:0:1: offline",
        ),
        ("\x1b[31mred\x1b[0m \x07bell", "red bell"),
        ("one\ntwo\tthree", "one two three"),
        ("", ""),
    ],
)
def test_the_text_of_a_line_is_what_a_person_reads(line: str, text: str) -> None:
    assert text_of(line) == text


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("is_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_many_lines_at_once_are_understood_as_each_by_itself(
    *, form: str, is_json: bool, is_ascii: bool
) -> None:
    texts = [form.replace("{}", line) for line, _ in TROUBLE]
    lines = [each for text in texts for each in (text, *CALM[:3])]
    if is_json:
        lines = [json.dumps({"msg": each}, ensure_ascii=is_ascii) for each in lines]
    assert list(signs(lines)) == understood(lines)
    assert list(signs(lines * 2)) == understood(lines * 2)


@pytest.mark.parametrize("line", [line for line, _ in TROUBLE])
def test_trouble_is_found_among_many_everyday_lines(line: str) -> None:
    calm = [f"everyday line {number}" for number in range(100)]
    lines = [*calm, line, *calm]
    assert [place for place, _ in signs(lines)] == [100]


ODD = ("\x0b", "\x1c", "\x1f", "\x85", "\xa0", "é", "٣", "\ud800", "\\")


@pytest.mark.parametrize("odd", ODD)
def test_odd_letters_hide_no_line_among_many(odd: str) -> None:
    lines = [
        edited
        for line, _ in TROUBLE
        for edited in (
            line.replace(" ", odd, 1),
            f"{line}{odd}",
            line.replace("sdb", f"sd{odd}b"),
        )
    ]
    assert list(signs(lines)) == understood(lines)


def test_only_lines_that_may_be_trouble_are_looked_at_one_by_one() -> None:
    calm = [line for line in mixed(20_000) if classify(line) is None]
    assert len(kernel._sieve().places(calm)) < len(calm) / 20


def understood(lines: list[str]) -> list[tuple[int, KernelSign]]:
    """What each line is by itself."""
    found = ((place, classify(line)) for place, line in enumerate(lines))
    return [(place, sign) for place, sign in found if sign is not None]
