"""The Targets port for hosts without ssh: their questions go through Ansible, one run for all hosts and questions of a call."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.adapters.ansible.in_run.kept_values import machine_of
from orchestrator.adapters.ansible.visits.questions import Questions, question_of
from orchestrator.adapters.ansible.visits.visit import Visited, Visits
from orchestrator.domain.evidence.attempt import VisitQuestion
from orchestrator.domain.evidence.baseline import FORM, Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.evidence.module_question import Fact
from orchestrator.domain.plan.check import Answer, Check, CheckResult, ModuleCheck
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Clock, Targets, VisitGround
from orchestrator.policy.evidence.check_result import FOUND_LIMIT, result_of
from orchestrator.policy.evidence.module_answer import judged

AskFromController = Callable[[Sequence[Target], Sequence[Check], Path], Sequence[CheckResult]]
"""Evaluates checks from this machine: one result per target and check, all checks of the first target first."""

NO_GROUND = "it is visited through Ansible, and no plan says with which inventory"
_HIDDEN = "it has no ssh, and orch sees no processes there"


class AnsibleTargets(Targets):
    """Asks hosts that Ansible reaches by another connection than ssh. Without ground (`within`) it can ask none."""

    def __init__(
        self,
        visits: Visits,
        clock: Clock,
        controller_checks: AskFromController | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ground: VisitGround | None = None,
        keep: bool = False,
    ) -> None:
        self._visits, self._clock, self._controller_checks, self._now = visits, clock, controller_checks, now
        self._ground, self._keep = ground, keep
        self._identities: dict[Target, Identity] = {}

    def within(self, ground: VisitGround) -> "AnsibleTargets":
        """The same port for visits with the inventory and settings of this ground."""
        return self._with(ground, keep=self._keep)

    def stay(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> "AnsibleTargets":
        """A port that remembers which machines have answered; no connection stays, for each visit is a run."""
        return self._with(self._ground, keep=True)

    def _with(self, ground: VisitGround | None, *, keep: bool) -> "AnsibleTargets":
        return AnsibleTargets(
            self._visits, self._clock, self._controller_checks, now=self._now, ground=ground, keep=keep
        )

    def close(self) -> None:
        """Forget which machines have answered."""
        self._identities.clear()

    def verify(self, targets: Sequence[Target], checks: Sequence[Check], project: Path) -> list[CheckResult]:
        """Every check's result for every target; see the port. What did not pass is asked again in another visit."""
        ours = {n: check for n, check in enumerate(checks) if isinstance(check, ModuleCheck)}
        began = time.monotonic()
        first, results = self._asked(targets, ours)
        pending = _pending(ours, results, time.monotonic() - began)
        while pending:
            self._clock.sleep(min(ours[number].every for _, number in pending))
            again = {number: ours[number] for _, number in pending}
            hosts = {host for host, _ in pending}
            _, newer = self._asked([t for t in targets if t.host in hosts], again)
            results |= {key: result for key, result in newer.items() if key in pending}
            pending = _pending(ours, results, time.monotonic() - began)
        return list(self._in_order(targets, checks, first, results, project))

    def _in_order(
        self,
        targets: Sequence[Target],
        checks: Sequence[Check],
        first: Mapping[str, CheckResult],
        results: Mapping[tuple[str, int], CheckResult],
        project: Path,
    ) -> Iterator[CheckResult]:
        here = self._from_here(targets, checks, project)
        for target in targets:
            yield first[target.host]
            for number, check in enumerate(checks):
                if not check.is_on(target):
                    continue
                known = results.get((target.host, number)) or here.get((target.host, number))
                no_way = f"`{check.kind}` is asked over ssh, and this host has none"
                yield known or result_of(number, check, target, "inconclusive", no_way, 0.0)

    def _asked(
        self, targets: Sequence[Target], checks: Mapping[int, ModuleCheck]
    ) -> tuple[dict[str, CheckResult], dict[tuple[str, int], CheckResult]]:
        """One visit: whether each target answers, and the results of these checks."""
        list_of = Questions()
        numbers: dict[tuple[str, int], int] = {}
        for target in targets:
            list_of.add_identity(target)
            for number, check in checks.items():
                if check.is_on(target):
                    paths = tuple(dict.fromkeys(each.value for each in check.expect))
                    numbers[target.host, number] = list_of.add(target, question_of(check), paths)
            self._ask_something(target, list_of)
        visited = self._visit(targets, list_of.questions)
        reached = {target.host: self._reached(target, visited, list_of) for target in targets}
        by_host = {target.host: target for target in targets}
        results = {}
        for (host, number), asked in numbers.items():
            answer, finding = _judged(checks[number], host, asked, visited)
            results[host, number] = result_of(
                number, checks[number], by_host[host], answer, finding, visited.seconds
            )
        return reached, results

    def _ask_something(self, target: Target, list_of: Questions) -> None:
        """A host that nothing is asked of shows by a fact of the baseline that it is there."""
        if not list_of.asks(target) and self._ground is not None:
            for fact in self._ground.scope.of(target.host, target.groups).facts[:1]:
                list_of.add(target, fact, fact.keep)

    def _reached(self, target: Target, visited: Visited, asked: Questions) -> CheckResult:
        way = "" if target.through is None else target.through.connection
        reasons = [
            reason for number in asked.of(target) if (reason := _trouble(target.host, number, visited))
        ]
        identity = self._identity(target, visited, asked)
        if visited.fault:
            answer, finding = "inconclusive", f"the visit does not count: {visited.fault}"
        elif not asked.of(target):
            answer, finding = "inconclusive", "there is no question to ask it"
        elif isinstance(identity, str):
            answer, finding = "failed", identity
        elif identity.machine_id != self._expected(target, identity):
            was = self._expected(target, identity)
            answer, finding = "failed", f"this is another machine now: {identity.machine_id}, and was {was}"
        elif len(reasons) == len(asked.of(target)):
            answer, finding = "failed", reasons[0]
        else:
            answer, finding = "passed", f"machine {identity.machine_id}; {visited.words}"
        return CheckResult.model_validate(
            {
                "host": target.host,
                "kind": "reachable",
                "title": "reachable through Ansible",
                "answer": answer,
                "expected": f"an answer by the connection {way}",
                "found": plain(finding, FOUND_LIMIT),
                "seconds": visited.seconds,
            }
        )

    def _expected(self, target: Target, identity: Identity) -> str:
        """The machine of the baseline, where there is one."""
        known = {} if self._ground is None else self._ground.request.machines
        return known.get(target.host, identity.machine_id)

    def _from_here(
        self, targets: Sequence[Target], checks: Sequence[Check], project: Path
    ) -> dict[tuple[str, int], CheckResult]:
        """The results of checks that are asked from this machine; testinfra needs ssh."""
        ours = {n: check for n, check in enumerate(checks) if getattr(check, "origin", "") == "controller"}
        if self._controller_checks is None or not ours or not targets:
            return {}
        numbers = list(ours)
        results: dict[tuple[str, int], CheckResult] = {}
        for each in self._controller_checks(targets, list(ours.values()), project):
            if each.number is not None:
                number = numbers[each.number]
                results[each.host, number] = each.model_copy(update={"number": number})
        return results

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        """Inconclusive: nobody sees files of a host without ssh."""
        return [
            CheckResult(
                host=target.host,
                number=number,
                kind="component",
                title=f"{title} {path}",
                answer="inconclusive",
                expected=f"sha256 {wanted}",
                found="this host has no ssh, so its files are not seen",
                seconds=0.0,
            )
            for target in targets
            for number, (path, wanted) in enumerate(digests.items())
        ]

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        """The facts of each target as items of a baseline; see the port."""
        list_of = Questions()
        facts: dict[str, list[tuple[Fact, int]]] = {}
        for target in targets:
            list_of.add_identity(target)
            for fact in scope.of(target.host, target.groups).facts:
                facts.setdefault(target.host, []).append((fact, list_of.add(target, fact, fact.keep)))
        visited = self._visit(targets, list_of.questions)
        return {
            target.host: self._baseline(target, visited, list_of, facts.get(target.host, []))
            for target in targets
        }

    def _baseline(
        self, target: Target, visited: Visited, asked: Questions, facts: Sequence[tuple[Fact, int]]
    ) -> Baseline | str:
        if visited.fault:
            return f"the visit does not count: {visited.fault}"
        identity = self._identity(target, visited, asked)
        if isinstance(identity, str):
            return identity
        items: list[ConfigurationItem] = []
        faults: list[str] = []
        for fact, number in facts:
            trouble = _trouble(target.host, number, visited)
            answer = visited.answer(target.host, number)
            values = {} if answer is None else answer.values
            if not trouble and not values:
                trouble = f"the answer has none of {', '.join(fact.keep)}"
            if trouble:
                faults.append(f"fact {fact.name}: {trouble}")
            attributes = {path: values.get(path) for path in fact.keep}
            items.append(ConfigurationItem(kind="fact", name=fact.name, attributes=attributes))
        return Baseline(
            host=target.host,
            machine_id=identity.machine_id,
            captured_at=self._now(),
            items=tuple(items),
            faults=tuple(faults),
            form=FORM,
            visit=visited.words,
        )

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        """Where modules run here, this machine's processes are all that there are, and these were ended; see the port."""
        return {
            target.host: Ending(host=target.host)
            if target.through is not None and target.through.runs_here
            else Silence(reason=_HIDDEN, cause="processes_hidden")
            for target in targets
        }

    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        """None, where modules run here; else nobody can tell; see the port."""
        return {
            target.host: ProcessesSeen(host=target.host)
            if target.through is not None and target.through.runs_here
            else Silence(reason=_HIDDEN, cause="processes_hidden")
            for target in targets
        }

    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        """None: what Ansible calls unreachable may as well be a refused login."""
        return {}

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        """By the declared identity, else by the name and the way; during a stay a host that answered is not asked again."""
        known: dict[Target, Identity | str] = {
            t: self._identities[t] for t in targets if t in self._identities
        }
        unknown = [target for target in targets if target not in known]
        list_of = Questions()
        for target in unknown:
            list_of.add_identity(target)
        visited = self._visit(unknown, list_of.questions) if list_of.questions else Visited()
        for target in unknown:
            known[target] = self._identity(target, visited, list_of)
        return {target.host: known[target] for target in targets}

    def _identity(self, target: Target, visited: Visited, asked: Questions) -> Identity | str:
        identity = None if target.through is None else target.through.identity
        if identity is None:
            return _known_by_name(target)
        if visited.fault:
            return f"the visit does not count: {visited.fault}"
        number = asked.number(identity)
        trouble = _trouble(target.host, number, visited)
        if trouble:
            return f"its identity: {trouble}"
        answer = visited.answer(target.host, number)
        machine = "" if answer is None else machine_of(answer.values, identity.keep)
        if not machine:
            return f"its identity: the answer has not all of {', '.join(identity.keep)}"
        known = Identity(host=target.host, machine_id=machine, host_key_sha256="", boot_id="")
        if self._keep:
            self._identities[target] = known
        return known

    def _visit(self, targets: Sequence[Target], questions: Sequence[VisitQuestion]) -> Visited:
        if self._ground is None:
            return Visited(fault=NO_GROUND)
        if not questions:
            return Visited()
        asked = {host for each in questions for host in each.hosts}
        return self._visits.visit(
            self._ground.request, [target for target in targets if target.host in asked], questions
        )


