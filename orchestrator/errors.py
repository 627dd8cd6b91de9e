"""Every error orch raises on purpose, and the exit code each one ends with.

    OrchError
      x UsageFault               the command line makes no sense
      x PlanFault                a file that a person wrote is wrong, every fault listed
      x Refused                  nothing was touched: a rule, an approval or a verification said no
      x BackedOut                failed, and the restoration is proved
      x BackedOutWithResidue     failed, and something still differs from the baseline
      x BackoutFailed            failed, and the backout failed as well
      x Held                     waits for a person
      x Cancelled                ended by a person before anything was touched
      x Conflict                 another process drives this deployment, or holds what it needs
      x NotFound                 no such deployment, host, plan or lab
      x MachineLacks             this machine cannot do what was asked
      x StoreFault               the store or the disk failed
      x DriftFound               an audit found hosts that are not as recorded
      x Interrupted              stopped from the keyboard

The adapter that meets a foreign exception translates it into one of these;
docs/exit-codes.md explains the codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How `orch` ended, for scripts."""

    COMPLETED = 0
    COMPLETED_WITH_EXCEPTIONS = 1
    USAGE = 2
    PLAN_FAULT = 3
    REFUSED = 4
    BACKED_OUT = 5
    BACKED_OUT_WITH_RESIDUE = 6
    BACKOUT_FAILED = 7
    HELD = 8
    CANCELLED = 9
    CONFLICT = 10
    NOT_FOUND = 11
    MACHINE_LACKS = 12
    STORE_FAULT = 13
    DRIFT_FOUND = 14
    INTERNAL = 70
    INTERRUPTED = 130


class OrchError(Exception):
    """Base of all errors; the text is a complete sentence that says what to do next."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file that a person wrote; `line` counts from 1, None if no line applies."""

    file: str
    line: int | None
    path: str
    expected: str
    found: str
    next_move: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{place} {self.path}" if self.path else place
        return f"{where}: expected {self.expected}, found {self.found}; {self.next_move}"


class UsageFault(OrchError):
    """The command line makes no sense."""

    exit_code = ExitCode.USAGE


class PlanFault(OrchError):
    """A plan, policy, model or inventory is wrong; holds every fault, in the order of the file."""

    exit_code = ExitCode.PLAN_FAULT

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        if not self.faults:
            raise ValueError("A PlanFault needs at least one fault.")
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Refused(OrchError):
    """Nothing was touched: a rule, an approval or a verification said no."""

    exit_code = ExitCode.REFUSED


class NotObtained(Refused):
    """A media library does not give a file with the digest that was asked for; nothing that was copied is lost."""

    def __init__(self, finding: str, next_move: str) -> None:
        super().__init__(f"{finding}; {next_move}.")
        self.finding, self.next_move = finding, next_move


class BackedOut(OrchError):
    """The deployment failed and its backout is proved against the baseline."""

    exit_code = ExitCode.BACKED_OUT


class BackedOutWithResidue(OrchError):
    """The deployment failed, its backout ran, and something still differs from the baseline."""

    exit_code = ExitCode.BACKED_OUT_WITH_RESIDUE


class BackoutFailed(OrchError):
    """The deployment failed and so did its backout; a person has to look at the hosts."""

    exit_code = ExitCode.BACKOUT_FAILED


class Held(OrchError):
    """The deployment waits for a person."""

    exit_code = ExitCode.HELD


class Cancelled(OrchError):
    """A person ended the deployment before anything was touched."""

    exit_code = ExitCode.CANCELLED


class Conflict(OrchError):
    """Another process drives this deployment, or holds what it needs."""

    exit_code = ExitCode.CONFLICT


class TakenOver(Conflict):
    """Another process drives what this one drove: it stops without touching anything."""


class NotFound(OrchError):
    """There is no deployment, host, plan or lab of that name."""

    exit_code = ExitCode.NOT_FOUND


class MachineLacks(OrchError):
    """This machine cannot do what was asked: not Linux, not root, or a program is missing."""

    exit_code = ExitCode.MACHINE_LACKS


class StoreFault(OrchError):
    """The store or the disk under it failed."""

    exit_code = ExitCode.STORE_FAULT


class DriftFound(OrchError):
    """An audit found hosts that are not as recorded; the results are on record."""

    exit_code = ExitCode.DRIFT_FOUND


class Interrupted(OrchError):
    """Stopped from the keyboard; the message says what goes on without us."""

    exit_code = ExitCode.INTERRUPTED
