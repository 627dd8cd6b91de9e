"""What leads out of the copy of a project that a run is from: roles, collections, plugins and files from elsewhere."""

import os.path
import re
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from orchestrator.adapters.ansible.in_run.actions import short_name
from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.ansible.tree_check.playbook_files import Item
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.inspection import PlaybookFinding

_OUTSIDE = "lies outside of the project, so it is neither approved nor in the copy that runs are from"
_BESIDE_THE_COPY = "is named by its absolute path, so runs read it in the project itself, and not in the copy that was approved"
_DEFAULT_ROLES = ("~/.ansible/roles", "/usr/share/ansible/roles", "/etc/ansible/roles")
_DEFAULT_COLLECTIONS = ("~/.ansible/collections", "/usr/share/ansible/collections")
_DECIDES = ("include_vars", "include_tasks", "import_tasks", "template", "script", "import_playbook")
_CARRIES = ("copy", "unarchive", "assemble")
_ARGUMENT = {
    "include_vars": ("file", "dir"),
    "include_tasks": ("file",),
    "import_tasks": ("file",),
    "script": ("cmd",),
}
_NAMED = 5
_Q = r"""\\?["']{1,2}"""
_LOOKUP = re.compile(
    rf"\b(?:lookup|query|q)\(\s*{_Q}(?:ansible\.builtin\.)?(?:file|fileglob|template|unvault|csvfile|ini|lines)"
    rf"{_Q}\s*,[^)]*?{_Q}(?:[^\"')]*\bfile=)?((?:/|~/)[^\"'\s{{}}]+)"
)
_WITH = re.compile(
    r"\bwith_(?:file|fileglob|first_found|template)\s*:[ \t]*\[?[ \t]*[\"']?((?:/|~/)[^\"'\s,\]]+)"
)
_FQCN = re.compile(r"([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)\.[a-z_][\w.]*")
_OWN = ("ansible.builtin", "ansible.legacy")


class Grounds(NamedTuple):
    """What counts as approved: the project, and the plan's ingredients outside of it.

    `installed`: where collections are that were installed with Ansible.
    `shared`: plugins of this machine, which Ansible loads for everybody.
    """

    project: Path
    ingredients: tuple[Path, ...] = ()
    installed: tuple[Path, ...] = (Path(sysconfig.get_path("purelib")),)
    shared: Path = Path("/usr/share/ansible/plugins")

    @classmethod
    def of(
        cls, project: Path, ingredients: Iterable[str], installed: Iterable[Path] | None = None
    ) -> "Grounds":
        """From the paths as the plan names them. `installed`: beside the Ansible that runs [default: beside orch's own]."""
        own = cls(project, tuple(expanded(path).resolve() for path in ingredients))
        return own if installed is None else own._replace(installed=tuple(installed))

    def has(self, path: Path, given: str) -> bool:
        """Whether a path is approved: a relative one within the project, which leads into the copy, or one of an ingredient."""
        real = path.resolve()
        if not given.startswith(("/", "~")) and self.in_project(path):
            return True
        return any(real.is_relative_to(place) for place in self.ingredients)

    def why(self, path: Path) -> str:
        """Why a path is not approved."""
        return _BESIDE_THE_COPY if self.in_project(path) else _OUTSIDE

    def in_project(self, path: Path) -> bool:
        """Whether a path is one of the project, also through a link: the tree refuses those that it cannot follow."""
        below = Path(os.path.normpath(path)).is_relative_to(self.project)
        return below or path.resolve().is_relative_to(self.project.resolve())


def roles_path(project: Path) -> list[Path]:
    """Where Ansible looks for roles besides the places near the playbook."""
    given = configuration(project).get(("defaults", "roles_path"))
    folders = _DEFAULT_ROLES if given is None else given.split(":")
    return [project / expanded(folder.strip()) for folder in folders if folder.strip()]


def roles_past_the_copy(playbook: Path, grounds: Grounds, roles: Iterable[Path]) -> Iterator[PlaybookFinding]:
    """Each role of the project that `roles_path` names by an absolute path."""
    for role in _not_approved(grounds, roles):
        if grounds.in_project(role):
            what = f"the role {role.name} in {role.parent} {grounds.why(role)}"
            yield _finding(playbook, None, "roles", what, role)


def roles_installed(grounds: Grounds, roles: Iterable[Path]) -> Iterator[Path]:
    """Each role that was found by `roles_path` outside of the project and of the plan's ingredients."""
    yield from (role for role in _not_approved(grounds, roles) if not grounds.in_project(role))


def _not_approved(grounds: Grounds, roles: Iterable[Path]) -> Iterator[Path]:
    named = configuration(grounds.project).get(("defaults", "roles_path"))
    folders = _DEFAULT_ROLES if named is None else [part.strip() for part in named.split(":")]
    for role in roles:
        absolute = next(
            (part for part in folders if part and grounds.project / expanded(part) == role.parent),
            "",
        )
        if not grounds.has(role, absolute):
            yield role


