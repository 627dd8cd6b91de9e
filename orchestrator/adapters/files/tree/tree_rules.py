"""What a project's playbook tree leaves out: files of version control and caches, and files that are digested separately."""

import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from orchestrator.adapters.files.tree.cfg_places import (
    CONFIGURATION,
    is_usual_password_file,
    password_files,
    searched,
)
from orchestrator.adapters.files.tree.git_ignored import GitIgnored, read_patterns
from orchestrator.adapters.files.tree.own_output import OwnOutput, is_written_by_orch
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.authority.document_approval import ENDING as APPROVAL
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.planning.balancer_objections import programs_of_balancers
from orchestrator.policy.planning.metric_objections import programs_of_metrics
from orchestrator.policy.planning.outputs import is_read_by_name
from orchestrator.policy.planning.plan_objections import (
    credential_files,
    files_on_this_machine,
    testinfra_checks,
)

LEFT_OUT = frozenset({"__pycache__", "node_modules"})
"""Names of folders without parts of playbooks; folders whose names begin with a dot are left out as well."""

IGNORE_FILE = ".orchignore"
"""The project's file of further paths to leave out, in the syntax of .gitignore."""

NOUNS = {
    "policies": {"policy", "title"},
    "models": {"model", "title"},
    "environments": {"environment", "class"},
}
"""Project folders in which orch reads YAML, and the keys that identify orch's own files there."""

SIGNED = {"keys": b'"public"', "certificates": b'"signature"', "approvals": b'"signature"'}
"""Project folders in which orch reads keys and signed files, and the bytes that identify such files."""

_PLAN = {"release", "strategy", "backout"}
_KEY = re.compile(r"""^(["']?)(\w+)\1[ \t]*:""", re.MULTILINE | re.ASCII)
_FLOW = re.compile(rb"(?:\s|#[^\n]*\n|---)*\{")
"""The beginning of a document in JSON or in YAML flow style."""
_LOOKED_AT = 256 << 10
_OF_ROLES = ("files", "templates", "defaults", "meta")
"""Folders that roles and playbooks have, beside those that decide what runs."""
_DEEPEST_OUTPUT = 2
"""Parts of a path at which files are looked into that orch may have written."""
_HOME = "a folder of its own for what orch keeps, such as .orch"

LeftOut = Callable[[PurePosixPath, bool], bool]
"""Whether a path of the project is left out; the second argument is true for a folder."""


