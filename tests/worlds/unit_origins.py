"""A deployment whose release unit is in a media library, with its records and signatures; all of it really verified."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestrator.adapters.files.media_library import DirectoryLibrary
from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.keys.unit_signatures import record_signer, signer_of
from orchestrator.adapters.media.cache import MediaCache
from orchestrator.adapters.media.libraries import CachedLibraries
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.unit_evidence import SignerSeen, UnitEvidence
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.library import Library, LibraryKnown
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.authority_ports import Governing, SignedFile
from orchestrator.engine.use_cases.deployment_commands import deploy
from tests.fakes.authority import FakeKeys
from tests.worlds.fleet import Fleet, quiet
from tests.worlds.people import TRUSTED_AT
from tests.worlds.plans import SHA, plan_of, plan_tree

UNIT = b"the release " * 1000
DIGEST = hashlib.sha256(UNIT).hexdigest()
BUILDER = "https://build.example.net/shop"


class BuilderKeys(FakeKeys):
    """Keys of builders, whose signatures are really verified."""

    builders = Keyring()

    def unit_signer(self, signed: SignedFile, keyring: Keyring) -> SignerSeen:
        return signer_of(signed, self.builders, TRUSTED_AT)

    def record_signer(self, record: bytes, keyring: Keyring) -> SignerSeen | None:
        return record_signer(record, self.builders, TRUSTED_AT)


class RuledProject(ProjectAuthority):
    """A real project below a real home, under the policy that a test gives."""

    policy: ReleasePolicy | None = None

    def governing(self, plan: Any, project: Path) -> Governing:
        return Governing(self.policy)


class Origins(Fleet):
    """A fleet whose one release unit is in a media library, a folder; the private copy is a real one."""

    def __init__(self, folder: Path) -> None:
        self.home, self.project, self.masters = folder / "home", folder / "project", folder / "masters"
        for path in (self.project / "playbooks", self.project / "rollback", self.masters):
            path.mkdir(parents=True)
        tree = plan_tree()
        for section in ("strategy", "backout"):
            (self.project / tree[section]["playbook"]).parent.mkdir(exist_ok=True)
            (self.project / tree[section]["playbook"]).write_text("[]\n")
        (self.masters / "shop.bin").write_bytes(UNIT)
        self.unit: dict[str, Any] = {
            "name": "shop",
            "version": "1",
            "artefact": "shop.bin",
            "sha256": DIGEST,
            "library": "central",
        }
        super().__init__({**tree, "release": {**tree["release"], "units": [self.unit]}})
        self.rules, self.builders = RuledProject(self.home), BuilderKeys()
        library = Library.model_validate(
            {"orch": 1, "library": "central", "title": "masters", "folder": str(self.masters)}
        )
        self.known: tuple[LibraryKnown, ...] = (LibraryKnown(library, "libraries/central.yml", house=True),)
        self.ports = replace(
            self.ports,
            authority=self.rules,
            library=DirectoryLibrary(),
            keys=self.builders,
            media=CachedLibraries(
                MediaCache(self.home / "media", 0), lambda project: self.known, time.monotonic
            ),
        )

    def _plan_now(self) -> PreparedPlan:
        return PreparedPlan(
            plan=plan_of(self.tree),
            plan_file=str(self.project / "plan.yml"),
            plan_sha256=SHA,
            project=str(self.project),
            targets=self.hosts,
        )

    def master(self, name: str, content: bytes) -> dict[str, str]:
        """A file of the library, as a plan names it."""
        (self.masters / name).write_bytes(content)
        return {"path": name, "sha256": hashlib.sha256(content).hexdigest()}

    def ask(self, **verification: Any) -> None:
        words = {"orch": 1, "policy": "house", "version": 1, "title": "House", "undo_before_close": False}
        self.rules.policy = ReleasePolicy.model_validate({**words, "verification": verification})

    def run(self) -> Deployment:
        return deploy(self.ports, self.project / "plan.yml", by="ann", approvals={}, watch=quiet)

    def seen(self, d: Deployment) -> UnitEvidence:
        return self.events(d, e.ComponentsVerified)[-1].units[0]  # type: ignore[no-any-return]

    def reasons(self) -> str:
        d = self.run()
        assert d.state is State.REFUSED
        assert self.started() == []
        return "; ".join(self.events(d, e.DeploymentRefused)[-1].reasons)


def slsa(*digests: str, builder: str = BUILDER, **predicate: Any) -> bytes:
    subject = [{"name": "shop.bin", "digest": {"sha256": digest}} for digest in digests]
    return json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subject,
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {"runDetails": {"builder": {"id": builder}}, **predicate},
        }
    ).encode()


def enveloped(statement: bytes) -> bytes:
    payload_text = base64.b64encode(statement).decode()
    return json.dumps(
        {"payloadType": "application/vnd.in-toto+json", "payload": payload_text, "signatures": []}
    ).encode()
