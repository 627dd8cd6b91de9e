"""A check of a plan that runs no code of its tree: for trees that nobody trusts yet."""

from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.planning.plan_check import SayProgress, check_files
from orchestrator.engine.ports import Ports

UNSEEN = (
    "which hosts the inventory has, how they are reached, and which of them belongs to which wave",
    "whether Ansible can read the playbooks, and whether a play names each host",
    "whether vaulted values decrypt, and whether the output callback can be loaded",
    "whether approvals, rehearsals, windows and earlier deployments allow a start, and whether the waves are as the rules ask",
    "what templates, lookups and includes with templates in their names lead to",
)
"""What only Ansible itself can tell, which runs plugins, scripts and lookups of the tree for it."""


@dataclass(frozen=True, slots=True)
class StaticCheck:
    """What was found by reading alone, and the files of the tree that a full check would run as code."""

    checked: PreparedPlan
    code: tuple[str, ...]


def check_statically(ports: Ports, loaded: PreparedPlan, say: SayProgress = lambda step: None) -> StaticCheck:
    """Faults and warnings of the plan, its rules, artefacts, files and literal constructs. Starts no other program."""
    checked = check_files(ports, loaded, say)
    code = ports.inspector.code_of_tree(checked.plan, Path(checked.project))
    return StaticCheck(checked, tuple(code))
