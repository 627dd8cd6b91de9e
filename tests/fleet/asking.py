"""Checks asked of hosts of a lab, over the real port."""

from pathlib import Path

from pydantic import TypeAdapter

from orchestrator.adapters import process
from orchestrator.adapters.checks import ControllerChecks
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.ssh import SshTargets
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.domain.plan.target import Target
from tests.worlds import asking_here


def check(written: dict[str, object]) -> Check:
    return TypeAdapter[Check](Check).validate_python(written)


def ask(targets: list[Target], *written: dict[str, object], project: Path = Path()) -> list[CheckResult]:
    port = SshTargets(ControllerChecks(process.run, SystemClock(), asking_here.HERE))
    return port.verify(targets, [check(each) for each in written], project)
