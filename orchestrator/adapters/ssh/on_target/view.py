"""What several checks of one round look at together, read once."""

from __future__ import annotations

import os

from orchestrator.adapters.ssh.on_target.items import packages, units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class View:
    """The host as it is in one round of checks; a new round takes a new view."""

    systemctl = units.SYSTEMCTL
    package_managers = packages.HERE

    def __init__(self, checks: list[dict[str, Any]]) -> None:
        self.checks = checks
        self._packages: dict[str, packages.Package] | None = None
        self._units: dict[str, dict[str, str]] | None = None

    @property
    def is_root(self) -> bool:
        """Whether everything can be read."""
        return os.geteuid() == 0

    def package(self, name: str) -> packages.Package | None:
        """A package by its name, with or without its architecture. Raises PackagesUnknown."""
        if self._packages is None:
            known = self.package_managers.packages(self._names("package"))
            installed = [each for each in known if each.installed]
            self._packages = {each.name.partition(":")[0]: each for each in installed}
            self._packages.update({f"{each.name}.{each.arch}": each for each in installed})
            self._packages.update({each.name: each for each in installed})
        return self._packages.get(name)

    def unit(self, name: str) -> dict[str, str]:
        """A unit's properties. Raises UnitsUnknown."""
        if self._units is None:
            self._units = units.shown(self._names("unit"), self.systemctl)
        return self._units[name]

    def _names(self, kind: str) -> list[str]:
        return sorted({str(check["name"]) for check in self.checks if check["kind"] == kind})
