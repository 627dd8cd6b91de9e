"""What the part `system` of a baseline sees of what tasks changed: by places and kinds, without what was cut."""

from collections.abc import Mapping

from orchestrator.domain.evidence.baseline import BaselineScope, Cut, SystemKind
from orchestrator.domain.evidence.system_places import CHANGING_BY_THEMSELVES, SYSTEM_TREES
from orchestrator.policy.evidence.scope_paths import is_captured

_BY_KIND: Mapping[str, SystemKind] = {
    "password": "password",
    "mount": "mount",
    "hostname": "host",
    "firewall": "firewall",
    "python_package": "python package",
    "sysctl": "kernel parameters",
}
"""Kinds of changes whose items are captured wherever they are. Not kernel modules: others load them by themselves."""
_PARAMETERS = ("kernel", "vm", "fs", "net.core", "net.ipv4", "net.ipv6")
_PER_INTERFACE = ("conf", "neigh")
_TREES = BaselineScope(files=SYSTEM_TREES, exclude=CHANGING_BY_THEMSELVES)


def seen_of_system(scope: BaselineScope, cuts: tuple[Cut, ...] | None, kind: str, name: str) -> bool:
    """Whether this part sees a change of this kind and name. `cuts` of the host; None where the part was not captured."""
    if not scope.system or cuts is None:
        return False
    if kind in ("file", "link", "tree"):
        return _sees_path(scope, cuts, name)
    if kind == "crontab":
        return _sees_path(scope, cuts, f"/var/spool/cron/{name}")
    item_kind = _BY_KIND.get(kind)
    if item_kind is None or any(cut.kind == item_kind for cut in cuts):
        return False
    return kind != "sysctl" or _is_captured_parameter(name)


def _sees_path(scope: BaselineScope, cuts: tuple[Cut, ...], path: str) -> bool:
    excluded = BaselineScope(files=("/",), exclude=scope.exclude)
    return (
        is_captured(_TREES, path)
        and is_captured(excluded, path)
        and not any(cut.kind == "system file" and _lies_in(path, cut.below) for cut in cuts)
    )


def _lies_in(path: str, folder: str) -> bool:
    top = folder.rstrip("/")
    return path == top or path.startswith(f"{top}/") or top.startswith(f"{path.rstrip('/')}/")


def _is_captured_parameter(name: str) -> bool:
    parts = name.replace("/", ".").split(".")
    of_interface = len(parts) > 4 and parts[2] in _PER_INTERFACE and parts[3] not in ("all", "default")
    return not of_interface and any(".".join(parts).startswith(f"{known}.") for known in _PARAMETERS)
