"""Faults and weaknesses of a plan by itself, before any file or host is looked at.

The plan's form refuses the common mistakes of release plans: no structure, no risk assessment, no backout and no
communication plan. The rest, such as untested acceptance and objectives without a measure, are warnings here.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import get_args

from orchestrator.domain.evidence.baseline import BaselinePart
from orchestrator.domain.plan.check import CheckBase
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.objective import Objective
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import Stage
from orchestrator.domain.plan.strategy_form import form_of
from orchestrator.domain.plan.wave import Limit, Wave
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.planning.change_findings import change_faults
from orchestrator.policy.planning.declared_items import unseen_declarations
from orchestrator.policy.planning.manual_objections import nobody_knows_who
from orchestrator.policy.planning.outputs import unfit_outputs
from orchestrator.policy.planning.variable_findings import templates_in_variables

_USES_THE_SERVICE = {"http", "command", "testinfra", "module"}
_MANY_AT_ONCE = 1


def faults_of(plan: ReleasePlan) -> list[Objection]:
    """Faults that forbid the start of a deployment."""
    return [
        *_units_clash(plan),
        *_empty_proof(plan),
        *_half_an_emergency(plan),
        *unseen_declarations(plan),
        *unfit_outputs(plan),
        *nobody_knows_who(plan),
        *change_faults(plan),
        *_limits_at_odds(plan),
    ]


def window_over(plan: ReleasePlan, now: datetime) -> list[Objection]:
    """A window that has ended: a deployment may not start, a check may still pass."""
    window = plan.schedule.window
    if window is None or window.closes > now:
        return []
    finding = f"one that closed at {window.closes.isoformat()}"
    return [
        Objection(
            "schedule.window.closes", "a window that is still to come", finding, "agree on a new window"
        )
    ]


def warnings_of(
    plan: ReleasePlan, waves: Sequence[Wave], *, policy: ReleasePolicy | None = None
) -> list[Objection]:
    """Weaknesses that a practitioner should know of, and may accept; the policy may decide who approves instead."""
    return [
        *_objectives_without_measure(plan),
        *_shallow_acceptance(plan),
        *_nothing_waits(plan, waves),
        *_units_not_verified_on_hosts(plan),
        *(() if policy is not None and policy.approvals.before else _nobody_approves(plan)),
        *_all_at_once(plan, waves),
        *_limits_that_never_stop(plan, waves),
        *_proof_without_files(plan),
        *_window_too_short(plan, waves),
        *templates_in_variables(plan),
    ]


def _units_clash(plan: ReleasePlan) -> Iterator[Objection]:
    for key in ("name", "on_target"):
        seen: set[str] = set()
        for index, unit in enumerate(plan.release.units):
            value = getattr(unit, key)
            if value is not None and value in seen:
                path = f"release.units[{index}].{key}"
                yield Objection(
                    path, "one of its own for each unit", f"`{value}` again", "change one of the two"
                )
            seen.add(value)


def _empty_proof(plan: ReleasePlan) -> Iterator[Objection]:
    of_the_release = [part for part in get_args(BaselinePart) if part != "system"]
    if not plan.backout.baseline.captured(*of_the_release):
        expected = "a baseline of something, for nothing proves no backout"
        yield Objection(
            "backout.baseline", expected, "nothing captured", "add the files that the release touches"
        )


def _half_an_emergency(plan: ReleasePlan) -> Iterator[Objection]:
    """The release and its change must agree on whether it is an emergency."""
    asked, emergency = plan.approval.change, plan.release.emergency
    if asked is None or (asked == "emergency") == emergency:
        return
    expected = (
        "emergency, for `release.emergency` is true"
        if emergency
        else "standard or normal, for `release.emergency` is not true"
    )
    yield Objection("approval.change", expected, asked, "correct one of the two, or leave this one out")


def _objectives_without_measure(plan: ReleasePlan) -> Iterator[Objection]:
    if not any(isinstance(each, Objective) or re.search(r"\d", each) for each in plan.objectives):
        finding = "no number in any of them"
        yield Objection("objectives", "outcomes in measurable terms", finding, "say how much, and by when")


def _shallow_acceptance(plan: ReleasePlan) -> Iterator[Objection]:
    kinds = list(dict.fromkeys(_kind(check) for check in plan.validation.acceptance))
    if not _USES_THE_SERVICE & set(kinds):
        finding = f"only {', '.join(kinds)}"
        expected = "a check that uses the service (http, command, testinfra or module)"
        yield Objection(
            "validation.acceptance", expected, finding, "add one, or be content with less evidence"
        )


def _nothing_waits(plan: ReleasePlan, waves: Sequence[Wave]) -> Iterator[Objection]:
    waits = any(wave.gate.lasts or wave.gate.confirm for wave in waves) or plan.validation.early_life
    patient = any(check.within or getattr(check, "up_for", 0) for check in plan.validation.acceptance)
    if not waits and not patient:
        expected = "time in which a release that dies after a good start is seen"
        yield Objection(
            "strategy.gate", expected, "none", "add `soak`, `up_for` on a unit check, or `early_life`"
        )


def _units_not_verified_on_hosts(plan: ReleasePlan) -> Iterator[Objection]:
    for index, unit in enumerate(plan.release.units):
        if unit.on_target is None:
            expected = "`on_target`, so that the unit is verified on the hosts as well"
            yield Objection(
                f"release.units[{index}]", expected, "none", "say where the unit stands on a host"
            )


def _nobody_approves(plan: ReleasePlan) -> Iterator[Objection]:
    if not plan.approval.required:
        yield Objection(
            "approval.required", "a role that approves", "none", "name one, such as change manager"
        )


def _all_at_once(plan: ReleasePlan, waves: Sequence[Wave]) -> Iterator[Objection]:
    for stage in plan.stages:
        of_stage = [wave for wave in waves if wave.stage == stage.name]
        if len(of_stage) == 1 and len(of_stage[0].hosts) > _MANY_AT_ONCE:
            path = "strategy.kind" if form_of(plan.strategy.kind).all_at_once else f"{stage.path}.waves"
            finding = f"all {len(of_stage[0].hosts)} hosts in one"
            yield Objection(
                path, "waves that limit what a bad release reaches", finding, "start with one host"
            )


def _limits_at_odds(plan: ReleasePlan) -> Iterator[Objection]:
    """An overall limit of 0, written down beside a wave's that allows some: one of the two is a mistake."""
    limits = plan.strategy.failure_limit
    stages = [limit for stage in plan.stages for limit in _limits_of(stage)]
    if "overall" in limits.model_fields_set and limits.overall == Limit(count=0) and any(stages):
        finding = "0 beside a wave's limit that allows some"
        yield Objection(
            "strategy.failure_limit.overall",
            "one that allows what a wave may lose",
            finding,
            "raise it, or leave it out",
        )


