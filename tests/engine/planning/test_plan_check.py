"""A plan checked against its project: every fault and every warning, with its line, and nothing else."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.files.manual import minimal
from orchestrator.adapters.files.media_library import DirectoryLibrary
from orchestrator.adapters.files.plan_file import plan_of
from orchestrator.adapters.files.project_files import DirectoryFiles
from orchestrator.domain.plan.inspection import FileFault, Inspection, PlaybookFinding
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.engine.ports import Ports
from orchestrator.errors import Fault, PlanFault
from tests.fakes.authority import FakeAuthority
from tests.fakes.clock import FakeClock
from tests.fakes.inspector import FakeInspector
from tests.worlds.fleet import Fleet

WEB = ["web1", "web2", "web3", "web4"]
NOW = datetime(2027, 1, 1, tzinfo=UTC)
DIGEST = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name))
    return target.getvalue()


class Project:
    """A sound project and plan in a folder, to be spoiled in one place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digest = DIGEST
        self.authority = FakeAuthority()
        self.plan = minimal().read_text()
        self.inspector = FakeInspector(
            groups={"all": [*WEB, "db1"], "web": WEB, "rack_b": ["web2", "web4"], "dbs": ["db1"]},
            plays={"playbooks/shop.yml": ["web"], "rollback/shop.yml": ["web"]},
        )
        for name in ("playbooks/shop.yml", "rollback/shop.yml", "inventories/staging"):
            self.write(name, b"")
        self.release(archive("bin/shop"))

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    def release(self, content: bytes) -> None:
        """Put this artefact into the media library, and its digest into the plan."""
        self.write("dml/shop-2.4.0.tar.gz", content)
        known, self.digest = self.digest, hashlib.sha256(content).hexdigest()
        self.change(known, self.digest)

    def change(self, was: str, now: str) -> None:
        assert was in self.plan
        self.plan = self.plan.replace(was, now)

    def knows(self, **what: Any) -> None:
        self.inspector = replace(self.inspector, **what)

    def ports(self) -> Ports:
        return replace(
            Fleet().ports,
            clock=FakeClock(NOW),
            inspector=self.inspector,
            library=DirectoryLibrary(),
            project_files=DirectoryFiles(),
            authority=self.authority,
        )

    def loaded(self) -> PreparedPlan:
        read = plan_of("plan.yml", self.plan.encode())
        return PreparedPlan(
            plan=read.noun,
            plan_file=str(self.folder / read.file),
            plan_sha256=read.sha256,
            project=str(self.folder),
            named=read.file,
            lines=dict(read.lines),
        )

    def check(self, *, starting: bool = False) -> PreparedPlan:
        return check_plan(self.ports(), self.loaded(), starting=starting)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def fault_lines(faults: tuple[Any, ...], project: Project) -> list[str]:
    return [str(fault).replace(str(project.folder), "PROJECT") for fault in faults]


def test_a_sound_plan_has_its_hosts_and_waves_and_neither_faults_nor_warnings(project: Project) -> None:
    checked = project.check(starting=True)
    assert (checked.faults, checked.warnings) == ((), ())
    assert [target.host for target in checked.targets] == WEB
    assert [wave.hosts for wave in checked.waves] == [("web1",), ("web2",), ("web3", "web4")]


def test_an_inventory_outside_of_the_project_is_a_part_of_the_hosts(project: Project) -> None:
    project.authority.in_place = {"/etc/ansible/hosts": "web", "/etc/ansible/group_vars/web.yml": "port: 1"}
    effective = project.check().effective
    assert effective is not None
    assert project.authority.in_place.keys() <= effective.parts("hosts").keys()
    assert not [path for path in effective.parts("playbook tree") if path.startswith("/")]
    assert not effective.has_file("../etc/ansible/hosts")


def test_a_place_outside_that_is_warned_of_is_foreseen(project: Project) -> None:
    finding = PlaybookFinding(
        file="playbooks/shop.yml",
        kind="copy",
        what="outside",
        severity="warn",
        next_move="move it",
        place="/srv/a",
    )
    project.inspector = replace(project.inspector, findings={"": [finding]})
    assert project.check().foreseen == ("/srv/a",)


