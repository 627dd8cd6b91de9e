"""The Targets port over ssh: every host in parallel, one round trip each."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.adapters.ssh.answers import Answered, HostQuestion, Unanswered
from orchestrator.adapters.ssh.bounds import USUAL, Bounds
from orchestrator.adapters.ssh.captured_items import shown_cuts, shown_item
from orchestrator.adapters.ssh.check_results import component, question_of, reachable, reading
from orchestrator.adapters.ssh.known_hosts import fingerprint_of, pinned_for
from orchestrator.adapters.ssh.login import Logins
from orchestrator.adapters.ssh.processes_seen import processes_seen, searching
from orchestrator.adapters.ssh.stay_limit import stay_at_most
from orchestrator.domain.evidence.baseline import (
    FORM,
    Baseline,
    BaselineScope,
)
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.evidence.system_places import scope_question
from orchestrator.domain.plan.check import Check, CheckBase, CheckResult, ClockCheck
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Targets
from orchestrator.policy.evidence.check_result import result_of

if TYPE_CHECKING:
    from orchestrator.adapters.ssh.session import Session

Secrets = tuple[Mapping[str, str], Callable[[str], str]]
"""Fields of a check's request that come from files of this machine, and what takes these secrets out of findings."""
SecretsOf = Callable[[CheckBase, Path], Secrets]
"""Those of a check. Raises OSError or ValueError."""

AskFromController = Callable[[Sequence[Target], Sequence[Check], Path], Sequence[CheckResult]]
"""Evaluates checks from this machine: one result per target and check, all checks of the first target first."""

AT_ONCE = 32
_VERIFY_SECONDS = 60.0
_UNITS_SECONDS = 120.0
_CAPTURE_SECONDS = 300.0
_COUNTED_FAULTS = 100