def _limits_of(stage: Stage) -> Iterator[int | float]:
    for limit in (stage.failure_limit, *(spec.failure_limit for spec in stage.waves)):
        if limit is not None:
            yield limit.count or limit.percent or 0


def _limits_that_never_stop(plan: ReleasePlan, waves: Sequence[Wave]) -> Iterator[Objection]:
    total = len({host for wave in waves for host in wave.hosts})
    overall = plan.strategy.failure_limit.overall
    if total and overall.hosts_of(total) >= total:
        yield _never_stops("strategy.failure_limit.overall", overall, total)
    for wave in waves:
        if wave.failure_limit.hosts_of(len(wave.hosts)) >= len(wave.hosts):
            yield _never_stops(path_of(plan, waves, wave), wave.failure_limit, len(wave.hosts), wave.name)


def _never_stops(path: str, limit: Limit, hosts: int, name: str = "") -> Objection:
    allowed = f"{limit.percent:g}%" if limit.count is None else str(limit.count)
    whose = f"{allowed} of the {hosts} in {name}" if name else f"{allowed} of {hosts}"
    return Objection(path, "a failure limit below the number of hosts", whose, "lower it")


def _proof_without_files(plan: ReleasePlan) -> Iterator[Objection]:
    scope = plan.backout.baseline.whole
    if not scope.files and not scope.facts and not list(_empty_proof(plan)):
        finding = "none, so that files which a backout forgets are not seen"
        yield Objection("backout.baseline.files", "the files that the release touches", finding, "name them")


def _window_too_short(plan: ReleasePlan, waves: Sequence[Wave]) -> Iterator[Objection]:
    window = plan.schedule.window
    if window is None:
        return
    soak = sum(wave.gate.lasts for wave in waves)
    length = (window.closes - window.opens).total_seconds()
    if soak >= length:
        finding = f"{length:g} s, and {soak:g} s of soak"
        yield Objection(
            "schedule.window", "a window longer than the soak of all waves", finding, "lengthen it"
        )


def path_of(plan: ReleasePlan, waves: Sequence[Wave], wave: Wave) -> str:
    """The path in the plan that declares a wave."""
    stage = plan.stage_of(wave)
    number = wave.number - next(each.number for each in waves if each.stage == wave.stage)
    has_pilot = stage.pilot is not None
    if has_pilot and number == 0:
        return f"{stage.path}.pilot"
    return f"{stage.path}.waves[{number - has_pilot}]" if stage.waves else stage.path


def _kind(check: CheckBase) -> str:
    return str(getattr(check, "kind", ""))
