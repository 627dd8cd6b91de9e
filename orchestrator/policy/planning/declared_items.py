"""What a plan declares of its tasks' changes must be seen by the baseline of the same plan."""

from collections.abc import Iterator

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.policy.evidence.coverage import ALL_CAPTURED, is_covered

_PART = {"package": "packages: all", "user": "users: true", "group": "users: true"}
_LISTS = {"file": "files", "unit": "units", "sysctl": "sysctl", "command": "commands", "fact": "facts"}


def unseen_declarations(plan: ReleasePlan) -> Iterator[Objection]:
    """Declared things that no item of `backout.baseline` covers: a change there would be seen by nobody."""
    for place, declared in enumerate(plan.backout.changes):
        for index, item in enumerate(declared.changes):
            change = item.change
            if not is_covered(plan.backout.baseline.whole, change, ALL_CAPTURED):
                kind = "file" if change.kind == "tree" else change.kind
                part = _PART.get(kind) or f"it to {_LISTS[kind]}"
                yield Objection(
                    f"backout.changes[{place}].changes[{index}].{kind}",
                    "an item of `backout.baseline`",
                    change.name,
                    f"add {part} there, or say which item shows what the task changes",
                )
