"""Documents as bytes: limits, encodings, and where everything stands."""

import pytest

from orchestrator.adapters.files.yaml_text.document import written
from orchestrator.adapters.files.yaml_text.yaml_document import DEEPEST, MOST_NODES, read_yaml
from orchestrator.adapters.files.yaml_text.yaml_events import LARGEST

REFUSED: list[tuple[str, bytes, list[str]]] = [
    ("nothing", b"", ["p.yml:1: expected a mapping, found an empty file; write its sections"]),
    (
        "comments only",
        b"# soon\n",
        ["p.yml:1: expected a mapping, found an empty file; write its sections"],
    ),
    (
        "latin-1",
        b"a: 1\nb: caf\xe9\n",
        ["p.yml:2: expected UTF-8 text, found the byte 0xe9; save the file as UTF-8"],
    ),
    (
        "UTF-16",
        "a: 1".encode("utf-16"),
        ["p.yml:1: expected UTF-8 text, found the byte 0xff; save the file as UTF-8"],
    ),
    (
        "a NUL byte",
        b"a: 1\nb: \x00\n",
        [
            "p.yml:2: expected text that shows as it is, found the invisible character U+0000; remove that character"
        ],
    ),
    ("too large", b"a: " + b"x" * LARGEST, ["p.yml: expected at most 256 KiB, found more; shorten the file"]),
    (
        "too deep",
        b"[" * (DEEPEST + 1),
        ["p.yml:1: expected at most 32 levels of nesting, found more; nest less deeply"],
    ),
    (
        "too deep in blocks",
        b"".join(b" " * n + b"a:\n" for n in range(DEEPEST + 1)),
        [f"p.yml:{DEEPEST + 1}: expected at most 32 levels of nesting, found more; nest less deeply"],
    ),
    (
        "too many values",
        b"a: [" + b"1," * MOST_NODES + b"]",
        ["p.yml:1: expected at most 10000 values, found more; shorten the file"],
    ),
    (
        "an alias bomb",
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        [
            "p.yml:1 a: expected no anchors, found `&a`; remove it and write the value out where it is needed",
            "p.yml:2 b: expected no anchors, found `&b`; remove it and write the value out where it is needed",
            "p.yml:2 b[0]: expected a value, found the alias `*a`; write the value out",
            "p.yml:2 b[1]: expected a value, found the alias `*a`; write the value out",
            "p.yml:3 c[0]: expected a value, found the alias `*b`; write the value out",
            "p.yml:3 c[1]: expected a value, found the alias `*b`; write the value out",
        ],
    ),
    (
        "an alias as a key",
        b"*a : 1\n",
        ["p.yml:1: expected text as a key, found an alias; put text with braces in quotes"],
    ),
    (
        "what is wrong above a mistake of syntax is told with it",
        b'a: 1\na: 2\nb: &x 1\nc: "\n',
        [
            "p.yml:2 a: expected each key once, found `a` again (first in line 1); remove one of the two",
            "p.yml:3 b: expected no anchors, found `&x`; remove it and write the value out where it is needed",
            "p.yml:4: expected YAML, found a quote that is not closed; close the quote",
        ],
    ),
    (
        "faults below a key that is there twice",
        b"a: 1\na: {b: !!str 2, b: .nan}\n",
        [
            "p.yml:2 a: expected each key once, found `a` again (first in line 1); remove one of the two",
            'p.yml:2 a[""].b: expected no tags, found `!!str`; remove it',
            'p.yml:2 a[""].b: expected each key once, found `b` again (first in line 2); remove one of the two',
            'p.yml:2 a[""].b[""]: expected a finite number, found `.nan`; correct it, or put it in quotes if it is text',
        ],
    ),
    (
        "an escape that is no character",
        b'a: "\\UFFFFFFFF"\n',
        [
            'p.yml: expected YAML, found "Python int too large to convert to C int"; correct the file\'s syntax'
        ],
    ),
    (
        "half a surrogate",
        b'a: "\\ud800"\n',
        [
            "p.yml:1 a: expected text that shows as it is, found the invisible character U+D800; remove that character"
        ],
    ),
]


@pytest.mark.parametrize(("what", "content", "expected"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(what: str, content: bytes, expected: list[str]) -> None:
    assert [str(fault) for fault in read_yaml("p.yml", content).faults] == expected


def test_the_limits_are_what_they_say() -> None:
    largest = b"a: " + b"x" * (LARGEST - 3)
    deepest = b"[" * DEEPEST + b"]" * DEEPEST
    most = b"[" + b"1," * (MOST_NODES - 1) + b"]"
    assert [read_yaml("p.yml", content).faults for content in (largest, deepest, most)] == [[], [], []]


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault() -> None:
    document = read_yaml("p.yml", b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n")
    assert (document.faults, document.tree) == ([], {"a": 1, "b": ["c"]})
    assert document.lines() == {"": 1, "a": 1, "b": 2, "b[0]": 3}


def test_every_path_has_its_line_and_column() -> None:
    document = read_yaml("p.yml", b"a:\n  - b: 1\n    c: {d: [x,\n      y]}\n")
    places = {written(path): tuple(place) for path, place in document.places.items()}
    assert places == {
        "": (1, 1),
        "a": (1, 1),
        "a[0]": (2, 5),
        "a[0].b": (2, 5),
        "a[0].c": (3, 5),
        "a[0].c.d": (3, 9),
        "a[0].c.d[0]": (3, 13),
        "a[0].c.d[1]": (4, 7),
    }


def test_the_text_that_was_written_is_kept() -> None:
    document = read_yaml("p.yml", b'a: 1.10\nb: "1.10"\nc: 644\n')
    assert {written(path): text for path, text in document.spelled.items()} == {"a": "1.10", "c": "644"}
