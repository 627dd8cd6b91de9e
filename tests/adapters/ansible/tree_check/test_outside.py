"""What a tree takes from outside of its project is refused or named, unless it is an ingredient of the plan."""

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.outside import Grounds
from orchestrator.adapters.ansible.tree_check.tree_findings import findings_outside, tree_findings
from tests.worlds.plans import plan_with

BUILTIN = "ansible.builtin."
TASK = "- hosts: web\n  tasks:\n    - {}\n"
# ansible.cfg, playbook, kind and severity of the finding, and whether an ingredient makes it good
OUTSIDE: list[tuple[str, str, str, str, bool]] = [
    ("", "- hosts: web\n  vars_files: [own.yml, '@/shared/v.yml']\n", "vars_files", "refuse", True),
    ("", "- hosts: web\n  vars_files: [['{{ site }}.yml', ../../shared/v.yml]]\n", "vars_files", "refuse", True),
    ("", TASK.format("copy: {src: '@/shared/v.yml', dest: /x}"), "copy", "warn", True),
    ("", TASK.format("ansible.builtin.copy: src=@/shared/v.yml dest=/x"), "ansible.builtin.copy", "warn", True),
    ("", TASK.format(f"{BUILTIN}template: {{src: '@/shared/v.yml', dest: /x}}"), f"{BUILTIN}template", "refuse", True),
    ("", TASK.format("include_vars: '@/shared/v.yml'"), "include_vars", "refuse", True),
    ("", TASK.format("include_vars: {dir: '@/shared/roles'}"), "include_vars", "refuse", True),
    ("", TASK.format("script: '@/shared/run.sh --now'"), "script", "refuse", True),
    ("", TASK.format("unarchive: {src: '@/shared/a.tar', dest: /x}"), "unarchive", "warn", True),
    ("", TASK.format("assemble: {src: '@/shared', dest: /x, remote_src: false}"), "assemble", "warn", True),
    ("", TASK.format("import_tasks: '@/shared/roles/hello/tasks/main.yml'"), "import_tasks", "refuse", True),
    ("", TASK.format("copy: {src: ../../shared/v.yml, dest: /x}"), "copy", "warn", True),
    ("", TASK.format("copy: {content: \"{{ lookup('file', '@/shared/v.yml') }}\", dest: /x}"), "lookup", "warn", True),
    ("", TASK.format("copy: {content: \"{{ q('ini', 'user', file='@/shared/v.yml') }}\"}"), "lookup", "warn", True),
    ("", TASK.format("copy: {content: x, dest: /x}\n      with_fileglob: ['@/shared/*']"), "lookup", "warn", True),
    ("[defaults]\nfilter_plugins = @/shared/plugins\n", "- hosts: web\n", "filter_plugins", "refuse", True),
    ("[defaults]\nlibrary = ../shared/library\n", "- hosts: web\n", "library", "refuse", True),
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shared = tmp_path / "shared"
    (shared / "roles/hello/tasks").mkdir(parents=True)
    (shared / "roles/hello/tasks/main.yml").write_text("[]\n")
    (shared / "collections/ansible_collections/site/shop").mkdir(parents=True)
    for name in ("v.yml", "run.sh", "a.tar"):
        (shared / name).write_text("x: 1\n")
    for folder in ("plugins", "library"):
        (shared / folder).mkdir()
    project = tmp_path / "project"
    (project / "playbooks").mkdir(parents=True)
    return project


def _findings(project: Path, settings: str, playbook: str, *ingredients: str) -> list[tuple[str, str]]:
    here = str(project.parent)
    (project / "ansible.cfg").write_text(settings.replace("@", here))
    (project / "playbooks/app.yml").write_text(playbook.replace("@", here))
    plan = plan_with(kind="big-bang")
    resources = plan.resources.model_copy(update={"ingredients": ingredients})
    findings = tree_findings(plan.model_copy(update={"resources": resources}), project)
    assert all("lies outside of the project" in finding.what for finding in findings)
    return [(finding.kind, finding.severity) for finding in findings]


@pytest.mark.parametrize(("settings", "playbook", "kind", "severity", "declarable"), OUTSIDE)
def test_what_lies_outside_is_named(
    project: Path, settings: str, playbook: str, kind: str, severity: str, *, declarable: bool
) -> None:
    assert _findings(project, settings, playbook) == [(kind, severity)]
    declared = _findings(project, settings, playbook, str(project.parent / "shared"))
    assert declared == ([] if declarable else [(kind, severity)])


@pytest.mark.parametrize(
    "task",
    [
        "copy: {src: own.txt, dest: /x}",
        "copy: {src: /dev/null, dest: /x}",
        "copy: {src: '@/shared/v.yml', dest: /x, remote_src: true}",
        "unarchive: src=/srv/a.tar dest=/x remote_src=yes",
        "unarchive: {src: 'https://x/a.tar', dest: /x}",
        "assemble: {src: /etc/app.d, dest: /x}",
        "command: cat /etc/passwd",
        "ansible.builtin.file: {src: /opt/x, dest: /y, state: link}",
        "debug: {msg: \"{{ lookup('file', 'own.txt') }}\"}",
    ],
)
def test_what_does_not_is_not(project: Path, task: str) -> None:
    assert _findings(project, "", TASK.format(task)) == []


def test_a_folder_of_plugins_that_is_not_there_is_not_named(project: Path) -> None:
    settings = "[defaults]\ncallback_plugins = @/none:/nowhere/plugins:../none\n"
    assert _findings(project, settings, "- hosts: web\n") == []


@pytest.mark.parametrize(
    "task",
    [
        "include_tasks: '{{ name }}.yml'",
        "ansible.builtin.include_role: {name: '{{ name }}'}",
        "import_role: {name: own, tasks_from: '{{ name }}'}",
        "include_tasks: {file: '{{ name }}.yml'}",
    ],
)
def test_an_include_by_a_template_is_not_foreseen(project: Path, task: str) -> None:
    (project / "playbooks/app.yml").write_text(TASK.format(task))
    (finding,) = tree_findings(plan_with(kind="big-bang"), project)
    assert (finding.severity, finding.line) == ("warn", 3)
    assert "is a template, so nothing of what it leads to was looked at" in finding.what


def test_an_absolute_path_into_the_project_leads_past_the_copy(project: Path) -> None:
    (project / "own.yml").write_text("x: 1\n")
    (project / "playbooks/app.yml").write_text(TASK.format(f"include_vars: '{project}/own.yml'"))
    (finding,) = tree_findings(plan_with(kind="big-bang"), project)
    assert finding.severity == "refuse"
    assert "runs read it in the project itself, and not in the copy" in finding.what
    assert "`{{ playbook_dir }}/...`" in finding.next_move


def test_plugins_of_the_machine_are_named(project: Path) -> None:
    shared = project.parent / "machine"
    (shared / "action").mkdir(parents=True)
    (shared / "filter").mkdir()
    (shared / "action/command.py").write_text("")
    grounds = Grounds(project, shared=shared)
    (finding,) = findings_outside([], project / "hosts", grounds, [])
    assert finding.severity == "warn"
    assert finding.what.startswith(f"command.py in {shared}/action lies outside")
