"""What kind of deployment a plan is, its class of impact, the work that becomes due, and the persons it keeps busy."""

from collections.abc import Mapping
from typing import Literal

from orchestrator.domain.plan.assessment import Impact
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.withdrawal import DueWork, due_work
from orchestrator.domain.text.names import as_read

PlanKind = Literal["deployment", "removal", "transfer", "removal and transfer"]

DONE_WORDS: Mapping[PlanKind, str] = {
    "deployment": "deployed",
    "removal": "removed",
    "transfer": "transferred",
    "removal and transfer": "removed and transferred",
}
"""What is said of a release that reached its end."""


def kind_of(plan: ReleasePlan) -> PlanKind:
    """What it does as a whole. A release that carries units is a deployment, whatever it removes beside them."""
    if plan.release.units:
        return "deployment"
    if plan.transfer is None:
        return "removal"
    return "transfer" if plan.removal is None else "removal and transfer"


def withdraws(plan: ReleasePlan) -> bool:
    """Whether it removes or transfers components under a section of their own, or carries nothing and takes away."""
    return plan.removal is not None or plan.transfer is not None or not plan.release.units


def withdrawn(plan: ReleasePlan) -> tuple[str, ...]:
    """The components that it removes or transfers, by name, each once."""
    sections = (plan.removal, plan.transfer)
    named = (each.component for section in sections if section is not None for each in section.components)
    names = {as_read(name): name for name in (*plan.release.removes, *named)}
    return tuple(names.values())


def impact_of(plan: ReleasePlan) -> Impact | None:
    """The class of impact; a removal or transfer is always major (ISO/IEC 20000-1 9.2). None where nobody says."""
    return "major" if withdraws(plan) else plan.approval.impact


def due_work_of(plan: ReleasePlan) -> tuple[DueWork, ...]:
    """The work that hangs on what is removed and transferred, in the order of the plan."""
    removed = due_work("removal", plan.removal.components) if plan.removal is not None else ()
    handed_over = due_work("transfer", plan.transfer.components) if plan.transfer is not None else ()
    return (*removed, *handed_over)


def persons_of(plan: ReleasePlan) -> dict[str, tuple[str, ...]]:
    """The persons it names, each once, with their roles; a person of `resources.persons` may have none."""
    named = (*plan.roles.values(), *plan.resources.persons)
    names = {as_read(person): person for person in reversed(named)}
    return {
        name: tuple(role for role, person in plan.roles.items() if as_read(person) == key)
        for key, name in reversed(names.items())
    }


def done_words(plan: ReleasePlan, release: str) -> str:
    """What was done at the end, such as `shop 2.4.0 is deployed`, or `old report (shop 2.4.0) is removed`."""
    kind = kind_of(plan)
    names = withdrawn(plan) if kind != "deployment" else ()
    what = f"{', '.join(names)} ({release})" if names else release
    return f"{what} {'are' if len(names) > 1 else 'is'} {DONE_WORDS[kind]}"


def verified_words(plan: ReleasePlan, release: str) -> str:
    """The same where hosts are left out: a release is verified on the others, a component is removed there."""
    return f"{release} is verified" if kind_of(plan) == "deployment" else done_words(plan, release)
