"""What a certificate of disposal says, and what it is worth; whatever does not fit ends the command with 13."""

from __future__ import annotations

import json

import click

from orchestrator.cli.views.seal_view import finding_object, unproved_objects
from orchestrator.domain.seal.disposal_certificate import DisposalRecord
from orchestrator.domain.seal.verification import RecordVerdict
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import ExitCode
from orchestrator.policy.telling.words.disposal_words import rule_words
from orchestrator.policy.telling.words.seal_words import UNPROVED_WORDS, finding_words


def show_certificate(record: DisposalRecord, verdict: RecordVerdict, *, as_json: bool) -> int:
    """The certificate and its verdict."""
    code = ExitCode.COMPLETED if verdict.proved else ExitCode.STORE_FAULT
    if as_json:
        answer = {
            "kind": "certificate",
            "deployment": verdict.deployment,
            "certificate": record.certificate,
            "integrity": verdict.integrity,
            "events": verdict.events,
            "root": verdict.root,
            "sealed_by": verdict.key,
            "by": record.disposed_by,
            "reason": record.reason,
            "finished": record.finished.isoformat(),
            "findings": [finding_object(each) for each in verdict.findings],
            "not_proved": unproved_objects(verdict),
            "exit_code": int(code),
        }
        click.echo(json.dumps(answer))
        return int(code)
    state = verdict.integrity.upper() if verdict.integrity == "broken" else verdict.integrity
    rows = {
        "certificate": f"{record.certificate} of {record.origin}: the record of a deployment was disposed of",
        "deployment": record.deployment,
        "release": f"{record.release} {record.version}",
        "took place": f"{record.began:%Y-%m-%d %H:%M} to {record.ended:%Y-%m-%d %H:%M} UTC",
        "kept by": f"{rule_words(record.rule, record.retention)}; until {record.until:%Y-%m-%d %H:%M} UTC",
        "disposed of": f"{record.finished:%Y-%m-%d %H:%M} UTC by {record.disposed_by}: {record.reason}",
        "integrity": state,
        "events": f"{verdict.events}, root {verdict.root}",
        "sealed by": verdict.key or "nobody",
    }
    for name, words in rows.items():
        click.echo(f"{name:<13} {plain(words, 400)}")
    for finding in verdict.findings:
        click.echo(f"  {finding.code}: {finding_words(finding)}")
    click.echo("It does not prove:")
    for code_of, number in verdict.unproved:
        click.echo(f"  {code_of}: {UNPROVED_WORDS[code_of].format(number=number)}")
    return int(code)
