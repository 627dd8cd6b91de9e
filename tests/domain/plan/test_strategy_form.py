"""What each strategy asks of a plan; and which parts of a strategy name hosts, which no digest but that of `hosts` may have."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from orchestrator.domain.plan.release_plan import Strategy
from orchestrator.domain.plan.strategy_form import StrategyKind, form_of
from orchestrator.domain.text.canonical import nouns_within

PILOT = {"hosts": ["web1"]}
KINDS: tuple[StrategyKind, ...] = get_args(StrategyKind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pilot", [None, PILOT], ids=["no pilot", "a pilot"])
@pytest.mark.parametrize("waves", [[], ["rest"]], ids=["no waves", "waves"])
def test_a_strategy_is_refused_where_it_does_not_have_its_form(
    kind: StrategyKind, pilot: Any, waves: Any
) -> None:
    form = form_of(kind)
    fits = (
        form.pilot == (pilot is not None)
        and {
            "needed": bool(waves),
            "optional": True,
            "none": not waves,
        }[form.waves]
    )
    written = {
        "kind": kind,
        "hosts": "web",
        "playbook": "p.yml",
        "pilot": pilot,
        "waves": [{"rest": True}] if waves else [],
    }
    if fits:
        assert Strategy.model_validate(written).kind == kind
        return
    with pytest.raises(ValidationError, match=f"{kind} strategy"):
        Strategy.model_validate(written)


def test_hosts_are_named_where_the_digests_look_for_them() -> None:
    """A further selector of hosts must be left out in policy/planning/digests.py (`_anywhere`) and named there (`_place`)."""
    naming = {kind.__name__ for kind in nouns_within(Strategy) if "hosts" in kind.model_fields}
    assert naming == {"Strategy", "Pilot", "WaveSpec"}
