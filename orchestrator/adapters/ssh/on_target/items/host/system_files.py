"""Files that say how the whole host behaves: jobs, rights, logins, units, mounts, rules; each tree small and bounded."""

from __future__ import annotations

import errno
import os
import pwd

from orchestrator.adapters.ssh.on_target.items import file_check, patterns
from orchestrator.adapters.ssh.on_target.items.files import Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator

_LOGINS = (".ssh/authorized_keys", ".ssh/authorized_keys2", ".rhosts", ".shosts")
_NOBODYS_HOMES = ("/", "/bin", "/dev", "/proc", "/sbin", "/usr/bin", "/usr/sbin", "/nonexistent", "/run", "/")
MOST_HOMES = 5_000
LARGE = 256 << 10
"""Bytes of a file of the system from which on only its size is compared."""


class SystemFiles(Files):
    """Files of one tree, without their content; one that goes away meanwhile is simply not there."""

    entry_limit = 5_000

    def content_of(self, path: str) -> dict[str, Any]:
        """Size and digest of what a person may have written; of a large program only the size, for all of them are read."""
        size = os.lstat(path).st_size
        return super().content_of(path) if size <= LARGE else {"size": size}

    def vanished(self, path: str) -> None:
        """It is not there."""


class Trees:
    """The trees of the system, each taken whole or cut off with the reason."""

    def __init__(
        self,
        scope: dict[str, Any],
        add: Callable[[str, str, dict[str, Any]], None],
        cut: Callable[[str, str, str], None],
        deadline: float,
    ) -> None:
        self.trees = tuple(scope["places"]["trees"])
        self.add = add
        self.cut = cut
        self.deadline = deadline
        self.named = [os.path.normpath(path) for path in scope["files"] if not patterns.is_pattern(path)]
        self.exclude = [*scope["exclude"], *scope["places"]["by_themselves"]]
        self.names = file_check.Names()

    def collect(self, logins: tuple[str, ...] = (), far: tuple[str, ...] = ()) -> None:
        """Every tree, and what lets people log in to the accounts with these homes; none on the mounts that are far away."""
        for path in self._paths():
            self._tree(path)
        for home in logins:
            if (home + "/").startswith(far):
                self.cut("system file", home, "it is on a file system from elsewhere")
                continue
            if os.path.isdir(home) and not os.access(home, os.X_OK):
                self.cut("system file", home, os.strerror(errno.EACCES))
                continue
            for name in _LOGINS:
                self._tree(home + "/" + name)

    def _paths(self) -> Iterator[str]:
        for path in self.trees:
            if patterns.is_pattern(path):
                yield from patterns.expand(path, self._hidden)
            else:
                yield path

    def _hidden(self, path: str, error: OSError) -> None:
        self.cut("system file", path, str(error.strerror or error))

    def _is_named(self, path: str) -> bool:
        return any(path == named or path.startswith(named.rstrip("/") + "/") for named in self.named)

    def _tree(self, top: str) -> None:
        if self._is_named(top):
            return  # the scope has it, with its content
        items: dict[str, dict[str, Any]] = {}
        faults: list[str] = []
        files = SystemFiles(
            {
                "files": [],
                "exclude": [each for each in self.exclude if _may_concern(each, top)],
                "content_limit": 0,
            },
            lambda _kind, name, attributes: items.update({name: attributes}),
            faults.append,
            self.deadline,
            self.names,
        )
        files.collect(top)
        files.finish()
        if faults:
            self.cut("system file", top, faults[0])
            return
        for name, attributes in items.items():
            if attributes.get("exists") is not False and not self._is_named(name):
                self.add("system file", name, attributes)


def _may_concern(pattern: str, top: str) -> bool:
    """Whether a pattern can match anything at or below a path; most cannot, and are not tried on each."""
    for expected, name in zip(patterns.names_of(pattern), patterns.names_of(top)):  # noqa: B905 - older Pythons
        if patterns.is_pattern(expected):
            return True
        if expected != name:
            return False
    return True


def homes() -> tuple[str, ...]:
    """The homes of the accounts of this host, those of the name services too; sorted."""
    try:
        known = {
            os.path.normpath(account.pw_dir) for account in pwd.getpwall() if account.pw_dir.startswith("/")
        }
    except OSError:
        return ()
    return tuple(sorted(known - set(_NOBODYS_HOMES))[:MOST_HOMES])
