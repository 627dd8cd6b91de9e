"""Checks a plan against what it names: files, digests, inventory, playbooks, vault. Gathers every fault."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.domain.plan.release_plan import ReleasePlan, ReleaseUnit
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.background import BackgroundTask
from orchestrator.engine.lookup.place import by_files
from orchestrator.engine.lookup.unit_files import obtained
from orchestrator.engine.planning.document_check import check_documents
from orchestrator.engine.planning.faults import (
    as_fault,
    construct_fault,
    faults_of_inspection,
    in_order,
    passwords_not_had,
    roundabout_ways,
)
from orchestrator.engine.planning.installed_parts import installed_parts
from orchestrator.engine.planning.message_check import unsent_messages
from orchestrator.engine.planning.placed_plan import put_in
from orchestrator.engine.ports import Governing, Ports, Tree
from orchestrator.errors import Fault, NotFound, NotObtained, PlanFault
from orchestrator.policy.authority.environment_rules import about_unknown, objections_of
from orchestrator.policy.authority.known_machines import Place
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.evidence.allowed_changes import rules_binding
from orchestrator.policy.planning import acceleration_objections as acceleration
from orchestrator.policy.planning import hosts_without_ssh, selections, unit_rules, zones
from orchestrator.policy.planning import plan_objections as rules
from orchestrator.policy.planning.balancer_objections import about_balancers, programs_of_balancers
from orchestrator.policy.planning.change_objections import files_of_ticket, unseen_parts
from orchestrator.policy.planning.checks_of_stages import unverified_stages
from orchestrator.policy.planning.digests import effective_plan, in_environment
from orchestrator.policy.planning.metric_objections import (
    programs_of_metrics,
    unpassed_variables,
    without_control,
)
from orchestrator.policy.planning.name_objections import misleading_roles
from orchestrator.policy.planning.plan_findings import faults_of, warnings_of, window_over
from orchestrator.policy.planning.planning_mistakes import planning_mistakes, severity_of
from orchestrator.policy.planning.requirements import with_defaults
from orchestrator.policy.planning.vault_findings import in_clear, short_passed, short_passwords, short_values

SayProgress = Callable[[str], None]


def prepare_plan(ports: Ports, file: Path, place: RehearsalPlace | None = None) -> PreparedPlan:
    """Load a plan and check it for a deployment that starts now, in `place` if it is rehearsed.

    Raises NotFound, and PlanFault with every fault there is.
    """
    loaded = ports.plan_files.load(file)
    there = loaded if place is None else put_in(loaded, place)
    checked = check_plan(ports, there, starting=True, meanwhile=ports.targets.make_ready)
    if checked.faults:
        raise PlanFault(checked.faults)
    if place is None:
        return checked
    return checked.model_copy(update={"written": _with_defaults(loaded.plan, checked.model)})


def _with_defaults(plan: ReleasePlan, model: DeploymentModel | None) -> ReleasePlan:
    return plan if model is None else with_defaults(plan, model)


def check_plan(
    ports: Ports,
    loaded: PreparedPlan,
    *,
    starting: bool = False,
    say: SayProgress = lambda step: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> PreparedPlan:
    """The plan with its hosts, waves, rules, faults and warnings. With `starting`, a window that is over is a fault.

    Ansible inspects the plan in a process that takes a second to start; the other checks, then `meanwhile`, run meanwhile.
    """
    check = _Check(loaded, Path(loaded.project), ports, say)
    check.governing()
    asked = BackgroundTask(partial(ports.inspector.inspect, check.loaded.plan, check.project, check.say))
    check.plan_itself(starting=starting)
    check.by_reading()
    tree = check.tree()
    meanwhile()
    inspection = check.inventory(asked)
    check.environment(inspection, starting=starting)
    check.waves(inspection)
    check.playbooks(inspection)
    check.place(inspection.targets, starting=starting)
    check.planning(inspection.targets)
    return check.loaded.model_copy(
        update={
            "targets": inspection.targets,
            "beside": inspection.beside,
            "way_places": inspection.way_places,
            "waves": check.resolved,
            "faults": in_order(check.faults),
            "warnings": in_order(check.warnings),
            "effective": check.effective(inspection, tree),
            "copy_size": tree.size,
            **check.rules(),
            "installed": check.installed,
            "foreseen": (*dict.fromkeys((*check.foreseen, *inspection.opened)),),
        }
    )


def check_files(ports: Ports, loaded: PreparedPlan, say: SayProgress = lambda step: None) -> PreparedPlan:
    """The part of the check that starts no other program: the plan with its rules, faults and warnings, without hosts."""
    check = _Check(loaded, Path(loaded.project), ports, say, offline=True)
    check.governing()
    check.plan_itself(starting=False)
    check.by_reading()
    check.tree()
    check.place((), starting=False)
    check.planning(())
    lists = {"faults": in_order(check.faults), "warnings": in_order(check.warnings)}
    return check.loaded.model_copy(update={**lists, **check.rules()})


@dataclass(slots=True)
class _Check:
    loaded: PreparedPlan
    project: Path
    ports: Ports
    say: SayProgress
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    resolved: tuple[Wave, ...] = ()
    binds: Governing = field(default_factory=Governing)
    digests: dict[str, str] = field(default_factory=dict)
    in_place: Mapping[str, str] = field(default_factory=dict)
    known: Place = field(default_factory=Place)
    foreseen: list[str] = field(default_factory=list)
    installed: tuple[InstalledPart, ...] = ()
    offline: bool = False

    def governing(self) -> None:
        """Find the policy and model that bind; from here on the plan has the model's defaults."""
        try:
            self.known = Place(self.ports.authority.environments(self.project))
            self.binds = self.ports.authority.governing(self.loaded.plan, self.project)
        except PlanFault as unusable:
            self.faults.extend(unusable.faults)
            return
        self._object(self.binds.objections)
        self._warn(self.binds.warnings)
        plan = _with_defaults(self.loaded.plan, self.binds.model)
        self.loaded = self.loaded.model_copy(update={"plan": plan})
        self.documents()
        self._object(unseen_parts(rules_binding(self.binds.policy, self.binds.model), plan))

    def documents(self) -> None:
        """Check who answers for model and policy, and whether they are approved."""
        environment = self.known.binding(self.loaded.plan.resources.environment)
        checked = check_documents(self.ports, self.binds, self.project, environment)
        self.faults.extend(checked.faults)
        self.warnings.extend(checked.warnings)
        self.loaded = self.loaded.model_copy(update={"documents": checked.documents})

    def place(self, targets: Sequence[Target], *, starting: bool) -> None:
        """Check the environment and its hosts against what files know; at a start admission does, and puts it on record."""
        plan = self.loaded.plan
        self.known = by_files(self.ports, self.known.files, targets)
        self._warn(about_unknown(self.known, plan))
        if not starting:
            self._object(objections_of(self.known, plan, self.binds.policy))

    def planning(self, targets: Sequence[Target]) -> None:
        """Check that each section says, tests and decides something; how severe that is depends on what it is for."""
        plan, environment = self.loaded.plan, self.known.binding(self.loaded.plan.resources.environment)
        paths = {check.path for _path, check in rules.testinfra_checks(plan)}
        texts = {path: self.ports.project_files.text(self.project, path) for path in sorted(paths)}
        tests = {path: text for path, text in texts.items() if text is not None}
        for code, objection in planning_mistakes(plan, targets, tests):
            severe = severity_of(code, plan, environment, self.binds.policy) == "fault"
            (self._object if severe else self._warn)([objection])

    def rules(self) -> dict[str, object]:
        """The policy and the model that bind, and what files say of the plan's environment."""
        name = self.loaded.plan.resources.environment
        known = {"environment": self.known.binding(name), "environment_unknown": self.known.unknown(name)}
        return {"policy": self.binds.policy, "model": self.binds.model, **known}

    def plan_itself(self, *, starting: bool) -> None:
        """Check the plan against itself and against the clock."""
        self._object(faults_of(self.loaded.plan))
        self._object(unpassed_variables(self.loaded.plan))
        self._object(misleading_roles(self.loaded.plan, self.binds.policy))
        self.warnings.extend(() if starting else unsent_messages(self.ports, self.loaded))
        (self._object if starting else self._warn)(window_over(self.loaded.plan, self.ports.clock.now()))

    def by_reading(self) -> None:
        """Check the files that the plan names, without running any of them."""
        self.named_files()
        self.artefacts()
        self.constructs()
        self.tree_readings()
        self.settings()

    def named_files(self) -> None:
        """Check that every file that the plan names exists and is of the expected kind."""
        plan, files = self.loaded.plan, self.ports.project_files
        inside = list(self._playbooks().items())
        inside += [(path, check.path) for path, check in rules.testinfra_checks(plan)]
        inside += [*programs_of_metrics(plan), *programs_of_balancers(plan)]
        for path, name in inside:
            kind = files.kind(self.project, name)
            self._object(rules.not_there(path, name, kind, "a file of the project"))
        inventory = plan.resources.inventory
        kind = files.kind_anywhere(self.project, inventory)
        expected = "an inventory file or folder"
        self._object(rules.not_there("resources.inventory", inventory, kind, expected, rules.FILE_OR_FOLDER))
        for path, name in (*rules.files_on_this_machine(plan), *files_of_ticket(plan)):
            kind = files.kind_anywhere(self.project, name)
            self._object(rules.not_there(path, name, kind, "a file"))
        secret = plan.resources.vault_password_file
        if secret is not None:
            kind = files.kind_anywhere(self.project, secret)
            self._object(rules.not_there("resources.vault_password_file", secret, kind, "a file"))

    def artefacts(self) -> None:
        """Check that the media library has every release unit with its digest, and that nobody is harmed who unpacks it."""
        units = self.loaded.plan.release.units
        for index, unit in enumerate(units):
            self.say(f"digest of {unit.artefact} ({index + 1} of {len(units)})")
            if unit.library is not None:
                self._of_library(index, unit)
                continue
            try:
                digest = self.ports.library.digest(self.project, unit.artefact)
            except NotFound:
                self._object([rules.no_artefact(index, unit)])
                continue
            self.digests[unit.artefact] = digest
            self._object(rules.other_digest(index, unit, digest))
            if unit.on_target is not None or unit.is_archive:
                self._members(unit.artefact, self.project)

    def _of_library(self, index: int, unit: ReleaseUnit) -> None:
        """Copy the unit from its library into the cache, and check it there; a check that runs nothing asks no library."""
        if self.offline:
            file = self.ports.media.held(unit.sha256)
            if file is None:
                self._warn([unit_rules.not_copied_yet(index, unit)])
                return
        else:
            try:
                file = obtained(self.ports, self.project, unit, self.say).file
            except PlanFault as unusable:
                self.faults.extend(unusable.faults)
                return
            except NotObtained as fault:
                self._object([unit_rules.not_obtained(index, unit, fault.finding, fault.next_move)])
                return
        self.digests[unit.place] = unit.sha256
        if unit.on_target is not None or unit.is_archive:
            self._members(file.name, file.parent, unit.artefact)

    def inventory(self, asked: BackgroundTask[Inspection]) -> Inspection:
        """Check what Ansible reports of the inventory, the playbooks and the vault."""
        self.say("inventory, playbooks and vault, as Ansible reads them")
        inspection = self._with_installed(asked.result())
        if not self._is_faulty("resources.inventory"):
            self._object(rules.about_inventory(self.loaded.plan, inspection))
        self.ports.redaction.learn(inspection.vaulted)
        self.warnings.extend(short_values(inspection.vaulted))
        short = (*short_passwords(inspection.vaulted), *short_passed(inspection.vaulted))
        self._warn((*short, *in_clear(self.loaded.plan, inspection.vaulted)))
        ways = roundabout_ways(self.loaded.plan.resources.inventory, inspection)
        self.warnings.extend((*ways, *passwords_not_had(inspection)))
        self._warn((*acceleration.warnings(self.loaded.plan, inspection), *rules.opened_outside(inspection)))
        self.faults.extend(faults_of_inspection(inspection))
        return inspection

    def _with_installed(self, inspection: Inspection) -> Inspection:
        """Digest what runs use of installed collections and roles; what Ansible opened of them is approved then."""
        installed = installed_parts(self.ports, self.loaded.plan, self.project, inspection.opened)
        self.installed, self.in_place = installed.parts, {**self.in_place, **installed.digests}
        self.faults.extend(installed.faults)
        return inspection.model_copy(update={"opened": installed.opened})

    def environment(self, inspection: Inspection, *, starting: bool) -> None:
        """Check that what the plan passes to its runs is set where they are started from."""
        (self._object if starting else self._warn)(rules.absent_environment(self.loaded.plan, inspection))

    def waves(self, inspection: Inspection) -> None:
        """Resolve which hosts belong to which wave; without hosts there is nothing to check."""
        if not inspection.targets:
            return
        rollout = waves_of(self.loaded.plan, inspection.targets, inspection.groups)
        self.resolved = rollout.waves
        self._object(rollout.objections)
        self._object(without_control(self.loaded.plan, rollout.waves))
        for rule in (selections.about_selections, unverified_stages, hosts_without_ssh.faults):
            self._object(rule(self.loaded.plan, inspection.targets))
        self._warn(hosts_without_ssh.warnings(self.loaded.plan, inspection.targets))
        zoned = zones.about_zones(self.loaded.plan, inspection.targets, rollout.waves)
        self._object((*zoned, *about_balancers(self.loaded.plan, inspection, rollout.waves)))
        self._warn(warnings_of(self.loaded.plan, rollout.waves, policy=self.binds.policy))

    def playbooks(self, inspection: Inspection) -> None:
        """Check that Ansible can read every playbook, and that it names every host of its stage."""
        of_playbook = rules.hosts_of_playbooks(self.loaded.plan, inspection.targets)
        for path, seen in zip(self._playbooks(), inspection.playbooks, strict=False):
            if self._is_faulty(path):
                continue
            hosts = of_playbook[path]
            allow, part = rules.allowance_of(self.loaded.plan, path), path.removesuffix(".playbook")
            self._object(rules.about_playbook(path, seen, hosts, allow, part))
            self._warn(rules.idle_plays(path, seen, hosts, allow))

    def constructs(self) -> None:
        """Check that both playbooks hold no construct that can report a false success."""
        self.say("playbooks")
        for path, name in self._playbooks().items():
            if self._is_faulty(path):
                continue
            for finding in self.ports.inspector.unsafe_constructs(self.project / name, self.project):
                fault = construct_fault(self.loaded.plan, path, finding)
                if fault is not None:
                    (self.faults if finding.severity == "refuse" else self.warnings).append(fault)

    def tree_readings(self) -> None:
        """Check what the files of the tree read from elsewhere."""
        for finding in self.ports.inspector.tree_findings(self.loaded.plan, self.project):
            (self.faults if finding.severity == "refuse" else self.warnings).append(as_fault(finding))
            self.foreseen += [finding.place] if finding.place else []

    def settings(self) -> None:
        """Warn of ansible.cfg settings that orch does not follow, because they would make a run unsafe."""
        file, expected = str(self.project / "ansible.cfg"), "settings that orch can follow"
        for sentence in self.ports.inspector.settings_overridden(self.project):
            self.warnings.append(
                Fault(file, None, "", expected, sentence, "remove it, or know that it is not followed")
            )

    def tree(self) -> Tree:
        """Digest every file that a run can read."""
        self.say("files of the project")
        self._inventory_in_place()
        try:
            return self.ports.authority.tree(self.loaded.plan, self.project, Path(self.loaded.plan_file))
        except PlanFault as unusable:
            self.faults.extend(unusable.faults)
            return Tree({}, 0)

    def effective(self, inspection: Inspection, tree: Tree) -> EffectivePlan | None:
        """The effective plan, which approvals and certificates cover."""
        if self.faults:
            return None
        plan = effective_plan(
            self.loaded.plan,
            inspection.targets,
            self.resolved,
            model=self.binds.model,
            policy=self.binds.policy,
            tree={**tree.files, **self.in_place},
            artefacts=self.digests,
        )
        return in_environment(plan, self.known.binding(self.loaded.plan.resources.environment))

    def _inventory_in_place(self) -> None:
        if self._is_faulty("resources.inventory"):
            return
        try:
            self.in_place = self.ports.authority.inventory_in_place(self.loaded.plan, self.project)
        except PlanFault as unusable:
            self.faults.extend(unusable.faults)

    def _playbooks(self) -> dict[str, str]:
        return dict(rules.playbook_paths(self.loaded.plan))

    def _members(self, artefact: str, place: Path, named: str | None = None) -> None:
        try:
            self.ports.library.members(place, artefact, named)
        except PlanFault as unusable:
            self.faults.extend(unusable.faults)

    def _is_faulty(self, path: str) -> bool:
        return any(fault.path == path for fault in self.faults)

    def _object(self, objections: Iterable[Objection]) -> None:
        self.faults.extend(self.loaded.fault(objection) for objection in objections)

    def _warn(self, objections: Iterable[Objection]) -> None:
        self.warnings.extend(self.loaded.fault(objection) for objection in objections)
