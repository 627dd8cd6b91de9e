"""What of a project is no part of its playbook tree: what version control and caches keep, and what has a place of its own."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.errors import Fault, PlanFault

LEFT_OUT = frozenset({"__pycache__", "node_modules"})
"""Names of folders that hold nothing a playbook is made of; folders whose names begin with a dot are left out as well."""

IGNORE_FILE = ".orchignore"
"""Names more that is no part of the tree, in the words of .gitignore."""

OWN_PLACES = {
    "policies": re.compile(rb"^policy:.*^title:", re.MULTILINE | re.DOTALL),
    "models": re.compile(rb"^model:.*^title:", re.MULTILINE | re.DOTALL),
    "keys": re.compile(rb'"public"'),
    "certificates": re.compile(rb'"signature"'),
    "approvals": re.compile(rb'"signature"'),
}
"""Folders of a project that orch itself reads, and what shows that a file there is one of its own."""

_PLAN = re.compile(rb"^(?:release|strategy|backout):", re.MULTILINE)
_LOOKED_AT = 256 << 10
_HOME = "a folder of its own for what orch keeps, such as .orch"

LeftOut = Callable[[PurePosixPath, bool], bool]
"""Whether a path of the project is left out; the second tells a folder from a file."""


def common_rules(root: Path, home: Path, plan: ReleasePlan) -> LeftOut:
    """What is left out of any tree, a private copy too: caches, dot-folders, and where orch keeps its own, for that grows.

    The plan's own inventory never is, whatever is to be ignored. Raises PlanFault where that is the project itself.
    """
    ignored, kept = _ignored(root), _on_the_way_to(root, plan.resources.inventory)
    own = PurePosixPath(os.path.relpath(home.resolve(), root.resolve()))
    if own == PurePosixPath():
        raise PlanFault(
            [Fault(str(root), None, "", _HOME, "the project itself as $ORCH_HOME", "name another folder")]
        )

    def left_out(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        if folder and (
            path.name in LEFT_OUT or path.name.startswith(".") or path == own or _is_venv(root / path)
        ):
            return True
        # In a worktree or a submodule of git it is a file.
        return path.name == ".git" or (not kept(path, folder) and ignored(path, folder))

    return left_out


def project_rules(root: Path, home: Path, plan: ReleasePlan, plan_file: Path) -> LeftOut:
    """What is left out of a project: besides, its release units, plans, policies, models, keys and certificates."""
    common = common_rules(root, home, plan)
    units = {str(PurePosixPath(unit.artefact)) for unit in plan.release.units}
    named = {str(PurePosixPath(path)) for path in (plan.strategy.playbook, plan.backout.playbook)}
    plans = plan_file.resolve().parent

    def left_out(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        if common(path, folder):
            return True
        if folder or str(path) in named:
            return False
        return str(path) in units or _has_own_place(root, path) or _is_plan(root / path, plans)

    return left_out


def _has_own_place(root: Path, path: PurePosixPath) -> bool:
    place = OWN_PLACES.get(path.parts[0]) if len(path.parts) == 2 else None
    return place is not None and place.search(_beginning(root / path)) is not None


def _is_plan(path: Path, plans: Path) -> bool:
    """A release plan beside the one that is deployed: it says nothing of what this one runs."""
    if path.suffix not in (".yml", ".yaml") or path.parent.resolve() != plans:
        return False
    return len(set(_PLAN.findall(_beginning(path)))) == 3


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_LOOKED_AT)
    except OSError:
        return b""


def _is_venv(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").exists()


def _on_the_way_to(root: Path, path: str) -> LeftOut:
    """Whether a path is an inventory, is below it or leads to it, or holds the variables beside one that is a file."""
    inventory = PurePosixPath(path)
    places = {inventory}
    if (root / path).is_file():
        places |= {inventory.parent / name for name in ("group_vars", "host_vars")}

    def kept(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        return bool(places & {path, *path.parents}) or (folder and path in inventory.parents)

    return kept


def _ignored(root: Path) -> LeftOut:
    try:
        lines = (root / IGNORE_FILE).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return lambda path, folder: False
    return _matching(lines)


def _matching(lines: Iterable[str]) -> LeftOut:
    # Here and not above: most projects name nothing more, and every plan check starts faster without it.
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(lines)
    return lambda path, folder: spec.match_file(f"{path}/" if folder else str(path))