def _known_by_name(target: Target) -> Identity:
    """What no machine says is said by the inventory: two names of one machine, and a replaced one, are not noticed."""
    local = target.through is not None and target.through.plugin == "local"
    machine = f"name:{target.place.replace(' ', ':')}" + (f":{target.host}" if local else "")
    return Identity(host=target.host, machine_id=machine, host_key_sha256="", boot_id="")


def _trouble(host: str, number: int, visited: Visited) -> str:
    """Why there is no answer to a question; empty where there is one."""
    if visited.fault:
        return f"the visit does not count: {visited.fault}"
    answer = visited.answer(host, number)
    return "it was not asked, for the visit ended on it before" if answer is None else answer.trouble


def _judged(check: ModuleCheck, host: str, number: int, visited: Visited) -> tuple[Answer, str]:
    trouble = _trouble(host, number, visited)
    answer = visited.answer(host, number)
    if answer is None or visited.fault or answer.kind == "unreachable":
        return "inconclusive", f"the host did not answer: {trouble}"
    if trouble:
        return "failed", trouble
    return judged(check, answer.values)


def _pending(
    checks: Mapping[int, ModuleCheck],
    results: Mapping[tuple[str, int], CheckResult],
    elapsed: float,
) -> set[tuple[str, int]]:
    return {
        key
        for key, result in results.items()
        if result.answer != "passed" and elapsed < checks[key[1]].within
    }
