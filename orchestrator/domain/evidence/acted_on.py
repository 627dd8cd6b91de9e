"""What the tasks of a run did on other hosts than the one that each ran for."""

from collections.abc import Iterable

from orchestrator.domain.text.model_base import Many, Noun


class ActedOn(Noun):
    """A host that tasks for other hosts acted on, such as by `delegate_to`; `task` is the first such task.

    `host` is a name of the deployment, or what the playbook calls the place. `by`: the hosts that the tasks ran for.
    """

    host: str
    by: Many[str] = ()
    task: str = ""

    @property
    def words(self) -> str:
        """How it came about, in words."""
        task = f"task '{self.task}'" if self.task else "a task"
        if not self.by:
            return f"{task} acted on it"
        more = f" and {len(self.by) - 1} more" if len(self.by) > 1 else ""
        return f"{task} for {self.by[0]}{more} acted on it"


def joined(acts: Iterable[ActedOn]) -> tuple[ActedOn, ...]:
    """One for each host that was acted on, in the order of the first task."""
    by_host: dict[str, ActedOn] = {}
    for act in acts:
        before = by_host.get(act.host, act)
        by = tuple(dict.fromkeys((*before.by, *act.by)))
        by_host[act.host] = ActedOn(host=act.host, by=by, task=before.task)
    return tuple(by_host.values())
