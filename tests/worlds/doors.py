"""Each command that tells whether a deployment may start, with the reasons that it shows: all of them must agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.effective_plan import REHEARSED
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.policy.planning.digests import rehearsed_policy
from tests.worlds.command_line import orch
from tests.worlds.fleet import PEOPLE, Fleet
from tests.worlds.people import key_in, keyring_of

Seen = set[str]
Screen = pytest.CaptureFixture[str]
ISSUER = {"rehearsal issuer": "Rae Bot"}


def trust(fleet: Fleet, **changes: Any) -> None:
    """Trust the people of the house, and a key that issues certificates; `changes` to that key."""
    ring = keyring_of({**PEOPLE, **ISSUER})
    keys = tuple(
        key.model_copy(update=changes) if key.serves("rehearsal issuer") else key for key in ring.keys
    )
    fleet.keys.ring = ring.model_copy(update={"keys": keys})


def certify(
    fleet: Fleet, *, answer: str = "good", age: timedelta = timedelta(days=1), **changes: Any
) -> None:
    """Keep one more certificate of exactly what the fleet would deploy; `changes` to its fields."""
    prepared = fleet.prepared()
    assert prepared.effective is not None
    covers = {name: prepared.effective.digests[name] for name in REHEARSED}
    covers["policy"] = rehearsed_policy(prepared.policy).digest
    release, key = prepared.plan.release, key_in("rehearsal issuer")
    number = len(fleet.keys.kept) + 1
    certificate = {
        "release": release.name,
        "version": release.version,
        "environment": "staging",
        "deployments": [f"rehearsal-{number}"],
        "covers": covers,
        "rehearsed_at": fleet.clock.now() - age,
        "restored": True,
        "waves": [{"wave": 0, "hosts": 1, "deploy": 5.0, "verify": 1.0, "back_out": 5.0}],
        "key": key,
        "nonce": f"{number:032x}",
        **changes,
    }
    signed = {"certificate": certificate, "signature": {"key": certificate["key"], "signature": "0" * 128}}
    one_more = PresentedCertificate.model_validate({"signed": signed, "answer": answer})
    fleet.keys.kept = (*fleet.keys.kept, one_more)


def by_deploy(fleet: Fleet, screen: Screen) -> Seen:
    """What `orch deploy` puts on the journal."""
    orch(fleet, ["deploy", "plan.yml", "--by", "ann"])
    return _on_journal(fleet)


def by_resume(fleet: Fleet, screen: Screen) -> Seen:
    """What `orch resume` puts on the journal of one that was opened and not driven yet."""
    orch(fleet, ["resume", _opened(fleet), "--by", "ann"])
    return _on_journal(fleet)


def by_approve(fleet: Fleet, screen: Screen) -> Seen:
    """What `orch approve` shows as missing before somebody signs."""
    return _shown_to_signer(fleet, screen, "approve")


def by_reject(fleet: Fleet, screen: Screen) -> Seen:
    """The same of `orch reject`."""
    return _shown_to_signer(fleet, screen, "reject")


def by_run_due(fleet: Fleet, screen: Screen) -> Seen:
    """What `orch run-due` says of one whose start has come."""
    _scheduled(fleet)
    screen.readouterr()
    orch(fleet, ["run-due", "--by", "cron"])
    return _on_journal(fleet)


def by_status(fleet: Fleet, screen: Screen) -> Seen:
    """What `orch status` tells of one that was asked about; nothing where it was admitted."""
    name = _opened(fleet)
    orch(fleet, ["resume", name, "--by", "ann"])
    screen.readouterr()
    orch(fleet, ["status", name, "--json"])
    printed = json.loads(screen.readouterr().out)
    reasons = printed["words"][1:] if printed["exit_code"] else ()
    return {sentence.partition("; ")[0].removesuffix(".") for sentence in reasons}


def by_plan_check(fleet: Fleet, screen: Screen) -> Seen:
    """The faults, and what is still asked, of `orch plan check`."""
    return _of_plan(fleet, screen, "check")


def by_plan_show(fleet: Fleet, screen: Screen) -> Seen:
    """The same of `orch plan show`."""
    return _of_plan(fleet, screen, "show")


DOORS: dict[str, Callable[[Fleet, Screen], Seen]] = {
    "deploy": by_deploy,
    "resume": by_resume,
    "approve": by_approve,
    "reject": by_reject,
    "run-due": by_run_due,
    "status": by_status,
    "plan check": by_plan_check,
    "plan show": by_plan_show,
}


def _opened(fleet: Fleet) -> str:
    return open_deployment(fleet.ports, fleet.prepared(), by="ann", approvals=())


def _scheduled(fleet: Fleet) -> str:
    d = fleet.schedule(fleet.clock.now())
    return d.id


def _on_journal(fleet: Fleet) -> Seen:
    """The reasons of the last refusal on the newest journal; none where it was admitted."""
    events = [record.event for record in fleet.ports.journal.read(fleet.ports.journal.deployments()[0])]
    answers = [
        event
        for event in events
        if isinstance(event, e.DeploymentNotAdmitted | e.DeploymentRefused | e.WindowOpened)
    ]
    match answers[0] if answers else None:
        case e.DeploymentNotAdmitted(reasons=reasons):
            return {f"{reason.about}: {reason.found}" for reason in reasons}
        case e.DeploymentRefused(reasons=sentences):
            return {sentence.partition("; ")[0] for sentence in sentences}
        case e.WindowOpened():
            return set()
    raise AssertionError(events)


def _shown_to_signer(fleet: Fleet, screen: Screen, verb: str) -> Seen:
    name = _opened(fleet)
    screen.readouterr()
    orch(fleet, [verb, name, "--as", "change manager", "--reason", "x", "--key", "/nowhere"])
    lines = screen.readouterr().out.splitlines()
    _, _, missing = "\n".join(lines).partition("Missing now")
    listed = [line.strip(" │├└─") for line in missing.partition("Effective plan")[0].splitlines()]
    return {line.partition("; ")[0] for line in listed if line}


def _as_reason(fault: dict[str, str]) -> str:
    """A fault `expected X (by policy house), found Y` in the words of the reason that it is for admission."""
    expected, _, rules = fault["expected"].removesuffix(")").partition(" (by ")
    who = "the policy" if rules.startswith("policy") else rules
    return f"{fault['path']}: {who} asks for {expected}, found {fault['found']}"


def _of_plan(fleet: Fleet, screen: Screen, verb: str) -> Seen:
    screen.readouterr()
    orch(fleet, ["plan", verb, "plan.yml", "--json"])
    printed = json.loads(screen.readouterr().out)
    asked = {f"{reason['about']}: {reason['found']}" for reason in printed.get("still_asked", ())}
    faults = {fault["found"] if ": " in fault["found"] else _as_reason(fault) for fault in printed["faults"]}
    return asked | faults