def test_an_inventory_that_cannot_be_digested_is_a_fault(project: Project) -> None:
    class Unreadable(FakeAuthority):
        def inventory_in_place(
            self,
            plan: ReleasePlan,
            project: Path,
            *,
            every_bit: bool = False,
            installed: Sequence[InstalledPart] = (),
        ) -> Mapping[str, str]:
            raise PlanFault(
                [Fault("/etc/ansible/pipe", None, "resources.inventory", "a file", "a pipe", "go")]
            )

    project.authority = Unreadable()
    checked = project.check()
    assert [str(fault) for fault in checked.faults] == [
        "/etc/ansible/pipe resources.inventory: expected a file, found a pipe; go"
    ]
    assert checked.effective is None


def test_each_step_is_told(project: Project) -> None:
    steps: list[str] = []
    check_plan(project.ports(), project.loaded(), say=steps.append)
    assert steps[0] == "digest of dml/shop-2.4.0.tar.gz (1 of 1)"
    assert len(steps) == 4


def test_all_else_is_checked_while_ansible_is_asked(project: Project) -> None:
    rest = threading.Event()

    class Slow(FakeInspector):
        def inspect(
            self, plan: ReleasePlan, project: Path, say: Callable[[str], None] = lambda step: None
        ) -> Inspection:
            assert rest.wait(20), "the rest of the check waits for Ansible"
            return super().inspect(plan, project)

    project.inspector = Slow(project.inspector.groups, project.inspector.plays)
    checked = check_plan(project.ports(), project.loaded(), meanwhile=rest.set)
    assert checked.faults == ()
    assert [target.host for target in checked.targets] == WEB


def test_a_play_that_names_no_host_of_the_deployment_is_warned_of(project: Project) -> None:
    project.knows(plays={"playbooks/shop.yml": ["web", "dbs", "rack_b"], "rollback/shop.yml": ["web"]})
    checked = project.check()
    assert (checked.faults, fault_lines(checked.warnings, project)) == (
        (),
        [
            "plan.yml:16 strategy.playbook: expected plays for hosts of the deployment, found play `dbs` for db1, none of "
            "which is in it; widen `strategy.hosts`, or know that this play does nothing here"
        ],
    )


Spoil = Callable[[Project], None]
VAULT = FileFault(file="group_vars/web.yml", line=3, message="no key fits", next_move="name the right file")
CALLBACK = FileFault(file="ansible.cfg", line=2, message="no `yaml`", next_move="take it out")
PAUSE = PlaybookFinding(
    file="playbooks/shop.yml",
    line=9,
    kind="pause",
    what="a prompt",
    severity="refuse",
    next_move="use a gate of the plan",
)


def _many(project: Project) -> None:
    project.change("dml/shop-2.4.0.tar.gz", "dml/gone.tar.gz")
    project.change("25%", "rack_c")
    project.change("rollback/shop.yml", "rollback/gone.yml")
    project.knows(vault_faults=[VAULT], findings={"playbooks/shop.yml": [PAUSE]})


def _no_hosts(project: Project) -> None:
    project.change("hosts: web", "hosts: webb")
    project.knows(
        unreadable={"rollback/shop.yml": "a syntax error"}, plays={"playbooks/shop.yml": ["web", "gone"]}
    )


def _half_an_emergency(project: Project) -> None:
    project.change("approval: {", "approval: {change: normal, ")
    project.change("release:\n", "release:\n  emergency: true\n")


def _environment_not_set(project: Project) -> None:
    project.change("environment: staging,", "environment: staging, pass_environment: [SHOP_TOKEN],")
    project.inspector = replace(project.inspector, absent_environment=["SHOP_TOKEN"])


