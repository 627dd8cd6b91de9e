"""Files on the target: their attributes, digests, and the check of a single path."""

from __future__ import annotations

import grp
import os
import pwd
import stat

from orchestrator.adapters.ssh.on_target.items.digest import sha256
from orchestrator.domain.text.format import mode_number, mode_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONTENT_LIMIT = 16 << 20
_TYPES = (
    (stat.S_ISREG, "file"), (stat.S_ISDIR, "directory"), (stat.S_ISLNK, "link"), (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"), (stat.S_ISCHR, "character device"), (stat.S_ISBLK, "block device"),
)  # fmt: skip


def type_of(status: os.stat_result) -> str:
    """What a path is, in a word."""
    return next((name for is_it, name in _TYPES if is_it(status.st_mode)), "unknown")


def owner_of(status: os.stat_result) -> str:
    """The owner's name, or number where it has none."""
    try:
        return pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        return str(status.st_uid)


def group_of(status: os.stat_result) -> str:
    """The group's name, or number where it has none."""
    try:
        return grp.getgrgid(status.st_gid).gr_name
    except KeyError:
        return str(status.st_gid)


class Names:
    """The names of owners and groups, each looked up once: for one capture, for they may change."""

    def __init__(self) -> None:
        self._owners: dict[int, str] = {}
        self._groups: dict[int, str] = {}

    def owner_of(self, status: os.stat_result) -> str:
        """The owner's name, or number where it has none."""
        if status.st_uid not in self._owners:
            self._owners[status.st_uid] = owner_of(status)
        return self._owners[status.st_uid]

    def group_of(self, status: os.stat_result) -> str:
        """The group's name, or number where it has none."""
        if status.st_gid not in self._groups:
            self._groups[status.st_gid] = group_of(status)
        return self._groups[status.st_gid]


def digest_of(path: str) -> str:
    """SHA-256 of a file's whole content; never waits for a writer of a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb", buffering=0) as source:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(22, "not a regular file", path)
        digest = sha256(status.st_size)
        while True:
            piece = source.read(1 << 20)
            if not piece:
                return digest.hexdigest()
            digest.update(piece)


def look(check: dict[str, Any]) -> tuple[str, str]:
    """The answer to a file check. A link stands for what it leads to, unless the check asks for a link."""
    try:
        status = os.lstat(check["path"])
    except (FileNotFoundError, NotADirectoryError):
        return ("failed" if check["exists"] else "passed"), "no such path"
    if not check["exists"]:
        return "failed", f"a {type_of(status)}"
    if stat.S_ISLNK(status.st_mode) and check["type"] != "link" and check["target"] is None:
        try:
            status = os.stat(check["path"])
        except FileNotFoundError:
            return "failed", f"a link to {os.readlink(check['path'])}, which does not exist"
    return _judged(check, status)


def _judged(check: dict[str, Any], status: os.stat_result) -> tuple[str, str]:
    findings = _found(check, status)
    wrong = [words for words, good in findings if not good]
    if wrong:
        return "failed", ", ".join(wrong)
    limit = CONTENT_LIMIT
    if check["contains"] is not None:
        with open(check["path"], "rb") as source:
            content = source.read(limit + 1)
        if check["contains"].encode() not in content:
            beyond = len(content) > limit
            return ("inconclusive" if beyond else "failed"), f'without "{check["contains"]}"' + (
                f" in its first {limit} bytes, and there is more" if beyond else ""
            )
    return "passed", ", ".join(words for words, _ in findings)


def _found(check: dict[str, Any], status: os.stat_result) -> list[tuple[str, bool]]:
    """What was found of each attribute that is asked for, and whether it is as wanted."""
    kind = type_of(status)
    bits = stat.S_IMODE(status.st_mode)
    findings = [(kind, check["type"] in (None, kind))]
    if check["mode"] is not None:
        findings.append((f"mode {mode_words(bits)}", bits == mode_number(check["mode"])))
    if check["owner"] is not None:
        findings.append(
            (f"owner {owner_of(status)}", check["owner"] in (owner_of(status), str(status.st_uid)))
        )
    if check["group"] is not None:
        findings.append(
            (f"group {group_of(status)}", check["group"] in (group_of(status), str(status.st_gid)))
        )
    if check["target"] is not None:
        target = os.readlink(check["path"]) if kind == "link" else None
        findings.append(
            (f"target {target}" if target else f"a {kind}, not a link", target == check["target"])
        )
    if check["sha256"] is not None:
        digest = digest_of(check["path"]) if kind == "file" else None
        findings.append(
            (f"sha256 {digest}" if digest else f"a {kind} without a digest", digest == check["sha256"])
        )
    return findings
