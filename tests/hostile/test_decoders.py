"""Whatever a server answers, a source gives a value or says what is wrong with it."""

from __future__ import annotations

import pkgutil
from datetime import timedelta
from importlib import import_module
from time import process_time

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile import shapes
from tests.hostile.decoders import ELSEWHERE, READERS, Reader, samples
from tests.hostile.texts import PARTS
from tui import sources
from tui.model.fault import Fault, FaultKind
from tui.sources.base import SourceError
from tui.sources.http_fault import Answer, refusal

MOST_SECONDS = 2.0
"""Of CPU, for one answer: a machine under load is no reason to fail."""
LARGE = 1_000_000

each = pytest.mark.parametrize("reader", READERS, ids=lambda one: one.name)
fuzzed = settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


async def survived(reader: Reader, content: bytes) -> object:
    """The value, or the fault of which the program is told; nothing else may come."""
    began = process_time()
    try:
        found = await reader.read(content)
    except SourceError as error:
        found = error.fault
        assert found.kind is not FaultKind.BUG
    assert process_time() - began < MOST_SECONDS
    return found


@each
@fuzzed
@given(data=st.data())
async def test_harm_in_every_field_is_read_or_refused(
    reader: Reader, data: st.DataObject
) -> None:
    whole = reader.answers()
    await survived(reader, shapes.written(data.draw(whole)))


@each
@fuzzed
@given(data=st.data())
async def test_one_part_of_another_shape_is_read_or_refused(
    reader: Reader, data: st.DataObject
) -> None:
    whole = shapes.bent(reader.answers())
    await survived(reader, shapes.written(data.draw(whole)))


@each
@fuzzed
@given(data=st.data())
async def test_a_damaged_answer_is_read_or_refused(
    reader: Reader, data: st.DataObject
) -> None:
    whole = reader.answers().map(shapes.written)
    known = samples(reader)
    content = data.draw(st.sampled_from(known) if known else whole)
    await survived(reader, data.draw(shapes.damaged(content)))


@each
@pytest.mark.parametrize("opening", [b"[", b'{"data":', b'{"items":[', b'[{"a":'])
async def test_an_answer_that_never_stops_opening_is_refused(
    reader: Reader, opening: bytes
) -> None:
    found = await survived(reader, opening * 200_000)
    assert isinstance(found, Fault) or reader.name == "prometheus runtime"


def texts_of(value: object) -> int:
    """How many texts a value of JSON has, names too."""
    if isinstance(value, dict):
        return sum(map(texts_of, value.values()))
    if isinstance(value, list):
        return sum(map(texts_of, value))
    return int(isinstance(value, str))


def lengthened(value: object, number: int) -> tuple[object, int]:
    """The same with the text of that number a megabyte long."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        made = []
        for key, below in pairs:
            found, number = lengthened(below, number)
            made.append((key, found))
        return (dict(made) if isinstance(value, dict) else [v for _, v in made]), number
    if isinstance(value, str):
        return (value + "9" * LARGE if number == 0 else value), number - 1
    return value, number


@pytest.mark.parametrize(
    ("reader", "content"),
    [
        pytest.param(reader, content, id=f"{reader.name} {file}")
        for reader in READERS
        for file, content in zip(reader.recordings, samples(reader), strict=True)
        if file.endswith(".json")
    ],
)
async def test_a_megabyte_in_any_field_is_read_or_refused_soon(
    reader: Reader, content: bytes
) -> None:
    whole = msgspec.json.decode(content)
    count = texts_of(whole)
    for number in range(0, count, max(1, count // 25)):
        long, _ = lengthened(whole, number)
        await survived(reader, msgspec.json.encode(long))


_HEADERS = st.dictionaries(
    st.sampled_from(("content-type", "retry-after", "date", "location", "x")),
    shapes.harmful()
    | st.sampled_from(("http://[", "//[::1", "Mon, 01 Jan 2024 00:00:00 +9999999"))
    | st.sampled_from(("Mon, 99 Foo 99999 99:99:99 -0000", "(", "\x00", "9" * 5_000)),
)


@settings(max_examples=500, deadline=timedelta(seconds=5))
@given(
    status=st.integers(100, 999).filter(lambda code: not 200 <= code < 300),
    headers=_HEADERS,
    said=st.binary(max_size=40)
    | shapes.junk().map(shapes.written)
    | st.sampled_from(PARTS).map(lambda part: part.encode(errors="surrogatepass")),
)
def test_any_refusal_becomes_a_fault_on_one_line(
    status: int, headers: dict[str, str], said: bytes
) -> None:
    fault = refusal(Answer(status, headers, said, "http://x")).fault
    assert fault.kind is not FaultKind.BUG
    assert fault.summary
    for words in (fault.summary, fault.detail):
        assert len(words.splitlines()) <= 1
        assert "\x1b" not in words


def test_every_decoder_is_fuzzed() -> None:
    tried = {id(reader.decoder) for reader in READERS}
    for found in pkgutil.iter_modules(sources.__path__):
        module = import_module(f"tui.sources.{found.name}")
        for name, value in vars(module).items():
            is_decoder = isinstance(value, msgspec.json.Decoder)
            if is_decoder and f"{found.name}.{name}" not in ELSEWHERE:
                assert id(value) in tried, f"{found.name}.{name} is not in READERS"
