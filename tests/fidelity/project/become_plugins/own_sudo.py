"""A way to become of the project's own, on Ansible's."""

from ansible.plugins.become.sudo import DOCUMENTATION as _DOCUMENTATION
from ansible.plugins.become.sudo import BecomeModule as Sudo

DOCUMENTATION = _DOCUMENTATION.replace("name: sudo\n", "name: own_sudo\n")


class BecomeModule(Sudo):
    name = "own_sudo"

    def build_become_command(self, cmd, shell):
        return super().build_become_command(cmd, shell).replace("sudo ", "sudo -E ", 1) if cmd else cmd
