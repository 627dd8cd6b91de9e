"""What is seen of a release unit beside its digest: its records, its signature, its library."""

from collections.abc import Mapping

from orchestrator.domain.evidence.unit_evidence import RecordSeen, SignerSeen, UnitEvidence, Unseen
from orchestrator.domain.plan.release_plan import ReleaseUnit
from orchestrator.domain.plan.unit_origin import LibraryFile, SignatureKind
from orchestrator.domain.rules.requirement import Required
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.lookup.unit_signers import signer_seen, unit_keyring
from orchestrator.engine.project_folder import folder
from orchestrator.engine.project_ports import MediaItem, Obtained
from orchestrator.errors import OrchError
from orchestrator.policy.planning import build_record
from orchestrator.policy.planning.unit_rules import evidence_shortfalls

_NOT_ASKED: Mapping[SignatureKind, tuple[Unseen, ...]] = {
    "ed25519": (),
    "gpg": ("signature.expiry_not_asked",),
    "sigstore": ("signature.log_not_asked",),
}


class UnitSight:
    """One unit of one deployment; `reasons` are why it is not what plan and rules ask for."""

    def __init__(self, context: DriveContext, unit: ReleaseUnit) -> None:
        self.reasons: list[str] = []
        self._context, self._unit = context, unit
        self._project = folder(context.deployment.project)
        self._unseen: list[Unseen] = []

    def evidence(self) -> UnitEvidence:
        """What was seen. Raises PlanFault, NotFound where its library is not known."""
        unit, given = self._unit, self._unit.provenance
        media = self._context.ports.media
        evidence = UnitEvidence(
            name=unit.name,
            version=unit.version,
            sha256=unit.sha256,
            source=media.where(self._project, MediaItem(unit.library, unit.artefact, unit.sha256)),
            library=unit.library,
            builder=given.builder if given else None,
            built_at=given.built_at.isoformat() if given and given.built_at else None,
            revision=given.source if given else None,
            build_record=self._record(given.build_record, "build record", given.builder) if given else None,
            test_report=self._record(given.test_report, "test report", None) if given else None,
            signer=self._signer(),
            unseen=tuple(dict.fromkeys(self._unseen)),
        )
        self.reasons += evidence_shortfalls(self._rules(), evidence, media.libraries(self._project))
        return evidence

    def _rules(self) -> list[Required]:
        authority = self._context.deployment.authority
        policy = [authority.policy.verification] if authority.policy is not None else []
        return policy + ([authority.model.requires] if authority.model is not None else [])

    def _record(self, file: LibraryFile | None, what: str, builder: str | None) -> RecordSeen | None:
        if file is None:
            return None
        record = self._obtained(file, what)
        if record is None:
            return None
        try:
            with record.file.open("rb") as stream:
                content = stream.read(build_record.LARGEST + 1)
        except OSError as error:
            self.reasons.append(f"the {what} cannot be read: {error.strerror}")
            return None
        held = build_record.record_in(content)
        self.reasons += build_record.faults_of(held.statement, self._unit.sha256, builder, what)
        signer = self._record_signer(content, what)
        self._unseen += build_record.unseen_of(held, builder, signed=signer is not None)
        return RecordSeen(
            source=record.source,
            sha256=file.sha256,
            form="file" if held.statement is None else "in-toto",
            builder=held.statement.builder if held.statement else None,
            signer=signer,
        )

    def _record_signer(self, content: bytes, what: str) -> SignerSeen | None:
        try:
            return self._context.ports.keys.record_signer(
                content, unit_keyring(self._context.ports.keys, self._project)
            )
        except OrchError as fault:
            self.reasons.append(f"the {what}: {fault}")
            return None

    def _signer(self) -> SignerSeen | None:
        signature = self._unit.signature
        if signature is None:
            return None
        detached = self._obtained(signature.file, "signature")
        if detached is None:
            return None
        place = self._context.project
        self._unseen += _NOT_ASKED[signature.kind]
        try:
            keys, file = self._context.ports.keys, place / self._unit.place
            return signer_seen(keys, self._unit, signature, file, detached.file, place, self._project)
        except OrchError as fault:
            self.reasons.append(str(fault))
            return None

    def _obtained(self, file: LibraryFile, what: str) -> Obtained | None:
        item = MediaItem(self._unit.library, file.path, file.sha256)
        try:
            return self._context.ports.media.obtain(self._project, item, lambda line: None)
        except OrchError as fault:
            self.reasons.append(f"the {what} cannot be had: {fault}")
            return None
