"""What of a project is no part of its playbook tree: what version control and caches keep, and what has a place of its own."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.errors import Fault, PlanFault

LEFT_OUT = frozenset({"__pycache__", "node_modules"})
"""Names of folders that hold nothing a playbook is made of; folders whose names begin with a dot are left out as well."""

IGNORE_FILE = ".orchignore"
"""Names more that is no part of the tree, in the words of .gitignore."""

NOUNS = {"policies": {"policy", "title"}, "models": {"model", "title"}}
"""Folders of a project in which orch reads YAML, and the keys that show that a file there is one of its own."""

SIGNED = {"keys": b'"public"', "certificates": b'"signature"', "approvals": b'"signature"'}
"""Folders of a project in which orch reads what was signed, and what shows that a file there is such."""

_PLAN = {"release", "strategy", "backout"}
_KEY = re.compile(r"""^(["']?)(\w+)\1[ \t]*:""", re.MULTILINE | re.ASCII)
_FLOW = re.compile(rb"(?:\s|#[^\n]*\n|---)*\{")
"""How a document in JSON begins, or in YAML that is written like it."""
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
    if len(path.parts) != 2:
        return False
    folder = path.parts[0]
    if folder in SIGNED:
        return SIGNED[folder] in _beginning(root / path)
    return folder in NOUNS and NOUNS[folder] <= _keys(root / path)


def _is_plan(path: Path, plans: Path) -> bool:
    """A release plan beside the one that is deployed: it says nothing of what this one runs."""
    beside = path.suffix in (".yml", ".yaml", ".json") and path.parent.resolve() == plans
    return beside and _keys(path) >= _PLAN


def _keys(path: Path) -> set[str]:
    """The keys at the top of a document, by the beginnings of its lines; it is parsed only where it stands in braces."""
    text = _beginning(path)
    if _FLOW.match(text) is None:
        return {key for _, key in _KEY.findall(text.decode("utf-8", "replace"))}
    tree = read_yaml(str(path), text).tree
    return set(tree) if isinstance(tree, dict) else set()


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
