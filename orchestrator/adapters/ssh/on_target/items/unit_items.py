"""systemd units as configuration items: what is configured, in which state it is, and what runs."""

from __future__ import annotations

import errno
import time

from orchestrator.adapters.ssh.on_target.items import digest, running, settings, units
from orchestrator.adapters.ssh.on_target.items.host import passwords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

UNSEEN = "?"
"""Stands for what of a process cannot be looked at."""
_NOTHING_RUNS = dict.fromkeys(
    ("program", "program_path", "arguments", "environment", "limits", "started", "stale"), ""
)


class UnitItems:
    """Collects the units that patterns name, and leaves their processes for `changes` to compare files with."""

    def __init__(
        self,
        add: Callable[[str, str, dict[str, Any]], None],
        cut: Callable[[str, str, str], None],
        changes: running.Changes,
        systemctl: str = units.SYSTEMCTL,
    ) -> None:
        self.add = add
        self.cut = cut
        self.changes = changes
        self.systemctl = systemctl
        self.key = _secret()
        self.programs: dict[tuple[int, int], str] = {}

    def collect(self, patterns: list[str]) -> None:
        """One item for each unit. Raises UnitsUnknown, and OSError for a unit's file that cannot be read."""
        names = units.matching(patterns, self.systemctl)
        for name, unit in units.shown(names, self.systemctl, what_runs=True).items():
            self._unit(name, unit)

    def _unit(self, name: str, unit: dict[str, str]) -> None:
        for last in (False, False, True):
            if unit.get("LoadState") == "not-found":
                self.add("unit", name, {"exists": False})
                return
            try:
                process = running.process_of(unit)
                runs = None if process is None else running.Running(name, unit, process)
                attributes = {
                    **_configured(unit),
                    **_NOTHING_RUNS,
                    **({} if runs is None else self._of(runs)),
                }
                break
            except OSError as error:
                runs = None
                if error.errno not in (errno.ENOENT, errno.ESRCH) or last:
                    attributes = {**_configured(unit), **dict.fromkeys(_NOTHING_RUNS, UNSEEN)}
                    self.cut("what runs", name, str(error.strerror or error))
                    break
            time.sleep(0.2)  # it ended just now: systemd tells what comes next
            unit = units.shown([name], self.systemctl, what_runs=True)[name]
        self.add("unit", name, attributes)
        if runs is not None:
            self.changes.watch(name, runs, attributes)

    def _of(self, runs: running.Running) -> dict[str, Any]:
        if isinstance(runs.process, running.Finished):
            return {"started": runs.process.start, "stale": runs.changed_part()}
        path = runs.process.program
        return {
            "program": self._program(runs.process),
            "program_path": path[: -len(running.DELETED)] if path.endswith(running.DELETED) else path,
            "started": runs.process.start,
            "stale": runs.changed_part(),
            **settings.of(runs.process.folder, self.key),
        }

    def _program(self, process: running.Process) -> str:
        """The digest of what runs, also where its file is gone; many units run one interpreter."""
        key = process.program_key()
        if key not in self.programs:
            self.programs[key] = digest.of_file(process.folder + "/exe")
        return self.programs[key]


def _secret() -> bytes | None:
    try:
        return passwords.secret()
    except passwords.NoSecret:
        return None


def _configured(unit: dict[str, str]) -> dict[str, Any]:
    fragment, drop_ins = unit.get("FragmentPath", ""), unit.get("DropInPaths", "")
    return {
        "load": unit.get("LoadState", ""),
        "active": running.active_state(unit),
        "enabled": unit.get("UnitFileState", ""),
        "fragment": fragment,
        "fragment_sha256": _digest([fragment]),
        "drop_ins": drop_ins,
        "drop_ins_sha256": _digest(drop_ins.split()),
        "needs_reload": unit.get("NeedDaemonReload") == "yes",
        "restarting": running.is_restarting(unit),
    }


def _digest(paths: list[str]) -> str:
    content = b""
    for path in paths:
        if path:
            with open(path, "rb") as source:
                content += source.read()
    return digest.of(content) if any(paths) else ""
