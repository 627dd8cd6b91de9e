"""Playbooks, task files and roles as YAML nodes with their lines, without Ansible: for reading, never for running."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from orchestrator.adapters.ansible.in_run.actions import key_of, short_name

_LARGEST = 1_000_000
_FQCN = re.compile(r"(\w+)\.(\w+)\.([\w.]+)")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_OF_FACTS = re.compile(r"(?:\{\{\s*ansible_\w+[^{}]*\}\}|[-_.])+\.ya?ml")
BLOCKS = ("block", "rescue", "always")
"""The keys of a block that hold tasks."""
_TASK_LISTS = ("pre_tasks", "tasks", "post_tasks", "handlers")


@dataclass(frozen=True, slots=True)
class Item:
    """A mapping of a user's file (a play or a task) with the lines of its keys."""

    file: Path
    keys: dict[str, Any]
    lines: dict[str, int]
    line: int
    section: str = ""

    def line_of(self, key: str) -> int:
        """The line of a key, or of the item."""
        return self.lines.get(key, self.line)


# Ansible's choice too; the parser in Python refuses some of what the one in C takes.
_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Parser):  # type: ignore[misc,valid-type]
    """Any tag is read as what stands under it: `!vault` and `!unsafe` say nothing here."""


class _Mapping(dict[str, Any]):
    lines: dict[str, int]
    line: int


def _mapping(loader: _Loader, node: yaml.MappingNode) -> _Mapping:
    mapping = _Mapping(loader.construct_mapping(node, deep=True))
    mapping.line = node.start_mark.line + 1
    mapping.lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    return mapping


