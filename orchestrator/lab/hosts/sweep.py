"""Remove a whole lab by its names alone, also after a kill in the middle of `up`."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestrator.lab import names
from orchestrator.lab.errors import LabError
from orchestrator.lab.hosts import host
from orchestrator.lab.kernel import cgroups, mounts, network
from orchestrator.lab.paths import HOME, LabPaths, lab_paths

_AT_ONCE = 8


def traces(lab: str) -> list[str]:
    """What the machine still has of the lab, in words; empty when nothing is left."""
    leftovers = [f"control group {name}" for name in cgroups.members(lab)]
    leftovers += [f"namespace {names.namespace(lab, name)}" for name in network.namespaces(lab)]
    leftovers += [f"interface {name}" for name in network.links(lab)]
    leftovers += [f"mount {point}" for point in mounts.mounted_under(lab_paths(lab).root)]
    return leftovers + ([f"folder {lab_paths(lab).root}"] if lab_paths(lab).root.exists() else [])


def labs_with_traces() -> list[str]:
    """Every lab that has a folder, a control group or a namespace."""
    folders = {path.name for path in (HOME / "labs").glob("*") if path.is_dir()}
    running = {
        name for top in cgroups.groups() if top.is_dir() for name in _folders(top) if not name.startswith(".")
    }
    return sorted(folders | running | network.labs())


def sweep(lab: str, inventory: Path | None) -> None:
    """Remove processes first, then what they used. Raises LabError with what could not be removed."""
    paths = lab_paths(lab)
    hosts = sorted({*cgroups.members(lab), *network.namespaces(lab), *_folders(paths.root / "hosts")})
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda name: _sweep_host(lab, name, paths), hosts))
    network.remove_links(lab)
    cgroups.remove(lab)
    cgroups.remove_if_empty()
    mounts.unmount_under(paths.root)
    _remove_inventory(inventory)
    if paths.root.exists():
        shutil.rmtree(paths.root)
    left = traces(lab)
    if left:
        raise LabError(
            f"Lab {lab} is not completely gone; run `orch lab down --name {lab}` again. Left: {'; '.join(left)}"
        )


def _sweep_host(lab: str, name: str, paths: LabPaths) -> None:
    cgroups.remove(lab, name)
    network.unwire(lab, name)
    mounts.unmount_under(paths.host(name).folder)
    host.forget(lab, name)


def _remove_inventory(inventory: Path | None) -> None:
    if inventory is None:
        return
    inventory.unlink(missing_ok=True)
    if inventory.parent.is_dir() and not any(inventory.parent.iterdir()):
        inventory.parent.rmdir()


def _folders(top: Path) -> list[str]:
    return [path.name for path in top.iterdir() if path.is_dir()] if top.is_dir() else []
