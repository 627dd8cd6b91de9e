"""Shuts this process and all that it starts off from folders: they are empty for it, but for what is shown of them.

A mount namespace does that, and a user namespace around it, in which nobody can take the mounts away again or look through
another process's eyes: `user_namespaces(7)`, `mount_namespaces(7)`. Users keep their numbers. Runs load this too: plain Python.
"""

from __future__ import annotations

import ctypes
import json
import os
import stat
import sys
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

GIVEN = "ORCH_SHUT_OFF"
"""The variable that names the file of what a process is to be shut off from."""
_NEW_MOUNTS, _NEW_USERS = 0x00020000, 0x10000000
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_REMOUNT, _BIND, _RECURSIVE, _SLAVE = 0x20, 0x1000, 0x4000, 0x80000
_KEPT = 0x1 | 0x2 | 0x4 | 0x8 | 0x400 | 0x800 | 0x1000 << 9 | 0x200000
"""Flags of a mount that stay when it is mounted again; statvfs(3) and mount(2) give them the same numbers, but relatime."""
_ST_RELATIME, _RELATIME = 0x1000, 0x200000
_CAPABILITY_VERSION = 0x20080522


def shut_off(hidden: Sequence[str], shown: Iterable[tuple[str, bool]]) -> None:
    """From now on `hidden` folders are empty, but for `shown` places below them; True beside one: it can be written.

    Raises OSError where this machine does not permit it; the process is then of no use any more. It has one thread, else the
    kernel refuses.
    """
    here = Path.cwd()
    os.chdir("/")
    held = [(path, writable, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path, writable in sorted(shown)]
    ranges = _ranges()
    if ranges is None:
        _unshare(_NEW_USERS | _NEW_MOUNTS)
        _map_own()
    else:
        _unshare(_NEW_MOUNTS)
    _mount("none", "/", flags=_RECURSIVE | _SLAVE)
    # Opened in the namespace that was left, they could not be mounted here.
    held = [(path, writable, _again(path, descriptor)) for path, writable, descriptor in held]
    for folder in hidden:
        _hide(os.path.realpath(folder), held)
    for _, _, descriptor in held:
        os.close(descriptor)
    _lock(ranges)
    if os.path.lexists(here):
        os.chdir(here)


def shut_off_as_given(environment: MutableMapping[str, str]) -> None:
    """The same as the file says that `environment` names, and nothing where it names none; the name is taken out.

    Raises OSError and ValueError: what cannot be shut off is not to run.
    """
    file = environment.pop(GIVEN, "")
    if file:
        given: Mapping[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
        shut_off(given["hidden"], [(str(path), bool(writable)) for path, writable in given["shown"]])


def _again(path: str, descriptor: int) -> int:
    """The same place by its path, now; its first descriptor is closed."""
    anew = os.open(path, os.O_PATH | os.O_CLOEXEC)
    os.close(descriptor)
    return anew


def _hide(folder: str, held: Sequence[tuple[str, bool, int]]) -> None:
    _mount("tmpfs", folder, "tmpfs", _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS, "mode=0755,size=256k")
    for path, writable, descriptor in held:
        if path.startswith(f"{folder}/"):
            _show(path, descriptor, writable=writable)
    _mount("none", folder, flags=_REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS)


def _show(path: str, descriptor: int, *, writable: bool) -> None:
    if not os.path.lexists(path):
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            place.mkdir()
        else:
            place.touch()
    _mount(f"/proc/self/fd/{descriptor}", path, flags=_BIND | _RECURSIVE)
    if not writable:
        had = os.statvfs(path).f_flag
        kept = had & _KEPT | (_RELATIME if had & _ST_RELATIME else 0)
        _mount("none", path, flags=_REMOUNT | _BIND | _READ_ONLY | kept)


def _ranges() -> tuple[str, str] | None:
    """Every user and group as it is here, for one who may give them all; None for anybody else."""
    if os.geteuid() != 0 or not _may_mount():
        return None
    users, groups = (
        "".join(f"{line.split()[0]} {line.split()[0]} {line.split()[2]}\n" for line in text.splitlines())
        for text in (Path(f"/proc/self/{kind}_map").read_text(encoding="ascii") for kind in ("uid", "gid"))
    )
    return users, groups


def _may_mount() -> bool:
    """Whether this process has CAP_SYS_ADMIN (21): in a container, root may have not."""
    words = dict(
        line.split(":", 1)
        for line in Path("/proc/self/status").read_text(errors="replace").splitlines()
        if ":" in line
    )
    return bool(int(words["CapEff"], 16) >> 21 & 1)


def _map_own() -> None:
    """This user and group only, under their own numbers."""
    uid, gid = _OWN
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


def _lock(ranges: tuple[str, str] | None) -> None:
    """A user namespace of its own around another mount namespace: mounts of the one before cannot be taken away there."""
    if ranges is None:
        _unshare(_NEW_USERS | _NEW_MOUNTS)
        _map_own()
        _drop_capabilities()
        return
    # Only somebody outside of the new namespace may give it all users.
    begin, done = os.pipe(), os.pipe()
    mine, child = os.getpid(), os.fork()
    if child == 0:
        _give_ranges(mine, ranges, begin, done)
    os.close(begin[0])
    os.close(done[1])
    try:
        _unshare(_NEW_USERS | _NEW_MOUNTS)
        os.write(begin[1], b"1")
        if os.read(done[0], 1) != b"1":
            raise PermissionError("a user namespace cannot be given its users")
    finally:
        os.close(begin[1])
        os.close(done[0])
        os.waitpid(child, 0)


def _give_ranges(
    process: int, ranges: tuple[str, str], begin: tuple[int, int], done: tuple[int, int]
) -> None:
    code = 1
    try:
        os.close(begin[1])
        if os.read(begin[0], 1):
            for name, text in zip(("uid_map", "gid_map"), ranges, strict=True):
                Path(f"/proc/{process}/{name}").write_text(text, encoding="ascii")
            os.write(done[1], b"1")
            code = 0
    finally:
        os._exit(code)


def _drop_capabilities() -> None:
    """Those over its own namespace, which a user's process does not have elsewhere."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())


_OWN = (os.geteuid(), os.getegid())
_LIBC = ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> None:
    _call("unshare", flags)


def _mount(source: str, target: str, kind: str = "none", flags: int = 0, options: str | None = None) -> None:
    given = None if options is None else options.encode()
    _call("mount", source.encode(), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), given)


def _call(name: str, *arguments: Any) -> None:
    if getattr(_LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def main() -> int:
    """Try it on the folder that the first argument names: exit code 0 where it can be had."""
    try:
        shut_off([sys.argv[1]], [])
        return 0 if not any(Path(sys.argv[1]).iterdir()) else 1
    except (OSError, ValueError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
