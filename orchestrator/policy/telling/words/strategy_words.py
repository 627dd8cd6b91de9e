"""The strategy of a plan in a sentence."""

from orchestrator.domain.plan.strategy_form import form_of
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.format import counted


def strategy_words(checked: PreparedPlan) -> str:
    """The strategy in one sentence, in capitals when it reaches all hosts at once."""
    strategy = checked.plan.strategy
    hosts, waves = len(checked.targets), checked.waves
    if form_of(strategy.kind).all_at_once:
        return f"{strategy.kind.upper()}: ALL {hosts} HOSTS AT ONCE"
    if strategy.stages:
        return f"{len(strategy.stages)} stages in order: {counted(hosts, 'host')} in {counted(len(waves), 'wave')}"
    if strategy.pilot is not None and waves:
        first, later = waves[0], waves[1:]
        rest = sum(len(wave.hosts) for wave in later)
        return f"{strategy.kind}: {', '.join(first.hosts)} first, then {counted(rest, 'host')} in {counted(len(later), 'wave')}"
    return f"{strategy.kind}: {counted(hosts, 'host')} in {counted(len(waves), 'wave')}"
