"""Records: what was done, whether it is what was sealed, and the files in which it can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters.report import html_record
from orchestrator.bootstrap.record_forms import (
    FORMS,
    anchored_lines,
    clauses_of,
    deployed_diffs_of,
    diffs_of,
)
from orchestrator.bootstrap.versions import programs
from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.engine.lookup.result_line import result_of
from orchestrator.engine.lookup.seal_check import not_accepted, with_accepted_log
from orchestrator.engine.lookup.signature_check import signatures_of
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.engine.lookup.spoken_events import spoken_events
from orchestrator.engine.use_cases.record_secrets import RecordGuard
from orchestrator.engine.use_cases.sealed_records import enveloped, sealed_statement
from orchestrator.errors import OrchError
from orchestrator.policy.authority.spoken_record import spoken_lines
from orchestrator.policy.authority.word_checks import recorded_statements
from orchestrator.policy.course.follow_up import following_words
from orchestrator.policy.telling.ends import tone_of
from orchestrator.policy.telling.summary import environment_words, plain_words
from orchestrator.policy.telling.words.seal_words import look_lines
from orchestrator.web.downloads import download
from orchestrator.web.pages.deployment_list import chosen_by
from orchestrator.web.pages.list_rows import given, page_of_list, rows_of
from orchestrator.web.pages.projects_apart import projects_apart
from orchestrator.web.problems import Problem
from orchestrator.web.report_parts import report_part
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from orchestrator.adapters.report.signatures import Signatures
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.domain.journal.events import Recorded
    from orchestrator.domain.seal.findings import SealLook
    from orchestrator.policy.telling.ends import Tone
    from orchestrator.web.request_context import Asked

FILES: dict[str, tuple[str, str]] = {
    "record.pdf": ("PDF/A-3, with the sealed record attached inside", "pdf"),
    "record.html": ("one page that needs nothing else", "html"),
    "sealed.json": ("sealed, so that it proves itself without orch", "orch-record.json"),
    "record.jsonl": ("the journal itself, and the result, in JSON lines", "jsonl"),
    "checks.csv": ("every answer of every check", "csv"),
    "checks.xml": ("checks, runs and the end, as JUnit", "xml"),
}
"""The files of a record by their name in the address: what they are, and how the name of what is kept ends."""


class SealState(NamedTuple):
    """Whether a record is what was sealed, in words and with a colour."""

    words: str
    tone: Tone


_FORMS = {"record.pdf": "pdf", "record.html": "html", "checks.csv": "csv", "checks.xml": "junit"}


def _records(asked: Asked) -> Response:
    known, now = survey(asked.ports.journal), asked.ports.clock.now()
    filters = {"state": "over", **given(asked, ("environment", "service", "text"))}
    mine = [brief for brief in seen_by(asked, known.briefs) if brief.over]
    chosen = chosen_by(mine, filters)
    kept = {name: value for name, value in filters.items() if name != "state"}
    shown, pages = page_of_list(asked, chosen, kept)
    return page(
        "records.html.j2",
        request=asked.request,
        asked=asked,
        rows=rows_of(asked, shown, now),
        pages=pages,
        filters=filters,
        filtered=any(kept.values()),
        apart=projects_apart(mine),
        number=len(chosen),
        environments=sorted({brief.environment for brief in mine}),
        services=sorted({brief.service or brief.release for brief in mine}),
    )


def _record(asked: Asked) -> Response:
    name = asked.request.path_params["deployment"]
    d, records = folded(asked.ports.journal, name), spoken_events(asked.ports.journal, name)
    signatures, why = _signatures(asked, d, records)
    look = with_accepted_log(asked.ports, asked.ports.seals.looks([d.id]))[0]
    return page(
        "record.html.j2",
        request=asked.request,
        asked=asked,
        d=d,
        words=plain_words(d),
        environment=environment_words(d),
        tone=tone_of(d.state),
        follows=following_words(d, asked.ports.clock.now()),
        seal_state=seal_state(asked, look),
        seal=list(look_lines(look)),
        anchored=anchored_lines(asked.ports, d.id),
        said=signed_rows(records, signatures),
        unverified=why,
        files=FILES,
        stands=d.state in STANDS,
        events=len(records),
    )


def seal_state(asked: Asked, look: SealLook) -> SealState:
    """Whether a record is what was sealed; what a person accepted is told apart from what is whole."""
    if any(finding.code == "seal.none" for finding in look.findings):
        return SealState("nothing of it is sealed yet", "care")
    if not look.findings and not look.elsewhere:
        return SealState("intact and whole", "good")
    if not not_accepted(asked.ports, look) and not look.elsewhere:
        return SealState("not what was sealed, and accepted as it is", "care")
    return SealState("not what was sealed", "bad")


def signed_rows(records: Sequence[Recorded], signatures: Signatures) -> list[tuple[str, str, bool]]:
    """Each signed statement and word, what its signature is worth, and whether that is good."""
    rows = []
    statements = [
        (f"{each.word} by {each.person} as {each.role}: {each.reason}", each.signed)
        for each in recorded_statements(records)
    ]
    for words, signed in (
        *statements,
        *((f"{line.what}, said by {line.by}", line.signed) for line in spoken_lines(records)),
    ):
        if signed is not None:
            worth = signatures.get(signed)
            rows.append(
                (
                    words,
                    "not verified" if worth is None else str(worth),
                    worth is not None and worth.state == "good",
                )
            )
    return rows


def _whole(asked: Asked) -> Response:
    d, records = _read(asked)
    ports = asked.ports
    guard = RecordGuard(ports, d.id)
    guard.refuse_events()
    made = html_record(
        records,
        ports.clock.now(),
        diffs_of(ports, d, records),
        deployed_diffs_of(ports, d),
        _signatures(asked, d, records)[0],
        anchored_lines(ports, d.id),
        clauses_of(ports, d),
        part=True,
    )
    guard.refuse_text("its page", made)
    return page("whole_record.html.j2", request=asked.request, asked=asked, d=d, record=report_part(made))


def record_file(asked: Asked) -> Response:
    """The file of a record that the path names. Raises Problem for another one."""
    name = asked.request.path_params["file"]
    if name not in FILES:
        raise Problem(404, "not_found", f"There is no such file of a record; there are {', '.join(FILES)}.")
    d, records = _read(asked)
    guard = RecordGuard(asked.ports, d.id)
    guard.refuse_events()
    content = _content(asked, name, d, records)
    guard.refuse_text(f"the file {name}", content)
    return download(d.id, FILES[name][1], content)


def _content(asked: Asked, name: str, d: Deployment, records: list[Recorded]) -> str | bytes:
    ports = asked.ports
    if name == "sealed.json":
        return enveloped(ports, sealed_statement(ports, d, records, programs()))
    signatures, _ = _signatures(asked, d, records)
    if name == "record.jsonl":
        result = result_of(d).model_copy(update={"signatures": tuple(signatures.values())})
        return "".join(f"{each.model_dump_json(ensure_ascii=True)}\n" for each in (*records, result))
    return FORMS[_FORMS[name]](ports, d, records, signatures)


def _read(asked: Asked) -> tuple[Deployment, list[Recorded]]:
    journal, name = asked.ports.journal, asked.request.path_params["deployment"]
    return folded(journal, name), list(journal.read(name))


def _signatures(asked: Asked, d: Deployment, records: list[Recorded]) -> tuple[Signatures, str]:
    """The worth of each signature; where the keys cannot be read, none is verified, and why."""
    try:
        return signatures_of(asked.ports, d, records), ""
    except OrchError as unreadable:
        return {}, str(unreadable)


ROUTES = (
    Route("GET", "/records", "see", _records),
    Route("GET", "/records/{deployment}", "see", _record, about="deployment"),
    Route("GET", "/records/{deployment}/whole", "see", _whole, about="deployment"),
    Route("GET", "/records/{deployment}/files/{file}", "see", record_file, about="deployment"),
)
