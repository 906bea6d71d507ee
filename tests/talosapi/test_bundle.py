from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talosapi.bundle import LARGEST_FRAME, MARK, Bundler, unbundled

DATA, HEADERS = 0, 1
END_STREAM, PADDED = 1, 8


def message(body: bytes, *, is_compressed: bool = False) -> bytes:
    return struct.pack(">BI", is_compressed, len(body)) + body


def frame(
    payload: bytes, *, stream: int = 1, kind: int = DATA, flags: int = 0
) -> bytes:
    size = len(payload)
    return (
        struct.pack(">BHBBI", size >> 16, size & 0xFFFF, kind, flags, stream) + payload
    )


Frame = tuple[int, int, int, bytes]


def frames(raw: bytes) -> Iterator[Frame]:
    """(kind, flags, stream, payload) of each."""
    while raw:
        high, low, kind, flags, stream = struct.unpack_from(">BHBBI", raw)
        size = (high << 16) + low
        yield kind, flags, stream, raw[9 : 9 + size]
        raw = raw[9 + size :]


def messages(raw: bytes, stream: int = 1) -> list[bytes]:
    """What gRPC would find in the DATA frames of a stream."""
    parts = []
    for kind, flags, of, payload in frames(raw):
        if (kind, of) == (DATA, stream):
            padding = payload[0] if flags & PADDED else -1
            parts.append(
                payload[1 : len(payload) - padding] if padding >= 0 else payload
            )
    rest = b"".join(parts)
    found = []
    while rest:
        (size,) = struct.unpack_from(">xI", rest)
        found.append(rest[5 : 5 + size])
        rest = rest[5 + size :]
    return found


def flow(raw: bytes, stream: int = 1) -> int:
    """Bytes that count against the windows of a stream."""
    return sum(
        len(payload)
        for kind, _, of, payload in frames(raw)
        if (kind, of) == (DATA, stream)
    )


def test_lines_that_come_together_reach_grpc_as_one_message() -> None:
    lines = [b"\x12\x01a", b"\x12\x02bc", b"\x12\x01d"]
    raw = b"".join(frame(message(line)) for line in lines)

    (bundle,) = messages(Bundler().feed(raw))

    assert unbundled(bundle) == lines


def test_a_bundle_counts_as_much_as_what_it_stands_for() -> None:
    """Else the server and gRPC would disagree on how much may still be sent."""
    for number in range(1, 200):
        raw = frame(message(b"x" * 40)) * number
        assert flow(Bundler().feed(raw)) == flow(raw)


def test_a_message_alone_passes_as_it_is() -> None:
    raw = frame(message(b"\x12\x01a"))
    assert Bundler().feed(raw) == raw


def test_a_bundle_larger_than_a_frame_is_several_frames() -> None:
    lines = [bytes([18, 100]) + bytes(100)] * 1000
    raw = b"".join(frame(message(line)) for line in lines)

    passed = Bundler().feed(raw)

    assert max(len(payload) for *_, payload in frames(passed)) <= LARGEST_FRAME
    (bundle,) = messages(passed)
    assert unbundled(bundle) == lines


@pytest.mark.parametrize(
    "odd",
    [
        message(b"z", is_compressed=True),
        message(b"z" * 70_000)[:16_000],
        message(b"z")[:3],
        message(b"z" * 0xFFFF),
    ],
    ids=["compressed", "begun", "a cut head", "long"],
)
def test_what_is_no_short_whole_plain_message_passes_as_it_is(odd: bytes) -> None:
    raw = frame(odd) * 2
    assert Bundler().feed(raw) == raw


def test_the_end_of_a_stream_passes_after_what_came_before() -> None:
    lines = frame(message(b"a")) * 2
    end = frame(b"\x88", kind=HEADERS, flags=END_STREAM)

    passed = list(frames(Bundler().feed(lines + end)))

    assert [kind for kind, *_ in passed] == [DATA, HEADERS]


def test_streams_that_take_turns_are_bundled_each_for_itself() -> None:
    raw = b"".join(
        frame(message(bytes([18, 1, letter])), stream=stream)
        for letter, stream in zip(b"abcdef", (1, 1, 3, 1, 3, 3), strict=True)
    )
    bundler = Bundler()
    passed = bundler.feed(raw)

    for stream, text in ((1, b"abd"), (3, b"cef")):
        (bundle,) = messages(passed, stream)
        found = unbundled(bundle)
        assert found == [bytes([18, 1, letter]) for letter in text]
    assert bundler.streams == {1, 3}


def test_a_message_in_two_frames_keeps_those_behind_it_apart() -> None:
    """Its second frame looks like messages, and is none."""
    inner = message(b"\x12\x01a") * 4
    whole = message(inner)
    raw = frame(whole[:5]) + frame(whole[5:]) + frame(message(b"\x12\x01b"))

    assert messages(Bundler().feed(raw)) == [inner, b"\x12\x01b"]


def test_padding_is_no_part_of_a_message() -> None:
    half = message(b"\x12\x04abcd")
    padded = frame(bytes([3]) + half[:6] + bytes(3), flags=PADDED)
    raw = padded + frame(half[6:]) + frame(message(b"\x12\x01e")) * 2

    first, bundle = messages(Bundler().feed(raw))

    assert first == half[5:]
    assert unbundled(bundle) == [b"\x12\x01e"] * 2


@pytest.mark.parametrize("raw", [MARK + b"\x00\x05ab", MARK + b"\x00", MARK])
def test_what_only_looks_like_a_bundle_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="cut short"):
        unbundled(raw)


BODIES = st.lists(
    st.tuples(st.sampled_from([1, 3, 5]), st.binary(max_size=60)), max_size=40
)


@given(BODIES, st.data())
def test_however_it_is_cut_everything_comes_through_in_order(
    bodies: Sequence[tuple[int, bytes]], data: st.DataObject
) -> None:
    """Frames are cut within messages too, and pieces within frames."""
    sent: dict[int, list[bytes]] = {}
    raw = b""
    for stream, body in bodies:
        body = b"\x12" + body  # noqa: PLW2901 - as protobuf has it: it begins with a tag
        sent.setdefault(stream, []).append(body)
        whole = message(body)
        cut = data.draw(st.integers(0, len(whole)))
        raw += frame(whole[:cut], stream=stream) + frame(whole[cut:], stream=stream)
        raw += frame(b"ping", kind=6) * data.draw(st.integers(0, 1))
    bundler = Bundler()
    passed = b""
    rest = raw
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        passed += bundler.feed(rest[:size])
        rest = rest[size:]
    for stream, wanted in sent.items():
        assert flow(passed, stream) == flow(raw, stream)
        found = [
            one for bundle in messages(passed, stream) for one in unbundled(bundle)
        ]
        assert found == wanted
