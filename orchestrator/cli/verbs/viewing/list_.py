"""`orch list`: every deployment, newest first."""

from __future__ import annotations

import json
from datetime import datetime

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.views.owed_audits import say_owed_audits
from orchestrator.cli.views.table import print_table
from orchestrator.cli.views.unreadable import say_lost, say_unreadable
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.cli.wiring import say_home
from orchestrator.domain.deployment.deployment import Deployment, elapsed
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.disposals import Disposal
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.disposed import disposed
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.policy.course.brief_words import overdue, state_words, tone_of_brief
from orchestrator.policy.course.follow_up import (
    review_overdue,
    reviews_missing,
    sign_offs_missing,
)
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.ends import Tone
from orchestrator.policy.telling.words.disposal_words import disposed_lines
from orchestrator.policy.telling.words.environment_words import placed_words
from orchestrator.policy.telling.words.policy_words import UNGOVERNED

STYLES: dict[Tone, str] = {"good": "green", "care": "yellow", "bad": "red"}
HEADINGS = ("id", "release", "environment", "state", "began", "took", "by", "policy")


@click.command()
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List deployments, newest first: release, environment, state, start, duration, by whom, and the policy that binds."""
    ports = ports_of_home()
    known = survey(ports.journal)
    deployments = known.briefs
    say_unreadable(known)
    say_lost(ports)
    now = ports.clock.now()
    rehearsals = {d.id: folded(ports.journal, d.id) for d in deployments if d.rehearsal}
    rows = [
        (
            *row_of(d, now, rehearsals.get(d.id)),
            took_words(elapsed(d.opened_at, d.ended_at, now)),
            plain(d.by, 40),
            d.policy or UNGOVERNED,
        )
        for d in deployments
    ]
    gone = disposed(ports.journal)
    if as_json:
        for d in deployments:
            click.echo(
                json.dumps(_object(d, elapsed(d.opened_at, d.ended_at, now), now, rehearsals.get(d.id)))
            )
        for disposal in gone.values():
            click.echo(json.dumps(_disposed_object(disposal)))
        return
    say_home()
    if not rows and not known.unreadable and not gone:
        click.echo("There is no deployment yet; `orch deploy PLAN` starts one.")
    else:
        styles = [{"state": state_style(d, now, rehearsals.get(d.id))} for d in deployments]
        if rows:
            print_table(HEADINGS, rows, styles)
        for line in disposed_lines([each.seen_as for each in gone.values()]):
            click.echo(line)
        say_owed_audits(ports, now)


def _disposed_object(disposal: Disposal) -> dict[str, object]:
    """What is known of a deployment whose record was disposed of."""
    begun, finished = disposal.begun, disposal.finished
    return {
        "id": begun.deployment,
        "release": begun.release,
        "version": begun.version,
        "environment": begun.environment,
        "state": "disposed of" if finished is not None else "disposal not finished",
        "over": True,
        "began_at": begun.began.isoformat(),
        "disposed_at": finished.isoformat() if finished is not None else None,
        "disposed_by": begun.by,
    }


def row_of(d: Brief, now: datetime, rehearsal: Deployment | None) -> tuple[str, ...]:
    """All columns but the last three."""
    return (
        d.id,
        f"{d.release} {d.version}",
        placed_words(d.environment, d.environment_class),
        state_words(d, now, rehearsal),
        f"{d.opened_at.astimezone():%Y-%m-%d %H:%M}" if d.opened_at is not None else "",
    )


def took_words(seconds: float | None) -> str:
    """The duration so far; empty when it has not begun."""
    return "" if seconds is None else seconds_words(round(seconds))


def _object(
    d: Brief, seconds: float | None, now: datetime, rehearsal: Deployment | None
) -> dict[str, object]:
    return {
        "id": d.id,
        "release": d.release,
        "version": d.version,
        "environment": d.environment,
        "environment_class": d.environment_class,
        "state": d.state.value,
        "over": d.over,
        "held": d.held,
        "paused": d.paused,
        "stopped": d.stopped,
        "began_at": d.began_at.isoformat(),
        "opened_at": d.opened_at.isoformat() if d.opened_at is not None else None,
        "seconds": round(seconds, 3) if seconds is not None else None,
        "by": d.by,
        "policy": d.policy,
        "governed": d.policy is not None,
        "model": d.model,
        "sign_off_missing": [need.role for need in sign_offs_missing(d)],
        "review_missing": [need.role for need in reviews_missing(d)],
        "review_by": d.review_by.isoformat() if d.review_by is not None else None,
        "review_overdue": review_overdue(d, now),
        "work_due": [due.isoformat() for due in d.due],
        "pir_missing": d.pir_missing,
        "pir_due": d.pir_due.isoformat() if d.pir_missing and d.pir_due is not None else None,
        "actions_due": [due.isoformat() for due in d.actions_due],
        "closed": d.closed,
        "receipt_owed": d.receipt_owed,
        "rehearsal": _rehearsal(rehearsal),
    }


def _rehearsal(d: Deployment | None) -> dict[str, object] | None:
    """The rehearsal for JSON; `passed` is null while it is open."""
    if d is None or d.rehearsing.rehearsal is None:
        return None
    return {
        "for": d.rehearsing.rehearsal.environment,
        "part": d.rehearsing.rehearsal.part,
        "passed": not faults_of_part(d) if d.over else None,
    }


def state_style(d: Brief, now: datetime, rehearsal: Deployment | None = None) -> str:
    """The style of the state: an overdue review first, then success or failure."""
    if overdue(d, now):
        return "bold red"
    return STYLES[tone_of_brief(d, now, rehearsal)]
