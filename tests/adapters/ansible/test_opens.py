"""What a run reads outside of what was approved is named, with the task that read it first; all else is left alone."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.tree_check.foreseen import places_named
from orchestrator.adapters.ansible.tree_check.outside import Grounds
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.evidence.opened_file import OpenedFile
from tests.adapters.ansible.local_runs import RUNS, request, until
from tests.worlds.ansibles import CHOICE

ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parents[2] / "cases/opens/rows.yml").read_text())
UNIQUE = f"orch-{secrets.token_hex(6)}"


class World:
    """A project with the tasks of all rows, and what lies around it."""

    def __init__(self, root: Path) -> None:
        self.root, self.out, self.home, self.project = (
            root,
            *(root / name for name in ("out", "home", "project")),
        )
        (root / "to").mkdir()
        self.write(self.project / "deploy.yml", yaml.safe_dump([self._play()], sort_keys=False))
        for row in ROWS:
            for place, files in (("files", self.project), ("outside", self.out), ("home", self.home)):
                for name, content in row.get(place, {}).items():
                    self.write(files / name, str(content))
            for name, target in row.get("links", {}).items():
                self._link(self.project / name, self.out / target)
            for name, target in row.get("outside_links", {}).items():
                self._link(self.out / name, Path(target))

    def at(self, text: str) -> str:
        """The text with its places filled in."""
        for name, path in (("OUT", self.out), ("HOME", self.home), ("PROJECT", self.project)):
            text = text.replace(f"@{name}@", str(path))
        return text.replace("@TO@", str(self.root / "to")).replace("@UNIQUE@", UNIQUE)

    def named(self, row: dict[str, Any]) -> set[str]:
        """The paths that a row expects to be named."""
        return {str(self.out / self.at(name)) for name in row["opens"]}

    def write(self, path: Path, content: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.at(content))

    def _play(self) -> dict[str, Any]:
        tasks = [{"set_fact": {"place": "@OUT@"}}]
        tasks += [{"name": row["row"], **task} for row in ROWS for task in row["tasks"]]
        return {"hosts": "all", "gather_facts": False, "tasks": tasks}

    def _link(self, path: Path, target: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)


@pytest.fixture(scope="module", params=[pytest.param("cold", marks=pytest.mark.slow), "zygote"])
def ran(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[World, tuple[OpenedFile, ...]]:
    root = tmp_path_factory.mktemp("opens")
    world = World(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(world.home))
        playbooks = AnsiblePlaybooks(
            root / "attempts", warm=WarmStart(30.0, 60.0, extent=request.param, choice=CHOICE), choice=CHOICE
        )
        try:
            return world, _opened(world, playbooks)
        finally:
            Path("/dev/shm", UNIQUE).unlink(missing_ok=True)


def _opened(world: World, playbooks: AnsiblePlaybooks) -> tuple[OpenedFile, ...]:
    declared: dict[str, Any] = {"ingredients": (str(world.out / "ingredients"),), "outputs": ("kept",)}
    declared["allowance"] = {"delegates": ["localhost"]}
    grounds = Grounds.of(world.project, declared["ingredients"])
    declared["foreseen"] = tuple(places_named([world.project / "deploy.yml"], RUNS / "hosts.yml", grounds))
    playbooks.start(request("a1", "deploy.yml", project=world.project, **declared))
    outcome = until(playbooks, "a1", "finished", seconds=180.0).outcome
    assert outcome is not None
    assert [host.result for host in outcome.hosts] == ["done"], outcome
    return outcome.opened


@pytest.mark.parametrize("row", ROWS, ids=[row["row"] for row in ROWS])
def test_each_row(ran: tuple[World, tuple[OpenedFile, ...]], row: dict[str, Any]) -> None:
    world, opened = ran
    expected = world.named(row)
    of_row = {file.path for file in opened if file.task == row["row"]}
    others = {path for each in ROWS if each is not row for path in world.named(each)}
    between_tasks = {file.path for file in opened if not file.task}
    assert of_row - others == expected - between_tasks
    assert expected <= {file.path for file in opened}


def test_nothing_else_is_named(ran: tuple[World, tuple[OpenedFile, ...]]) -> None:
    world, opened = ran
    assert {file.path for file in opened} == {path for row in ROWS for path in world.named(row)}


PLUGIN = """from ansible.plugins.vars import BaseVarsPlugin
class VarsModule(BaseVarsPlugin):
    def get_vars(self, loader, path, entities, cache=True):
        return {"site": open("@OUT@/site").read(), "shared": open("@OUT@/shared/site").read()}
"""


def test_the_check_names_what_a_plugin_opens(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name, content in {
        "project/vars_plugins/of_site.py": PLUGIN.replace("@OUT@", str(tmp_path)),
        "project/site.yml": "- hosts: all\n  tasks: [{include_vars: .hidden/own.yml}]\n",
        "project/.hidden/own.yml": "x: 1",
        "project/ansible.cfg": "[defaults]\nvars_plugins = vars_plugins\n",
        "project/hosts.yml": "all: {hosts: {one: {}}}",
        "site": "here",
        "shared/site": "there",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    inspection = inspect(project, [Path("site.yml")], Path("hosts.yml"), may_read=[tmp_path / "shared"])
    assert inspection.inventory_faults == ()
    assert inspection.opened == (str(tmp_path / "site"),)
