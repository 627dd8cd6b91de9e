"""What is mounted where, and how, as the kernel tells it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_BY_ITSELF = (
    "autofs", "nsfs", "fuse.portal", "fuse.gvfsd-fuse", "fuse.lxcfs", "squashfs", "binfmt_misc", "tracefs", "rpc_pipefs",
)  # fmt: skip
"""File systems that are mounted when somebody looks, or by who runs containers and snaps."""
_PASSING = (
    "/run/", "/var/lib/docker/", "/var/lib/containers/", "/var/lib/containerd/", "/var/lib/kubelet/", "/snap/", "/proc/sys/",
    "/sys/kernel/", "/var/snap/",
)  # fmt: skip
_ON_NETWORKS = (
    "autofs",
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "afs",
    "ceph",
    "fuse.sshfs",
    "fuse.glusterfs",
    "9p",
    "lustre",
)


def collect(add: Callable[[str, str, dict[str, Any]], None], file: str = "/proc/self/mountinfo") -> None:
    """Every lasting mount; a second one over the same place has the place's name with `#2`."""
    known: dict[str, int] = {}
    for place, kind, source, options in mounted(file):
        if kind in _BY_ITSELF or (place + "/").startswith(_PASSING):
            continue
        known[place] = known.get(place, 0) + 1
        name = place if known[place] == 1 else place + " #" + str(known[place])
        add("mount", name, {"source": source, "filesystem": kind, "options": options})


def on_networks(file: str = "/proc/self/mountinfo") -> tuple[str, ...]:
    """Where looking at a path may take for ever: mounts from networks, and those that are made by looking."""
    return tuple(place.rstrip("/") + "/" for place, kind, _, _ in mounted(file) if kind in _ON_NETWORKS)


def mounted(file: str) -> list[tuple[str, str, str, str]]:
    """Place, file system, source and options of each mount, in the order of mounting. See proc_pid_mountinfo(5)."""
    rows = []
    with open(file, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            ours, _, theirs = line.rstrip("\n").partition(" - ")
            fields, of_system = ours.split(" "), theirs.split(" ")
            if len(fields) < 6 or len(of_system) < 3:
                rows.append((line.strip()[:200], "?", "?", "?"))
                continue
            options = sorted(set(fields[5].split(",")) | set(of_system[2].split(",")) - {"rw"})
            source = _plain(of_system[1]) + ("" if fields[3] == "/" else " " + _root(_plain(fields[3])))
            rows.append((_plain(fields[4]), of_system[0], source, ",".join(options)))
    return rows


def _root(path: str) -> str:
    """What of the file system is mounted. Of a file that is gone, the folder: such names are made up at each boot."""
    return path.rsplit("/", 3)[0] + "/ (deleted)" if path.endswith("//deleted") else path


def _plain(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