def _reads_the_environment(project: Project) -> None:
    finding = PlaybookFinding(
        file="PROJECT/playbooks/shop.yml",
        line=4,
        kind="lookup env",
        what="reads DB from the environment, which no run sees, so it is empty there",
        severity="warn",
        next_move="pass it",
    )
    project.inspector = replace(project.inspector, findings={"": [finding]})


def _climbing_and_not_compared(project: Project) -> None:
    project.release(archive("../../etc/passwd"))
    project.change("      on_target: /opt/shop/releases/2.4.0\n", "")


def _big_bang(project: Project) -> None:
    project.change("kind: phased", "kind: big-bang")
    project.change("  waves: [1, 25%, rest]\n", "")


def _loose_pilot(project: Project) -> None:
    project.change("kind: phased", "kind: pilot\n  pilot: {hosts: [web1]}\n  failure_limit: {wave: 1}")
    project.change("[1, 25%, rest]", "[rest]")


FAULTS: list[tuple[str, Spoil, list[str]]] = [
    (
        "an overall limit of 0 beside a wave that may lose a host",
        lambda project: project.change("  gate:", "  failure_limit: {wave: 1, overall: 0}\n  gate:"),
        [
            "plan.yml:18 strategy.failure_limit.overall: expected one that allows what a wave may lose, "
            "found 0 beside a wave's limit that allows some; raise it, or leave it out"
        ],
    ),
    (
        "an artefact that is not there",
        lambda project: project.change("dml/shop-2.4.0.tar.gz", "dml/gone.tar.gz"),
        [
            "plan.yml:9 release.units[0].artefact: expected a file of the project, found no dml/gone.tar.gz; "
            "build it, or correct the path"
        ],
    ),
    (
        "an artefact outside the project",
        lambda project: project.change("dml/shop-2.4.0.tar.gz", "../shop.tar.gz"),
        [
            "plan.yml:9 release.units[0].artefact: expected a file of the project, found no ../shop.tar.gz; "
            "build it, or correct the path"
        ],
    ),
    (
        "an artefact with another digest",
        lambda project: project.change(hashlib.sha256(archive("bin/shop")).hexdigest(), "a" * 64),
        [
            "plan.yml:10 release.units[0].sha256: expected the digest of dml/shop-2.4.0.tar.gz, "
            f"{hashlib.sha256(archive('bin/shop')).hexdigest()}, found {'a' * 64}; "
            "find out which of the two was approved before you change either"
        ],
    ),
    (
        "an archive that is none",
        lambda project: project.release(b"not an archive"),
        [
            "PROJECT/dml/shop-2.4.0.tar.gz: expected an archive that can be read to its end, "
            "found truncated header; build the archive anew"
        ],
    ),
    (
        "an archive with a path outside that is not compared on hosts",
        _climbing_and_not_compared,
        [
            "PROJECT/dml/shop-2.4.0.tar.gz ../../etc/passwd: expected paths inside the archive, "
            "found one that leads out of it; build the archive anew"
        ],
    ),
    (
        "a passed variable that is not set",
        _environment_not_set,
        [
            "plan.yml:20 resources.pass_environment[0]: expected a variable that is set, "
            "found SHOP_TOKEN absent or empty; export SHOP_TOKEN"
        ],
    ),
    (
        "an archive with a path outside",
        lambda project: project.release(archive("../../etc/passwd")),
        [
            "PROJECT/dml/shop-2.4.0.tar.gz ../../etc/passwd: expected paths inside the archive, "
            "found one that leads out of it; build the archive anew"
        ],
    ),
    (
        "two units of one name",
        lambda project: project.change(
            "units:\n", "units:\n" + project.plan.split("units:\n")[1].split("objectives")[0]
        ),
        [
            "plan.yml:12 release.units[1].name: expected one of its own for each unit, found `shop` again; "
            "change one of the two",
            "plan.yml:16 release.units[1].on_target: expected one of its own for each unit, "
            "found `/opt/shop/releases/2.4.0` again; change one of the two",
        ],
    ),
    (
        "an emergency that the release is not",
        lambda project: project.change("approval: {", "approval: {change: emergency, "),
        [
            "plan.yml:32 approval.change: expected standard or normal, for `release.emergency` is not true, "
            "found emergency; correct one of the two, or leave this one out"
        ],
    ),
    (
        "an emergency that is asked for as a normal change",
        _half_an_emergency,
        [
            "plan.yml:33 approval.change: expected emergency, for `release.emergency` is true, found normal; "
            "correct one of the two, or leave this one out"
        ],
    ),
    (
        "a deploy playbook that is not there",
        lambda project: project.change("playbooks/shop.yml", "playbooks/gone.yml"),
        [
            "plan.yml:16 strategy.playbook: expected a file of the project, found no playbooks/gone.yml; correct the path"
        ],
    ),
    (
        "a playbook outside the project",
        lambda project: project.change("rollback/shop.yml", "/etc/passwd"),
        [
            "plan.yml:30 backout.playbook: expected a file of the project, found /etc/passwd, which is outside it; "
            "correct the path"
        ],
    ),
    (
        "a folder for a playbook",
        lambda project: project.change("rollback/shop.yml", "rollback"),
        [
            "plan.yml:30 backout.playbook: expected a file of the project, found rollback, which is a folder; "
            "correct the path"
        ],
    ),
    (
        "a playbook that Ansible cannot read",
        lambda project: project.knows(plays={"rollback/shop.yml": ["web"]}),
        [
            "plan.yml:16 strategy.playbook: expected a playbook that Ansible can read, "
            "found playbooks/shop.yml cannot be read; correct the playbook"
        ],
    ),
    (
        "a deploy playbook that leaves hosts out",
        lambda project: project.knows(plays={"playbooks/shop.yml": ["rack_b"], "rollback/shop.yml": ["web"]}),
        [
            "plan.yml:16 strategy.playbook: expected a play for each host, found none for web1, web3; "
            "widen the `hosts` of a play, or narrow `strategy.hosts`"
        ],
    ),
    (
        "a backout playbook that leaves hosts out",
        lambda project: project.knows(plays={"playbooks/shop.yml": ["web"], "rollback/shop.yml": ["dbs"]}),
        [
            "plan.yml:30 backout.playbook: expected a play for each host, found none for web1, web2, web3, web4; "
            "widen the `hosts` of a play, or narrow `strategy.hosts`"
        ],
    ),
    (
        "a prompt",
        lambda project: project.knows(findings={"playbooks/shop.yml": [PAUSE]}),
        [
            "playbooks/shop.yml:9 pause: expected tasks whose result can be trusted, found a prompt; "
            "use a gate of the plan"
        ],
    ),
    (
        "an inventory that is not there",
        lambda project: project.change("inventories/staging", "inventories/live"),
        [
            "plan.yml:20 resources.inventory: expected an inventory file or folder, found no inventories/live; "
            "correct the path"
        ],
    ),
    (
        "a pattern that matches no host",
        lambda project: project.change("hosts: web", "hosts: webb"),
        [
            "plan.yml:20 resources.inventory: expected an inventory with the plan's hosts, "
            "found the pattern `webb` matches no host; correct the inventory or `strategy.hosts`"
        ],
    ),
    (
        "a pattern that matches no host, and so no play does",
        _no_hosts,
        [
            "plan.yml:20 resources.inventory: expected an inventory with the plan's hosts, "
            "found the pattern `webb` matches no host; correct the inventory or `strategy.hosts`",
            "plan.yml:30 backout.playbook: expected a playbook that Ansible can read, "
            "found a syntax error; correct the playbook",
        ],
    ),
    (
        "two names of one machine",
        lambda project: project.knows(addresses={"web1": "192.0.2.1", "web3": "192.0.2.1"}),
        [
            "plan.yml:20 resources.inventory: expected one name for each machine, "
            "found web1 and web3, both at 192.0.2.1 port 22; remove one of them"
        ],
    ),
    (
        "hosts in no wave",
        lambda project: project.change("[1, 25%, rest]", "[1, 25%]"),
        [
            "plan.yml:17 strategy.waves: expected every host in a wave, found 2 hosts in no wave: web3, web4; "
            "add `rest` as the last wave"
        ],
    ),
    (
        "a vault password file that is not there",
        lambda project: project.change("inventory: inv", "vault_password_file: gone, inventory: inv"),
        ["plan.yml:20 resources.vault_password_file: expected a file, found no gone; correct the path"],
    ),
    (
        "a vaulted value that does not decrypt",
        lambda project: project.knows(vault_faults=[VAULT]),
        [
            "group_vars/web.yml:3: expected a vaulted value that decrypts, found no key fits; name the right file"
        ],
    ),
    (
        "a callback that Ansible cannot load",
        lambda project: project.knows(settings_faults=[CALLBACK]),
        ["ansible.cfg:2: expected settings under which a run can begin, found no `yaml`; take it out"],
    ),
    (
        "a testinfra file that is not there",
        lambda project: project.change('[http: "', '[testinfra: tests/test_shop.py, http: "'),
        [
            "plan.yml:28 validation.acceptance[0].testinfra: expected a file of the project, "
            "found no tests/test_shop.py; correct the path"
        ],
    ),
    (
        "a baseline of nothing",
        lambda project: project.change(
            "{files: [/opt/shop], units: [shop.service]}", "{packages: none, ports: false, users: false}"
        ),
        [
            "plan.yml:31 backout.baseline: expected a baseline of something, for nothing proves no backout, "
            "found nothing captured; add the files that the release touches"
        ],
    ),
    (
        "a window that is over, when starting",
        lambda project: project.change(
            "schedule: {}", "schedule: {window: {opens: 2026-12-01T22:00:00Z, closes: 2026-12-02T02:00:00Z}}"
        ),
        [
            "plan.yml:21 schedule.window.closes: expected a window that is still to come, "
            "found one that closed at 2026-12-02T02:00:00+00:00; agree on a new window"
        ],
    ),
    (
        "everything at once, in the order of the files",
        _many,
        [
            "group_vars/web.yml:3: expected a vaulted value that decrypts, found no key fits; name the right file",
            "plan.yml:9 release.units[0].artefact: expected a file of the project, found no dml/gone.tar.gz; "
            "build it, or correct the path",
            "plan.yml:17 strategy.waves[1]: expected a group of the inventory, found `rack_c`; "
            "use one of: all, dbs, rack_b, web",
            "plan.yml:30 backout.playbook: expected a file of the project, found no rollback/gone.yml; "
            "correct the path",
            "playbooks/shop.yml:9 pause: expected tasks whose result can be trusted, found a prompt; "
            "use a gate of the plan",
        ],
    ),
]


