"""Shapes of functions that one adapter has and another needs; the composition root hands them over."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from orchestrator.domain.plan.check import HttpCheck


class HttpAnswer(Protocol):
    """Status and body; or `fault`, why there is none. `redact` takes credentials out of what is kept of either."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def fault(self) -> str: ...
    @property
    def redact(self) -> Callable[[str], str]: ...


class Get(Protocol):
    """Asks for what a check describes, with the credentials that its files hold."""

    def __call__(self, check: HttpCheck, project: Path, /) -> HttpAnswer: ...


class EndedProgram(Protocol):
    """How a program ended; `exit_code` is None at its time limit."""

    @property
    def exit_code(self) -> int | None: ...
    @property
    def output(self) -> str: ...
    @property
    def errors(self) -> str: ...


class RunProgram(Protocol):
    """Runs a program to its end, at most `timeout` seconds."""

    def __call__(
        self,
        arguments: Sequence[str],
        *,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> EndedProgram: ...
