"""The forms of a record that are files, each made from its journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import Baseline
from orchestrator.domain.journal.events import Recorded, RestorationCompared
from orchestrator.engine.ports import Ports
from orchestrator.errors import OrchError
from orchestrator.policy.evidence.file_text import content_lines, withheld
from orchestrator.policy.telling.words.change_words import GROUPS_SHOWN, withheld_words

if TYPE_CHECKING:
    from orchestrator.adapters.report.document import Attached, Section
    from orchestrator.adapters.report.signatures import Signatures

Form = Callable[[Ports, Deployment, list[Recorded], "Signatures"], str | bytes]
"""Makes the content of one file."""


def _html(ports: Ports, d: Deployment, records: list[Recorded], signatures: Signatures) -> str:
    from orchestrator.adapters.report import html_record

    diffs, deployed = diffs_of(ports, d, records), deployed_diffs_of(ports, d)
    anchored = anchored_lines(ports, d.id)
    clauses = clauses_of(ports, d)
    return html_record(records, ports.clock.now(), diffs, deployed, signatures, anchored, clauses)


def _csv(ports: Ports, d: Deployment, records: list[Recorded], signatures: Signatures) -> str:
    from orchestrator.adapters.report import csv_checks

    return csv_checks(records)


def _junit(ports: Ports, d: Deployment, records: list[Recorded], signatures: Signatures) -> str:
    from orchestrator.adapters.report import junit_record

    return junit_record(records)


def _pdf(ports: Ports, d: Deployment, records: list[Recorded], signatures: Signatures) -> bytes:
    from orchestrator.adapters.report.pdf import pdf_of
    from orchestrator.adapters.report.record_document import record_document

    sealed, anchored = _sealed(ports, d, records), anchored_lines(ports, d.id)
    clauses = clauses_of(ports, d)
    return pdf_of(record_document(records, ports.clock.now(), signatures, sealed, anchored, clauses))


def _sealed(ports: Ports, d: Deployment, records: list[Recorded]) -> Attached | str:
    """The sealed record as `orch record seal` makes it, or why there is none: the pages say so, and are made all the same."""
    from orchestrator.adapters.report.attached_record import attached_of
    from orchestrator.bootstrap.versions import programs
    from orchestrator.engine.use_cases.sealed_records import enveloped, sealed_statement

    try:
        return attached_of(d.id, enveloped(ports, sealed_statement(ports, d, records, programs())))
    except OrchError as why:
        return f"NOT attached: {why}"


FORMS: Mapping[str, Form] = {"html": _html, "pdf": _pdf, "csv": _csv, "junit": _junit}
"""By the name of the option."""


def clauses_of(ports: Ports, d: Deployment) -> Section:
    """The evidence by clause of the usual map, in short. `orch evidence show` has all of it, and the other maps."""
    from orchestrator.adapters.files.clause_maps import usual_map
    from orchestrator.adapters.report.clause_document import clause_section
    from orchestrator.engine.lookup.clause_cases import case_of
    from orchestrator.policy.clauses.clause_answers import answers_to
    from orchestrator.policy.clauses.evidence_of import findings_of

    clauses = usual_map().noun
    return clause_section([(clauses, answers_to(clauses, findings_of(case_of(ports, d))))])


def diffs_of(ports: Ports, d: Deployment, records: list[Recorded]) -> dict[tuple[str, str], list[str]]:
    """Line by line changes of files that differ after the backout, where the baselines kept their content."""
    after = {
        reference.host: reference.digest
        for each in records
        if isinstance(each.event, RestorationCompared)
        for reference in each.event.baselines
    }
    wanted: dict[str, set[str]] = {}
    for difference in d.backout.differences if d.backout is not None else ():
        if difference.kind == "file":
            wanted.setdefault(difference.host, set()).add(difference.name)
    diffs: dict[tuple[str, str], list[str]] = {}
    for host in wanted.keys() & after.keys() & d.preparation.baselines.keys():
        was, now = _kept(ports, d.preparation.baselines[host].digest), _kept(ports, after[host])
        if was is not None and now is not None:
            diffs |= {(host, name): _text_change(d, was, now, name) for name in wanted[host]}
    return diffs


def anchored_lines(ports: Ports, deployment: str) -> Sequence[str]:
    """How far the log is anchored outside, and whether a deployment's newest event is in that; by the store's own word."""
    from orchestrator.policy.telling.words.anchor_words import state_lines

    return list(state_lines(ports.anchor_book.state(deployment)))


FILES_SHOWN = 50
"""Files of a group of hosts whose text is shown on the page."""


def deployed_diffs_of(ports: Ports, d: Deployment) -> dict[tuple[str, str], list[str]]:
    """Line by line changes of files that the waves changed, of the first host of each group with equal changes."""
    diffs: dict[tuple[str, str], list[str]] = {}
    for group in d.changes.groups[:GROUPS_SHOWN]:
        host = group.hosts[0]
        names = list(dict.fromkeys(each.name for each in group.changes if each.kind == "file"))[:FILES_SHOWN]
        before, after = d.preparation.baselines.get(host), d.changes.baselines.get(host)
        if not names or before is None or after is None:
            continue
        was, now = _kept(ports, before.digest), _kept(ports, after.digest)
        if was is not None and now is not None:
            diffs |= {(host, name): _text_change(d, was, now, name) for name in names}
    return diffs


def _text_change(d: Deployment, was: Baseline, now: Baseline, name: str) -> list[str]:
    scope = d.plan.backout.baseline.whole
    reason = withheld(was, now, name, scope)
    return content_lines(was, now, name, scope) if reason is None else [withheld_words(reason)]


def _kept(ports: Ports, digest: str) -> Baseline | None:
    """A stored baseline; None when the store has lost it, and the record then shows no content."""
    try:
        return ports.baselines.get(digest)
    except OrchError:
        return None