@pytest.mark.parametrize(("what", "spoil", "expected"), FAULTS, ids=[row[0] for row in FAULTS])
def test_fault(project: Project, what: str, spoil: Spoil, expected: list[str]) -> None:
    spoil(project)
    assert fault_lines(project.check(starting=True).faults, project) == expected


WARNINGS: list[tuple[str, Spoil, list[str]]] = [
    (
        "objectives that nobody can measure",
        lambda project: project.change("99% of requests are answered in under 300 ms", "a better shop"),
        [
            "plan.yml:12 objectives: expected outcomes in measurable terms, found no number in any of them; "
            "say how much, and by when"
        ],
    ),
    (
        "acceptance that does not use the service",
        lambda project: project.change('http: "http://{address}:8080/version"', "tcp: 8080"),
        [
            "plan.yml:28 validation.acceptance: expected a check that uses the service (http, command, testinfra or module), "
            "found only tcp; add one, or be content with less evidence"
        ],
    ),
    (
        "no time in which a slow death is seen",
        lambda project: project.change("gate: {soak: 30s}", "gate: {}"),
        [
            "plan.yml:18 strategy.gate: expected time in which a release that dies after a good start is seen, "
            "found none; add `soak`, `up_for` on a unit check, or `early_life`"
        ],
    ),
    (
        "a unit that is not looked at on the hosts",
        lambda project: project.change("      on_target: /opt/shop/releases/2.4.0\n", ""),
        [
            "plan.yml:7 release.units[0]: expected `on_target`, so that the unit is verified on the hosts as well, "
            "found none; say where the unit stands on a host"
        ],
    ),
    (
        "a lookup of the environment",
        _reads_the_environment,
        [
            "PROJECT/playbooks/shop.yml:4 lookup env: expected tasks whose result can be trusted, "
            "found reads DB from the environment, which no run sees, so it is empty there; pass it"
        ],
    ),
    (
        "a template in a variable",
        lambda project: project.change(
            "  waves: [1,", "  variables: {url: 'http://{{ host }}/'}\n  waves: [1,"
        ),
        [
            "plan.yml:17 strategy.variables.url: expected values without templates, found `{{ host }}`, "
            "which stays as it is; put it into group_vars or the playbook, or know that the braces are text"
        ],
    ),
    (
        "nobody approves",
        lambda project: project.change("{required: [change manager]}", "{}"),
        [
            "plan.yml:32 approval.required: expected a role that approves, found none; name one, such as change manager"
        ],
    ),
    (
        "a big bang",
        _big_bang,
        [
            "plan.yml:14 strategy.kind: expected waves that limit what a bad release reaches, "
            "found all 4 hosts in one; start with one host"
        ],
    ),
    (
        "one wave of all hosts",
        lambda project: project.change("[1, 25%, rest]", "[rest]"),
        [
            "plan.yml:17 strategy.waves: expected waves that limit what a bad release reaches, "
            "found all 4 hosts in one; start with one host"
        ],
    ),
    (
        "failure limits that never stop",
        lambda project: project.change("  gate:", "  failure_limit: {wave: 1, overall: 100%}\n  gate:"),
        [
            "plan.yml:17 strategy.waves[0]: expected a failure limit below the number of hosts, "
            "found 1 of the 1 in wave 1; lower it",
            "plan.yml:17 strategy.waves[1]: expected a failure limit below the number of hosts, "
            "found 1 of the 1 in wave 2; lower it",
            "plan.yml:18 strategy.failure_limit.overall: expected a failure limit below the number of hosts, "
            "found 100% of 4; lower it",
        ],
    ),
    (
        "a pilot that may be lost",
        _loose_pilot,
        [
            "plan.yml:15 strategy.pilot: expected a failure limit below the number of hosts, "
            "found 1 of the 1 in pilot; lower it"
        ],
    ),
    (
        "a backout that deploys again",
        lambda project: project.change("rollback/shop.yml", "playbooks/shop.yml"),
        [
            "plan.yml:30 backout.playbook: expected a playbook that takes the release back, "
            "found the deploy playbook with the same variables; name another"
        ],
    ),
    (
        "a proof that sees no files",
        lambda project: project.change("files: [/opt/shop], ", ""),
        [
            "plan.yml:31 backout.baseline.files: expected the files that the release touches, "
            "found none, so that files which a backout forgets are not seen; name them"
        ],
    ),
    (
        "a window that the soak fills",
        lambda project: project.change(
            "schedule: {}", "schedule: {window: {opens: 2027-12-01T22:00:00Z, closes: 2027-12-01T22:01:30Z}}"
        ),
        [
            "plan.yml:21 schedule.window: expected a window longer than the soak of all waves, "
            "found 90 s, and 90 s of soak; lengthen it"
        ],
    ),
    (
        "a window that is over, when checking",
        lambda project: project.change(
            "schedule: {}", "schedule: {window: {opens: 2026-12-01T22:00:00Z, closes: 2026-12-02T02:00:00Z}}"
        ),
        [
            "plan.yml:21 schedule.window.closes: expected a window that is still to come, "
            "found one that closed at 2026-12-02T02:00:00+00:00; agree on a new window"
        ],
    ),
    (
        "a setting that is not followed",
        lambda project: project.knows(settings=["host_key_checking = false: orch pins host keys"]),
        [
            "PROJECT/ansible.cfg: expected settings that orch can follow, "
            "found host_key_checking = false: orch pins host keys; remove it, or know that it is not followed"
        ],
    ),
    (
        "a construct that can lie",
        lambda project: project.knows(
            findings={"playbooks/shop.yml": [PAUSE.model_copy(update={"severity": "warn"})]}
        ),
        [
            "playbooks/shop.yml:9 pause: expected tasks whose result can be trusted, found a prompt; "
            "use a gate of the plan"
        ],
    ),
]