def variables_outside(play: Item, grounds: Grounds) -> Iterator[PlaybookFinding]:
    """Each file of `vars_files` that is not approved; one whose name is a template is not known before it runs."""
    for name in _names(play.keys.get("vars_files")):
        path = play.file.parent / expanded(name)
        if "{{" not in name and not grounds.has(path, name):
            yield _finding(
                play.file, play.line_of("vars_files"), "vars_files", f"{name} {grounds.why(path)}", path
            )


def files_outside(task: Item, grounds: Grounds) -> Iterator[PlaybookFinding]:
    """Each file that a task of Ansible's own reads here by a literal name, and that is not approved.

    Refused where it is code, variables or a template; a warning where it is only carried to the hosts.
    """
    for key, value in task.keys.items():
        action = short_name(str(key))
        if action not in (*_DECIDES, *_CARRIES) or _is_remote(action, value, task.keys.get("args")):
            continue
        for name in _sources(action, value):
            path = _place(task, name)
            if path is not None and not grounds.has(path, name):
                severity: Literal["refuse", "warn"] = "refuse" if action in _DECIDES else "warn"
                yield _finding(
                    task.file, task.line_of(str(key)), str(key), f"{name} {grounds.why(path)}", path, severity
                )


def lookups_outside(path: Path, text: str, grounds: Grounds) -> Iterator[PlaybookFinding]:
    """A warning for each file that a lookup reads by a literal absolute name, and that is not approved."""
    for pattern in (_LOOKUP, _WITH):
        for match in pattern.finditer(text):
            before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
            file = expanded(match[1])
            if (
                not before.lstrip().startswith("#")
                and not grounds.has(file, match[1])
                and str(file) != os.devnull
            ):
                line = text.count("\n", 0, match.start()) + 1
                yield _finding(path, line, "lookup", f"{match[1]} {grounds.why(file)}", file, "warn")


def collections_past_the_copy(
    play: Item, tasks: Sequence[Item], grounds: Grounds
) -> Iterator[PlaybookFinding]:
    """Each collection of the project that a play or a task names in full, where `collections_path` is an absolute path."""
    roots = collection_roots(grounds, play.file.parent)
    for item in (play, *tasks):
        for name, key in collections_of(item):
            root = next((place for place in roots if (place / name).is_dir()), None)
            if root is None:
                continue
            place = root / name
            if grounds.in_project(place) and not grounds.has(place, given_of(root, grounds)):
                what = f"the collection {'.'.join(Path(name).parts)} in {root} {grounds.why(place)}"
                yield _finding(item.file, item.line_of(key), key, what, place)


def plugins_outside(grounds: Grounds) -> Iterator[PlaybookFinding]:
    """Each folder of plugins that ansible.cfg names, that is there, and that is not approved."""
    path = grounds.project / "ansible.cfg"
    lines = path.read_text(errors="replace").splitlines() if path.is_file() else []
    for (_, option), value in configuration(grounds.project).items():
        if not option.endswith("_plugins") and option not in (
            "library",
            "module_utils",
            "doc_fragment_plugins",
        ):
            continue
        for folder in (part.strip() for part in value.split(":") if part.strip()):
            place = grounds.project / expanded(folder)
            # Usual places are named that no machine has; what comes to be there later holds a deployment.
            if place.exists() and not grounds.has(place, folder):
                line = next((n for n, words in enumerate(lines, 1) if words.strip().startswith(option)), None)
                yield _finding(path, line, option, f"{folder} {grounds.why(place)}", place)


def plugins_of_machine(grounds: Grounds) -> Iterator[PlaybookFinding]:
    """A warning for each kind of plugins of this machine: one with a name of Ansible's own takes its place."""
    for folder in sorted(grounds.shared.glob("*")):
        names = sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
        if names and not grounds.has(folder, str(folder)):
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            what = f"{', '.join(names[:_NAMED])}{more} in {folder} {grounds.why(folder)}"
            yield _finding(folder, None, "plugins", what, folder, "warn")


def include_by_template(task: Item) -> tuple[str, str] | None:
    """The key of an include and the template in it that names what it leads to."""
    for key, value in task.keys.items():
        if short_name(str(key)) in ("include_tasks", "include_role", "import_role", "import_tasks"):
            given = (
                [value.get(part) for part in ("name", "file", "tasks_from")]
                if isinstance(value, dict)
                else [value]
            )
            name = next((part for part in given if isinstance(part, str) and "{{" in part), None)
            if name is not None:
                return str(key), name
    return None


