"""Objections to the metrics of a plan: what they compare with, which files they read, and which variables they need."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.plan.metric import CommandSource, Metric, SqlSource
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Gate, Wave

_CHOICES = "write `without_control: skip`, `last_control`, or conditions on the value itself"


def metrics_by_path(plan: ReleasePlan) -> Iterator[tuple[str, Metric]]:
    """Every metric of a plan, by its path."""
    for path, gate in _gates(plan):
        yield from ((f"{path}.metrics[{index}]", metric) for index, metric in enumerate(gate.metrics))
    early_life = plan.validation.early_life
    for index, metric in enumerate(early_life.metrics if early_life is not None else ()):
        yield f"validation.early_life.metrics[{index}]", metric


def files_of_metrics(plan: ReleasePlan) -> Iterator[tuple[str, str]]:
    """Every file of this machine that a metric needs, by its path in the plan."""
    for path, metric in metrics_by_path(plan):
        yield from ((f"{path}.{metric.kind}.{field}", file) for field, file in metric.files.items())


def programs_of_metrics(plan: ReleasePlan) -> Iterator[tuple[str, str]]:
    """Every program of the project that a metric runs, by its path in the plan."""
    for path, metric in metrics_by_path(plan):
        source = metric.source
        if isinstance(source, CommandSource) and "/" in source.run[0] and not source.run[0].startswith("/"):
            yield f"{path}.command.run[0]", source.run[0]


def unpassed_variables(plan: ReleasePlan) -> Iterator[Objection]:
    """Variables with the address of a database that the plan does not pass on."""
    for path, metric in metrics_by_path(plan):
        source = metric.source
        name = source.dsn.variable if isinstance(source, SqlSource) else None
        if name is not None and name not in plan.resources.pass_environment:
            move = f"add {name} to resources.pass_environment, or name a file"
            expected = "a variable that the plan passes"
            yield Objection(f"{path}.sql.dsn.variable", expected, f"`{name}`", move)


def without_control(plan: ReleasePlan, waves: Sequence[Wave]) -> Iterator[Objection]:
    """Comparisons at a gate behind which no untouched host is left, where the plan does not say what then."""
    for stage in dict.fromkeys(wave.stage for wave in waves):
        of_stage = [wave for wave in waves if wave.stage == stage]
        earlier = [metric for wave in of_stage[:-1] for metric in wave.gate.metrics]
        path = _path_of(plan, of_stage[-1])
        yield from _uncompared(path, of_stage[-1].gate.metrics, f"behind {of_stage[-1].name}", earlier)
    early_life = plan.validation.early_life
    if early_life is not None and waves:
        last = [wave for wave in waves if wave.stage == waves[-1].stage]
        earlier = [metric for wave in last[:-1] for metric in wave.gate.metrics]
        yield from _uncompared("validation.early_life", early_life.metrics, "after the last wave", earlier)


def _uncompared(
    path: str, metrics: Sequence[Metric], where: str, earlier: Sequence[Metric]
) -> Iterator[Objection]:
    controls = {metric.name for metric in earlier if metric.compare is not None}
    for index, metric in enumerate(metrics):
        if metric.compare is None:
            continue
        place = f"{path}.metrics[{index}].compare"
        if metric.compare.without_control is None:
            expected = f"what counts where no untouched host is left, as {where}"
            yield Objection(place, expected, "no `without_control`", _CHOICES)
        elif metric.compare.without_control == "last_control" and metric.name not in controls:
            expected = f"an earlier gate that compares `{metric.name}`, whose control can stand in"
            move = "compare it at the gate of an earlier wave, or write conditions on the value itself"
            yield Objection(f"{place}.without_control", expected, "none", move)


def _path_of(plan: ReleasePlan, wave: Wave) -> str:
    """Where the plan declares the gate of a wave: the narrowest place that has this one."""
    of_stage = [path for path, gate in _gates(plan) if gate == wave.gate]
    stage = f"{plan.stage_of(wave).path}."
    return next((path for path in reversed(of_stage) if path.startswith(stage)), of_stage[-1])


def _gates(plan: ReleasePlan) -> Iterator[tuple[str, Gate]]:
    """Every gate that a plan declares, by its path; those of stages after the one that holds for all."""
    yield "strategy.gate", plan.strategy.gate
    for stage in plan.stages:
        if stage.name is not None and stage.gate != plan.strategy.gate:
            yield f"{stage.path}.gate", stage.gate
        if stage.pilot is not None and stage.pilot.gate is not None:
            yield f"{stage.path}.pilot.gate", stage.pilot.gate
        for index, wave in enumerate(stage.waves):
            if wave.gate is not None:
                yield f"{stage.path}.waves[{index}].gate", wave.gate
