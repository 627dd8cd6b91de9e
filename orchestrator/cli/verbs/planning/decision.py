"""A signed decision as the command line gives it, and what is said of it once it is on its journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.signed_words import ApprovalSession
from orchestrator.policy.authority.approval_outline import following_late_word, missing_words
from orchestrator.policy.authority.word_checks import approval_words


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A decision as the command line gives it."""

    deployment: str | None
    role: str | None
    reason: str | None
    key: Path | None
    person: str | None
    expires: str | None
    plan_digest: str | None
    out: Path | None
    files: tuple[Path, ...]
    yes: bool
    as_json: bool
    by: str
    overrides: str | None = None
    from_commit: str | None = None
    hosts: tuple[str, ...] = ()
    playbook: str | None = None


def digest_of_other(ports: Ports, d: Deployment, playbook: str | None) -> str:
    """The digest of another backout playbook as it is now; empty for the approved one."""
    if playbook is None:
        return ""
    from orchestrator.engine.use_cases.replace_backout import planned_replacement

    return planned_replacement(ports, d, playbook).digest


def report(
    after: ApprovalSession,
    given: Sequence[SignedApproval],
    *,
    as_json: bool,
    playbook: str | None = None,
) -> int:
    """Print what was given, and what follows: what is missing, or the command that may be given now."""
    d = after.deployment
    late = following_late_word(d, after.question, given, playbook)
    closed = d.follow_up.closed
    due = list(missing_words(d, after.question)) if late is None and closed is None else []
    missing = list(late.missing) if late is not None else due
    if as_json:
        words = [json.loads(signed.model_dump_json()) for signed in given]
        click.echo(json.dumps({"deployment": d.id, "given": words, "missing": missing, "closed": closed}))
        return 0
    for signed in given:
        click.echo(f"{d.id}: {approval_words(signed)}.")
    if closed is not None and late is None:
        click.echo(f"Closed: {closed}.")
    if missing:
        click.echo("Missing now:")
        click.echo("\n".join(f"  {line}" for line in missing))
    elif late is not None:
        click.echo(f"Nothing is missing: {late.command}")
    elif d.authority.opened_at is None and not d.over:
        click.echo(f"Nothing is missing: orch resume {d.id}")
    return 0
