"""The port `Targets` over the nodes of a zone: each question is a call, and its answer is held to what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from orchestrator.adapters.nodes import frames
from orchestrator.adapters.nodes.calling import Zone
from orchestrator.adapters.nodes.carried import SharedTrees, carried, files_of_visit, project_of
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.domain.plan.inspection import BecomeSecret
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Targets, VisitGround
from orchestrator.errors import OrchError
from orchestrator.policy.evidence.check_result import result_of

VISIT_SECONDS = 180.0
CAPTURE_SECONDS = 600.0
"""Seconds for an answer once a node has taken the question; the node's own bounds for each host are shorter."""
T = TypeVar("T")
Passwords = tuple[Callable[[str], BecomeSecret | None], Callable[[str], str | None]]
"""To become root, and those of ssh, by host."""
_NONE: Passwords = (lambda _host: None, lambda _host: None)


class RemoteTargets(Targets):
    """Hosts of one zone. Where no node answers, no host does, and the reason names the zone."""

    def __init__(self, zone: Zone, trees: SharedTrees, passwords: Passwords = _NONE) -> None:
        self._zone, self._trees, self._passwords = zone, trees, passwords
        self._deployment = ""
        self._dead: dict[str, str] = {}

    def within(self, ground: VisitGround) -> RemoteTargets:
        """See the port."""
        there = RemoteTargets(self._zone, self._trees, self._passwords)
        there._deployment = ground.request.deployment
        return there

    def verify(self, targets: Sequence[Target], checks: Sequence[Check], project: Path) -> list[CheckResult]:
        """See the port."""
        if not targets:
            return []
        longest = max((check.within + float(getattr(check, "timeout", 0.0)) for check in checks), default=0.0)
        question = frames.Verify(hosts=self._visit(targets), checks=tuple(checks), project=str(project))
        answer, why = self._ask(question, VISIT_SECONDS + longest)
        results = () if answer is None or answer.results is None else answer.results.results
        self._note_dead(targets, {} if answer is None or answer.results is None else answer.results.dead)
        given = {(each.host, each.number): each for each in results}
        return [each for target in targets for each in self._results(target, checks, given, why)]

    def _results(
        self,
        target: Target,
        checks: Sequence[Check],
        given: Mapping[tuple[str, int | None], CheckResult],
        why: str,
    ) -> Iterable[CheckResult]:
        """One for each that was asked for, and no other; the node's words are as foreign as a host's."""
        reached = given.get((target.host, None))
        if reached is None or reached.kind != "reachable":
            reached = CheckResult(
                host=target.host,
                kind="reachable",
                title="reachable over ssh",
                answer="failed",
                expected=f"ssh to {target.user}@{target.address} port {target.port} from a node of {self._zone.name}",
                found=why,
                seconds=0.0,
            )
        yield _plain(reached)
        for number, check in enumerate(checks):
            if not check.is_on(target):
                continue
            result = given.get((target.host, number))
            if result is None or result.kind != check.kind:
                result = result_of(number, check, target, "inconclusive", why, 0.0)
            yield _plain(result)

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        """See the port."""
        if not targets:
            return []
        question = frames.VerifyUnits(hosts=self._visit(targets), digests=dict(digests), title=title)
        answer, why = self._ask(question, VISIT_SECONDS)
        results = () if answer is None or answer.results is None else answer.results.results
        given = {(each.host, each.number): each for each in results if each.kind == "component"}
        return [
            _plain(
                given.get((target.host, number))
                or CheckResult(
                    host=target.host,
                    kind="component",
                    title=f"{title} {path}",
                    answer="inconclusive",
                    expected=f"sha256 {wanted}",
                    found=why,
                    seconds=0.0,
                    number=number,
                )
            )
            for target in targets
            for number, (path, wanted) in enumerate(digests.items())
        ]

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        """See the port."""
        if not targets:
            return {}
        answer, why = self._ask(frames.Capture(hosts=self._visit(targets), scope=scope), CAPTURE_SECONDS)
        given = None if answer is None else answer.baselines
        self._note_dead(targets, {} if given is None else given.dead)
        captured = {} if given is None else given.baselines
        return _of_each(targets, captured, lambda target: why, self._is_of)

    def _is_of(self, target: Target, answer: object) -> bool:
        return getattr(answer, "host", target.host) == target.host

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        """See the port."""
        if not targets:
            return {}
        question = frames.EndRun(hosts=self._visit(targets), run=run, patience=patience)
        answer, why = self._ask(question, VISIT_SECONDS + patience)
        given = {} if answer is None or answer.endings is None else answer.endings.endings
        return _of_each(targets, given, lambda target: Silence(reason=why), self._is_of)

    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        """See the port."""
        if not targets:
            return {}
        question = frames.ProcessesOf(hosts=self._visit(targets), search=search)
        answer, why = self._ask(question, VISIT_SECONDS + search.patience)
        given = {} if answer is None or answer.processes is None else answer.processes.processes
        return _of_each(targets, given, lambda target: Silence(reason=why), self._is_of)

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        """See the port."""
        return self._identities(targets, frames.Identify(hosts=self._visit(targets))) if targets else {}

    def release(self, targets: Sequence[Target], house: str) -> dict[str, Identity | str]:
        """See the port."""
        return (
            self._identities(targets, frames.Release(hosts=self._visit(targets), house=house))
            if targets
            else {}
        )

    def _identities(
        self, targets: Sequence[Target], question: frames.Identify | frames.Release
    ) -> dict[str, Identity | str]:
        answer, why = self._ask(question, VISIT_SECONDS)
        given = None if answer is None else answer.identities
        self._note_dead(targets, {} if given is None else given.dead)
        identities = {} if given is None else given.identities
        return _of_each(targets, identities, lambda target: why, self._is_of)

    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        """Those that a node could not reach; while no node answers, nobody knows of any."""
        return {target.host: self._dead[target.host] for target in targets if target.host in self._dead}

    def _note_dead(self, targets: Sequence[Target], dead: Mapping[str, str]) -> None:
        for target in targets:
            self._dead.pop(target.host, None)
            if target.host in dead:
                self._dead[target.host] = plain(dead[target.host], 500)

    def _visit(self, targets: Sequence[Target]) -> frames.Hosts:
        become, logins = self._passwords
        roots = {target.host: become(target.host) for target in targets}
        passwords = {target.host: logins(target.host) for target in targets}
        return frames.Hosts(
            targets=tuple(targets),
            become={host: secret for host, secret in roots.items() if secret is not None},
            logins={host: password for host, password in passwords.items() if password is not None},
        )

    def _ask(self, question: frames.AnyVisit, seconds: float) -> tuple[frames.NodeAnswer | None, str]:
        """The answer, and in words why what is missing from it is."""
        try:
            project = project_of(question)
            tree = None if project is None else self._trees.shared(project)
            files = carried(files_of_visit(question), tree)
            answer = self._zone.ask(question, seconds, deployment=self._deployment, files=files, tree=tree)
        except OrchError as fault:
            return None, plain(str(fault), 400)
        if answer is None:
            return None, f"no node of the zone {self._zone.name} answered in time (orch node list shows them)"
        return answer, f"the answer of the node of {self._zone.name} says nothing of it"


def _plain(result: CheckResult) -> CheckResult:
    texts = {
        "title": plain(result.title, 300),
        "expected": plain(result.expected, 500),
        "found": plain(result.found, 500),
    }
    return result.model_copy(update=texts)


def _of_each(
    targets: Sequence[Target],
    given: Mapping[str, T],
    without: Callable[[Target], T],
    fits: Callable[[Target, object], bool],
) -> dict[str, T]:
    """An answer for every target and no other."""
    answers: dict[str, T] = {}
    for target in targets:
        answer = given.get(target.host)
        answers[target.host] = answer if answer is not None and fits(target, answer) else without(target)
    return answers
