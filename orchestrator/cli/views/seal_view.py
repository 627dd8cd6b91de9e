"""What was found of seals, for people and for programs; whatever does not fit ends the command with 13."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from orchestrator.domain.seal.findings import SealFinding, SealLook
from orchestrator.domain.seal.verification import RecordVerdict
from orchestrator.errors import ExitCode
from orchestrator.policy.telling.words.seal_words import (
    UNPROVED_WORDS,
    finding_words,
    look_lines,
    verdict_lines,
)


def show_verdict(verdict: RecordVerdict, *, as_json: bool) -> int:
    """A sealed record's verdict."""
    code = ExitCode.COMPLETED if verdict.proved else ExitCode.STORE_FAULT
    if as_json:
        answer = {
            "kind": "record",
            "deployment": verdict.deployment,
            "integrity": verdict.integrity,
            "completeness": verdict.completeness,
            "events": verdict.events,
            "root": verdict.root,
            "sealed_by": verdict.key,
            "findings": [_finding(each) for each in verdict.findings],
            "not_proved": [
                {"code": code_of, "words": UNPROVED_WORDS[code_of].format(number=number), "number": number}
                for code_of, number in verdict.unproved
            ],
            "exit_code": int(code),
        }
        click.echo(json.dumps(answer))
    else:
        click.echo("\n".join(verdict_lines(verdict)))
    return int(code)


def show_looks(looks: Sequence[SealLook], *, as_json: bool) -> int:
    """What was found of each deployment in the store."""
    broken = [look for look in looks if not look.intact]
    code = ExitCode.STORE_FAULT if broken else ExitCode.COMPLETED
    if as_json:
        answer = {"kind": "store", "deployments": [_look(look) for look in looks], "exit_code": int(code)}
        click.echo(json.dumps(answer))
    else:
        for look in looks:
            click.echo("\n".join(look_lines(look)))
        if looks:
            click.echo(
                f"{len(looks) - len(broken)} of {len(looks)} are intact and whole; log of {looks[0].log_size} heads"
            )
    return int(code)


def _look(look: SealLook) -> dict[str, object]:
    return {
        "deployment": look.deployment,
        "intact": look.intact,
        "events": look.size,
        "root": look.root.hex(),
        "sealed_late": look.late,
        "breaks": look.breaks,
        "log_size": look.log_size,
        "signed_by": look.key,
        "findings": [_finding(each) for each in look.findings],
    }


def _finding(finding: SealFinding) -> dict[str, object]:
    return {"code": finding.code, "event": finding.event or None, "words": finding_words(finding)}
