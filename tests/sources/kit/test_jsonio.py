"""Strict JSON, and streams of records: what parsers let pass is refused with a reason and a line."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import jsonio, recordio
from readiness_tui.sources.kit.base import Progress, Reject, Warn
from readiness_tui.sources.kit.peek import FileKind, outline, peek


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a":NaN}', "NaN is not JSON"),
        (b'{"a":[1,-Infinity]}', "-Infinity is not JSON"),
        (b'{"a":1e999}', "out of range"),
        (b'{"a":18446744073709551616}', "beyond 64 bits"),
        (b'{"a":[{"b":-9223372036854775809}]}', "beyond 64 bits"),
        (b'{"a":' + b"9" * 5000 + b"}", "out of range"),
        (b'{"a":1,"a":2}', 'the key "a" stands twice'),
        (b'{"a" :1,"a":2}', 'the key "a" stands twice'),
        (b'{"a"\t:1,"a":2}', 'the key "a" stands twice'),
        (b'{"x":[{"a":1,"b":2,"a":2}]}', 'the key "a" stands twice'),
        (b'{"a":1,"\\u0061":2}', 'the key "a" stands twice'),
        (b'{"a":1,"a":"\\u0022\\u0022"}', 'the key "a" stands twice'),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "nested deeper than 100"),
        (b"[" * 100_000, "nested deeper than 100"),
        (b'{"a":"\xff"}', "not valid UTF-8 (byte 0xff)"),
        (b'{"a":"\\ud800 lone"}', "not valid JSON: an escape stands for half a character"),
        (b'{"a":1', "ends in the middle"),
        (b'{"a":tru', "ends in the middle"),
        (b'{"a":"b', "ends in the middle"),
        (b'{"a":1.', "ends in the middle"),
        (b'{"a":1} x', "not valid JSON: more text stands after its end at column 9"),
        (b'{"a":01}', 'not valid JSON: "1" was not expected at column 7'),
        (b"{'a':1}", 'not valid JSON: "\'" was not expected at column 2'),
        (b"", "ends in the middle"),
    ],
)
def test_what_parsers_disagree_about_is_refused(raw, reason):
    with pytest.raises(jsonio.RecordError) as raised:
        jsonio.decode(raw)
    assert reason in str(raised.value)


def test_a_fault_is_told_at_its_byte_whatever_the_library_says():
    """The messages are ours: each place is counted in bytes, also behind letters of several bytes."""
    for raw, position in ((b'{"\xc3\xa4":\xff}', 6), (b'{"\xc3\xa4":NaN}', 6), (b'{"\xc3\xa4":"NaN",\n"b":x}', 17)):
        with pytest.raises(jsonio.RecordError) as raised:
            jsonio.decode(raw)
        assert raised.value.position == position


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_values, st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]), st.sampled_from([None, 1]))
def test_every_sound_value_is_read_as_it_was_written(value, separators, indent):
    # Text that looks like keys and colons inside strings must not be taken for a second key.
    text = json.dumps(value, separators=separators, indent=indent, ensure_ascii=True)
    if "\\ud" in text:  # hypothesis does not draw surrogates, json writes pairs: both parsers join them
        assert jsonio.decode(text.encode()) == json.loads(text)
    else:
        assert jsonio.decode(text.encode()) == value


@given(st.dictionaries(st.text(max_size=5), st.integers(0, 9), min_size=1, max_size=5), st.data())
def test_a_key_written_twice_is_always_found(members, data):
    twice = data.draw(st.sampled_from(sorted(members)))
    space = data.draw(st.sampled_from(["", " ", "\n"]))
    parts = [f"{json.dumps(key)}{space}:{value}" for key, value in [*members.items(), (twice, 0)]]
    with pytest.raises(jsonio.RecordError, match="stands twice"):
        jsonio.decode(("{" + ",".join(parts) + "}").encode())


def test_members_find_a_key_written_twice_around_unread_values():
    assert list(jsonio.members(b' { "a" : [1, {"x": 2}] ,\n "b":{} } ')) == ["a", "b"]
    with pytest.raises(jsonio.RecordError, match="stands twice"):
        jsonio.members(b'{"a":[1],"b":2,"a":[2]}')
    with pytest.raises(jsonio.RecordError, match="not a JSON object"):
        jsonio.members(b"[1]")


def test_a_broken_document_names_line_and_column(make):
    path = make("x.json", b'{\n "a": 1,\n "b": x\n}')
    with pytest.raises(ReadinessError, match=r"line 3, column \d+: not valid JSON"):
        jsonio.whole(path, jsonio.document(path))


def test_a_document_over_the_limit_is_not_read(make, monkeypatch):
    monkeypatch.setattr(jsonio, "MAX_DOCUMENT", 10)
    with pytest.raises(ReadinessError, match=r"JSON lines\), or in parts"):
        jsonio.document(make("x.json", b'{"a": "12345678"}'))


def _stream(path):
    return [item for item in recordio.records(path) if not isinstance(item, Progress)]


def test_lines_are_refused_one_by_one_with_their_numbers(make):
    lines = [b'{"a":1}', b"", b'{"a":NaN}', b"[1]", b'{"a":"\xff"}', b'{"a":2}\r', b'{"a":1,"a":1}', b'{"a":3}']
    found = _stream(make("x.jsonl", b"\n".join(lines)))
    assert [(item.line, item.value["a"]) for item in found if isinstance(item, recordio.Entry)] == [
        (1, 1),
        (3, None),
        (6, 2),
        (8, 3),
    ]
    rejects = [item for item in found if isinstance(item, Reject)]
    assert [item.line for item in rejects] == [4, 5, 7]
    assert rejects[0].excerpt == "[1]"
    assert [item.raw for item in found if isinstance(item, recordio.Entry)][2] == '{"a":2}'
    assert [item.text for item in found if isinstance(item, Warn)] == [
        "x.jsonl: NaN or Infinity stands in 1 place; taken as missing."
    ]


def test_a_line_over_the_cap_is_one_reject_and_the_next_is_read(make, monkeypatch):
    monkeypatch.setattr(recordio, "MAX_LINE", 100)
    monkeypatch.setattr(recordio, "BLOCK", 64)
    long = b'{"a":"' + b"x" * 1000 + b'"}'
    found = _stream(make("x.jsonl", b'{"a":1}\n' + long + b'\n{"a":2}\n'))
    assert [type(item).__name__ for item in found] == ["Entry", "Reject", "Entry"]
    assert found[1].line == 2
    assert len(found[1].excerpt) <= recordio.EXCERPT
    assert (found[2].line, found[2].value) == (3, {"a": 2})


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 30))
def test_the_size_of_blocks_changes_nothing(tmp_path_factory, sizes, block):
    path = tmp_path_factory.mktemp("x") / "x.jsonl"
    rows = [{"a": "x" * size} for size in sizes]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    usual = recordio.BLOCK
    try:
        recordio.BLOCK = block
        items = list(recordio.lines(path))
    finally:
        recordio.BLOCK = usual
    assert [json.loads(item[1]) for item in items if isinstance(item, tuple)] == rows
    assert [item[0] for item in items if isinstance(item, tuple)] == list(range(1, len(rows) + 1))
    steps = [item.done for item in items if isinstance(item, Progress)]
    assert steps == sorted(steps)
    assert steps[-1] == path.stat().st_size


def test_a_byte_order_mark_is_skipped_and_said(make):
    found = _stream(make("x.jsonl", b'\xef\xbb\xbf{"a":1}\n{"a":2}\n'))
    assert isinstance(found[0], Warn)
    assert [item.value["a"] for item in found[1:]] == [1, 2]


def test_stopping_to_iterate_closes_the_file(make):
    import gc
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stream = recordio.records(make("x.jsonl", [{"a": 1}] * 10))
        next(stream)
        stream.close()
        del stream
        gc.collect()


def test_records_of_a_list_name_their_line_and_number(make):
    path = make("x.json", '[\n{"a": 1},\n{"a": 1e999},\n\n 3,\n{"a": 4}]')
    found = _stream(path)
    assert [type(item).__name__ for item in found] == ["Entry", "Reject", "Reject", "Entry"]
    assert [item.line for item in found] == [2, 3, 5, 6]
    assert "record 2 of the list" in found[1].reason


def test_a_table_is_read_by_its_header(make):
    path = make("x.csv", 'a;b\n1;"x ""y""\nz"\n;2\n3\n4;5\n')
    found = _stream(path)
    assert [item.value for item in found if isinstance(item, recordio.Entry)] == [
        {"a": "1", "b": 'x "y"\nz'},
        {"b": "2"},
        {"a": "4", "b": "5"},
    ]
    (reject,) = (item for item in found if isinstance(item, Reject))
    assert (reject.line, "1 cells" in reject.reason) == (5, True)


def test_a_stray_quote_and_bad_bytes_in_a_table_are_rejects(make):
    found = _stream(make("x.csv", b'a,b\n1,"x"y\n2,\xff\n3,z\n4,"open\n5,q\n'))
    rejects = [item for item in found if isinstance(item, Reject)]
    assert [item.value for item in found if isinstance(item, recordio.Entry)] == [{"a": "3", "b": "z"}]
    assert [item.line for item in rejects] == [2, 3, 5]
    assert "UTF-8" in rejects[1].reason
    assert "lines 5 to 6 were lost" in rejects[2].reason  # nothing after an open quote goes unmentioned


@given(st.binary(max_size=300))
def test_looking_at_any_bytes_never_raises(head):
    peek(head)


@given(_values, st.integers(0, 60))
def test_an_outline_of_a_cut_document_is_part_of_the_whole_one(value, cut):
    text = json.dumps({"k": value, "z": 1})
    whole, part = outline(text), outline(text[:cut])
    assert list(part)[:-1] == list(whole)[: max(len(part) - 1, 0)]


def test_an_outline_of_hostile_quotes_takes_no_longer_than_of_any_text():
    outline('{"' + '\\"' * 200_000)
    outline('{"a":"' + "\\" * 400_001)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b'{"a": 1}', FileKind.OBJECT),
        (b'{"a": 1}\n', FileKind.OBJECT),
        (b'{\n "a": 1,\n "b": [\n', FileKind.OBJECT),
        (b'{"a": 1}\n{"a": 2}\n', FileKind.LINES),
        (b'{"a": 1}\n{"a": bad}\n', FileKind.LINES),
        (b'{"a": bad}\n{"a": 1}\n{"a": 1}\n', FileKind.LINES),
        (b'[{"a": 1},', FileKind.ARRAY),
        (b"a,b\n1,2\n", FileKind.TABLE),
        (b"a\tb\n1\t2\n", FileKind.TABLE),
        (b"a,a\n1,2\n", FileKind.TABLE),
        (b",,\n1,2,3\n", FileKind.TEXT),
        (b"sep=;\na;b\n1;2\n", FileKind.TABLE),
        (b"words\n", FileKind.TEXT),
        (b"\x00\x01", FileKind.BINARY),
        (b"", FileKind.EMPTY),
    ],
)
def test_the_kind_of_a_file_shows_in_its_beginning(head, kind):
    assert peek(head).kind is kind


def _quirky(value, odd):
    """JSON text of the value as odd writers have it: keys twice, escapes in odd places, blanks, numbers at the edges."""
    blank = odd.choice(["", " ", "\t", "\n ", "  "])
    if isinstance(value, dict):
        members = [(key, inner) for key, inner in value.items() for _ in range(odd.choice([1, 1, 1, 2]))]
        inner = ("," + blank).join(f"{_quirky(key, odd)}{blank}:{blank}{_quirky(part, odd)}" for key, part in members)
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + (blank + ",").join(_quirky(part, odd) for part in value) + "]"
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=odd.random() < 0.5)[1:-1].replace(":", odd.choice([":", "\\u003a"]))
        return '"' + (text.replace('\\"', "\\u0022") if odd.random() < 0.5 else text) + '"'
    return json.dumps(value)


_odd = st.recursive(
    st.sampled_from([None, True, 0, -0.0, 1e308, 2**63 - 1, -(2**63), 2**63, 2**64, -(2**63) - 1, 10**30, 0.1])
    | st.text('a":\\{}[],\u00e4\u2028 \x7f', max_size=6)
    | st.sampled_from(["NaN", "\ud800", "\U0001f600", 'x":1,"y":2']),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('ab":\\', max_size=2), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(_odd, st.integers(0, 12), st.integers(0, 2**32))
def test_the_quick_way_decides_nothing_that_the_strict_way_would_decide_otherwise(value, deeper, seed):
    odd = random.Random(seed)
    text = '{"a":' * deeper + _quirky(value, odd) + "}" * deeper
    if odd.random() < 0.1:
        text = text.replace("0", odd.choice(["NaN", "00", "1e999", "-", "\x01"]), 1)
    raw = text.encode("utf-8", odd.choice(["surrogatepass", "replace"]))
    if odd.random() < 0.1:
        raw = raw[: odd.randrange(len(raw) + 1)]
    assert _outcome(jsonio.decode, raw) == _outcome(jsonio._strictly, raw)


def _outcome(read, raw):
    try:
        return repr(read(raw))  # tells 1 from 1.0 and True
    except jsonio.RecordError as error:
        return str(error), error.position


def test_ordinary_lines_are_decoded_once(monkeypatch):
    """A change of the decoder that sends every line the slow way would change nothing else."""
    monkeypatch.setattr(jsonio, "_strictly", lambda raw: pytest.fail(f"read again: {raw!r}"))
    for raw in (
        b'{"a": 1, "b": [{"c": "x\\"y: 1"}, 2.5, null], "d": {"e": true}, "n": -9223372036854775808}',
        b'{"a" : "b", "t": "10 : 1 \\u00e4"}',
        b'{"spans": [{"in": [{"in": [{"attributes": [{"value": {"arrayValue": {"values": [{"intValue": "1"}]}}}]}]}]}]}',
        '["ä", {}]'.encode(),
    ):
        jsonio.decode(raw)


def test_lines_that_run_together_or_hold_nan_are_read_as_before(make):
    found = _stream(make("x.jsonl", b'{"a":1}{"a":2}\n{"a":"}{\\"NaN"}\n  {"a":-Infinity} \n{"a":"x"} {"a":NaN}\n'))
    assert [(item.line, item.raw, item.value) for item in found if isinstance(item, recordio.Entry)] == [
        (1, '{"a":1}', {"a": 1}),
        (1, '{"a":2}', {"a": 2}),
        (2, '{"a":"}{\\"NaN"}', {"a": '}{"NaN'}),
        (3, '{"a":null}', {"a": None}),
        (4, '{"a":"x"}', {"a": "x"}),
        (4, '{"a":null}', {"a": None}),
    ]
    assert [item.text for item in found if isinstance(item, Warn)] == [
        "x.jsonl: NaN or Infinity stands in 2 places; taken as missing."
    ]
