"""What was found of seals, for people and for programs; whatever does not fit ends the command with 13."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import click

from orchestrator.domain.seal.anchored_record import AnchoredRecord, StoreHere
from orchestrator.domain.seal.anchors import AnchorLook, AnchorTry
from orchestrator.domain.seal.findings import DisposalSeen, SealFinding, SealLook
from orchestrator.domain.seal.sealed_record import AcceptedBreak
from orchestrator.domain.seal.verification import RecordVerdict
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.seal_ports import LogLook
from orchestrator.engine.use_cases.record_secrets import ShapeFound
from orchestrator.errors import ExitCode
from orchestrator.policy.telling.words.anchor_words import anchor_lines, try_words
from orchestrator.policy.telling.words.seal_words import (
    HERE_WORDS,
    UNPROVED_WORDS,
    accepted_words,
    finding_words,
    look_lines,
    verdict_lines,
)
from orchestrator.policy.telling.words.secret_words import shape_words


def show_verdict(verdict: RecordVerdict, here: StoreHere, *, as_json: bool) -> int:
    """A sealed record's verdict, and whether the store here goes on from it."""
    good = verdict.proved and here in ("another", "goes on")
    code = ExitCode.COMPLETED if good else ExitCode.STORE_FAULT
    if as_json:
        answer = {
            "kind": "record",
            "deployment": verdict.deployment,
            "integrity": verdict.integrity,
            "completeness": verdict.completeness,
            "events": verdict.events,
            "root": verdict.root,
            "sealed_by": verdict.key,
            "anchors": [_anchored(each) for each in verdict.anchored],
            "store_here": here,
            "accepted_log_breaks": [_accepted(each) for each in verdict.accepted],
            "findings": [finding_object(each) for each in verdict.findings],
            "not_proved": unproved_objects(verdict),
            "exit_code": int(code),
        }
        click.echo(json.dumps(answer))
    else:
        click.echo("\n".join(verdict_lines(verdict)))
        click.echo(HERE_WORDS[here])
    return int(code)


def show_looks(
    looks: Sequence[SealLook],
    log: LogLook | None,
    anchors: Sequence[AnchorLook],
    accepted: Sequence[AcceptedBreak],
    *,
    as_json: bool,
) -> int:
    """What was found of each deployment and of each anchor outside, and which breaks of the log were accepted.

    `log` is what was found of the log by itself, where all of the store was asked for.
    """
    broken = [look for look in looks if not look.intact or look.elsewhere]
    of_log = log.findings if log is not None else ()
    faulty = broken or of_log or any(each.findings for each in anchors)
    code = ExitCode.STORE_FAULT if faulty else ExitCode.COMPLETED
    if as_json:
        answer = {
            "kind": "store",
            "deployments": [_look(look) for look in looks],
            "log": [finding_object(each) for each in of_log],
            "anchors": [_anchor(each) for each in anchors],
            "accepted_log_breaks": [_accepted(each) for each in accepted],
            "exit_code": int(code),
        }
        click.echo(json.dumps(answer))
    else:
        for look in looks:
            click.echo("\n".join(look_lines(look)))
        for finding in of_log:
            click.echo(f"the log of the store: {finding.code}: {finding_words(finding)}")
        for word in accepted:
            click.echo(accepted_words(word))
        if looks:
            click.echo(
                f"{len(looks) - len(broken)} of {len(looks)} are intact and whole; log of {looks[0].log_size} heads"
            )
        for line in anchor_lines(anchors):
            click.echo(line)
    return int(code)


def shape_lines(shapes: Sequence[ShapeFound]) -> Iterator[str]:
    """A warning for each place in a record that looks like a well-known secret."""
    for each in shapes:
        yield f"Look at event {each.event} {plain(each.path, 200)}: {shape_words(each.shape)}."


def show_tries(tries: Sequence[AnchorTry], *, as_json: bool) -> int:
    """How each anchor that something was owed to was tried."""
    owed = [each for each in tries if each.silence is not None]
    code = ExitCode.MACHINE_LACKS if owed else ExitCode.COMPLETED
    if as_json:
        answer = {"kind": "anchors", "tried": [_try(each) for each in tries], "exit_code": int(code)}
        click.echo(json.dumps(answer))
    elif not tries:
        click.echo("Nothing is owed to any anchor.")
    else:
        click.echo("\n".join(try_words(each) for each in tries))
    return int(code)


def _try(last: AnchorTry) -> dict[str, object]:
    return {
        "anchor": last.anchor.name,
        "kind": last.anchor.kind,
        "place": last.anchor.place,
        "done": last.silence is None,
        "silence": None if last.silence is None else last.silence.code,
        "words": try_words(last),
    }


def _anchor(look: AnchorLook) -> dict[str, object]:
    return {
        "anchor": look.anchor.name,
        "kind": look.anchor.kind,
        "place": look.anchor.place,
        "compared": look.compared,
        "size": look.size,
        "at": None if look.at is None else look.at.isoformat(),
        "owed": look.owed,
        "silence": None if look.silence is None else look.silence.code,
        "findings": [finding_object(each) for each in look.findings],
    }


def _anchored(anchored: AnchoredRecord) -> dict[str, object]:
    return {
        "kind": anchored.anchor.kind,
        "place": anchored.anchor.place,
        "at": None if anchored.at is None else anchored.at.isoformat(),
        "worth": anchored.worth,
        "covers": anchored.covers,
    }


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
        "findings": [finding_object(each) for each in look.findings],
        "elsewhere": [finding_object(each) for each in look.elsewhere],
        "disposal": None if look.disposal is None else _disposal(look.disposal),
    }


def _accepted(accepted: AcceptedBreak) -> dict[str, object]:
    return {
        "breaks": accepted.breaks,
        "by": accepted.by,
        "reason": accepted.reason,
        "at": accepted.at.isoformat(),
    }


def _disposal(seen: DisposalSeen) -> dict[str, object]:
    return {
        "certificate": seen.certificate,
        "by": seen.by,
        "reason": seen.reason,
        "begun": seen.begun.isoformat(),
        "finished": None if seen.finished is None else seen.finished.isoformat(),
    }


def unproved_objects(verdict: RecordVerdict) -> list[dict[str, object]]:
    """What is not proved, for programs."""
    return [
        {"code": code, "words": UNPROVED_WORDS[code].format(number=number), "number": number}
        for code, number in verdict.unproved
    ]


def finding_object(finding: SealFinding) -> dict[str, object]:
    """A finding for programs."""
    return {"code": finding.code, "event": finding.event or None, "words": finding_words(finding)}
