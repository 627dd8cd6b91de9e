"""Hints in memory: what each playbook says is scripted, and nothing is run."""

from collections.abc import Callable, Mapping, Sequence

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.hint import HintRun, HintTask
from orchestrator.engine.hint_ports import Hints


def nothing_to_do(request: AttemptRequest) -> HintRun:
    """Each host comes to the end, and nothing would change."""
    tasks = tuple(HintTask(host=host, task="a task", action="copy", kind="ok") for host in request.hosts)
    return HintRun(tasks=tasks, through=request.hosts)


class FakeHints(Hints):
    """`asked`: every request; `open`: hints that are not ended; `left`: of callers that were killed."""

    def __init__(self, says: Callable[[AttemptRequest], HintRun] = nothing_to_do) -> None:
        self.says = says
        self.asked: list[AttemptRequest] = []
        self.open: list[str] = []
        self.left: dict[str, list[str]] = {}

    def begin(self) -> str:
        name = f"hint-{len(self.asked)}"
        self.open.append(name)
        return name

    def run(self, request: AttemptRequest) -> HintRun:
        self.asked.append(request)
        return self.says(request)

    def end(self, name: str) -> None:
        if name in self.open:
            self.open.remove(name)

    def clear_up(self) -> Mapping[str, Sequence[str]]:
        left, self.left = self.left, {}
        return left
