"""Whether an export for an auditor is what was exported: each file, the log, the draw, and each sealed record of the sample."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestrator.domain.seal.audit_export import AuditExport, ExportStatement, record_name
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.entries import Head
from orchestrator.domain.seal.merkle import Tree
from orchestrator.domain.seal.sample_draw import drawn
from orchestrator.domain.seal.sealed_record import SealedRecord, Verifies
from orchestrator.domain.seal.signed_note import NoteKey, SignedNote
from orchestrator.domain.seal.verification import RecordVerdict, keys_introduced_by_none

ExportCode = Literal[
    "export.not_signed",
    "export.key_revoked",
    "export.key_strange",
    "export.key_other",
    "export.file_missing",
    "export.file_changed",
    "export.file_added",
    "export.log_unreadable",
    "export.log_changed",
    "export.deployment_missing",
    "export.deployment_unknown",
    "export.deployment_twice",
    "export.head_changed",
    "export.sample_strange",
    "export.sample_not_drawn",
    "export.record_missing",
    "export.record_broken",
    "export.record_of_another",
]
ExportUnproved = Literal[
    "export_key_not_known",
    "export_by_word",
    "export_unreadable",
    "export_not_anchored",
    "export_later",
    "export_picked",
    "export_no_seed",
]
"""What an export does not prove; the words are in policy/telling/words/export_words.py."""


@dataclass(frozen=True, slots=True)
class ExportFinding:
    """One thing that does not fit, and what it is about."""

    code: ExportCode
    about: str = ""


@dataclass(frozen=True, slots=True)
class ExportSigners:
    """The keys of the export that signed its manifest, by the caller's look; those that the caller knew before; and those of
    these that the caller named, of which one must have signed."""

    made: frozenset[str]
    known: frozenset[str]
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A sealed record of the sample, and what was found of it by itself; None: it cannot be read."""

    record: SealedRecord | None
    verdict: RecordVerdict | None


@dataclass(frozen=True, slots=True)
class ExportVerdict:
    """What was found. `unproved` has a number for each lack."""

    export: AuditExport
    files: int
    heads: int
    key: str
    findings: tuple[ExportFinding, ...]
    unproved: tuple[tuple[ExportUnproved, int], ...]

    @property
    def proved(self) -> bool:
        """Whether nothing was found against it."""
        return not self.findings


def heads_of(text: str) -> tuple[Head, ...]:
    """The heads of a log's file, a line each: deployment, size, root, late, breaks. Raises ValueError."""
    heads = []
    for line in text.splitlines():
        deployment, size, root, late, breaks = line.rsplit(" ", 4)
        heads.append(Head(deployment, int(size), bytes.fromhex(root), int(late), int(breaks)))
    return tuple(heads)


def log_text(heads: Sequence[Head]) -> str:
    """The file of a log."""
    return "".join(
        f"{head.deployment} {head.size} {head.root.hex()} {head.late} {head.breaks}\n" for head in heads
    )


def verified_export(
    statement: ExportStatement,
    signers: ExportSigners,
    digests: Mapping[str, str],
    log: str,
    records: Mapping[str, OpenedRecord],
    verifies: Verifies,
) -> ExportVerdict:
    """Hold an export against its manifest and against itself.

    `digests`: of each file that is there but the manifest; `log`: the file of the log; `records`: those of the sample that
    are there, by id.
    """
    export = statement.predicate
    try:
        heads = heads_of(log)
    except ValueError:
        heads = ()
    findings = [
        *_of_keys(export, signers, verifies),
        *_of_files(statement, digests),
        *_of_log(export, heads, verifies),
        *_of_population(export, heads),
        *_of_sample(export),
        *_of_records(export, heads, records),
    ]
    key = next(iter(sorted(NoteKey.read(text).name for text in signers.made)), "")
    unproved = tuple(_unproved(export, signers, heads, records))
    return ExportVerdict(export, len(statement.subject), len(heads), key, tuple(findings), unproved)


def _of_keys(export: AuditExport, signers: ExportSigners, verifies: Verifies) -> Iterator[ExportFinding]:
    if not signers.made & {own.key for own in export.keys}:
        yield ExportFinding("export.not_signed")
    elif not signers.made & {own.key for own in export.keys if own.revoked is None}:
        yield ExportFinding("export.key_revoked")
    if signers.named and not signers.made & signers.named:
        yield ExportFinding("export.key_other")
    for key in keys_introduced_by_none(export.keys, verifies):
        yield ExportFinding("export.key_strange", key)


