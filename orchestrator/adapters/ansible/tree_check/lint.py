"""Constructs that let a playbook end green without having worked, or wait for a person; found before anything runs."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from orchestrator.adapters.ansible.in_run.actions import LOCAL, key_of
from orchestrator.adapters.ansible.tree_check.allowable import TRUE, is_one_of, of_play, of_task, task_name
from orchestrator.adapters.ansible.tree_check.declared_gaps import declared_gaps
from orchestrator.adapters.ansible.tree_check.followed import Followed, follow
from orchestrator.adapters.ansible.tree_check.injected_facts import injected_facts
from orchestrator.adapters.ansible.tree_check.on_controller import CONTROLLER, on_controller
from orchestrator.adapters.ansible.tree_check.outside import Grounds, collection_roots, roles_path
from orchestrator.adapters.ansible.tree_check.playbook_files import Item
from orchestrator.adapters.ansible.tree_check.redirects import redirects
from orchestrator.adapters.ansible.tree_check.shadows import shadows
from orchestrator.domain.plan.inspection import PlaybookFinding, Severity

_FLEET = re.compile(r"\b(?:ansible_play_hosts(?:_all)?|ansible_play_batch|play_hosts)\b")
_OTHERS_FACTS = re.compile(r"hostvars\s*\[(?!\s*inventory_hostname\s*\])|hostvars\.(?!get\b)\w+")
_GROUPS = re.compile(r"\bgroups\s*\[|\bgroups\.\w+")
_TEMPLATE = "template"
"""Not `copy`: it renders nothing, and what it copies may be an artefact of any size."""


def unsafe_constructs(
    playbook: Path, project: Path, installed: Iterable[Path] | None = None
) -> list[PlaybookFinding]:
    """Findings in the order of the files. What only a run can tell (a template in a `when`) is not guessed at.

    `refuse`: cannot end well under orch. `warn`: a run with it counts only if the plan allows it, or needs a look; nothing is
    refused in a file to which only a template leads.
    """
    playbook = playbook if playbook.is_absolute() else project / playbook
    findings: list[PlaybookFinding] = []
    collections = collection_roots(Grounds.of(project, (), installed), playbook.parent)
    followed = follow(playbook, project, roles_path(project), collections)
    files, plays = followed.files, followed.plays
    for play, tasks in plays:
        findings += (finding for rule in _PLAY_RULES for finding in rule(play))
        findings += of_play(play, tasks)
        findings += (finding for task in tasks for rule in _TASK_RULES for finding in rule(task))
        findings += _templates_over_the_fleet(tasks, project, followed)
    findings += on_controller(plays)
    findings += injected_facts(plays, files, project)
    findings += redirects(plays, files)
    findings += shadows(playbook, project, files.roles)
    return list(dict.fromkeys(_as_grave_as(finding, followed) for finding in findings))


def _as_grave_as(finding: PlaybookFinding, followed: Followed) -> PlaybookFinding:
    """Whether a run reads a file to which only a template leads, nobody knows before it."""
    perhaps = finding.severity == "refuse" and Path(finding.file) in followed.perhaps
    return finding.model_copy(update={"severity": "warn"}) if perhaps else finding


def _found(item: Item, key: str, what: str, severity: Severity, next_move: str) -> PlaybookFinding:
    return PlaybookFinding(
        file=str(item.file),
        line=item.line_of(key),
        kind=key,
        what=what,
        severity=severity,
        next_move=next_move,
    )


def _prompts_of_play(play: Item) -> Iterator[PlaybookFinding]:
    prompts = play.keys.get("vars_prompt")
    if prompts:
        entries = prompts if isinstance(prompts, list) else [prompts]
        names = [str(entry.get("name")) for entry in entries if isinstance(entry, dict)]
        what, move = "asks a person, and nobody is there", "put the values into the plan's variables"
        finding = _found(play, "vars_prompt", what, "refuse", move)
        yield finding.model_copy(update={"asked": tuple(names)})


def _hosts_of_play(play: Item) -> Iterator[PlaybookFinding]:
    hosts = str(play.keys.get("hosts", ""))
    if hosts in ("localhost", "127.0.0.1"):
        what = "a play on the controller runs only if the plan names localhost among its delegates, and once per wave"
        finding = _found(play, "hosts", what, "warn", "take the play out")
        yield finding.model_copy(update={"allowed_by": "delegates", "names": ("localhost",)})
    if is_one_of(play.keys.get("connection"), LOCAL) and hosts not in (
        "localhost",
        "127.0.0.1",
    ):
        what = "its tasks run on the controller and not on the hosts, which is no evidence of them"
        yield _found(
            play, "connection", what, "refuse", "take `connection: local` out, or delegate single tasks"
        )


def _once(item: Item) -> Iterator[PlaybookFinding]:
    if is_one_of(item.keys.get("run_once"), TRUE):
        what = "runs once in every wave and serial batch, not once in the deployment"
        yield _found(
            item,
            "run_once",
            what,
            "warn",
            "make it a step of its own, or make sure that it may run once per wave",
        )


def _batches(play: Item) -> Iterator[PlaybookFinding]:
    for key in ("serial", "max_fail_percentage"):
        if key in play.keys:
            what = "works within each wave only, and stops healthy hosts half-way; batches and limits are the plan's"
            yield _found(play, key, what, "warn", "use the plan's waves and failure_limit")


def _pause(task: Item) -> Iterator[PlaybookFinding]:
    key = key_of(task.keys, "pause")
    arguments = task.keys.get(key) if key else None
    if (
        key
        and not (isinstance(arguments, dict) and {"seconds", "minutes"} & arguments.keys())
        and "seconds=" not in str(arguments)
    ):
        yield _found(
            task,
            key,
            "waits for a person, and nobody is there",
            "refuse",
            "use a gate of the plan, or give seconds",
        )


def _in_background(task: Item) -> Iterator[PlaybookFinding]:
    if "async" in task.keys and is_one_of(task.keys.get("poll"), ("0",)):
        what = f"task '{task_name(task.keys)}' goes on in the background, and its end is not waited for"
        yield _found(
            task, "poll", what, "warn", "wait for it with async_status, or give poll a number of seconds"
        )


def _delegates(task: Item) -> Iterator[PlaybookFinding]:
    where = str(task.keys.get("delegate_to", CONTROLLER[0]))
    if where not in CONTROLLER and "inventory_hostname" not in where:
        template = "{{" in where
        what = (
            f"acts on {where}, which has to be declared" if not template else f"acts on the host of {where}"
        )
        move = "have the task run on its host"
        finding = _found(task, "delegate_to", what, "warn", move)
        yield finding.model_copy(update={"allowed_by": "delegates", "names": () if template else (where,)})


def _meta(task: Item) -> Iterator[PlaybookFinding]:
    key = key_of(task.keys, "meta")
    word = str(task.keys.get(key)) if key else ""
    if key and word in ("clear_host_errors", "end_play", "end_batch", "end_host"):
        severity: Severity = "refuse" if word == "clear_host_errors" else "warn"
        what = (
            "forgives failures"
            if word == "clear_host_errors"
            else "leaves tasks out for reasons that the plan does not know"
        )
        yield _found(task, key, f"meta: {word} {what}", severity, "use `when`, or decide it in the plan")


def _adds_hosts(task: Item) -> Iterator[PlaybookFinding]:
    key = key_of(task.keys, "add_host")
    if key:
        what = "a host added during the run is not in the wave, and plays over it do not run"
        yield _found(task, key, what, "warn", "put the host into the inventory")


def _facts_of_others(item: Item) -> Iterator[PlaybookFinding]:
    text = str(
        {
            key: value
            for key, value in item.keys.items()
            if key not in ("block", "rescue", "always", *_PLAY_PARTS)
        }
    )
    if _FLEET.search(text):
        what = "sees only the hosts of one wave"
        yield _found(item, "ansible_play_hosts", what, "warn", "use groups[...] for the whole fleet")
    if _OTHERS_FACTS.search(text):
        what = "reads facts of other hosts, which exist only for those of the same wave"
        yield _found(
            item,
            "hostvars",
            what,
            "warn",
            "gather the facts of the whole group first, or use inventory variables",
        )


def _templates_over_the_fleet(
    tasks: list[Item], project: Path, followed: Followed
) -> Iterator[PlaybookFinding]:
    for task in tasks:
        key = key_of(task.keys, _TEMPLATE)
        sources = followed.template_sources(task) if key else []
        for path in (path for source in sources for path in _sources(task, source, project)):
            text = path.read_text(errors="replace")
            if _FLEET.search(text) or (_GROUPS.search(text) and _OTHERS_FACTS.search(text)):
                what = f"template {path.name} loops over hosts and needs their facts, and a wave has only its own"
                yield _found(
                    task,
                    str(key),
                    what,
                    "warn",
                    "gather the facts of the whole group first, or use inventory variables",
                )


def _sources(task: Item, source: str, project: Path) -> list[Path]:
    folders = [task.file.parent, task.file.parent.parent, project]
    paths = [folder / part / source for folder in folders for part in ("templates", "")]
    return [path for path in paths if path.is_file()][:1]


_PLAY_PARTS = ("pre_tasks", "tasks", "post_tasks", "handlers", "roles")
_PLAY_RULES: tuple[Callable[[Item], Iterator[PlaybookFinding]], ...] = (
    _prompts_of_play, _hosts_of_play, _batches, _facts_of_others,
)  # fmt: skip
_TASK_RULES: tuple[Callable[[Item], Iterator[PlaybookFinding]], ...] = (
    of_task, _pause, _in_background, _delegates, _meta, _once, _adds_hosts,
    _facts_of_others, declared_gaps,
)  # fmt: skip
