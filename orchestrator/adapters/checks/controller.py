"""All checks of this machine, for all targets at once, each asked again until it passes or its time is over."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestrator.adapters.checks import network
from orchestrator.adapters.checks.testinfra_run import run_testinfra
from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.domain.plan.check import (
    Answer,
    Check,
    CheckResult,
    HttpCheck,
    TcpCheck,
    TestinfraCheck,
)
from orchestrator.domain.plan.target import Target
from orchestrator.engine.ports import Clock
from orchestrator.policy.evidence.check_result import result_of

Finding = tuple[Answer, str]
TimedAnswer = tuple[Answer, str, float]
AT_ONCE = 64


class ControllerChecks:
    """Evaluates http, tcp and testinfra checks; `run` starts a program, as adapters/process.py does."""

    def __init__(self, run: RunProgram, clock: Clock, asking: network.Asking) -> None:
        self._run = run
        self._clock = clock
        self._asking = asking

    def __call__(
        self, targets: Sequence[Target], checks: Sequence[Check], project: Path
    ) -> list[CheckResult]:
        """One result per target and check that is about it, those of the first target first, with the check's number here."""
        if not targets or not checks:
            return []
        pairs = [
            (target, number)
            for target in targets
            for number in range(len(checks))
            if checks[number].is_on(target)
        ]
        timed_answers: dict[tuple[Target, int], TimedAnswer] = {}
        direct = [pair for pair in pairs if not isinstance(checks[pair[1]], TestinfraCheck)]
        if direct:
            with ThreadPoolExecutor(min(len(direct), AT_ONCE)) as pool:
                timed = pool.map(lambda pair: self._until_passed(checks[pair[1]], pair[0], project), direct)
                timed_answers.update(zip(direct, timed, strict=True))
        for number, check in enumerate(checks):
            if isinstance(check, TestinfraCheck):
                about = [target for target in targets if check.is_on(target)]
                by_host = self._testinfra(check, about, project)
                timed_answers.update({(target, number): by_host[target.host] for target in about})
        return [
            result_of(number, checks[number], target, answer, finding, round(seconds, 3))
            for target, number in pairs
            for answer, finding, seconds in (timed_answers[target, number],)
        ]

    def _testinfra(
        self, check: TestinfraCheck, targets: Sequence[Target], project: Path
    ) -> Mapping[str, TimedAnswer]:
        """One run of pytest over all hosts; those that did not pass are asked again while there is time."""
        started = self._up()
        by_host: dict[str, TimedAnswer] = {}
        asked = list(targets)
        while asked:
            findings = run_testinfra(check, asked, project, self._run)
            elapsed = self._up() - started
            by_host |= {host: (answer, words, elapsed) for host, (answer, words) in findings.items()}
            if elapsed >= check.within:
                break
            asked = [target for target in asked if by_host[target.host][0] != "passed"]
            if asked:
                self._clock.sleep(max(0.1, check.every))
        return by_host

    def _until_passed(self, check: Check, target: Target, project: Path) -> TimedAnswer:
        started = self._up()
        while True:
            answer, finding = _once(check, target, project, self._asking)
            elapsed = self._up() - started
            if answer == "passed" or elapsed >= check.within:
                return answer, finding, elapsed
            self._clock.sleep(max(0.1, check.every))

    def _up(self) -> float:
        return self._clock.uptime()[1]


def _once(check: Check, target: Target, project: Path, asking: network.Asking) -> Finding:
    if isinstance(check, HttpCheck):
        return network.ask_http_of_project(check, target, project, asking)
    if isinstance(check, TcpCheck):
        return network.ask_tcp(check, target, asking)
    return "inconclusive", f"a {check.kind} check cannot be asked from this machine"
