"""One host: its root is made, it boots, and it goes."""

import shutil
import uuid
from pathlib import Path

from orchestrator.lab import cgroups, mounts, names
from orchestrator.lab.paths import HostPaths, LabPaths
from orchestrator.lab.shell import run, start_in_group
from orchestrator.lab.state import Kind, LabHost, LabState
from orchestrator.lab.texts import USER, hosts_file

DISK_MEBIBYTES: dict[Kind, int] = {"full": 512, "light": 128}

# A light host runs sshd alone, under nspawn's small init, which reaps what sessions leave.
_LIGHT = ("sh", "-c", "mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e")
_PROPAGATE = Path("/run/systemd/nspawn/propagate")


def make_identity(paths: HostPaths) -> None:
    """The host's own key and machine-id; what is there stays, so that a host is the same one for good."""
    paths.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not paths.host_key.with_suffix(".pub").exists():
        paths.host_key.unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(paths.host_key)])
    if not paths.machine_id.exists():
        paths.machine_id.write_text(uuid.uuid4().hex + "\n")


def public_key(paths: HostPaths) -> str:
    """Type and key, as known_hosts has them."""
    return " ".join(paths.host_key.with_suffix(".pub").read_text().split()[:2])


def make_root(state: LabState, host: LabHost, lab: LabPaths) -> None:
    """Mount the host's root; a root that an `up` did not finish is thrown away and made anew."""
    paths = lab.host(host.name)
    if paths.prepared.exists() and paths.root in mounts.mounted_under(paths.folder):
        return
    mounts.unmount_under(paths.folder)
    mounts.mount_layer(paths.layer, mebibytes=DISK_MEBIBYTES[host.kind])
    paths.root.mkdir(exist_ok=True)
    mounts.mount_root(Path(state.base), paths.layer, paths.root)
    _furnish(host, paths, authorised=lab.key.with_suffix(".pub").read_text())
    paths.prepared.touch()


def is_running(lab: str, host: str) -> bool:
    """Whether any process of the host lives."""
    return cgroups.populated(lab, host)


def start(state: LabState, host: LabHost, paths: HostPaths) -> None:
    """Boot the host; raises LabError when the machine refuses. Returns before sshd answers."""
    cgroups.remove(state.name, host.name)
    container = [
        "systemd-nspawn",
        "--quiet",
        "--register=no",
        "--keep-unit",
        "--console=pipe",
        "--link-journal=no",
    ]
    container += [
        "--resolv-conf=off",
        "--timezone=off",
        f"--directory={paths.root}",
        f"--hostname={host.name}",
    ]
    container += [f"--machine={names.namespace(state.name, host.name)}"]
    container += [f"--network-namespace-path=/run/netns/{names.namespace(state.name, host.name)}"]
    container += ["--boot"] if host.kind == "full" else ["--as-pid2", "--", *_LIGHT]
    # The kernel gives every container the pure cgroup2 view; /tmp stays on the host's own disk, where `fill` reaches it.
    settings = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_NSPAWN_TMPFS_TMP": "0"}
    start_in_group(cgroups.made(state.name, host.name), container, log=paths.console, extra=settings)


def forget(lab: str, host: str) -> None:
    """Take away what systemd-nspawn keeps about a container that was killed."""
    left = _PROPAGATE / names.namespace(lab, host)
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)


def _furnish(host: LabHost, paths: HostPaths, *, authorised: str) -> None:
    root = paths.root
    etc = root / "etc"
    _write(etc / "hostname", f"{host.name}\n")
    _write(etc / "hosts", hosts_file(host.name))
    _write(etc / "machine-id", paths.machine_id.read_text(), mode=0o444)
    _write(etc / "ssh/ssh_host_ed25519_key", paths.host_key.read_text(), mode=0o600)
    _write(etc / "ssh/ssh_host_ed25519_key.pub", paths.host_key.with_suffix(".pub").read_text())
    keys = root / "home" / USER / ".ssh/authorized_keys"
    _write(keys, authorised, mode=0o600)
    owner = keys.parent.stat()
    shutil.chown(keys, owner.st_uid, owner.st_gid)


def _write(path: Path, text: str, *, mode: int = 0o644) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(mode)