def not_foreseen(task: Item, looked_into: Sequence[str] = ()) -> Iterator[PlaybookFinding]:
    """A warning for each include whose name is a template: the check has not looked into all that it may lead to.

    `looked_into`: what the check has read of it, by the values that the tree has for the name.
    """
    include = include_by_template(task)
    if include is None:
        return
    key, name = include
    what = f"{name} is a template, so nothing of what it leads to was looked at"
    if looked_into:
        more = f" and {len(looked_into) - _NAMED} more" if len(looked_into) > _NAMED else ""
        known = ", ".join(looked_into[:_NAMED])
        what = (
            f"{name} is a template: {known}{more} was looked at, by the values in the tree, and nothing else"
        )
    move = "write the names down, with a condition for each, or know that it is not foreseen"
    yield PlaybookFinding(
        file=str(task.file), line=task.line_of(key), kind=key, what=what, severity="warn", next_move=move
    )


def given_of(root: Path, grounds: Grounds) -> str:
    """The path by which Ansible is given a place: an absolute one leads past the copy, also into the project."""
    folders = _collection_folders(grounds.project)
    named = any(part.startswith(("/", "~")) and root.is_relative_to(expanded(part)) for part in folders)
    return str(root) if named or not root.is_relative_to(grounds.project) else ""


def _collection_folders(project: Path) -> list[str]:
    given = configuration(project)
    named = given.get(("defaults", "collections_path"), given.get(("defaults", "collections_paths")))
    if named is None:
        return list(_DEFAULT_COLLECTIONS)
    return [part.strip() for part in named.split(":") if part.strip()]


def collection_roots(grounds: Grounds, beside: Path) -> list[Path]:
    """The folders `ansible_collections` in the order of a run: beside a playbook in `beside`, of ansible.cfg, of Ansible."""
    project = grounds.project
    roots = [
        beside / "collections",
        *(project / expanded(folder) for folder in _collection_folders(project)),
    ]
    roots += grounds.installed
    return [root if root.name == "ansible_collections" else root / "ansible_collections" for root in roots]


def collections_of(item: Item) -> Iterator[tuple[str, str]]:
    """The collections that a play or a task names in full, as `namespace/name`, each with the key that names it."""
    named = [(str(key).removeprefix("with_"), str(key)) for key in item.keys]
    named += [(str(name) + ".x", "collections") for name in _names(item.keys.get("collections"))]
    for role in item.keys.get("roles") or []:
        named.append(
            (str(role.get("role", role.get("name", "")) if isinstance(role, dict) else role), "roles")
        )
    for key, value in item.keys.items():
        if short_name(str(key)) in ("include_role", "import_role") and isinstance(value, dict):
            named.append((str(value.get("name", "")), str(key)))
    for name, key in named:
        match = _FQCN.fullmatch(name)
        if match is not None and f"{match[1]}.{match[2]}" not in _OWN:
            yield f"{match[1]}/{match[2]}", key


def _is_remote(action: str, value: Any, more: Any) -> bool:
    """Whether the source is on the host, or an address."""
    arguments = {**(more if isinstance(more, dict) else {}), **(value if isinstance(value, dict) else {})}
    remote = arguments.get("remote_src", action == "assemble")
    if isinstance(value, str) and "remote_src=" in value:
        remote = value.partition("remote_src=")[2].split(None, 1)[0]
    return str(remote).lower() in ("true", "yes", "on", "1") or "://" in str(arguments.get("src", ""))


def _sources(action: str, value: Any) -> Iterator[str]:
    keys = _ARGUMENT.get(action, ("src",))
    given = [value.get(key) for key in keys] if isinstance(value, dict) else []
    if isinstance(value, str):
        words = value.split()
        named = [word.partition("=")[2] for word in words if word.partition("=")[0] in keys]
        free = words[:1] if action not in (*_CARRIES, "template") and words and "=" not in words[0] else []
        given = [*named, *free]
    for name in given:
        text = str(name or "").split(None, 1)[0] if action == "script" and name else name
        if isinstance(text, str) and text and "{{" not in text and text != os.devnull:
            yield text


def _place(task: Item, name: str) -> Path | None:
    """Where a name leads: an absolute one, or a relative one that climbs out from wherever Ansible would look for it."""
    if name.startswith(("/", "~")):
        return expanded(name)
    if not name.startswith(".."):
        return None
    near = (
        task.file.parent,
        task.file.parent.parent,
        task.file.parent / "files",
        task.file.parent.parent / "files",
    )
    places = [Path(os.path.normpath(folder / name)) for folder in near]
    return next((place for place in places if place.exists()), None)


def _names(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, list):
            yield from _names(entry)


def _finding(
    file: Path,
    line: int | None,
    kind: str,
    what: str,
    place: Path,
    severity: Literal["refuse", "warn"] = "refuse",
) -> PlaybookFinding:
    named = os.path.normpath(place)
    move = f"put it into the project, or name it by its absolute path in resources.ingredients: [{named}]"
    if what.endswith(_BESIDE_THE_COPY):
        move = "name it by a relative path, or in a task by `{{ playbook_dir }}/...`"
    return PlaybookFinding(
        file=str(file),
        line=line,
        kind=kind,
        what=what,
        severity=severity,
        next_move=move,
        place=named,
    )
