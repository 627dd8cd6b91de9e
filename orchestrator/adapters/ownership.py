"""Whether others can write to a place that decides about authority, such as keys and rules (sshd's StrictModes)."""

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = 0


class Exposure(NamedTuple):
    """How others can write to a place: what was found, and the command that ends it."""

    found: str
    next_move: str


def exposure_of(place: Path) -> Exposure | None:
    """How anybody but this user and root can change what is at this place; None where nobody can, or where it is missing.

    The place and every folder above it counts, by the name that was given and behind links: whoever can write to a folder can
    put another in the place of what is in it. A sticky folder, such as /tmp, counts for what it holds only. A group counts as
    others, unless it is this user's own and nobody else is in it.
    """
    if not os.path.lexists(place):
        return None
    for step, is_place in _steps(place):
        try:
            status = step.lstat()
        except FileNotFoundError:  # a link that leads nowhere
            return None
        except OSError as error:
            return Exposure(f"{step}: {error.strerror}", f"make {step} readable for you")
        exposure = _exposure(step, status, is_place=is_place)
        if exposure is not None:
            return exposure
    return None


def _steps(place: Path) -> Iterator[tuple[Path, bool]]:
    """The place and the folders above it, from the top, as named and as resolved; and whether it is the place itself."""
    named = Path(os.path.abspath(place))  # noqa: PTH100 (resolve() would follow the links that are to be looked at)
    real = Path(os.path.realpath(place))
    for path in dict.fromkeys((named, real)):
        for step in (*reversed(path.parents), path):
            yield step, step in (named, real)


def _exposure(step: Path, status: os.stat_result, *, is_place: bool) -> Exposure | None:
    if status.st_uid not in (ROOT, os.geteuid()):
        owner, mine = _user(status.st_uid), _user(os.geteuid())
        move = f"make it yours (chown {mine} {step}), or run orch as its owner"
        if _is_home(step, status.st_uid):  # whoever lives there could not log in any more
            writers = "only root" if mine == "root" else f"only {mine} and root"
            move = f"run orch as {owner}, or keep it where {writers} can write"
        return Exposure(f"{step}, which belongs to {owner}", move)
    if stat.S_ISLNK(status.st_mode) or (status.st_mode & stat.S_ISVTX and not is_place):
        return None
    finding = f"{step}, which others may write to (mode {stat.S_IMODE(status.st_mode):04o})"
    if status.st_mode & stat.S_IWOTH:
        return Exposure(finding, f"take that from them: chmod o-w {step}")
    if status.st_mode & stat.S_IWGRP and not _is_own_group(step, status.st_gid):
        return Exposure(finding, f"take that from the group {_group(status.st_gid)}: chmod g-w {step}")
    return None


def _is_own_group(step: Path, group: int) -> bool:
    """A group of this user alone, as Debian makes one for each; an access list may name others beside it."""
    try:
        owner, entry = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
    except KeyError:
        return False
    own = entry.gr_gid == owner.pw_gid and entry.gr_name == owner.pw_name
    return own and set(entry.gr_mem) <= {owner.pw_name} and not _has_access_list(step)


def _is_home(step: Path, user: int) -> bool:
    try:
        return Path(pwd.getpwuid(user).pw_dir) == step
    except KeyError:
        return False


def _has_access_list(step: Path) -> bool:
    try:
        return "system.posix_acl_access" in os.listxattr(step)
    except OSError:
        return False


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