@pytest.mark.parametrize("kept", ["packages: all", "ports: true", "users: true", "units: [shop.service]"])
def test_a_baseline_of_one_thing_is_one(project: Project, kept: str) -> None:
    scope = {"packages": "none", "ports": "false", "users": "false"}
    key, _, value = kept.partition(": ")
    written = ", ".join(f"{name}: {what}" for name, what in {**scope, key: value}.items())
    project.change("{files: [/opt/shop], units: [shop.service]}", f"{{{written}}}")
    checked = project.check()
    assert checked.faults == ()
    assert [warning.path for warning in checked.warnings] == ["backout.baseline.files"]


def test_testinfra_files_are_looked_for_wherever_a_plan_has_checks(project: Project) -> None:
    missing = "[testinfra: tests/gone.py]"
    pilot = f"{{hosts: [web1], acceptance: {missing}}}"
    project.change("kind: phased", f"kind: pilot\n  pilot: {pilot}")
    project.change("[1, 25%, rest]", f"[{{rest: true, entry: {missing}, acceptance: {missing}}}]")
    project.change("environment: [", "environment: [testinfra: tests/gone.py, ")
    assert [fault.path for fault in project.check().faults] == [
        "strategy.pilot.acceptance[0].testinfra",
        "strategy.waves[0].acceptance[0].testinfra",
        "strategy.waves[0].entry[0].testinfra",
        "validation.environment[0].testinfra",
    ]


