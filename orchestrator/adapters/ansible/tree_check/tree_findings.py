"""What the files of a plan's tree take from elsewhere than from the tree, found without running any of them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from orchestrator.adapters.ansible.tree_check.allowed_names import names_of_no_task
from orchestrator.adapters.ansible.tree_check.environment import (
    controller_environment,
    environment_read,
    settings_environment,
)
from orchestrator.adapters.ansible.tree_check.missing_collections import missing_collections
from orchestrator.adapters.ansible.tree_check.outside import (
    Grounds,
    collections_outside,
    files_outside,
    lookups_outside,
    not_foreseen,
    plugins_of_machine,
    plugins_outside,
    roles_outside,
    roles_path,
    variables_outside,
)
from orchestrator.adapters.ansible.tree_check.passwords import passwords_kept
from orchestrator.adapters.ansible.tree_check.playbook_files import PlaybookFiles
from orchestrator.adapters.ansible.tree_check.users import empty_users
from orchestrator.adapters.ansible.vaulted_files import loadable_files
from orchestrator.domain.plan.inspection import PlaybookFinding
from orchestrator.domain.plan.release_plan import ReleasePlan

_LARGEST = 1_000_000


def tree_findings(plan: ReleasePlan, project: Path) -> list[PlaybookFinding]:
    """Findings in the order of the files, each once."""
    playbooks = [project / name for name in plan.playbooks]
    inventory = project / Path(plan.resources.inventory).expanduser()
    declared = plan.resources.pass_environment
    grounds = Grounds.of(project, plan.resources.ingredients)
    findings = [*settings_environment(project, declared), *plugins_outside(grounds)]
    for path, text in texts_of(loadable_files(project, playbooks, inventory, roles_path(project))):
        findings += environment_read(path, text, declared)
        findings += empty_users(path, text)
        findings += passwords_kept(path, text, playbooks, project, plan.resources.outputs)
    for playbook in playbooks:
        for play, tasks in PlaybookFiles(playbook, project, roles_path(project)).plays():
            findings += controller_environment(play, tasks, declared)
            for task in tasks:
                findings += not_foreseen(task)
    findings += missing_collections(playbooks, grounds, roles_path(project))
    findings += names_of_no_task(plan, project, roles_path(project))
    findings += findings_outside(playbooks, inventory, grounds, roles_path(project))
    return list(dict.fromkeys(findings))


def findings_outside(
    playbooks: Sequence[Path], inventory: Path, grounds: Grounds, roles: Sequence[Path]
) -> Iterator[PlaybookFinding]:
    """Each file, role or collection outside of the project that a run reads by a literal name."""
    yield from plugins_of_machine(grounds)
    for path, text in texts_of(loadable_files(grounds.project, playbooks, inventory, roles)):
        yield from lookups_outside(path, text, grounds)
    for playbook in playbooks:
        files = PlaybookFiles(playbook, grounds.project, roles)
        for play, tasks in files.plays():
            yield from variables_outside(play, grounds)
            yield from collections_outside(play, tasks, grounds)
            for task in tasks:
                yield from files_outside(task, grounds)
        yield from roles_outside(playbook, grounds, files.roles)


def texts_of(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each file once, with its text; what is vaulted, large or no text is left out."""
    for path in dict.fromkeys(paths):
        try:
            if path.parent.name == "files" or not path.is_file() or path.stat().st_size > _LARGEST:
                continue
            content = path.read_bytes()
        except OSError:
            continue
        if not content.startswith(b"$ANSIBLE_VAULT") and b"\0" not in content:
            yield path, content.decode("utf-8", "replace")
