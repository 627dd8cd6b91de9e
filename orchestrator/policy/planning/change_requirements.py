"""What a plan lacks of the change side of a model's or policy's requirements (ISO/IEC 20000-1 9.2)."""

from collections.abc import Iterator, Mapping

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.plan_kind import impact_of, withdraws
from orchestrator.domain.plan.planned_ticket import PlannedTicket
from orchestrator.domain.plan.reference import ReferenceKind
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.requirement import Required, TicketDemand
from orchestrator.domain.text.names import same_name

_SHORT_FORM: Mapping[ReferenceKind, str] = {
    "request for change": "rfcs",
    "known error": "known_errors",
    "problem": "problems",
    "incident": "incidents",
}


def change_shortfalls(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    """Everything required of references, assessment, class, trigger, suppliers, removal and transfer that the plan lacks."""
    yield from _references(required, plan)
    yield from _assessment(required, plan)
    yield from _class(required, plan)
    if required.trigger and plan.trigger is None:
        yield Objection("trigger", "what set the release off", "none", "add `trigger`")
    yield from _suppliers(required, plan)
    yield from _withdrawal(required, plan)
    if required.ticket is not None:
        yield from _ticket(required.ticket, plan.approval.ticket)


def _references(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    kinds = {reference.kind for reference in plan.release.referenced}
    for kind in required.references:
        if kind not in kinds:
            path = f"release.{_SHORT_FORM[kind]}"
            yield Objection(path, f"at least one {kind}", "none", "name it in the plan")


def _assessment(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    weighed = plan.assessment.weighed if plan.assessment is not None else {}
    for aspect in required.assessment:
        if aspect not in weighed:
            yield Objection(f"assessment.{aspect}", f"the {aspect} weighed", "none", f"add `{aspect}`")


def _class(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    if required.impact and impact_of(plan) is None:
        move = "write minor, significant or major"
        yield Objection("approval.impact", "the class of the change", "none", move)
    if required.priority and plan.approval.priority is None:
        move = "write low, medium, high or immediate"
        yield Objection("approval.priority", "the priority of the change", "none", move)


def _suppliers(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    asked, there = required.suppliers, bool(plan.suppliers)
    if asked is not None and there != (asked == "some"):
        move = "name each supplier" if asked == "some" else "remove them, or choose another model"
        yield Objection("suppliers", asked, "some" if there else "none", move)


def _withdrawal(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    if not required.withdrawal or not withdraws(plan):
        return
    if plan.removal is None and plan.transfer is None:
        expected = "what becomes of data, licences, documentation and consumers"
        yield Objection("removal", expected, "none", "add the section `removal` or `transfer`")
        return
    components = [
        component.component
        for section in (plan.removal, plan.transfer)
        for component in (section.components if section is not None else ())
    ]
    for index, removed in enumerate(plan.release.removes):
        if not any(same_name(removed, component) for component in components):
            finding = f"nothing about `{removed}`"
            move = "add it to the components of `removal` or `transfer`"
            yield Objection(f"release.removes[{index}]", "a component of a section", finding, move)


def _ticket(demand: TicketDemand, ticket: PlannedTicket | None) -> Iterator[Objection]:
    if ticket is None:
        yield Objection("approval.ticket", "a change ticket", "none", "name the system that has it")
        return
    if demand.systems and ticket.system not in demand.systems:
        expected = " or ".join(demand.systems)
        yield Objection("approval.ticket.system", expected, ticket.system, "name a ticket of that system")
    if demand.urls and not any(_is_below(ticket.url, url) for url in demand.urls):
        expected = f"an address below {' or '.join(demand.urls)}"
        yield Objection("approval.ticket.url", expected, ticket.url, "name a ticket of that system")


def _is_below(url: str, place: str) -> bool:
    """Whether an address is a place or below it: a longer name of a host is not."""
    return f"{url.rstrip('/')}/".startswith(f"{place.rstrip('/')}/")
