"""The collections that a project names, each with its version, wherever Ansible would find it."""

import json
import re
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from orchestrator.adapters.ansible.installation import AnsibleInstallation
from orchestrator.adapters.ansible.tree_check.outside import Grounds, collection_roots, roles_path
from orchestrator.adapters.ansible.tree_check.tree_findings import texts_of
from orchestrator.adapters.ansible.vaulted_files import loadable_files
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.evidence.run_software import CollectionUsed

_NAME = re.compile(r"(?<![\w./-])([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)(?![\w-])")
"""`namespace.name`, alone or before a third part: modules, roles, filters, lookups, plugins of inventories."""
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,59}")
_OF_GALAXY = re.compile(r"^version:\s*[\"']?([^\"'#\s]+)", re.MULTILINE)
_LARGEST = 5_000_000
"""Bytes of a MANIFEST.json that are read; those of large collections have some kB."""


def collections_used(
    project: Path, playbooks: Sequence[str], inventory: str, installed: Iterable[Path]
) -> tuple[CollectionUsed, ...]:
    """Those whose names stand in playbooks, roles, inventory, variables or ansible.cfg, and those these depend on; by name.

    A name in a comment counts: more than is used may be on record, never less by it. Names that templates make are not
    known. `installed`: the folders of packages beside the Ansible that runs.
    """
    runs = [project / name for name in playbooks]
    grounds = Grounds(project, installed=tuple(installed))
    roots = list(dict.fromkeys(root for run in runs for root in collection_roots(grounds, run.parent)))
    # Without an inventory, what lies beside one that is not there: nothing.
    hosts = project / expanded(inventory or "inventory/none")
    files = [*loadable_files(project, runs, hosts, roles_path(project)), *runs, project / "ansible.cfg"]
    ahead = sorted({match.group() for _, text in texts_of(files) for match in _NAME.finditer(text)})
    by_name: dict[str, CollectionUsed] = {}
    while ahead:
        name = ahead.pop()
        place = _place(name, roots) if name not in by_name else None
        if place is not None:
            manifest = _manifest(place)
            by_name[name] = CollectionUsed(name=name, version=_version(place, manifest), place=str(place))
            ahead += _dependencies(manifest)
    return tuple(by_name[name] for name in sorted(by_name))


def collection_folders(project: Path, installation: AnsibleInstallation) -> list[tuple[Path, int]]:
    """Each folder in which Ansible finds collections of a project, with how many; folders without any are left out."""
    grounds = Grounds(project, installed=package_folders(installation))
    roots = dict.fromkeys(collection_roots(grounds, project))
    counted = [(root, _number_in(root)) for root in roots]
    return [(root, number) for root, number in counted if number]


def _number_in(root: Path) -> int:
    try:
        return sum(1 for place in root.glob("[!.]*/*/") if place.is_dir() and place.name != "__pycache__")
    except OSError:
        return 0


def package_folders(installation: AnsibleInstallation) -> tuple[Path, ...]:
    """Where packages are beside an Ansible: those of its Python's environment, and of Debian."""
    if installation.is_own:
        return (Path(sysconfig.get_path("purelib")),)
    series = ".".join(installation.python_version.split(".")[:2])
    prefix = installation.python.parent.parent
    folders = (
        prefix / "lib" / f"python{series}" / "site-packages",
        prefix / "lib64" / f"python{series}" / "site-packages",
        prefix / "local" / "lib" / f"python{series}" / "dist-packages",
        prefix / "lib" / "python3" / "dist-packages",
    )
    return tuple(folder for folder in folders if folder.is_dir())


def _place(name: str, roots: Iterable[Path]) -> Path | None:
    namespace, _, collection = name.partition(".")
    for root in roots:
        place = root / namespace / collection
        try:
            if place.is_dir():
                return place
        except OSError:
            continue
    return None


def _manifest(place: Path) -> dict[str, object]:
    """What the MANIFEST.json of an installed collection says of it; empty where there is none, or it is no such file."""
    try:
        with (place / "MANIFEST.json").open("rb") as stream:
            manifest = json.loads(stream.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    known = manifest.get("collection_info") if isinstance(manifest, dict) else None
    return known if isinstance(known, dict) else {}


def _version(place: Path, manifest: dict[str, object]) -> str:
    """As Ansible reads it: of MANIFEST.json, else of galaxy.yml; empty where neither says one."""
    version = manifest.get("version")
    if version is None:
        try:
            match = _OF_GALAXY.search((place / "galaxy.yml").read_text(encoding="utf-8", errors="replace"))
        except OSError:
            match = None
        version = match[1] if match else None
    return version if isinstance(version, str) and _VERSION.fullmatch(version) else ""


def _dependencies(manifest: dict[str, object]) -> Iterator[str]:
    named = manifest.get("dependencies")
    if isinstance(named, dict):
        yield from (name for name in named if isinstance(name, str) and _NAME.fullmatch(name))
