"""Faults on the change side of a plan: records and suppliers twice, too small a class, nothing that shows absence."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.plan_kind import withdraws
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.withdrawal import Withdrawn
from orchestrator.domain.text.names import is_among, same_name
from orchestrator.policy.planning.absence import says_absent


def change_faults(plan: ReleasePlan) -> Iterator[Objection]:
    """Faults that forbid the start of a deployment."""
    yield from _references_twice(plan)
    yield from _suppliers_twice(plan)
    yield from _too_small_a_class(plan)
    if plan.removal is not None:
        yield from _components(plan, "removal", plan.removal.components, asked=True)
    if plan.transfer is not None:
        yield from _components(plan, "transfer", plan.transfer.components, asked=False)


def _references_twice(plan: ReleasePlan) -> Iterator[Objection]:
    release = plan.release
    short = len(release.referenced) - len(release.references)
    seen = {(each.kind, each.id) for each in release.referenced[:short]}
    for index, reference in enumerate(release.references):
        key = (reference.kind, reference.id)
        if key in seen:
            finding = f"{reference.kind} {reference.id} again"
            yield Objection(
                f"release.references[{index}]", "each record once", finding, "remove one of the two"
            )
        seen.add(key)


def _suppliers_twice(plan: ReleasePlan) -> Iterator[Objection]:
    names = [supplier.name for supplier in plan.suppliers]
    for index, name in enumerate(names):
        if is_among(name, names[:index]):
            path = f"suppliers[{index}].name"
            yield Objection(path, "each supplier once", f"`{name}` again", "make them one supplier")


def _too_small_a_class(plan: ReleasePlan) -> Iterator[Objection]:
    impact = plan.approval.impact
    if withdraws(plan) and impact is not None and impact != "major":
        move = "write major, or leave it out"
        yield Objection("approval.impact", "major, for a removal or transfer", impact, move)


def _components(
    plan: ReleasePlan, section: str, components: Sequence[Withdrawn], *, asked: bool
) -> Iterator[Objection]:
    names = [component.component for component in components]
    for index, component in enumerate(components):
        path = f"{section}.components[{index}]"
        if is_among(component.component, names[:index]):
            finding = f"`{component.component}` again"
            yield Objection(f"{path}.component", "each component once", finding, "make them one")
        if section == "removal" and not is_among(component.component, plan.release.removes):
            move = "add it to `release.removes`, in the same words"
            yield Objection(
                f"{path}.component", "a component of `release.removes`", component.component, move
            )
        yield from _gone(plan, path, component, asked=asked)


def _gone(plan: ReleasePlan, path: str, component: Withdrawn, *, asked: bool) -> Iterator[Objection]:
    expected = "the title of an acceptance check that shows that it is gone"
    if asked and not component.gone:
        move = "give such a check a `title`, and name it in `gone`"
        yield Objection(f"{path}.gone", expected, "none", move)
    checks = {check.title: check for check in plan.validation.acceptance if check.title is not None}
    for index, title in enumerate(component.gone):
        check = next((check for name, check in checks.items() if same_name(name, title)), None)
        if check is None:
            move = "correct the title, or add the check"
            yield Objection(f"{path}.gone[{index}]", expected, f"no check `{title}`", move)
        elif not says_absent(check):
            move = "let it ask for absence, for example `exists: false`"
            yield Objection(f"{path}.gone[{index}]", expected, f"`{title}`, which shows no absence", move)
