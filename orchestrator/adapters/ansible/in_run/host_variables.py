"""The variables that say where a host is, as the plugin of its connection reads them."""

from __future__ import annotations

OVER_SSH = ("ssh", "smart", "paramiko", "paramiko_ssh")
_USUAL = ("inventory_hostname", "ansible_host", "ansible_ssh_host")
# The plugins of containers.podman go where the play leads, whatever their own option for the address says.
BY_PLAY = ("podman", "buildah")


def address_variables(connection: str) -> tuple[str, ...]:
    """Of these the last that is set counts. `connection`: the plugin's name, with or without its collection."""
    short = connection.rpartition(".")[2]
    if short in (*OVER_SSH, *BY_PLAY):
        return _USUAL
    return (*_USUAL, f"ansible_{short}_host")
