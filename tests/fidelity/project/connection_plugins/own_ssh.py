"""A connection of the project's own on Ansible's."""

from ansible.plugins.connection.ssh import DOCUMENTATION as _DOCUMENTATION
from ansible.plugins.connection.ssh import Connection as Ssh

DOCUMENTATION = _DOCUMENTATION.replace("name: ssh\n", "name: own_ssh\n")


class Connection(Ssh):
    transport = "own_ssh"

    def exec_command(self, cmd, in_data=None, sudoable=True):
        code, out, err = super().exec_command(cmd, in_data, sudoable)
        return code, out, err + b"over own_ssh\n"
