"""A playbook with its roles and includes, and every value that the files of its tree give a variable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.adoption.expressions import Partly
from orchestrator.adapters.ansible.adoption.inventory_variables import inventory_variables
from orchestrator.adapters.ansible.adoption.task_text import loop_of, loop_var_of, task_text
from orchestrator.adapters.ansible.adoption.variables import Variables
from orchestrator.adapters.ansible.in_run.actions import short_name
from orchestrator.adapters.ansible.tree_check.outside import Grounds, collection_roots, roles_path
from orchestrator.adapters.ansible.tree_check.playbook_files import Item, PlaybookFiles

INCLUDES = ("include_tasks", "import_tasks", "include_role", "import_role", "include")
_OF_ROLE = ("role", "name", "when", "tags", "vars", "become")
_MOST_PASSES = 3


class TreeText:
    """The plays of a playbook with their tasks, and the values of variables; `given` and `asked` as in reading.py.

    Names of includes may be variables, whose values stand in files that are included: so it is read until nothing more comes.
    """

    def __init__(
        self,
        project: Path,
        playbook: Path,
        inventory: Path | None,
        given: Mapping[str, Any],
        asked: Iterable[str],
        collections: Sequence[Path] | None = None,
    ) -> None:
        """`collections`: folders of collections [default: those beside orch's own Ansible]."""
        self.project, self.variables = project, Variables()
        roles = [playbook.parent / "roles", *roles_path(project)]
        collections = (
            collection_roots(Grounds(project), playbook.parent) if collections is None else collections
        )
        names = tuple(asked)
        self.variable_files: dict[Path, None] = {}
        before: list[Path] | None = None
        for _ in range(_MOST_PASSES):
            known = self.variables
            self.files = PlaybookFiles(playbook, project, roles, collections, names_of=known.texts)
            self.plays = list(self.files.plays())
            self.variables = Variables()
            self.variables.add(given)
            self.variables.ask((*given, *names))
            self._collect_variables(playbook, inventory)
            if self.files.files == before:
                break
            before = self.files.files

    def _collect_variables(self, playbook: Path, inventory: Path | None) -> None:
        for place in _variable_places(self.project, playbook, inventory):
            self._add_file(place)
        for path in self._files_of_roles():
            self._add_file(path)
        for values in inventory_variables(inventory) if inventory is not None else ():
            self._add(values)
        for play, tasks in self.plays:
            self._variables_of_play(play)
            for task in tasks:
                self._variables_of_task(task)
        for task in (task for _, tasks in self.plays for task in tasks):
            self._rounds_of_include(task)
            if "register" in task.keys:
                self._registered(str(task.keys["register"]), task)

    def _files_of_roles(self) -> list[Path]:
        folders = [role / part for role in self.files.roles for part in ("defaults", "vars")]
        return [path for folder in folders for path in sorted(folder.glob("**/*.y*ml"))]

    def _variables_of_play(self, play: Item) -> None:
        self._add(play.keys.get("vars"))
        prompts = [entry for entry in _as_list(play.keys.get("vars_prompt")) if isinstance(entry, Mapping)]
        self.variables.ask(str(entry.get("name")) for entry in prompts)
        for name in _as_list(play.keys.get("vars_files")):
            if isinstance(name, str) and "{{" not in name:
                self._add_file(play.file.parent / name)
        for entry in _as_list(play.keys.get("roles")):
            if isinstance(entry, dict):
                self._add({key: value for key, value in entry.items() if key not in _OF_ROLE})
                self._add(entry.get("vars"))

    def _variables_of_task(self, task: Item) -> None:
        self._add(task.keys.get("vars"))
        for key, value in task.keys.items():
            if short_name(str(key)) == "set_fact" and isinstance(value, Mapping):
                self._add(value)

    def _registered(self, name: str, task: Item) -> None:
        """Of what a run is going to answer, only over which elements a loop went is known before, and what `stat` looks at."""
        kind, loop = loop_of(task.keys)
        items = self.variables.items(loop, kind) if kind else None
        text = task_text(task)
        path = text.arguments.get("path") if text is not None and text.module == "stat" else None
        results = [Partly(item=item, stat=Partly(path=_of_item(path, item))) for item in items or []]
        self.variables.add({name: Partly(results=results) if items is not None else Partly()})

    def _rounds_of_include(self, task: Item) -> None:
        """What is included in a loop sees the element of each round."""
        kind, loop = loop_of(task.keys)
        if not kind or not any(short_name(str(key)) in INCLUDES for key in task.keys):
            return
        around = self.variables.rounds_around(loop)
        for loops in around:
            self.variables.add_rounds(loop_var_of(task.keys), self.variables.items(loop, kind, loops))

    def _add(self, values: Any) -> None:
        if isinstance(values, Mapping):
            self.variables.add(values)

    def _add_file(self, path: Path) -> None:
        self.variable_files[path] = None
        for item in PlaybookFiles(path, self.project).variables(path):
            self.variables.add(item.keys)


def _variable_places(project: Path, playbook: Path, inventory: Path | None) -> Iterator[Path]:
    folders = {project: None, playbook.parent: None}
    if inventory is not None:
        folders[inventory if inventory.is_dir() else inventory.parent] = None
    for folder in folders:
        for name in ("group_vars", "host_vars"):
            if (folder / name).is_dir():
                yield from sorted(path for path in (folder / name).glob("**/*") if path.is_file())


def _of_item(path: Any, item: Any) -> Any:
    """A path of a loop that is nothing but the element, or the element's own entry."""
    match = re.fullmatch(r"\{\{\s*item(?:\.(\w+))?\s*\}\}", str(path))
    return (item.get(match[1]) if match[1] and isinstance(item, Mapping) else item) if match else "{{ item }}"


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