class SshTargets(Targets):
    """Asks targets over ssh, each call on new connections; those of `stay` keep theirs until `close`.

    Without `controller_checks`, checks that are asked from this machine are inconclusive.
    """

    def __init__(
        self,
        controller_checks: AskFromController | None = None,
        *,
        keep: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        bounds: Bounds = USUAL,
        search: ProcessSearch | None = None,
        secrets_of: SecretsOf = lambda check, project: ({}, str),
        logins: Logins = Logins(),  # noqa: B008 - it holds no state
    ) -> None:
        self._controller_checks = controller_checks
        self._secrets_of = secrets_of
        self._logins = logins
        self._hand_on = False
        self._keep = keep
        self._now = now
        self._bounds = bounds
        self._sessions: dict[Target, Session] = {}
        self._identities: dict[Target, Identity] = {}
        self._search = search
        self._seen: dict[Target, Answered] = {}
        self._dead: dict[str, str] = {}

    def make_ready(self) -> None:
        """Import what the first round trip needs: it takes a while, and would be waited for then."""
        import_module("orchestrator.adapters.ssh.round_trip")

    def stay(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> "SshTargets":
        """A port of its own over connections that stay; see the port."""
        staying = SshTargets(
            self._controller_checks,
            keep=True,
            now=self._now,
            bounds=self._bounds,
            search=search,
            secrets_of=self._secrets_of,
            logins=self._logins,
        )
        staying._hand_on = hand_on
        return staying

    def close(self) -> None:
        """End the connections that stayed; the next call makes new ones."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._identities.clear()
        self._seen.clear()

    def verify(self, targets: Sequence[Target], checks: Sequence[Check], project: Path) -> list[CheckResult]:
        """Every check's result for every target; see the port."""
        ours = {number: check for number, check in enumerate(checks) if is_of_controller(check)}
        theirs = {number: check for number, check in enumerate(checks) if number not in ours}
        testinfra = {number: check for number, check in ours.items() if check.kind == "testinfra"}
        direct = {number: check for number, check in ours.items() if number not in testinfra}
        echo = any(isinstance(check, ClockCheck) for check in checks)
        secrets, unreadable = self._secrets(theirs, project)
        seconds = _VERIFY_SECONDS + max((_longest(check) for check in theirs.values()), default=0.0)
        with ThreadPoolExecutor(1) as beside:
            from_here = beside.submit(self._from_here, targets, direct, project)
            started = time.monotonic()
            outcomes = self._ask_all(
                targets,
                lambda target: HostQuestion(
                    seconds,
                    [
                        {**question_of(number, check, target), **secrets[number][0]}
                        for number, check in theirs.items()
                        if check.kind != "clock" and number in secrets and check.is_on(target)
                    ],
                    echo=echo,
                ),
            )
            elapsed = time.monotonic() - started
            settled = _settled(from_here)
        reached = [target for target in targets if isinstance(outcomes[target], Answered)]
        settled |= self._from_here(reached, testinfra, project)
        results: list[CheckResult] = []
        for target in targets:
            outcome = outcomes[target]
            results.append(reachable(target, outcome, elapsed))
            for number, check in enumerate(checks):
                if not check.is_on(target):
                    continue
                timed = settled.get((target.host, number)) if isinstance(outcome, Answered) else None
                if timed is None and number in ours and isinstance(outcome, Answered):
                    nobody = "nothing on this machine evaluates it"
                    timed = result_of(number, check, target, "inconclusive", nobody, 0.0)
                if number in unreadable and isinstance(outcome, Answered):
                    timed = result_of(number, check, target, "inconclusive", unreadable[number], 0.0)
                results.append(timed or _without(secrets, number, reading(number, check, target, outcome)))
        return results

    def _secrets(
        self, checks: Mapping[int, Check], project: Path
    ) -> tuple[dict[int, Secrets], dict[int, str]]:
        """What each check takes from files of this machine, or in words why it cannot be asked."""
        secrets: dict[int, Secrets] = {}
        unreadable: dict[int, str] = {}
        for number, check in checks.items():
            try:
                secrets[number] = self._secrets_of(check, project)
            except OSError as error:
                unreadable[number] = f"{error.filename} cannot be read on this machine: {error.strerror}"
            except ValueError as error:
                unreadable[number] = str(error)
        return secrets, unreadable

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        """One result per target and path; see the port."""
        started = time.monotonic()
        outcomes = self._ask_all(targets, lambda _target: HostQuestion(_UNITS_SECONDS, digests=list(digests)))
        elapsed = time.monotonic() - started
        return [
            component(number, target, path, wanted, outcomes[target], title, elapsed)
            for target in targets
            for number, (path, wanted) in enumerate(digests.items())
        ]

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        """Each target's baseline, or why there is none; see the port."""
        outcomes = self._ask_all(
            targets,
            lambda target: HostQuestion(
                _CAPTURE_SECONDS, scope=scope_question(scope.of(target.host, target.groups))
            ),
        )
        return {target.host: self._baseline(target, outcomes[target]) for target in targets}

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        """What of the run was ended on each target, and what is left; see the port."""
        asked = {"run": run, "patience": patience}
        outcomes = self._ask_all(
            targets, lambda _target: HostQuestion(_VERIFY_SECONDS + patience, end_run=asked)
        )
        return {target.host: _ending(target, outcome) for target, outcome in outcomes.items()}

    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        """Which processes of these runs each target has, and which were ended; see the port.

        The first answer of a stay that was asked to search says it: a host that gave one is not asked again.
        """
        known: dict[Target, Answered | Unanswered] = {}
        if search == self._search:
            known |= {target: self._seen[target] for target in targets if target in self._seen}
        unknown = [target for target in targets if target not in known]
        known |= self._ask_all(unknown, lambda _target: searching(HostQuestion(_VERIFY_SECONDS), search))
        return {target.host: processes_seen(target, known[target]) for target in targets}

    def pinned(self, targets: Sequence[Target]) -> Mapping[str, Sequence[str]]:
        """From each target's known_hosts file. A key that is pinned by a pattern is that of any of several hosts."""
        return {
            target.host: [
                fingerprint_of(line.key)
                for line in pinned_for(target)
                if not line.revoked and not {"*", "?"} & set(line.names)
            ]
            for target in targets
        }

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        """Which machine each target is, or why it cannot be told; see the port.

        Every answer says it: a host that answered anything during a stay is not asked again.
        """
        known = dict(self._identities)
        unknown = [target for target in targets if target not in known]
        outcomes = self._ask_all(unknown, lambda _target: HostQuestion(_VERIFY_SECONDS))
        digests = known | {
            target: outcome.identity if isinstance(outcome, Answered) else outcome.reason
            for target, outcome in outcomes.items()
        }
        return {target.host: digests[target] for target in targets}

    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        """Which of them did not answer when they were asked last, and why; see the port."""
        return {target.host: self._dead[target.host] for target in targets if target.host in self._dead}

    def release(self, targets: Sequence[Target], house: str) -> dict[str, Identity | str]:
        """The machines after they were let go; see the port."""
        outcomes = self._ask_all(targets, lambda _target: HostQuestion(_VERIFY_SECONDS, release=house))
        return {
            target.host: outcome.identity if isinstance(outcome, Answered) else outcome.reason
            for target, outcome in outcomes.items()
        }

    def run_program(
        self, target: Target, program: Sequence[str], seconds: float
    ) -> tuple[int | None, str, str]:
        """Run a program on a host as root: its exit code (None: it did not end by itself), its output, and what went wrong."""
        outcome = self._ask(target, HostQuestion(seconds, program=program))
        if isinstance(outcome, Unanswered):
            return None, "", outcome.reason
        ran = outcome.body.ran
        if outcome.without_root:
            return None, "", outcome.without_root
        return (None, "", "no answer") if ran is None else (ran.code, ran.output, ran.trouble)

    def _ask_all(
        self, targets: Sequence[Target], question: Callable[[Target], HostQuestion]
    ) -> dict[Target, Answered | Unanswered]:
        if not targets:
            return {}
        with ThreadPoolExecutor(min(len(targets), AT_ONCE)) as pool:
            answers = pool.map(lambda target: self._ask_too(target, question(target)), targets)
            outcomes = dict(zip(targets, answers, strict=True))
        for target, outcome in outcomes.items():
            self._dead.pop(target.host, None)
            if isinstance(outcome, Unanswered) and outcome.dead:
                self._dead[target.host] = outcome.reason
        return outcomes

    def _ask_too(self, target: Target, question: HostQuestion) -> Answered | Unanswered:
        """Ask a target, and with the first question of a stay that searches, for the processes as well."""
        if self._search is None or target in self._seen or question.processes is not None:
            return self._ask(target, question)
        outcome = self._ask(target, searching(question, self._search))
        if isinstance(outcome, Answered):
            self._seen[target] = outcome
        return outcome

    def _ask(self, target: Target, question: HostQuestion) -> Answered | Unanswered:
        # Here and not above: most commands ask no host, and ssh takes its time to import.
        from orchestrator.adapters.ssh.round_trip import ask, connected

        if not self._keep:
            return ask(target, question, self._bounds, self._logins.of(target.host))
        kept = self._sessions.pop(target, None)
        if kept is not None:
            outcome = self._asked_over(kept, question)
            if not (isinstance(outcome, Unanswered) and outcome.broken):
                return outcome
        hand_on = self._hand_on and len(self._sessions) < stay_at_most()
        session = connected(target, self._bounds, self._logins.of(target.host, hand_on=hand_on))
        return session if isinstance(session, Unanswered) else self._asked_over(session, question)

    def _asked_over(self, session: "Session", question: HostQuestion) -> Answered | Unanswered:
        from orchestrator.adapters.ssh.round_trip import ask_over

        stay = len(self._sessions) < stay_at_most()
        outcome = ask_over(session, question, stay=stay)
        if isinstance(outcome, Answered):
            self._identities[session.target] = outcome.identity
        if stay and isinstance(outcome, Answered):
            self._sessions[session.target] = session
        else:
            session.close()
        return outcome

    def _from_here(
        self, targets: Sequence[Target], checks: Mapping[int, Check], project: Path
    ) -> dict[tuple[str, int], CheckResult]:
        if self._controller_checks is None or not checks or not targets:
            return {}
        numbers = list(checks)
        results: dict[tuple[str, int], CheckResult] = {}
        for answer in self._controller_checks(targets, list(checks.values()), project):
            if answer.number is not None:
                number = numbers[answer.number]
                results[answer.host, number] = answer.model_copy(update={"number": number})
        return results

    def _baseline(self, target: Target, outcome: Answered | Unanswered) -> Baseline | str:
        if isinstance(outcome, Unanswered):
            return outcome.reason
        captured = outcome.body.baseline
        if captured is None:
            return "the host's answer holds no baseline"
        faults = [plain(fault, 500) for fault in captured.faults]
        if len(faults) > _COUNTED_FAULTS:
            faults = [*faults[:_COUNTED_FAULTS], f"and {len(faults) - _COUNTED_FAULTS} faults more"]
        if faults and outcome.without_root:
            faults.append(outcome.without_root)
        return Baseline(
            host=target.host,
            machine_id=outcome.identity.machine_id,
            captured_at=self._now(),
            items=tuple(shown_item(*item) for item in captured.items),
            faults=tuple(faults),
            epoch=outcome.identity.epoch,
            cuts=shown_cuts(captured.cuts),
            form=FORM,
        )


def _without(secrets: Mapping[int, Secrets], number: int, answer: CheckResult) -> CheckResult:
    """A result whose finding holds nothing that its check took from a file."""
    if number not in secrets:
        return answer
    return answer.model_copy(update={"found": secrets[number][1](answer.found)})


def _ending(target: Target, outcome: Answered | Unanswered) -> Ending | Silence:
    if isinstance(outcome, Unanswered):
        return outcome.silence
    ending = outcome.body.ending
    if ending is None:
        return Silence(reason="the host's answer does not say what is left of the run")
    left = [plain(process, 200) for process in ending.left]
    if not left and ending.unasked:
        hidden = (
            f"its processes cannot be seen ({ending.unasked} of them): {outcome.without_root or 'not root'}"
        )
        return Silence(reason=hidden, cause="processes_hidden")
    return Ending(host=target.host, ended=ending.ended, left=tuple(left))


def is_of_controller(check: CheckBase) -> bool:
    """Whether a check is asked from this machine."""
    kind = getattr(check, "kind", "")
    return kind == "testinfra" or getattr(check, "origin", "target") == "controller"


def _longest(check: CheckBase) -> float:
    return check.within + float(getattr(check, "timeout", 0.0))


def _settled(future: "Future[dict[tuple[str, int], CheckResult]]") -> dict[tuple[str, int], CheckResult]:
    return dict(future.result())
