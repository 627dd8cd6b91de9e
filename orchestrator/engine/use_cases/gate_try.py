"""A dry run of a gate: every metric is asked once for the hosts of one wave; nothing is recorded and no host is asked."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from orchestrator.domain.journal.events import Measured
from orchestrator.domain.plan.metric import Metric
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.lookup.snapshots import open_ones
from orchestrator.engine.ports import Journal, Ports
from orchestrator.engine.practices.measure import Groups, measure_once
from orchestrator.errors import UsageFault
from orchestrator.policy.course.measuring import skipped


class Tried(NamedTuple):
    """One metric with what was measured; nothing where the plan skips it at this gate."""

    metric: Metric
    measured: Measured | None


def try_gate(ports: Ports, checked: PreparedPlan, wave: int | None) -> list[Tried]:
    """The metrics of the gate of this wave (counted as in the plan's outline, from 1), or of early life support for None.

    Hosts of this wave and of earlier ones of its stage stand for the deployed hosts, those of later ones for the untouched.
    Raises UsageFault for a wave that there is not.
    """
    if wave is not None and not 1 <= wave <= len(checked.waves):
        raise UsageFault(
            f"There is no wave {wave}: the plan has waves 1 to {len(checked.waves)}. Name one with --wave."
        )
    early_life = checked.plan.validation.early_life
    in_early_life = early_life.metrics if early_life is not None else ()
    metrics = in_early_life if wave is None else checked.waves[wave - 1].gate.metrics
    groups = _groups(checked, wave)
    asked = [metric for metric in metrics if not skipped(metric, last=not groups[1])]
    facts = measure_once(ports, asked, groups, Path(checked.project), checked.plan.resources.pass_environment)
    by_name = {fact.metric: fact for fact in facts}
    return [Tried(metric, by_name.get(metric.name)) for metric in metrics]


def present_wave(journal: Journal, checked: PreparedPlan) -> tuple[int, str] | None:
    """The wave, counted from 1, of the newest open deployment of exactly this plan, with its id; None where there is none."""
    for d in open_ones(journal):
        if d.plan_sha256 == checked.plan_sha256 and d.touched_hosts and d.rehearsing.rehearsal is None:
            return d.rollout.wave + 1, d.id
    return None


def _groups(checked: PreparedPlan, wave: int | None) -> Groups:
    """The hosts of its stage up to this wave, and those of later ones; in early life support all hosts are deployed."""
    if wave is None:
        return checked.targets, ()
    stage = checked.waves[wave - 1].stage
    of_stage = [each for each in checked.waves if each.stage == stage]
    return (
        _targets(checked, (each for each in of_stage if each.number < wave)),
        _targets(checked, (each for each in of_stage if each.number >= wave)),
    )


def _targets(checked: PreparedPlan, waves: Iterable[Wave]) -> tuple[Target, ...]:
    hosts = {host for wave in waves for host in wave.hosts}
    return tuple(target for target in checked.targets if target.host in hosts)
