"""Files with passwords are in no copy and no digest; programs that give passwords are code, and are in both."""

from pathlib import Path

import pytest

from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.domain.plan.release_plan import ReleasePlan
from tests.worlds.plans import plan_with

CFG = "[defaults]\nvault_identity_list = dev@.vault-dev , prod@secrets/client.sh, prompt\nbecome_password_file = sudo.txt\n"
PLACES = (".vault-dev", ".vault-pass", "secrets/client.sh", "sudo.txt")


def _plan() -> ReleasePlan:
    plan = plan_with(kind="big-bang")
    resources = plan.resources.model_copy(update={"vault_password_file": ".vault-pass"})
    release = plan.release.model_copy(update={"units": ()})
    return plan.model_copy(update={"resources": resources, "release": release})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("playbooks/app.yml", "rollback/app.yml", "inventories/test", *PLACES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a password of the test")
    (folder / "secrets/client.sh").chmod(0o755)
    (folder / "ansible.cfg").write_text(CFG)
    return folder


def test_they_stay_in_the_project(project: Path, tmp_path: Path) -> None:
    authority, plan = ProjectAuthority(tmp_path / "home"), _plan()
    frozen = authority.freeze("a", plan, project, project / "plan.yml")
    copied = {str(path.relative_to(frozen.place)) for path in Path(frozen.place).rglob("*") if path.is_file()}
    assert copied & set(PLACES) == {"secrets/client.sh"}
    tree = authority.tree(plan, project, project / "plan.yml")
    assert set(tree.files) & set(PLACES) == {"secrets/client.sh"}
    assert authority.copied(plan, frozen.place).files == frozen.tree.files == tree.files
