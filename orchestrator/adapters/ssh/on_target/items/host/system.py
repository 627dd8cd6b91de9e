"""The host as a whole: what a release can change beside its own files. What is beyond the bounds is cut, and named."""

from __future__ import annotations

import os
import time

from orchestrator.adapters.ssh.on_target.items import patterns, units
from orchestrator.adapters.ssh.on_target.items.host import (
    firewall,
    kernel,
    modes,
    mounts,
    passwords,
    python_packages,
    system_files,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Tuple

    Add = Callable[[str, str, Dict[str, Any]], None]
    Cut = Callable[[str, str, str], None]

SECONDS = 30.0
"""For all of it; a capture has its time for what the plan names."""


class System:
    """Collects the kinds of the system, each whole or cut."""

    def __init__(self, scope: dict[str, Any], add: Add, cut: Cut, deadline: float) -> None:
        self.scope = scope
        self.add = add
        self.cut = cut
        self.deadline = min(deadline, time.monotonic() + SECONDS)
        self.exclude = [patterns.names_of(pattern) for pattern in scope["exclude"]]

    def collect(self) -> None:
        """Everything; a kind that cannot be had is cut, and the others are there."""
        kinds: List[Tuple[Tuple[str, ...], Callable[[Add], None]]] = [
            (
                ("system folder",),
                lambda add: modes.folders(add, self._is_left_out, self._hidden("system folder")),
            ),
            (("set-uid file",), self._programs),
            (("mount",), mounts.collect),
            (("kernel parameters", "kernel module", "host"), kernel.collect),
            (("firewall",), lambda add: firewall.collect(add, self.cut, 10.0)),
            (("python package",), lambda add: python_packages.collect(add, self.cut)),
            (("timer",), self._timers),
            (("password", "group password", "shadow line"), self._passwords),
            (("system file",), self._files),
        ]
        for several, collect in kinds:
            self._whole(several, collect)

    def _whole(self, kinds: tuple[str, ...], collect: Callable[[Add], None]) -> None:
        """All items of these kinds, or, where something is in the way, none and the reason."""
        items: list[tuple[str, str, dict[str, Any]]] = []
        try:
            collect(lambda *item: items.append(item))
        except (OSError, units.UnitsUnknown, passwords.NoSecret) as error:
            for kind in kinds:
                self.cut(kind, "", getattr(error, "strerror", None) or str(error))
            return
        for item in items:
            self.add(*item)

    def _programs(self, add: Add) -> None:
        reason = modes.programs(add, self._is_left_out, self._hidden("set-uid file"), self.deadline)
        if reason:
            raise OSError(0, reason)

    def _timers(self, add: Add) -> None:
        if not os.path.isdir("/run/systemd/system"):
            return
        for name in units.active_timers():
            if not name.startswith(("run-r", "run-u", "run-p")):  # those of systemd-run go when they ran
                add("timer", name, {"active": True})

    def _passwords(self, add: Add) -> None:
        passwords.collect(add, passwords.secret())

    def _files(self, add: Add) -> None:
        trees = system_files.Trees(self.scope, add, self.cut, self.deadline)
        trees.collect(system_files.homes(), mounts.on_networks())

    def _is_left_out(self, path: str) -> bool:
        names = patterns.names_of(path)
        return any(patterns.excluded(names, pattern) for pattern in self.exclude)

    def _hidden(self, kind: str) -> Callable[[str, OSError], None]:
        return lambda path, error: self.cut(kind, path, str(error.strerror or error))
