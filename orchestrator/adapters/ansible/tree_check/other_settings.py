"""An ansible.cfg that lies beside a playbook and not in the project's own folder: no run reads it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestrator.domain.plan.inspection import PlaybookFinding

_NAME = "ansible.cfg"


def other_settings(playbooks: Iterable[Path], project: Path) -> Iterator[PlaybookFinding]:
    """A warning for each. Ansible reads the one of the folder that it is started in, and orch starts it in the project's."""
    own = (project / _NAME).resolve()
    for folder in dict.fromkeys(playbook.parent for playbook in playbooks):
        file = folder / _NAME
        if not file.is_file() or file.resolve() == own:
            continue
        instead = f"{project / _NAME} is read" if own.is_file() else "no ansible.cfg is read"
        what = f"is not read: Ansible takes the one of the folder that it is started in, which is {project}; {instead}"
        move = f"move it to {project}, or move the plan to {folder} and write its paths from there, so that this is the project"
        yield PlaybookFinding(file=str(file), kind=_NAME, what=what, severity="warn", next_move=move)
