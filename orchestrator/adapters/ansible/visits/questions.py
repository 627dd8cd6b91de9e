"""The questions of one visit, numbered; hosts that are asked the same share one."""

from collections.abc import Sequence

from orchestrator.domain.evidence.attempt import VisitQuestion
from orchestrator.domain.evidence.module_question import ModuleFacts, ModuleQuestion
from orchestrator.domain.plan.check import ModuleCheck
from orchestrator.domain.plan.target import Target


class Questions:
    """The questions of a visit, each once: hosts that are asked the same share one."""

    def __init__(self) -> None:
        self._hosts: dict[tuple[ModuleQuestion, tuple[str, ...]], list[str]] = {}

    def add(self, target: Target, question: ModuleQuestion, keep: Sequence[str]) -> int:
        """The number of the question, which this target is asked too."""
        key = (_bare(question), tuple(keep))
        hosts = self._hosts.setdefault(key, [])
        if target.host not in hosts:
            hosts.append(target.host)
        return list(self._hosts).index(key)

    def add_identity(self, target: Target) -> None:
        """Ask what identifies the target, where something does."""
        if target.through is not None and target.through.identity is not None:
            self.add(target, target.through.identity, target.through.identity.keep)

    def number(self, question: ModuleFacts) -> int:
        """The number of a question that was added."""
        return list(self._hosts).index((_bare(question), question.keep))

    def asks(self, target: Target) -> bool:
        """Whether the target is asked anything."""
        return any(target.host in hosts for hosts in self._hosts.values())

    def of(self, target: Target) -> list[int]:
        """The numbers of what a target is asked."""
        return [n for n, hosts in enumerate(self._hosts.values()) if target.host in hosts]

    @property
    def questions(self) -> tuple[VisitQuestion, ...]:
        """All of them, by number."""
        return tuple(
            VisitQuestion(question=question, keep=keep, hosts=tuple(hosts))
            for (question, keep), hosts in self._hosts.items()
        )


def _bare(question: ModuleQuestion) -> ModuleQuestion:
    return ModuleQuestion(
        module=question.module,
        args=question.args,
        reads_only=question.reads_only,
        timeout=question.timeout,
    )


def question_of(check: ModuleCheck) -> ModuleQuestion:
    """What a check asks."""
    return ModuleQuestion(
        module=check.name, args=check.args, reads_only=check.reads_only, timeout=check.timeout
    )
