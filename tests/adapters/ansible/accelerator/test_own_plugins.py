"""Which tasks run in threads: those whose plugins are all Ansible's own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import action_loader, become_loader, connection_loader
from ansible.template import trust_as_template

from orchestrator.adapters.ansible.accelerator.own_plugins import OwnPlugins, is_own

TASK = {
    "action": "ansible.builtin.command",
    "collections": None,
    "debugger": None,
    "delegate_to": None,
    "loop": None,
    "loop_with": None,
    "connection": "ssh",
    "become": False,
    "become_method": "sudo",
}


class Manager:
    """Knows the variables of two hosts."""

    def get_delegated_vars_and_hostname(self, engine: Any, task: Any, variables: Any) -> Any:
        name = str(task.delegate_to)
        connection = "local" if name == "localhost" else "ssh"
        return {"ansible_delegated_vars": {name: {"ansible_connection": connection}}}, name


def given(task: dict[str, Any], variables: dict[str, Any]) -> Any:
    return SimpleNamespace(
        task=SimpleNamespace(**{**TASK, **task}),
        task_vars=variables,
        loader=DataLoader(),
        variable_manager=Manager(),
    )


TEMPLATE = trust_as_template("{{ way }}")
ROWS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({"action": "ansible.builtin.no_such_module"}, {}, True),
    ({"action": "copy"}, {}, True),
    ({"action": "pause"}, {}, False),
    ({"action": "{{ one }}"}, {}, False),
    ({"debugger": "on_failed"}, {}, False),
    ({"connection": "smart"}, {}, False),
    ({"connection": "local"}, {}, False),
    ({"connection": "local"}, {"ansible_connection": "ssh"}, True),
    ({}, {"ansible_connection": "ansible.builtin.local"}, False),
    ({}, {"ansible_connection": "community.docker.docker"}, False),
    ({}, {"ansible_connection": TEMPLATE, "way": "ssh"}, True),
    ({}, {"ansible_connection": TEMPLATE, "way": "local"}, False),
    ({}, {"ansible_connection": TEMPLATE}, False),
    ({}, {"ansible_shell_type": "powershell"}, False),
    ({}, {"ansible_shell_type": "sh"}, True),
    ({"become": True}, {}, True),
    ({"become": True, "become_method": "su"}, {}, True),
    ({"become": True}, {"ansible_become_method": "community.general.doas"}, False),
    ({}, {"ansible_become": True, "ansible_become_method": "nobody.knows.it"}, False),
    ({"become_method": "nobody.knows.it"}, {}, True),
    ({"delegate_to": "web2"}, {}, True),
    ({"delegate_to": "localhost"}, {}, False),
    ({"delegate_to": "{{ item }}", "loop": ["a"]}, {}, False),
    ({"delegate_to": "web2", "loop": ["a"]}, {}, True),
]


@pytest.mark.parametrize(("task", "variables", "own"), ROWS)
def test_a_task_runs_in_a_thread(*, task: dict[str, Any], variables: dict[str, Any], own: bool) -> None:
    assert OwnPlugins().make_up(given(task, variables)) is own


def test_an_action_that_speaks_with_the_run_has_a_process() -> None:
    assert OwnPlugins(frozenset({"group_by"})).make_up(given({"action": "group_by"}, {})) is False


def test_the_plugins_that_were_made_are_looked_at_again() -> None:
    plugins, ssh = OwnPlugins(), connection_loader.get("ssh", class_only=True)
    action = action_loader.get("command", class_only=True)
    connection, handler = ssh.__new__(ssh), action.__new__(action)
    connection._shell, connection.become = DataLoader(), None
    assert plugins.are_in(handler, connection)
    assert not plugins.are_in(handler, connection_loader.get("local", class_only=True))
    sudo = become_loader.get("sudo", class_only=True)
    connection.become = sudo.__new__(sudo)
    assert plugins.are_in(handler, connection)
    connection.become = Manager()
    assert not plugins.are_in(handler, connection)


def test_a_plugin_of_a_project_is_not_ansibles(tmp_path: Path) -> None:
    folder = tmp_path / "action_plugins"
    folder.mkdir()
    (folder / "mine_of_test.py").write_text(
        "from ansible.plugins.action import ActionBase\n"
        "class ActionModule(ActionBase):\n    def run(self, tmp=None, task_vars=None):\n        return {}\n"
    )
    assert not is_own(None)
    assert is_own(action_loader.get("copy", class_only=True))
    action_loader.add_directory(str(folder))
    try:
        assert not OwnPlugins().make_up(given({"action": "mine_of_test"}, {}))
        assert not OwnPlugins(threaded=frozenset({"mine", "acme.shop.mine_of_test"})).make_up(
            given({"action": "mine_of_test"}, {})
        )
        assert OwnPlugins(threaded=frozenset({"mine_of_test"})).make_up(given({"action": "mine_of_test"}, {}))
        apart = OwnPlugins(frozenset({"mine_of_test"}), frozenset({"mine_of_test"}))
        assert not apart.make_up(given({"action": "mine_of_test"}, {}))
    finally:
        action_loader._extra_dirs.remove(str(folder))
        action_loader._clear_caches()
