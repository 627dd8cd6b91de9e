"""What a line of a becoming command is."""

from __future__ import annotations

import pickle

import pytest

from orchestrator.adapters.ansible.accelerator.core.choice import core_of
from orchestrator.adapters.ansible.accelerator.rising_words import Words

WORDS = Words(b"BECOME-SUCCESS-abc", (b"Sorry, try again.",), (b"a password is required",), None)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"BECOME-SUCCESS-abc\n", "success"),
        (b"BECOME-SUCCESS-abc\r\n", "success"),
        (b"BECOME-SUCCESS-other\n", ""),
        (b"Sorry, try again.\n", "incorrect"),
        (b"sudo: a password is required\n", "missing"),
        (b"anything\n", ""),
        (b"", ""),
    ],
)
def test_a_line_is(line: bytes, kind: str) -> None:
    assert WORDS.kind_of(line) == kind
    assert pickle.loads(pickle.dumps(WORDS.kind_of))(line) == kind


def test_a_prompt_comes_before_all() -> None:
    words = WORDS._replace(prompts=lambda line: line.startswith(b"[sudo]"))
    assert words.kind_of(b"[sudo] BECOME-SUCCESS-abc") == "prompt"


@pytest.mark.parametrize("series", ["2.16", "2.17", "2.18", "2.23", "3.0"])
def test_an_unknown_series_is_not_accelerated(series: str) -> None:
    core, why = core_of(series)
    assert core is None
    assert why == f"orch does not know how to accelerate ansible-core {series}"


def test_the_series_of_orchs_own_ansible_is() -> None:
    core, why = core_of("2.19")
    assert why == ""
    assert core.SERIES == ("2.19", "2.20")


def test_a_series_whose_parts_are_gone_is_not() -> None:
    core, why = core_of("2.22")
    assert core is None
    assert why.startswith("ansible-core 2.22 lacks ansible._internal._task:TaskContext.create")
