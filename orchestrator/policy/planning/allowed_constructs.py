"""Which findings in playbooks stand, given what the plan allows and gives, and what each says as the way out."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orchestrator.domain.evidence.attempt import CONTROLLER, Allowance, declares_controller
from orchestrator.domain.evidence.task_names import is_named
from orchestrator.domain.plan.inspection import PlaybookFinding

_BARE = re.compile(r"[A-Za-z_][\w./()' -]*")
_SHOWN = 3


def standing(
    finding: PlaybookFinding, part: str, allow: Allowance, variables: Mapping[str, Any], hosts: str
) -> PlaybookFinding | None:
    """The finding with the way out through `part` of the plan; None where the plan allows what it names.

    `variables`: what the playbook is given. `hosts`: the pattern of the plan's hosts.
    """
    if finding.undeclared:
        return _on_controller(finding, part, allow, hosts)
    if finding.asked:
        return _prompts(finding, part, variables)
    if finding.allowed_by:
        return _by_names(finding, part, allow)
    return finding


def _on_controller(
    finding: PlaybookFinding, part: str, allow: Allowance, hosts: str
) -> PlaybookFinding | None:
    if declares_controller(allow.delegates) or finding.undeclared in hosts.replace(":", ",").split(","):
        return None
    move = f"write `allow: {{delegates: [localhost]}}` in `{part}`, or have the task run on its host"
    return _with_move(finding, move)


def _prompts(finding: PlaybookFinding, part: str, variables: Mapping[str, Any]) -> PlaybookFinding | None:
    """Ansible asks for no variable that it is given from outside (ansible/executor/playbook_executor.py)."""
    missing = [name for name in finding.asked if name not in variables]
    if not missing:
        return None
    given = ", ".join(f"{name}: ..." for name in missing)
    move = (
        f"give it in the plan, `variables: {{{given}}}` in `{part}`, and nobody is asked; "
        "for a secret take the prompt out, and put the variable into a vaulted file of group_vars"
    )
    what = f"asks a person for {', '.join(missing)}, and nobody is there"
    return _with_move(finding.model_copy(update={"what": what}), move)


def _by_names(finding: PlaybookFinding, part: str, allow: Allowance) -> PlaybookFinding | None:
    allowed = getattr(allow, finding.allowed_by)
    if isinstance(allowed, bool):
        return None if allowed else _with_way(finding, f"{finding.allowed_by}: true", part)
    if finding.allowed_by == "delegates" and declares_controller(allowed):
        allowed = (*allowed, *CONTROLLER)
    missing = [name for name in finding.names if not _names_it(name, allowed)]
    # A fault has to be allowed for each of its tasks; of a warning, somebody who names one of them knows.
    wholly = finding.severity == "refuse" or not finding.names
    if (not missing if wholly else len(missing) < len(finding.names)) and allowed:
        return None
    return _with_way(finding, f"{finding.allowed_by}: [{_listed(missing)}]", part)


def _names_it(name: str, allowed: Sequence[str]) -> bool:
    """Whether a name of the plan means a task that is called so in a file: also with its role, or with a template filled in."""
    alone = [given.partition(" : ")[2] for given in allowed if " : " in given]
    of_template = "{{" in name and "item" not in name and any(is_named(given, [name]) for given in allowed)
    return is_named(name, [*allowed, *alone]) or of_template


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(_yaml_word, names[:_SHOWN]))
    return shown if len(names) <= _SHOWN else f"{shown}, and the {len(names) - _SHOWN} others"


def _yaml_word(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _with_way(finding: PlaybookFinding, allowed: str, part: str) -> PlaybookFinding:
    return _with_move(finding, f"{finding.next_move}, or write `allow: {{{allowed}}}` in `{part}`")


def _with_move(finding: PlaybookFinding, move: str) -> PlaybookFinding:
    return finding.model_copy(update={"next_move": move})


def names_no_task(names: Iterable[str], tasks: Sequence[str]) -> list[str]:
    """The names of an allowance that no task of the playbook has."""
    return [name for name in names if not any(_names_it(task, [name]) for task in tasks)]