@pytest.mark.parametrize(("what", "spoil", "expected"), WARNINGS, ids=[row[0] for row in WARNINGS])
def test_warning(project: Project, what: str, spoil: Spoil, expected: list[str]) -> None:
    spoil(project)
    checked = project.check()
    assert checked.faults == ()
    assert fault_lines(checked.warnings, project) == expected


ON_CONTROLLER = PlaybookFinding(
    file="playbooks/shop.yml",
    line=9,
    kind="delegate_to",
    what="acts on the controller",
    severity="refuse",
    next_move="declare it",
    undeclared="localhost",
)


@pytest.mark.parametrize("part", ["strategy", "backout"])
@pytest.mark.parametrize("declared", ["", "[lb1]", "[localhost]", '["127.0.0.1"]'])
def test_a_task_on_the_controller_is_a_fault_unless_its_part_declares_it(
    project: Project, part: str, declared: str
) -> None:
    playbook = "playbooks/shop.yml" if part == "strategy" else "rollback/shop.yml"
    project.knows(findings={playbook: [ON_CONTROLLER]})
    if declared:
        project.change(
            f"  playbook: {playbook}\n", f"  playbook: {playbook}\n  allow: {{delegates: {declared}}}\n"
        )
    faults = fault_lines(project.check().faults, project)
    expected = [] if declared in ("[localhost]", '["127.0.0.1"]') else ["playbooks/shop.yml:9 delegate_to"]
    assert [
        line.partition(":")[0] + ":" + line.partition(":")[2].partition(":")[0] for line in faults
    ] == expected
    assert all(f"`allow: {{delegates: [localhost]}}` in `{part}`" in line for line in faults)


def test_a_controller_that_is_deployed_to_needs_no_declaration(project: Project) -> None:
    project.knows(findings={"playbooks/shop.yml": [ON_CONTROLLER.model_copy(update={"undeclared": "web"})]})
    assert project.check().faults == ()
