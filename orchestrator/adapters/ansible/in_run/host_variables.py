"""The variables that say where a host is, as the plugin of its connection reads them."""

from __future__ import annotations

OVER_SSH = ("ssh", "smart", "paramiko", "paramiko_ssh")
_USUAL = ("inventory_hostname", "ansible_host", "ansible_ssh_host")
# The plugins of containers.podman read the inventory's name after ansible_host, so the latter never counts.
_BY_NAME = ("podman", "buildah")


def address_variables(connection: str) -> tuple[str, ...]:
    """Of these the last that is set counts. `connection`: the plugin's name, with or without its collection."""
    short = connection.rpartition(".")[2]
    if short in OVER_SSH:
        return _USUAL
    usual = _USUAL[:1] if short in _BY_NAME else _USUAL
    return (*usual, f"ansible_{short}_host")
