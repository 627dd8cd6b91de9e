"""Plans from files: found, read, digested; and no bytes at all lead to anything but a fault."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.files.plan_file import load_plan, plan_of
from orchestrator.errors import NotFound, PlanFault
from tests.adapters.files.cases import GOOD

TEXT = GOOD.read_text("utf-8")
LINES = TEXT.splitlines(keepends=True)
TRAPS = [
    "&a ",
    "*a",
    "!!int ",
    "<<: ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "\t",
    ": ",
    "- ",
    "? ",
    "|",
    ">",
    "%",
    "#",
    "\x1b",
]
WORDS = [
    "null",
    "true",
    "NO",
    "1.10",
    "22:30",
    "-1",
    "0",
    "25%",
    ".inf",
    "9" * 30,
    "[]",
    "{}",
    "{a: [b]}",
    '""',
    "kind",
]


def test_a_plan_knows_its_file_its_digest_and_its_lines() -> None:
    loaded = load_plan(GOOD)
    assert loaded.file == str(GOOD)
    assert loaded.sha256 == hashlib.sha256(GOOD.read_bytes()).hexdigest()
    assert loaded.line_of("strategy.waves[2].gate.soak") == 26
    assert loaded.line_of("strategy.waves[2].objective") == 26
    assert loaded.line_of("strategy.pilot") == 18
    assert loaded.line_of("nowhere") == 1


def test_there_is_no_such_plan(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"^There is no release plan .*/gone.yml; check the path.$"):
        load_plan(tmp_path / "gone.yml")


def test_a_folder_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(
        PlanFault, match=r"expected a file that can be read, found Is a directory; check the path$"
    ):
        load_plan(tmp_path)


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(PlanFault, match=r"expected a file that can be read, found embedded null byte"):
        load_plan("a\0b")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fault(content: bytes) -> None:
    with pytest.raises(PlanFault):
        plan_of("plan.yml", content)


@given(st.text(max_size=200))
def test_any_text_is_a_fault(content: str) -> None:
    with pytest.raises(PlanFault):
        plan_of("plan.yml", content.encode("utf-8", "replace"))


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    text = TEXT
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from([_cut, _insert, _replace_value, _swap]))(draw, text)
    return text.encode("utf-8", "replace")


def _cut(draw: st.DrawFn, text: str) -> str:
    start = draw(st.integers(0, len(text)))
    return text[:start] + text[start + draw(st.integers(1, 40)) :]


def _insert(draw: st.DrawFn, text: str) -> str:
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(st.sampled_from(TRAPS) | st.text(max_size=5)) + text[start:]


def _replace_value(draw: st.DrawFn, text: str) -> str:
    lines = text.splitlines(keepends=True) or [""]
    index = draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[index].partition(": ")
    lines[index] = f"{key}{colon}{draw(st.sampled_from(WORDS))}\n"
    return "".join(lines)


def _swap(draw: st.DrawFn, text: str) -> str:
    lines = text.splitlines(keepends=True) or [""]
    first, second = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[first], lines[second] = lines[second], lines[first]
    return "".join(lines)


@given(mutations())
def test_a_mutated_plan_is_a_plan_or_a_fault_that_names_what_to_do(content: bytes) -> None:
    try:
        loaded = plan_of("plan.yml", content)
    except PlanFault as raised:
        total = content.count(b"\n") + 2
        for fault in raised.faults:
            assert fault.expected
            assert fault.found
            assert fault.next_move
            assert fault.line is None or 1 <= fault.line <= total
            assert str(fault).isprintable()
    else:
        assert loaded.noun.orch == 1
