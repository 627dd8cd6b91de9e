"""A fleet behind a jump host, from a root like a CI's container: no terminal, no home, stdin closed, orch from its wheel."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from orchestrator.lab.fleet import Lab, take_down
from orchestrator.lab.options import Asked
from tests.fleet.labs import lab_name_for
from tests.packaging.bare_root import BareRoot, answered, bare_root

pytestmark = [pytest.mark.slow, pytest.mark.fleet, pytest.mark.timeout(600)]
CASES = Path(__file__).parents[1] / "cases"
RECIPES = Path(__file__).parents[2] / "docs/ci.md"
HOMES: list[dict[str, str]] = [{}, {"HOME": ""}, {"HOME": "/nonexistent", "TERM": "dumb", "LANG": "POSIX"}]
AS_NOBODY = """
cp -r . /tmp/project; cp -r {lab} /tmp/lab; chown -R nobody /tmp/project /tmp/lab; cd /tmp/project
sed -i s,{lab},/tmp/lab, inventories/hosts.yml /tmp/lab/ssh_config
exec setpriv --reuid {uid} --clear-groups --regid nogroup """


@pytest.fixture(scope="module")
def behind() -> Iterator[Lab]:
    """Two hosts behind a jump host."""
    name = lab_name_for("bastion")
    try:
        yield Lab.up(name, 2, light=True, asked=Asked(jumps=1))
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> BareRoot:
    folder = tmp_path_factory.mktemp("bare")
    return bare_root(folder, folder / "project")


@pytest.fixture
def bare(installed: BareRoot, behind: Lab) -> BareRoot:
    """The root, with a fresh checkout of a project in it; it has no git."""
    shutil.rmtree(installed.project)
    shutil.copytree(CASES / "ways", installed.project)
    (installed.project / "inventories").mkdir()
    shutil.copy(behind.inventory, installed.project / "inventories/hosts.yml")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@site.example"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "The plan"]):
        subprocess.run([*git, *words], cwd=installed.project, check=True)
    return installed


def on_hosts(lab: Lab) -> list[int]:
    return [lab.ssh(host.name, "test -e /srv/app").code for host in lab.hosts if host.name != "jump1"]


@pytest.mark.parametrize("environment", HOMES, ids=["no home", "an empty one", "one that is not there"])
def test_a_plan_is_deployed_shown_and_taken_back(
    bare: BareRoot, behind: Lab, environment: dict[str, str]
) -> None:
    seen = answered(bare.run("tty || true; command -v git || echo no git", environment))
    assert seen.split("\n")[:2] == ["not a tty", "no git"]
    assert ": ok, 2 hosts in 1 wave" in answered(bare.run("orch plan check plans/app.yml", environment))
    written = answered(
        bare.run("orch deploy plans/app.yml --wait --at-most 5m --json | tee deploy.log", environment)
    )
    lines = [json.loads(line) for line in written.splitlines()]
    assert (lines[-1]["state"], lines[-1]["exit_code"]) == ("completed", 0)
    assert (bare.project / "deploy.log").read_text() == written
    assert on_hosts(behind) == [0, 0]
    taken_back = bare.run(f"orch rollback {lines[-1]['deployment']} --reason 'it is slow'", environment)
    assert "again equal their baselines" in taken_back.stdout, taken_back
    assert (taken_back.returncode, on_hosts(behind)) == (5, [1, 1])
    assert "Traceback" not in taken_back.stderr


def test_a_user_without_a_home_of_its_own_may(bare: BareRoot, behind: Lab) -> None:
    enter = AS_NOBODY.format(lab=behind.paths.root, uid="nobody")
    id_of = "python3 -c 'import json; print(json.loads(input())[\"id\"])'"
    script = f"orch deploy plans/app.yml >log; orch rollback $(orch list --json | {id_of}) --reason why"
    ended = bare.run(f"{enter} bash -ec {shlex.quote(script)}")
    assert ended.returncode == 5, ended
    assert on_hosts(behind) == [1, 1]


def test_a_uid_without_an_account_is_a_fault_of_the_check(bare: BareRoot, behind: Lab) -> None:
    """ssh itself refuses to start then; some platforms give containers such uids."""
    ended = bare.run(AS_NOBODY.format(lab=behind.paths.root, uid=12345) + "orch plan check plans/app.yml")
    assert (ended.returncode, "no account with the uid 12345" in ended.stderr) == (3, True), ended


def test_the_recipe_of_gitlab_runs_as_it_is_written(bare: BareRoot, behind: Lab) -> None:
    """Its own lines, on the plan of this test; a rehearsal needs a second environment, and is not run."""
    jobs = YAML(typ="safe").load(re.findall(r"^```yaml\n(.*?)^```", RECIPES.read_text(), re.M | re.S)[0])
    for name in ("plan", "deploy"):
        lines = "\n".join(jobs[name]["script"]).replace("plans/shop-1.0.0.yml", "plans/app.yml")
        answered(bare.run(lines))
    assert [each["severity"] for each in json.loads((bare.project / "code-quality.json").read_text())][
        :1
    ] == ["minor"]
    assert json.loads((bare.project / "deploy.jsonl").read_text().splitlines()[-1])["exit_code"] == 0
    assert "<testsuites" in (bare.project / "record.xml").read_text()
    assert on_hosts(behind) == [0, 0]
    id_of = "python3 -c 'import json; print(json.loads(input())[\"id\"])'"
    assert bare.run(f"orch rollback $(orch list --json | {id_of}) --reason why").returncode == 5
