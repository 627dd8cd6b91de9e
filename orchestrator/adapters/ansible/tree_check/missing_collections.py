"""Collections that a tree names in full and that no run finds: each by its name, with the command that installs it."""

import os.path
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestrator.adapters.ansible.tree_check.outside import Grounds, collection_roots, collections_of
from orchestrator.adapters.ansible.tree_check.playbook_files import Item, PlaybookFiles
from orchestrator.domain.plan.inspection import PlaybookFinding, Severity

_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_IN_TEMPLATES = re.compile(
    r"""(?:\b(?:lookup|query|q)\(\s*["']|\|\s*|\bis\s+(?:not\s+)?)([a-z_]\w*)\.([a-z_]\w*)\.[a-z_]\w*"""
)
_OWN = ("ansible/builtin", "ansible/legacy")
_REQUIREMENTS = (
    "collections/requirements.yml",
    "requirements.yml",
    "collections/requirements.yaml",
    "requirements.yaml",
)


def missing_collections(
    playbooks: Sequence[Path], grounds: Grounds, roles_path: Sequence[Path]
) -> Iterator[PlaybookFinding]:
    """Each such collection once, at its first use. Refused where a task or a role names it, for no run can begin then.

    A warning where a template or the keyword `collections` does.
    """
    named: set[str] = set()
    for playbook in playbooks:
        files = PlaybookFiles(
            playbook, grounds.project, roles_path, collection_roots(grounds, playbook.parent)
        )
        for play, tasks in files.plays():
            roots = collection_roots(grounds, play.file.parent)
            found_roles = {role.name for role in files.roles}
            for item in (play, *tasks):
                for name, key, severity in _named(item, found_roles):
                    if name not in named and not any((root / name).is_dir() for root in roots):
                        named.add(name)
                        yield _finding(item, name, key, roots, severity, grounds.project)


def _named(item: Item, found_roles: set[str]) -> Iterator[tuple[str, str, Severity]]:
    roles = {name for name in found_roles if name.count(".") >= 2}
    for name, key in collections_of(item):
        if not any(role.startswith(name.replace("/", ".") + ".") for role in roles):
            yield name, key, "warn" if key == "collections" else "refuse"
    for key, value in item.keys.items():
        if key not in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers", "roles"):
            for template in _JINJA.findall(f"{{{{ {value} }}}}" if key in ("when", "that") else str(value)):
                for match in _IN_TEMPLATES.finditer(template):
                    name = f"{match[1]}/{match[2]}"
                    if name not in _OWN:
                        yield name, str(key), "warn"


def _finding(
    item: Item, name: str, key: str, roots: Sequence[Path], severity: Severity, project: Path
) -> PlaybookFinding:
    collection = name.replace("/", ".")
    beside = os.path.relpath(roots[0].parent, project)
    listed = next((file for file in _REQUIREMENTS if _lists(project / file, collection)), None)
    what = f"-r {listed}" if listed else collection
    return PlaybookFinding(
        file=str(item.file),
        line=item.line_of(key),
        kind=key,
        what=f"the collection {collection} is not there; a run looks for it in {', '.join(str(root) for root in roots)}",
        severity=severity,
        next_move=f"run `ansible-galaxy collection install {what} -p {beside}` in the project, or correct the name",
    )


def _lists(requirements: Path, collection: str) -> bool:
    try:
        return collection in requirements.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
