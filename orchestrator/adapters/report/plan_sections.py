"""The twelve sections of a release plan in the record."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from orchestrator.domain.plan.check import title_of
from orchestrator.domain.plan.objective import measure_words, text_of
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.text.format import seconds_words
from orchestrator.policy.planning.metric_objections import metrics_by_path
from orchestrator.policy.telling.words.assessment_words import change_sections
from orchestrator.policy.telling.words.message_words import entry_words
from orchestrator.policy.telling.words.metric_words import metric_line
from orchestrator.policy.telling.words.stage_words import staged_lines
from orchestrator.policy.telling.words.unit_words import stated_words

Row = tuple[str, list[str]]
Section = tuple[str, list[Row]]


def sections_of(plan: ReleasePlan) -> list[Section]:
    """Title and rows of each section; a row is a name with its lines."""
    strategy = ("kind", "hosts", "playbook", "failure_limit", "gate", "idempotent", "allow")
    return [
        ("1 Purpose and scope", [("purpose", [plan.purpose])]),
        ("2 Release description", _release(plan)),
        (
            "3 Objectives",
            [
                (
                    "expected outcomes",
                    [
                        " · ".join(filter(None, (text_of(each), measure_words(each))))
                        for each in plan.objectives
                    ],
                )
            ],
        ),
        ("4 Deployment strategy", [*_fields(plan.strategy, strategy), *_stages(plan), *_metrics(plan)]),
        ("5 Roles and responsibilities", [(role, [person]) for role, person in plan.roles.items()]),
        ("6 Resource requirements", _fields(plan.resources)),
        ("7 Schedule and milestones", _schedule(plan)),
        (
            "8 Risk assessment and mitigation",
            [
                (
                    risk.risk,
                    [f"likelihood {risk.likelihood}, impact {risk.impact}", f"mitigation: {risk.mitigation}"],
                )
                for risk in plan.risks
            ],
        ),
        (
            "9 Communication plan",
            [(each.audience, [entry_words(each)]) for each in plan.communication],
        ),
        ("10 Testing and validation", _validation(plan)),
        ("11 Backout plan", _fields(plan.backout, ("playbook", "scope", "on_failure", "baseline"))),
        ("12 Approval and sign-off", _fields(plan.approval)),
        *_change_side(plan),
    ]


def _change_side(plan: ReleasePlan) -> list[Section]:
    rows = [(title.lower(), list(lines)) for title, lines in change_sections(plan)]
    return [("Change", rows)] if rows else []


def _release(plan: ReleasePlan) -> list[Row]:
    release = plan.release
    rows: list[Row] = [("release", [f"{release.name} {release.version}"])]
    rows += [
        ("unit", [f"{u.name} {u.version}", u.artefact, f"sha256 {u.sha256}", *stated_words(u)])
        for u in release.units
    ]
    named = ("removes", "depends_on")
    return rows + [
        (name.replace("_", " "), list(getattr(release, name))) for name in named if getattr(release, name)
    ]


def _stages(plan: ReleasePlan) -> list[Row]:
    lines = staged_lines(plan)
    return [("stages" if plan.strategy.stages else "load balancers", lines)] if lines else []


def _metrics(plan: ReleasePlan) -> list[Row]:
    """The metrics of the gates, in a line each; those of early life support stand with the validation."""
    lines = [
        f"{path.partition('.metrics')[0]}: {metric_line(metric)}"
        for path, metric in metrics_by_path(plan)
        if path.startswith("strategy.")
    ]
    return [("metrics", lines)] if lines else []


def _schedule(plan: ReleasePlan) -> list[Row]:
    window = plan.schedule.window
    times = (
        f"{window.opens:%Y-%m-%d %H:%M} to {window.closes:%Y-%m-%d %H:%M} UTC"
        if window
        else "none: may start at any time"
    )
    milestones = [f"{m.at:%Y-%m-%d %H:%M} UTC: {m.what}" for m in plan.schedule.milestones]
    return [("window", [times]), *([("milestones", milestones)] if milestones else [])]


def _validation(plan: ReleasePlan) -> list[Row]:
    rows: list[Row] = [
        ("environment", [title_of(check) for check in plan.validation.environment]),
        ("acceptance", [title_of(check) for check in plan.validation.acceptance]),
    ]
    early = plan.validation.early_life
    if early is not None:
        rows.append(
            (
                "early life support",
                [
                    f"{seconds_words(early.duration)}, asked every {seconds_words(early.every)}",
                    *map(metric_line, early.metrics),
                ],
            )
        )
    return rows


def _fields(noun: BaseModel, names: Iterable[str] = ()) -> list[Row]:
    chosen = list(names) or list(type(noun).model_fields)
    rows = [(name.replace("_", " "), _lines(getattr(noun, name))) for name in chosen]
    return [(name, lines) for name, lines in rows if lines]


def _lines(value: Any) -> list[str]:
    if isinstance(value, BaseModel):
        # Metrics have lines of their own.
        fields = value.model_dump(exclude_defaults=True, exclude={"metrics"}, mode="json")
        return [f"{name.replace('_', ' ')}: {_flat(each, name)}" for name, each in fields.items()]
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return [] if value is None else [_flat(value)]


def _flat(value: Any, name: str = "") -> str:
    """A value in words. Numbers with a fraction are seconds, but for a percentage."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g} %" if name == "percent" else seconds_words(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(each, key)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(each) for each in value)
    return str(value)
