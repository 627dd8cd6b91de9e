"""What a machine needs before it can run a lab."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from orchestrator.lab.errors import LabUnavailable
from orchestrator.lab.kernel.cgroups import hierarchies
from orchestrator.lab.shell import SEARCH_PATH

# Program looked for -> Debian package that brings it.
PROGRAMS = {
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "mount": "mount",
    "nft": "nftables",
    "nsenter": "util-linux",
    "setsid": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
}
_STILL_WORKS = (
    "What still works without a lab: every other `orch` command, against hosts of your own, and the tests that "
    "need no hosts."
)


@dataclass(frozen=True)
class Machine:
    """The properties of the machine that matter to a lab."""

    platform: str
    is_root: bool
    programs: frozenset[str]
    has_overlay: bool
    has_cgroup2: bool


def lacking() -> list[str]:
    """Everything that this machine lacks, in sentences; empty when it can run a lab."""
    return shortcomings(_seen())


def shortcomings(machine: Machine) -> list[str]:
    """Everything that the machine lacks, in sentences."""
    if machine.platform != "linux":
        return [f"Lab hosts need Linux; this machine runs {machine.platform}."]
    packages = sorted({package for program, package in PROGRAMS.items() if program not in machine.programs})
    faults = {
        f"Lab hosts need root (network namespaces, mounts); run it with sudo {_own_program()}.": not machine.is_root,
        f"Programs are missing; install them with: apt-get install {' '.join(packages)}": bool(packages),
        "The kernel has no overlay filesystem; load the module overlay.": not machine.has_overlay,
        "No cgroup2 hierarchy is mounted; mount one at /sys/fs/cgroup.": not machine.has_cgroup2,
    }
    return [sentence for sentence, applies in faults.items() if applies]


def check_machine(machine: Machine | None = None) -> None:
    """Raises LabUnavailable when this machine lacks anything; it lists all of it, and what still works."""
    faults = shortcomings(machine or _seen())
    if faults:
        listed = [f"  - {fault}" for fault in faults]
        raise LabUnavailable("\n".join(["This machine cannot run a lab:", *listed, _STILL_WORKS]))


def _seen() -> Machine:
    if sys.platform != "linux":
        return Machine(sys.platform, False, frozenset(), False, False)  # noqa: FBT003 (nothing was looked for)
    return Machine(
        platform=sys.platform,
        is_root=os.geteuid() == 0,
        programs=frozenset(name for name in PROGRAMS if shutil.which(name, path=SEARCH_PATH)),
        has_overlay="\toverlay\n" in Path("/proc/filesystems").read_text() or _has_module("overlay"),
        has_cgroup2=bool(hierarchies()),
    )


def _own_program() -> str:
    """How sudo is told this program: its own search path has no environments of people."""
    program = Path(sys.argv[0])
    whole = os.path.abspath(program)  # noqa: PTH100 (resolve() would follow the links of an installation)
    return whole if program.name == "orch" and program.is_file() else "orch"


def _has_module(name: str) -> bool:
    folder = Path("/lib/modules") / os.uname().release
    return any(folder.rglob(f"{name}.ko*"))
