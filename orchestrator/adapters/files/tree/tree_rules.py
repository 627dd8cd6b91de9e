"""What a project's playbook tree leaves out: files of version control and caches, and files that are digested separately."""

import os
import re
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.authority.document_approval import ENDING as APPROVAL
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.planning.password_files import password_files_of
from orchestrator.policy.planning.plan_objections import credential_files

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
_HOME = "a folder of its own for what orch keeps, such as .orch"

LeftOut = Callable[[PurePosixPath, bool], bool]
"""Whether a path of the project is left out; the second argument is true for a folder."""


def common_rules(root: Path, home: Path, plan: ReleasePlan) -> LeftOut:
    """Rules for any tree, private copies too: caches, dot-folders, outputs, credentials, and orch's home are left out.

    The plan's inventory is never left out, whatever .orchignore says. Raises PlanFault if it is the project itself.
    """
    outputs = {PurePosixPath(output) for output in plan.resources.outputs}
    ignored, kept = _ignored(root), _on_the_way_to(root, plan.resources.inventory)
    named = (root / Path(name).expanduser() for name in credential_files(plan))
    credentials = {PurePosixPath(os.path.relpath(path, root)) for path in named}
    own = PurePosixPath(os.path.relpath(home.resolve(), root.resolve()))
    if own == PurePosixPath():
        raise PlanFault(
            [Fault(str(root), None, "", _HOME, "the project itself as $ORCH_HOME", "name another folder")]
        )

    def left_out(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        if path in outputs:
            return True
        if folder and (
            path.name in LEFT_OUT or path.name.startswith(".") or path == own or _is_venv(root / path)
        ):
            return True
        # A digest of a password is as good as the password to whoever can try all short ones.
        if path in credentials:
            return True
        # In a git worktree or submodule, .git is a file.
        return path.name == ".git" or (not kept(path, folder) and ignored(path, folder))

    return left_out


def project_rules(root: Path, home: Path, plan: ReleasePlan, plan_file: Path) -> LeftOut:
    """Rules for a project: they also leave out its release units, plans, policies, models, environments, keys and
    certificates.

    And files with passwords, and the files that this command's own output goes into: they grow while they are digested.
    """
    common = common_rules(root, home, plan)
    units = {str(PurePosixPath(unit.place)) for unit in plan.release.units}
    named = {str(PurePosixPath(path)) for path in plan.playbooks}
    plans, own_output = plan_file.resolve().parent, _own_output()
    passwords = _password_files(root, plan)

    def left_out(path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - a callback
        if common(path, folder):
            return True
        if folder or str(path) in named:
            return False
        if path in passwords:
            return True
        if own_output and _file_id(root / path) in own_output:
            return True
        return str(path) in units or _has_own_place(root, path) or _is_plan(root / path, plans)

    return left_out


def _password_files(root: Path, plan: ReleasePlan) -> set[PurePosixPath]:
    """Files of the project with passwords in them: runs read these in place. A program that gives one is code, and copied."""
    try:
        settings = (root / "ansible.cfg").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        settings = ""
    names = [each.name for each in password_files_of(settings) if each.is_relative]
    names += [plan.resources.vault_password_file] if plan.resources.vault_password_file else []
    paths = (root / Path(name).expanduser() for name in names)
    return {PurePosixPath(os.path.relpath(path, root)) for path in paths if not _is_program(path)}


def _is_program(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o111)
    except OSError:
        return False


def _own_output() -> set[tuple[int, int]]:
    """The device and inode of each regular file that standard output or error is."""
    files = set()
    for number in (1, 2):
        with suppress(OSError):
            status = os.fstat(number)
            if stat.S_ISREG(status.st_mode):
                files.add((status.st_dev, status.st_ino))
    return files


def _file_id(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _has_own_place(root: Path, path: PurePosixPath) -> bool:
    if len(path.parts) != 2:
        return False
    folder = path.parts[0]
    if folder in SIGNED:
        return SIGNED[folder] in _beginning(root / path)
    if folder in NOUNS and path.suffix == APPROVAL:
        return SIGNED["approvals"] in _beginning(root / path)
    return folder in NOUNS and NOUNS[folder] <= _keys(root / path)


def _is_plan(path: Path, plans: Path) -> bool:
    """Whether this is another release plan, which has no effect on the deployed one."""
    beside = path.suffix in (".yml", ".yaml", ".json") and path.parent.resolve() == plans
    return beside and _keys(path) >= _PLAN


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


def _ignored(root: Path) -> LeftOut:
    try:
        lines = (root / IGNORE_FILE).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return lambda path, folder: False
    return _matching(lines)


def _matching(lines: Iterable[str]) -> LeftOut:
    # Imported here: most projects have no .orchignore, and every plan check starts faster without the import.
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(lines)
    return lambda path, folder: spec.match_file(f"{path}/" if folder else str(path))
