"""A playbook as the check of a plan reads it: by literal names, and by names that `orch init` would follow too."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.ansible.adoption.task_rounds import each_round
from orchestrator.adapters.ansible.adoption.task_text import task_text
from orchestrator.adapters.ansible.adoption.tree_text import TreeText
from orchestrator.adapters.ansible.adoption.variables import Variables
from orchestrator.adapters.ansible.in_run.actions import short_name
from orchestrator.adapters.ansible.tree_check.outside import include_by_template
from orchestrator.adapters.ansible.tree_check.playbook_files import Item, PlaybookFiles

Plays = list[tuple[Item, list[Item]]]


class Followed(NamedTuple):
    """The plays with all tasks that were found. `perhaps`: the files that only names made by templates lead to.

    A run may read those or not, and others as well: values can come from where no file of the tree says them.
    """

    files: PlaybookFiles
    plays: Plays
    perhaps: frozenset[Path]
    variables: Variables

    def looked_into(self, task: Item) -> list[str]:
        """The files or roles that an include by a template leads to, by the values that the tree has for it."""
        if include_by_template(task) is None:
            return []
        paths = [path for name, path in self.files.included_by(task) if "{{" in name]
        return [path.name for path in paths if path.is_file()] or list(self._roles(task))

    def _roles(self, task: Item) -> Iterator[str]:
        text = task_text(task)
        given = text.arguments if text is not None and text.module in ("include_role", "import_role") else {}
        if "{{" not in str(given.get("tasks_from", "")):
            names = self.variables.texts(given.get("name")) or []
            yield from (name for name in names if name and name not in self.files.roles_not_found)

    def template_sources(self, task: Item) -> list[str]:
        """What the `src` of a task with the module `template` may be: itself, or every value that the tree has for it."""
        text = task_text(task)
        source = text.arguments.get("src") if text is not None and text.module == "template" else None
        if text is None or not isinstance(source, str):
            return []
        if "{{" not in source:
            return [source]
        rounds = (arguments for arguments, _ in each_round(text, self.variables) if arguments is not None)
        return list(dict.fromkeys(str(arguments.get("src")) for arguments in rounds if arguments.get("src")))


def follow(playbook: Path, project: Path, roles: list[Path], collections: list[Path]) -> Followed:
    """Read it. What is made by templates is looked for only where a name is: most trees are read once."""
    files = PlaybookFiles(playbook, project, roles, collections)
    plays = list(files.plays())
    certain = frozenset(files.files)
    if not any(_is_named_by_template(task) for _, tasks in plays for task in tasks):
        return Followed(files, plays, frozenset(), Variables())
    text = TreeText(project, playbook, None, {}, (), collections)
    return Followed(text.files, text.plays, frozenset(text.files.files) - certain, text.variables)


def _is_named_by_template(task: Item) -> bool:
    if include_by_template(task) is not None:
        return True
    return any(short_name(str(key)) == "template" and "{{" in str(task.keys[key]) for key in task.keys)
