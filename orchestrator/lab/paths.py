"""The paths of a lab's files."""

from dataclasses import dataclass
from pathlib import Path

HOME = Path("/var/lib/orch-lab")
RUN = Path("/run/orch-lab")


@dataclass(frozen=True)
class LabPaths:
    """The folder of one lab (0700) and what is in it."""

    root: Path

    @property
    def state(self) -> Path:
        """The recorded intent."""
        return self.root / "lab.json"

    @property
    def key(self) -> Path:
        """Private key of the user who logs in."""
        return self.root / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """Pinned host keys."""
        return self.root / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        """The configuration for `ssh -F`."""
        return self.root / "ssh_config"

    @property
    def inventory(self) -> Path:
        """The generated Ansible inventory."""
        return self.root / "hosts.yml"

    @property
    def sudo_password(self) -> Path:
        """The password that sudo asks for, where it asks."""
        return self.root / "sudo_password"

    @property
    def vault_password(self) -> Path:
        """The password of the vaulted variable in the inventory."""
        return self.root / "vault_password"

    @property
    def vaulted_password(self) -> Path:
        """The sudo password as a vaulted variable, as `ansible-vault` wrote it."""
        return self.root / "sudo_password.vault"

    @property
    def packages_order(self) -> Path:
        """What the proxy for packages was started with."""
        return self.root / "packages.json"

    @property
    def packages_ready(self) -> Path:
        """A mark: the proxy for packages listens."""
        return self.root / "packages.ready"

    @property
    def packages_lists(self) -> Path:
        """The lists of packages that the first host fetched, for the others."""
        return self.root / "packages.lists"

    @property
    def packages_log(self) -> Path:
        """What the proxy for packages was asked for, and answered."""
        return self.root / "packages.log"

    def host(self, name: str) -> "HostPaths":
        """The paths of one host's files."""
        return HostPaths(self.root / "hosts" / name)


@dataclass(frozen=True)
class HostPaths:
    """The folder of one host."""

    folder: Path

    @property
    def host_key(self) -> Path:
        """The host's key, outside the root, so that the host keeps its identity when it loses its disk."""
        return self.folder / "ssh_host_ed25519_key"

    @property
    def machine_id(self) -> Path:
        """The host's machine-id, also outside the root."""
        return self.folder / "machine-id"

    @property
    def layer(self) -> Path:
        """The size-limited tmpfs that holds everything the host writes."""
        return self.folder / "layer"

    @property
    def prepared(self) -> Path:
        """A mark in the layer: it exists once the root is complete."""
        return self.layer / "prepared"

    @property
    def root(self) -> Path:
        """The mount point of base and layer together."""
        return self.folder / "root"

    @property
    def console(self) -> Path:
        """The host's boot messages."""
        return self.folder / "console.log"


def lab_paths(lab: str) -> LabPaths:
    """The folder of the lab of that name."""
    return LabPaths(HOME / "labs" / lab)