def _of_files(statement: ExportStatement, digests: Mapping[str, str]) -> Iterator[ExportFinding]:
    listed = {file.name: file.digest.sha256 for file in statement.subject}
    for name, digest in listed.items():
        if name not in digests:
            yield ExportFinding("export.file_missing", name)
        elif digests[name] != digest:
            yield ExportFinding("export.file_changed", name)
    yield from (ExportFinding("export.file_added", name) for name in sorted(digests.keys() - listed.keys()))


def _of_log(export: AuditExport, heads: Sequence[Head], verifies: Verifies) -> Iterator[ExportFinding]:
    """The heads make the tree of the checkpoint, which a key of the export signed."""
    try:
        note = SignedNote.read(export.checkpoint)
        checkpoint = Checkpoint.read(note.text)
    except ValueError:
        yield ExportFinding("export.log_unreadable")
        return
    tree = Tree()
    for head in heads:
        tree = tree.grown(head.leaf)
    if (tree.size, tree.root, export.origin) != (checkpoint.size, checkpoint.root, checkpoint.origin):
        yield ExportFinding("export.log_changed")
    keys = [NoteKey.read(own.key) for own in export.keys if own.revoked is None]
    if not any(
        signature.is_by(key) and verifies(key.public, signature.signature, note.text.encode())
        for key in keys
        for signature in note.signatures
    ):
        yield ExportFinding("export.not_signed", "log")


def _of_population(export: AuditExport, heads: Sequence[Head]) -> Iterator[ExportFinding]:
    """Each deployment of the log is in the period's list or said to be none of it, and each of the list is in the log."""
    newest = {head.deployment: head for head in heads}
    listed = {each.deployment: each for each in export.population}
    if len(listed) < len(export.population):
        yield ExportFinding("export.deployment_twice")
    accounted = {*listed, *(each.deployment for each in export.others)}
    yield from (ExportFinding("export.deployment_missing", name) for name in newest if name not in accounted)
    for name, each in listed.items():
        head = newest.get(name)
        if head is None:
            yield ExportFinding("export.deployment_unknown", name)
        elif (head.size, head.root.hex()) != (each.size, each.root):
            yield ExportFinding("export.head_changed", name)


def _of_sample(export: AuditExport) -> Iterator[ExportFinding]:
    names = [each.deployment for each in export.population]
    yield from (ExportFinding("export.sample_strange", name) for name in export.sample if name not in names)
    if export.draw.way == "drawn":
        counted = (each.deployment for each in export.population if not each.rehearsal)
        if drawn(counted, export.draw.size, export.draw.seed) != export.sample:
            yield ExportFinding("export.sample_not_drawn")


def _of_records(
    export: AuditExport, heads: Sequence[Head], records: Mapping[str, OpenedRecord]
) -> Iterator[ExportFinding]:
    """Each record proves itself, is the one that its name says, and its head is in the log of the export."""
    for name in export.sample:
        opened = records.get(name)
        if opened is None:
            yield ExportFinding("export.record_missing", record_name(name))
        elif opened.record is None or opened.verdict is None or not opened.verdict.proved:
            yield ExportFinding("export.record_broken", record_name(name))
        elif opened.record.deployment != name or opened.record.origin != export.origin:
            yield ExportFinding("export.record_of_another", record_name(name))
        elif not _is_in(opened.record, heads):
            yield ExportFinding("export.head_changed", name)


def _is_in(record: SealedRecord, heads: Sequence[Head]) -> bool:
    number, head = record.log.number, record.head
    sealed = Head(record.deployment, head.size, bytes.fromhex(head.root), head.late, head.breaks)
    return 0 <= number < len(heads) and heads[number] == sealed


def _unproved(
    export: AuditExport,
    signers: ExportSigners,
    heads: Sequence[Head],
    records: Mapping[str, OpenedRecord],
) -> Iterator[tuple[ExportUnproved, int]]:
    if not signers.made & signers.known:
        yield "export_key_not_known", 0
    outside = [each for each in export.others if each.why in ("outside of the period", "not asked for")]
    if outside:
        yield "export_by_word", len(outside)
    lost = sum(each.why == "not readable" for each in export.others)
    if lost:
        yield "export_unreadable", lost
    newest = {head.deployment: head.size for head in heads}
    late = [
        name
        for name, each in records.items()
        if each.record is not None and newest.get(name, 0) > each.record.head.size
    ]
    if late:
        yield "export_later", len(late)
    anchored = [each.verdict for each in records.values() if each.verdict is not None]
    loose = sum("not_anchored" in dict(verdict.unproved) for verdict in anchored)
    if loose:
        yield "export_not_anchored", loose
    if export.draw.way == "picked":
        yield "export_picked", 0
    elif not export.draw.seed:
        yield "export_no_seed", 0
