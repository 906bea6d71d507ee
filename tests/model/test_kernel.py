from __future__ import annotations

import json

import pytest

from tests.model.kernel_lines import CALM, TROUBLE
from tui.model.kernel import classify, explained, text_of
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
