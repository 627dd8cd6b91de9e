"""What the files of a plan's tree take from elsewhere than from the tree, found without running any of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from orchestrator.adapters.ansible.tree_check.allowed_names import names_of_no_task
from orchestrator.adapters.ansible.tree_check.environment import (
    controller_environment,
    environment_read,
    settings_environment,
)
from orchestrator.adapters.ansible.tree_check.followed import follow
from orchestrator.adapters.ansible.tree_check.installed import installed_parts, words_of_settings
from orchestrator.adapters.ansible.tree_check.missing_collections import missing_collections
from orchestrator.adapters.ansible.tree_check.other_settings import other_settings
from orchestrator.adapters.ansible.tree_check.outside import (
    Grounds,
    collection_roots,
    collections_past_the_copy,
    files_outside,
    lookups_outside,
    not_foreseen,
    plugins_of_machine,
    plugins_outside,
    roles_installed,
    roles_past_the_copy,
    roles_path,
    variables_outside,
)
from orchestrator.adapters.ansible.tree_check.passwords import passwords_kept
from orchestrator.adapters.ansible.tree_check.playbook_files import PlaybookFiles
from orchestrator.adapters.ansible.tree_check.users import empty_users
from orchestrator.adapters.ansible.vaulted_files import loadable_files
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.inspection import PlaybookFinding
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.release_plan import ReleasePlan

_LARGEST = 1_000_000


def tree_findings(
    plan: ReleasePlan, project: Path, installed: Iterable[Path] | None = None
) -> list[PlaybookFinding]:
    """Findings in the order of the files, each once. `installed`: the folders of packages beside the Ansible that runs."""
    playbooks = [project / name for name in plan.playbooks]
    inventory = project / expanded(plan.resources.inventory)
    declared = plan.resources.pass_environment
    grounds = grounds_of(plan, project, installed)
    findings = [
        *other_settings(playbooks, project),
        *settings_environment(project, declared),
        *plugins_outside(grounds),
    ]
    for path, text in texts_of(loadable_files(project, playbooks, inventory, roles_path(project))):
        findings += environment_read(path, text, declared)
        findings += empty_users(path, text)
        findings += passwords_kept(path, text, playbooks, project, plan.resources.outputs)
    for playbook in playbooks:
        collections = collection_roots(Grounds.of(project, (), installed), playbook.parent)
        followed = follow(playbook, project, roles_path(project), collections)
        for play, tasks in followed.plays:
            findings += controller_environment(play, tasks, declared)
            for task in tasks:
                findings += not_foreseen(task, followed.looked_into(task))
    if plan.resources.execution_environment is None:
        # What an image has, the Ansible in it says.
        findings += missing_collections(playbooks, grounds, roles_path(project))
    findings += names_of_no_task(plan, grounds, roles_path(project))
    findings += findings_outside(playbooks, inventory, grounds, roles_path(project))
    return list(dict.fromkeys(findings))


def grounds_of(plan: ReleasePlan, project: Path, installed: Iterable[Path] | None = None) -> Grounds:
    """What counts as approved for a plan, the roles that are digested where they are installed among it."""
    named, roles = Grounds.of(project, plan.resources.ingredients, installed), roles_path(project)
    used: dict[Path, None] = {}
    for playbook in plan.playbooks:
        files = PlaybookFiles(project / playbook, project, roles)
        for _ in files.plays():
            continue
        used |= files.roles
    of_machine = tuple(role.resolve() for role in roles_installed(named, used))
    return named._replace(ingredients=(*named.ingredients, *of_machine))


def parts_installed(
    plan: ReleasePlan, project: Path, opened: Sequence[str], installed: Iterable[Path] | None = None
) -> list[InstalledPart]:
    """The collections and roles outside of the project that runs of a plan use; `opened`: what Ansible opened for the check."""
    playbooks, roles = [project / name for name in plan.playbooks], roles_path(project)
    inventory = project / expanded(plan.resources.inventory)
    texts = (text for _, text in texts_of(loadable_files(project, playbooks, inventory, roles)))
    named = Grounds.of(project, plan.resources.ingredients, installed)
    return installed_parts(playbooks, chain([words_of_settings(project)], texts), named, roles, opened)


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
            yield from collections_past_the_copy(play, tasks, grounds)
            for task in tasks:
                yield from files_outside(task, grounds)
        yield from roles_past_the_copy(playbook, grounds, files.roles)


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