def _untagged(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_multi_constructor("!", _untagged)


class PlaybookFiles:
    """A playbook with all that it includes by names that need no evaluation; each file is read once."""

    def __init__(
        self,
        playbook: Path,
        project: Path,
        roles_path: Sequence[Path] = (),
        collections: Sequence[Path] = (),
        *,
        names_of: Callable[[str], Sequence[str] | None] | None = None,
    ) -> None:
        """`collections`: folders `ansible_collections` whose roles and playbooks count too.

        `names_of`: what a template may be. With it an include whose name is a template leads to every file that it may name,
        and where that is not known, to every file whose name fits.
        """
        self._playbook, self._project, self._roles_path = playbook, project, roles_path
        self._collections, self._names_of = collections, names_of
        self._named_by_play: list[str] = []
        self._read: set[Path] = set()
        self._here = playbook.parent
        self.roles: dict[Path, None] = {}
        self.role_uses: dict[Path, int] = {}
        self.roles_not_found: dict[str, None] = {}

    @property
    def files(self) -> list[Path]:
        """Every file that was read, or would have been, had it been there."""
        return sorted(self._read)

    def plays(self) -> Iterator[tuple[Item, list[Item]]]:
        """Every play with its tasks, those of its roles and static includes among them."""
        yield from self._plays_of(self._playbook)

    def variables(self, path: Path) -> list[Item]:
        """The variables in a file, as one mapping; of a file that was read before, none."""
        return self._items(path)

    def variables_of_role(self, role: Path) -> Iterator[Item]:
        """The defaults and variables that a role always has."""
        for part in ("defaults", "vars"):
            for path in _either(role / part / "main"):
                yield from self._items(path)

    def _plays_of(self, path: Path) -> Iterator[tuple[Item, list[Item]]]:
        for play in self._items(path):
            imported = play.keys.get(key_of(play.keys, "import_playbook") or "")
            if isinstance(imported, str):
                yield from self._plays_of(
                    self._of_collection(imported, "playbooks") or path.parent / imported
                )
            else:
                self._here = path.parent
                self._named_by_play = [str(name) for name in _as_list(play.keys.get("collections"))]
                yield play, list(self._tasks_of_play(play))

    def _tasks_of_play(self, play: Item) -> Iterator[Item]:
        for role in play.keys.get("roles") or []:
            yield from self._role(_role_name(role), play.file.parent, _tasks_from(role))
        for section in _TASK_LISTS:
            yield from self._tasks(play.keys.get(section), play.file, section)

    def _tasks(self, tasks: Any, file: Path, section: str) -> Iterator[Item]:
        for task in tasks if isinstance(tasks, list) else []:
            if isinstance(task, _Mapping):
                item = Item(file, task, task.lines, task.line, section)
                yield item
                for part in BLOCKS:
                    yield from self._tasks(task.get(part), file, part)
                yield from self._included(item)

    def included_by(self, task: Item) -> Iterator[tuple[str, Path]]:
        """The files of tasks that a task includes, each with the name by which it does; also such as are not there."""
        for key, value in task.keys.items():
            if short_name(str(key)) in ("include_tasks", "import_tasks", "include"):
                given = value.get("file", "") if isinstance(value, dict) else value
                name = str(given) if isinstance(given, str) else ""
                # The old form has variables after the name, on one line.
                name = name.split()[0] if name and "{{" not in name else name
                if "{{" not in name:
                    yield name, task.file.parent / name
                elif self._names_of:
                    known = [task.file.parent / each for each in self._names_of(name) or []]
                    yield from ((name, path) for path in known or self._fitting(name, task.file.parent))

    def role_of(self, role: Any, play: Item) -> Path | None:
        """The folder of an entry of `roles`."""
        return self._role_folder(_role_name(role), play.file.parent)

    def _fitting(self, name: str, folder: Path) -> list[Path]:
        """The files that a template may name. A template of nothing but variables may name any, so it names none."""
        pattern = _TEMPLATE.sub("*", name.replace("{{ role_path }}/tasks/", ""))
        if (
            pattern.startswith("/")
            or ".." in pattern
            or not re.search(r"[A-Za-z]", pattern.rpartition(".")[0])
        ):
            pattern = pattern if _OF_FACTS.fullmatch(name) else ""
        return sorted(path for path in folder.glob(pattern) if path.is_file()) if pattern else []

    def _included(self, task: Item) -> Iterator[Item]:
        for _, path in self.included_by(task):
            yield from self._task_file(path)
        for key, value in task.keys.items():
            if short_name(str(key)) in ("include_role", "import_role"):
                given = _arguments(value)
                name = str(given.get("name", ""))
                for each in (self._names_of(name) if self._names_of and "{{" in name else None) or [name]:
                    yield from self._role(each, task.file.parent, _tasks_from(given))

    def _task_file(self, path: Path) -> Iterator[Item]:
        for item in self._items(path):
            yield from self._tasks([item.keys], path, "tasks")

    def _of_collection(self, name: str, part: str) -> Path | None:
        """The role or playbook of a collection, as `namespace.collection.name`."""
        match = _FQCN.fullmatch(name)
        places = [root / match[1] / match[2] / part / match[3] for root in self._collections] if match else []
        ends = ("",) if part == "roles" else (".yml", ".yaml")
        candidates = (place.with_name(place.name + end) for place in places for end in ends)
        return next((place for place in candidates if place.exists()), None)

    def _role_folder(self, name: str, near: Path) -> Path | None:
        places = (self._here / "roles", near / "roles", *self._roles_path, self._project / "roles")
        folders = (*places, near.parent.parent, self._here)
        of_collections = (self._of_collection(f"{each}.{name}", "roles") for each in self._named_by_play)
        named = self._of_collection(name, "roles") or next(filter(None, of_collections), None)
        return named or next((folder / name for folder in folders if name and (folder / name).is_dir()), None)

    def _role(self, name: str, near: Path, tasks_from: str = "main") -> Iterator[Item]:
        role_folder = self._role_folder(name, near)
        if role_folder is None:
            self.roles_not_found |= {name: None} if name else {}
            return
        self.role_uses[role_folder] = self.role_uses.get(role_folder, 0) + 1
        if role_folder in self.roles:
            yield from self._tasks_of_role(role_folder, tasks_from)
            return
        self.roles[role_folder] = None
        for meta in _either(role_folder / "meta/main"):
            for item in self._items(meta):
                for dependency in _as_list(item.keys.get("dependencies")):
                    yield from self._role(_role_name(dependency), meta.parent)
        yield from self._tasks_of_role(role_folder, tasks_from)
        for path in _either(role_folder / "handlers/main"):
            yield from self._task_file(path)

    def _tasks_of_role(self, role: Path, tasks_from: str) -> Iterator[Item]:
        """The tasks by this name; of those that were read before, none."""
        place = role / "tasks" / tasks_from
        for path in (place,) if place.suffix in (".yml", ".yaml") else _either(place):
            yield from self._task_file(path)

    def _items(self, path: Path) -> list[Item]:
        """The mappings of a list; of a file that is missing, cut or no YAML, none: Ansible's own reading tells of that."""
        path = path.resolve()
        if path in self._read or "{{" in str(path):
            return []
        self._read.add(path)
        try:
            if not path.is_file() or path.stat().st_size > _LARGEST:
                return []
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
        except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, TypeError):
            return []
        entries = content if isinstance(content, list) else [content]
        return [
            Item(path, entry, entry.lines, entry.line) for entry in entries if isinstance(entry, _Mapping)
        ]


def mapping_in(file: Path) -> dict[str, Any]:
    """The mapping that a small file of YAML holds, such as a galaxy.yml; empty where it holds none, or cannot be read."""
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return {}
        content = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _either(path: Path) -> tuple[Path, Path]:
    return path.with_name(f"{path.name}.yml"), path.with_name(f"{path.name}.yaml")


def _arguments(value: Any) -> dict[str, Any]:
    """The arguments of an include, as a mapping or in the old way as `name=value`."""
    if isinstance(value, str):
        return dict(word.split("=", 1) for word in value.split() if "=" in word)
    return value if isinstance(value, dict) else {}


def _tasks_from(role: Any) -> str:
    given = role.get("tasks_from") if isinstance(role, dict) else None
    return given if isinstance(given, str) and given and "{{" not in given else "main"


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _role_name(role: Any) -> str:
    """Of an entry under `roles` or `dependencies`, which may be a name or a mapping."""
    if isinstance(role, dict):
        role = role.get("role", role.get("name", ""))
    return role if isinstance(role, str) else ""
