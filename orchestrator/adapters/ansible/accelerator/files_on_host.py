"""What actions do to files on a host beside their modules: a temporary folder made and removed, files made executable.

Ansible starts a shell for each. Here each is one request; whatever is not the plain case Ansible does itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from orchestrator.adapters.ansible.accelerator import channel, deadlines
from orchestrator.adapters.ansible.accelerator.carried import Carried, begin, with_boot
from orchestrator.adapters.ansible.accelerator.module_parts import Payload

_PLAIN = re.compile(r"(~|)(/[\w.+@:-]+)+")
"""A folder that a shell would take as it is."""


class FilesOnHost:
    """The same deeds as Ansible's action plugins have, over channels."""

    def __init__(self, carried: Carried) -> None:
        self._carried = carried
        self._action: Any = import_module("ansible.plugins.action").ActionBase
        self._make = self._action._make_tmp_path
        self._remove = self._action._remove_tmp_path
        self._fix = self._action._fixup_perms2
        self._low = self._action._low_level_execute_command
        self._transfer = self._action._transfer_data

    def put_in(self) -> None:
        """From now on all actions of this process do so."""
        action: Any = self._action
        action._make_tmp_path = _method(self.make_folder)
        action._remove_tmp_path = _method(self.remove_folder)
        action._fixup_perms2 = _method(self.make_executable)
        action._low_level_execute_command = _method(self.execute)
        action._transfer_data = _method(self.transfer)

    def execute(
        self, action: Any, cmd: str, sudoable: bool = True, in_data: Any = None, *others: Any, **named: Any
    ) -> Any:
        """A command; where it runs a module by its parts, the interpreter waits for them."""
        if isinstance(in_data, Payload):
            if self._is_carried(action) and self._carried.has_agent(action._connection):
                cmd = with_boot(cmd)
            else:
                in_data = in_data.whole()
        return self._low(action, cmd, sudoable, in_data, *others, **named)

    def transfer(self, action: Any, remote_path: Any, data: Any) -> Any:
        """A file with a module in it has to be whole."""
        return self._transfer(action, remote_path, data.whole() if isinstance(data, Payload) else data)

    def make_folder(self, action: Any, remote_user: str | None = None) -> str:
        """A new temporary folder, known to the shell of the connection. Raises AnsibleError as Ansible does."""
        base = str(action.get_shell_option("remote_tmp", default="~/.ansible/tmp"))
        plain = _PLAIN.fullmatch(base) and not action._is_become_unprivileged()
        shell = action._connection._shell
        if not plain or not self._is_carried(action):
            return str(self._make(action, remote_user))
        name = shell._generate_temp_dir_name()
        ended = self._ask(action, lambda opened: opened.make_folder(base, name, deadlines.deadline()))
        path = "" if ended is None or ended.code else ended.out.decode("utf-8", "surrogateescape")
        if not path.startswith("/") or not path.rstrip("/").endswith(f"/{name}"):
            return str(self._make(action, remote_user))
        action._cleanup_remote_tmp = True
        shell.tmpdir = path.rstrip("/") + "/"
        return str(shell.tmpdir)

    def remove_folder(self, action: Any, tmp_path: str | None, force: bool = False) -> None:
        """Remove a temporary folder, unless it is to be kept."""
        shell = action._connection._shell
        path = tmp_path if tmp_path is not None else shell.tmpdir
        if not (force or action._should_remove_tmp_path(path)):
            return
        if path and self._is_carried(action):
            ended = self._ask(action, lambda opened: opened.remove_tree(str(path), deadlines.deadline()))
            if ended is not None and not ended.code:
                shell.tmpdir = None
                return
        self._remove(action, tmp_path, force)

    def make_executable(
        self, action: Any, remote_paths: Any, remote_user: str | None = None, execute: bool = True
    ) -> Any:
        """Let the login user run these files."""
        if action._is_become_unprivileged() or not self._is_carried(action):
            return self._fix(action, remote_paths, remote_user, execute)
        if execute:
            paths = [str(path) for path in remote_paths]
            ended = self._ask(action, lambda opened: opened.make_executable(paths, deadlines.deadline()))
            if ended is None or ended.code:
                return self._fix(action, remote_paths, remote_user, execute)
        return remote_paths

    def _is_carried(self, action: Any) -> bool:
        return self._carried.is_carried(action._connection)

    def _ask(self, action: Any, deed: Callable[[Any], Any]) -> Any:
        """What the host answered; None where it could not be asked, and Ansible's own way finds out why."""
        connection = action._connection
        begin(connection)
        connection.host = connection.get_option("host") or connection._play_context.remote_addr
        try:
            with self._carried.channel(connection) as opened:
                return deed(opened)
        except channel.Lost:
            return None


def _method(deed: Callable[..., Any]) -> Any:
    def method(action: Any, *given: Any, **named: Any) -> Any:
        return deed(action, *given, **named)

    return method
