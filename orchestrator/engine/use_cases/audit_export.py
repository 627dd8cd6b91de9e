"""Makes the export of a period for an auditor: the sealed records of the sample, the log, and the signed manifest."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.seal.audit_export import (
    LOG,
    AuditExport,
    ExportDraw,
    ExportedDeployment,
    ExportedFile,
    ExportPeriod,
    ExportStatement,
    OtherDeployment,
)
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.entries import Head
from orchestrator.domain.seal.export_verification import (
    ExportSigners,
    OpenedRecord,
    log_text,
    verified_export,
)
from orchestrator.domain.seal.sample_draw import drawn
from orchestrator.domain.seal.sealed_record import Digests, Program, SealedStatement
from orchestrator.domain.seal.signed_note import SignedNote
from orchestrator.domain.seal.verification import verified_record
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.engine.ports import Ports
from orchestrator.engine.seal_ports import WholeLog
from orchestrator.engine.use_cases.sealed_records import enveloped, sealed_statement
from orchestrator.errors import StoreFault, UsageFault
from orchestrator.policy.clauses.period_evidence import DeploymentEvidence, PeriodEvidence
from orchestrator.policy.measures.period.period_report import Asked
from orchestrator.policy.telling.words.export_words import export_finding_words

NEXT_LOOK = "Look at all of it: orch record verify"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the auditor asked for: so many by a seed, or these by name (`picked`)."""

    size: int = 0
    seed: str = ""
    picked: tuple[str, ...] = ()

    @property
    def draw(self) -> ExportDraw:
        """It, for the manifest."""
        if self.picked:
            return ExportDraw(way="picked")
        return ExportDraw(way="drawn", seed=self.seed, size=self.size)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is exported: the period's evidence, which deployments were asked for, the choice, the maps, the programs."""

    evidence: PeriodEvidence
    asked: Asked
    choice: Choice
    maps: tuple[str, ...]
    programs: tuple[Program, ...]


def sample_of(evidence: PeriodEvidence, choice: Choice) -> tuple[str, ...]:
    """The ids of the sample. Rehearsals are never drawn, and may be picked. Raises UsageFault for an unknown one."""
    if not choice.picked:
        return drawn((each.id for each in evidence.counted), choice.size, choice.seed)
    known = {each.id for each in evidence.deployments}
    strange = [name for name in choice.picked if name not in known]
    if strange:
        raise UsageFault(
            f"--pick: expected ids of deployments on record in this time, found {', '.join(strange)}; "
            "see orch evidence period --json."
        )
    return tuple(dict.fromkeys(choice.picked))


def sealed_sample(
    ports: Ports, sample: Sequence[str], programs: Sequence[Program]
) -> Iterator[tuple[str, SealedStatement, bytes]]:
    """The sealed record of each deployment of the sample: its id, the statement, and the envelope. Raises StoreFault."""
    for name in sample:
        statement = sealed_statement(ports, find(ports, name), ports.journal.read(name), programs)
        yield name, statement, enveloped(ports, statement)


def manifest(
    ports: Ports, asking: Asking, sealed: Mapping[str, SealedStatement], files: Mapping[str, bytes]
) -> tuple[bytes, str]:
    """The signed manifest over these files, and the file of the log, which is one more of them. Raises StoreFault.

    It is held against itself before it is given: what does not fit is a store that is damaged, or was changed meanwhile.
    """
    log = ports.seals.log()
    if log is None:
        raise StoreFault(
            f"Nothing is sealed in this store, so that nothing of it can be exported. {NEXT_LOOK}"
        )
    text = log_text(log.heads)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    digests[LOG] = hashlib.sha256(text.encode()).hexdigest()
    statement = ExportStatement(
        subject=tuple(
            ExportedFile(name=name, digest=Digests(sha256=digest)) for name, digest in sorted(digests.items())
        ),
        predicate=_export(ports, asking, log, sealed),
    )
    content = ports.seal_keys.enveloped(statement.model_dump_json(by_alias=True, exclude_none=True).encode())
    _refuse_what_does_not_fit(ports, statement, content, digests, text, sealed)
    return content, text


def _export(
    ports: Ports, asking: Asking, log: WholeLog, sealed: Mapping[str, SealedStatement]
) -> AuditExport:
    evidence, period = asking.evidence, asking.evidence.period
    newest = {head.deployment: head for head in log.heads}
    lacking = [each.id for each in evidence.deployments if each.id not in newest]
    if lacking:
        raise StoreFault(f"The log of the store does not have {', '.join(lacking)}. {NEXT_LOOK}")
    return AuditExport(
        origin=Checkpoint.read(SignedNote.read(log.checkpoint).text).origin,
        made=ports.clock.now(),
        programs=asking.programs,
        period=ExportPeriod(begins=period.begins, ends=period.ends, **asking.asked.model_dump()),
        population=tuple(_listed(each, newest[each.id]) for each in evidence.deployments),
        others=tuple(_others(ports, evidence, newest)),
        draw=asking.choice.draw,
        sample=tuple(sealed),
        maps=asking.maps,
        checkpoint=log.checkpoint,
        keys=ports.seal_keys.own(),
    )


def _listed(each: DeploymentEvidence, head: Head) -> ExportedDeployment:
    return ExportedDeployment(
        deployment=each.id,
        release=each.release,
        version=each.version,
        service=each.service,
        environment=each.environment,
        state=each.state,
        rehearsal=each.rehearsal,
        began=each.began,
        ended=each.ended,
        size=head.size,
        root=head.root.hex(),
    )


def _others(ports: Ports, evidence: PeriodEvidence, newest: Mapping[str, Head]) -> Iterator[OtherDeployment]:
    """What else the log has, each with the reason why it is not in the list."""
    listed, lost = {each.id for each in evidence.deployments}, {*survey(ports.journal).unreadable}
    briefs = {brief.id: brief for brief in survey(ports.journal).briefs}
    for name in newest:
        if name in listed:
            continue
        brief = briefs.get(name)
        if name == HOUSE:
            yield OtherDeployment(deployment=name, why="of the house")
        elif brief is None or name in lost or name in evidence.unreadable:
            yield OtherDeployment(deployment=name, why="not readable")
        elif brief.began_at < evidence.period.ends and brief.last_at >= evidence.period.begins:
            yield OtherDeployment(deployment=name, why="not asked for")
        else:
            yield OtherDeployment(deployment=name, why="outside of the period")


def _refuse_what_does_not_fit(
    ports: Ports,
    statement: ExportStatement,
    content: bytes,
    digests: Mapping[str, str],
    text: str,
    sealed: Mapping[str, SealedStatement],
) -> None:
    keys = statement.predicate.keys
    own = frozenset(each.key for each in keys)
    people = ports.seal_keys.passkey_verifies
    records = {
        name: OpenedRecord(
            each.predicate, verified_record(each, own, own, ports.seal_keys.verifies, (), passkeys=people)
        )
        for name, each in sealed.items()
    }
    verdict = verified_export(
        statement,
        ExportSigners(ports.seal_keys.signers(content, keys), own),
        digests,
        text,
        records,
        ports.seal_keys.verifies,
    )
    if not verdict.proved:
        words = "; ".join(export_finding_words(each) for each in verdict.findings)
        raise StoreFault(
            f"What was read does not fit together, so nothing was exported: {words}. {NEXT_LOOK}"
        )
