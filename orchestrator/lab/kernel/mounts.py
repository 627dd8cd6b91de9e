"""The lab's mounts: one size-limited tmpfs and one overlay a host."""

import os
from pathlib import Path

from orchestrator.lab.errors import LabError
from orchestrator.lab.shell import attempt, run

_TRIES = 20


def mounted_under(folder: Path) -> list[Path]:
    """Mount points at or below the folder, innermost and latest first."""
    points = [
        Path(_unescaped(line.split()[4])) for line in Path("/proc/self/mountinfo").read_text().splitlines()
    ]
    return [point for point in reversed(points) if point.is_relative_to(folder)]


def mount_layer(layer: Path, *, mebibytes: int) -> None:
    """Mount a tmpfs of at most that size."""
    layer.mkdir(parents=True, exist_ok=True)
    run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0700", "orchlab", str(layer)])


def mount_root(base: Path, layer: Path, root: Path) -> None:
    """Mount the shared base, read only, with the host's own layer over it."""
    upper, work = layer / "upper", layer / "work"
    for folder, mode in ((upper, 0o755), (work, 0o700), (root, 0o755)):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
    options = f"lowerdir={base},upperdir={upper},workdir={work}"
    run(["mount", "-t", "overlay", "-o", options, "orchlab", str(root)])


def unmount_under(folder: Path) -> None:
    """Remove every mount at or below the folder. Raises LabError when one stays."""
    for point in mounted_under(folder):
        if attempt(["umount", str(point)]).code != 0:
            attempt(["umount", "--lazy", str(point)])
    left = mounted_under(folder)
    if left:
        raise LabError(
            f"These mounts could not be removed: {', '.join(map(str, left))}; `fuser -vm` says who uses them."
        )


def capacity(layer: Path) -> int:
    """The size limit of the layer, in bytes."""
    size = os.statvfs(layer)
    return size.f_blocks * size.f_frsize


def shrink_to_contents(layer: Path) -> None:
    """Leave no free byte: the next write fails with ENOSPC. This needs no memory for filler."""
    for _ in range(_TRIES):
        size = os.statvfs(layer)
        used = (size.f_blocks - size.f_bfree) * size.f_frsize
        if attempt(["mount", "-o", f"remount,size={used}", str(layer)]).code == 0:
            return
    raise LabError(f"{layer}: the host writes faster than its disk could be closed; try again.")


def resize(layer: Path, *, mebibytes: int) -> None:
    """Set the layer's size limit."""
    run(["mount", "-o", f"remount,size={mebibytes}m", str(layer)])


def _unescaped(field: str) -> str:
    """Decode the octal blanks and backslashes of mountinfo (proc(5))."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, character)
    return field
