"""What a machine must have before a lab can stand on it."""

import os
import shutil
import sys
from pathlib import Path

from orchestrator.lab.cgroups import hierarchies
from orchestrator.lab.errors import LabUnavailable

# Program looked for -> Debian package that brings it.
PROGRAMS = {
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "mount": "mount",
    "nft": "nftables",
    "setsid": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
}
_STILL_WORKS = (
    "What still works without a lab: every `orch` command against hosts of your own, `orch plan check|show|schema`, "
    "and the tests that need no hosts."
)


def lacking() -> list[str]:
    """Everything that is missing on this machine, in sentences; empty when a lab can stand here."""
    if not sys.platform.startswith("linux"):
        return [f"Lab hosts need Linux; this machine runs {sys.platform}."]
    faults = []
    if os.geteuid() != 0:
        faults.append("Lab hosts need root (network namespaces, mounts); run it with sudo.")
    packages = sorted({package for program, package in PROGRAMS.items() if not _found(program)})
    if packages:
        faults.append(f"Programs are missing; install them with: apt-get install {' '.join(packages)}")
    if "\toverlay\n" not in Path("/proc/filesystems").read_text() and not _module("overlay"):
        faults.append("The kernel has no overlay filesystem.")
    if not hierarchies():
        faults.append("No cgroup2 hierarchy is mounted: mount -t cgroup2 none /sys/fs/cgroup")
    return faults


def check_machine() -> None:
    """Raises LabUnavailable that lists all that is missing and what works all the same."""
    faults = lacking()
    if faults:
        raise LabUnavailable(
            "\n".join(["No lab can stand on this machine:", *(f"  - {f}" for f in faults), _STILL_WORKS])
        )


def _found(program: str) -> bool:
    return (
        shutil.which(program, path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin") is not None
    )


def _module(name: str) -> bool:
    release = Path("/lib/modules") / os.uname().release
    return any(release.rglob(f"{name}.ko*"))
