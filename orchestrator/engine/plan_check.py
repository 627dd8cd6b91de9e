"""Checks a plan against everything it names: files, digests, inventory, playbooks, vault. Gathers every fault, not the first."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from orchestrator.domain.check import Check, TestinfraCheck
from orchestrator.domain.checked_plan import CheckedPlan
from orchestrator.domain.inspection import Inspection, PlaybookFinding, PlaybookSeen
from orchestrator.domain.loaded_plan import LoadedPlan
from orchestrator.domain.objection import Objection
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave
from orchestrator.engine.ports import Inspector, MediaLibrary, ProjectFiles
from orchestrator.errors import Fault, NotFound, PlanFault
from orchestrator.policy.plan_findings import faults_of, path_of, warnings_of, window_over
from orchestrator.policy.rollout import waves_of

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PlanPorts:
    """What a plan check asks."""

    inspector: Inspector
    library: MediaLibrary
    files: ProjectFiles
    now: Callable[[], datetime]


def check_plan(
    loaded: LoadedPlan,
    project: Path,
    ports: PlanPorts,
    *,
    starting: bool = False,
    say: Progress = lambda step: None,
) -> CheckedPlan:
    """Every fault and warning of a plan that was read; `starting` makes a window that is over a fault.

    Raises MachineLacks when Ansible itself cannot be asked.
    """
    check = _Check(loaded, project, ports, say)
    check.plan_itself(starting=starting)
    check.named_files()
    check.artefacts()
    inspection = check.inventory()
    check.waves(inspection)
    check.playbooks(inspection)
    check.settings()
    return CheckedPlan(
        loaded, inspection.targets, check.resolved, _in_order(check.faults), _in_order(check.warnings)
    )


@dataclass(slots=True)
class _Check:
    loaded: LoadedPlan
    project: Path
    ports: PlanPorts
    say: Progress
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    resolved: tuple[Wave, ...] = ()

    def plan_itself(self, *, starting: bool) -> None:
        """What the plan says against itself, and against the clock."""
        self._object(faults_of(self.loaded.plan))
        over = window_over(self.loaded.plan, self.ports.now())
        (self._object if starting else self._warn)(over)

    def named_files(self) -> None:
        """Every file that the plan names is there, and is what it should be."""
        plan, files = self.loaded.plan, self.ports.files
        inside = [("strategy.playbook", plan.strategy.playbook), ("backout.playbook", plan.backout.playbook)]
        inside += [(path, check.path) for path, check in _testinfra(self.loaded)]
        for path, name in inside:
            self._object(
                _not_there(path, name, files.kind(self.project, name), "a file of the project", ("file",))
            )
        inventory = files.kind_anywhere(self.project, plan.resources.inventory)
        expected = "an inventory file or folder"
        self._object(_not_there("resources.inventory", plan.resources.inventory, inventory, expected))
        secret = plan.resources.vault_password_file
        if secret is not None:
            kind = files.kind_anywhere(self.project, secret)
            self._object(_not_there("resources.vault_password_file", secret, kind, "a file", ("file",)))

    def artefacts(self) -> None:
        """Every release unit is in the media library, with its digest, and can be compared on a host."""
        units = self.loaded.plan.release.units
        for index, unit in enumerate(units):
            self.say(f"digest of {unit.artefact} ({index + 1} of {len(units)})")
            path = f"release.units[{index}]"
            try:
                digest = self.ports.library.digest(self.project, unit.artefact)
            except NotFound:
                self._object([_no_artefact(path, unit.artefact)])
                continue
            if digest != unit.sha256:
                next_move = "do not deploy it until you know why; the plan holds what was approved"
                self._object(
                    [
                        Objection(
                            f"{path}.sha256",
                            f"the digest of {unit.artefact}, {digest}",
                            unit.sha256,
                            next_move,
                        )
                    ]
                )
            elif unit.on_target is not None:
                self._members(unit.artefact)

    def inventory(self) -> Inspection:
        """What Ansible makes of the inventory, the playbooks and the vault."""
        self.say("inventory, playbooks and vault, as Ansible reads them")
        inspection = self.ports.inspector.inspect(self.loaded.plan, self.project)
        known = {fault.path for fault in self.faults}
        if "resources.inventory" not in known:
            for found in inspection.inventory_faults:
                next_move = "correct the inventory or `strategy.hosts`"
                self._object(
                    [Objection("resources.inventory", "an inventory with the plan's hosts", found, next_move)]
                )
        if not inspection.targets and not inspection.inventory_faults:
            self._object([_no_hosts(self.loaded.plan.strategy.hosts)])
        self._object(_same_machine(inspection.targets))
        for vault in inspection.vault_faults:
            self.faults.append(
                Fault(
                    vault.file,
                    vault.line,
                    "",
                    "a vaulted value that decrypts",
                    vault.message,
                    vault.next_move,
                )
            )
        return inspection

    def waves(self, inspection: Inspection) -> None:
        """Which host goes when; nothing is said of it where the hosts are unknown."""
        if not inspection.targets:
            return
        rollout = waves_of(self.loaded.plan, inspection.targets, inspection.groups)
        self.resolved = rollout.waves
        self._object(rollout.objections)
        self._warn(warnings_of(self.loaded.plan, rollout.waves))

    def playbooks(self, inspection: Inspection) -> None:
        """Both playbooks can be read, name every host, and hold nothing that lies."""
        self.say("constructs that can lie")
        known = {fault.path for fault in self.faults}
        names = ("strategy.playbook", "backout.playbook")
        for path, seen in zip(names, inspection.playbooks, strict=False):
            if path not in known:
                self._playbook(path, seen)
                self._lint(path)

    def settings(self) -> None:
        """Settings of ansible.cfg that would make a run unsafe, and are not followed."""
        for sentence in self.ports.inspector.settings_overridden(self.project):
            fault = Fault(
                str(self.project / "ansible.cfg"),
                None,
                "",
                "settings that are followed",
                sentence,
                "remove it",
            )
            self.warnings.append(fault)

    def _playbook(self, path: str, seen: PlaybookSeen) -> None:
        if seen.fault is not None:
            self._object(
                [Objection(path, "a playbook that Ansible can read", seen.fault, "correct the playbook")]
            )
            return
        for wave in self.resolved:
            missed = seen.uncovered(wave.hosts)
            if missed:
                where = path_of(self.loaded.plan, wave)
                expected = f"hosts that a play of {seen.path} names"
                found = f"none for {', '.join(missed)} ({wave.name})"
                self._object(
                    [Objection(where, expected, found, "widen the play's `hosts`, or narrow the wave")]
                )

    def _lint(self, path: str) -> None:
        plan = self.loaded.plan
        name = plan.strategy.playbook if path == "strategy.playbook" else plan.backout.playbook
        for finding in self.ports.inspector.unsafe_constructs(self.project / name, self.project):
            (self.faults if finding.severity == "refuse" else self.warnings).append(_as_fault(finding))

    def _members(self, artefact: str) -> None:
        try:
            self.ports.library.members(self.project, artefact)
        except PlanFault as unusable:
            self.faults.extend(unusable.faults)

    def _object(self, objections: Iterable[Objection]) -> None:
        self.faults.extend(self.loaded.fault(objection) for objection in objections)

    def _warn(self, objections: Iterable[Objection]) -> None:
        self.warnings.extend(self.loaded.fault(objection) for objection in objections)


def _not_there(
    path: str, name: str, kind: str, expected: str, allowed: tuple[str, ...] = ("file", "directory")
) -> list[Objection]:
    found = {
        "absent": f"no {name}",
        "outside": f"{name}, which is outside it",
        "directory": f"{name}, which is a folder",
    }
    if kind in allowed:
        return []
    return [Objection(path, expected, found[kind], "correct the path")]


def _no_artefact(path: str, artefact: str) -> Objection:
    return Objection(
        f"{path}.artefact", "a file of the project", f"no {artefact}", "build it, or correct the path"
    )


def _no_hosts(pattern: str) -> Objection:
    return Objection(
        "strategy.hosts", "at least one host", f"none for `{pattern}`", "correct the pattern or the inventory"
    )


def _same_machine(targets: Iterable[Target]) -> Iterator[Objection]:
    """Two names of one machine would be changed twice, and counted as two."""
    first: dict[tuple[str, int], str] = {}
    for target in targets:
        earlier = first.setdefault((target.address, target.port), target.host)
        if earlier != target.host:
            found = f"{earlier} and {target.host}, both at {target.address} port {target.port}"
            yield Objection("resources.inventory", "one name for each machine", found, "remove one of them")


def _testinfra(loaded: LoadedPlan) -> Iterator[tuple[str, TestinfraCheck]]:
    for path, checks in _checks(loaded):
        for index, check in enumerate(checks):
            if isinstance(check, TestinfraCheck):
                yield f"{path}[{index}].testinfra", check


def _checks(loaded: LoadedPlan) -> Iterator[tuple[str, tuple[Check, ...]]]:
    plan = loaded.plan
    yield "validation.environment", plan.validation.environment
    yield "validation.acceptance", plan.validation.acceptance
    if plan.strategy.pilot is not None:
        yield "strategy.pilot.acceptance", plan.strategy.pilot.acceptance
    for index, wave in enumerate(plan.strategy.waves):
        yield f"strategy.waves[{index}].entry", wave.entry
        yield f"strategy.waves[{index}].acceptance", wave.acceptance


def _as_fault(finding: PlaybookFinding) -> Fault:
    return Fault(
        finding.file,
        finding.line,
        finding.construct,
        "tasks whose result can be trusted",
        finding.what,
        finding.next_move,
    )


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    unique = dict.fromkeys(faults)
    return tuple(sorted(unique, key=lambda fault: (fault.file, fault.line or 0, fault.path)))
