"""The configuration items of this host, with canonical attributes: the same state gives the same items."""

from __future__ import annotations

import os
import time

from orchestrator.adapters.ssh.on_target.items import (
    accounts,
    digest,
    packages,
    procfs,
    running,
    shell,
    unit_items,
    units,
)
from orchestrator.adapters.ssh.on_target.items.files import Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


PARTS = ("users", "packages", "ports", "sysctl", "units", "commands", "system", "files")
"""The parts of a baseline, each collected by the method of its name; the files last, for they take what time is left."""


class Capture:
    """Items and faults of one capture; with a fault it is incomplete. Cuts say what of the host as a whole is not in it."""

    systemctl = units.SYSTEMCTL
    package_managers = packages.HERE

    def __init__(self, scope: dict[str, Any], deadline: float) -> None:
        self.scope = scope
        self.deadline = deadline
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.faults: list[str] = []
        self.cuts: list[list[str]] = []
        self.changes = running.Changes()

    def add(self, kind: str, name: str, attributes: dict[str, Any]) -> None:
        """One item; the same name a second time must say the same, or it is a fault."""
        known = self.items.setdefault((kind, name), attributes)
        if known != attributes:
            self.faults.append(f"{kind} {name}: found twice, and not the same")

    def cut(self, kind: str, below: str, reason: str) -> None:
        """Items of this kind, all of them or those from this path on, are not captured."""
        self.cuts.append([kind, below, reason])

    def run(self) -> dict[str, Any]:
        """Everything the scope names, in canonical order."""
        for part in PARTS:
            self._guarded(part, getattr(self, f"_{part}"))
        self.changes.conclude()
        items = [[kind, name, attributes] for (kind, name), attributes in sorted(self.items.items())]
        return {"items": items, "faults": sorted(set(self.faults)), "cuts": sorted(self.cuts)}

    def _guarded(self, what: str, collect: Callable[[], None]) -> None:
        try:
            collect()
        except Exception as error:  # noqa: BLE001 - whatever it was, the baseline is incomplete and says so
            self.faults.append(f"{what}: {error}")

    def _files(self) -> None:
        files = Files(self.scope, self.add, self.faults.append, self.deadline)
        files.changes = self.changes
        for path in self.scope["files"]:
            files.collect(path)
        files.finish()

    def _system(self) -> None:
        if self.scope.get("system"):
            from orchestrator.adapters.ssh.on_target.items.host.system import System

            System(self.scope, self.add, self.cut, self.deadline).collect()

    def _users(self) -> None:
        if self.scope["users"]:
            accounts.collect(self.add)

    def _packages(self) -> None:
        if self.scope["packages"] == "none":
            return
        versions: dict[str, list[packages.Package]] = {}
        for package in self.package_managers.packages():
            versions.setdefault(package.name, []).append(package)
        for name, several in versions.items():
            several.sort(key=lambda package: (package.version, package.arch))
            self.add("package", name, {
                "version": ", ".join(package.version for package in several),
                "arch": ", ".join(sorted({package.arch for package in several})),
                "status": ", ".join(sorted({package.status for package in several})),
            })  # fmt: skip

    def _ports(self) -> None:
        if not self.scope["ports"]:
            return
        listeners = procfs.listeners()
        names = procfs.names_by_socket({each.inode for each in listeners})
        owners: dict[str, set[str]] = {}
        for each in listeners:
            name = f"{each.protocol} {_bracketed(each.address)}:{each.port}"
            owners.setdefault(name, set()).update(names.get(each.inode, set()))
        for name, processes in owners.items():
            if not processes and os.geteuid() != 0:
                self.faults.append(f"port {name}: the process cannot be named as this user")
            self.add("port", name, {"process": ", ".join(sorted(processes))})

    def _units(self) -> None:
        if self.scope["units"]:
            collector = unit_items.UnitItems(self.add, self.cut, self.changes, self.systemctl)
            collector.collect(self.scope["units"])

    def _sysctl(self) -> None:
        if not self.scope["sysctl"]:
            return
        import glob

        for asked in self.scope["sysctl"]:
            pattern = "/proc/sys/" + asked.replace(".", "/")
            paths = [path for path in sorted(glob.glob(pattern)) if os.path.isfile(path)]
            for path in paths:
                with open(path, encoding="utf-8", errors="surrogateescape") as source:
                    self.add(
                        "sysctl", path[10:].replace("/", "."), {"value": " ".join(source.read().split())}
                    )
            if not paths:
                self.add("sysctl", asked, {"exists": False})

    def _commands(self) -> None:
        for command in self.scope["commands"]:
            ran = shell.run(
                ["/bin/sh", "-c", command["run"]], min(60, max(1, self.deadline - time.monotonic()))
            )
            if ran.trouble:
                self.faults.append(f"command {command['name']}: {ran.trouble}")
                continue
            output = ran.output.decode("utf-8", "surrogateescape")
            attributes: dict[str, Any] = {
                "exit_code": ran.code,
                "sha256": digest.of(ran.output),
            }
            if len(ran.output) <= self.scope["content_limit"]:
                attributes["output"] = output
            self.add("command", command["name"], attributes)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
