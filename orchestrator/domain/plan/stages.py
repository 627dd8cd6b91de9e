"""The stages of a plan with everything said: what a stage leaves out is that of the strategy or of the backout plan."""

from typing import TYPE_CHECKING

from orchestrator.domain.plan.stage import Stage, StageSpec, TakenBack

if TYPE_CHECKING:
    from orchestrator.domain.plan.release_plan import Backout, Strategy


def stages_of(strategy: "Strategy", backout: "Backout") -> tuple[Stage, ...]:
    """The stages that a strategy and a backout plan declare together."""
    if not strategy.stages:
        return (_only_stage(strategy, backout),)
    return tuple(_stage(index, spec, strategy, backout) for index, spec in enumerate(strategy.stages))


def _only_stage(strategy: "Strategy", backout: "Backout") -> Stage:
    return Stage(
        path="strategy",
        name=None,
        on=None,
        objective=None,
        once=False,
        playbook=strategy.playbook or "",
        manual=None,
        variables=strategy.variables,
        tags=strategy.tags,
        skip_tags=strategy.skip_tags,
        waves=strategy.waves,
        pilot=strategy.pilot,
        gate=strategy.gate,
        failure_limit=strategy.failure_limit.wave,
        load_balancer=strategy.load_balancer,
        entry=(),
        acceptance=(),
        task_timeout=strategy.task_timeout,
        run_timeout=strategy.run_timeout,
        forks=strategy.forks,
        idempotent=strategy.idempotent,
        allow=strategy.allow,
        backout=TakenBack(
            path="backout",
            playbook=backout.playbook or "",
            manual=None,
            variables=backout.variables,
            tags=backout.tags,
            skip_tags=backout.skip_tags,
            changes=backout.changes,
            task_timeout=backout.task_timeout,
            run_timeout=backout.run_timeout,
            allow=backout.allow,
            leaves_running=backout.leaves_running,
        ),
    )


def _stage(index: int, spec: StageSpec, strategy: "Strategy", backout: "Backout") -> Stage:
    path, back = f"strategy.stages[{index}]", spec.backout
    return Stage(
        path=path,
        name=spec.name,
        on=spec.on,
        objective=spec.objective,
        once=spec.once,
        playbook=spec.playbook or "",
        manual=spec.manual,
        variables={**strategy.variables, **spec.variables},
        tags=strategy.tags if spec.tags is None else spec.tags,
        skip_tags=strategy.skip_tags if spec.skip_tags is None else spec.skip_tags,
        waves=spec.waves,
        pilot=spec.pilot,
        gate=spec.gate or strategy.gate,
        failure_limit=spec.failure_limit or strategy.failure_limit.wave,
        load_balancer=spec.load_balancer,
        entry=spec.entry,
        acceptance=spec.acceptance,
        task_timeout=spec.task_timeout or strategy.task_timeout,
        run_timeout=spec.run_timeout or strategy.run_timeout,
        forks=spec.forks or strategy.forks,
        idempotent=not spec.once
        and spec.manual is None
        and (strategy.idempotent if spec.idempotent is None else spec.idempotent),
        allow=spec.allow or strategy.allow,
        backout=TakenBack(
            path=f"{path}.backout",
            playbook=back.playbook or "",
            manual=back.manual,
            variables={**backout.variables, **back.variables},
            tags=backout.tags if back.tags is None else back.tags,
            skip_tags=backout.skip_tags if back.skip_tags is None else back.skip_tags,
            changes=(*backout.changes, *back.changes),
            task_timeout=back.task_timeout or backout.task_timeout,
            run_timeout=back.run_timeout or backout.run_timeout,
            allow=back.allow or backout.allow,
            leaves_running=(*backout.leaves_running, *back.leaves_running),
        ),
    )
