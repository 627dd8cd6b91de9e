"""A run sees the variables that its plan has passed, and no file keeps their values; an absent one starts nothing."""

import secrets
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.inspector_port import AnsibleInspector
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.engine.redaction import Redaction
from orchestrator.errors import MachineLacks
from tests.adapters.ansible.local_runs import WARM, request, until
from tests.worlds.plans import plan_with


def test_a_run_sees_what_is_passed_and_no_file_keeps_it(tmp_path: Path) -> None:
    token = secrets.token_hex(16)
    environ = {"SHOP_TOKEN": token, "SHOP_OTHER": "other"}
    playbooks = AnsiblePlaybooks(tmp_path / "attempts", warm=WARM, environ=environ)
    log = tmp_path / "log"
    playbooks.start(
        request("a1", "environment.yml", variables={"log": str(log)}, pass_environment=("SHOP_TOKEN",))
    )
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert outcome.hosts[0].result == "done"
    assert log.read_text() == f"{token}|\n"
    kept = [path for path in (tmp_path / "attempts").rglob("*") if path.is_file()]
    assert [path for path in kept if token.encode() in path.read_bytes()] == []


def test_a_task_that_prints_it_shows_its_name(tmp_path: Path) -> None:
    token = secrets.token_hex(16)
    playbooks = AnsiblePlaybooks(tmp_path / "attempts", warm=WARM, environ={"SHOP_TOKEN": token})
    playbooks.start(request("a1", "prints.yml", pass_environment=("SHOP_TOKEN",)))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    (host,) = outcome.hosts
    assert (host.result, host.task) == ("not_done", "Fail")
    assert "[passed:SHOP_TOKEN]" in host.reason
    output = (tmp_path / "attempts/a1/output.txt").read_text()
    assert "[passed:SHOP_TOKEN] [passed:SHOP_TOKEN]" in output
    kept = [path for path in (tmp_path / "attempts").rglob("*") if path.is_file()]
    assert [path for path in kept if token.encode() in path.read_bytes()] == []


def test_the_values_are_known_wherever_texts_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "a-token-of-the-shop")
    plan = plan_with(kind="big-bang")
    resources = plan.resources.model_copy(update={"pass_environment": ("SHOP_TOKEN",)})
    plan = plan.model_copy(update={"resources": resources})
    redaction = Redaction()
    redaction.ask(lambda: AnsibleInspector().vaulted(plan, tmp_path))
    assert redaction.missing() is None
    assert redaction.shown("it is a-token-of-the-shop") == "it is [passed:SHOP_TOKEN]"
    assert "a-token-of-the-shop" not in repr(AnsibleInspector().vaulted(plan, tmp_path))


@pytest.mark.parametrize("environ", [{}, {"SHOP_TOKEN": ""}])
def test_nothing_starts_without_it(tmp_path: Path, environ: dict[str, str]) -> None:
    playbooks = AnsiblePlaybooks(tmp_path / "attempts", warm=WARM, environ=environ)
    with pytest.raises(MachineLacks, match=r"SHOP_TOKEN.*is not set here.*orch resume d1"):
        playbooks.start(request("a1", "environment.yml", pass_environment=("SHOP_TOKEN",)))
    assert playbooks.sight("a1").state == "absent"


def _inspected(project: Path, hosts: str, passed: dict[str, str] | None = None) -> tuple[str, ...]:
    (project / "hosts.yml").write_text(hosts)
    (project / "site.yml").write_text("- hosts: web\n  tasks: []\n")
    inspection = inspect(project, [Path("site.yml")], Path("hosts.yml"), passed=passed)
    return inspection.inventory_faults or tuple(target.user for target in inspection.targets)


LOOKED_UP = "web: {hosts: {web1: {ansible_user: \"{{ lookup('env', 'SHOP_USER') }}\"}}}"


def test_an_inspection_sees_what_runs_see(tmp_path: Path) -> None:
    assert _inspected(tmp_path, LOOKED_UP, {"SHOP_USER": "deploy"}) == ("deploy",)


@pytest.mark.parametrize(
    ("hosts", "name"),
    [
        (LOOKED_UP, "ansible_user"),
        ("web: {hosts: {web1: {ansible_user: ''}}}", "ansible_user"),
        ("web: {hosts: {web1: {}}, vars: {ansible_ssh_user: ' '}}", "ansible_ssh_user"),
        ("web: {hosts: {web1: {ansible_become_user: \"{{ nobody }}\", nobody: ''}}}", "ansible_become_user"),
    ],
)
def test_a_user_that_is_empty_once_it_is_resolved_is_a_fault(tmp_path: Path, hosts: str, name: str) -> None:
    (fault,) = _inspected(tmp_path, hosts)
    assert fault.startswith(f"host web1: {name} is empty")


@pytest.mark.parametrize("key", ["remote_user", "become_user"])
def test_so_is_that_of_a_play(tmp_path: Path, key: str) -> None:
    (tmp_path / "hosts.yml").write_text("web: {hosts: {web1: {}}}")
    (tmp_path / "site.yml").write_text(
        f"- hosts: web\n  {key}: \"{{{{ lookup('env', 'SHOP_USER') }}}}\"\n  tasks: []\n"
    )
    inspection = inspect(tmp_path, [Path("site.yml")], Path("hosts.yml"))
    assert f"empty {key}" in (inspection.playbooks[0].fault or "")


def test_the_check_knows_what_is_not_set_here(tmp_path: Path) -> None:
    plan = plan_with(kind="big-bang")
    resources = plan.resources.model_copy(update={"pass_environment": ("PATH", "SHOP_NOT_SET")})
    inspection = AnsibleInspector().inspect(plan.model_copy(update={"resources": resources}), tmp_path)
    assert inspection.absent_environment == ("SHOP_NOT_SET",)
