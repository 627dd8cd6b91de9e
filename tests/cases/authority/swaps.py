"""What somebody may swap between approval and start: each row one change of the project beside this file, and its name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

PROJECT = Path(__file__).parent / "project"
BACKOUT = "rollback/app.yml"
TEMPLATE = "playbooks/roles/app/templates/page.j2"
NOTES = "playbooks/collections/ansible_collections/house/notes/roles/say/tasks/main.yml"
INVENTORY = "inventories/lab/hosts.yml"
ARTEFACT = "dml/app-1.0.0.txt"
PLAN = "plans/app.yml"

Swap = Callable[[Path], object]


def project(folder: Path, inventory: Path) -> Path:
    """A copy of the project at this place, with this inventory."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PROJECT, folder)
    (folder / INVENTORY).parent.mkdir(parents=True)
    shutil.copy(inventory, folder / INVENTORY)
    return folder


def edit(file: Path, was: str, now: str) -> None:
    """Put `now` where `was` stands first."""
    text = file.read_text()
    assert was in text, f"{file} holds no {was}"
    file.write_text(text.replace(was, now, 1))


def edits(path: str, was: str, now: str) -> Swap:
    """A swap that edits one file."""
    return lambda project: edit(project / path, was, now)


def writes(path: str, text: str) -> Swap:
    """A swap that adds one file."""

    def write(project: Path) -> None:
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)

    return write


def another_artefact(project: Path) -> None:
    """Its digest in the plan goes with it, as whoever swaps it would see to."""
    was = sha256((project / ARTEFACT).read_bytes()).hexdigest()
    (project / ARTEFACT).write_text("another app\n")
    edit(project / PLAN, was, sha256((project / ARTEFACT).read_bytes()).hexdigest())


# what is swapped, how, and what is named: the ingredient, and its parts
SWAPS: list[tuple[str, Swap, str]] = [
    ("the plan", edits(PLAN, "one host goes first", "all will be well"), "plan (risks changed)"),
    (
        "a gate of the plan",
        edits(PLAN, "{confirm: deployment manager}", "{soak: 1s}"),
        "plan (strategy changed)",
    ),
    ("the model", edits("models/simple.yml", "forks: 5", "forks: 4"), "model (simple 1 changed)"),
    ("no model", edits(PLAN, "  model: models/simple.yml\n", ""), "model (simple 1 removed)"),
    (
        "the policy",
        edits("policies/lab.yml", "[change manager, service owner]", "[]"),
        "policy (lab 1 changed)",
    ),
    ("no policy", lambda project: (project / "policies/lab.yml").unlink(), "policy (lab 1 removed)"),
    (
        "a host more",
        edits(INVENTORY, "    web1:", "    web0: {ansible_host: 192.0.2.9}\n    web1:"),
        f"hosts ({INVENTORY}, web1 changed; web0 added)",
    ),
    (
        "a host elsewhere",
        edits(INVENTORY, "ansible_host: 1", "ansible_host: 2"),
        "hosts (inventories/lab/hosts.yml, web1 changed)",
    ),
    (
        "a variable of the hosts",
        writes("inventories/lab/group_vars/web.yml", "x: 1\n"),
        "hosts (inventories/lab/group_vars/web.yml added)",
    ),
    (
        "what a closing window does",
        edits(PLAN, "schedule: {}", "schedule: {on_window_close: finish}"),
        "hosts (the plan's schedule changed)",
    ),
    (
        "the deploy playbook",
        edits("playbooks/app.yml", "become: true", "become: yes"),
        "playbook tree (playbooks/app.yml changed)",
    ),
    (
        "one character of the backout playbook",
        edits(BACKOUT, "Take the app", "take the app"),
        f"playbook tree ({BACKOUT} changed)",
    ),
    (
        "a variable beside the playbook",
        edits("playbooks/group_vars/web.yml", "green", "red"),
        "playbook tree (playbooks/group_vars/web.yml changed)",
    ),
    (
        "a template of a role",
        edits(TEMPLATE, "greeting", "greeting|upper"),
        f"playbook tree ({TEMPLATE} changed)",
    ),
    (
        "a mode bit of it",
        lambda project: (project / TEMPLATE).chmod(0o755),
        f"playbook tree ({TEMPLATE} changed)",
    ),
    (
        "handlers for a role",
        writes("playbooks/roles/app/handlers/main.yml", "[]\n"),
        "playbook tree (playbooks/roles/app/handlers/main.yml added)",
    ),
    (
        "a task of a collection",
        edits(NOTES, "Add a line", "Add one line"),
        f"playbook tree ({NOTES} changed)",
    ),
    (
        "a module of a known name",
        writes("playbooks/library/copy.py", "#!/usr/bin/python3\n"),
        "playbook tree (playbooks/library/copy.py added)",
    ),
    ("ansible.cfg", writes("ansible.cfg", "[defaults]\nnocows = 1\n"), "playbook tree (ansible.cfg added)"),
    ("an artefact and its digest", another_artefact, f"artefacts ({ARTEFACT} changed)"),
    (
        "a variable",
        edits(PLAN, "greeting: hello", "greeting: goodbye"),
        "variables (strategy.variables.greeting changed)",
    ),
    (
        "a variable of the backout",
        edits(PLAN, "  baseline:", "  variables: {x: 1}\n  baseline:"),
        "variables (backout.variables.x added)",
    ),
]

ONE_OF_EACH = (
    "the plan",
    "the model",
    "the policy",
    "a host elsewhere",
    "one character of the backout playbook",
    "a task of a collection",
    "an artefact and its digest",
    "a variable",
)
"""A swap for each ingredient, for tests on hosts."""
