"""Ports whose answers hold no vaulted value: what comes from hosts and runs passes here before anything keeps or shows it."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation, RunIsolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.baseline import (
    AttributeValue,
    Baseline,
    BaselineScope,
    ConfigurationItem,
)
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.evidence.run_software import AnsibleUsed, RunSoftware
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.domain.plan.inspection import Vaulted
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.domain.text.redaction import Redactor
from orchestrator.engine.ports import Clock, PlaybookRuns, Ports, Targets, VisitGround
from orchestrator.engine.project_folder import folder
from orchestrator.engine.redaction import Redaction
from orchestrator.policy.evidence.file_text import as_kept


def ask_for_vaulted(ports: Ports, d: Deployment, *, over: bool = False) -> None:
    """From now on texts of this deployment are kept once its vaulted values are known: this process did not check its plan.

    `over`: its private copy may be gone; then the project's values count.
    """
    ports.redaction.ask(lambda: vaulted_values(ports, d, over=over))


def vaulted_values(ports: Ports, d: Deployment, *, over: bool = False) -> Vaulted:
    """The vaulted values of this deployment's runs. It may take seconds; never raises for users' files.

    `over`: its private copy may be gone; then the project's values count.
    """
    vaulted = ports.inspector.vaulted(_in_place(d), folder(d.workplace), folder(d.project))
    if vaulted.unknown is None or not over:
        return vaulted
    return ports.inspector.vaulted(d.plan, folder(d.project))


def _in_place(d: Deployment) -> ReleasePlan:
    """The plan with the places where its runs read: the vault's password is seldom in the private copy."""
    resources = d.plan.resources
    password = resources.vault_password_file
    places = {
        "inventory": d.place_of(resources.inventory),
        "vault_password_file": None if password is None else d.place_of(password),
    }
    return d.plan.model_copy(update={"resources": resources.model_copy(update=places)})


