"""A job template as what a plan says of its playbook: variables, tags, forks, times, who approves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.adoption.awx_export import AwxReason, Launch, Tree, TreePath
from orchestrator.policy.adoption.from_awx.ledger import Ledger
from orchestrator.policy.adoption.from_awx.resources import below, key_of, number_of, text_of
from orchestrator.policy.adoption.from_awx.schedules import window_of
from orchestrator.policy.adoption.from_awx.variables import answers, variables_at
from orchestrator.policy.adoption.from_awx.workflows import APPROVER, Step

_DEFAULTS: Mapping[str, tuple[Tree, AwxReason]] = {
    "scm_branch": ("", AwxReason.BRANCH),
    "verbosity": (0, AwxReason.VERBOSITY),
    "become_enabled": (False, AwxReason.BECOME),
    "job_slice_count": (1, AwxReason.SLICES),
    "execution_environment": (None, AwxReason.IMAGE),
    "force_handlers": (False, AwxReason.NO_NOUN),
    "start_at_task": ("", AwxReason.NO_NOUN),
    "use_fact_cache": (False, AwxReason.NO_NOUN),
    "diff_mode": (False, AwxReason.NO_NOUN),
    "allow_simultaneous": (False, AwxReason.NO_NOUN),
    "host_config_key": ("", AwxReason.SECRET),
    "webhook_service": ("", AwxReason.NO_NOUN),
    "webhook_credential": (None, AwxReason.SECRET),
    "prevent_instance_group_fallback": (False, AwxReason.NO_NOUN),
    "opa_query_path": (None, AwxReason.NO_NOUN),
}
_ONE_TERM = re.compile(r"[A-Za-z0-9_.*-]+")


@dataclass(frozen=True, slots=True)
class Template:
    """A job template that may become a plan. `inventory` is the key of its inventory."""

    path: TreePath
    key: str
    name: str
    playbook: str
    inventory: str
    limit: str
    launch: Launch


def template_of(ledger: Ledger, path: TreePath, item: Mapping[str, Tree], steps: Sequence[Step]) -> Template:
    """Reads every field that orch has a noun for, and names those that a person must look at."""
    for key in (
        "name",
        "description",
        "playbook",
        "job_type",
        "limit",
        "job_tags",
        "skip_tags",
        "survey_enabled",
    ):
        ledger.translated(*path, key)
    for key in ("natural_key", "organization", "project", "inventory"):
        ledger.reference(*path, key)
    _forks_and_time(ledger, path, item)
    _defaults(ledger, path, item)
    asked, questions = answers(ledger, path, item) if item.get("survey_enabled") is not False else ({}, [])
    launch = Launch(
        variables={**variables_at(ledger, path, item, "extra_vars"), **asked},
        questions=tuple(questions),
        tags=_words(item, "job_tags"),
        skip_tags=_words(item, "skip_tags"),
        forks=_up_to(number_of(item, "forks"), 500),
        run_timeout=_up_to(number_of(item, "timeout"), 604_800),
        approvers=(APPROVER,) if any(step.approved for step in steps) else (),
        notes=tuple(_notes(ledger, path, item, steps)),
    )
    return Template(
        path, key_of({**_own_key(item)}), text_of(item, "name"), text_of(item, "playbook"),
        key_of(item.get("inventory")), text_of(item, "limit"), launch,
    )  # fmt: skip


def narrowed(hosts: str, limit: str) -> str | None:
    """The hosts of a playbook within a limit, as one pattern. None for a limit of several terms, which has no exact one."""
    if limit in ("", "all", hosts):
        return hosts
    if hosts == "all":
        return limit.replace(",", ":")
    return f"{hosts}:&{limit}" if _ONE_TERM.fullmatch(limit) else None


def _own_key(item: Mapping[str, Tree]) -> dict[str, Tree]:
    natural = item.get("natural_key")
    return natural if isinstance(natural, dict) else dict(item)


def _words(item: Mapping[str, Tree], key: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text_of(item, key).split(",") if word.strip())


def _forks_and_time(ledger: Ledger, path: TreePath, item: Mapping[str, Tree]) -> None:
    for key in ("forks", "timeout"):
        most = {"forks": 500, "timeout": 604_800}[key]
        if 0 < number_of(item, key) <= most:
            ledger.translated(*path, key)
        elif number_of(item, key) == 0:
            ledger.at_default(*path, key)


def _up_to(number: int, most: int) -> int:
    """The number within what a plan allows, else 0, which says nothing."""
    return number if 0 < number <= most else 0


def _defaults(ledger: Ledger, path: TreePath, item: Mapping[str, Tree]) -> None:
    for key, value in item.items():
        if key.startswith("ask_") and key.endswith("_on_launch"):
            if value is True:
                ledger.person((*path, key), AwxReason.ASKED)
            elif value is False:
                ledger.at_default(*path, key)
        elif key in _DEFAULTS:
            default, reason = _DEFAULTS[key]
            if value == default or value in (None, ""):
                ledger.at_default(*path, key)
            else:
                ledger.person((*path, key), reason)


def _notes(ledger: Ledger, path: TreePath, item: Mapping[str, Tree], steps: Sequence[Step]) -> list[str]:
    notes = [f"From the AWX job template {text_of(item, 'name')!r}."]
    notes += [text_of(item, "description")] if text_of(item, "description") else []
    notes += _labels(ledger, path, item)
    for at, credential in below(path, item, "related", "credentials"):
        ledger.person(at, AwxReason.CREDENTIAL, credential_words(credential))
    for step in steps:
        approved = ", after an approval" if step.approved else ""
        notes.append(f"Step {step.number} of {step.of} of the workflow {step.workflow!r}{approved}.")
    for at, schedule in below(path, item, "related", "schedules"):
        notes += schedule_note(ledger, at, schedule)
    for moment in ("started", "success", "error"):
        for at, channel in below(path, item, "related", f"notification_templates_{moment}"):
            ledger.reference(*at)
            notes.append(
                f"AWX told {text_of(channel, 'name')!r} at {moment}: see channels-from-awx.yml and `communication`."
            )
    return notes


def _labels(ledger: Ledger, path: TreePath, item: Mapping[str, Tree]) -> list[str]:
    labels = list(below(path, item, "related", "labels"))
    for at, _ in labels:
        ledger.translated(*at, "name")
        for key in ("natural_key", "organization"):
            ledger.reference(*at, key)
    return [f"Labels: {', '.join(text_of(label, 'name') for _, label in labels)}."] if labels else []


def credential_words(credential: Mapping[str, Tree]) -> str:
    """Its name and its kind, and nothing that it holds."""
    kind = credential.get("credential_type")
    return f"{text_of(credential, 'name')} ({text_of(kind, 'name') if isinstance(kind, dict) else 'a credential'})"


def schedule_note(ledger: Ledger, path: TreePath, schedule: Mapping[str, Tree]) -> list[str]:
    """A plan is for one release, so what recurs is a window of the policy, which is suggested."""
    window = window_of(text_of(schedule, "name"), text_of(schedule, "rrule"))
    ledger.person(path, AwxReason.SCHEDULE, window or text_of(schedule, "rrule"))
    if not window:
        return []
    return [f"AWX ran it by a schedule. In the policy, as one of `windows`: {window}"]
