"""What `orch init` writes for hosts without ssh: questions as examples for their connection, each marked for a person."""

from __future__ import annotations

from typing import NamedTuple

from orchestrator.domain.adoption.tree_reading import DECLARED_GAP
from orchestrator.policy.adoption.proposal import Proposal
from orchestrator.policy.adoption.yaml_words import comment, word


class _Questions(NamedTuple):
    """An example of what identifies a host and of what it is configured with: a module with its arguments, and a value."""

    identity: str
    serial: str
    state: str
    value: str


_POWERSHELL = 'ansible.windows.win_powershell, reads_only: true, args: {{script: "{0}"}}'
_WINDOWS = _Questions(
    _POWERSHELL.format("(Get-CimInstance Win32_BIOS).SerialNumber"),
    "output.0",
    _POWERSHELL.format("(Get-Service shop).Status"),
    "output.0",
)
_DEVICE = _Questions(
    "cisco.ios.ios_facts, args: {gather_subset: [min]}",
    "ansible_facts.ansible_net_serialnum",
    "ansible.netcommon.cli_command, args: {command: show running-config}",
    "stdout",
)
_API = _Questions(
    'ansible.builtin.uri, args: {url: "{{ api }}/identity"}',
    "json.serial",
    'ansible.builtin.uri, args: {url: "{{ api }}/state"}',
    "json.version",
)
_CONTAINER = _Questions(
    'ansible.builtin.command, reads_only: true, args: {cmd: "cat /etc/machine-id"}',
    "stdout",
    'ansible.builtin.command, reads_only: true, args: {cmd: "cat /etc/shop/version"}',
    "stdout",
)
_KINDS = {"network_cli": _DEVICE, "winrm": _WINDOWS, "psrp": _WINDOWS, "local": _API, "httpapi": _API}


def questions_for(connection: str) -> _Questions:
    """By the connection's name without its collection; of others, what a command inside answers."""
    return _KINDS.get(connection.rpartition(".")[2], _CONTAINER)


def identity_text(proposal: Proposal) -> str:
    """The part of `resources` that says which machine a host is."""
    asked = questions_for(proposal.choice.connection)
    return (
        f"  # CHANGE: what no other of these hosts answers (docs/without-ssh.md). For {proposal.choice.connection}.\n"
        f"  without_ssh:\n    - identity: {{module: {asked.identity}, keep: [{asked.serial}]}}\n"
    )


def check_text(proposal: Proposal) -> str:
    """A check by a module, whose expectation nobody but a person knows."""
    asked = questions_for(proposal.choice.connection)
    return (
        "    # CHANGE: ask what shows that the hosts are well.\n"
        f"    - module: {{name: {asked.state}, expect: [{{value: {asked.value}, contains: CHANGE}}]}}\n"
    )


def facts_text(proposal: Proposal) -> str:
    """The baseline, and what the tasks change of it."""
    asked = questions_for(proposal.choice.connection)
    return (
        "  # CHANGE: all that the release changes, without what changes by itself; nothing else of these hosts is compared.\n"
        f"  baseline:\n    facts:\n      - {{name: state, module: {asked.state}, keep: [{asked.value}]}}\n"
        + _declared(proposal)
    )


def _declared(proposal: Proposal) -> str:
    """Each task that changes a host, by its name up to the first template."""
    names = dict.fromkeys(gap.origin.task.partition("{{")[::2] for gap in proposal.reading.gaps)
    patterns = [word(f"{start}*" if rest else start) for start, rest in names if start.strip()]
    if not patterns:
        return "  changes: []\n"
    return "  changes:\n" + "".join(
        f"    - {{task: {name}, changes: [{{fact: state}}]}}\n" for name in patterns
    )


def inverse_text(proposal: Proposal) -> str:
    """A backout playbook that fails until somebody writes it: no program of orch's runs on such hosts."""
    name, reading = proposal.choice.name, proposal.reading
    return f"""\
# Takes {name} back. Its hosts have no ssh, so orch cannot keep what is there: write the inverse of {proposal.choice.playbook}.
# Written by `orch init`. What proves it is the comparison with the facts of the baseline.
- name: Take {name} back
  hosts: {word(reading.hosts)}
  gather_facts: false
  tasks:
    - name: {word(f"{DECLARED_GAP}undo {comment(proposal.choice.playbook)}")}
      ansible.builtin.fail:
        msg: Nobody has written yet how this release is taken back.
"""
