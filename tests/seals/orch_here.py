"""The command line over a home, with what it printed."""

from dataclasses import dataclass

import pytest

from orchestrator.cli.main import run


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    text: str


class Orch:
    """The command line over the home that ORCH_HOME names."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Ended:
        code = run(words)
        printed = self._capsys.readouterr()
        return Ended(code, printed.out + printed.err)
