"""One host: make its root, boot it, remove it."""

import shutil
import uuid
from pathlib import Path

from orchestrator.lab import names
from orchestrator.lab.errors import LabError
from orchestrator.lab.hosts import accounts
from orchestrator.lab.hosts.written import replace
from orchestrator.lab.kernel import cgroups, mounts
from orchestrator.lab.packages import start as packages
from orchestrator.lab.paths import HostPaths, LabPaths
from orchestrator.lab.patience import within
from orchestrator.lab.shell import run, start_in_group
from orchestrator.lab.state import HostKind, LabHost, LabState
from orchestrator.lab.texts import hosts_file

_DISK_MEBIBYTES: dict[HostKind, int] = {"full": 512, "light": 128}
_WITH_PACKAGES = 2048

_PAYLOAD: dict[HostKind, tuple[str, ...]] = {
    "full": ("--boot",),
    # sshd alone, under nspawn's small init, which reaps what sessions leave.
    "light": ("--as-pid2", "--", "sh", "-c", "mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e"),
}

# Nothing is asked of a systemd of this machine: there need not be one.
_CONTAINER = (
    "systemd-nspawn",
    "--quiet",
    "--register=no",
    "--keep-unit",
    "--console=pipe",
    "--link-journal=no",
    "--resolv-conf=off",
    "--timezone=off",
)

# systemd-nspawn ends with this code when the host asks to be booted again, and leaves that to its caller.
_BOOT_AGAIN = ("sh", "-c", 'while "$@"; test $? -eq 133; do :; done', "host")
_STARTS_WITHIN = 5.0
_PROPAGATE = Path("/run/systemd/nspawn/propagate")


def make_identity(paths: HostPaths) -> None:
    """Make the host's key and machine-id. Existing ones stay, so that the host keeps its identity."""
    paths.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not paths.host_key.with_suffix(".pub").exists():
        paths.host_key.unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(paths.host_key)])
    if not paths.machine_id.exists():
        paths.machine_id.write_text(uuid.uuid4().hex + "\n")


def public_key(paths: HostPaths) -> str:
    """Key type and key, in the form of known_hosts."""
    return " ".join(paths.host_key.with_suffix(".pub").read_text().split()[:2])


def make_root(state: LabState, host: LabHost, lab: LabPaths) -> None:
    """Mount the host's root; an unfinished root of an earlier `up` is replaced."""
    paths = lab.host(host.name)
    if paths.prepared.exists() and paths.root in mounts.mounted_under(paths.folder):
        return
    mounts.unmount_under(paths.folder)
    mounts.mount_layer(paths.layer, mebibytes=disk_mebibytes(state, host))
    paths.root.mkdir(exist_ok=True)
    mounts.mount_root(Path(state.base), paths.layer, paths.root)
    _furnish(host, paths)
    accounts.furnish(state, lab, paths.root)
    packages.furnish(state, host, paths.root)
    paths.prepared.touch()


def disk_mebibytes(state: LabState, host: LabHost) -> int:
    """The size of the host's disk: as much as its layer in memory may hold."""
    return _WITH_PACKAGES if state.options.packages else _DISK_MEBIBYTES[host.kind]


def is_running(lab: str, host: str) -> bool:
    """Whether any process of the host lives."""
    return cgroups.populated(lab, host)


def start(state: LabState, host: LabHost, paths: HostPaths) -> None:
    """Boot the host; raises LabError when the machine refuses. Returns before sshd answers."""
    group = cgroups.made(state.name, host.name)
    # The namespace is entered before nspawn mounts /sys, which shows the interfaces of whoever mounts it.
    enter = ["nsenter", f"--net=/run/netns/{names.namespace(state.name, host.name)}"]
    which = [*_identity(state.name, host, paths), *_mounts(state, host)]
    command = [*_BOOT_AGAIN, *enter, *_CONTAINER, *which, *_PAYLOAD[host.kind]]
    # The kernel gives every container the pure cgroup2 view; /tmp stays on the host's own disk, where `fill` reaches it.
    settings = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_NSPAWN_TMPFS_TMP": "0"}
    start_in_group(group, command, log=paths.console, extra=settings)
    if not within(_STARTS_WITHIN, lambda: is_running(state.name, host.name)):
        raise LabError(f"{host.name} ended at once: {last_words(paths)}")


def last_words(paths: HostPaths) -> str:
    """The end of what the host printed."""
    printed = paths.console.read_text(errors="replace")[-1000:] if paths.console.exists() else ""
    return repr(printed.strip()) if printed.strip() else "it printed nothing"


def _identity(lab: str, host: LabHost, paths: HostPaths) -> list[str]:
    machine = names.namespace(lab, host.name)
    return [f"--machine={machine}", f"--hostname={host.name}", f"--directory={paths.root}"]


def _mounts(state: LabState, host: LabHost) -> list[str]:
    python = state.python_of(host)
    return [f"--bind-ro={here}:{there}" for here, there in python.mounts()] if python else []


def forget(lab: str, host: str) -> None:
    """Remove what systemd-nspawn keeps about a killed container."""
    left = _PROPAGATE / names.namespace(lab, host)
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)


def _furnish(host: LabHost, paths: HostPaths) -> None:
    root = paths.root
    etc = root / "etc"
    replace(etc / "hostname", f"{host.name}\n")
    replace(etc / "hosts", hosts_file(host.name))
    replace(etc / "machine-id", paths.machine_id.read_text(), mode=0o444)
    replace(etc / "ssh/ssh_host_ed25519_key", paths.host_key.read_text(), mode=0o600)
    replace(etc / "ssh/ssh_host_ed25519_key.pub", paths.host_key.with_suffix(".pub").read_text())
