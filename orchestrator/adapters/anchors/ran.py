"""How an anchor runs a program: the composition root gives it (adapters are strangers)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from orchestrator.adapters.handed_functions import EndedProgram
from orchestrator.domain.seal.anchors import Silent
from orchestrator.domain.text.plain_text import plain

SHOWN = 300
"""Characters of an error that are kept."""


class Run(Protocol):
    """Runs a program to its end. Raises MachineLacks if it is missing."""

    def __call__(
        self,
        arguments: Sequence[str],
        *,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        text: str | None = None,
    ) -> EndedProgram: ...


def failure(program: str, ended: EndedProgram) -> Silent:
    """Why a program that did not succeed is no answer."""
    if ended.exit_code is None:
        return Silent("late", program)
    lines = (ended.errors or ended.output).strip().splitlines()
    return Silent(
        "refused", plain(f"{program}: {lines[-1] if lines else f'exit code {ended.exit_code}'}", SHOWN)
    )
