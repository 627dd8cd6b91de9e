"""The lab starts other programs with a bounded time and a small environment, and says what a failed one wrote."""

from __future__ import annotations

import pytest

from orchestrator.lab import shell
from orchestrator.lab.errors import LabError


def test_a_failure_carries_the_programs_own_words() -> None:
    with pytest.raises(LabError, match=r"ls /no/such/file ended with code 2: .*No such file"):
        shell.run(["ls", "/no/such/file"])


def test_a_program_that_does_not_end_is_ended() -> None:
    assert shell.attempt(["sleep", "5"], seconds=0.1).code == 124


def test_programs_see_only_what_is_allowed_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "hunter2")
    assert "hunter2" not in shell.run(["env"])


def test_text_goes_in_and_comes_out() -> None:
    assert shell.run(["cat"], text="grüße\n") == "grüße\n"
