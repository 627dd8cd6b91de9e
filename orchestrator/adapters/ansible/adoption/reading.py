"""Reads one playbook with its roles and static includes: hosts, changes, gaps, questions, and what a plan must allow."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from orchestrator.adapters.ansible.adoption.conditions import NOWHERE, Conditions
from orchestrator.adapters.ansible.adoption.facts import injected_facts_in
from orchestrator.adapters.ansible.adoption.task_changes import found_in
from orchestrator.adapters.ansible.adoption.task_text import TaskText, task_text
from orchestrator.adapters.ansible.adoption.tree_text import INCLUDES, TreeText
from orchestrator.adapters.ansible.in_run.actions import LOCAL, short_name
from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.tree_check.playbook_files import Item
from orchestrator.domain.adoption.tree_reading import (
    Asked,
    Carried,
    Change,
    Claim,
    Gap,
    Origin,
    PlaybookReading,
)  # fmt: skip

_CONTROLLER = ("localhost", "127.0.0.1")
_FALSE = ("false", "no", "off")
_DEFAULT_OF = re.compile(r"default\(\s*['\"]([^'\"]+)['\"]")
_PLAIN_REQUEST = {"url", "return_content", "method", "status_code"}
_OWN_HOST = re.compile(r"http://(?:localhost|127\.0\.0\.1)(?:[:/]|$)")
_LARGEST_UNIT = 50_000_000


def read_playbook(
    playbook: str,
    project: Path,
    inventory: Path | None = None,
    given: Mapping[str, Any] | None = None,
    asked: Iterable[str] = (),
) -> PlaybookReading:
    """What the text of a playbook says. A construct that only a run understands becomes a gap, and nothing is guessed.

    `given`: variables that a plan is going to set. `asked`: names that a person answers for.
    """
    return _Reading(project, project / playbook, inventory, given or {}, asked).reading(playbook)


def read_role(playbook: str, name: str, project: Path, inventory: Path | None = None) -> PlaybookReading:
    """What a repository changes that is one role, by a playbook that is going to apply it."""
    with tempfile.TemporaryDirectory(prefix="orch-init-") as folder:
        stand_in = Path(folder) / Path(playbook).name
        (Path(folder) / "roles").mkdir()
        (Path(folder) / "roles" / name).symlink_to(project)
        stand_in.write_text(f"- hosts: all\n  roles: [{name}]\n", encoding="utf-8")
        return _Reading(project, stand_in, inventory).reading(playbook)


class HostsIn(NamedTuple):
    """The hosts of a pattern; `why` there is none; their `connection` where none of them has ssh."""

    hosts: tuple[str, ...]
    why: str
    connection: str = ""


def hosts_in(project: Path, inventory: Path, pattern: str, *, dynamic: bool) -> HostsIn:
    """The hosts of a pattern, as Ansible reads the inventory: only this asks Ansible."""
    inspection = inspect(project, [], inventory, pattern, dynamic_allowed=dynamic)
    faults = (*inspection.inventory_faults, *(fault.message for fault in inspection.vault_faults))
    hosts = tuple(target.host for target in inspection.targets)
    ways = [target.through.connection if target.through else "" for target in inspection.targets]
    connection = ways[0] if ways and all(ways) else ""
    return HostsIn(hosts, "" if hosts else next(iter(faults), ""), connection)


class _Reading:
    def __init__(
        self,
        project: Path,
        playbook: Path,
        inventory: Path | None,
        given: Mapping[str, Any] = MappingProxyType({}),
        asked: Iterable[str] = (),
    ) -> None:
        self.project = project
        text = TreeText(project, playbook, inventory, given, asked)
        self.files, self.plays, self.variables = text.files, text.plays, text.variables
        self._texts = text.variable_files
        self.conditions = Conditions(self.files, self.variables.never)
        self.found: list[Change | Gap | Claim] = []
        self.carried: list[Carried] = []
        self.asked: list[Asked] = []
        self.delegates: dict[str, None] = {}
        self._conditional: set[int] = set()
        self._conditional_files: set[Path] = set()

    def reading(self, playbook: str) -> PlaybookReading:
        patterns: dict[str, None] = {}
        users = [str(play.keys.get("remote_user") or play.keys.get("user") or "") for play, _ in self.plays]
        for play, tasks in self.plays:
            pattern = self._pattern(play)
            if pattern in _CONTROLLER:
                self.delegates["localhost"] = None
                continue
            patterns[pattern] = None
            self._mark_conditional(tasks)
            self.conditions.read(play, tasks)
            on = pattern if re.fullmatch(r"[A-Za-z_]\w*", pattern) and pattern != "all" else ""
            for task in tasks:
                self._read_task(task, play, on)
            self._roles_not_found(play, on)
        hosts = "all" if "all" in patterns else ":".join(patterns)
        changes = tuple(each for each in self.found if isinstance(each, Change))
        return PlaybookReading(
            playbook,
            hosts,
            tuple(patterns),
            changes,
            tuple(each for each in self.found if isinstance(each, Gap)),
            tuple(each for each in self.found if isinstance(each, Claim)),
            tuple(self.carried),
            tuple(self.asked),
            tuple(self.delegates),
            tuple(
                injected_facts_in([*self.files.files, *self._texts, *self._templates()], self.known_names())
            ),
            next((user for user in users if user and "{{" not in user), ""),
        )

    def known_names(self) -> set[str]:
        """Names that some file of the tree gives a value: those are no facts."""
        return self.variables.names

    def _pattern(self, play: Item) -> str:
        hosts = play.keys.get("hosts")
        text = ":".join(map(str, hosts)) if isinstance(hosts, list) else str(hosts or "")
        values = self.variables.texts(text)
        if values and "{{" not in values[0]:
            return values[0]
        default = _DEFAULT_OF.search(text)
        return default[1] if default else "all" if "{{" in text else text

    def _templates(self) -> Iterator[Path]:
        for folder in [*(role / "templates" for role in self.files.roles), self.project / "templates"]:
            yield from (path for path in sorted(folder.glob("**/*")) if path.is_file())

    def _mark_conditional(self, tasks: Iterable[Item]) -> None:
        """Tasks below a condition of a block, an include or a role: they may run on no host."""
        for task in tasks:
            includes = any(short_name(str(key)) in INCLUDES for key in task.keys)
            if "when" in task.keys and includes:
                self._conditional_files |= {task.file.parent / name for name in _included_names(task.keys)}
            if "when" in task.keys or task.section in ("rescue", "handlers"):
                self._conditional |= {id(child) for child in _below(task.keys)}

    def _read_task(self, task: Item, play: Item, on: str) -> None:
        text = task_text(task)
        if text is None or self._elsewhere(task, play):
            return
        file = task.file.resolve()
        root = self.project.resolve()
        place = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
        origin = Origin(place, task.line, text.module, _one_line(text.name), on)
        tests = self.conditions.of(task)
        if NOWHERE in tests:
            return
        if self._includes_by_template(text, task):
            self.found.append(
                Gap("it includes tasks or roles by a name that only a run knows", origin, tests)
            )
            return
        if text.module in ("include_tasks", "import_tasks", "include_role", "import_role", "include", "meta"):
            return
        uncertain = (
            "when" in task.keys
            or id(task.keys) in self._conditional
            or task.file in self._conditional_files
            or task.section in ("handlers", "rescue", "always")
        )
        looks = str(task.keys.get("changed_when")).lower() in _FALSE
        folder = any(path.is_dir() for path in self._sources(text, task))
        of_task = list(
            found_in(text, self.variables, origin, certain=not uncertain, looks=looks, folder=folder)
        )
        self.found += [replace(each, when=tests) if isinstance(each, Gap) else each for each in of_task]
        if str(task.keys.get("no_log", False)).lower() not in _FALSE:
            # Its result is hidden from orch too, so the plan says what it changes.
            self.found += [
                Claim(text.name, f"file: {each.name}", origin)
                for each in of_task
                if isinstance(each, Change) and each.kind in ("file", "folder", "tree")
            ]
        if not uncertain:
            self._unit_of(text, task, origin)
            self._asked_of(text, origin)

    def _includes_by_template(self, text: TaskText, task: Item) -> bool:
        if text.module not in INCLUDES:
            return False
        named = str(text.arguments.get("name") or text.arguments.get("file") or text.free)
        if "{{" not in named:
            return False
        if text.module in ("include_role", "import_role"):
            return not self.variables.texts(named)
        return not any(self.files.included_by(task))

    def _roles_not_found(self, play: Item, on: str) -> None:
        """A role that is nowhere: Ansible refuses the play, and here nothing may look as if it changed nothing."""
        for name in self.files.roles_not_found:
            place = str(play.file.relative_to(self.project)) if play.file.is_relative_to(self.project) else ""
            origin = Origin(place or str(play.file), play.line_of("roles"), "role", name, on)
            if not any(each.origin.task == name for each in self.found):
                self.found.append(Gap(f"the role `{name}` is not there, so nothing of it was read", origin))

    def _elsewhere(self, task: Item, play: Item) -> bool:
        """A task for another machine than its host: it is declared, and its changes are not those of the hosts."""
        where = task.keys.get("delegate_to")
        if "local_action" in task.keys or where in _CONTROLLER or str(task.keys.get("connection")) in LOCAL:
            self.delegates["localhost"] = None
            return True
        if isinstance(where, str) and "{{" not in where:
            self.delegates[where] = None
        return where is not None and "inventory_hostname" not in str(where)

    def _unit_of(self, text: TaskText, task: Item, origin: Origin) -> None:
        source, dest = text.arguments.get("src"), text.arguments.get("dest")
        if (
            text.module != "copy"
            or text.loop_kind
            or not isinstance(source, str)
            or not isinstance(dest, str)
        ):
            return
        targets = self.variables.texts(dest) or []
        if (
            len(targets) != 1
            or "{{" in source + targets[0]
            or not targets[0].startswith("/")
            or targets[0].endswith("/")
        ):
            return
        for path in self._sources(text, task):
            inside = path.resolve().is_relative_to(self.project.resolve())
            if path.is_file() and inside and path.stat().st_size <= _LARGEST_UNIT:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                name = str(path.resolve().relative_to(self.project.resolve()))
                self.carried.append(Carried(name, digest, targets[0], origin))
                return

    def _sources(self, text: TaskText, task: Item) -> list[Path]:
        """Where Ansible would look for the `src` of a copy."""
        source = text.arguments.get("src")
        if (
            not isinstance(source, str)
            or "{{" in source
            or text.module != "copy"
            or text.arguments.get("remote_src")
        ):
            return []
        folders = (task.file.parent, task.file.parent.parent, self.project)
        return [path for folder in folders for path in (folder / "files" / source, folder / source)]

    def _asked_of(self, text: TaskText, origin: Origin) -> None:
        given = text.arguments
        if text.module == "wait_for" and given.get("state", "started") == "started":
            ports = self.variables.texts(given.get("port")) or []
            self.asked += [Asked("port", port, origin) for port in ports[:1] if port.isdigit()]
        gets = str(given.get("method", "GET")) == "GET" and str(given.get("status_code", 200)) == "200"
        if text.module == "uri" and gets and set(given) <= _PLAIN_REQUEST:
            urls = self.variables.texts(given.get("url")) or []
            self.asked += [Asked("http", url, origin) for url in urls[:1] if _OWN_HOST.match(url)]


def _included_names(keys: Mapping[str, Any]) -> Iterator[str]:
    for key, value in keys.items():
        if short_name(str(key)) in INCLUDES:
            yield str(value.get("file", "") if isinstance(value, Mapping) else value).split(" ")[0]


def _below(keys: Any) -> Iterator[Any]:
    for part in ("block", "rescue", "always"):
        for child in _as_list(keys.get(part)):
            yield child
            if isinstance(child, Mapping):
                yield from _below(child)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _one_line(text: str) -> str:
    return " ".join(text.split())[:120]
