"""Objections to a plan once its references are known: files, digests, hosts and plays."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.domain.plan.check import Check, HttpCheck, TestinfraCheck
from orchestrator.domain.plan.inspection import Inspection, PlaybookSeen, PlaySeen
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan, ReleaseUnit
from orchestrator.domain.plan.stage import Stage, hosts_of_stage
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.model_base import Variables
from orchestrator.policy.planning import acceleration_objections
from orchestrator.policy.planning.balancer_objections import files_of_balancers
from orchestrator.policy.planning.metric_objections import files_of_metrics

FILE = ("file",)
FILE_OR_FOLDER = ("file", "directory")


def playbook_paths(plan: ReleasePlan) -> Iterator[tuple[str, str]]:
    """Every playbook by its path in the plan, in the order of `ReleasePlan.playbooks`."""
    for stage in plan.stages:
        for path, name in ((stage.path, stage.playbook), (stage.backout.path, stage.backout.playbook)):
            if name:
                yield f"{path}.playbook", name


def hosts_of_playbooks(plan: ReleasePlan, targets: Sequence[Target]) -> dict[str, list[str]]:
    """The hosts that each playbook runs on, by its path in the plan."""
    hosts: dict[str, list[str]] = {}
    for stage in plan.stages:
        of_stage = [target.host for target in hosts_of_stage(stage, targets)]
        hosts |= {f"{stage.path}.playbook": of_stage, f"{stage.backout.path}.playbook": of_stage}
    return hosts


def allowance_of(plan: ReleasePlan, path: str) -> Allowance:
    """What the playbook at this path in the plan may do."""
    allowed: dict[str, Allowance] = {}
    for stage in plan.stages:
        allowed |= {
            f"{stage.path}.playbook": stage.allow,
            f"{stage.backout.path}.playbook": stage.backout.allow,
        }
    return allowed[path]


def variables_of(plan: ReleasePlan, path: str) -> Variables:
    """What the playbook at this path in the plan is given; a backout has the variables of its stage too."""
    given: dict[str, Variables] = {}
    for stage in plan.stages:
        given |= {
            f"{stage.path}.playbook": stage.variables,
            f"{stage.backout.path}.playbook": {**stage.variables, **stage.backout.variables},
        }
    return given[path]


def not_there(
    path: str, name: str, kind: str, expected: str, allowed: Sequence[str] = FILE
) -> Iterator[Objection]:
    """A file that a plan names and that is missing, outside the project, or of another type."""
    files_named = {
        "absent": f"no {name}",
        "outside": f"{name}, which is outside it",
        "directory": f"{name}, which is a folder",
    }
    if kind not in allowed:
        yield Objection(path, expected, files_named.get(kind, kind), "correct the path")


def no_artefact(index: int, unit: ReleaseUnit) -> Objection:
    """A release unit that is not in the media library."""
    path = f"release.units[{index}].artefact"
    return Objection(path, "a file of the project", f"no {unit.artefact}", "build it, or correct the path")


def other_digest(index: int, unit: ReleaseUnit, digest: str) -> Iterator[Objection]:
    """A release unit that differs from the digest in the plan."""
    if digest != unit.sha256:
        expected = f"the digest of {unit.artefact}, {digest}"
        next_move = "find out which of the two was approved before you change either"
        yield Objection(f"release.units[{index}].sha256", expected, unit.sha256, next_move)


def about_inventory(plan: ReleasePlan, inspection: Inspection) -> Iterator[Objection]:
    """An inventory that is unreadable, has no host, or has one machine twice; an acceleration that cannot be had."""
    for fault in inspection.inventory_faults:
        next_move = "correct the inventory or `strategy.hosts`"
        yield Objection("resources.inventory", "an inventory with the plan's hosts", fault, next_move)
    yield from acceleration_objections.faults(plan, inspection)
    if not (inspection.targets or inspection.inventory_faults or inspection.vault_faults):
        fault = f"none for `{plan.strategy.hosts}`"
        yield Objection("strategy.hosts", "at least one host", fault, "correct the pattern or the inventory")
    yield from _same_machine(inspection.targets)


def absent_environment(plan: ReleasePlan, inspection: Inspection) -> Iterator[Objection]:
    """Variables that runs are to see and that are not set: a playbook would put an empty text in their place."""
    for index, name in enumerate(plan.resources.pass_environment):
        if name in inspection.absent_environment:
            path = f"resources.pass_environment[{index}]"
            yield Objection(path, "a variable that is set", f"{name} absent or empty", f"export {name}")


def _same_machine(targets: Iterable[Target]) -> Iterator[Objection]:
    """Two names of one machine would change it twice, and count as two hosts."""
    first: dict[str, str] = {}
    for target in targets:
        if target.through is not None and target.through.plugin == "local":
            continue  # several appliances may be driven from here
        earlier = first.setdefault(target.place, target.host)
        if earlier != target.host:
            where = f"{target.address} port {target.port}" if target.through is None else target.place
            finding = f"{earlier} and {target.host}, both at {where}"
            yield Objection("resources.inventory", "one name for each machine", finding, "remove one of them")


def about_playbook(
    path: str, seen: PlaybookSeen, hosts: Sequence[str], allow: Allowance, part: str
) -> Iterator[Objection]:
    """A playbook that cannot be read, or that would silently leave hosts out. `part`: where the plan allows it something.

    Without hosts no play's pattern matches anything: that is a fault of the inventory, and reported there.
    """
    if seen.fault is not None:
        move = "correct the playbook"
        if seen.lacks:
            beside = PurePath(seen.path).parent / "collections"
            command = f"ansible-galaxy collection install {seen.lacks} -p {command_word(str(beside))}"
            move = f"install the collection {seen.lacks}, `{command}`, or correct the name"
        yield Objection(path, "a playbook that Ansible can read", seen.fault, move)
        return
    for play in seen.plays if hosts else ():
        yield from _absent_groups(path, play, allow, part)
    missed = seen.uncovered(hosts)
    if missed:
        finding = f"none for {', '.join(missed)}"
        next_move = "widen the `hosts` of a play, or narrow `strategy.hosts`"
        yield Objection(path, "a play for each host", finding, next_move)


def _absent_groups(path: str, play: PlaySeen, allow: Allowance, part: str) -> Iterator[Objection]:
    """Groups and hosts that a play names and the inventory lacks: a run would end at them."""
    absent = [name for name in play.absent if name not in allow.absent_groups]
    if absent:
        named = ", ".join(absent)
        line = "" if play.line is None else f" at line {play.line} of it"
        finding = f"play `{play.name}`{line} for {named}, which the inventory has not"
        expected = "plays for groups and hosts of the inventory"
        move = f"correct the name, or write `allow: {{absent_groups: [{named}]}}` in `{part}`"
        yield Objection(path, expected, finding, move)


def idle_plays(path: str, seen: PlaybookSeen, hosts: Sequence[str], allow: Allowance) -> Iterator[Objection]:
    """Plays that match no host of the deployment and so do nothing; plays on the controller are reported elsewhere.

    One that the plan lets match nothing is no surprise.
    """
    for play in seen.plays if hosts else ():
        expected = bool(play.absent) and set(play.absent) <= {*allow.absent_groups} and not play.hosts
        if not expected and not {"localhost", *hosts} & set(play.hosts):
            named = ", ".join(play.hosts) or "no host"
            finding = f"play `{play.name}` for {named}, none of which is in it"
            next_move = "widen `strategy.hosts`, or know that this play does nothing here"
            yield Objection(path, "plays for hosts of the deployment", finding, next_move)


def opened_outside(inspection: Inspection) -> Iterator[Objection]:
    """Files that decide what runs do, and that nobody approves: a plugin or a lookup of the project opened them."""
    for path in inspection.opened:
        expected = "files of the project, and what the plan names"
        finding = f"{path}, which Ansible opened as it read the inventory and the playbooks; runs read it as it is then"
        move = f"put it into the project, or name it in resources.ingredients: [{path}]"
        yield Objection("resources.ingredients", expected, finding, move)


def testinfra_checks(plan: ReleasePlan) -> Iterator[tuple[str, TestinfraCheck]]:
    """Every testinfra check, by its path in the plan."""
    for path, checks in checks_of(plan):
        for index, check in enumerate(checks):
            if isinstance(check, TestinfraCheck):
                yield f"{path}[{index}].testinfra", check


def files_of_checks(plan: ReleasePlan) -> Iterator[tuple[str, str]]:
    """Every file of this machine that an HTTP check needs, by its path in the plan."""
    for path, checks in checks_of(plan):
        for index, check in enumerate(checks):
            if isinstance(check, HttpCheck):
                yield from ((f"{path}[{index}].http.{field}", file) for field, file in check.files.items())


def files_on_this_machine(plan: ReleasePlan) -> tuple[tuple[str, str], ...]:
    """Every file that checks, metrics and balancers need, by its path in the plan."""
    return (*files_of_checks(plan), *files_of_metrics(plan), *files_of_balancers(plan))


def credential_files(plan: ReleasePlan) -> list[str]:
    """The files with passwords and tokens of its checks, metrics and balancers: they are digested and copied nowhere."""
    return [file for path, file in files_on_this_machine(plan) if not path.endswith(".ca_file")]


def checks_of(plan: ReleasePlan) -> Iterator[tuple[str, tuple[Check, ...]]]:
    """All checks of a plan, by the path of their list."""
    yield "validation.environment", plan.validation.environment
    yield "validation.acceptance", plan.validation.acceptance
    for stage in plan.stages:
        yield from _checks_of_stage(stage)


def _checks_of_stage(stage: Stage) -> Iterator[tuple[str, tuple[Check, ...]]]:
    if stage.name is not None:
        yield f"{stage.path}.entry", stage.entry
        yield f"{stage.path}.acceptance", stage.acceptance
    if stage.pilot is not None:
        yield f"{stage.path}.pilot.acceptance", stage.pilot.acceptance
    for index, wave in enumerate(stage.waves):
        yield f"{stage.path}.waves[{index}].entry", wave.entry
        yield f"{stage.path}.waves[{index}].acceptance", wave.acceptance