class RedactedTargets(Targets):
    """Hosts, asked as ever: their answers are judged as they are, and kept without vaulted values.

    While the values are not known, findings are not kept, and there is no baseline.
    """

    def __init__(self, hosts: Targets, redaction: Redaction) -> None:
        self._hosts, self._redaction = hosts, redaction

    def within(self, ground: VisitGround) -> "RedactedTargets":
        """The same with what visits through Ansible need."""
        return RedactedTargets(self._hosts.within(ground), self._redaction)

    def stay(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> "RedactedTargets":
        """The same over connections that stay."""
        return RedactedTargets(self._hosts.stay(search, hand_on=hand_on), self._redaction)

    def close(self) -> None:
        """See the port."""
        self._hosts.close()

    def make_ready(self) -> None:
        """See the port."""
        self._hosts.make_ready()

    def pinned(self, targets: Sequence[Target]) -> Mapping[str, Sequence[str]]:
        """See the port."""
        return self._hosts.pinned(targets)

    def verify(self, targets: Sequence[Target], checks: Sequence[Check], project: Path) -> list[CheckResult]:
        """See the port."""
        return self._results(self._hosts.verify(targets, checks, project))

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        """See the port."""
        return self._results(self._hosts.verify_units(targets, digests, title))

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        """See the port."""
        missing = self._redaction.missing()
        if missing is not None:
            return {target.host: missing for target in targets}
        redact = self._redaction.redactor
        captured = self._hosts.capture(targets, scope)
        kept = {
            target.host: _without_closed_files(captured[target.host], scope.of(target.host, target.groups))
            for target in targets
            if target.host in captured
        }
        return kept if not redact else {host: _baseline(redact, each) for host, each in kept.items()}

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        """See the port."""
        missing = self._redaction.missing()
        endings = self._hosts.end_run(targets, run, patience)
        return {host: _ending(self._redaction.redactor, missing, each) for host, each in endings.items()}

    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        """See the port."""
        missing = self._redaction.missing()
        answers = self._hosts.processes_of(targets, search)
        return {host: _processes(self._redaction.redactor, missing, each) for host, each in answers.items()}

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        """See the port."""
        shown = self._redaction.shown
        identities = self._hosts.identify(targets)
        return {host: shown(each) if isinstance(each, str) else each for host, each in identities.items()}

    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        """See the port."""
        shown = self._redaction.shown
        return {host: shown(reason) for host, reason in self._hosts.dead(targets).items()}

    def release(self, targets: Sequence[Target], house: str) -> dict[str, Identity | str]:
        """See the port."""
        shown = self._redaction.shown
        identities = self._hosts.release(targets, house)
        return {host: shown(each) if isinstance(each, str) else each for host, each in identities.items()}

    def _results(self, results: list[CheckResult]) -> list[CheckResult]:
        missing = self._redaction.missing()
        redact = self._redaction.redactor
        if missing is None and not redact:
            return results
        return [_result(redact, missing, each) for each in results]


class RedactedRuns(PlaybookRuns):
    """Runs of playbooks: redacted where they are written, and here once more with all that this process knows."""

    def __init__(self, runs: PlaybookRuns, redaction: Redaction) -> None:
        self._runs, self._redaction = runs, redaction

    def start(self, request: AttemptRequest) -> None:
        """See the port."""
        self._runs.start(request)

    def sight(self, attempt: str) -> Sighting:
        """See the port."""
        sighting = self._runs.sight(attempt)
        if sighting.outcome is None:
            return sighting
        self._redaction.missing()
        outcome = _outcome(self._redaction.redactor, sighting.outcome)
        return sighting.model_copy(update={"outcome": outcome})

    def await_end(self, attempt: str, clock: Clock, seconds: float) -> None:
        """See the port."""
        self._runs.await_end(attempt, clock, seconds)

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """See the port."""
        shown = self._redaction.shown
        return [
            seen.model_copy(update={"task": shown(seen.task), "message": shown(seen.message)})
            for seen in self._runs.tasks_seen(attempt, after)
        ]

    def stands_still(self, attempt: str) -> str:
        """See the port."""
        return self._runs.stands_still(attempt)

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """See the port."""
        return self._runs.stop(attempt, isolation)

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """See the port."""
        self._runs.make_ready(project, accelerate)

    def software(
        self, project: Path, playbooks: Sequence[str] = (), inventory: str = "", image: str | None = None
    ) -> RunSoftware:
        """See the port."""
        return self._runs.software(project, playbooks, inventory, image)

    def isolation(self, image: str | None, *, acts_here: bool, zone: str = "") -> RunIsolation:
        """See the port."""
        return self._runs.isolation(image, acts_here=acts_here, zone=zone)

    def go_on_with(self, ansible: AnsibleUsed) -> AnsibleUsed | None:
        """See the port."""
        return self._runs.go_on_with(ansible)

    def let_go(self) -> None:
        """See the port."""
        self._runs.let_go()


def _result(redact: Redactor, missing: str | None, result: CheckResult) -> CheckResult:
    """A result in texts that may be kept; the answer stays."""
    finding = missing if missing is not None and result.kind != "reachable" else redact(result.found)
    texts = {"title": redact(result.title), "expected": redact(result.expected), "found": finding}
    return result.model_copy(update=texts)


def _ending(redact: Redactor, missing: str | None, ending: Ending | Silence) -> Ending | Silence:
    if isinstance(ending, Silence):
        return ending.model_copy(update={"reason": redact(ending.reason)})
    left = tuple(missing or redact(process) for process in ending.left)
    return ending.model_copy(update={"left": left})


def _processes(
    redact: Redactor, missing: str | None, answer: ProcessesSeen | Silence
) -> ProcessesSeen | Silence:
    if isinstance(answer, Silence):
        return answer.model_copy(update={"reason": redact(answer.reason)})
    return answer.model_copy(
        update={
            name: tuple(
                process.model_copy(
                    update={"program": missing or redact(process.program), "unit": redact(process.unit)}
                )
                for process in processes
            )
            for name, processes in (("ended", answer.ended), ("left", answer.left))
        }
    )


def _outcome(redact: Redactor, outcome: AttemptOutcome) -> AttemptOutcome:
    if not redact:
        return outcome
    faults = tuple(map(redact, outcome.faults))
    opened = tuple(
        file.model_copy(update={"path": redact(file.path), "task": redact(file.task)})
        for file in outcome.opened
    )
    hosts = tuple(_host(redact, host) for host in outcome.hosts)
    return outcome.model_copy(update={"faults": faults, "hosts": hosts, "opened": opened})


def _host(redact: Redactor, host: HostOutcome) -> HostOutcome:
    task = None if host.task is None else redact(host.task)
    changed = tuple(map(redact, host.changed_tasks))
    return host.model_copy(update={"reason": redact(host.reason), "task": task, "changed_tasks": changed})


def _without_closed_files(baseline: Baseline | str, scope: BaselineScope) -> Baseline | str:
    return baseline if isinstance(baseline, str) else as_kept(baseline, scope)


def _baseline(redact: Redactor, baseline: Baseline | str) -> Baseline | str:
    if isinstance(baseline, str):
        return redact(baseline)
    faults = tuple(map(redact, baseline.faults))
    items = tuple(_item(redact, item) for item in baseline.items)
    return baseline.model_copy(update={"items": items, "faults": faults})


def _item(redact: Redactor, item: ConfigurationItem) -> ConfigurationItem:
    """An item without values in its attributes: two that differ still do, for each value has a mark of its own."""
    attributes = {key: _attribute(redact, key, value) for key, value in item.attributes.items()}
    return item if attributes == item.attributes else item.model_copy(update={"attributes": attributes})


def _attribute(redact: Redactor, key: str, value: AttributeValue) -> AttributeValue:
    if not isinstance(value, str):
        return value
    if key != "content":
        return redact(value)
    try:
        content = base64.b64decode(value, validate=True)
    except ValueError:
        return redact(value)
    kept = redact.data(content)
    return value if kept == content else base64.b64encode(kept).decode("ascii")
