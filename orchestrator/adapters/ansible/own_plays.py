"""Plays of orch's own for hosts without ssh: what identifies them, and the questions of a visit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.module_question import ModuleFacts, ModuleQuestion


def own_play(
    name: str, nonce: str, hosts: Sequence[str], tasks: Sequence[Mapping[str, Any]], strategy: str
) -> dict[str, Any]:
    """A play of ours, whatever the user's settings are."""
    return {
        "name": f"orch {name} {nonce}",
        "hosts": list(hosts),
        "gather_facts": False,
        "become": False,
        "strategy": strategy,
        "any_errors_fatal": False,
        "ignore_errors": False,
        "ignore_unreachable": False,
        "tags": ["always"],
        "tasks": [dict(task) for task in tasks],
    }


def identity_tasks(request: AttemptRequest) -> Iterator[tuple[dict[str, Any] | None, list[str]]]:
    """What identifies the hosts without ssh, one task for all that are asked alike; None where nothing does."""
    alike: dict[ModuleFacts | None, list[str]] = {}
    for host in request.hosts:
        if host in request.without_ssh:
            alike.setdefault(request.without_ssh[host], []).append(host)
    for identity, hosts in alike.items():
        yield (None if identity is None else task_of(identity)), hosts


def task_of(question: ModuleQuestion) -> dict[str, Any]:
    """A question as Ansible's task."""
    return {question.module: question.args}


def visit_plays(request: AttemptRequest, nonce: str) -> list[dict[str, Any]]:
    """A play for all hosts that are asked the same questions; one that fails keeps no other from being asked."""
    asked: dict[tuple[int, ...], list[str]] = {}
    for host in request.hosts:
        numbers = tuple(n for n, each in enumerate(request.questions) if host in each.hosts)
        if numbers:
            asked.setdefault(numbers, []).append(host)
    return [
        own_play(
            "visit",
            nonce,
            hosts,
            [_asked(number, request.questions[number].question) for number in numbers],
            "ansible.builtin.linear",
        )
        for numbers, hosts in asked.items()
    ]


def _asked(number: int, question: ModuleQuestion) -> dict[str, Any]:
    return {
        "name": f"orch question {number}",
        **task_of(question),
        "check_mode": False,
        "ignore_errors": True,
        "timeout": max(1, round(question.timeout)),
        "tags": ["always"],
    }
