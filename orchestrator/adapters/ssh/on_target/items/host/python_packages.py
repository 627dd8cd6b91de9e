"""Packages of the system's Pythons, by the folders that pip and the distribution keep of them."""

from __future__ import annotations

import os

from orchestrator.adapters.ssh.on_target.items import patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_PLACES = (
    "/usr/lib/python3*/dist-packages", "/usr/lib/python3*/site-packages", "/usr/lib64/python3*/site-packages",
    "/usr/local/lib/python3*/dist-packages", "/usr/local/lib/python3*/site-packages",
    "/usr/local/lib64/python3*/site-packages", "/root/.local/lib/python3*/site-packages",
)  # fmt: skip
_SUFFIXES = (".dist-info", ".egg-info")


def collect(add: Callable[[str, str, dict[str, Any]], None], cut: Callable[[str, str, str], None]) -> None:
    """One item for each package of each place; one of the same name twice has both versions."""
    for pattern in _PLACES:
        for place in patterns.expand(
            pattern, lambda path, error: cut("python package", path, str(error.strerror))
        ):
            versions: dict[str, set[str]] = {}
            try:
                names = os.listdir(place)
            except OSError as error:
                cut("python package", place, str(error.strerror))
                continue
            for name in names:
                if name.endswith(_SUFFIXES):
                    package, _, version = name.rpartition(".")[0].partition("-")
                    versions.setdefault(package, set()).add(version)
            for package, several in versions.items():
                add("python package", place + "/" + package, {"version": ", ".join(sorted(several))})
