"""The change side of a plan as lines: trigger, class, priority, assessment, references, suppliers, removal and transfer."""

from collections.abc import Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.domain.plan.plan_kind import due_work_of, impact_of
from orchestrator.domain.plan.reference import Reference
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.supplier import Supplier, Trigger
from orchestrator.domain.plan.withdrawal import Duty, Withdrawn
from orchestrator.policy.telling.words.ticket_words import planned_words

Titled = tuple[str, tuple[str, ...]]


def change_sections(plan: ReleasePlan) -> tuple[Titled, ...]:
    """Title and lines of each part that the plan has, in the order in which a signer reads them."""
    titled: tuple[Titled, ...] = (
        ("Trigger", (trigger_words(plan.trigger),) if plan.trigger is not None else ()),
        ("Class", tuple(_class_lines(plan))),
        ("Change ticket", planned_words(plan.approval.ticket) if plan.approval.ticket is not None else ()),
        ("Assessment", tuple(_assessment_lines(plan))),
        ("References", tuple(map(reference_words, plan.release.referenced))),
        ("Suppliers", tuple(map(supplier_words, plan.suppliers))),
        ("Removal", tuple(_removal_lines(plan))),
        ("Transfer", tuple(_transfer_lines(plan))),
    )
    return tuple((title, lines) for title, lines in titled if lines)


def trigger_words(trigger: Trigger) -> str:
    """Such as `a fault in production (INC-7), 2026-03-01 21:30 UTC`."""
    reference = f" ({trigger.reference})" if trigger.reference is not None else ""
    at = f", {trigger.at:%Y-%m-%d %H:%M} UTC" if trigger.at is not None else ""
    return f"{trigger.what}{reference}{at}"


def reference_words(reference: Reference) -> str:
    """Such as `works around known error KE-17 (the form hangs): reload the page`."""
    title = f" ({reference.title})" if reference.title is not None else ""
    note = f": {reference.note}" if reference.note is not None else ""
    return f"{reference.does} {reference.kind} {reference.id}{title}{note}"


def reference_outcomes(d: Deployment) -> Iterator[str]:
    """Once it is over: which of the records that it refers to can be closed, and which stay open."""
    references = d.plan.release.referenced
    if not d.over or not references or d.rehearsing.rehearsal is not None:
        return
    stands = d.state in STANDS
    closing = [f"{each.kind} {each.id}" for each in references if stands and each.closes]
    left = [f"{each.kind} {each.id} ({each.does})" for each in references if stands and not each.closes]
    if not stands:
        left = [f"{each.kind} {each.id}" for each in references]
    if closing:
        yield f"To be closed: {', '.join(closing)}."
    if left:
        why = "" if stands else f", because the deployment is {d.state.value}"
        yield f"Stays open{why}: {', '.join(left)}."


def supplier_words(supplier: Supplier) -> str:
    """Such as `Initech, by noc@initech.example, contract C-12: swaps the disk`."""
    contract = f", contract {supplier.contract}" if supplier.contract is not None else ""
    tasks = f": {'; '.join(supplier.tasks)}" if supplier.tasks else ""
    return f"{supplier.name}, by {supplier.contact}{contract}{tasks}"


def _class_lines(plan: ReleasePlan) -> Iterator[str]:
    impact = impact_of(plan)
    if impact is not None:
        yield f"impact: {impact}"
    if plan.approval.priority is not None:
        yield f"priority: {plan.approval.priority}"


def _assessment_lines(plan: ReleasePlan) -> Iterator[str]:
    for aspect, assessed in plan.assessment.weighed.items() if plan.assessment is not None else ():
        level = f" ({assessed.level})" if assessed.level is not None else ""
        yield f"{aspect}{level}: {assessed.words}"


def _removal_lines(plan: ReleasePlan) -> Iterator[str]:
    if plan.removal is not None:
        yield from _components(plan, "removal", plan.removal.components)


def _transfer_lines(plan: ReleasePlan) -> Iterator[str]:
    if plan.transfer is not None:
        to = plan.transfer.to
        yield f"to {to.party}, by {to.contact}; accepted by {to.role}"
        yield from _components(plan, "transfer", plan.transfer.components)


def _components(plan: ReleasePlan, section: str, components: tuple[Withdrawn, ...]) -> Iterator[str]:
    for index, component in enumerate(components):
        shown = f", shown by: {', '.join(component.gone)}" if component.gone else ""
        yield f"{component.component}{shown}"
        beginning = f"{section}.components[{index}]."
        for work in due_work_of(plan):
            if work.path.startswith(beginning):
                yield f"{work.area}: {work.what}, {work.by} by {work.due:%Y-%m-%d %H:%M} UTC"
        yield from _nothing_due(component)


def _nothing_due(component: Withdrawn) -> Iterator[str]:
    if component.data.by is None:
        yield f"data: {component.data.fate}, {component.data.what}"
    duties: tuple[tuple[str, Duty], ...] = (
        ("licences", component.licences),
        ("documentation", component.documentation),
        ("consumers", component.consumers),
    )
    yield from (f"{area}: none, {duty.none}" for area, duty in duties if duty.none is not None)
