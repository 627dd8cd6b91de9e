"""Decisions that were signed elsewhere and are handed in as files: all of them go on their journals, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.adapters.keys.signed_files import read_noun
from orchestrator.cli.verbs.planning.decision import SpokenWord, digest_of_other, report
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.text.format import counted
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.signed_words import ApprovalSession, give, open_session, take_in
from orchestrator.errors import Fault, NotFound, PlanFault, Refused, UsageFault


def take_files(ports: Ports, word: SpokenWord) -> int:
    """Put decisions that were signed elsewhere on their journals, all of them or none."""
    if word.deployment or word.role or word.reason or word.out or word.plan_digest or word.from_commit:
        raise UsageFault(
            "--file takes a decision as it was signed; omit the deployment and every other option."
        )
    signed = _read(word.files)
    by_subject: dict[str, list[SignedApproval]] = {}
    for signed_word in signed.values():
        by_subject.setdefault(signed_word.approval.subject, []).append(signed_word)
    sessions, reasons = _sessions(ports, by_subject, word.playbook), list[str]()
    for subject, words in by_subject.items():
        session = sessions.get(subject)
        against = session.objections(words) if session is not None else _nobody_s(words)
        for file, signed_word in signed.items():
            reasons += [f"{file}: {reason}" for reason in against.get(signed_word, ())]
    if reasons:
        raise Refused("\n".join([*reasons, f"None of {counted(len(signed), 'file')} was put on a journal."]))
    for subject, words in by_subject.items():
        after = give(ports, sessions[subject], words, by=word.by)
        report(after, words, as_json=word.as_json, playbook=word.playbook)
    return 0


def _read(files: Sequence[Path]) -> dict[Path, SignedApproval]:
    signed: dict[Path, SignedApproval] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            signed[file] = read_noun(file, SignedApproval)
        except PlanFault as fault:
            faults += fault.faults
        except NotFound as gone:
            faults.append(Fault(str(file), None, "", "a signed file", str(gone), "check the path"))
    if faults:
        raise PlanFault(faults)
    return signed


def _sessions(
    ports: Ports, by_subject: Mapping[str, Sequence[SignedApproval]], playbook: str | None
) -> dict[str, ApprovalSession]:
    """Open a session for each deployment, and take in its decisions."""
    known, sessions = set(ports.journal.deployments()), dict[str, ApprovalSession]()
    for subject, words in by_subject.items():
        if subject in known:
            d = find(ports, subject)
            session = open_session(ports, d, digest_of_other(ports, d, playbook))
            sessions[subject] = take_in(ports, session, words)
    return sessions


def _nobody_s(words: Sequence[SignedApproval]) -> dict[SignedApproval, tuple[str, ...]]:
    return {
        word: (f"it is for {word.approval.subject}, and there is no such deployment here",) for word in words
    }
