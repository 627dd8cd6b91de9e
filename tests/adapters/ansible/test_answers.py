"""Why a task failed, in the words of what failed."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.adapters.ansible.in_run.answers import message

PARTING = "Shared connection to 192.0.2.1 closed.\r\n"
ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"msg": "non-zero return code", "rc": 1, "stderr": "a\nno room\n"}, "non-zero return code; no room; exit code 1"),
    ({"msg": "it failed", "rc": 1, "stderr": PARTING, "stdout": "kept\r\nno room\r\n"}, "it failed; no room; exit code 1"),
    ({"msg": "non-zero return code", "rc": 1, "stderr": "no room\n" + PARTING}, "non-zero return code; no room; exit code 1"),
    ({"msg": "non-zero return code", "rc": 1, "stderr": PARTING, "stdout": ""}, "non-zero return code; exit code 1"),
    ({"msg": "non-zero return code", "rc": 2, "stderr": "", "stdout": "data"}, "non-zero return code; exit code 2"),
    ({"msg": "Task failed: no such unit"}, "no such unit"),
    ({"censored": "x", "msg": "secret"}, "(hidden by no_log)"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "words"), ANSWERS)
def test_the_last_word_is_that_of_the_program(answer: dict[str, Any], words: str) -> None:
    assert message(answer) == words
