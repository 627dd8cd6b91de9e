"""The configuration items of this host, with canonical attributes: the same state gives the same items."""

from __future__ import annotations

import os
import time

from orchestrator.adapters.ssh.on_target.items import accounts, digest, packages, procfs, shell, units
from orchestrator.adapters.ssh.on_target.items.files import Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


PARTS = ("users", "packages", "ports", "sysctl", "units", "commands", "files")
"""The parts of a baseline, each collected by the method of its name; the files last, for they take what time is left."""


class Capture:
    """Items and faults of one capture; with a fault it is incomplete."""

    def __init__(self, scope: dict[str, Any], deadline: float) -> None:
        self.scope = scope
        self.deadline = deadline
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.faults: list[str] = []

    def add(self, kind: str, name: str, attributes: dict[str, Any]) -> None:
        """One item; the same name a second time must say the same, or it is a fault."""
        known = self.items.setdefault((kind, name), attributes)
        if known != attributes:
            self.faults.append(f"{kind} {name}: found twice, and not the same")

    def run(self) -> dict[str, Any]:
        """Everything the scope names, in canonical order."""
        for part in PARTS:
            self._guarded(part, getattr(self, f"_{part}"))
        items = [[kind, name, attributes] for (kind, name), attributes in sorted(self.items.items())]
        return {"items": items, "faults": sorted(set(self.faults))}

    def _guarded(self, what: str, collect: Callable[[], None]) -> None:
        try:
            collect()
        except Exception as error:  # noqa: BLE001 - whatever it was, the baseline is incomplete and says so
            self.faults.append(f"{what}: {error}")

    def _files(self) -> None:
        files = Files(self.scope, self.add, self.faults.append, self.deadline)
        for path in self.scope["files"]:
            files.collect(path)

    def _users(self) -> None:
        if self.scope["users"]:
            accounts.collect(self.add)

    def _packages(self) -> None:
        if self.scope["packages"] == "none":
            return
        versions: dict[str, list[packages.Package]] = {}
        for package in packages.packages():
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
        if not self.scope["units"]:
            return
        for name, unit in units.shown(units.matching(self.scope["units"])).items():
            if unit.get("LoadState") == "not-found":
                self.add("unit", name, {"exists": False})
                continue
            self.add("unit", name, {
                "load": unit.get("LoadState", ""),
                "active": unit.get("ActiveState", ""),
                "enabled": unit.get("UnitFileState", ""),
                "fragment": unit.get("FragmentPath", ""),
                "fragment_sha256": _digest([unit.get("FragmentPath", "")]),
                "drop_ins": unit.get("DropInPaths", ""),
                "drop_ins_sha256": _digest(unit.get("DropInPaths", "").split()),
            })  # fmt: skip

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


def _digest(paths: list[str]) -> str:
    content = b""
    for path in paths:
        if path:
            with open(path, "rb") as source:
                content += source.read()
    return digest.of(content) if any(paths) else ""
