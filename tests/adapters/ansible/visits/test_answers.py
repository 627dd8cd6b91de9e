"""What is read from the evidence of a visit: an answer for each question that was asked, or nothing of the stream."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchestrator.adapters.ansible.in_run.kept_values import chosen, machine_of
from orchestrator.adapters.ansible.visits.answers import answers_of
from orchestrator.domain.evidence.attempt import VisitQuestion
from orchestrator.domain.evidence.module_question import ModuleQuestion

ASKED = (
    VisitQuestion(question=ModuleQuestion(module="a.b"), keep=("x",), hosts=("box1", "box2")),
    VisitQuestion(
        question=ModuleQuestion(module="command", reads_only=True), keep=("stdout",), hosts=("box1",)
    ),
)
GOOD: dict[str, Any] = {
    "event": "answer", "host": "box1", "question": 0, "kind": "ok", "changed": False,
    "values": {"x": "1"}, "unfit": {}, "message": "",
}  # fmt: skip


def stream(*events: dict[str, Any], nonce: str = "n") -> bytes:
    lines = ({"nonce": nonce, "number": number, **event} for number, event in enumerate(events))
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_an_answer_has_the_values_that_are_kept_and_no_others() -> None:
    event = {**GOOD, "values": {"x": "\x1b[2J", "y": "more"}}
    answers, fault = answers_of(stream(event), "n", ASKED)
    assert fault == ""
    assert answers["box1", 0].values == {"x": "\\x1b[2J"}


TROUBLES = [
    ({"kind": "failed", "message": "no route"}, "a.b failed: no route"),
    ({"kind": "failed"}, "a.b failed: it does not say why"),
    ({"kind": "unreachable", "message": "\x00gone\n"}, "a.b could not reach it: gone"),
    ({"kind": "skipped"}, "a.b was skipped"),
    ({"changed": True}, "a.b says that it changed something, and a question must not"),
    ({"unfit": {"x": "too long"}}, "x is no value that can be kept: too long"),
    ({"question": 1, "changed": True, "values": {"stdout": "x"}}, ""),
]


@pytest.mark.parametrize(("changes", "words"), TROUBLES)
def test_what_is_no_answer_is_told_in_words(changes: dict[str, Any], words: str) -> None:
    answers, fault = answers_of(stream({**GOOD, **changes}), "n", ASKED)
    assert fault == ""
    assert next(iter(answers.values())).trouble == words


BROKEN = {
    "of another run": stream(GOOD, nonce="other"),
    "out of number": stream(GOOD)[:-1].replace(b'"number": 0', b'"number": 3') + b"\n",
    "cut": stream(GOOD)[:-5],
    "twice": stream(GOOD, GOOD),
    "of a host that was not asked": stream({**GOOD, "host": "box2", "question": 1}),
    "of a strange host": stream({**GOOD, "host": "box9"}),
    "to no question": stream({**GOOD, "question": 7}),
    "with a list for a value": stream({**GOOD, "values": {"x": ["1"]}}),
    "with a word that is none": stream({**GOOD, "kind": "fine"}),
    "without a field": stream({name: GOOD[name] for name in GOOD if name != "unfit"}),
    "no JSON": b"{\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_with_an_answer_that_nobody_asked_for_none_counts(name: str) -> None:
    answers, fault = answers_of(BROKEN[name], "n", ASKED)
    assert answers == {}
    assert fault.startswith("the event stream breaks: ")


CHOSEN: list[tuple[Any, str, object]] = [
    ({"json": {"version": "1"}}, "json.version", "1"),
    ({"a": [{"b": True}]}, "a.0.b", True),
    ({"a": [1]}, "a.1", "absent"),
    ({"a": [1]}, "a.x", "absent"),
    ({"a": "text"}, "a.b", "absent"),
    ({"a": {"b": 1, "c": [None, 1.5]}}, "a", '{"b":1,"c":[null,"1.5"]}'),
    ({"a": None}, "a", None),
    ({"a": float("nan")}, "a", "nan"),
    ({"a": 2**53}, "a", 2**53),
    ({"a": 10**5000}, "a", f"{10**5000:x} (hexadecimal)"),
    ({"a": {1: 2}}, "a", '{"1":2}'),
    ({"a": "x" * 65537}, "a", "unfit"),
]


@pytest.mark.parametrize(("answer", "path", "value"), CHOSEN, ids=[str(n) for n in range(len(CHOSEN))])
def test_a_value_is_of_a_form_that_can_be_kept(answer: Any, path: str, value: object) -> None:
    values, unfit = chosen(answer, [path])
    if value == "unfit":
        assert (values, list(unfit)) == ({}, [path])
    elif value == "absent":
        assert (values, unfit) == ({}, {})
    else:
        assert (values, unfit) == ({path: value}, {})
        json.dumps(values, allow_nan=False)


def test_what_refers_to_itself_is_unfit_and_ends() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert list(chosen({"a": endless}, ["a"])[1]) == ["a"]


MACHINES: list[tuple[dict[str, Any], str]] = [
    ({"s": "SN-1"}, "fact:SN-1"),
    ({"s": 17}, "fact:17"),
    ({"s": "0123456789abcdef0123456789abcdef"}, "0123456789abcdef0123456789abcdef"),
    ({"s": ""}, ""),
    ({"s": " "}, ""),
    ({"s": None}, ""),
    ({}, ""),
]


@pytest.mark.parametrize(("values", "machine"), MACHINES)
def test_a_machine_is_known_by_what_it_says(values: dict[str, Any], machine: str) -> None:
    assert machine_of(values, ["s"]) == machine


def test_long_odd_and_several_values_are_a_digest_that_differs() -> None:
    known = {
        machine_of({"s": "x" * 65}, ["s"]),
        machine_of({"s": "x" * 66}, ["s"]),
        machine_of({"s": "a b"}, ["s"]),
        machine_of({"s": "a", "t": "b"}, ["s", "t"]),
        machine_of({"s": "ab", "t": ""}, ["s", "t"]),
    }
    assert len(known) == 5
    assert {len(each) for each in known if each} == {len("fact:") + 32}
