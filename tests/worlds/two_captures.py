"""One item in two captures of a host, and the lines that tell their difference."""

from datetime import UTC, datetime

from orchestrator.domain.evidence.baseline import AttributeValue, Baseline, ConfigurationItem, Cut
from orchestrator.policy.evidence.drift import compare, summary_lines

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Attributes = dict[str, AttributeValue]


def lines_of(
    was: Attributes | None,
    now: Attributes | None,
    *,
    kind: str = "unit",
    name: str = "app",
    form: int = 1,
    cuts: tuple[Cut, ...] = (),
) -> list[str]:
    sides = [
        Baseline(
            host="web1",
            machine_id="m",
            captured_at=NOON,
            items=()
            if attributes is None
            else (ConfigurationItem(kind=kind, name=name, attributes=attributes),),
            form=of_form,
            cuts=of_cuts,
        )
        for attributes, of_form, of_cuts in ((was, form, ()), (now, 1, cuts))
    ]
    return [line.removeprefix(f"web1: {kind} {name} ") for line in summary_lines(compare(*sides).differences)]
