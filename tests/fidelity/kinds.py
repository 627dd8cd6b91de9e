"""The kinds of task that are compared: every task whose name begins with `kind:`, by the playbook that has it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parent / "project"
_NAMED = re.compile(r'name: "kind: (.+)"$', re.MULTILINE)
_ALSO = {
    "flow": (
        "tasks/imported.yml",
        "tasks/imported_playbook.yml",
        "roles/of_kinds/tasks/imported.yml",
        "roles/of_kinds/tasks/main.yml",
    )
}


class Subject(NamedTuple):
    """A playbook with the kinds of task that are in it, and what its runs are given."""

    name: str
    kinds: tuple[str, ...]
    options: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def playbook(self) -> Path:
        """Its file."""
        return PROJECT / "playbooks" / f"{self.name}.yml"

    @property
    def reset(self) -> str:
        """What its hosts need before each run: a script of root's, over the folder $work."""
        script = self.playbook.with_suffix(".reset.sh")
        return script.read_text() if script.exists() else ""


_OPTIONS = {
    "checked": ("--check", "--diff"),
    "tagged": ("--tags", "chosen", "--skip-tags", "left"),
}
_SETTINGS = {
    "facts": (("ANSIBLE_CACHE_PLUGIN", "own_cache"), ("ANSIBLE_CACHE_PLUGIN_CONNECTION", "{here}/cache")),
    "plugins": (
        ("ANSIBLE_CALLBACK_PLUGINS", f"{Path(__file__).parent}/in_run:{PROJECT}/callback_plugins"),
        ("ANSIBLE_CALLBACKS_ENABLED", "whole_events,own_callback"),
    ),
}


def kinds_in(text: str) -> list[str]:
    """The kinds that a playbook names, in their order."""
    return _NAMED.findall(text)


def subjects() -> list[Subject]:
    """All playbooks, in the order of their names."""
    return [_subject(path) for path in sorted((PROJECT / "playbooks").glob("*.yml"))]


def _subject(path: Path) -> Subject:
    texts = [path, *(PROJECT / also for also in _ALSO.get(path.stem, ()))]
    kinds = tuple(kind for text in texts for kind in kinds_in(text.read_text(encoding="utf-8")))
    return Subject(path.stem, kinds, _OPTIONS.get(path.stem, ()), _SETTINGS.get(path.stem, ()))