def common_rules(root: Path, home: Path, plan: ReleasePlan) -> LeftOut:
    """Rules for any tree, private copies too: caches, dot-folders, outputs, passwords, and orch's home are left out.

    The plan's inventory is never left out, whatever .orchignore says, and no folder that ansible.cfg has Ansible search is for
    its name. Raises PlanFault if the home is the project itself.
    """
    outputs = {PurePosixPath(output) for output in plan.resources.outputs}
    ignored, kept = _Ignored(root), _on_the_way_to(root, plan.resources.inventory)
    named = (root / expanded(name) for name in credential_files(plan))
    secrets = {PurePosixPath(os.path.relpath(path, root)) for path in named} | password_files(root)
    own = PurePosixPath(os.path.relpath(home.resolve(), root.resolve()))
    by_settings = searched(root)
    on_the_way = {*by_settings, *(folder for place in by_settings for folder in place.parents)}
    if own == PurePosixPath():
        raise PlanFault(
            [Fault(str(root), None, "", _HOME, "the project itself as $ORCH_HOME", "name another folder")]
        )

    def left_out(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        if path in outputs:
            return True
        if folder and (path.name in LEFT_OUT or path == own or _is_venv(root / path)):
            return True
        if folder and path.name.startswith(".") and (path.name == ".git" or path not in on_the_way):
            return True
        # A digest of a password is as good as the password to whoever can try all short ones.
        if path in secrets or (not folder and is_usual_password_file(root, path)):
            return True
        # In a git worktree or submodule, .git is a file.
        return path.name == ".git" or (ignored.names(path, folder) and not kept(path, folder))

    return left_out


def project_rules(root: Path, home: Path, plan: ReleasePlan, plan_file: Path) -> LeftOut:
    """Rules for a project: they also leave out its release units, plans, policies, models, environments, keys and
    certificates, and what git ignores but Ansible does not find by itself (docs/adr/0102).

    And the files that this command's own output goes into, which grow while they are digested, and those that orch wrote.
    """
    common, git, ignored = common_rules(root, home, plan), GitIgnored(root), _Ignored(root)
    units = {str(PurePosixPath(unit.place)) for unit in plan.release.units}
    named = {str(PurePosixPath(path)) for path in plan.playbooks}
    wanted = _wanted(root, plan)
    is_plan, own_output = _plans_in(plan_file.resolve().parent), OwnOutput(root)

    def left_out(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        if common(path, folder):
            return True
        if git(path, folder) and not wanted(path, folder) and not ignored.takes_back(path, folder):
            return True
        if folder or str(path) in named:
            return False
        if own_output.has(root / path):
            return True
        if (
            len(path.parts) <= _DEEPEST_OUTPUT
            and not is_searched(path.parts[0])
            and is_written_by_orch(root / path)
        ):
            return True
        return str(path) in units or _has_own_place(root, path) or is_plan(root / path)

    return left_out


def _wanted(root: Path, plan: ReleasePlan) -> LeftOut:
    """Whether a run reads a path although git ignores it: Ansible searches there by itself, or the plan names it."""
    places = {PurePosixPath(CONFIGURATION), PurePosixPath(IGNORE_FILE), *searched(root)}
    places |= {PurePosixPath(name) for name in (*plan.playbooks, *_other_files(plan))}
    kept = _on_the_way_to(root, plan.resources.inventory)
    above = {folder for place in places for folder in place.parents}

    def wanted(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        if (folder and path in above) or kept(path, folder) or places & {path, *path.parents}:
            return True
        return any(is_searched(part) for part in (path.parts if folder else path.parts[:-1]))

    return wanted


def is_searched(name: str) -> bool:
    """Whether Ansible finds what is in a folder of this name without being given its path."""
    return is_read_by_name(name) or name in _OF_ROLES


def _other_files(plan: ReleasePlan) -> Iterator[str]:
    """Other files that the plan names: tests, programs and authorities of its checks."""
    yield from (check.path for _, check in testinfra_checks(plan))
    yield from (name for _, name in (*programs_of_metrics(plan), *programs_of_balancers(plan)))
    yield from (name for _, name in files_on_this_machine(plan))


def _has_own_place(root: Path, path: PurePosixPath) -> bool:
    if len(path.parts) != 2:
        return False
    folder = path.parts[0]
    if folder in SIGNED:
        return SIGNED[folder] in _beginning(root / path)
    if folder in NOUNS and path.suffix == APPROVAL:
        return SIGNED["approvals"] in _beginning(root / path)
    return folder in NOUNS and NOUNS[folder] <= _keys(root / path)


def _plans_in(plans: Path) -> Callable[[Path], bool]:
    """Whether a file is another release plan beside the deployed one, on which it has no effect."""
    is_there = cache(lambda folder: folder.resolve() == plans)

    def is_plan(path: Path) -> bool:
        beside = path.suffix in (".yml", ".yaml", ".json") and is_there(path.parent)
        return beside and _keys(path) >= _PLAN

    return is_plan


def _keys(path: Path) -> set[str]:
    """The top-level keys of a document, from the beginnings of its lines; only a document in braces is parsed."""
    text = _beginning(path)
    if _FLOW.match(text) is None:
        return {key for _, key in _KEY.findall(text.decode("utf-8", "replace"))}
    tree = read_yaml(str(path), text).tree
    return set(tree) if isinstance(tree, dict) else set()


def _beginning(path: Path) -> bytes:
    try:
        # A pipe would keep its reader waiting for ever.
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(_LOOKED_AT)
    except OSError:
        return b""


def _is_venv(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").exists()


def _on_the_way_to(root: Path, path: str) -> LeftOut:
    """Whether a path is an inventory, is in it or above it, or holds the variables next to an inventory file."""
    inventory = PurePosixPath(path)
    places = {inventory}
    if (root / path).is_file():
        places |= {inventory.parent / name for name in ("group_vars", "host_vars")}

    def kept(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        return bool(places & {path, *path.parents}) or (folder and path in inventory.parents)

    return kept


class _Ignored:
    """The project's .orchignore: what it names, and what it takes back (`!path`) of what git ignores."""

    def __init__(self, root: Path) -> None:
        self._patterns = read_patterns(root / IGNORE_FILE)
        self._above = _folders_above_taken_back(root) if self._patterns is not None else frozenset()

    def names(self, path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - as the rules
        return self._verdict(path, folder) is True

    def takes_back(self, path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - as the rules
        return self._verdict(path, folder) is False or (folder and path in self._above)

    def _verdict(self, path: PurePosixPath, folder: bool) -> bool | None:  # noqa: FBT001 - as the rules
        shown = f"{path}/" if folder else str(path)
        return None if self._patterns is None else self._patterns.verdict(shown)


def _folders_above_taken_back(root: Path) -> frozenset[PurePosixPath]:
    """Of each literal `!path`: git's list may name a folder above it."""
    lines = (root / IGNORE_FILE).read_text("utf-8").splitlines()
    taken = (PurePosixPath(line[1:].strip().strip("/")) for line in lines if line.startswith("!"))
    return frozenset(folder for path in taken for folder in path.parents)
